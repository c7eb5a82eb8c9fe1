#include "engine/detect/drift.h"

#include <float.h>
#include <math.h>

#include "engine/detect/drift_dist.h"
#include "engine/detect/drift_sort.h"
#include "engine/detect/drift_sort_wide.h"
#include "reference/drift_reference.h"
#include "test.h"

enum { ROWS_MAX = 50000 };

static uint64_t now;

static double unit(void)
{
    now = now * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(now >> 11) / 9007199254740992.0;
}

static double value_of(enum kind kind)
{
    double u = unit();
    switch (kind) {
    case EVEN: return u;
    case SKEWED: return u * u * u * 100;
    case TIES: return floor(u * 10);
    case BINARY: return u < 0.3;
    case SCALED: return (u - 0.5) * 1.3 + 0.5;
    case SHIFTED: return u + 0.1;
    }
    return 0;
}

static double a[ROWS_MAX], b[ROWS_MAX], scratch[ROWS_MAX];

static void draw(enum kind kind, size_t n, uint64_t seed, double *out)
{
    now = seed;
    for (size_t i = 0; i < n; i++) out[i] = value_of(kind);
}

static void close_to(const char *what, size_t i, double got, double want, double relative)
{
    double off = fabs(got - want);
    if (got == want || off <= relative * fabs(want) + 1e-12) return;
    test_failed(__FILE__, __LINE__, "case %zu: %s is %.17g, want %.17g", i, what, got, want);
}

static void agrees(size_t i, const struct drift_numbers *d, const struct reference *want)
{
    close_to("D", i, d->ks, want->ks, 1e-12);
    close_to("p of D", i, d->ks_p, want->ks_p, 1e-3);
    close_to("Wasserstein", i, d->wasserstein, want->wasserstein, 1e-9);
    double classes =
        d->side[0].values + d->side[1].values > 16384 ? 1e-3 : 1e-6; /* past 2^14 rows ranks are taken by classes */
    close_to("smooth", i, d->smooth, want->smooth, classes);
    close_to("p of smooth", i, d->smooth_p, want->smooth_p, classes);
    close_to("PSI", i, d->psi, want->psi, 1e-9);
    close_to("JS", i, d->js, want->js, 1e-7);
    close_to("p of the range", i, d->range_p, want->range_p, 1e-8);
}

TEST(statistics_of_numbers_agree_with_scipy)
{
    struct drift_numbers d;
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++) {
        draw(drawn[i].a, drawn[i].m, 2 * i + 1, a);
        draw(drawn[i].b, drawn[i].n, 2 * i + 2, b);
        drift_compare_values(a, drawn[i].m, b, drawn[i].n, scratch, &d);
        agrees(i, &d, &drawn[i].want);
    }
    for (size_t i = 0; i < sizeof spelt / sizeof *spelt; i++) {
        memcpy(a, spelt[i].a, sizeof spelt[i].a);
        memcpy(b, spelt[i].b, sizeof spelt[i].b);
        drift_compare_values(a, spelt[i].m, b, spelt[i].n, scratch, &d);
        agrees(100 + i, &d, &spelt[i].want);
    }
}

TEST(distributions_agree_with_scipy)
{
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        const double *x = laws[i].x;
        double got = 0;
        switch (laws[i].law) {
        case CHI2: got = dist_chi2_above(x[0], x[1]); break;
        case POISSON: got = dist_poisson_from(x[0], x[1]); break;
        case FROM: got = dist_hypergeometric_from(x[0], x[1], x[2], x[3]); break;
        case TO: got = dist_hypergeometric_to(x[0], x[1], x[2], x[3]); break;
        case SHARES: got = dist_two_shares(x[0], x[1], x[2], x[3]); break;
        }
        close_to("chance", i, got, laws[i].want, 1e-8);
    }
}

static void word(char *text, size_t k)
{
    (void)snprintf(text, 16, "v%02zu", k);
}

