#include "edge/server/reply.h"

#include "core/core.h"
#include "core/words.h"
#include "edge/server/server.h"

/* ---- roles ---- */

static const char *const roles[ROLE_COUNT] = { "public", "ingest", "viewer", "operator", "approver", "admin" };

const char *role_text(enum role r)
{
    return roles[r];
}

bool role_of(str s, enum role *out)
{
    for (int i = ROLE_INGEST; i < ROLE_COUNT; i++) {
        if (!str_eq(s, str_of(roles[i]))) continue;
        *out = (enum role)i;
        return true;
    }
    return false;
}

bool role_may(enum role have, enum role need, bool reads)
{
    if (need == ROLE_INGEST && have == ROLE_VIEWER) return reads;
    return have >= need;
}

/* ---- problems ---- */

static const struct {
    enum err_code code;
    int status;
    const char *title;
} problems[] = {
    { ERR_INPUT, 400, "Bad request" },        { ERR_DENIED, 403, "Forbidden" },
    { ERR_NOT_FOUND, 404, "Not found" },      { ERR_CONFLICT, 409, "Conflict" },
    { ERR_LIMIT, 413, "Too large" },          { ERR_FULL, 429, "Too many requests" },
    { ERR_READ_ONLY, 503, "Read only" },      { ERR_STOPPED, 503, "Shutting down" },
    { ERR_NO_SPACE, 503, "The disk is full" }, { ERR_TIMEOUT, 503, "Busy" },
};

void http_problem(struct response *res, int status, const char *title, str detail)
{
    buf_clear(&res->body);
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_strz(&w, "type", "about:blank");
    jw_strz(&w, "title", title);
    jw_i64(&w, "status", status);
    jw_str(&w, "detail", detail);
    jw_close(&w);
    res->status = status;
    res->shared_body = STR_NONE;
    res->location = STR_NONE;
    res->stream = STREAM_NONE;
    res->content_type = STR("application/problem+json");
}

void http_problem_err(struct response *res, err e)
{
    int status = 500;
    const char *title = "Internal error";
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        if (problems[i].code != e.code) continue;
        status = problems[i].status;
        title = problems[i].title;
    }
    http_problem(res, status, title, str_of(e.msg[0] ? e.msg : err_text(e.code)));
    if (status == 429 || status == 503) res->retry_after_s = status == 429 ? 1 : 5;
}

void http_problem_rule(struct response *res, err e)
{
    http_problem_err(res, e);
    if (e.code == ERR_INPUT) http_problem(res, 422, "Not possible", str_of(e.msg));
}

void http_header(struct response *res, str name_and_value)
{
    size_t max = sizeof res->extra_headers / sizeof *res->extra_headers;
    if (res->extra_header_count < max) res->extra_headers[res->extra_header_count++] = name_and_value;
}

/* ---- views ---- */

bool view_open(struct view *v, struct request *req, struct response *res)
{
    *v = (struct view){ .req = req, .res = res, .w = jw_init(&res->body) };
    err e = store_read(server_store(req->ctx), &v->tx);
    if (e.code) http_problem_err(res, e);
    return !e.code;
}

void view_close(struct view *v)
{
    err e = tx_err(v->tx);
    store_read_end(v->tx);
    if (!e.code && v->res->body.full)
        e = err_make(ERR_LIMIT, "the reply is larger than this server gives; ask for fewer");
    if (e.code) http_problem_err(v->res, e);
}

void view_missing(struct view *v, const char *what, str id)
{
    err e = tx_err(v->tx);
    store_read_end(v->tx);
    if (!e.code) e = err_make(ERR_NOT_FOUND, "no %s " STR_FMT, what, STR_ARG(str_utf8_prefix(id, 80)));
    http_problem_err(v->res, e);
}

static void cell_write(struct jw *w, struct rows *r, int i, const struct col *col)
{
    if (rows_null(r, i)) {
        jw_null(w, col->name);
        return;
    }
    switch (col->type) {
    case COL_TEXT: jw_str(w, col->name, rows_str(r, i)); break;
    case COL_INT: jw_i64(w, col->name, rows_i64(r, i)); break;
    case COL_REAL: jw_f64(w, col->name, rows_f64(r, i)); break;
    case COL_BOOL: jw_bool(w, col->name, rows_i64(r, i) != 0); break;
    case COL_SEVERITY: jw_strz(w, col->name, severity_text((int)rows_i64(r, i))); break;
    case COL_JSON: jw_raw(w, col->name, rows_str(r, i).len ? rows_str(r, i) : STR("null")); break;
    case COL_HIDE: break;
    }
}

void row_write(struct jw *w, struct rows *r, const struct col *cols)
{
    for (int i = 0; cols[i].name; i++)
        if (cols[i].type != COL_HIDE) cell_write(w, r, i, &cols[i]);
}

