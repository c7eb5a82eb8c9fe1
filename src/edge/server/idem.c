/* Idempotency-Key: a client that did not see the answer asks again, and gets the first answer instead of a second
 * action. The key is recorded in the transaction of the change itself (http_input), the reply after it; when the
 * process dies in between, a retry is told that the change was made. Kept for 24 h and at most KEYS_MAX, the oldest
 * make room. */
#include <pthread.h>

#include "core/core.h"
#include "edge/server/server_internal.h"

enum { KEY_MAX = 128, KEYS_MAX = 20000, REPLY_KEPT_MAX = 64 << 10 };
#define KEPT_FOR (24 * USEC_HOUR)

/* What makes two requests the same one. */
static str fingerprint(const struct request *req)
{
    str parts[] = { req->method, STR("\n"), req->path, STR("\n"), req->query, STR("\n"), req->body };
    struct sha256 h = sha256_parts(parts, sizeof parts / sizeof *parts);
    return hex_text((str){ (const char *)h.b, SHA256_LEN }, req->arena);
}

static bool key_fine(str key)
{
    for (size_t i = 0; i < key.len; i++)
        if (key.ptr[i] < 0x21 || key.ptr[i] > 0x7e) return false;
    return key.len > 0 && key.len <= KEY_MAX;
}

/* From a row (hash, status, type, location, body). */
static void answer_again(struct request *req, struct response *res, struct rows *r)
{
    if (!str_eq(rows_str(r, 0), fingerprint(req))) {
        http_problem(res, 409, "Idempotency-Key was used already",
                     STR("this Idempotency-Key came with another request before"));
        return;
    }
    if (rows_i64(r, 1) == 0) {
        http_problem(res, 409, "Already carried out",
                     STR("the first request with this Idempotency-Key was carried out, or is being carried out; its "
                         "reply was not kept"));
        return;
    }
    res->status = (int)rows_i64(r, 1);
    res->content_type = rows_dup(r, 2, req->arena);
    res->location = rows_dup(r, 3, req->arena);
    buf_add(&res->body, rows_str(r, 4));
    http_header(res, STR("Idempotency-Replayed: true"));
}

bool idem_replay(struct server *s, struct request *req, struct response *res)
{
    struct tx *tx;
    if (!key_fine(req->idempotency_key)) {
        http_problem(res, 400, "Bad request", STR("Idempotency-Key: 1 to 128 visible ASCII characters"));
        return true;
    }
    err e = store_read(s->opts.store, &tx);
    if (e.code) {
        http_problem_err(res, e);
        return true;
    }
    struct rows *r = tx_query(tx, SQL_IDEM_GET, V(req->actor), V(req->idempotency_key),
                              V(s->opts.env->wall(s->opts.env) - KEPT_FOR));
    bool found = rows_next(r);
    if (found) {
        answer_again(req, res, r);
        rows_end(r);
    }
    e = tx_err(tx);
    store_read_end(tx);
    if (e.code) http_problem_err(res, e);
    return found || e.code;
}

/* ---- the key and the change in one transaction ---- */

struct input_work {
    struct server *server;
    struct request *req;    /* NULL: without Idempotency-Key */
    const struct input *in;
    str hash;               /* of the request; empty = without Idempotency-Key */
    bool *claimed;          /* shared by the inputs of a request; touched by the writer thread only */
    struct input_result *out;
    struct waiting *waiting;
};

static void claim(struct tx *tx, const struct input_work *w)
{
    (void)tx_exec(tx, SQL_IDEM_EXPIRE, V(tx_time(tx) - KEPT_FOR));
    if (w->hash.ptr[0] == '0')
        (void)tx_exec(tx, SQL_IDEM_TRIM, V((int64_t)KEYS_MAX)); /* it counts rows: now and then is enough */
    int64_t added =
        tx_exec(tx, SQL_IDEM_CLAIM, V(w->req->actor), V(w->req->idempotency_key), V(w->hash), V(tx_time(tx)));
    if (added == 0)
        tx_fail(tx, err_make(ERR_CONFLICT, "a request with this Idempotency-Key was carried out meanwhile"));
}