TEST(statistics_of_words_agree_with_scipy)
{
    struct drift_words *w = mem_new(2 * sizeof *w);
    struct arena arena = arena_init(4 << 20);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct drift_counts c;
        for (int side = 0; side < 2; side++) {
            drift_words_init(&w[side]);
            for (size_t k = 0; k < tables[i].n; k++) {
                char text[16];
                word(text, k);
                if (tables[i].count[side][k]) drift_words_add(&w[side], str_of(text), tables[i].count[side][k]);
            }
        }
        CHECK_OK(drift_compare_words(&w[0], &w[1], &arena, &c));
        close_to("PSI", i, c.psi, tables[i].psi, 1e-9);
        close_to("JS", i, c.js, tables[i].js, 1e-7);
        if (tables[i].frequent > 1e-12) close_to("p of the frequent", i, c.frequent_p, tables[i].frequent, 1e-6);
        else CHECK(c.frequent_p < 1e-11);
        if (tables[i].chi2 < 0) continue;
        close_to("chi2", i, c.chi2, tables[i].chi2, 1e-9);
        close_to("p of chi2", i, c.chi2_p, tables[i].p, 1e-8);
        close_to("V", i, c.cramers_v, tables[i].v, 1e-9);
        arena_reset(&arena);
    }
    arena_done(&arena);
    mem_free(w);
}

enum { SHAPES = 8 };

/* Values that a sort finds hard: of a few kinds, all equal, agreeing in the upper bits, both zeros, in order, against
 * it. */
static double shaped(int shape, size_t i, size_t n)
{
    static const double odd[] = { 0,       -1,  1e308, -1e308,   5e-324,   -5e-324,   1,   1,
                                  DBL_MAX, 0.1, 1e15,  1e15 + 1, INFINITY, -INFINITY, -0.0 };
    double u = unit();
    switch (shape) {
    case 0: return u - 0.5;
    case 1: return odd[(size_t)(u * 15)];
    case 2: return 1 + floor(u * 1e6) * DBL_EPSILON;
    case 3: return floor(u * 3);
    case 4: return (double)i;
    case 5: return -(double)i;
    case 6: return 7;
    default: return (double)(i < n / 2 ? i : n - i);
    }
}

/* As numbers, and -0 before 0. */
static int by_value(const void *p, const void *q)
{
    double x = *(const double *)p, y = *(const double *)q;
    return x < y ? -1 : x > y ? 1 : (signbit(x) == 0) - (signbit(y) == 0);
}

static void sorts_alike(size_t n, int shape)
{
    static double want[ROWS_MAX];
    now = n * SHAPES + (size_t)shape;
    for (size_t i = 0; i < n; i++) a[i] = want[i] = shaped(shape, i, n);
    qsort(want, n, sizeof *want, by_value);
    memcpy(b, a, n * sizeof *a);
    drift_sort_plain(b, scratch, n);
    CHECK(memcmp(b, want, n * sizeof *b) == 0);
    for (int splits = 0; splits < 60 && drift_sort_wide_here(); splits += splits < 4 ? 1 : 30) {
        memcpy(b, a, n * sizeof *a);
        drift_sort_wide(b, scratch, n, splits);
        CHECK(memcmp(b, want, n * sizeof *b) == 0);
    }
}

TEST(any_doubles_are_sorted_to_the_same_bits)
{
    for (int shape = 0; shape < SHAPES; shape++) {
        for (size_t n = 0; n <= 270; n++) sorts_alike(n, shape);
        for (size_t n = 1000; n <= 20000; n += 9499) sorts_alike(n, shape);
    }
}

