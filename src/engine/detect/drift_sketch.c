/* The summary of a column of numbers. A sorted run of DRIFT_RUN values at level h stands for DRIFT_RUN * 2^(h+1) rows;
 * two runs of one level are merged, every other value survives and moves up, as 1 + 1 = 10.
 *
 *   base (unsorted, two runs long) -> level 0, weight 2 -> level 1, weight 4 -> ... */
#include <assert.h>
#include <math.h>

#include "engine/detect/drift_ends.h"
#include "engine/detect/drift_pair.h"
#include "engine/detect/drift_sort.h"

/* Rows are taken a part at a time. At first every row enters the base, then one in 2^THIN_LOG of each block, by halving
 * sorted groups and merging them, later of these only some at even steps: so that the error stays and the work falls.
 */
enum { PART = 512, GROUP = DRIFT_SORT_GROUP, BLOCK = DRIFT_SORT_BLOCK, THIN_LOG = DRIFT_SORT_THIN_LOG };
static_assert((int)BLOCK == (int)DRIFT_BLOCK, "what waits is a block at most");

static unsigned step_log_after(uint64_t rows)
{
    static const uint64_t upto[] = { 1 << 16, 3 << 16, 1 << 19 };
    return rows < upto[0] ? 0 : rows < upto[1] ? THIN_LOG : rows < upto[2] ? THIN_LOG + 1 : THIN_LOG + 2;
}

void drift_sketch_init(struct drift_sketch *s)
{
    memset(s, 0, offsetof(struct drift_sketch, thin)); /* the arrays are read up to their counts only */
    s->coin = UINT64_C(0x9e3779b97f4a7c15);
    drift_distinct_init(&s->distinct);
    s->thin_step = 1;
}

/* A number below 2^bits of a fixed sequence (xorshift*, Vigna 2016). */
static size_t draw(struct drift_sketch *s, unsigned bits)
{
    if (!bits) return 0;
    s->coin ^= s->coin >> 12;
    s->coin ^= s->coin << 25;
    s->coin ^= s->coin >> 27;
    return (size_t)((s->coin * UINT64_C(0x2545f4914f6cdd1d)) >> (64 - bits));
}

static unsigned toss(struct drift_sketch *s)
{
    return (unsigned)draw(s, 1);
}

/* Every other value of the two runs together, from the first or the second on. The lower half is merged forwards and
 * the upper half backwards, at the same time: no bound to check and no branch to guess. Each value is written, the
 * unwanted ones are overwritten. */
static void halve(const double *a, const double *b, size_t odd, double *out)
{
    size_t i = 0, j = 0, p = DRIFT_RUN - 1, q = DRIFT_RUN - 1;
    double low[DRIFT_RUN / 2 + 1], high[DRIFT_RUN / 2 + 1];
    for (size_t k = 0; k < DRIFT_RUN; k++) {
        size_t left = a[i] <= b[j], right = a[p] > b[q];
        low[(k + 1 - odd) / 2] = left ? a[i] : b[j];
        high[(k + odd) / 2] = right ? a[p] : b[q]; /* backwards, the other parity */
        i += left;
        j += 1 - left;
        p -= right;
        q -= 1 - right;
    }
    memcpy(out, low, DRIFT_RUN / 2 * sizeof *out);
    for (size_t k = 0; k < DRIFT_RUN / 2; k++) out[DRIFT_RUN - 1 - k] = high[k];
}

/* Rows that are about to be thinned, as sorted groups: what whole rows are needed for. */
static void note(struct drift_sketch *s, const double *rows, size_t n, size_t group)
{
    for (size_t at = 0; at < n; at += group) drift_ends_add(&s->ends, rows + at, group);
    drift_distinct_add_sorted(&s->distinct, rows, n);
}

/* The digits are used up: every value stands for twice as many rows from now on. So the runs move down one level, and
 * of what lies below them, the base and the lowest run, every other value stays. */
static void shift_levels(struct drift_sketch *s)
{
    uint32_t kept = 0;
    double scratch[DRIFT_BASE];
    if (!s->step_log) {
        drift_sort(s->base, scratch, s->base_count);
        note(s, s->base, s->base_count, s->base_count);
    }
    for (uint32_t i = toss(s); i < s->base_count; i += 2) s->base[kept++] = s->base[i];
    if (s->full & 1)
        for (uint32_t i = toss(s); i < DRIFT_RUN; i += 2) s->base[kept++] = s->level[0][i];
    s->base_count = kept;
    for (unsigned h = 1; h < DRIFT_LEVELS; h++)
        if (s->full >> h & 1) memcpy(s->level[h - 1], s->level[h], sizeof s->level[h]);
    s->full >>= 1;
    s->step_log++;
    s->block_even = false;
}

