#include "edge/vectors/remote.h"

#include <math.h>
#include <time.h>

#include "edge/files.h"

enum { BODY_MAX = 16 << 20, REPLY_MAX = 8 << 20, SCRATCH_MAX = 256 << 20, PAGES_MAX = 100000, TITLE_MAX = 1000 };
#define NEAR_TIME (5 * USEC_SECOND)
#define KEEP_TIME (20 * USEC_SECOND)
#define REST_TIME (10 * USEC_SECOND) /* searches go on by words meanwhile */
#define PAUSE_NS 100000000L

/* ---- open and close ---- */

err remote_open(const struct remote_dialect *d, const struct vector_store_opts *opts, void **self)
{
    if (!opts->dim || opts->dim > VECTOR_DIM_MAX) return err_make(ERR_INPUT, "vectors of %zu numbers", opts->dim);
    if (!opts->url.len || !opts->collection.len)
        return err_make(ERR_INPUT, "%s needs an address and the name of a collection", d->name);
    struct remote *r = mem_new(sizeof *r);
    *r = (struct remote){ .dialect = d, .env = opts->env, .a = arena_init(1 << 16), .dim = opts->dim };
    str url = opts->url, secret;
    while (url.len && url.ptr[url.len - 1] == '/') url.len--;
    r->url = str_dup(&r->a, url);
    r->collection = str_dup(&r->a, opts->collection);
    err e = opts->secret.len ? secret_read(opts->secret, &r->a, &secret) : OK;
    if (!e.code && opts->secret.len) r->key_line = str_fmt(&r->a, "%s" STR_FMT, d->key, STR_ARG(secret));
    (void)pthread_mutex_init(&r->lock, NULL);
    if (e.code) remote_close(r);
    else *self = r;
    return err_wrap(e, "the key of %s", d->name);
}

void remote_close(void *self)
{
    struct remote *r = self;
    if (!r) return;
    if (r->dialect->close) r->dialect->close(r);
    (void)pthread_mutex_destroy(&r->lock);
    arena_done(&r->a);
    mem_free(r);
}

void remote_counts(void *self, struct vector_store_counts *out)
{
    struct remote *r = self;
    *out = (struct vector_store_counts){ atomic_load(&r->calls), atomic_load(&r->retries) };
}

/* ---- one exchange ---- */

struct buf remote_body(void)
{
    return buf_init(BODY_MAX);
}

static bool try_again(err e, int status)
{
    if (e.code) return e.code == ERR_IO || e.code == ERR_NOT_FOUND;
    return status == 429 || status == 502 || status == 503 || status == 504;
}

static err exchange(struct remote *r, const struct http_request *q, usec time, struct arena *a, struct http_reply *out)
{
    usec end = r->env->now(r->env) + time;
    struct http_request once = *q;
    for (int tries = 1;; tries++) {
        once.timeout = end - r->env->now(r->env);
        if (once.timeout <= 0) return err_make(ERR_TIMEOUT, "no answer in %d s", (int)(time / USEC_SECOND));
        atomic_fetch_add(&r->calls, 1);
        err e = r->env->http(r->env, &once, a, out);
        if (tries == REMOTE_TRIES || !try_again(e, out->status)) return e;
        atomic_fetch_add(&r->retries, 1);
        (void)nanosleep(&(struct timespec){ .tv_nsec = tries * PAUSE_NS }, NULL);
    }
}

/* What a server says went wrong, wherever it says it. */
static str server_words(json *root, str body)
{
    static const char *const keys[] = { "message", "error", "detail" };
    json *status = json_get(root, "status"), *list = json_get(root, "error");
    str said = json_get_str(status, "error");
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !said.len; i++) said = json_get_str(root, keys[i]);
    if (!said.len) said = json_get_str(yyjson_arr_get(list, 0), "message");
    if (!said.len) said = json_get_str(list, "message");
    return str_utf8_prefix(said.len ? said : str_utf8_valid(body) ? body : STR(""), 120);
}

