#include "engine/knowledge/hnsw.h"

#include <assert.h>

enum { NEAR_MAX = 2 * HNSW_M, FIND_MAX = HNSW_BUILD > HNSW_SEARCH ? HNSW_BUILD : HNSW_SEARCH };

struct walk;

struct node {
    uint32_t *near[HNSW_LEVELS]; /* [0]: how many, then the neighbours */
};

struct hnsw {
    const struct vectors *v;
    enum vector_kernel kernel;
    struct node *nodes;
    uint32_t entry, grown; /* rows before this one are in the graph */
    size_t top;            /* the highest level there is */
    struct arena *a;
    struct walk *building;
};

/* What one search keeps: the nodes it has seen, those to go on from (best at the root), the best so far (worst at it).
 */
struct walk {
    const struct hnsw *h;
    const int8_t *query;
    float scale;
    uint32_t *seen, round; /* seen[node] == round */
    struct vector_hit *open;
    size_t open_count, open_cap;
    struct vector_best best;
    struct vector_hit hits[FIND_MAX];
};

static size_t most_near(size_t level)
{
    return level ? HNSW_M : NEAR_MAX;
}

/* One in 16 is on the next level. */
static size_t level_of(uint32_t row)
{
    uint64_t x = (row + 1) * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    x ^= x >> 31;
    size_t level = 0;
    while (level + 1 < HNSW_LEVELS && (x & 15) == 0) {
        level++;
        x >>= 4;
    }
    return level;
}

static float similarity(const struct walk *w, uint32_t row)
{
    const struct vectors *v = w->h->v;
    return (float)vector_dot(w->h->kernel, v->rows + (size_t)row * v->stride, v->sums[row], w->query, v->stride) *
           v->scales[row] * w->scale;
}

/* ---- the heap of nodes to go on from ---- */

static void open_push(struct walk *w, struct vector_hit hit)
{
    if (w->open_count == w->open_cap) return; /* so many candidates that one more finds nothing better */
    size_t i = w->open_count++;
    for (; i > 0 && w->open[(i - 1) / 2].cosine < hit.cosine; i = (i - 1) / 2) w->open[i] = w->open[(i - 1) / 2];
    w->open[i] = hit;
}

static struct vector_hit open_pop(struct walk *w)
{
    struct vector_hit first = w->open[0], last = w->open[--w->open_count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < w->open_count; i = child) {
        if (child + 1 < w->open_count && w->open[child + 1].cosine > w->open[child].cosine) child++;
        if (w->open[child].cosine <= last.cosine) break;
        w->open[i] = w->open[child];
    }
    w->open[i] = last;
    return first;
}

/* ---- one level ---- */

static void look_at(struct walk *w, uint32_t row)
{
    if (w->seen[row] == w->round) return;
    w->seen[row] = w->round;
    float s = similarity(w, row);
    if (!vector_best_takes(&w->best, s)) return;
    vector_best_add(&w->best, row, s);
    open_push(w, (struct vector_hit){ row, s });
}

/* From `start` to the `ef` nearest of a level, in w->best, best first. */
static void search_level(struct walk *w, uint32_t start, size_t level, size_t ef)
{
    w->round++;
    w->open_count = 0;
    w->best = (struct vector_best){ .hits = w->hits, .k = ef };
    look_at(w, start);
    while (w->open_count) {
        struct vector_hit at = open_pop(w);
        if (w->best.n == ef && at.cosine < w->best.hits[0].cosine) break;
        const uint32_t *near = w->h->nodes[at.row].near[level];
        for (uint32_t i = 1; i <= near[0]; i++) look_at(w, near[i]);
    }
    vector_best_sort(&w->best);
}

static bool walk_init(struct walk *w, const struct hnsw *h, struct arena *a)
{
    *w = (struct walk){ .h = h, .open_cap = 16 * (size_t)FIND_MAX };
    w->seen = arena_try(a, (h->v->count + 1) * sizeof *w->seen);
    w->open = arena_try(a, w->open_cap * sizeof *w->open);
    return w->seen && w->open;
}

static void ask(struct walk *w, const int8_t *query, float scale)
{
    w->query = query;
    w->scale = scale;
}

/* ---- building ---- */

static float between(const struct hnsw *h, uint32_t a, uint32_t b)
{
    const struct vectors *v = h->v;
    return (float)vector_dot(h->kernel, v->rows + (size_t)a * v->stride, v->sums[a], v->rows + (size_t)b * v->stride,
                             v->stride) *
           v->scales[a] * v->scales[b];
}

/* Neighbours in different directions: one that is nearer to a neighbour already taken than to the node is left out, as
 * the way to it leads over that neighbour (the paper's algorithm 4). `from`: best first. */