static err input_work(struct tx *tx, void *ctx)
{
    struct input_work *w = ctx;
    bool claims = w->hash.len && !*w->claimed;
    if (claims) claim(tx, w);
    err e = tx_err(tx);
    if (!e.code) e = w->server->opts.apply(w->server->opts.apply_ctx, tx, w->in, &w->out->seq);
    if (!e.code && claims) *w->claimed = true;
    return e;
}

/* ---- waiting for many ---- */

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t done;
    size_t left;
};

static void one_done(struct waiting *w)
{
    (void)pthread_mutex_lock(&w->lock);
    if (--w->left == 0) (void)pthread_cond_signal(&w->done);
    (void)pthread_mutex_unlock(&w->lock);
}

static void input_done(err result, void *ctx)
{
    struct input_work *w = ctx;
    w->out->result = result;
    one_done(w->waiting);
}

void http_inputs(struct request *req, const struct input *inputs, size_t count, struct input_result *results)
{
    struct waiting waiting = { .left = count };
    struct input_work *works = ARENA_ARRAY(req->arena, struct input_work, count);
    bool with_key = req->idempotency_key.len && !req->idempotency_claimed;
    str hash = with_key ? fingerprint(req) : STR_NONE;
    (void)pthread_mutex_init(&waiting.lock, NULL);
    (void)pthread_cond_init(&waiting.done, NULL);
    for (size_t i = 0; i < count; i++) {
        results[i] = (struct input_result){ .seq = 0 };
        works[i] = (struct input_work){ server_of(req), req,     &inputs[i], hash, &req->idempotency_claimed,
                                        &results[i],    &waiting };
        err e = store_submit(works[i].server->opts.store, input_work, input_done, &works[i]);
        if (e.code) input_done(e, &works[i]);
    }
    (void)pthread_mutex_lock(&waiting.lock);
    while (waiting.left) (void)pthread_cond_wait(&waiting.done, &waiting.lock);
    (void)pthread_mutex_unlock(&waiting.lock);
    (void)pthread_cond_destroy(&waiting.done);
    (void)pthread_mutex_destroy(&waiting.lock);
}

err http_input(struct request *req, const struct input *in, int64_t *seq)
{
    struct input_result r;
    http_inputs(req, in, 1, &r);
    *seq = r.seq;
    return r.result;
}

err server_input(void *ctx, const struct input *in, int64_t *seq)
{
    struct input_result r = { .seq = 0 };
    struct input_work w = { .server = ctx, .in = in, .out = &r };
    err e = store_run(w.server->opts.store, input_work, &w);
    if (!e.code) *seq = r.seq;
    return e;
}

/* ---- the reply ---- */

struct keep_work {
    struct request *req;
    const struct response *res;
    str hash;
};

static err keep_work(struct tx *tx, void *ctx)
{
    struct keep_work *w = ctx;
    str type = w->res->content_type, location = w->res->location.len ? w->res->location : STR(""),
        body = buf_view(&w->res->body);
    (void)tx_exec(tx, SQL_IDEM_KEEP, V(w->req->actor), V(w->req->idempotency_key), V(w->hash), V(tx_time(tx)),
                  V(w->res->status), V(type), V(location), V(body.len ? body : STR("")));
    return tx_err(tx);
}

void idem_keep(struct server *s, struct request *req, const struct response *res)
{
    if (res->secret || res->body.len > REPLY_KEPT_MAX) return;
    struct keep_work w = { .req = req, .res = res, .hash = fingerprint(req) };
    /* The change is made; failing to keep its reply only makes a retry get 409 instead of the reply. */
    (void)!store_run(s->opts.store, keep_work, &w).code;
}
