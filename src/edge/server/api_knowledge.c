/* Documents: putting them in, finding them, and saying whether they helped. A reader sees what his role may read. */
#include <math.h>

#include "edge/documents/library.h"
#include "edge/documents/sources.h"
#include "edge/documents/submit.h"
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"
#include "engine/knowledge/gaps.h"

enum { FOUND_DEFAULT = 5, BODY_ROOM = 2 << 20, READ_MEMORY = 128 << 20, GAPS_READ = 1000 };

static const struct col document_columns[] = {
    { "id", COL_TEXT },     { "seq", COL_INT },        { "time", COL_INT },     { "title", COL_TEXT },
    { "source", COL_TEXT }, { "version", COL_TEXT },   { "format", COL_TEXT },  { "hash", COL_TEXT },
    { "roles", COL_JSON },  { "valid_from", COL_INT }, { "valid_to", COL_INT }, { "passages", COL_INT },
    { .name = NULL },
};
static const struct col passage_columns[] = {
    { "ordinal", COL_INT }, { "path", COL_TEXT }, { "text", COL_TEXT }, { .name = NULL },
};

/* ---- finding ---- */

static struct library *library_of(struct request *req, struct response *res)
{
    struct library *l = server_of(req)->opts.library;
    if (!l) http_problem(res, 404, "Not found", STR("this server keeps no documents"));
    return l;
}

static void write_number(struct jw *w, const char *key, double v)
{
    if (isnan(v)) jw_null(w, key);
    else jw_f64(w, key, v);
}

static void write_hit(struct jw *w, const struct library_hit *h)
{
    jw_open(w, NULL);
    jw_str(w, "document", h->document);
    jw_str(w, "title", h->title);
    jw_str(w, "path", h->path);
    jw_i64(w, "passage", h->ordinal);
    jw_str(w, "text", h->text);
    jw_f64(w, "score", h->hit.score);
    jw_f64(w, "words", h->hit.lexical);
    write_number(w, "similarity", h->hit.cosine);
    write_number(w, "title_similarity", h->hit.title_cosine);
    jw_f64(w, "covered", h->hit.covered);
    jw_f64(w, "said", h->hit.prior);
    jw_i64(w, "helped", h->said.helped);
    jw_i64(w, "did_not_help", h->said.failed);
    jw_array(w, "why");
    for (size_t i = 0; i < h->hit.reason_count; i++) {
        jw_open(w, NULL);
        jw_str(w, "word", h->hit.reason[i].word);
        jw_f64(w, "share", h->hit.reason[i].share);
        jw_close(w);
    }
    jw_array_end(w);
    jw_close(w);
}

static void search(struct request *req, struct response *res)
{
    struct library *l = library_of(req, res);
    struct library_hit *hits = NULL;
    size_t n = 0, k = (size_t)http_query_i64(req, "limit", FOUND_DEFAULT);
    if (!l) return;
    err e = library_search(l, http_query(req, "q"), str_of(role_text(req->role)), k, req->arena, &hits, &n);
    if (e.code) {
        http_problem_err(res, e);
        return;
    }
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_bool(&w, "answered", library_answered(hits, n));
    jw_array(&w, "hits");
    for (size_t i = 0; i < n; i++) write_hit(&w, &hits[i]);
    jw_array_end(&w);
    jw_close(&w);
}

/* ---- documents ---- */

static void list(struct request *req, struct response *res)
{
    struct val vals[] = { V(http_query(req, "cursor").ptr ? http_query(req, "cursor") : STR("")),
                          V(role_text(req->role)), V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_KNOWLEDGE_DOCUMENTS, document_columns, 0, vals, 3);
}

static void show(struct request *req, struct response *res)
{
    struct view v;
    const struct val vals[] = { V(req->path_args[0]), V(role_text(req->role)) };
    if (!view_object(&v, req, res, "document", document_columns, SQL_API_KNOWLEDGE_DOCUMENT, vals, 2)) return;
    view_list(&v, "contents", passage_columns, tx_query_n(v.tx, SQL_API_KNOWLEDGE_PASSAGES, vals, 1));
    jw_close(&v.w);
    view_close(&v);
}

static err document_body(struct request *req, struct arena *a, struct buf *body)
{
    enum document_format f = FORMAT_MARKDOWN;
    struct block_list blocks = { .a = a };
    json *roles = json_get(req->json, "roles");
    struct submission s = {
        .id = json_get_str(req->json, "id"),
        .title = json_str(json_get(req->json, "title"), STR("")),
        .source = json_str(json_get(req->json, "source"), STR("api")),
        .version = json_str(json_get(req->json, "version"), STR("")),
        .roles = roles ? json_text(roles, a) : STR("[]"),
        .valid_from = json_get_i64(req->json, "valid_from", 0),
        .valid_to = json_get_i64(req->json, "valid_to", 0),
    };
    str format = json_str(json_get(req->json, "format"), STR("markdown"));
    if (!format_of(format, &f)) return err_make(ERR_INPUT, "/format: expected markdown, text or html");
    err e = document_blocks(f, json_get_str(req->json, "text"), &blocks);
    return e.code ? e : submit_body(&s, f, &blocks, a, body);
}

