/* The watchers of streams: the same alarms as River's, no false alarms where none are due, snapshots that change
 * nothing. */
#include "engine/detect/adwin.h"
#include "engine/detect/ddm.h"
#include "engine/detect/page_hinkley.h"
#include "engine/detect/stream_drift.h"

#include <float.h>
#include <math.h>

#include "chance_samples.h"
#include "test.h"

enum detector { REF_ADWIN, REF_PAGE_HINKLEY, REF_DDM, REF_EDDM };
enum shape {
    REF_UNIFORM,
    REF_BELL,
    REF_TAIL,
    REF_BITS,
    REF_TIES,
    REF_CONSTANT,
    REF_DENORMAL,
    REF_LARGE,
    REF_ALTERNATING
};
enum { LISTED = 12 };

static const struct reference {
    enum detector detector;
    enum shape shape;
    uint64_t seed;
    int n;
    double step;
    int alarms, first[LISTED], warnings;
    double width, mean;
} references[] = {
#include "reference/streams.h"
};

/* --- The streams of tests/reference/streams.py --- */

static double next_value(const struct reference *r, uint64_t *seed, int i)
{
    double add = i >= r->n / 2 ? r->step : 0;
    switch (r->shape) {
    case REF_UNIFORM: return chance_unit(seed) + add;
    case REF_BELL: return chance_bell(seed) + add;
    case REF_TAIL: return 1 / sqrt(chance_unit(seed) + 1e-12) + add;
    case REF_BITS: return chance_unit(seed) < 0.1 + add ? 1 : 0;
    case REF_TIES: return floor(chance_unit(seed) * 4) + add;
    case REF_CONSTANT: return 7 + add;
    case REF_DENORMAL: return floor(chance_unit(seed) * 8) * 5e-324;
    case REF_LARGE: return 1e9 + chance_unit(seed) + add;
    case REF_ALTERNATING: return i % 2 + add;
    }
    return 0;
}

/* --- One interface for the test --- */

union watcher {
    struct adwin adwin;
    struct page_hinkley page_hinkley;
    struct ddm ddm;
    struct eddm eddm;
};

static void start(union watcher *w, enum detector d)
{
    struct page_hinkley_config c = page_hinkley_default();
    switch (d) {
    case REF_ADWIN: adwin_init(&w->adwin, ADWIN_DELTA); break;
    case REF_PAGE_HINKLEY: page_hinkley_init(&w->page_hinkley, &c); break;
    case REF_DDM: ddm_init(&w->ddm); break;
    case REF_EDDM: eddm_init(&w->eddm); break;
    }
}

static enum ddm_state add(union watcher *w, enum detector d, double v)
{
    switch (d) {
    case REF_ADWIN: return adwin_add(&w->adwin, v) ? DDM_DRIFT : DDM_STEADY;
    case REF_PAGE_HINKLEY: return page_hinkley_add(&w->page_hinkley, v) ? DDM_DRIFT : DDM_STEADY;
    case REF_DDM: return ddm_add(&w->ddm, v > 0.5);
    case REF_EDDM: return eddm_add(&w->eddm, v > 0.5);
    }
    return DDM_STEADY;
}

/* Stored and loaded again. */
static bool reload(union watcher *w, enum detector d)
{
    char bytes[sizeof *w];
    memcpy(bytes, w, sizeof *w);
    memset(w, 0xa5, sizeof *w);
    switch (d) {
    case REF_ADWIN: return adwin_load(&w->adwin, (str){ bytes, sizeof w->adwin });
    case REF_PAGE_HINKLEY: return page_hinkley_load(&w->page_hinkley, (str){ bytes, sizeof w->page_hinkley });
    case REF_DDM: return ddm_load(&w->ddm, (str){ bytes, sizeof w->ddm });
    case REF_EDDM: return eddm_load(&w->eddm, (str){ bytes, sizeof w->eddm });
    }
    return false;
}

/* River's window is empty after an alarm, so ours is made so, too. `store_every`: 0 never. */
static void compare(const struct reference *r, int store_every)
{
    union watcher w;
    uint64_t seed = r->seed;
    int alarms = 0, warnings = 0;
    bool fresh = true;
    for (int i = 0; i < r->n; i++) {
        if (fresh) start(&w, r->detector);
        enum ddm_state state = add(&w, r->detector, next_value(r, &seed, i));
        warnings += state == DDM_WARNING;
        if (state == DDM_DRIFT && alarms++ < LISTED) CHECK_I64(i, r->first[alarms - 1]);
        fresh = state == DDM_DRIFT && r->detector == REF_ADWIN;
        if (store_every && i % store_every == 0) CHECK(reload(&w, r->detector));
    }
    CHECK_I64(alarms, r->alarms);
    CHECK_I64(warnings, r->warnings);
    if (r->detector != REF_ADWIN) return;
    CHECK_I64(w.adwin.width, r->width);
    CHECK(fabs(adwin_mean(&w.adwin) - r->mean) <= 1e-12 * fabs(r->mean));
}

TEST(every_alarm_is_where_river_has_it)
{
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) compare(&references[i], 0);
}

TEST(storing_and_loading_changes_nothing)
{
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) compare(&references[i], 97);
}

TEST(adwin_keeps_what_came_after_the_change)
{
    struct adwin a;
    adwin_init(&a, ADWIN_DELTA);
    uint64_t seed = 1;
    for (int i = 0; i < 2000; i++) CHECK(!adwin_add(&a, chance_unit(&seed)));
    int at = 0;
    while (!adwin_add(&a, chance_unit(&seed) + 2)) at++;
    CHECK(at < 64 && a.width < 200);
    CHECK_I64(a.since, at + 1);
    CHECK(fabs(a.before - 0.5) < 0.05 && a.after > 2 && a.after < 3);
}

