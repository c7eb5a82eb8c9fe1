/* weir text read: what can be read from a text without a model. */
#include <stdio.h>

#include "edge/cli/table.h"
#include "edge/cli/text_cli.h"
#include "edge/text/text_reading.h"

static void print_json(str text, const struct text_reading *r)
{
    struct buf b = buf_init(1 << 22);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    text_reading_write(&w, text, r);
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
}

static void print_spans(struct cli *cli, const char *name, str text, const struct text_span *span, size_t n)
{
    for (size_t i = 0; i < n; i++)
        card_line(stdout, cli_arena(cli), name, plain_text(cli_arena(cli), str_cut(text, span[i].from, span[i].len)));
}

static void print_reading(struct cli *cli, str text, const struct text_reading *r)
{
    bool known = r->language.best < LANGUAGES;
    (void)printf("%-10s %s\n", "language", known ? text_language_codes[r->language.best] : "too short to say");
    for (size_t i = 0; i < r->entities; i++) {
        const struct text_entity *e = &r->entity[i];
        card_line(stdout, cli_arena(cli), text_entity_names[e->kind],
                  plain_text(cli_arena(cli), str_cut(text, e->from, e->len)));
    }
    print_spans(cli, "phrase", text, r->phrase, r->phrases);
    print_spans(cli, "summary", text, r->sentence, r->sentences);
}

static int run_read(struct cli *cli)
{
    struct text_languages *l = mem_new(sizeof *l);
    struct text_reading *r = mem_new(sizeof *r);
    text_languages_init(l);
    for (size_t t = 0; t < cli_arg_count(cli); t++) {
        text_read(l, cli_arg(cli, t), r);
        if (cli_json(cli)) print_json(cli_arg(cli, t), r);
        else print_reading(cli, cli_arg(cli, t), r);
    }
    mem_free(r);
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
