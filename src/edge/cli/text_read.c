/* weir text read: what can be read from a text without a model. */
#include <stdio.h>

#include "edge/cli/table.h"
#include "edge/cli/text_cli.h"
#include "engine/text/text_entities.h"
#include "engine/text/text_gist.h"
#include "engine/text/text_language.h"

enum { ENTITIES_MAX = 1000, SUMMARY = 2, PHRASES = 5 };

struct gist {
    struct text_gist room;
    struct text_span sentence[SUMMARY], phrase[PHRASES];
    size_t sentences, phrases;
};

static void json_spans(struct jw *w, const char *key, str text, const struct text_span *span, size_t n)
{
    jw_array(w, key);
    for (size_t i = 0; i < n; i++) jw_str(w, NULL, str_cut(text, span[i].from, span[i].len));
    jw_array_end(w);
}

static void print_json(str text, struct text_language_guess g, const struct gist *gist, const struct text_entity *found,
                       size_t n)
{
    struct buf b = buf_init(1 << 22);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    if (g.best < LANGUAGES) jw_strz(&w, "language", text_language_codes[g.best]);
    else jw_null(&w, "language");
    jw_f64(&w, "probability", (double)g.p);
    jw_array(&w, "entities");
    for (size_t i = 0; i < n; i++) {
        jw_open(&w, NULL);
        jw_strz(&w, "kind", text_entity_names[found[i].kind]);
        jw_str(&w, "text", str_cut(text, found[i].from, found[i].len));
        jw_i64(&w, "from", found[i].from);
        jw_close(&w);
    }
    jw_array_end(&w);
    json_spans(&w, "summary", text, gist->sentence, gist->sentences);
    json_spans(&w, "phrases", text, gist->phrase, gist->phrases);
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
}

static void print_spans(struct cli *cli, const char *name, str text, const struct text_span *span, size_t n)
{
    for (size_t i = 0; i < n; i++)
        card_line(stdout, cli_arena(cli), name, plain_text(cli_arena(cli), str_cut(text, span[i].from, span[i].len)));
}

static int run_read(struct cli *cli)
{
    struct text_languages *l = mem_new(sizeof *l);
    struct text_entity found[ENTITIES_MAX];
    struct gist *gist = mem_new(sizeof *gist);
    text_languages_init(l);
    for (size_t t = 0; t < cli_arg_count(cli); t++) {
        str text = cli_arg(cli, t);
        struct text_language_guess g = text_language(l, text);
        size_t n = text_entities(text, found, ENTITIES_MAX);
        gist->sentences = text_summary(&gist->room, text, gist->sentence, SUMMARY);
        gist->phrases = text_phrases(&gist->room, text, gist->phrase, PHRASES);
        if (cli_json(cli)) {
            print_json(text, g, gist, found, n);
            continue;
        }
        (void)printf("%-10s %s\n", "language", g.best < LANGUAGES ? text_language_codes[g.best] : "too short to say");
        for (size_t i = 0; i < n; i++)
            card_line(stdout, cli_arena(cli), text_entity_names[found[i].kind],
                      plain_text(cli_arena(cli), str_cut(text, found[i].from, found[i].len)));
        print_spans(cli, "phrase", text, gist->phrase, gist->phrases);
        print_spans(cli, "summary", text, gist->sentence, gist->sentences);
    }
    mem_free(gist);
    mem_free(l);
    return cli_arg_count(cli) ? EXIT_FINE : cli_fail(cli, EXIT_USAGE, "give a text");
}

static const struct cli_option options[] = { { NULL, 0, NULL, NULL, NULL } };

const struct command command_text_read = {
    .name = "text read",
    .args = "TEXT...",
    .summary = "Language, addresses, numbers, dates, phrases and gist of a text.",
    .about = "Finds the language (en, de, es, fr, it, pt, nl) and what has a form of its own: URLs, e-mail and IP "
             "addresses, IBANs and card numbers whose check digits hold, dates, amounts, error codes, versions, order "
             "and invoice numbers, telephone numbers; the phrases that stand out and the two sentences that the others "
             "agree with.",
    .options = options,
    .run = run_read,
};