static err refusal(struct remote *r, int status, json *root, str body)
{
    str said = server_words(root, body);
    enum err_code code = ERR_IO;
    if (status == 401 || status == 403) code = ERR_DENIED;
    else if (status == 413 || status == 429) code = ERR_LIMIT;
    else if (status >= 400 && status < 500) code = ERR_INPUT;
    return err_make(code, "%s answers %d: " STR_FMT, r->dialect->name, status, STR_ARG(said));
}

static err call(struct remote *r, struct http_request *q, usec time, struct arena *a, json **out, int *status)
{
    str headers[4] = { STR("Content-Type: application/json"), STR("Accept: application/json") };
    struct http_reply reply = { 0 };
    q->headers = headers, q->header_count = 2;
    if (r->key_line.len) headers[q->header_count++] = r->key_line;
    if (r->dialect->version) headers[q->header_count++] = str_of(r->dialect->version);
    q->url = str_fmt(a, STR_FMT STR_FMT, STR_ARG(r->url), STR_ARG(q->url));
    q->reply_max = REPLY_MAX;
    q->from_operator = true;
    if (!r->env->http) return err_make(ERR_IO, "this build has no HTTP client");
    err e = exchange(r, q, time, a, &reply);
    if (e.code == ERR_NOT_FOUND) e.code = ERR_IO; /* nobody is there */
    if (e.code) return err_wrap(e, "%s at " STR_FMT, r->dialect->name, STR_ARG(r->url));
    err bad = reply.body.len ? json_parse(reply.body, a, out) : OK;
    if (bad.code) *out = NULL;
    if (status) *status = reply.status;
    if (status && (reply.status == 404 || reply.status == 409)) return OK;
    if (reply.status < 200 || reply.status > 299) return refusal(r, reply.status, *out, reply.body);
    return bad.code ? err_make(ERR_CORRUPT, "the answer of %s is no JSON", r->dialect->name) : OK;
}

err remote_call(struct remote *r, const char *method, str path, struct buf *body, struct arena *a, json **out,
                int *status)
{
    bool full = body && body->full;
    struct http_request q = { .method = str_of(method), .url = path, .body = body ? buf_take(body, a) : STR("") };
    *out = NULL;
    return full ? err_make(ERR_LIMIT, "a request of over %d bytes", BODY_MAX) : call(r, &q, KEEP_TIME, a, out, status);
}

err remote_ask(struct remote *r, str path, struct buf *body, struct arena *a, json **out, int *status)
{
    struct http_request q = { .method = STR("POST"), .url = path, .body = buf_take(body, a) };
    *out = NULL;
    return call(r, &q, NEAR_TIME, a, out, status);
}

/* ---- ids and vectors ---- */

#define ID_TAIL "00-776569722e31"

void remote_id(uint64_t id, char out[REMOTE_ID_LEN + 1])
{
    char d[17];
    (void)snprintf(d, sizeof d, "%016llx", (unsigned long long)id);
    (void)snprintf(out, REMOTE_ID_LEN + 1, "%.8s-%.4s-4%.3s-8%c" ID_TAIL, d, d + 8, d + 12, d[15]);
}

static bool hex_value(char c, uint64_t *v)
{
    if (c >= '0' && c <= '9') *v = *v << 4 | (uint64_t)(c - '0');
    else if (c >= 'a' && c <= 'f') *v = *v << 4 | (uint64_t)(c - 'a' + 10);
    else return false;
    return true;
}

bool remote_id_read(str text, uint64_t *id)
{
    char again[REMOTE_ID_LEN + 1];
    static const unsigned char digits[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 15, 16, 17, 20 };
    *id = 0;
    if (text.len != REMOTE_ID_LEN) return false;
    for (size_t i = 0; i < sizeof digits; i++)
        if (!hex_value(text.ptr[digits[i]], id)) return false;
    remote_id(*id, again);
    return *id && str_eq(text, str_of(again));
}

