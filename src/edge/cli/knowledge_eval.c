/* weir knowledge eval: how well questions find their documents, on a collection with judgements. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "edge/cli/knowledge.h"
#include "edge/cli/table.h"
#include "edge/documents/jsonl.h"
#include "edge/model/model_file.h"

enum { NDCG_K = 10, RECALL_K = 100, RANKED_MAX = 200, JSON_MAX = 1 << 20 };

struct eval {
    struct cli *cli;
    struct arena *a;
    struct collection c;
    struct query_list queries;
    struct embed *embed;
    struct vector_cache *cache;
    struct shelf_weights weights;
    double ndcg, recall, rr;
    FILE *run; /* NULL: not asked for */
};

static err question_vector(struct eval *ev, str text, struct arena *scratch, struct packed *out)
{
    struct sha256 of = sha256_of(text);
    if (ev->cache && vector_cache_get(ev->cache, &of, out)) return OK;
    err e = embed_text(ev->embed, text, scratch, out);
    return e.code || !ev->cache ? e : vector_cache_put(ev->cache, &of, out);
}

static err ask(struct eval *ev, const struct query *q, struct arena *scratch)
{
    struct packed vector = { 0 };
    struct shelf_hit *hits = NULL;
    size_t n = 0;
    err e = ev->embed ? question_vector(ev, q->text, scratch, &vector) : OK;
    struct shelf_question asked = { .text = q->text, .vector = vector, .weights = &ev->weights, .k = RANKED_MAX };
    if (!e.code) e = shelf_search(ev->c.shelf, ev->c.terms, &asked, scratch, &hits, &n);
    if (e.code) return e;
    uint32_t ranked[RANKED_MAX];
    for (size_t i = 0; i < n; i++) {
        ranked[i] = hits[i].document;
        if (ev->run)
            (void)fprintf(ev->run, STR_FMT "\t" STR_FMT "\t%.9g\n", STR_ARG(q->id),
                          STR_ARG(ev->c.documents[ranked[i]].id), hits[i].score);
    }
    ev->ndcg += measure_ndcg(ranked, n, q->judged, q->count, NDCG_K);
    ev->recall += measure_recall(ranked, n, q->judged, q->count, RECALL_K);
    ev->rr += measure_rr(ranked, n, q->judged, q->count, NDCG_K);
    return OK;
}

static err ask_all(struct eval *ev)
{
    struct arena scratch = arena_init(256 << 20);
    err e = OK;
    for (size_t i = 0; i < ev->queries.count && !e.code; i++) {
        e = ask(ev, &ev->queries.items[i], &scratch);
        arena_reset(&scratch);
    }
    arena_done(&scratch);
    double n = ev->queries.count ? (double)ev->queries.count : 1;
    ev->ndcg /= n;
    ev->recall /= n;
    ev->rr /= n;
    return e;
}

static err read_weights(struct eval *ev)
{
    ev->weights = shelf_weights_default;
    str text = cli_str(ev->cli, "weights"), part;
    double *to[] = { &ev->weights.words, &ev->weights.vector, &ev->weights.title };
    for (size_t i = 0; text.len && i < 3; i++) {
        if (!str_next(&text, ',', &part) || str_to_f64(part, to[i]).code || *to[i] < 0 || *to[i] > 1)
            return err_make(ERR_INPUT, "--weights: three numbers of 0 to 1, such as 0.5,0.3,0.2");
    }
    return OK;
}

static str beside(struct eval *ev, const char *option, const char *name)
{
    str given = cli_str(ev->cli, option);
    return given.len ? given : str_fmt(ev->a, STR_FMT "/%s", STR_ARG(cli_arg(ev->cli, 0)), name);
}

