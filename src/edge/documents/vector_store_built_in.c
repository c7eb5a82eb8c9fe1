/* The built-in store: rows in memory, found by an exact scan, or by a graph of near neighbours where there are many and
 * they rest. What a reader may not find is passed over before it takes a place among the best.
 *
 *   put, drop --> rows, one after another; a free row has no vector --> scan
 *   rest      --> graph of all rows, a slice at a time; the next put or drop throws it away
 *
 * The graph is asked only by readers for whom every row is open: the way to what one may find must not lead through
 * what one may not.
 */
#include <pthread.h>

#include "edge/documents/vector_store.h"
#include "engine/knowledge/hnsw.h"

enum { ROLES_KNOWN_MAX = 63, SLICE_ROWS = 500 };

struct row {
    uint64_t id;
    uint64_t roles; /* bits of those that may; 0: all */
    usec from, to;
    bool used;
};

struct built_in {
    pthread_rwlock_t lock; /* written by put, drop and the end of a graph; read by near */
    size_t stride, graph_from;
    struct vectors v; /* the arrays below, `count` rows of them in use or free */
    int8_t *rows, *unaligned;
    float *scales;
    int32_t *sums;
    struct row *facts;
    size_t cap, used;
    uint32_t *slots; /* by id, open addressing: row + 1 */
    size_t slot_cap;
    uint32_t *free_rows;
    size_t free_count;
    size_t restricted; /* rows with roles or an end */
    str roles[ROLES_KNOWN_MAX];
    size_t role_count;
    struct arena graph_arena;
    struct hnsw *building, *graph;
    size_t graph_bytes; /* of one that is whole */
};

static void drop_graph(struct built_in *s)
{
    arena_done(&s->graph_arena);
    s->building = s->graph = NULL;
    s->graph_bytes = 0;
}

static err open_built_in(const struct vector_store_opts *opts, void **self)
{
    if (!opts->dim || opts->dim > VECTOR_DIM_MAX) return err_make(ERR_INPUT, "vectors of %zu numbers", opts->dim);
    struct built_in *s = mem_new(sizeof *s);
    *s = (struct built_in){ .stride = vector_stride(opts->dim), .graph_from = opts->graph_from,
                            .graph_arena = arena_init(SIZE_MAX / 2) };
    s->v = (struct vectors){ .dim = opts->dim, .stride = s->stride };
    (void)pthread_rwlock_init(&s->lock, NULL);
    *self = s;
    return OK;
}

static void close_built_in(void *self)
{
    struct built_in *s = self;
    if (!s) return;
    drop_graph(s);
    mem_free(s->unaligned);
    mem_free(s->scales);
    mem_free(s->sums);
    mem_free(s->facts);
    mem_free(s->slots);
    mem_free(s->free_rows);
    for (size_t i = 0; i < s->role_count; i++) mem_free((void *)(uintptr_t)s->roles[i].ptr);
    (void)pthread_rwlock_destroy(&s->lock);
    mem_free(s);
}

/* ---- rows by id ---- */

static size_t slot_of(const struct built_in *s, uint64_t id)
{
    size_t at = (size_t)id & (s->slot_cap - 1);
    while (s->slots[at] && s->facts[s->slots[at] - 1].id != id) at = (at + 1) & (s->slot_cap - 1);
    return at;
}

/* All ids anew: after rows went, and when the table is half full. */
static void index_rows(struct built_in *s, size_t cap)
{
    mem_free(s->slots);
    s->slot_cap = cap;
    s->slots = mem_new(cap * sizeof *s->slots);
    for (size_t r = 0; r < s->v.count; r++)
        if (s->facts[r].used) s->slots[slot_of(s, s->facts[r].id)] = (uint32_t)r + 1;
}

static int8_t *align(int8_t *p)
{
    return p + (64 - (uintptr_t)p % 64) % 64;
}

