/* Two sets of rows: logistic regression and AUC as scikit-learn and SciPy have them, MMD as its definition, p-values
 * that mean what they say, hostile input. */
#include <float.h>
#include <math.h>

#include "engine/detect/domain_classifier.h"
#include "engine/detect/mmd.h"
#include "chance_samples.h"
#include "test.h"

enum { ARENA = 256 << 20 };

static double *bells(uint64_t *seed, int rows, int dims, double scale, double shift, struct arena *a)
{
    double *v = ARENA_ARRAY(a, double, (size_t)rows *(size_t)dims);
    for (int i = 0; i < rows * dims; i++) v[i] = chance_bell(seed) * scale + shift;
    return v;
}

/* As logistic() of tests/reference/two_sample.py. */
static struct sparse sparse_rows(uint64_t seed, uint32_t rows, uint32_t columns, unsigned char *label, struct arena *a)
{
    uint32_t *start = ARENA_ARRAY(a, uint32_t, rows + 1), *index = ARENA_ARRAY(a, uint32_t, rows * columns), n = 0;
    float *value = ARENA_ARRAY(a, float, rows *columns);
    for (uint32_t i = 0; i < rows; i++) {
        double first[2] = { 0, 0 };
        for (uint32_t j = 0; j < columns; j++) {
            if (!(chance_unit(&seed) < 0.3)) continue;
            double v = floor(chance_unit(&seed) * 32) / 8;
            if (j < 2) first[j] = v;
            index[n] = j;
            value[n++] = (float)v;
        }
        start[i + 1] = n;
        label[i] = first[0] - first[1] + 2 * chance_unit(&seed) > 1;
    }
    return (struct sparse){ start, index, value, rows, columns };
}

TEST(logistic_regression_is_that_of_scikit_learn)
{
    static const struct {
        uint64_t seed;
        uint32_t rows, columns;
        double c, weights[16];
    } cases[] = {
#define LOGISTIC_CASES
#include "reference/two_sample.h"
#undef LOGISTIC_CASES
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a = arena_init(1 << 20);
        unsigned char label[256];
        double w[16];
        struct sparse x = sparse_rows(cases[i].seed, cases[i].rows, cases[i].columns, label, &a);
        CHECK_OK(logistic_train(&x, label, NULL, cases[i].c, &a, w));
        for (uint32_t j = 0; j <= cases[i].columns; j++) CHECK(fabs(w[j] - cases[i].weights[j]) < 1e-4);
        arena_done(&a);
    }
}

TEST(rows_that_are_left_out_are_not_learned)
{
    struct arena a = arena_init(1 << 20), tiny = arena_init(64);
    unsigned char label[200], use[200];
    double w[9], some[9];
    struct sparse x = sparse_rows(2, 200, 8, label, &a), half = x;
    half.rows = 100;
    for (int i = 0; i < 200; i++) use[i] = i < 100;
    CHECK_OK(logistic_train(&half, label, NULL, 1, &a, w));
    CHECK_OK(logistic_train(&x, label, use, 1, &a, some));
    CHECK(memcmp(w, some, sizeof w) == 0);
    memset(use, 0, sizeof use);
    CHECK_OK(logistic_train(&x, label, use, 1, &a, some));
    for (int j = 0; j < 9; j++) CHECK(some[j] == 0);
    memset(label, 1, sizeof label); /* one class: no weight, and a bias that grows until the loss is gone */
    CHECK_OK(logistic_train(&x, label, NULL, 1, &a, w));
    for (int j = 0; j < 8; j++) CHECK(fabs(w[j]) < 1e-2);
    CHECK(isfinite(w[8]) && w[8] > 5);
    CHECK_ERR(logistic_train(&x, label, NULL, 1, &tiny, w), ERR_LIMIT);
    arena_done(&a);
    arena_done(&tiny);
}