static err load(struct eval *ev)
{
    err e = read_weights(ev);
    if (!e.code) e = collection_init(&ev->c, SIZE_MAX / 2);
    if (!e.code) e = jsonl_corpus(beside(ev, "corpus", "corpus.jsonl"), &ev->c);
    if (!e.code)
        e = jsonl_queries(beside(ev, "queries", "queries.jsonl"), beside(ev, "qrels", "qrels.tsv"), &ev->c, ev->a,
                          &ev->queries);
    if (!e.code && !cli_has(ev->cli, "words")) {
        err none = embed_open(model_file_path(cli_data_dir(ev->cli), ev->a), &ev->embed);
        if (none.code) (void)fprintf(stderr, "weir knowledge eval: words only: %s\n", none.msg);
    }
    if (!e.code && cli_str(ev->cli, "cache").len) e = vector_cache_open(cli_str(ev->cli, "cache"), &ev->cache);
    if (!e.code) e = collection_embed(&ev->c, ev->embed, ev->cache);
    return e.code ? e : collection_shelve(&ev->c);
}

static err evaluate(struct eval *ev)
{
    err e = load(ev);
    str run = cli_str(ev->cli, "run");
    if (!e.code && run.len) {
        ev->run = fopen(str_z(ev->a, run), "we");
        if (!ev->run) e = err_errno("write " STR_FMT, STR_ARG(run));
    }
    if (!e.code) e = ask_all(ev);
    if (ev->run && fclose(ev->run) != 0 && !e.code) e = err_errno("write " STR_FMT, STR_ARG(run));
    return e;
}

static void print_json(const struct eval *ev)
{
    struct buf out = buf_init(JSON_MAX);
    struct jw w = jw_init(&out);
    jw_open(&w, NULL);
    jw_i64(&w, "documents", (int64_t)ev->c.count);
    jw_i64(&w, "passages", (int64_t)shelf_count(ev->c.shelf));
    jw_i64(&w, "questions", (int64_t)ev->queries.count);
    jw_bool(&w, "vectors", ev->embed != NULL);
    jw_f64(&w, "ndcg_10", ev->ndcg);
    jw_f64(&w, "recall_100", ev->recall);
    jw_f64(&w, "mrr_10", ev->rr);
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&out)));
    buf_done(&out);
}

static void print_text(const struct eval *ev)
{
    (void)printf("%zu documents in %zu passages, %zu questions, %s\n\n", ev->c.count, shelf_count(ev->c.shelf),
                 ev->queries.count, ev->embed ? "words and vectors" : "words only");
    (void)printf("nDCG@10     %.4f\nrecall@100  %.4f\nMRR@10      %.4f\n", ev->ndcg, ev->recall, ev->rr);
}

static int run(struct cli *cli)
{
    if (cli_arg_count(cli) != 1)
        return cli_fail(cli, EXIT_USAGE, "expected a folder with corpus.jsonl and queries.jsonl");
    struct eval ev = { .cli = cli, .a = cli_arena(cli) };
    err e = evaluate(&ev);
    if (!e.code && cli_json(cli)) print_json(&ev);
    else if (!e.code) print_text(&ev);
    embed_close(ev.embed);
    collection_done(&ev.c);
    vector_cache_close(ev.cache);
    return e.code ? cli_fail_err(cli, e) : EXIT_FINE;
}

static const struct cli_option options[] = {
    { "corpus", 0, "FILE", NULL, "documents, a JSON object {_id, title, text} a line (FOLDER/corpus.jsonl)" },
    { "queries", 0, "FILE", NULL, "questions, {_id, text} a line (FOLDER/queries.jsonl)" },
    { "qrels", 0, "FILE", NULL, "judgements: question, document and grade between tabs (FOLDER/qrels.tsv)" },
    { "words", 0, NULL, NULL, "words only, also where there is an encoder" },
    { "weights", 0, "W,V,T", NULL, "shares of words, vectors and titles instead of the learned ones" },
    { "cache", 0, "FILE", NULL, "keep vectors there, and take them from there the next time" },
    { "run", 0, "FILE", NULL, "write the ranking: question, document, score between tabs" },
    { 0 },
};

const struct command command_knowledge_eval = {
    .name = "knowledge eval",
    .args = "FOLDER",
    .summary = "Measure how well questions find their documents.",
    .about = "Reads a collection laid out as BEIR's are, makes an index of it as the server does, asks every question "
             "that has "
             "judgements and prints nDCG@10, recall@100 and MRR@10. Equal scores are told apart by document id.",
    .options = options,
    .run = run,
};
