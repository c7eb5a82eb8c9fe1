/* The library and the store of vectors: what the one has, the other is given; what the other finds is a candidate here.
 *
 *   documents with vectors --not put yet--> put --all looked at--> drop what nobody wants any more
 */
#include "base/json.h"
#include "base/log.h"
#include "edge/documents/library_internal.h"

enum { REST_TIME = 500 * USEC_MS };

/* ---- putting ---- */

static void take_id(void *ctx, uint64_t id)
{
    id_set_add(ctx, id, 0);
}

struct batch {
    struct arena a;
    struct vector_item items[VECTOR_STORE_BATCH];
    size_t n;
};

static void roles_of(const struct library_document *d, struct arena *a, struct vector_item *item)
{
    json *roles = NULL, *one;
    size_t i, n;
    str *names = ARENA_ARRAY(a, str, VECTOR_STORE_ROLES_MAX);
    item->roles = names;
    if (json_parse(d->roles, a, &roles).code) return;
    yyjson_arr_foreach(roles, i, n, one)
        if (item->role_count < VECTOR_STORE_ROLES_MAX) names[item->role_count++] = str_dup(a, json_str(one, STR("")));
}

/* Copies: the documents may be loaded anew while a store far away takes them. */
static void take_passage(struct library *l, const struct library_document *d, size_t i, struct batch *b)
{
    struct arena scratch = arena_init(1 << 20);
    struct sha256 of;
    struct packed v = { 0 };
    (void)library_encoded(d, d->texts[i], &scratch, &of);
    if (vector_cache_get(l->cache, &of, &v)) {
        struct vector_item *item = &b->items[b->n++];
        int8_t *bytes = arena_new(&b->a, vector_stride(EMBED_DIM));
        memcpy(bytes, v.bytes, EMBED_DIM);
        *item = (struct vector_item){ .id = d->ids[i], .document = str_dup(&b->a, d->id),
                                      .title = str_dup(&b->a, d->title), .text = str_dup(&b->a, d->texts[i]),
                                      .passage = (int64_t)i, .valid_from = d->valid_from, .valid_to = d->valid_to,
                                      .vector = { bytes, v.scale, v.sum } };
        roles_of(d, &b->a, item);
    }
    arena_done(&scratch);
}

/* The next that are not there yet. Under the lock. */
static void collect(struct library *l, struct batch *b)
{
    if (l->put_version != l->version) {
        l->put_version = l->version;
        l->put_to = 0;
        l->put_round++;
    }
    for (; l->put_to < l->encoded_to; l->put_to++) {
        const struct library_document *d = &l->documents[l->put_to];
        for (size_t i = 0; i < d->count; i++) {
            if (id_set_mark(&l->put, d->ids[i], l->put_round)) continue;
            if (b->n == VECTOR_STORE_BATCH) return;
            take_passage(l, d, i, b);
        }
    }
}

static err put_batch(struct library *l, struct batch *b, bool *more, bool *whole)
{
    arena_reset(&b->a);
    b->n = 0;
    (void)pthread_mutex_lock(&l->lock);
    if (!l->stopping) collect(l, b);
    *whole = !l->stopping && l->version && l->put_to == l->count;
    (void)pthread_mutex_unlock(&l->lock);
    err e = b->n ? l->opts.vectors->put(l->near, b->items, b->n) : OK;
    for (size_t i = 0; i < b->n && !e.code; i++) id_set_add(&l->put, b->items[i].id, l->put_round);
    *more = b->n > 0;
    return e;
}

static err drop_gone(struct library *l)
{
    uint64_t gone[VECTOR_STORE_BATCH];
    size_t n = 0;
    bool any = false;
    err e = OK;
    for (size_t i = 0; i < l->put.cap && !e.code; i++) {
        if (!l->put.ids[i] || l->put.marks[i] == l->put_round) continue;
        any = true;
        gone[n++] = l->put.ids[i];
        if (n == VECTOR_STORE_BATCH) {
            e = l->opts.vectors->drop(l->near, gone, n);
            n = 0;
        }
    }
    if (n && !e.code) e = l->opts.vectors->drop(l->near, gone, n);
    if (any && !e.code) id_set_keep(&l->put, l->put_round);
    return e;
}

/* The documents of a batch that failed are behind put_to: the next time all are looked at. */
static void put_again(struct library *l)
{
    (void)pthread_mutex_lock(&l->lock);
    l->put_to = 0;
    (void)pthread_mutex_unlock(&l->lock);
}

static err keep(struct library *l, struct batch *b)
{
    bool more = true, whole = false;
    err e = OK;
    if (!l->put_round) { /* after a start: what is left of the last one */
        e = l->opts.vectors->each(l->near, take_id, &l->put);
        l->put_round = !e.code;
    }
    while (more && !e.code) e = put_batch(l, b, &more, &whole);
    if (e.code) put_again(l);
    else if (whole) e = drop_gone(l);
    atomic_store(&l->near_count, (long long)l->put.count);
    return e;
}

static void failed(struct library *l, err e)
{
    if (atomic_fetch_add(&l->near_failed, 1) % 100 == 0) /* not once a question */
        log_warn("documents.vector_store store=%s error=%s", l->opts.vectors->name, e.msg);
}

bool library_near_keep(struct library *l)
{
    struct batch *b = mem_new(sizeof *b);
    b->a = arena_init(256 << 20);
    err e = keep(l, b);
    arena_done(&b->a);
    mem_free(b);
    if (e.code) failed(l, e);
    return !e.code;
}

bool library_near_rest(struct library *l)
{
    (void)pthread_mutex_lock(&l->lock);
    bool may = l->may_rest && !l->stopping && l->put_to == l->count;
    (void)pthread_mutex_unlock(&l->lock);
    if (!l->near || !may || !l->opts.vectors->rest) return false;
    bool more = true;
    err e = OK;
    for (usec end = l->opts.env->now(l->opts.env) + REST_TIME; more && !e.code && l->opts.env->now(l->opts.env) < end;)
        e = l->opts.vectors->rest(l->near, &more);
    if (e.code) failed(l, e);
    return more && !e.code;
}

/* ---- asking ---- */

size_t library_near(struct library *l, struct packed vector, str role, struct arena *a, struct vector_near *out)
{
    size_t n = 0;
    struct vector_question q = { .vector = vector, .role = role, .now = l->opts.env->wall(l->opts.env),
                                 .k = SHELF_CANDIDATES };
    if (!l->near || !vector.bytes || !(vector.scale > 0)) return 0;
    err e = l->opts.vectors->near(l->near, &q, a, out, &n);
    if (e.code) failed(l, e);
    return e.code ? 0 : n;
}

size_t library_near_rows(const struct library_shelf *s, const struct vector_near *near, size_t n,
                         struct vector_hit *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < n && s->slots; i++) {
        size_t at = (size_t)near[i].id & (s->slot_cap - 1);
        while (s->slots[at] && s->ids[s->slots[at] - 1] != near[i].id) at = (at + 1) & (s->slot_cap - 1);
        if (s->slots[at]) out[kept++] = (struct vector_hit){ s->slots[at] - 1, near[i].cosine };
    }
    return kept;
}
