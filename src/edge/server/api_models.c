/* What detectors of series learned from labelled incidents, and the way back to what was in force before. */
#include "edge/observe/models.h"
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"

enum { ROOM = 16 * MODELS_BYTES_MAX };

/* One text of the store, copied into `a`; empty when there is none. kind: of the document in force; NULL: `id` needs
 * none. False: an error, and res says so. */
static bool read_text(struct request *req, struct response *res, enum sql id, const char *kind, struct arena *a,
                      str *text)
{
    struct view v;
    *text = STR("");
    if (!view_open(&v, req, res)) return false;
    struct rows *r = kind ? tx_query(v.tx, id, V(kind)) : tx_query_n(v.tx, id, TX_NO_VALS);
    if (rows_next(r)) *text = rows_dup(r, kind ? 1 : 0, a);
    rows_end(r);
    err e = tx_err(v.tx);
    view_close(&v);
    return !e.code;
}

static void get(struct request *req, struct response *res)
{
    struct arena a = arena_init(ROOM);
    str text, tried_text;
    struct models models, tried;
    if (read_text(req, res, SQL_DOCUMENT_ACTIVE, "models", &a, &text) &&
        read_text(req, res, SQL_DOCUMENT_ACTIVE, "models_tried", &a, &tried_text)) {
        err e = models_parse(text, &a, &models);
        if (!e.code) e = models_parse(tried_text, &a, &tried);
        if (e.code) http_problem_rule(res, e);
        else buf_add(&res->body, models_report(&models, &tried, &a));
    }
    arena_done(&a);
}

/* The series as they were, in a new version; learned_to stays, so that the same labels do not bring the same models
 * back. */
static err go_back(str now_text, str before_text, struct arena *a, str *body)
{
    struct models now, before;
    err e = models_parse(now_text, a, &now);
    if (!e.code && !now.count) e = err_make(ERR_CONFLICT, "no models are in force: there is nothing to take back");
    if (!e.code) e = models_parse(before_text, a, &before);
    if (e.code) return e;
    before.version = now.version + 1;
    before.learned_to = now.learned_to;
    struct buf b = buf_init(2 * (size_t)MODELS_BYTES_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "text", models_text(&before, a));
    jw_close(&w);
    *body = buf_take(&b, a);
    return OK;
}

static void rollback(struct request *req, struct response *res)
{
    struct arena a = arena_init(ROOM);
    str now, before, body;
    int64_t seq = 0;
    if (read_text(req, res, SQL_DOCUMENT_ACTIVE, "models", &a, &now) &&
        read_text(req, res, SQL_MODELS_BEFORE, NULL, &a, &before)) {
        err e = go_back(now, before, &a, &body);
        struct buf b = buf_init(2 * (size_t)MODELS_BYTES_MAX);
        if (!e.code) buf_add(&b, body);
        if (e.code)
            http_problem_rule(res, e);
        else if (reply_input(req, res, STR("document.loaded"), STR("models"), &b, &seq))
            reply_seq(res, seq, NULL);
        buf_done(&b);
    }
    arena_done(&a);
}

const struct route api_model_routes[] = {
    { "GET", "/api/v1/models", ROLE_VIEWER, "models", "What detectors of series learned from labelled incidents", NULL,
      NULL, "Models", 200, 0, get },
    { "POST", "/api/v1/models/rollback", ROLE_ADMIN, "models", "Take the newest promotion back", NULL, NULL, "Seq", 200,
      1 << 10, rollback },
    ROUTES_END,
};