static bool is_there(struct tx *tx, str id, const char *role)
{
    struct rows *r = tx_query(tx, SQL_API_KNOWLEDGE_DOCUMENT, V(id), V(str_of(role)));
    bool there = rows_next(r);
    rows_end(r);
    return there;
}

/* Is it there, but not for who asks? False and an answer in res when that cannot be said. */
static bool look_hidden(struct request *req, struct response *res, str id, bool *hidden)
{
    struct tx *tx = NULL;
    *hidden = false;
    err e = store_read(server_of(req)->opts.store, &tx);
    if (!e.code) {
        *hidden = !is_there(tx, id, role_text(req->role)) && is_there(tx, id, role_text(ROLE_ADMIN));
        e = tx_err(tx);
        store_read_end(tx);
    }
    if (e.code) http_problem_err(res, e);
    return !e.code;
}

/* What one may not read one neither judges nor removes: for him it is not there. */
static bool is_his(struct request *req, struct response *res, str id)
{
    bool hidden;
    if (!look_hidden(req, res, id, &hidden)) return false;
    if (hidden) http_problem_rule(res, err_make(ERR_NOT_FOUND, "no document '" STR_FMT "'",
                                                STR_ARG(str_utf8_prefix(id, 100))));
    return !hidden;
}

/* Nor replaces it; that the name is taken has to be said. */
static bool is_free(struct request *req, struct response *res, str id)
{
    bool hidden;
    if (!look_hidden(req, res, id, &hidden)) return false;
    if (hidden)
        http_problem_err(res, err_make(ERR_DENIED, "the document '" STR_FMT "' is for other roles: take another id",
                                       STR_ARG(str_utf8_prefix(id, 60))));
    return !hidden;
}

static void add(struct request *req, struct response *res)
{
    int64_t seq = 0;
    if (!is_free(req, res, json_get_str(req->json, "id"))) return;
    struct arena a = arena_init(READ_MEMORY);
    struct buf body = buf_init(BODY_ROOM);
    err e = document_body(req, &a, &body);
    if (e.code) http_problem_rule(res, e);
    else if (reply_input(req, res, STR("knowledge.loaded"), json_get_str(req->json, "id"), &body, &seq))
        reply_seq(res, seq, NULL);
    buf_done(&body);
    arena_done(&a);
}

static void drop(struct request *req, struct response *res)
{
    int64_t seq = 0;
    if (!is_his(req, res, req->path_args[0])) return;
    struct buf body = buf_init(256);
    buf_add(&body, STR("{\"title\":\"\",\"source\":\"\",\"format\":\"\",\"hash\":\"\",\"passages\":[]}"));
    if (reply_input(req, res, STR("knowledge.loaded"), req->path_args[0], &body, &seq)) res->content_type = STR("");
    buf_done(&body);
}

/* ---- did it help ---- */

static void feedback(struct request *req, struct response *res)
{
    int64_t seq = 0;
    json *worked = json_get(req->json, "worked");
    if (!is_his(req, res, json_get_str(req->json, "document"))) return;
    struct buf body = buf_init(64 << 10);
    struct jw w = jw_init(&body);
    jw_open(&w, NULL);
    jw_str(&w, "question", json_str(json_get(req->json, "question"), STR("")));
    jw_bool(&w, "used", json_bool(json_get(req->json, "used"), true));
    if (worked) jw_bool(&w, "worked", json_bool(worked, false));
    if (json_get(req->json, "passage")) jw_i64(&w, "passage", json_get_i64(req->json, "passage", -1));
    jw_close(&w);
    if (reply_input(req, res, STR("knowledge.feedback"), json_get_str(req->json, "document"), &body, &seq))
        reply_seq(res, seq, NULL);
    buf_done(&body);
}

static void reindex(struct request *req, struct response *res)
{
    int64_t seq = 0;
    struct buf body = buf_init(64);
    buf_add(&body, STR("{}"));
    if (reply_input(req, res, STR("knowledge.reindex"), STR(""), &body, &seq)) reply_seq(res, seq, NULL);
    buf_done(&body);
}

static const struct col reindex_columns[] = { { "seq", COL_INT },       { "time", COL_INT },     { "reason", COL_TEXT },
                                              { "documents", COL_INT }, { "feedback", COL_INT }, { .name = NULL } };

static void last_reindex(struct view *v)
{
    struct rows *r = tx_query_n(v->tx, SQL_KNOWLEDGE_REINDEX_LAST, TX_NO_VALS);
    if (rows_next(r)) {
        jw_open(&v->w, "reindexed");
        row_write(&v->w, r, reindex_columns);
        jw_close(&v->w);
    } else {
        jw_null(&v->w, "reindexed");
    }
    rows_end(r);
}

