/* Performance without labels: as NannyML estimates it, and true where it can be checked. */
#include "engine/detect/cbpe.h"

#include <math.h>

#include "test.h"

enum { REFERENCE_ROWS = 3000, CURRENT_ROWS = 1000, CHUNK = 500, ARENA = 16 << 20 };

static double uniform(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

/* As answers() of tests/reference/cbpe.py. */
static struct cbpe_rows answers(uint64_t seed, size_t n, double tilt, double bend, int steps, struct arena *a)
{
    double *proba = ARENA_ARRAY(a, double, n);
    unsigned char *predicted = arena_new(a, n), *label = arena_new(a, n);
    for (size_t i = 0; i < n; i++) {
        double q = uniform(&seed);
        if (uniform(&seed) < tilt) q = 1 - (1 - q) * (1 - q);
        double p = q + bend * q * (1 - q);
        if (steps) p = floor(p * steps) / steps;
        proba[i] = p;
        predicted[i] = p > 0.5;
        label[i] = uniform(&seed) < q;
    }
    return (struct cbpe_rows){ proba, predicted, label, n };
}

static struct cbpe_rows part(struct cbpe_rows r, size_t from, size_t n)
{
    return (struct cbpe_rows){ r.proba + from, r.predicted + from, r.label ? r.label + from : NULL, n };
}

static bool near(double got, double want, double tolerance)
{
    return isnan(want) ? isnan(got) : fabs(got - want) <= tolerance;
}

static const struct reference {
    uint64_t seed;
    double tilt, bend;
    int steps, calibrated, chunk;
    enum cbpe_metric metric;
    double value, error, realized, low, high;
    int alert;
} references[] = {
#define CBPE_CASES
#include "reference/cbpe.h"
#undef CBPE_CASES
};

/* The ROC AUC's sampling error: NannyML breaks ties as a sort happens to leave them. Its estimate is rounded to five
 * digits. */
static void compare(const struct reference *r, const struct cbpe_estimate *e)
{
    bool auc = r->metric == CBPE_ROC_AUC;
    const char *name = cbpe_metric_text(r->metric);
    if (!near(e->value, r->value, auc ? 1e-5 : 1e-9))
        test_failed(__FILE__, __LINE__, "%s: %g, want %g", name, e->value, r->value);
    if (!near(e->error, r->error, auc ? 0.05 * r->error : 1e-9))
        test_failed(__FILE__, __LINE__, "error of %s: %g, want %g", name, e->error, r->error);
    CHECK(near(e->realized, r->realized, 1e-9));
    CHECK(near(e->low, fmax(0, e->value - 3 * e->error), 1e-12) &&
          near(e->high, fmin(1, e->value + 3 * e->error), 1e-12));
    CHECK_I64(e->alert, r->alert);
}

TEST(estimates_errors_and_alerts_are_those_of_nannyml)
{
    struct arena a = arena_init(ARENA);
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
        const struct reference *r = &references[i];
        struct cbpe_rows ref = answers(r->seed, REFERENCE_ROWS, r->tilt, r->bend, r->steps, &a);
        struct cbpe_rows cur = answers(r->seed + 1, CURRENT_ROWS, 0.6, r->bend, r->steps, &a);
        struct cbpe model;
        CHECK_OK(cbpe_fit(&ref, CHUNK, r->calibrated ? CBPE_ALWAYS : CBPE_NEVER, &a, &a, &model));
        CHECK(near(model.spread[r->metric].low, r->low, 1e-9) && near(model.spread[r->metric].high, r->high, 1e-9));
        struct cbpe_rows chunk = part(cur, (size_t)r->chunk * CHUNK, CHUNK);
        struct cbpe_estimate e[CBPE_METRICS];
        CHECK_OK(cbpe_estimate(&model, &chunk, &a, e));
        compare(r, &e[r->metric]);
        arena_reset(&a);
    }
    arena_done(&a);
}

TEST(isotonic_regression_is_that_of_scikit_learn)
{
    static const struct {
        int n;
        double x[64], y[64];
        int places;
        double at[16], want[16];
    } cases[] = {
#define ISOTONIC_CASES
#include "reference/cbpe.h"
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a = arena_init(1 << 16);
        struct isotonic fit;
        CHECK_OK(isotonic_fit(cases[i].x, cases[i].y, (size_t)cases[i].n, &a, &fit));
        for (int k = 0; k < cases[i].places; k++)
            CHECK(near(isotonic_at(&fit, cases[i].at[k]), cases[i].want[k], 1e-12));
        CHECK(isnan(isotonic_at(&fit, NAN)));
        arena_done(&a);
    }
}

TEST(isotonic_regression_refuses_what_has_no_place)
{
    struct arena a = arena_init(1 << 16), tiny = arena_init(64);
    struct isotonic fit;
    static const double bad[] = { NAN, INFINITY, -INFINITY, 1e308 }, good[100];
    CHECK_ERR(isotonic_fit(good, good, 0, &a, &fit), ERR_INPUT);
    CHECK_ERR(isotonic_fit(good, good, 100, &tiny, &fit), ERR_LIMIT);
    for (size_t i = 0; i < 4; i++) {
        CHECK_ERR(isotonic_fit(&bad[i], good, 1, &a, &fit), ERR_INPUT);
        CHECK_ERR(isotonic_fit(good, &bad[i], 1, &a, &fit), ERR_INPUT);
    }
    arena_done(&a);
    arena_done(&tiny);
}