void remote_ids(struct jw *w, const char *key, const uint64_t *ids, size_t n)
{
    char id[REMOTE_ID_LEN + 1];
    jw_array(w, key);
    for (size_t i = 0; i < n; i++) {
        remote_id(ids[i], id);
        jw_strz(w, NULL, id);
    }
    jw_array_end(w);
}

void remote_floats(struct jw *w, const char *key, const struct remote *r, const struct packed *v)
{
    float numbers[VECTOR_DIM_MAX];
    char text[32];
    vector_unpack(v, r->dim, numbers);
    jw_array(w, key);
    for (size_t i = 0; i < r->dim; i++) { /* seven digits: more than eight bits and a scale have */
        (void)snprintf(text, sizeof text, "%.7g", (double)numbers[i]);
        jw_raw(w, NULL, str_of(text));
    }
    jw_array_end(w);
}

/* ---- facts ---- */

int64_t remote_time(usec t)
{
    return t < REMOTE_NO_END ? t : REMOTE_NO_END - 1;
}

static int64_t remote_end(usec t)
{
    return t ? remote_time(t) : REMOTE_NO_END;
}

bool remote_reads_all(str role)
{
    return STR_IS(role, "admin");
}

/* Some servers take no zero byte in a text. */
static str label(str s)
{
    const char *zero = s.len ? memchr(s.ptr, 0, s.len) : NULL;
    return str_utf8_prefix(zero ? str_cut(s, 0, (size_t)(zero - s.ptr)) : s, TITLE_MAX);
}

void remote_facts(struct jw *w, const struct vector_item *item)
{
    jw_str(w, "document", label(item->document));
    jw_str(w, "title", label(item->title));
    jw_i64(w, "passage", item->passage);
    jw_i64(w, "valid_from", remote_time(item->valid_from));
    jw_i64(w, "valid_to", remote_end(item->valid_to));
}

void remote_roles(struct jw *w, const char *key, const struct vector_item *item)
{
    jw_array(w, key);
    if (!item->role_count) jw_strz(w, NULL, REMOTE_ANYBODY);
    for (size_t i = 0; i < item->role_count; i++) /* a role of that name is nobody's */
        if (!STR_IS(item->roles[i], REMOTE_ANYBODY)) jw_str(w, NULL, item->roles[i]);
    jw_array_end(w);
}

void remote_item(struct jw *w, const struct remote *r, const struct vector_item *item, const char *vector,
                 const char *facts)
{
    char id[REMOTE_ID_LEN + 1];
    remote_id(item->id, id);
    jw_strz(w, "id", id);
    remote_floats(w, vector, r, &item->vector);
    jw_open(w, facts);
    remote_facts(w, item);
    remote_roles(w, "roles", item);
    jw_close(w);
}

void remote_reader(struct jw *w, const char *key, str role)
{
    jw_array(w, key);
    jw_strz(w, NULL, REMOTE_ANYBODY);
    jw_str(w, NULL, role);
    jw_array_end(w);
}

/* ---- answers ---- */

void remote_hit(struct remote_hits *h, str text, double cosine)
{
    uint64_t id;
    if (h->count == h->max || !isfinite(cosine) || cosine < -1.1 || cosine > 1.1 || !remote_id_read(text, &id)) return;
    for (size_t i = 0; i < h->count; i++)
        if (h->out[i].id == id) return;
    size_t at = h->count++;
    float score = (float)fmin(1, fmax(-1, cosine));
    for (; at && h->out[at - 1].cosine < score; at--) h->out[at] = h->out[at - 1];
    h->out[at] = (struct vector_near){ id, score };
}

void remote_entry(struct remote_page *page, str text)
{
    uint64_t id;
    page->seen++;
    if (remote_id_read(text, &id)) page->take(page->ctx, id);
}

/* ---- the store ---- */

/* Looked at once; where that fails, the next call looks again. Under the lock. */
static err look(struct remote *r, struct arena *a)
{
    err e = atomic_load(&r->ready) ? OK : r->dialect->ready(r, a);
    if (!e.code) atomic_store(&r->ready, true);
    return e;
}