/* A block thinned by hand: every other of each group, pairs sorted together, every other, sorted. */
static void thin_by_hand(const double *groups, unsigned odd, double *thin)
{
    enum { GROUP = DRIFT_SORT_GROUP };
    double pair[2 * GROUP];
    for (size_t i = 0; i < 2 * GROUP; i++) pair[i] = groups[2 * i + (odd >> i / (GROUP / 2) & 1)];
    for (size_t p = 0; p < 2; p++) qsort(pair + p * GROUP, GROUP, sizeof *pair, by_value);
    for (size_t i = 0; i < GROUP; i++) thin[i] = pair[2 * i + (odd >> (4 + i / (GROUP / 2)) & 1)];
    qsort(thin, GROUP, sizeof *thin, by_value);
}

TEST(blocks_are_sorted_and_thinned_to_the_same_bits)
{
    enum { GROUP = DRIFT_SORT_GROUP, BLOCK = DRIFT_SORT_BLOCK, ODD_MAX = 64 };
    double want[BLOCK], groups[BLOCK], want_thin[GROUP], thin[GROUP];
    for (int shape = 0; shape < SHAPES; shape++)
        for (unsigned odd = 0; odd < ODD_MAX; odd++) {
            for (size_t i = 0; i < BLOCK; i++) a[i] = want[i] = shaped(shape, i + odd, BLOCK + ODD_MAX);
            for (size_t g = 0; g < BLOCK; g += GROUP) qsort(want + g, GROUP, sizeof *want, by_value);
            thin_by_hand(want, odd, want_thin);
            for (int plain = 0; plain < 2; plain++) {
                (plain ? drift_sort_thin_plain : drift_sort_thin)(a, odd, groups, thin);
                CHECK(memcmp(groups, want, sizeof want) == 0);
                CHECK(memcmp(thin, want_thin, sizeof thin) == 0);
            }
        }
}

TEST(hostile_columns_give_numbers_in_range)
{
    static const double odd[] = { NAN, INFINITY, -INFINITY, 1e308, -1e308, 5e-324, 0, -0.0, 1, 1, 1, 2 };
    struct drift_config config = drift_config_default();
    for (size_t m = 0; m < 12; m++)
        for (size_t n = 0; n < 12; n++) {
            struct drift_numbers d;
            struct drift_verdict v;
            uint32_t order;
            for (size_t i = 0; i < m; i++) a[i] = odd[(i * 5 + n) % 12];
            for (size_t i = 0; i < n; i++) b[i] = odd[(i * 7 + m) % 12];
            drift_compare_values(a, m, b, n, scratch, &d);
            const double p[] = { d.ks_p,   d.smooth_p,  d.low_p, d.high_p, d.range_p,
                                 d.grid_p, d.missing_p, d.odd_p, d.ks,     d.js };
            for (size_t i = 0; i < sizeof p / sizeof *p; i++) CHECK(p[i] >= 0 && p[i] <= 1);
            CHECK(d.side[0].values + d.side[0].missing + d.side[0].odd == (double)m);
            drift_judge_numbers(&d, &config, &v);
            (void)drift_decide(&v, 1, &config, &order);
            CHECK(v.p >= 0 && v.p <= 1 && !v.drift); /* a dozen rows prove nothing here */
        }
}

/* ---- sketches ---- */

static double sketch_d(struct drift_sketch *s, const struct drift_sketch *t, struct drift_numbers *out)
{
    struct arena arena = arena_init(8 << 20);
    CHECK_OK(drift_compare_sketches(s, t, &arena, out));
    arena_done(&arena);
    return out->ks;
}