TEST(the_auc_and_its_chance_are_those_of_scikit_learn_and_scipy)
{
    static const struct {
        uint64_t seed;
        size_t rows;
        int levels;
        double auc, p;
    } cases[] = {
#define AUC_CASES
#include "reference/two_sample.h"
#undef AUC_CASES
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct domain_scored rows[1000];
        uint64_t seed = cases[i].seed;
        for (size_t k = 0; k < cases[i].rows; k++) {
            unsigned char y = chance_unit(&seed) < 0.4;
            double u = chance_unit(&seed);
            rows[k] = (struct domain_scored){ cases[i].levels ? floor(u * cases[i].levels) + y : u + y * 0.3, y };
        }
        double variance, auc = domain_auc(rows, cases[i].rows, &variance);
        CHECK(fabs(auc - cases[i].auc) < 1e-12);
        double p = erfc(fabs(auc - 0.5) / sqrt(2 * variance));
        CHECK(fabs(p - cases[i].p) <= 1e-9 * cases[i].p);
    }
    struct domain_scored one[2] = { { 1, 0 }, { 2, 0 } };
    double variance;
    CHECK(isnan(domain_auc(one, 2, &variance)) && isnan(variance));
}

/* Random features are an estimate of the exact kernel: of 48 frequencies, within 0.3 of it or 0.02. */
TEST(mmd_is_the_exact_one_and_its_chance_that_of_permutations)
{
    static const struct {
        uint64_t seed;
        int n, m, dims;
        double shift, scale, distance, p;
    } cases[] = {
#define MMD_CASES
#include "reference/two_sample.h"
#undef MMD_CASES
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a = arena_init(ARENA);
        uint64_t seed = cases[i].seed;
        struct mmd_result r;
        double *ref = bells(&seed, cases[i].n, cases[i].dims, 1, 0, &a);
        double *cur = bells(&seed, cases[i].m, cases[i].dims, cases[i].scale, cases[i].shift, &a);
        CHECK_OK(mmd_test(ref, (size_t)cases[i].n, cur, (size_t)cases[i].m, (size_t)cases[i].dims, 1, &a, &r));
        CHECK(fabs(r.distance - cases[i].distance) < fmax(0.02, 0.3 * cases[i].distance));
        CHECK(cases[i].p < 0.002 ? r.p < 0.01 : fabs(r.p - cases[i].p) < 0.25);
        arena_done(&a);
    }
}

/* How often p is below 0.05 when nothing differs, in a hundred. */
static int false_alarms(int n, int m, int dims, int rounds, bool classifier)
{
    int below = 0;
    for (uint64_t seed = 1; seed <= (uint64_t)rounds; seed++) {
        struct arena a = arena_init(ARENA);
        uint64_t s = seed * 1000;
        double *ref = bells(&s, n, dims, 1, 0, &a), *cur = bells(&s, m, dims, 1, 0, &a), p;
        if (classifier) {
            struct domain_rows rows;
            struct domain_result d;
            CHECK_OK(domain_numbers(ref, (size_t)n, cur, (size_t)m, (size_t)dims, &a, &rows));
            CHECK_OK(domain_classify(&rows, &a, &d));
            p = d.p;
        } else {
            struct mmd_result r;
            CHECK_OK(mmd_test(ref, (size_t)n, cur, (size_t)m, (size_t)dims, seed, &a, &r));
            p = r.p;
        }
        CHECK(p >= 0 && p <= 1);
        below += p < 0.05;
        arena_done(&a);
    }
    return below * 100 / rounds;
}

TEST(chances_are_what_they_say)
{
    int rounds = test_count(100, 1000);
    CHECK(false_alarms(40, 60, 3, rounds, false) <= 10);
    CHECK(false_alarms(30, 90, 20, rounds, false) <= 10);
    CHECK(false_alarms(60, 60, 3, rounds, true) <= 10);
    CHECK(false_alarms(60, 40, 40, rounds, true) <= 10);
}