TEST(adwin_variance_is_that_of_the_window)
{
    struct adwin a;
    adwin_init(&a, 1e-9);
    double sum = 0, squares = 0;
    uint64_t seed = 3;
    enum { N = 10000 };
    for (int i = 0; i < N; i++) {
        double v = chance_bell(&seed);
        sum += v;
        squares += v * v;
        CHECK(!adwin_add(&a, v));
    }
    CHECK(fabs(a.variance / a.width - (squares / N - sum / N * (sum / N))) < 1e-9);
}

TEST(numbers_that_are_none_are_counted_and_ignored)
{
    static const double odd[] = { NAN, INFINITY, -INFINITY, DBL_MAX, -1e308 };
    enum { ODD = sizeof odd / sizeof *odd };
    struct adwin a;
    struct page_hinkley p;
    struct stream_drift s;
    struct stream_alarm alarm;
    struct page_hinkley_config c = page_hinkley_default();
    adwin_init(&a, ADWIN_DELTA);
    page_hinkley_init(&p, &c);
    stream_drift_init(&s, STREAM_DELTA);
    for (int i = 0; i < 3000; i++) {
        double v = i % 3 ? (double)(i % 7) : odd[i / 3 % ODD];
        CHECK(!adwin_add(&a, v) && !page_hinkley_add(&p, v) && !stream_drift_add(&s, v, &alarm));
    }
    CHECK_I64(a.odd, 1000);
    CHECK_I64(p.odd, 1000);
    CHECK_I64(s.odd, 600); /* the large ones have a rank, too */
    CHECK_I64(a.width, 2000);
}

/* --- stream_drift --- */

static double shaped(enum shape shape, uint64_t *seed)
{
    return next_value(&(struct reference){ .shape = shape, .n = 2 }, seed, 0);
}

/* A heavy tail, on which ADWIN alarms some 70 times in a million values. */
TEST(a_stream_that_does_not_change_raises_nothing)
{
    static const enum shape shapes[] = { REF_UNIFORM, REF_BELL,     REF_TAIL,     REF_BITS,
                                         REF_TIES,    REF_CONSTANT, REF_DENORMAL, REF_LARGE };
    int n = test_count(200000, 5000000);
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        struct stream_drift s;
        struct stream_alarm alarm;
        uint64_t seed = 100 + k;
        stream_drift_init(&s, STREAM_DELTA);
        for (int i = 0; i < n; i++) (void)stream_drift_add(&s, shaped(shapes[k], &seed), &alarm);
        CHECK_I64(s.alarms, 0);
    }
}

TEST(a_step_is_found_in_any_unit_and_placed)
{
    static const double units[] = { 1, -1, 1e-300, 1e300 };
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        struct stream_drift s;
        struct stream_alarm alarm;
        uint64_t seed = 5;
        stream_drift_init(&s, STREAM_DELTA);
        for (int i = 0; i < 100000; i++) CHECK(!stream_drift_add(&s, units[k] * shaped(REF_TAIL, &seed), &alarm));
        int delay = 0;
        while (!stream_drift_add(&s, units[k] * (shaped(REF_TAIL, &seed) + 0.5), &alarm)) delay++;
        CHECK(delay <= 255);
        CHECK(alarm.at == 100000 + (uint64_t)delay && alarm.changed >= 99900 && alarm.changed <= 100100);
        CHECK(units[k] > 0 ? alarm.rank_after > 0.55 : alarm.rank_after < 0.45);
        CHECK(fabs(alarm.before / units[k] - sqrt(2)) < 0.2);
    }
}

TEST(a_stored_stream_goes_on_as_if_nothing_had_been)
{
    struct stream_drift a, b;
    struct stream_alarm x, y;
    uint64_t seed = 6;
    stream_drift_init(&a, STREAM_DELTA);
    b = a;
    for (int i = 0; i < 6000; i++) {
        double v = shaped(REF_BELL, &seed) + (i > 4000 ? 2 : i > 2000 ? 1 : 0);
        bool spoke = stream_drift_add(&a, v, &x);
        CHECK(stream_drift_add(&b, v, &y) == spoke);
        struct stream_drift kept = b;
        memset(&b, 0xa5, sizeof b);
        CHECK(stream_drift_load(&b, (str){ (const char *)&kept, sizeof kept }));
    }
    CHECK(memcmp(&a, &b, sizeof a) == 0);
    CHECK_I64(a.alarms, 2);
}

TEST(a_snapshot_that_no_stream_leads_to_is_refused)
{
    struct stream_drift s, before;
    struct stream_alarm alarm;
    stream_drift_init(&s, STREAM_DELTA);
    for (int i = 0; i < 1000; i++) (void)stream_drift_add(&s, i % 10, &alarm);
    before = s;
    struct stream_drift bad[8];
    for (size_t i = 0; i < 8; i++) bad[i] = s;
    bad[0].window.version++;
    bad[1].learned = STREAM_LEARN + 1;
    bad[2].rank[5] = 2;
    bad[3].knot[3] = NAN;
    bad[4].window.width++;
    bad[5].window.row[1].count = 99;
    bad[6].window.rows = 0;
    bad[7].window.row[0].variance[0] = -1;
    bad[7].window.row[0].count = 1;
    for (size_t i = 0; i < 8; i++) CHECK(!stream_drift_load(&s, (str){ (const char *)&bad[i], sizeof bad[i] }));
    CHECK(!stream_drift_load(&s, (str){ (const char *)&s, sizeof s - 1 }));
    CHECK(memcmp(&s, &before, sizeof s) == 0);
}