TEST(a_sketch_of_few_rows_is_exact)
{
    struct drift_sketch *s = mem_new(2 * sizeof *s);
    struct drift_numbers exact, d;
    static const size_t sizes[] = { 0, 1, 2, 100, 513, 600, 3000, 8191 };
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        size_t n = sizes[k];
        draw(SKEWED, n, 5 + k, a);
        draw(EVEN, n / 2, 6 + k, b);
        if (n > 50) a[20] = NAN, b[3] = INFINITY;
        for (int i = 0; i < 2; i++) drift_sketch_init(&s[i]);
        drift_sketch_add(&s[0], a, n);
        drift_sketch_add(&s[1], b, n / 2);
        (void)sketch_d(&s[0], &s[1], &d);
        drift_compare_values(a, n, b, n / 2, scratch, &exact);
        close_to("D", n, d.ks, exact.ks, 1e-12);
        close_to("Wasserstein", n, d.wasserstein, exact.wasserstein, 1e-9);
        close_to("PSI", n, d.psi, exact.psi, 1e-9);
        close_to("p of the high tail", n, d.high_p, exact.high_p, 1e-9);
        close_to("missing", n, d.side[0].missing, exact.side[0].missing, 0);
        close_to("odd", n, d.side[1].odd, exact.side[1].odd, 0);
        close_to("mean", n, d.side[0].mean, exact.side[0].mean, 1e-9);
        close_to("sd", n, d.side[0].sd, exact.side[0].sd, 1e-7);
        close_to("least", n, d.side[0].quantile[0], exact.side[0].quantile[0], 0);
    }
    mem_free(s);
}

static void add_drawn(struct drift_sketch *s, enum kind kind, size_t n, uint64_t seed)
{
    now = seed;
    while (n) {
        size_t k = n < 1000 ? n : 1000;
        for (size_t i = 0; i < k; i++) scratch[i] = value_of(kind);
        drift_sketch_add(s, scratch, k);
        n -= k;
    }
}

/* Kinds whose D is known: even against even + 0.1 is 0.1. */
TEST(a_sketch_of_many_rows_is_close_and_so_is_a_merged_one)
{
    struct drift_sketch *s = mem_new(4 * sizeof *s);
    struct drift_numbers d;
    const size_t rows = 400000;
    for (int i = 0; i < 4; i++) drift_sketch_init(&s[i]);
    add_drawn(&s[0], EVEN, rows, 1);
    add_drawn(&s[1], SHIFTED, rows, 2);
    CHECK(fabs(sketch_d(&s[0], &s[1], &d) - 0.1) < 0.004);
    CHECK(fabs(d.wasserstein - 0.1) < 0.003);
    for (int part = 0; part < 7; part++) {
        drift_sketch_init(&s[3]);
        add_drawn(&s[3], SHIFTED, rows / 7 + (size_t)part, 30 + (uint64_t)part);
        drift_sketch_merge(&s[2], &s[3]);
    }
    CHECK(fabs(sketch_d(&s[0], &s[2], &d) - 0.1) < 0.004);
    CHECK(sketch_d(&s[1], &s[2], &d) < 0.005);
    CHECK(d.side[1].quantile[0] >= 0.1 && d.side[1].quantile[0] < 0.1001);
    mem_free(s);
}

static double variance_of(const double *v, size_t n)
{
    double mean = 0, spread = 0;
    for (size_t i = 0; i < n; i++) mean += v[i] / (double)n;
    for (size_t i = 0; i < n; i++) spread += (v[i] - mean) * (v[i] - mean);
    return spread / (double)n;
}

/* The share of the sorted rows below a value. */
static double rank_of(const double *sorted, size_t n, double value)
{
    size_t from = 0, to = n;
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (sorted[middle] < value) from = middle + 1;
        else to = middle;
    }
    return (double)from / (double)n;
}

/* What drift.h promises, around the sizes where a sketch begins to thin what it takes: the share of its rows below the
 * edges of tenths of another, small sample. */