TEST(differences_are_found_and_the_column_is_named)
{
    struct arena a = arena_init(ARENA);
    uint64_t seed = 7;
    double *ref = bells(&seed, 400, 10, 1, 0, &a), *cur = bells(&seed, 500, 10, 1, 0, &a);
    for (int i = 0; i < 500; i++) cur[i * 10 + 4] += 1;
    struct domain_rows rows;
    struct domain_result d;
    struct mmd_result r, again;
    CHECK_OK(domain_numbers(ref, 400, cur, 500, 10, &a, &rows));
    CHECK_OK(domain_classify(&rows, &a, &d));
    CHECK(d.p < 1e-6 && d.auc > 0.7 && d.terms[0].column == 4 && d.terms[0].weight > 0);
    CHECK_I64(d.reference, 400);
    CHECK_I64(d.current, 500);
    CHECK_OK(mmd_test(ref, 400, cur, 500, 10, 3, &a, &r));
    CHECK(r.p < 1e-6 && r.excess > 0);
    CHECK_OK(mmd_test(ref, 400, cur, 500, 10, 3, &a, &again));
    CHECK(r.p == again.p && r.distance == again.distance);
    arena_done(&a);
}

/* A pattern of sides that repeats as often as the folds must not leave a fold with one side only. */
TEST(a_difference_is_found_at_any_ratio_of_rows)
{
    static const int sizes[][2] = { { 100, 400 }, { 200, 300 }, { 300, 200 }, { 400, 100 }, { 250, 250 }, { 30, 500 } };
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct arena a = arena_init(ARENA);
        uint64_t seed = 20 + k;
        struct domain_rows rows;
        struct domain_result d;
        double *ref = bells(&seed, sizes[k][0], 2, 1, 0, &a), *cur = bells(&seed, sizes[k][1], 2, 1, 1, &a);
        CHECK_OK(domain_numbers(ref, (size_t)sizes[k][0], cur, (size_t)sizes[k][1], 2, &a, &rows));
        CHECK_OK(domain_classify(&rows, &a, &d));
        CHECK(d.auc > 0.7 && d.p < 1e-4);
        arena_done(&a);
    }
}

/* What a linear classifier cannot see: the same mean and spread of every column, another dependence. */
TEST(mmd_sees_dependence)
{
    struct arena a = arena_init(ARENA);
    uint64_t seed = 8;
    double *ref = bells(&seed, 1000, 2, 1, 0, &a), *cur = bells(&seed, 1000, 2, 1, 0, &a);
    for (int i = 0; i < 1000; i++) cur[2 * i + 1] = chance_unit(&seed) < 0.5 ? cur[2 * i] : -cur[2 * i];
    struct mmd_result r;
    CHECK_OK(mmd_test(ref, 1000, cur, 1000, 2, 1, &a, &r));
    CHECK(r.p < 1e-6);
    arena_done(&a);
}