void view_list(struct view *v, const char *key, const struct col *cols, struct rows *r)
{
    jw_array(&v->w, key);
    while (rows_next(r)) {
        jw_open(&v->w, NULL);
        row_write(&v->w, r, cols);
        jw_close(&v->w);
    }
    jw_array_end(&v->w);
}

bool view_object(struct view *v, struct request *req, struct response *res, const char *what, const struct col *cols,
                 enum sql id, const struct val *vals, size_t n)
{
    if (!view_open(v, req, res)) return false;
    struct rows *r = tx_query_n(v->tx, id, vals, n);
    if (!rows_next(r)) {
        view_missing(v, what, req->path_args[0]);
        return false;
    }
    jw_open(&v->w, NULL);
    row_write(&v->w, r, cols);
    rows_end(r);
    return true;
}

void reply_object(struct request *req, struct response *res, const char *what, const struct col *cols, enum sql id)
{
    struct view v;
    const struct val vals[] = { V(req->path_args[0]) };
    if (!view_object(&v, req, res, what, cols, id, vals, 1)) return;
    jw_close(&v.w);
    view_close(&v);
}

static str cursor_text(struct rows *r, int i, const struct col *col, struct arena *a)
{
    return col->type == COL_TEXT ? rows_dup(r, i, a) : str_fmt(a, "%lld", (long long)rows_i64(r, i));
}

/* {"items":[...],"next_cursor":...} of a query that was given limit + 1; column `cursor` of the last row is the cursor.
 */
static void view_page(struct view *v, const struct col *cols, struct rows *r, int cursor)
{
    int64_t left = http_limit(v->req);
    str last = STR_NONE;
    bool more = false;
    jw_open(&v->w, NULL);
    jw_array(&v->w, "items");
    while (rows_next(r)) {
        if (left-- == 0) {
            more = true;
            rows_end(r);
            break;
        }
        jw_open(&v->w, NULL);
        row_write(&v->w, r, cols);
        jw_close(&v->w);
        if (left == 0) last = cursor_text(r, cursor, &cols[cursor], v->req->arena);
    }
    jw_array_end(&v->w);
    if (more) jw_str(&v->w, "next_cursor", last);
    else jw_null(&v->w, "next_cursor");
    jw_close(&v->w);
}

void reply_page(struct request *req, struct response *res, enum sql id, const struct col *cols, int cursor,
                const struct val *vals, size_t n)
{
    struct view v;
    if (!view_open(&v, req, res)) return;
    view_page(&v, cols, tx_query_n(v.tx, id, vals, n), cursor);
    view_close(&v);
}

/* ---- mutations ---- */

void reply_seq(struct response *res, int64_t seq, const char *prefix)
{
    struct jw w = jw_init(&res->body);
    char id[48];
    jw_open(&w, NULL);
    jw_i64(&w, "seq", seq);
    (void)snprintf(id, sizeof id, "%s%lld", prefix ? prefix : "", (long long)seq);
    if (prefix && seq) jw_strz(&w, "id", id);
    jw_close(&w);
}

void reply_no_encoder(struct response *res)
{
    http_problem(res, 503, "No model",
                 STR("the sentence encoder has no model: `weir model fetch` brings it (to the place that encoder.model "
                     "names, with --model), then restart the server"));
}

bool reply_input(struct request *req, struct response *res, str kind, str subject, const struct buf *body, int64_t *seq)
{
    if (body->full) {
        http_problem_err(res, err_make(ERR_LIMIT, "the request is too large"));
        return false;
    }
    struct input in = { .kind = kind, .subject = subject, .actor = req->actor, .body = buf_view(body) };
    err e = http_input(req, &in, seq);
    if (e.code) http_problem_rule(res, e);
    return !e.code;
}

void reply_comment(struct request *req, struct response *res, str kind, const char *prefix)
{
    int64_t seq = 0;
    struct buf body = buf_init(1 << 20);
    struct jw w = jw_init(&body);
    jw_open(&w, NULL);
    jw_str(&w, "comment", json_str(json_get(req->json, "comment"), STR("")));
    jw_close(&w);
    if (reply_input(req, res, kind, req->path_args[0], &body, &seq)) reply_seq(res, seq, prefix);
    buf_done(&body);
}

void reply_batch(struct response *res, const struct input_result *results, size_t n)
{
    struct jw w = jw_init(&res->body);
    int64_t accepted = 0, duplicates = 0;
    jw_open(&w, NULL);
    jw_array(&w, "refused");
    for (size_t i = 0; i < n; i++) {
        accepted += !results[i].result.code && results[i].seq;
        duplicates += !results[i].result.code && !results[i].seq;
        if (!results[i].result.code) continue;
        jw_open(&w, NULL);
        jw_i64(&w, "index", (int64_t)i);
        jw_strz(&w, "problem", results[i].result.msg);
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_i64(&w, "accepted", accepted);
    jw_i64(&w, "duplicates", duplicates);
    jw_close(&w);
}