TEST(ranks_of_a_sketch_are_off_by_as_little_as_promised)
{
    static const size_t sizes[] = { 70000, 131072, 200000, 300000, 600000 };
    enum { MOST = 600000, SEEDS = 4, SMALL = 5000 };
    double *rows = mem_new(MOST * sizeof *rows), *spare = mem_new(MOST * sizeof *spare), squares = 0;
    struct drift_sketch *s = mem_new(2 * sizeof *s);
    struct drift_numbers d;
    int count = 0;
    draw(SKEWED, SMALL, 99, a);
    drift_sketch_init(&s[0]);
    drift_sketch_add(&s[0], a, SMALL);
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            draw(SKEWED, sizes[k], seed, rows);
            drift_sketch_init(&s[1]);
            drift_sketch_add(&s[1], rows, sizes[k]);
            (void)sketch_d(&s[0], &s[1], &d);
            drift_sort(rows, spare, sizes[k]);
            double below = 0;
            for (size_t bin = 0; bin + 1 < d.bin_count; bin++, count++) {
                below += d.bins[1][bin];
                double off = below - rank_of(rows, sizes[k], d.edges[bin + 1]);
                CHECK(fabs(off) < 0.0012);
                squares += off * off;
            }
            close_to("sd", k, d.side[1].sd, sqrt(variance_of(rows, sizes[k])), 1e-9);
        }
    CHECK(count > 100 && sqrt(squares / count) < 0.0003);
    mem_free(rows);
    mem_free(spare);
    mem_free(s);
}

/* A far first value does not spoil the sums. */
TEST(spread_beside_a_far_first_value)
{
    struct drift_sketch *s = mem_new(sizeof *s);
    struct drift_numbers d;
    drift_sketch_init(s);
    draw(EVEN, ROWS_MAX, 3, a);
    for (size_t i = 0; i < ROWS_MAX; i++) a[i] += 1e9;
    double first = 0;
    drift_sketch_add(s, a, ROWS_MAX);
    (void)sketch_d(s, s, &d);
    CHECK(fabs(d.side[0].sd - 0.2887) < 0.002);
    drift_sketch_init(s);
    drift_sketch_add(s, &first, 1);
    for (size_t i = 0; i < ROWS_MAX; i++) a[i] -= 1e9;
    a[0] = 1e9;
    drift_sketch_add(s, a, ROWS_MAX);
    (void)sketch_d(s, s, &d);
    close_to("sd", 0, d.side[0].sd, 1e9 / sqrt(ROWS_MAX + 1) * sqrt(ROWS_MAX / (ROWS_MAX + 1.0)), 1e-6);
    mem_free(s);
}

/* Doubling by merging a sketch with itself: past the last level every other value goes, and the distribution stays. */
TEST(a_sketch_outlives_its_levels)
{
    struct drift_sketch *s = mem_new(3 * sizeof *s);
    struct drift_numbers d;
    for (int i = 0; i < 3; i++) drift_sketch_init(&s[i]);
    add_drawn(&s[0], EVEN, 60000, 1);
    add_drawn(&s[2], EVEN, 60000, 9);
    for (int twice = 0; twice < 18; twice++) {
        s[1] = s[0];
        drift_sketch_merge(&s[0], &s[1]);
    }
    CHECK(s[0].step_log > 0);
    CHECK_I64(s[0].rows, 60000ull << 18);
    add_drawn(&s[0], EVEN, 5000, 3);
    CHECK(sketch_d(&s[0], &s[2], &d) < 0.01);
    CHECK(d.side[0].values == (double)s[0].finite);
    drift_sketch_merge(&s[2], &s[0]); /* the finer one takes in the coarser */
    CHECK(sketch_d(&s[0], &s[2], &d) < 0.01);
    mem_free(s);
}

/* ---- different values ---- */

TEST(different_values_are_counted_exactly_up_to_a_thousand_and_then_about)
{
    struct drift_sketch *s = mem_new(3 * sizeof *s);
    struct drift_numbers d;
    static const size_t kinds[] = { 1, 20, 1000, 1024, 5000, 300000 };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (int i = 0; i < 3; i++) drift_sketch_init(&s[i]);
        for (size_t row = 0; row < 300000; row++) {
            double v = (double)(row * 7919 % kinds[k]) - 10;
            drift_sketch_add(&s[0], &v, 1);
            drift_sketch_add(&s[1 + row % 2], &v, 1);
        }
        drift_sketch_merge(&s[1], &s[2]);
        (void)sketch_d(&s[0], &s[1], &d);
        double slack = kinds[k] > DRIFT_LEAST ? 0.1 : 0;
        close_to("different values", k, d.side[0].distinct, (double)kinds[k], slack);
        close_to("different values, merged", k, d.side[1].distinct, d.side[0].distinct, 0);
    }
    mem_free(s);
}