static str sentence(uint64_t *seed, double odd, struct arena *a)
{
    static const char *const words[] = { "the",  "job",  "Failed", "loaded",      "42",
                                         "rows", "from", "ORDERS", "caf\xc3\xa9", "table" };
    char text[256];
    int n = 0;
    for (int i = 0; i < 8; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s, ", words[(int)(chance_unit(seed) * 10)]);
    if (chance_unit(seed) < odd)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s", chance_unit(seed) < 0.5 ? "Refund!" : "refund");
    return str_dup(a, (str){ text, (size_t)n });
}

TEST(texts_that_differ_name_the_word)
{
    struct arena a = arena_init(ARENA);
    uint64_t seed = 9;
    str ref[300], cur[300];
    struct domain_rows rows;
    struct domain_result d;
    for (int i = 0; i < 300; i++) ref[i] = sentence(&seed, 0, &a), cur[i] = sentence(&seed, 0, &a);
    CHECK_OK(domain_texts(ref, 300, cur, 300, &a, &rows));
    CHECK_OK(domain_classify(&rows, &a, &d));
    CHECK(d.p > 0.01);
    for (int i = 0; i < 300; i++) cur[i] = sentence(&seed, 0.3, &a);
    CHECK_OK(domain_texts(ref, 300, cur, 300, &a, &rows));
    CHECK_OK(domain_classify(&rows, &a, &d));
    if (!(d.p < 1e-4 && d.auc > 0.6)) test_failed(__FILE__, __LINE__, "p %g, AUC %g", d.p, d.auc);
    CHECK(str_eq_nocase(rows.names[d.terms[0].column], STR("refund")));
    arena_done(&a);
}

TEST(hostile_rows_are_judged_or_refused)
{
    struct arena a = arena_init(ARENA), tiny = arena_init(1000);
    static const double odd[] = { NAN, INFINITY, -INFINITY, DBL_MAX, -DBL_MAX, DBL_TRUE_MIN, 0, 1 };
    enum { ROWS = 64, DIMS = 3 };
    double wild[ROWS * DIMS], same[ROWS * DIMS], other[ROWS * DIMS];
    uint64_t seed = 10;
    for (int i = 0; i < ROWS * DIMS; i++) wild[i] = odd[(int)(chance_unit(&seed) * 8)], same[i] = 5, other[i] = 6;
    struct domain_rows rows;
    struct domain_result d;
    struct mmd_result r;
    CHECK_OK(domain_numbers(wild, ROWS, wild, ROWS, DIMS, &a, &rows));
    CHECK_OK(domain_classify(&rows, &a, &d));
    CHECK(d.p > 0.01 && d.auc >= 0 && d.auc <= 1);
    CHECK_OK(domain_numbers(same, ROWS, same, ROWS, DIMS, &a, &rows));
    CHECK_OK(domain_classify(&rows, &a, &d));
    CHECK(d.p == 1 && d.auc == 0.5);
    CHECK_OK(domain_numbers(same, ROWS, other, ROWS, DIMS, &a, &rows));
    CHECK_OK(domain_classify(&rows, &a, &d));
    CHECK(d.p < 1e-6 && d.auc > 0.99);
    CHECK_OK(mmd_test(same, ROWS, same, ROWS, DIMS, 1, &a, &r));
    CHECK(r.p == 1 && r.distance < 1e-12);
    CHECK_OK(mmd_test(same, ROWS, other, ROWS, DIMS, 1, &a, &r));
    CHECK(r.p == 0 && r.excess > 0.1);
    CHECK_ERR(mmd_test(wild, 10, wild, ROWS, DIMS, 1, &a, &r), ERR_INPUT);
    CHECK_ERR(mmd_test(wild, ROWS, wild, ROWS, 0, 1, &a, &r), ERR_INPUT);
    CHECK_ERR(mmd_test(same, ROWS, same, ROWS, DIMS, 1, &tiny, &r), ERR_LIMIT);
    CHECK_ERR(domain_numbers(wild, 3, wild, ROWS, DIMS, &a, &rows), ERR_INPUT);
    CHECK_ERR(domain_numbers(same, ROWS, same, ROWS, DIMS, &tiny, &rows), ERR_LIMIT);
    str empty[ROWS] = { { 0 } };
    CHECK_OK(domain_texts(empty, ROWS, empty, ROWS, &a, &rows));
    CHECK_OK(domain_classify(&rows, &a, &d));
    CHECK(d.p == 1);
    arena_done(&a);
    arena_done(&tiny);
}

TEST(wild_rows_do_not_break_mmd)
{
    struct arena a = arena_init(ARENA);
    enum { ROWS = 200, DIMS = 2 };
    uint64_t seed = 11;
    double *ref = bells(&seed, ROWS, DIMS, 1, 0, &a), *cur = bells(&seed, ROWS, DIMS, 1, 0, &a);
    for (int i = 0; i < ROWS * DIMS; i += 17) ref[i] = cur[i] = i % 2 ? 1e308 : -1e308;
    ref[3] = NAN;
    struct mmd_result r;
    CHECK_OK(mmd_test(ref, ROWS, cur, ROWS, DIMS, 1, &a, &r));
    CHECK_I64(r.reference, ROWS - 1);
    CHECK(r.p > 0.001 && isfinite(r.distance));
    arena_done(&a);
}
