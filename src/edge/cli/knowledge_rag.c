/* weir knowledge rag: answers that were made from passages, measured by their words. */
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "edge/cli/knowledge.h"
#include "edge/documents/rag_judge.h"
#include "edge/files.h"

enum { FILE_BYTES_MAX = 1 << 30, CASE_MEMORY = 64 << 20 };

static const char *const names[] = { "context precision", "context recall", "faithfulness", "answer relevance" };
static const char *const keys[] = { "context_precision", "context_recall", "faithfulness", "answer_relevance" };
enum { MEASURES = sizeof names / sizeof *names };

struct sums {
    double sum[MEASURES];
    size_t n[MEASURES], cases;
};

/* One measure by words and, where a model is set up, one by it. */
struct measuring {
    struct cli *cli;
    struct terms *terms;
    struct rag_judge judge; /* model empty: none */
    struct sums words, model;
    size_t unjudged;
};

static void add(struct sums *s, const struct rag_measures *m)
{
    const double values[MEASURES] = { m->context_precision, m->context_recall, m->faithfulness, m->relevance };
    for (size_t k = 0; k < MEASURES; k++) {
        if (isnan(values[k])) continue;
        s->sum[k] += values[k];
        s->n[k]++;
    }
    s->cases++;
}

/* A reply that does not fit is counted and told; an endpoint that is not there ends it. */
static err judge(struct measuring *x, const struct rag_case *c, struct arena *a)
{
    struct rag_measures m;
    err e = rag_judge(&x->judge, c, a, &m);
    if (e.code == ERR_INPUT || e.code == ERR_LIMIT) {
        x->unjudged++;
        (void)fprintf(stderr, "weir knowledge rag: answer %zu is not judged: %s\n", x->words.cases, e.msg);
        return OK;
    }
    if (!e.code) add(&x->model, &m);
    return e;
}

static err measure_line(struct measuring *x, str line, struct arena *a)
{
    json *v = NULL, *one;
    str contexts[RAG_CONTEXTS_MAX];
    struct rag_measures m;
    err e = json_parse(line, a, &v);
    if (!e.code && !yyjson_is_obj(v)) e = err_make(ERR_INPUT, "expected an object with question, answer and contexts");
    if (e.code) return e;
    struct rag_case c = { json_str(json_get(v, "question"), STR("")), json_str(json_get(v, "answer"), STR("")),
                          json_str(json_get(v, "reference"), STR("")), contexts, 0 };
    size_t i, n;
    if (yyjson_arr_size(json_get(v, "contexts")) > RAG_CONTEXTS_MAX)
        return err_make(ERR_LIMIT, "over %d contexts", RAG_CONTEXTS_MAX);
    yyjson_arr_foreach(json_get(v, "contexts"), i, n, one) contexts[c.count++] = json_str(one, STR(""));
    e = rag_measure(x->terms, &c, a, &m);
    if (e.code) return e;
    add(&x->words, &m);
    return x->judge.model.len ? judge(x, &c, a) : OK;
}

static err measure_file(struct measuring *x)
{
    struct arena file = arena_init(FILE_BYTES_MAX), a = arena_init(CASE_MEMORY);
    str text = STR_NONE, line, path = cli_arg(x->cli, 0);
    err e = terms_open(&x->terms);
    if (!e.code) e = file_read(path, FILE_BYTES_MAX / 2, &file, &text);
    for (size_t n = 1; !e.code && text.len && str_next(&text, '\n', &line); n++) {
        if (!str_trim(line).len) continue;
        e = err_wrap(measure_line(x, line, &a), STR_FMT ":%zu", STR_ARG(path), n);
        arena_reset(&a);
    }
    terms_close(x->terms);
    arena_done(&a);
    arena_done(&file);
    return e;
}

static void write_sums(struct jw *w, const char *key, const struct sums *s)
{
    jw_open(w, key);
    for (size_t k = 0; k < MEASURES; k++) jw_f64(w, keys[k], s->n[k] ? s->sum[k] / (double)s->n[k] : NAN);
    jw_close(w);
}

static void print_json(const struct measuring *x)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "cases", (int64_t)x->words.cases);
    for (size_t k = 0; k < MEASURES; k++)
        jw_f64(&w, keys[k], x->words.n[k] ? x->words.sum[k] / (double)x->words.n[k] : NAN);
    if (x->judge.model.len) {
        write_sums(&w, "by_model", &x->model);
        jw_i64(&w, "unjudged", (int64_t)x->unjudged);
    }
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
}

static void print_mean(const struct sums *s, size_t k)
{
    if (s->n[k]) (void)printf("  %8.3f", s->sum[k] / (double)s->n[k]);
    else (void)printf("  %8s", "-");
}

static void print_text(const struct measuring *x)
{
    bool model = x->judge.model.len > 0;
    (void)printf("%zu answer%s\n\n%-18s  %8s%s\n", x->words.cases,
                 x->words.cases == 1 ? "" : "s", "", "by words", model ? "  by model" : "");
    for (size_t k = 0; k < MEASURES; k++) {
        (void)printf("%-18s", names[k]);
        print_mean(&x->words, k);
        if (model) print_mean(&x->model, k);
        (void)puts("");
    }
    if (x->unjudged) (void)printf("\n%zu replies of the model did not fit and do not count\n", x->unjudged);
}

static err read_judge(struct measuring *x)
{
    struct cli *cli = x->cli;
    str url = cli_str(cli, "model-url"), model = cli_str(cli, "model"), key = cli_str(cli, "model-key");
    if (!url.len != !model.len) return err_make(ERR_INPUT, "expected both --model-url and --model");
    x->judge = (struct rag_judge){ .env = cli_env(cli), .url = url, .model = model, .key = STR("") };
    return key.len ? err_wrap(secret_read(key, cli_arena(cli), &x->judge.key), "--model-key") : OK;
}

static int run(struct cli *cli)
{
    struct measuring x = { .cli = cli };
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "expected a file of JSON lines");
    err e = read_judge(&x);
    if (e.code) return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    e = measure_file(&x);
    if (e.code) return cli_fail_err(cli, e);
    if (cli_json(cli)) print_json(&x);
    else print_text(&x);
    return EXIT_FINE;
}

static const struct cli_option options[] = {
    { "model-url", 0, "URL", NULL, "Ask a language model, too: an endpoint such as http://localhost:11434/v1." },
    { "model", 0, "NAME", NULL, "Its name there." },
    { "model-key", 0, "PLACE", NULL, "env:NAME or file:PATH of its key. [none]" },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_knowledge_rag = {
    "knowledge rag",
    "FILE",
    "Measure answers that were made from passages.",
    "Each line of FILE is a JSON object {question, answer, contexts, reference}; contexts are texts, best first; "
    "without "
    "a reference two of the four measures are left out. By words and numbers, without a model: answers to look at, no "
    "verdict. With --model-url a model says which statements the passages support, and stands beside it: the texts are "
    "sent there.",
    options,
    run
};