/* Eight at a time and one by one, in parts and merged: the same bits. */
TEST(hashes_kept_do_not_depend_on_how_they_came)
{
    struct drift_distinct *d = mem_new(3 * sizeof *d);
    for (int i = 0; i < 3; i++) drift_distinct_init(&d[i]);
    draw(SKEWED, ROWS_MAX, 5, a);
    for (size_t i = 0; i < ROWS_MAX; i += 3) a[i] = floor(a[i]);
    drift_sort(a, scratch, ROWS_MAX);
    drift_distinct_add_sorted(&d[0], a, ROWS_MAX);
    for (size_t i = 0; i < ROWS_MAX; i++) drift_distinct_add_sorted(&d[1 + i % 2], &a[i], 1);
    drift_distinct_merge(&d[1], &d[2]);
    close_to("count", 0, drift_distinct_count(&d[1]), drift_distinct_count(&d[0]), 0);
    CHECK_I64(d[0].count, d[1].count);
    CHECK(memcmp(d[0].hash, d[1].hash, d[0].count * sizeof *d[0].hash) == 0);
    mem_free(d);
}

/* ---- words ---- */

TEST(words_past_the_limit_keep_the_frequent_and_bound_the_rest)
{
    struct drift_words *w = mem_new(3 * sizeof *w);
    for (int i = 0; i < 3; i++) drift_words_init(&w[i]);
    for (unsigned i = 0; i < 60000; i++) {
        char text[24];
        (void)snprintf(text, sizeof text, i % 3 ? "id-%u" : "often", i);
        drift_words_add(&w[i & 1], str_of(text), 1);
    }
    drift_words_merge(&w[2], &w[0]);
    drift_words_merge(&w[2], &w[1]);
    CHECK_I64(w[2].rows, 60000);
    CHECK(w[2].floor > 0 && w[2].count <= DRIFT_WORDS_MAX);
    bool found = false;
    for (uint32_t i = 0; i < w[2].count; i++) {
        const struct drift_word *one = &w[2].word[i];
        if (one->len != 5) continue;
        found = true;
        CHECK(one->count <= 20000 && one->count + w[2].floor >= 20000);
        CHECK(drift_words_bound(&w[2], one->hash) >= 20000 && drift_words_bound(&w[2], one->hash) < 20200);
    }
    CHECK(found);
    struct arena arena = arena_init(4 << 20);
    struct drift_counts c;
    CHECK_OK(drift_compare_words(&w[2], &w[2], &arena, &c));
    close_to("different words", 0, c.distinct[0], 40001, 0.1);
    arena_done(&arena);
    mem_free(w);
}

TEST(merged_words_are_what_one_pass_counts)
{
    struct drift_words *w = mem_new(3 * sizeof *w);
    for (int i = 0; i < 3; i++) drift_words_init(&w[i]);
    now = 1;
    for (unsigned i = 0; i < 5000; i++) {
        char text[80];
        unsigned k = (unsigned)(unit() * unit() * 200);
        (void)snprintf(text, sizeof text,
                       k % 2 ? "%u" : "a text that is longer than what is kept of it, so its hash tells %u", k);
        drift_words_add(&w[i % 2], str_of(text), 1);
        drift_words_add(&w[2], str_of(text), 1);
    }
    drift_words_add_missing(&w[2], 3);
    drift_words_add_missing(&w[0], 3);
    drift_words_merge(&w[0], &w[1]);
    struct arena arena = arena_init(4 << 20);
    struct drift_counts c;
    CHECK_OK(drift_compare_words(&w[2], &w[0], &arena, &c));
    CHECK(c.exact && c.moved == 0 && c.chi2 == 0 && c.new_count == 0 && c.vanished_count == 0 &&
          c.missing[0] == c.missing[1]);
    arena_done(&arena);
    mem_free(w);
}