static void grow(struct built_in *s)
{
    size_t cap = s->cap ? s->cap + s->cap / 2 : 1024;
    int8_t *fresh = mem_new(cap * s->stride + 64);
    if (s->v.count) memcpy(align(fresh), s->rows, s->v.count * s->stride);
    mem_free(s->unaligned);
    s->unaligned = fresh;
    s->rows = align(fresh);
    s->scales = mem_grow(s->scales, cap * sizeof *s->scales);
    s->sums = mem_grow(s->sums, cap * sizeof *s->sums);
    s->facts = mem_grow(s->facts, cap * sizeof *s->facts);
    s->free_rows = mem_grow(s->free_rows, cap * sizeof *s->free_rows);
    s->cap = cap;
    s->v.rows = s->rows;
    s->v.scales = s->scales;
    s->v.sums = s->sums;
}

static size_t row_for(struct built_in *s, uint64_t id)
{
    if (s->slot_cap < 2 * (s->used + 1)) index_rows(s, s->slot_cap ? 2 * s->slot_cap : 2048);
    size_t at = slot_of(s, id);
    if (s->slots[at]) return s->slots[at] - 1;
    if (!s->free_count && s->v.count == s->cap) grow(s);
    size_t row = s->free_count ? s->free_rows[--s->free_count] : s->v.count++;
    s->facts[row] = (struct row){ .id = id };
    s->slots[at] = (uint32_t)row + 1;
    return row;
}

/* ---- put and drop ---- */

static err role_bits(struct built_in *s, const struct vector_item *item, uint64_t *bits)
{
    *bits = 0;
    for (size_t i = 0; i < item->role_count; i++) {
        size_t r = 0;
        while (r < s->role_count && !str_eq(s->roles[r], item->roles[i])) r++;
        if (r == ROLES_KNOWN_MAX) return err_make(ERR_LIMIT, "over %d different roles", ROLES_KNOWN_MAX);
        if (r == s->role_count) s->roles[s->role_count++] = str_of(mem_dup_z(item->roles[i]));
        *bits |= UINT64_C(1) << r;
    }
    return OK;
}

static bool is_restricted(const struct row *r)
{
    return r->used && (r->roles || r->from || r->to);
}

static err put_one(struct built_in *s, const struct vector_item *item)
{
    uint64_t bits;
    err e = role_bits(s, item, &bits);
    if (e.code) return e;
    size_t row = row_for(s, item->id);
    struct row *r = &s->facts[row];
    s->restricted -= is_restricted(r);
    s->used += !r->used;
    *r = (struct row){ item->id, bits, item->valid_from, item->valid_to, true };
    s->restricted += is_restricted(r);
    memcpy(s->rows + row * s->stride, item->vector.bytes, s->stride);
    s->scales[row] = item->vector.scale;
    s->sums[row] = item->vector.sum;
    return OK;
}

static err put(void *self, const struct vector_item *items, size_t n)
{
    struct built_in *s = self;
    err e = OK;
    (void)pthread_rwlock_wrlock(&s->lock);
    drop_graph(s);
    for (size_t i = 0; i < n && !e.code; i++) e = put_one(s, &items[i]);
    (void)pthread_rwlock_unlock(&s->lock);
    return e;
}

static void drop_one(struct built_in *s, uint64_t id)
{
    size_t at = s->slot_cap ? slot_of(s, id) : 0;
    if (!s->slot_cap || !s->slots[at]) return;
    size_t row = s->slots[at] - 1;
    if (!s->facts[row].used) return; /* twice in one batch */
    s->restricted -= is_restricted(&s->facts[row]);
    s->facts[row].used = false;
    s->scales[row] = 0; /* like nothing: no scan finds it */
    s->free_rows[s->free_count++] = (uint32_t)row;
    s->used--;
}