/* Put a sorted run in at `level`. `run` and `spare` take turns and are overwritten. */
static void carry(struct drift_sketch *s, double *run, double *spare, unsigned level)
{
    for (; level < DRIFT_LEVELS && s->full >> level & 1; level++) {
        halve(s->level[level], run, toss(s), spare);
        double *swap = run;
        run = spare;
        spare = swap;
        s->full &= ~(1u << level);
    }
    if (level == DRIFT_LEVELS) {
        shift_levels(s);
        level--;
    }
    memcpy(s->level[level], run, DRIFT_RUN * sizeof *run);
    s->full |= 1u << level;
}

/* The base is two runs long: sorted and halved, it is a run of the lowest level. */
static void flush(struct drift_sketch *s)
{
    double scratch[DRIFT_BASE];
    size_t odd = toss(s);
    drift_sort(s->base, scratch, DRIFT_BASE);
    if (!s->step_log) note(s, s->base, DRIFT_BASE, DRIFT_BASE);
    for (size_t i = 0; i < DRIFT_RUN; i++) s->base[i] = s->base[2 * i + odd];
    s->base_count = 0;
    carry(s, s->base, s->base + DRIFT_RUN, 0);
}

static void put_many(struct drift_sketch *s, const double *v, size_t n)
{
    while (n) {
        size_t room = DRIFT_BASE - s->base_count, take = room < n ? room : n;
        memcpy(s->base + s->base_count, v, take * sizeof *v);
        s->base_count += (uint32_t)take;
        v += take;
        n -= take;
        if (s->base_count == DRIFT_BASE) flush(s);
    }
}

/* Of every two blocks the second begins as far from the end of the step as the first from its beginning: errors of
 * pairs cancel. */
static size_t first_of_block(struct drift_sketch *s, unsigned step_log)
{
    uint64_t last = ((uint64_t)1 << step_log) - 1;
    bool second = s->block_even;
    s->block_even = !second;
    s->block_first = second ? last - s->block_first : draw(s, step_log);
    return (size_t)s->block_first;
}

/* Which halves of the four groups of a block and of its two pairs survive: of two beside each other never the same. */
static unsigned halves_of_block(struct drift_sketch *s)
{
    unsigned first = (unsigned)draw(s, 3), tossed = (first & 1) | (first & 2) << 1 | (first & 4) << 2;
    return tossed | (~tossed & 0x15) << 1;
}

/* A block that will be read next, if there is one so far ahead: processors do not look beyond a page of memory by
 * themselves, and an address where nothing is does no harm. */
static void fetch(const double *v, size_t ahead)
{
    enum { LINE = 64 };
    uintptr_t from = (uintptr_t)v + ahead * sizeof *v;
    for (size_t i = 0; i < BLOCK * sizeof *v; i += LINE) __builtin_prefetch((const void *)(from + i));
}

/* Blocks of rows are sorted and thinned each by itself, so the ranks of the survivors are spread evenly, and what is
 * lost is far less than by taking rows as they come. */
static void put_blocks(struct drift_sketch *s, const double *v, size_t blocks)
{
    double sorted[BLOCK], thin[GROUP], picked[PART];
    size_t count = 0;
    unsigned step_log = s->step_log - THIN_LOG;
    for (size_t b = 0; b < blocks; b++) {
        drift_sort_thin(v + b * BLOCK, halves_of_block(s), sorted, thin);
        fetch(v + b * BLOCK, PART);
        note(s, sorted, BLOCK, GROUP);
        for (size_t i = first_of_block(s, step_log); i < GROUP; i += (size_t)1 << step_log) picked[count++] = thin[i];
    }
    put_many(s, picked, count);
}

static void put_some(struct drift_sketch *s, const double *v, size_t n)
{
    while (n) {
        size_t take = BLOCK - s->pending_count, blocks = n / BLOCK < PART / BLOCK ? n / BLOCK : PART / BLOCK;
        if (blocks && !s->pending_count) {
            take = blocks * BLOCK;
            put_blocks(s, v, blocks);
        } else {
            if (take > n) take = n;
            memcpy(s->pending + s->pending_count, v, take * sizeof *v);
            s->pending_count += (uint32_t)take;
            if (s->pending_count == BLOCK) put_blocks(s, s->pending, 1), s->pending_count = 0;
        }
        v += take;
        n -= take;
    }
}

/* Each stands for one row. */
static void put_rows(struct drift_sketch *s, const double *v, size_t n)
{
    if (s->step_log) put_some(s, v, n);
    else put_many(s, v, n);
}

/* Whole rows at an even distance: when there are too many, every other one goes. */
static void keep_thin(struct drift_sketch *s, const double *values, size_t n)
{
    for (; s->thin_next < n; s->thin_next += s->thin_step) {
        if (s->thin_count == DRIFT_THIN) {
            for (size_t i = 0; i < DRIFT_THIN / 2; i++) s->thin[i] = s->thin[2 * i];
            s->thin_count = DRIFT_THIN / 2;
            s->thin_step *= 2;
        }
        s->thin[s->thin_count++] = values[s->thin_next];
    }
    s->thin_next -= n;
}