/* ---- verdicts ---- */

static bool numbers_drift(enum kind kind_a, enum kind kind_b, size_t n, uint64_t seed, enum drift_part *loudest)
{
    struct drift_config config = drift_config_default();
    struct drift_numbers d;
    struct drift_verdict v;
    uint32_t order;
    draw(kind_a, n, seed, a);
    draw(kind_b, n, seed + 1000000, b);
    drift_compare_values(a, n, b, n, scratch, &d);
    drift_judge_numbers(&d, &config, &v);
    (void)drift_decide(&v, 1, &config, &order);
    *loudest = v.loudest;
    return v.drift;
}

TEST(false_alarms_stay_below_the_promise)
{
    const int rounds = test_count(300, 3000);
    static const enum kind kinds[] = { EVEN, SKEWED, TIES, BINARY };
    int alarms = 0;
    enum drift_part part;
    for (int i = 0; i < rounds; i++)
        alarms += numbers_drift(kinds[i % 4], kinds[i % 4], 200 + (size_t)(i % 5) * 100, (uint64_t)i * 77 + 1, &part);
    CHECK(alarms <= rounds * 3 / 100);
}

TEST(changes_that_matter_are_found)
{
    enum drift_part part;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        CHECK(numbers_drift(EVEN, SHIFTED, 1000, seed, &part));
        CHECK(numbers_drift(EVEN, SCALED, 1000, seed, &part));
        CHECK(numbers_drift(EVEN, TIES, 300, seed, &part));
    }
}

TEST(a_million_rows_make_nothing_of_a_trifle)
{
    struct drift_config config = drift_config_default();
    struct drift_sketch *s = mem_new(2 * sizeof *s);
    struct drift_numbers d;
    struct drift_verdict v;
    uint32_t order;
    for (int i = 0; i < 2; i++) drift_sketch_init(&s[i]);
    now = 4;
    for (size_t i = 0; i < 400000; i++) {
        double x = unit(), y = unit() + 0.007;
        drift_sketch_add(&s[0], &x, 1);
        drift_sketch_add(&s[1], &y, 1);
    }
    (void)sketch_d(&s[0], &s[1], &d);
    CHECK(d.ks_p < 0.001);
    drift_judge_numbers(&d, &config, &v);
    CHECK_I64(drift_decide(&v, 1, &config, &order), 0);
    mem_free(s);
}

static struct drift_verdict judged_words(const unsigned *ref, const unsigned *cur, size_t n)
{
    struct drift_config config = drift_config_default();
    struct drift_words *w = mem_new(2 * sizeof *w);
    struct arena arena = arena_init(4 << 20);
    struct drift_counts c;
    struct drift_verdict v;
    uint32_t order;
    for (int side = 0; side < 2; side++) {
        drift_words_init(&w[side]);
        for (size_t k = 0; k < n; k++) {
            char text[16];
            word(text, k);
            unsigned times = side ? cur[k] : ref[k];
            if (times) drift_words_add(&w[side], str_of(text), times);
        }
    }
    CHECK_OK(drift_compare_words(&w[0], &w[1], &arena, &c));
    drift_judge_words(&c, &config, &v);
    (void)drift_decide(&v, 1, &config, &order);
    arena_done(&arena);
    mem_free(w);
    return v;
}

/* `values` values, the k-th as often as 1 / (k + 2). */
static void draw_words(size_t values, size_t rows, unsigned *count)
{
    double all = 0;
    memset(count, 0, values * sizeof *count);
    for (size_t k = 0; k < values; k++) all += 1.0 / (double)(k + 2);
    for (size_t i = 0; i < rows; i++) {
        double u = unit() * all;
        size_t k = 0;
        while (k + 1 < values && (u -= 1.0 / (double)(k + 2)) > 0) k++;
        count[k]++;
    }
}

