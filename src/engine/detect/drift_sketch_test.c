/* Summaries in constant memory: of numbers, of how many different ones there are, of words. */
#include "engine/detect/drift_kit.h"

#include "engine/detect/drift_sort.h"

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
