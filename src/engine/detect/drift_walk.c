/* The walk goes a block of rows at a time. First the block is merged, by four merges at once that do not wait for each
 * other: where each begins is found by halving (merge path; Odeh, Green, Mwassi, Shmueli, Birk 2012). Then what needs
 * every row is computed eight rows at a time, in eight sums, whatever registers the processor has, so that every
 * processor gives the same bits. What needs few rows (marks of the tails, classes of ranks) or only repeated values is
 * looked up afterwards. */
#include "engine/detect/drift_walk.h"

#include <math.h>

enum { LANES = 8, CHAINS = 4, BLOCK = 1024, CHAIN = BLOCK / CHAINS };
enum { TAIL_FIRST = 8, TAIL_ROWS = 256, TAIL_PART = 64 };
/* Ranks are taken a class of rows at a time, as if these were ties: of a few thousand classes none is missed. */
enum { CLASSES = 1 << 12 };

typedef double two __attribute__((vector_size(16), aligned(8), may_alias));
typedef int64_t two_bits __attribute__((vector_size(16), aligned(8), may_alias));
enum { PAIRS = LANES / 2 };
#define UNROLL _Pragma("GCC unroll 4")

/* Rows [0, count) of the merged samples. A row is a boundary when the next one has another value. */
struct block {
    size_t count;
    bool last; /* no rows follow */
    double value[BLOCK + 1]; /* the last one: of the row that follows */
    double i[BLOCK], j[BLOCK]; /* rows of the reference, of the current sample, up to and with this one */
};

struct sums {
    two area[PAIRS], above[PAIRS], below[PAIRS];
};

struct walker {
    struct drift_walk *w;
    double over_m, over_n;
    double class_rows, class_at, class_j; /* how many make a class, and where the one at hand began */
    double was_i, was_j;                  /* at the last boundary of the blocks before */
    struct sums sums;
    bool tied; /* rows of this block share a value with the next row */
    struct block block;
};

/* ---- merging ---- */

struct cursor {
    const double *value, *upto;
    size_t at, count;
    double behind; /* rows */
};

/* How many of the first `rows` of both together are of a; of equal ones, those of a come first. Both have more than
 * `rows`. */
static size_t part_of(const double *a, const double *b, size_t rows)
{
    size_t from = 0, to = rows;
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (a[middle] <= b[rows - 1 - middle]) from = middle + 1;
        else to = middle;
    }
    return from;
}

