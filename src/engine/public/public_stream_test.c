/* Streams, estimates, vectors and texts, as a host calls them. */
#include <math.h>

#include "base/arena.h"
#include "test.h"
#include "weir/drift.h"
#include "weir/estimate.h"
#include "weir/stream.h"

enum { VALUES = 4000 };
static _Alignas(16) char memory[2][1 << 16];
static double values[VALUES];
static struct weir_error error;

static double draw(void) /* in 0..1 */
{
    static uint64_t chance = 7;
    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(chance >> 11) / 9007199254740992.0;
}

static struct weir_memory room(size_t size)
{
    static char *block;
    block = mem_grow(block, size);
    return (struct weir_memory){ block, size };
}

/* Half of it as before, then more: of numbers a shift, of answers more mistakes. */
static void fill(int watch)
{
    bool answers = watch == WEIR_WATCH_DDM || watch == WEIR_WATCH_EDDM;
    for (int i = 0; i < VALUES; i++) {
        bool after = i >= VALUES / 2;
        double unit = watch == WEIR_WATCH_RANKS ? 100 : 1; /* Page-Hinkley's thresholds have one */
        values[i] = answers ? draw() < (after ? 0.6 : 0.1) : unit * (draw() + (after ? 0.6 : 0));
    }
}

static weir_stream *stream(int which, int watch)
{
    weir_stream *s = NULL;
    CHECK(weir_stream_size() <= sizeof memory[which]);
    CHECK_I64(weir_stream_init(memory[which], sizeof memory[which], watch, NULL, &s, &error), WEIR_OK);
    return s;
}

TEST(every_stream_sees_its_change)
{
    for (int watch = WEIR_WATCH_RANKS; watch <= WEIR_WATCH_EDDM; watch++) {
        weir_stream *s = stream(0, watch);
        int state = WEIR_STEADY;
        size_t done = VALUES / 2;
        fill(watch);
        for (size_t i = 0; i < VALUES / 2;) {
            i += weir_stream_feed(s, values + i, VALUES / 2 - i, &state);
            CHECK(state != WEIR_CHANGED || watch >= WEIR_WATCH_DDM); /* those two alarm now and then */
        }
        while (done < VALUES && state != WEIR_CHANGED)
            done += weir_stream_feed(s, values + done, VALUES - done, &state);
        CHECK_I64(state, WEIR_CHANGED);
        CHECK(done < VALUES / 2 + 400);
        struct weir_stream_change c = weir_stream_change(s);
        if (watch == WEIR_WATCH_RANKS) CHECK(fabs(c.before - 50) < 15 && c.rank > 0.7 && c.ago < 400);
        if (watch == WEIR_WATCH_PAGE_HINKLEY) CHECK(c.rank == 1 && isnan(c.before));
    }
}

TEST(a_stored_stream_goes_on_bit_for_bit)
{
    for (int watch = WEIR_WATCH_RANKS; watch <= WEIR_WATCH_EDDM; watch++) {
        static char saved[1 + sizeof memory[0]];
        weir_stream *a = stream(0, watch), *b = NULL;
        int x = 0, y = 0;
        size_t i = 0, size = weir_stream_size();
        fill(watch);
        (void)weir_stream_feed(a, values, 1000, &x);
        memcpy(saved + 1, a, size); /* as read from somewhere: not aligned */
        CHECK_I64(weir_stream_load(memory[1], sizeof memory[1], saved + 1, size, &b, &error), WEIR_OK);
        while (i < VALUES) {
            size_t n = weir_stream_feed(a, values + i, VALUES - i, &x);
            CHECK_I64((int64_t)weir_stream_feed(b, values + i, VALUES - i, &y), (int64_t)n);
            CHECK_I64(x, y);
            i += n;
        }
        CHECK_I64(weir_stream_load(memory[1], sizeof memory[1], saved + 1, size - 1, &b, &error), WEIR_CORRUPT);
        saved[1] = 9;
        CHECK_I64(weir_stream_load(memory[1], sizeof memory[1], saved + 1, size, &b, &error), WEIR_CORRUPT);
    }
}

TEST(odd_options_and_values_are_refused_or_passed_over)
{
    weir_stream *s = NULL;
    struct weir_stream_options o;
    int state;
    CHECK_I64(weir_stream_init(memory[0], sizeof memory[0], 4, NULL, &s, &error), WEIR_INPUT);
    CHECK_I64(weir_stream_init(memory[0], 8, 0, NULL, &s, &error), WEIR_LIMIT);
    weir_stream_options_default(WEIR_WATCH_PAGE_HINKLEY, &o);
    o.threshold = NAN;
    CHECK_I64(weir_stream_init(memory[0], sizeof memory[0], WEIR_WATCH_PAGE_HINKLEY, &o, &s, &error), WEIR_INPUT);
    CHECK(strstr(error.message, "threshold"));
    static const double odd[] = { NAN, INFINITY, -INFINITY, 1e308, -1e308, 5e-324, 0 };
    for (int watch = WEIR_WATCH_RANKS; watch <= WEIR_WATCH_EDDM; watch++) {
        s = stream(0, watch);
        for (int k = 0; k < 300; k++)
            for (size_t i = 0; i < 7;) i += weir_stream_feed(s, odd + i, 7 - i, &state);
        CHECK_I64((int64_t)weir_stream_feed(s, NULL, 0, &state), 0);
    }
}

