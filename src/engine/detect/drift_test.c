/* Two samples held whole: statistics that SciPy finds, too, and the sorting that they stand on. */
#include "engine/detect/drift_kit.h"

#include <float.h>

#include "engine/detect/drift_dist.h"
#include "engine/detect/drift_sort.h"
#include "engine/detect/drift_sort_wide.h"

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

TEST(statistics_of_words_agree_with_scipy)
{
    struct drift_words *w = mem_new(2 * sizeof *w);
    struct arena arena = arena_init(4 << 20);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct drift_counts c;
        for (int side = 0; side < 2; side++) {
            drift_words_init(&w[side]);
            for (size_t k = 0; k < tables[i].n; k++) {
                char text[WORD_MAX];
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