static void stats(struct request *req, struct response *res)
{
    static const char *const names[] = { "documents",       "passages",         "feedback", "used",   "worked",
                                         "did_not_work",    "missed",           "proven",   "drafts", "undrafted",
                                         "documents_since", "feedback_since",   "reindexes" };
    enum { NAMES = sizeof names / sizeof *names };
    struct library *l = library_of(req, res);
    struct view v;
    if (!l || !view_open(&v, req, res)) return;
    struct library_stats s = library_stats(l);
    struct rows *r = tx_query_n(v.tx, SQL_API_KNOWLEDGE_COUNTS, TX_NO_VALS);
    jw_open(&v.w, NULL);
    if (rows_next(r))
        for (int i = 0; i < NAMES; i++) jw_i64(&v.w, names[i], rows_i64(r, i));
    rows_end(r);
    jw_bool(&v.w, "encoder", s.vectors);
    jw_i64(&v.w, "vectors", s.encoded);
    jw_i64(&v.w, "questions", s.questions);
    jw_i64(&v.w, "indexed", s.documents);
    jw_i64(&v.w, "left_out", s.left_out);
    jw_i64(&v.w, "bytes", s.bytes);
    jw_i64(&v.w, "in_graph", s.in_graph);
    last_reindex(&v);
    sources_json(server_of(req)->opts.sources, &v.w, "sources");
    jw_close(&v.w);
    view_close(&v);
}

struct missed {
    str question[GAPS_READ];
    int64_t time[GAPS_READ];
    size_t n;
};

static void read_missed(struct view *v, struct missed *m)
{
    struct rows *r = tx_query(v->tx, SQL_API_KNOWLEDGE_GAPS, V(INT64_MAX), V((int64_t)GAPS_READ));
    while (m->n < GAPS_READ && rows_next(r)) {
        m->time[m->n] = rows_i64(r, 1);
        m->question[m->n++] = rows_dup(r, 2, v->req->arena);
    }
    rows_end(r);
}

static void gaps(struct request *req, struct response *res)
{
    struct view v;
    struct terms *t = NULL;
    struct gap *groups = NULL;
    size_t n = 0;
    if (!view_open(&v, req, res)) return;
    struct missed *m = ARENA_NEW(req->arena, struct missed);
    read_missed(&v, m);
    err e = terms_open(&t);
    if (!e.code) e = gaps_group(t, m->question, m->n, req->arena, &groups, &n);
    if (e.code) tx_fail(v.tx, e);
    jw_open(&v.w, NULL);
    jw_i64(&v.w, "questions", (int64_t)m->n);
    jw_array(&v.w, "gaps");
    for (size_t i = 0; i < n && i < (size_t)http_limit(req); i++) {
        jw_open(&v.w, NULL);
        jw_str(&v.w, "question", m->question[groups[i].first]);
        jw_i64(&v.w, "count", (int64_t)groups[i].count);
        jw_i64(&v.w, "newest", m->time[groups[i].first]);
        jw_close(&v.w);
    }
    jw_array_end(&v.w);
    jw_close(&v.w);
    terms_close(t);
    view_close(&v);
}

const struct route api_search_routes[] = {
    { "GET", "/api/v1/knowledge/search", ROLE_VIEWER, "knowledge", "Find documents, and why each was found",
      "q!:string(1..2000) limit:integer(1..50)", NULL, "Found", 200, 0, search },
    ROUTES_END,
};
const struct route api_knowledge_routes[] = {
    { "GET", "/api/v1/knowledge/documents", ROLE_VIEWER, "knowledge", "Documents, by id", QUERY_PAGE, NULL,
      "Document[]", 200, 0, list },
    { "GET", "/api/v1/knowledge/documents/{id}", ROLE_VIEWER, "knowledge", "A document with its passages", NULL, NULL,
      "DocumentDetail", 200, 0, show },
    { "POST", "/api/v1/knowledge/documents", ROLE_OPERATOR, "knowledge", "Add or replace a document", NULL,
      "NewDocument", "Seq", 200, 4 << 20, add },
    { "DELETE", "/api/v1/knowledge/documents/{id}", ROLE_OPERATOR, "knowledge", "Remove a document", NULL, NULL, NULL,
      204, 64 << 10, drop },
    { "POST", "/api/v1/knowledge/feedback", ROLE_OPERATOR, "knowledge",
      "Say whether a document was used, and whether it helped", NULL, "NewFeedback", "Seq", 200, 64 << 10, feedback },
    { "POST", "/api/v1/knowledge/reindex", ROLE_OPERATOR, "knowledge",
      "Make the index anew now, with what was said of documents until now", NULL, NULL, "Seq", 200, 64 << 10,
      reindex },
    { "GET", "/api/v1/knowledge/stats", ROLE_VIEWER, "knowledge", "Documents, questions and what was said of them",
      NULL, NULL, "KnowledgeStats", 200, 0, stats },
    { "GET", "/api/v1/knowledge/gaps", ROLE_OPERATOR, "knowledge",
      "Questions that no document answers, alike ones together", "limit:integer(1..200)", NULL, "Gaps", 200, 0, gaps },
    ROUTES_END,
};