TEST(calibration_is_used_where_it_helps)
{
    struct arena a = arena_init(ARENA);
    struct cbpe model;
    struct cbpe_rows bent = answers(5, REFERENCE_ROWS, 0, 0.9, 0, &a);
    CHECK_OK(cbpe_fit(&bent, CHUNK, CBPE_IF_IT_HELPS, &a, &a, &model));
    CHECK(model.calibrated);
    struct cbpe_rows certain = answers(6, REFERENCE_ROWS, 0, 0, 0, &a);
    unsigned char *label = (unsigned char *)certain.label;
    memcpy(label, certain.predicted, certain.n);
    CHECK_OK(cbpe_fit(&certain, CHUNK, CBPE_IF_IT_HELPS, &a, &a, &model));
    CHECK(!model.calibrated); /* the order is perfect already */
    memset(label, 1, certain.n);
    CHECK_OK(cbpe_fit(&certain, CHUNK, CBPE_IF_IT_HELPS, &a, &a, &model));
    CHECK(!model.calibrated && isnan(model.spread[CBPE_ROC_AUC].low)); /* one class only */
    arena_done(&a);
}

/* The promise itself: with the mix of inputs changed and a classifier that is wrong about its own certainty, the band
 * holds. */
TEST(the_band_holds_the_truth_under_a_shift_of_inputs)
{
    int inside = 0, all = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct arena a = arena_init(ARENA);
        struct cbpe model;
        struct cbpe_estimate e[CBPE_METRICS];
        struct cbpe_rows ref = answers(seed * 100, 10000, 0, 0.7, 0, &a),
                         cur = answers(seed * 100 + 1, CURRENT_ROWS, 0.8, 0.7, 0, &a);
        CHECK_OK(cbpe_fit(&ref, CURRENT_ROWS, CBPE_IF_IT_HELPS, &a, &a, &model));
        CHECK_OK(cbpe_estimate(&model, &cur, &a, e));
        for (unsigned m = 0; m < CBPE_METRICS; m++) {
            inside += e[m].realized >= e[m].low && e[m].realized <= e[m].high;
            all++;
        }
        arena_done(&a);
    }
    CHECK(inside >= all * 97 / 100);
}

TEST(hostile_rows_are_left_out_and_empty_chunks_say_nothing)
{
    struct arena a = arena_init(ARENA);
    struct cbpe_rows ref = answers(8, 400, 0, 0, 0, &a), cut = ref;
    struct cbpe plain, model;
    struct cbpe_estimate e[CBPE_METRICS], f[CBPE_METRICS];
    CHECK_OK(cbpe_fit(&ref, 100, CBPE_ALWAYS, &a, &a, &plain));
    double *proba = ARENA_ARRAY(&a, double, 404);
    unsigned char *bits = arena_new(&a, 2 * 404);
    static const double bad[] = { NAN, -0.1, 1e308, INFINITY };
    memcpy(proba, bad, sizeof bad);
    memcpy(proba + 4, ref.proba, 400 * sizeof *proba);
    memcpy(bits + 4, ref.predicted, 400);
    memcpy(bits + 408, ref.label, 400);
    cut = (struct cbpe_rows){ proba, bits, bits + 404, 404 };
    CHECK_OK(cbpe_fit(&cut, 100, CBPE_ALWAYS, &a, &a, &model));
    CHECK_OK(cbpe_estimate(&plain, &ref, &a, e));
    CHECK_OK(cbpe_estimate(&model, &cut, &a, f));
    for (unsigned m = 0; m < CBPE_METRICS; m++)
        CHECK(e[m].value == f[m].value && e[m].error == f[m].error && e[m].realized == f[m].realized &&
              e[m].alert == f[m].alert);
    cut.n = 4; /* nothing usable in it */
    CHECK_OK(cbpe_estimate(&model, &cut, &a, e));
    for (unsigned m = 0; m < CBPE_METRICS; m++) CHECK(isnan(e[m].value) && isnan(e[m].realized) && !e[m].alert);
    CHECK_ERR(cbpe_fit(&cut, 100, CBPE_ALWAYS, &a, &a, &model), ERR_INPUT);
    CHECK_ERR(cbpe_fit(&ref, 0, CBPE_ALWAYS, &a, &a, &model), ERR_INPUT);
    ref.label = NULL;
    CHECK_ERR(cbpe_fit(&ref, 100, CBPE_ALWAYS, &a, &a, &model), ERR_INPUT);
    struct arena tiny = arena_init(100);
    CHECK_ERR(cbpe_estimate(&plain, &ref, &tiny, e), ERR_LIMIT);
    arena_done(&tiny);
    arena_done(&a);
}