/* n values with this mean and sum of squared deviations from it join (Chan, Golub, LeVeque 1979). */
static void join_moments(struct drift_sketch *s, double n, double mean, double spread)
{
    double had = (double)s->finite, away = mean - s->mean;
    s->mean += away * n / (had + n);
    s->spread += spread + away * away * had * n / (had + n);
}

static void add_finite(struct drift_sketch *s, const double *v, size_t n, double pivot, struct drift_sums sums)
{
    double mean = sums.sum / (double)n;
    join_moments(s, (double)n, pivot + mean, fmax(0, sums.squares - mean * sums.sum));
    while (s->step_log < step_log_after(s->finite)) shift_levels(s);
    s->finite += n;
    keep_thin(s, v, n);
    put_rows(s, v, n);
}

/* Rows of which some may be missing or infinite. */
static void add_mixed(struct drift_sketch *s, const double *v, size_t n)
{
    double finite[PART + 1];
    size_t kept = 0, missing = 0;
    for (size_t i = 0; i < n; i++) {
        finite[kept] = v[i];
        kept += isfinite(v[i]) != 0;
        missing += isnan(v[i]) != 0;
    }
    s->missing += missing;
    s->odd += n - kept - missing;
    if (!kept) return;
    double pivot = s->finite ? s->mean : finite[0];
    add_finite(s, finite, kept, pivot, drift_sums(finite, kept, pivot));
}

/* One NaN or infinity among the rows makes their sum one, too: so finite sums are the common, short way. */
void drift_sketch_add(struct drift_sketch *s, const double *values, size_t n)
{
    s->rows += n;
    for (size_t from = 0; from < n; from += PART) {
        const double *v = values + from;
        size_t count = n - from < PART ? n - from : PART;
        double pivot = s->finite ? s->mean : v[0];
        struct drift_sums sums = drift_sums(v, count, pivot);
        if (isfinite(sums.squares)) add_finite(s, v, count, pivot, sums);
        else add_mixed(s, v, count);
    }
}

static void merge_thin(struct drift_sketch *s, const struct drift_sketch *from)
{
    uint64_t step = s->thin_step > from->thin_step ? s->thin_step : from->thin_step;
    double both[2 * DRIFT_THIN];
    size_t n = 0;
    for (;; step *= 2) {
        n = 0;
        for (size_t i = 0; i < s->thin_count; i += (size_t)(step / s->thin_step)) both[n++] = s->thin[i];
        for (size_t i = 0; i < from->thin_count; i += (size_t)(step / from->thin_step)) both[n++] = from->thin[i];
        if (n <= DRIFT_THIN) break;
    }
    memcpy(s->thin, both, n * sizeof *both);
    s->thin_count = n;
    s->thin_step = step;
    s->thin_next = 0;
}

/* One in 2^skip. */
static void put_every(struct drift_sketch *s, const double *v, size_t n, unsigned skip)
{
    for (size_t i = draw(s, skip); i < n; i += (size_t)1 << skip) put_many(s, v + i, 1);
}

/* A run whose values stand for 2^weight_log rows each: into its level, or thinned into the base where s has no such
 * fine level. */
static void merge_run(struct drift_sketch *s, const double *values, unsigned weight_log)
{
    double run[DRIFT_RUN], spare[DRIFT_RUN];
    if (weight_log <= s->step_log) {
        put_every(s, values, DRIFT_RUN, s->step_log - weight_log);
    } else {
        memcpy(run, values, sizeof run);
        carry(s, run, spare, weight_log - s->step_log - 1);
    }
}

static void merge_runs(struct drift_sketch *s, const struct drift_sketch *from)
{
    while (s->step_log < from->step_log) shift_levels(s);
    if (from->step_log) put_every(s, from->base, from->base_count, s->step_log - from->step_log);
    else put_rows(s, from->base, from->base_count);
    put_rows(s, from->pending, from->pending_count);
    for (unsigned h = 0; h < DRIFT_LEVELS; h++)
        if (from->full >> h & 1) merge_run(s, from->level[h], h + 1 + from->step_log);
}

void drift_sketch_merge(struct drift_sketch *s, const struct drift_sketch *from)
{
    s->rows += from->rows;
    s->missing += from->missing;
    s->odd += from->odd;
    if (!from->finite) return;
    join_moments(s, (double)from->finite, from->mean, from->spread);
    s->finite += from->finite;
    drift_ends_merge(&s->ends, &from->ends);
    drift_distinct_merge(&s->distinct, &from->distinct);
    merge_thin(s, from);
    merge_runs(s, from);
}