static err drop(void *self, const uint64_t *ids, size_t n)
{
    struct built_in *s = self;
    (void)pthread_rwlock_wrlock(&s->lock);
    drop_graph(s);
    for (size_t i = 0; i < n; i++) drop_one(s, ids[i]);
    if (s->slot_cap) index_rows(s, s->slot_cap);
    (void)pthread_rwlock_unlock(&s->lock);
    return OK;
}

static err each(void *self, void (*take)(void *ctx, uint64_t id), void *ctx)
{
    struct built_in *s = self;
    for (size_t r = 0; r < s->v.count; r++)
        if (s->facts[r].used) take(ctx, s->facts[r].id);
    return OK;
}

/* ---- near ---- */

struct reader {
    const struct built_in *s;
    uint64_t role;
    bool all;
    usec now;
};

static bool may_find(const void *ctx, uint32_t row)
{
    const struct reader *r = ctx;
    const struct row *f = &r->s->facts[row];
    bool role = r->all || !f->roles || f->roles & r->role;
    return role && f->from <= r->now && (!f->to || f->to > r->now);
}

static struct reader reader_of(const struct built_in *s, const struct vector_question *q)
{
    struct reader r = { .s = s, .all = STR_IS(q->role, "admin"), .now = q->now };
    for (size_t i = 0; i < s->role_count; i++)
        if (str_eq(s->roles[i], q->role)) r.role = UINT64_C(1) << i;
    return r;
}

static err near(void *self, const struct vector_question *q, struct arena *a, struct vector_near *out, size_t *found)
{
    struct built_in *s = self;
    struct vector_hit hits[VECTOR_STORE_NEAR_MAX];
    size_t k = q->k < VECTOR_STORE_NEAR_MAX ? q->k : VECTOR_STORE_NEAR_MAX, n;
    (void)pthread_rwlock_rdlock(&s->lock);
    struct reader r = reader_of(s, q);
    if (s->graph && !s->restricted) n = hnsw_search(s->graph, q->vector.bytes, q->vector.scale, k, a, hits);
    else n = vectors_scan_where(&s->v, vector_kernel_best(), q->vector, may_find, &r, k, hits);
    *found = 0;
    for (size_t i = 0; i < n; i++) /* a graph has free rows, too */
        if (s->facts[hits[i].row].used)
            out[(*found)++] = (struct vector_near){ s->facts[hits[i].row].id, hits[i].cosine };
    (void)pthread_rwlock_unlock(&s->lock);
    return OK;
}

/* ---- the graph ---- */

/* Rows do not change while a slice is made: put, drop and rest come one at a time. */
static err rest(void *self, bool *more)
{
    struct built_in *s = self;
    bool whole = false;
    *more = false;
    if (!s->graph_from || s->used < s->graph_from || s->graph || s->restricted) return OK;
    err e = s->building ? OK : hnsw_new(&s->v, vector_kernel_best(), &s->graph_arena, &s->building);
    if (!e.code) e = hnsw_grow(s->building, SLICE_ROWS, &whole);
    if (whole) {
        (void)pthread_rwlock_wrlock(&s->lock);
        s->graph = s->building;
        s->graph_bytes = s->graph_arena.used;
        (void)pthread_rwlock_unlock(&s->lock);
    }
    *more = !e.code && !whole;
    return e;
}

static void size(void *self, size_t *bytes, size_t *in_graph)
{
    struct built_in *s = self;
    (void)pthread_rwlock_rdlock(&s->lock);
    *bytes = s->cap * (s->stride + sizeof *s->scales + sizeof *s->sums + sizeof *s->facts + sizeof *s->free_rows) +
             s->slot_cap * sizeof *s->slots + s->graph_bytes;
    *in_graph = s->graph ? s->used : 0;
    (void)pthread_rwlock_unlock(&s->lock);
}

const struct vector_store_kind vector_store_built_in = {
    .name = "built-in",
    .open = open_built_in,
    .close = close_built_in,
    .put = put,
    .drop = drop,
    .each = each,
    .near = near,
    .rest = rest,
    .size = size,
};