static uint32_t choose(const struct hnsw *h, const struct vector_hit *from, size_t n, size_t most, uint32_t *out)
{
    uint32_t kept = 0;
    for (size_t i = 0; i < n && kept < most; i++) {
        bool apart = true;
        for (uint32_t k = 0; k < kept && apart; k++) apart = between(h, from[i].row, out[k]) <= from[i].cosine;
        if (apart) out[kept++] = from[i].row;
    }
    return kept;
}

static void link_back(struct hnsw *h, uint32_t from, uint32_t to, size_t level)
{
    uint32_t *near = h->nodes[from].near[level];
    if (near[0] < most_near(level)) {
        near[++near[0]] = to;
        return;
    }
    struct vector_hit hits[NEAR_MAX + 1];
    struct vector_best all = { .hits = hits, .k = NEAR_MAX + 1 };
    for (uint32_t i = 1; i <= near[0]; i++) vector_best_add(&all, near[i], between(h, from, near[i]));
    vector_best_add(&all, to, between(h, from, to));
    vector_best_sort(&all);
    near[0] = choose(h, hits, all.n, most_near(level), near + 1);
}

static bool node_init(struct hnsw *h, uint32_t row, struct arena *a)
{
    for (size_t l = 0; l <= level_of(row); l++) {
        h->nodes[row].near[l] = arena_try(a, (most_near(l) + 1) * sizeof(uint32_t));
        if (!h->nodes[row].near[l]) return false;
    }
    return true;
}

static err no_memory(const struct vectors *v)
{
    return err_make(ERR_LIMIT, "no memory for a graph of %zu vectors", v->count);
}

static bool insert(struct hnsw *h, struct walk *w, uint32_t row, struct arena *a)
{
    size_t level = level_of(row);
    if (!node_init(h, row, a)) return false;
    ask(w, h->v->rows + (size_t)row * h->v->stride, h->v->scales[row]);
    uint32_t at = h->entry;
    for (size_t l = h->top; l > level; l--) {
        search_level(w, at, l, 1);
        at = w->hits[0].row;
    }
    for (size_t l = (level < h->top ? level : h->top) + 1; l-- > 0;) {
        uint32_t *near = h->nodes[row].near[l];
        search_level(w, at, l, HNSW_BUILD);
        at = w->hits[0].row;
        near[0] = choose(h, w->hits, w->best.n, HNSW_M, near + 1);
        for (uint32_t i = 1; i <= near[0]; i++) link_back(h, near[i], row, l);
    }
    if (level > h->top) {
        h->top = level;
        h->entry = row;
    }
    return true;
}

err hnsw_new(const struct vectors *v, enum vector_kernel kernel, struct arena *a, struct hnsw **out)
{
    struct hnsw *h = v->count <= HNSW_ROWS_MAX ? arena_try(a, sizeof *h) : NULL;
    struct node *nodes = h ? arena_try(a, (v->count + 1) * sizeof *nodes) : NULL;
    if (!nodes) return no_memory(v);
    *h = (struct hnsw){
        .v = v, .kernel = kernel, .nodes = nodes, .a = a, .building = arena_try(a, sizeof *h->building)
    };
    if (!h->building || !walk_init(h->building, h, a)) return no_memory(v);
    *out = h;
    return OK;
}

err hnsw_grow(struct hnsw *h, size_t rows, bool *whole)
{
    bool ok = true;
    for (; ok && rows > 0 && h->grown < h->v->count; rows--) {
        if (h->grown) ok = insert(h, h->building, h->grown, h->a);
        else if ((ok = node_init(h, 0, h->a))) h->top = level_of(0);
        h->grown++;
    }
    *whole = h->grown == h->v->count;
    return ok ? OK : no_memory(h->v);
}

err hnsw_build(const struct vectors *v, enum vector_kernel kernel, struct arena *a, struct hnsw **out)
{
    bool whole = false;
    err e = hnsw_new(v, kernel, a, out);
    return e.code ? e : hnsw_grow(*out, v->count, &whole);
}

size_t hnsw_search(const struct hnsw *h, const int8_t *query, float scale, size_t k, struct arena *a,
                   struct vector_hit *out)
{
    struct walk *w = arena_try(a, sizeof *w);
    if (!w || !h->v->count || !(scale > 0) || !walk_init(w, h, a)) return 0;
    ask(w, query, scale);
    uint32_t at = h->entry;
    for (size_t l = h->top; l > 0; l--) {
        search_level(w, at, l, 1);
        at = w->hits[0].row;
    }
    search_level(w, at, 0, HNSW_SEARCH);
    size_t n = w->best.n < k ? w->best.n : k;
    memcpy(out, w->hits, n * sizeof *out);
    return n;
}