#define STEP(t)                                                                                                        \
    {                                                                                                                  \
        double x = *a##t, y = *b##t;                                                                                   \
        size_t left = x <= y;                                                                                          \
        value[t * CHAIN + k] = x <= y ? x : y;                                                                         \
        a##t += left;                                                                                                  \
        b##t += 1 - left;                                                                                              \
        taken[t * CHAIN + k] = (int32_t)(b##t - b);                                                                    \
    }

/* A whole block. taken: how many of b up to and with each row. */
static void merge_four(const double *a, const double *b, double *value, int32_t *taken)
{
    size_t p1 = part_of(a, b, CHAIN), p2 = part_of(a, b, 2 * CHAIN), p3 = part_of(a, b, 3 * CHAIN);
    const double *a0 = a, *a1 = a + p1, *a2 = a + p2, *a3 = a + p3;
    const double *b0 = b, *b1 = b + CHAIN - p1, *b2 = b + 2 * CHAIN - p2, *b3 = b + 3 * CHAIN - p3;
    for (size_t k = 0; k < CHAIN; k++) {
        STEP(0)
        STEP(1)
        STEP(2)
        STEP(3)
    }
}

/* Rows up to and with the last of `more` values. */
static inline double rows_after(const struct cursor *c, int32_t more)
{
    if (!c->upto) return c->behind + more;
    return more ? c->upto[c->at + (size_t)more - 1] : c->behind;
}

static void fill_fast(struct block *b, struct cursor *ref, struct cursor *cur)
{
    int32_t taken[BLOCK];
    merge_four(ref->value + ref->at, cur->value + cur->at, b->value, taken);
    if (!ref->upto && !cur->upto) /* whole samples: nothing to look up */
        for (int32_t k = 0; k < BLOCK; k++)
            b->j[k] = cur->behind + taken[k], b->i[k] = ref->behind + (k + 1 - taken[k]);
    else
        for (int32_t k = 0; k < BLOCK; k++)
            b->j[k] = rows_after(cur, taken[k]), b->i[k] = rows_after(ref, k + 1 - taken[k]);
    b->count = BLOCK;
    cur->at += (size_t)taken[BLOCK - 1];
    ref->at += BLOCK - (size_t)taken[BLOCK - 1];
}

static void fill_one_by_one(struct block *b, struct cursor *ref, struct cursor *cur)
{
    size_t k = 0;
    for (; k < BLOCK && (ref->at < ref->count || cur->at < cur->count); k++) {
        bool left = cur->at == cur->count || (ref->at < ref->count && ref->value[ref->at] <= cur->value[cur->at]);
        struct cursor *c = left ? ref : cur;
        c->behind = rows_after(c, 1);
        b->value[k] = c->value[c->at++];
        b->i[k] = ref->behind;
        b->j[k] = cur->behind;
    }
    b->count = k;
}

static void fill(struct block *b, struct cursor *ref, struct cursor *cur)
{
    bool fast = ref->count - ref->at > BLOCK && cur->count - cur->at > BLOCK;
    (fast ? fill_fast : fill_one_by_one)(b, ref, cur);
    ref->behind = b->i[b->count - 1];
    cur->behind = b->j[b->count - 1];
    bool more_ref = ref->at < ref->count, more_cur = cur->at < cur->count;
    double x = more_ref ? ref->value[ref->at] : INFINITY, y = more_cur ? cur->value[cur->at] : INFINITY;
    b->last = !more_ref && !more_cur;
    b->value[b->count] = b->last ? b->value[b->count - 1] : x < y ? x : y;
}

/* ---- what needs every row ---- */

static inline two load(const double *v)
{
    return *(const two *)v;
}

static inline two chosen(two_bits which, two a, two b)
{
    return (two)(((two_bits)a & which) | ((two_bits)b & ~which));
}

static void add_rows(struct walker *s)
{
    struct block *b = &s->block;
    struct sums t = s->sums;
    const two_bits sign = { INT64_MIN, INT64_MIN };
    two_bits tied = { 0 };
    for (size_t k = b->count; k % LANES; k++) /* the last block: filled up with rows that add nothing */
        b->value[k + 1] = b->value[k], b->i[k] = b->i[k - 1], b->j[k] = b->j[k - 1];
    for (size_t k = 0; k < b->count; k += LANES)
        UNROLL for (size_t p = 0; p < PAIRS; p++)
        {
            two here = load(b->value + k + 2 * p), next = load(b->value + k + 2 * p + 1);
            two gap = load(b->i + k + 2 * p) * s->over_m - load(b->j + k + 2 * p) * s->over_n;
            two_bits boundary = here != next;
            t.area[p] += (two)((two_bits)gap & ~sign) * (next - here);
            gap = (two)((two_bits)gap & boundary);
            t.above[p] = chosen(gap > t.above[p], gap, t.above[p]);
            t.below[p] = chosen(gap < t.below[p], gap, t.below[p]);
            tied |= ~boundary;
        }
    s->sums = t;
    s->tied = tied[0] | tied[1];
}

static bool is_boundary(const struct block *b, size_t k)
{
    return b->value[k] != b->value[k + 1] || (b->last && k + 1 == b->count);
}

/* A new extreme of F - G: at which value? */
static void find_extremes(struct walker *s)
{
    struct block *b = &s->block;
    double above = s->w->above, below = s->w->below;
    for (size_t k = 0; k < LANES; k++) {
        above = fmax(above, s->sums.above[k / 2][k % 2]);
        below = fmin(below, s->sums.below[k / 2][k % 2]);
    }
    if (!(above > s->w->above) && !(below < s->w->below)) return;
    for (size_t k = b->count; k-- > 0;) {
        if (b->value[k] == b->value[k + 1]) continue;
        double gap = b->i[k] * s->over_m - b->j[k] * s->over_n;
        if (above > s->w->above && gap == above) s->w->above_at = b->value[k];
        if (below < s->w->below && gap == below) s->w->below_at = b->value[k];
    }
    s->w->above = above;
    s->w->below = below;
}

/* ---- what needs few rows ---- */

/* The first boundary from k on with at least so many rows up to it; count: none. */
static size_t boundary_from(const struct block *b, size_t k, double rows)
{
    size_t to = b->count;
    while (k < to) {
        size_t middle = (k + to) / 2;
        if (b->i[middle] + b->j[middle] < rows) k = middle + 1;
        else to = middle;
    }
    while (k < b->count && !is_boundary(b, k)) k++;
    return k;
}

static void low_marks(struct walker *s)
{
    const struct block *b = &s->block;
    struct drift_tail *t = &s->w->low;
    for (; t->next < t->count; t->next++) {
        size_t k = boundary_from(b, 0, t->need[t->next]);
        if (k == b->count) return;
        t->mark[t->next] = (struct drift_mark){ b->i[k] + b->j[k], b->j[k], b->value[k] };
    }
}

/* The last boundary with enough rows above it: the one before the first that has fewer. */
static void high_marks(struct walker *s)
{
    const struct block *b = &s->block;
    struct drift_tail *t = &s->w->high;
    for (; t->next >= 0; t->next--) {
        double i = s->was_i, j = s->was_j;
        size_t k = boundary_from(b, 0, nextafter(s->w->total - t->need[t->next], INFINITY)), before = k;
        if (k == b->count) return;
        while (before > 0 && !is_boundary(b, before - 1)) before--;
        if (before > 0) i = b->i[before - 1], j = b->j[before - 1];
        t->mark[t->next] = (struct drift_mark){ s->w->total - (i + j), s->w->n - j, b->value[k] };
    }
}

static void add_ranks(struct drift_walk *w, double from, double rows, double cb)
{
    double u = (from + rows / 2) * 2 / w->total - 1, u2 = u * u, u3 = u2 * u, u4 = u2 * u2;
    const double up[2 * DRIFT_MOMENTS] = { u, u2, u3, u4, u4 * u, u3 * u3, u4 * u3, u4 * u4 };
    for (int k = 0; k < 2 * DRIFT_MOMENTS; k++) w->power[k] += rows * up[k];
    for (int k = 0; k < DRIFT_MOMENTS; k++) w->mine[k] += cb * up[k];
}

static void rank_classes(struct walker *s)
{
    const struct block *b = &s->block;
    for (size_t k = 0;; k++) {
        k = boundary_from(b, k, s->class_at + s->class_rows);
        if (k == b->count) return;
        double rows = b->i[k] + b->j[k];
        add_ranks(s->w, s->class_at, rows - s->class_at, b->j[k] - s->class_j);
        s->class_at = rows;
        s->class_j = b->j[k];
    }
}

static void add_repeats(struct drift_walk *w, double ca, double cb)
{
    double rows = ca + cb;
    w->distinct[0] += ca > 0;
    w->distinct[1] += cb > 0;
    if (rows <= 1) return;
    double bits = log2(rows);
    w->repeat += rows * bits;
    w->repeat2 += rows * bits * bits;
    w->repeat_cur += cb * bits;
}

/* Values that several rows share; a block without any is known at a glance. */
static void runs(struct walker *s, double i, double j)
{
    const struct block *b = &s->block;
    size_t end = b->count - 1;
    if (!s->tied && i == s->was_i && j == s->was_j) {
        s->w->distinct[0] += b->i[end] - i;
        s->w->distinct[1] += b->j[end] - j;
        s->was_i = b->i[end], s->was_j = b->j[end];
        return;
    }
    for (size_t k = 0; k <= end; k++) {
        if (!is_boundary(b, k)) continue;
        add_repeats(s->w, b->i[k] - s->was_i, b->j[k] - s->was_j);
        s->was_i = b->i[k], s->was_j = b->j[k];
    }
}

static void tail_init(struct drift_tail *t, double total)
{
    double most = fmin(total / 4, fmax(TAIL_ROWS, total / TAIL_PART));
    for (double need = TAIL_FIRST; need <= most && t->count < TAIL_STEPS; need *= 2) t->need[t->count++] = need;
}

static void walk_init(struct walker *s, const struct drift_points *ref, const struct drift_points *cur,
                      struct drift_walk *w)
{
    memset(s, 0, offsetof(struct walker, block));
    *w = (struct drift_walk){ .m = ref->total, .n = cur->total, .total = ref->total + cur->total };
    tail_init(&w->low, w->total);
    tail_init(&w->high, w->total);
    w->high.next = w->high.count - 1;
    s->w = w;
    s->over_m = 1 / w->m, s->over_n = 1 / w->n;
    s->class_rows = floor(w->total / CLASSES);
}

void drift_walk_both(const struct drift_points *ref, const struct drift_points *cur, struct drift_walk *w)
{
    struct walker s;
    struct cursor a = { ref->value, ref->upto, 0, ref->count, 0 }, b = { cur->value, cur->upto, 0, cur->count, 0 };
    walk_init(&s, ref, cur, w);
    do {
        double i = a.behind, j = b.behind;
        fill(&s.block, &a, &b);
        add_rows(&s);
        find_extremes(&s);
        low_marks(&s);
        high_marks(&s);
        rank_classes(&s);
        runs(&s, i, j);
    } while (!s.block.last);
    if (w->total > s.class_at) add_ranks(w, s.class_at, w->total - s.class_at, w->n - s.class_j);
    for (size_t k = 0; k < LANES; k++) w->area += s.sums.area[k / 2][k % 2];
}
