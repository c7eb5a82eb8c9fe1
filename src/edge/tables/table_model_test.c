/* Files of what a model saw and said: quiet where nothing changed, found and named where something did. */
#include "edge/tables/table_model.h"

#include <math.h>

#include "test.h"

static double uniform(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

struct world { /* how the second file may differ */
    double shift, refunds, wrong, tilt;
};

static const struct world as_before = { 0, 0, 0.1, 0 }, other = { 1.5, 0.3, 0.3, 1 };

/* Columns e0..e2, note, wrong, p, y in a file of its own. */
static str file(const char *name, uint64_t seed, int rows, struct world w, bool labels, struct arena *a)
{
    static const char *const words[] = { "the", "job", "ran", "in", "time", "rows", "loaded", "ok" };
    str path = str_fmt(a, STR_FMT "/%s.csv", STR_ARG(test_dir()), name);
    FILE *f = fopen(path.ptr, "wb");
    CHECK(f != NULL);
    (void)fprintf(f, "e0,e1,e2,note,wrong,p%s\n", labels ? ",y" : "");
    for (int i = 0; i < rows; i++) {
        double q = uniform(&seed);
        if (uniform(&seed) < w.tilt) q = q * q;
        double e[3] = { uniform(&seed), uniform(&seed) + w.shift, uniform(&seed) };
        (void)fprintf(f, "%.4f,%.4f,%.4f,", e[0], e[1], e[2]);
        for (int k = 0; k < 5; k++) (void)fprintf(f, "%s ", words[(int)(uniform(&seed) * 8)]);
        (void)fprintf(f, "%s,", uniform(&seed) < w.refunds ? "refund" : "");
        (void)fprintf(f, "%d,%.5f", uniform(&seed) < w.wrong, q);
        if (labels) (void)fprintf(f, ",%d", uniform(&seed) < q);
        (void)fprintf(f, "\n");
    }
    CHECK(fclose(f) == 0);
    return path;
}

TEST(what_did_not_change_is_left_alone)
{
    struct arena a = arena_init(256 << 20);
    str ref = file("ref", 1, 2000, as_before, true, &a), cur = file("cur", 2, 1500, as_before, false, &a);
    struct vectors_report v;
    struct errors_report e;
    struct performance_report p;
    CHECK_OK(table_embedding(ref, cur, STR("e"), &a, &v));
    CHECK(!v.drift && v.mmd.p > 0.01 && v.domain.reference == 2000 && v.domain.current == 1500);
    CHECK_OK(table_text(ref, cur, STR("note"), &a, &v));
    CHECK(!v.drift);
    CHECK_OK(table_errors(ref, cur, STR("wrong"), &e));
    CHECK(!e.drift && e.rows[0] == 2000 && e.rows[1] == 1500 && fabs(e.mean[0] - 0.1) < 0.03);
    CHECK_OK(table_performance(ref, cur, STR("p"), STR("y"), &a, &p));
    CHECK(!p.drift && p.chunk == 200 && p.chunks == 7 && isnan(p.now[CBPE_ACCURACY].realized));
    arena_done(&a);
}

TEST(what_changed_is_found_and_named)
{
    struct arena a = arena_init(256 << 20);
    str ref = file("ref", 3, 2000, as_before, true, &a), cur = file("cur", 4, 1500, other, true, &a);
    struct vectors_report v;
    struct errors_report e;
    struct performance_report p;
    CHECK_OK(table_embedding(ref, cur, STR("e"), &a, &v));
    CHECK(v.drift && v.mmd.p < 1e-6 && v.domain.auc > 0.9);
    CHECK_STR(v.names[0], "e1");
    CHECK_OK(table_text(ref, cur, STR("note"), &a, &v));
    CHECK(v.drift && v.domain.terms[0].weight > 0);
    CHECK_STR(v.names[0], "refund");
    CHECK_OK(table_errors(ref, cur, STR("wrong"), &e));
    CHECK(e.drift && e.alarms[0].changed > 1900 && e.alarms[0].changed < 2200 && e.mean[1] > 0.25);
    CHECK_OK(table_performance(ref, cur, STR("p"), STR("y"), &a, &p));
    const struct cbpe_estimate *x = &p.now[CBPE_ACCURACY];
    if (!(p.drift && fabs(x->realized - x->value) < 0.04))
        test_failed(__FILE__, __LINE__, "drift %d, estimated %g, realized %g", p.drift, x->value, x->realized);
    arena_done(&a);
}

TEST(what_cannot_be_looked_at_is_said)
{
    struct arena a = arena_init(256 << 20), tiny = arena_init(1000);
    str ref = file("ref", 5, 100, as_before, true, &a), cur = file("cur", 6, 100, as_before, false, &a);
    struct vectors_report v;
    struct errors_report e;
    struct performance_report p;
    CHECK_ERR(table_embedding(ref, cur, STR("zz"), &a, &v), ERR_INPUT);
    CHECK_ERR(table_embedding(ref, STR("/nonexistent.csv"), STR("e"), &a, &v), ERR_NOT_FOUND);
    CHECK_ERR(table_embedding(ref, cur, STR("e"), &tiny, &v), ERR_LIMIT);
    CHECK_ERR(table_text(ref, cur, STR("zz"), &a, &v), ERR_INPUT);
    CHECK_ERR(table_errors(ref, cur, STR("zz"), &e), ERR_INPUT);
    CHECK_ERR(table_errors(ref, cur, STR("wrong"), &e), ERR_INPUT);                /* too few to learn from */
    CHECK_ERR(table_performance(cur, ref, STR("p"), STR("y"), &a, &p), ERR_INPUT); /* no labels to learn from */
    CHECK_ERR(table_performance(ref, cur, STR("note"), STR("y"), &a, &p), ERR_INPUT);
    arena_done(&a);
    arena_done(&tiny);
}