static err be_ready(struct remote *r, struct arena *a)
{
    if (atomic_load(&r->ready)) return OK;
    (void)pthread_mutex_lock(&r->lock);
    err e = look(r, a);
    (void)pthread_mutex_unlock(&r->lock);
    return e;
}

/* Who searches does not wait for somebody else's look. */
static err be_ready_now(struct remote *r, struct arena *a)
{
    if (atomic_load(&r->ready)) return OK;
    if (pthread_mutex_trylock(&r->lock)) return err_make(ERR_IO, "%s is being looked at", r->dialect->name);
    err e = look(r, a);
    (void)pthread_mutex_unlock(&r->lock);
    return e;
}

err remote_put(void *self, const struct vector_item *items, size_t n)
{
    struct remote *r = self;
    struct arena a = arena_init(SCRATCH_MAX);
    err e = be_ready(r, &a);
    for (size_t i = 0; i < n && !e.code; i += REMOTE_PART) {
        e = r->dialect->put(r, items + i, n - i < REMOTE_PART ? n - i : REMOTE_PART, &a);
        arena_reset(&a);
    }
    arena_done(&a);
    return e;
}

static size_t without_twins(const uint64_t *ids, size_t n, uint64_t out[REMOTE_PART])
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < kept && out[at] != ids[i]) at++;
        if (at == kept) out[kept++] = ids[i];
    }
    return kept;
}

err remote_drop(void *self, const uint64_t *ids, size_t n)
{
    struct remote *r = self;
    struct arena a = arena_init(SCRATCH_MAX);
    uint64_t part[REMOTE_PART];
    err e = be_ready(r, &a);
    for (size_t i = 0; i < n && !e.code; i += REMOTE_PART) {
        size_t count = without_twins(ids + i, n - i < REMOTE_PART ? n - i : REMOTE_PART, part);
        e = r->dialect->drop(r, part, count, &a);
        arena_reset(&a);
    }
    arena_done(&a);
    return e;
}

err remote_each(void *self, void (*take)(void *ctx, uint64_t id), void *ctx)
{
    struct remote *r = self;
    struct arena a = arena_init(SCRATCH_MAX), cursor = arena_init(1 << 20);
    struct remote_page page = { .take = take, .ctx = ctx };
    err e = be_ready(r, &a);
    for (size_t pages = 0; !e.code; pages++) {
        page.seen = 0, page.next = STR("");
        e = pages < PAGES_MAX ? r->dialect->page(r, &page, &a) : err_make(ERR_LIMIT, "over %d pages", PAGES_MAX);
        if (e.code || !page.seen || !page.next.len || page.next.len > 4096) break;
        page.at += page.seen;
        arena_reset(&cursor);
        page.from = str_dup(&cursor, page.next);
        arena_reset(&a);
    }
    arena_done(&cursor);
    arena_done(&a);
    return e;
}

static err ask(struct remote *r, const struct vector_question *q, struct remote_hits *hits)
{
    usec now = r->env->now(r->env);
    if (now < atomic_load(&r->down_until))
        return err_make(ERR_IO, "%s did not answer, it is asked again later", r->dialect->name);
    struct arena a = arena_init(SCRATCH_MAX);
    err e = be_ready_now(r, &a);
    if (!e.code) e = r->dialect->near(r, q, &a, hits);
    if (e.code == ERR_IO || e.code == ERR_TIMEOUT) atomic_store(&r->down_until, r->env->now(r->env) + REST_TIME);
    arena_done(&a);
    return e;
}

err remote_near(void *self, const struct vector_question *q, struct arena *a, struct vector_near *out, size_t *found)
{
    (void)a;
    size_t k = q->k < VECTOR_STORE_NEAR_MAX ? q->k : VECTOR_STORE_NEAR_MAX;
    struct remote_hits hits = { .out = out, .max = k };
    err e = k ? ask(self, q, &hits) : OK;
    *found = e.code ? 0 : hits.count;
    return e;
}
