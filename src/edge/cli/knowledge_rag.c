/* weir knowledge rag: answers that were made from passages, measured by their words. */
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "edge/cli/knowledge.h"
#include "edge/files.h"
#include "engine/knowledge/rag.h"

enum { FILE_BYTES_MAX = 1 << 30, CASE_MEMORY = 64 << 20 };

static const char *const names[] = { "context precision", "context recall", "faithfulness", "answer relevance" };
static const char *const keys[] = { "context_precision", "context_recall", "faithfulness", "answer_relevance" };
enum { MEASURES = sizeof names / sizeof *names };

struct sums {
    double sum[MEASURES];
    size_t n[MEASURES], cases;
};

static err measure_line(struct terms *t, str line, struct arena *a, struct sums *s)
{
    json *v = NULL, *one;
    str contexts[RAG_CONTEXTS_MAX];
    struct rag_measures m;
    err e = json_parse(line, a, &v);
    if (!e.code && !yyjson_is_obj(v)) e = err_make(ERR_INPUT, "expected an object with question, answer and contexts");
    if (e.code) return e;
    struct rag_case c = { json_get_str(v, "question"), json_get_str(v, "answer"), json_get_str(v, "reference"),
                          contexts, 0 };
    size_t i, n;
    if (yyjson_arr_size(json_get(v, "contexts")) > RAG_CONTEXTS_MAX)
        return err_make(ERR_LIMIT, "over %d contexts", RAG_CONTEXTS_MAX);
    yyjson_arr_foreach(json_get(v, "contexts"), i, n, one) contexts[c.count++] = json_str(one, STR(""));
    e = rag_measure(t, &c, a, &m);
    const double values[MEASURES] = { m.context_precision, m.context_recall, m.faithfulness, m.relevance };
    for (size_t k = 0; !e.code && k < MEASURES; k++) {
        if (isnan(values[k])) continue;
        s->sum[k] += values[k];
        s->n[k]++;
    }
    s->cases++;
    return e;
}

static err measure_file(struct cli *cli, struct sums *s)
{
    struct terms *t = NULL;
    struct arena file = arena_init(FILE_BYTES_MAX), a = arena_init(CASE_MEMORY);
    str text = STR_NONE, line, path = cli_arg(cli, 0);
    err e = terms_open(&t);
    if (!e.code) e = file_read(path, FILE_BYTES_MAX / 2, &file, &text);
    for (size_t n = 1; !e.code && text.len && str_next(&text, '\n', &line); n++) {
        if (!str_trim(line).len) continue;
        e = err_wrap(measure_line(t, line, &a, s), STR_FMT ":%zu", STR_ARG(path), n);
        arena_reset(&a);
    }
    terms_close(t);
    arena_done(&a);
    arena_done(&file);
    return e;
}

static void print(struct cli *cli, const struct sums *s)
{
    if (cli_json(cli)) (void)printf("{\"cases\":%zu", s->cases);
    else (void)printf("%zu answers\n\n", s->cases);
    for (size_t k = 0; k < MEASURES; k++) {
        double mean = s->n[k] ? s->sum[k] / (double)s->n[k] : NAN;
        if (cli_json(cli) && isnan(mean)) (void)printf(",\"%s\":null", keys[k]);
        else if (cli_json(cli)) (void)printf(",\"%s\":%.6f", keys[k], mean);
        else if (isnan(mean)) (void)printf("%-18s  nothing to measure it by\n", names[k]);
        else (void)printf("%-18s  %.3f\n", names[k], mean);
    }
    if (cli_json(cli)) (void)puts("}");
}

static int run(struct cli *cli)
{
    struct sums s = { .cases = 0 };
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "expected a file of JSON lines");
    err e = measure_file(cli, &s);
    if (e.code) return cli_fail_err(cli, e);
    print(cli, &s);
    return EXIT_FINE;
}

const struct command command_knowledge_rag = { "knowledge rag",
                                               "FILE",
                                               "Measure answers that were made from passages.",
                                               "Each line of FILE is a JSON object {question, answer, contexts, "
                                               "reference}; contexts are texts, best first; without a "

                                               "reference two of the four measures are left out. By words and numbers, "
                                               "without a model: answers to look at, no verdict.",
                                               NULL,
                                               run };