/* A classifier that is right as often as it says, and one that is not. */
static void answers(double *proba, unsigned char *predicted, unsigned char *label, size_t n, double strength)
{
    for (size_t i = 0; i < n; i++) {
        double p = draw();
        proba[i] = p;
        predicted[i] = p >= 0.5;
        label[i] = draw() < 0.5 + strength * (p - 0.5);
    }
}

TEST(an_estimate_is_near_what_the_labels_say)
{
    enum { N = 6000 };
    static double proba[N];
    static unsigned char predicted[N], label[N];
    struct weir_answers a = { proba, predicted, label, N };
    struct weir_estimate e[WEIR_METRICS];
    for (int k = 0; k < 2; k++) { /* calibrated already, and too sure of itself */
        weir_estimator *estimator = NULL;
        char *block = mem_new(weir_estimator_size(N));
        answers(proba, predicted, label, N, k ? 0.5 : 1);
        CHECK_I64(weir_estimator_init(block, weir_estimator_size(N), &a, 1000, WEIR_CALIBRATE_IF_IT_HELPS,
                                      room(weir_estimator_work(N)), &estimator, &error),
                  WEIR_OK);
        CHECK(!k || weir_estimator_calibrated(estimator));
        answers(proba, predicted, label, N, k ? 0.5 : 1);
        CHECK_I64(weir_estimate(estimator, &a, room(weir_estimate_work(N)), e, &error), WEIR_OK);
        for (int m = 0; m < WEIR_METRICS; m++)
            CHECK(fabs(e[m].value - e[m].realized) < 0.03 && e[m].low <= e[m].value && weir_metric_name(m)[0]);
        a.label = NULL;
        CHECK_I64(weir_estimate(estimator, &a, room(weir_estimate_work(N)), e, &error), WEIR_OK);
        CHECK(isnan(e[0].realized));
        CHECK_I64(weir_estimator_init(block, weir_estimator_size(N), &a, 1000, 0, room(weir_estimator_work(N)),
                                      &estimator, &error),
                  WEIR_INPUT);
        a.label = label;
        CHECK_I64(weir_estimator_init(block, weir_estimator_size(N), &a, 0, 0, room(1000), &estimator, &error),
                  WEIR_INPUT);
        CHECK_I64(weir_estimator_init(block, weir_estimator_size(N), &a, 1000, 0, room(1000), &estimator, &error),
                  WEIR_LIMIT);
        mem_free(block);
    }
}

TEST(vectors_that_moved_are_told_apart)
{
    enum { N = 600, DIMS = 8 };
    static double ref[N * DIMS], cur[N * DIMS];
    struct weir_mmd_result mmd;
    struct weir_domain domain;
    for (int moved = 0; moved < 2; moved++) {
        for (int i = 0; i < N * DIMS; i++) ref[i] = draw(), cur[i] = draw() + (moved && i % DIMS == 3 ? 0.4 : 0);
        CHECK_I64(weir_mmd(ref, N, cur, N, DIMS, 1, room(weir_mmd_memory(DIMS)), &mmd, &error), WEIR_OK);
        CHECK_I64(weir_domain(ref, N, cur, N, DIMS, room(weir_domain_memory(N, N, DIMS)), &domain, &error), WEIR_OK);
        CHECK(moved ? mmd.p < 1e-6 && mmd.excess > 0.005 : mmd.p > 0.001);
        CHECK(moved ? domain.p < 1e-6 && domain.auc > 0.7 : domain.p > 0.001);
        CHECK(!moved || (domain.terms[0].column == 3 && domain.terms[0].weight > 0));
    }
    CHECK_I64(weir_mmd(ref, 5, cur, 5, DIMS, 1, room(weir_mmd_memory(DIMS)), &mmd, &error), WEIR_INPUT);
    CHECK_I64(weir_domain(ref, N, cur, N, DIMS, room(1000), &domain, &error), WEIR_LIMIT);
}

TEST(texts_that_speak_of_something_else_are_told_apart_by_its_words)
{
    enum { N = 200 };
    static char text[2 * N][64];
    static struct weir_text rows[2 * N];
    struct weir_domain domain;
    size_t bytes = 0;
    for (int i = 0; i < 2 * N; i++) {
        int len = snprintf(text[i], sizeof text[i], "order %d was %s by %s", (int)(draw() * 1000),
                           draw() < 0.5 ? "paid" : "sent", i >= N && draw() < 0.5 ? "crypto" : "card");
        rows[i] = (struct weir_text){ text[i], (size_t)len };
        bytes += (size_t)len;
    }
    CHECK_I64(weir_domain_texts(rows, N, rows + N, N, room(weir_domain_texts_memory(N, N, bytes)), &domain, &error),
              WEIR_OK);
    CHECK(domain.p < 1e-6 && domain.term_count > 0);
    bool named = false;
    for (size_t i = 0; i < domain.term_count; i++)
        named |= domain.terms[i].name.len == 6 && memcmp(domain.terms[i].name.ptr, "crypto", 6) == 0;
    CHECK(named);
    CHECK_I64(weir_domain_texts(rows, N, rows + N, N, room(1000), &domain, &error), WEIR_LIMIT);
}