TEST(false_alarms_among_words_stay_below_the_promise)
{
    const int rounds = test_count(300, 3000);
    int alarms = 0;
    unsigned ref[40], cur[40];
    now = 11;
    for (int i = 0; i < rounds; i++) {
        size_t values = 2 + (size_t)i % 38, rows = 200 + (size_t)(i % 7) * 100;
        draw_words(values, rows, ref);
        draw_words(values, rows, cur);
        alarms += judged_words(ref, cur, values).drift;
    }
    CHECK(alarms <= rounds * 3 / 100);
}

TEST(a_shift_between_the_most_frequent_values_is_found)
{
    struct drift_verdict v = judged_words((unsigned[]){ 300, 200, 150, 100, 90, 60, 50, 50 },
                                          (unsigned[]){ 250, 255, 148, 99, 93, 58, 49, 48 }, 8);
    CHECK(v.drift && v.loudest == DRIFT_FREQUENT);
}

TEST(rows_outside_of_the_range_are_told)
{
    struct drift_config config = drift_config_default();
    struct drift_numbers d;
    struct drift_verdict v;
    struct arena arena = arena_init(1 << 16);
    uint32_t order;
    draw(EVEN, 1000, 3, a);
    draw(EVEN, 1000, 4, b);
    for (size_t i = 0; i < 14; i++) b[70 * i] = 5 + (double)i;
    drift_compare_values(a, 1000, b, 1000, scratch, &d);
    close_to("above", 0, d.above, 0.014, 1e-9);
    drift_judge_numbers(&d, &config, &v);
    CHECK_I64(drift_decide(&v, 1, &config, &order), 1);
    CHECK_I64(v.loudest, DRIFT_RANGE);
    CHECK(str_find(drift_sentence_numbers(&d, &v, &arena), STR("1.4 % of rows lie above"), 0) == 0);
    arena_done(&arena);
}

TEST(new_and_vanished_values_are_told_from_rare_ones)
{
    struct drift_verdict v = judged_words((unsigned[]){ 500, 300, 200, 0 }, (unsigned[]){ 490, 295, 195, 20 }, 4);
    CHECK(v.drift && v.loudest == DRIFT_NEW);
    v = judged_words((unsigned[]){ 500, 300, 180, 20 }, (unsigned[]){ 510, 305, 185, 0 }, 4);
    CHECK(v.drift && v.loudest == DRIFT_VANISHED);
    v = judged_words((unsigned[]){ 500, 300, 3, 2, 0, 4, 0, 3 }, (unsigned[]){ 490, 310, 0, 3, 4, 0, 3, 2 }, 8);
    CHECK(!v.drift);
    v = judged_words((unsigned[]){ 500, 300, 200 }, (unsigned[]){ 430, 370, 200 }, 3);
    CHECK(v.drift && (v.loudest == DRIFT_FREQUENT || v.loudest == DRIFT_CHI2));
}

TEST(the_correction_across_columns_is_benjamini_and_hochberg)
{
    struct drift_config config = drift_config_default();
    struct drift_verdict v[5] = { { .p = 0.02 }, { .p = 0.9 }, { .p = 0.001 }, { .p = 0.012 }, { .p = 0.5 } };
    uint32_t order[5];
    CHECK_I64(drift_decide(v, 5, &config, order), 2);
    close_to("adjusted", 2, v[2].adjusted, 0.005, 1e-12);
    close_to("adjusted", 3, v[3].adjusted, 0.03, 1e-12);
    close_to("adjusted", 0, v[0].adjusted, 0.02 * 5 / 3, 1e-12);
    close_to("adjusted", 1, v[1].adjusted, 0.9, 1e-12);
}
