/* libweir allocates nothing: every call of the process that asks libc for memory is counted while libweir works. */
#include <math.h>

#include "base/arena.h"
#include "engine/public/public_quiet.h"
#include "weir/detect.h"
#include "weir/drift.h"
#include "weir/estimate.h"
#include "weir/graph.h"
#include "weir/log.h"
#include "weir/search.h"
#include "weir/stream.h"

enum { N = 5000, DIMS = 8 };
static double a[N * DIMS], b[N * DIMS];
static struct weir_error error;

static struct weir_memory block(size_t size)
{
    return (struct weir_memory){ mem_new(size), size };
}

static void fill(void)
{
    uint64_t chance = 7;
    for (size_t i = 0; i < N * DIMS; i++) {
        chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        a[i] = (double)(chance >> 40) / 16777216;
        b[i] = a[i] * a[i] + (i >= N / 2 ? 1 : 0);
    }
}

TEST(whole_series_and_samples_ask_for_no_memory)
{
    static struct weir_change changes[WEIR_CHANGES_MAX];
    struct weir_discord odd[3];
    struct weir_drift drift;
    struct weir_mmd_result mmd;
    struct weir_domain domain;
    size_t count;
    struct weir_memory m = block(64 << 20);
    fill();
    QUIET(weir_changes(b, N, 1, m, changes, &count, &error));
    for (int i = 0; i < N; i++) a[i] += sin(i * 0.125) * 3;
    QUIET(weir_discords(a, N, 0, 0, m, NULL, odd, 3, &count, &error));
    QUIET(weir_drift_numbers(a, N, b, N, m, &drift, &error));
    QUIET(weir_mmd(a, N, b, N, DIMS, 1, m, &mmd, &error));
    QUIET(weir_domain(a, N, b, N, DIMS, m, &domain, &error));
    mem_free(m.ptr);
}

TEST(streams_and_estimates_ask_for_no_memory)
{
    static unsigned char said[N], was[N];
    struct weir_estimate estimates[WEIR_METRICS];
    weir_stream *stream = NULL;
    weir_estimator *estimator = NULL;
    int state;
    struct weir_memory m = block(16 << 20), own = block(16 << 20);
    fill();
    for (int i = 0; i < N; i++) said[i] = a[i] > 0.5, was[i] = b[i] > 0.4;
    QUIET(weir_stream_init(m.ptr, m.size, WEIR_WATCH_RANKS, NULL, &stream, &error));
    asked = 0;
    for (size_t i = 0; i < N;) i += weir_stream_feed(stream, b + i, N - i, &state);
    CHECK_I64((int64_t)asked, 0);
    struct weir_answers answers = { a, said, was, N };
    QUIET(weir_estimator_init(own.ptr, own.size, &answers, 500, WEIR_CALIBRATE_ALWAYS, m, &estimator, &error));
    QUIET(weir_estimate(estimator, &answers, m, estimates, &error));
    mem_free(m.ptr);
    mem_free(own.ptr);
}

TEST(texts_ask_for_no_memory)
{
    static char passed[64 * 400], failed[64 * 400];
    const char *sql_text =
        "with x as (select a, sum(b) s from t group by 1) insert into u select * from x join v using (a)";
    struct weir_sql sql;
    struct weir_log_diff diff;
    weir_graph *graph = NULL;
    uint32_t job;
    size_t len = 0, at = 0;
    struct weir_memory m = block(16 << 20), own = block(1 << 20);
    for (int i = 0; i < 400; i++) {
        len += (size_t)snprintf(passed + len, 64, "step %d took %d ms\n", i, i * 7 % 50);
        at += (size_t)snprintf(failed + at, 64, i % 3 ? "step %d took %d ms\n" : "error: cannot open file%d of %d\n", i,
                               i * 7 % 50);
    }
    struct weir_text p = { passed, len }, f = { failed, at };
    QUIET(weir_sql((struct weir_text){ sql_text, strlen(sql_text) }, NULL, m, &sql, &error));
    QUIET(weir_graph_init(own.ptr, own.size, &graph, &error));
    QUIET(weir_graph_node(graph, WEIR_JOB, (struct weir_text){ "j", 1 }, 0, &job, &error));
    QUIET(weir_graph_sql(graph, job, &sql, &error));
    struct weir_memory more = block(weir_log_diff_memory(p, f));
    QUIET(weir_log_diff(p, f, more, &diff, &error));
    CHECK(diff.count > 100);
    mem_free(m.ptr);
    mem_free(own.ptr);
    mem_free(more.ptr);
}

TEST(search_asks_for_no_memory)
{
    static char words[500][64];
    struct weir_memory own = block(weir_search_memory(500, sizeof words, DIMS));
    weir_search *s = NULL;
    const struct weir_found *found = NULL;
    size_t n = 0;
    float v[DIMS];
    QUIET(weir_search_init(own.ptr, own.size, &(struct weir_search_options){ .dim = DIMS }, &s, &error));
    for (uint32_t i = 0; i < 500; i++) {
        int len = snprintf(words[i], sizeof words[i], "passage number%u of group%u about thing%u", i, i % 7, i % 50);
        for (size_t d = 0; d < DIMS; d++) v[d] = (float)a[i * DIMS + d];
        struct weir_passage p = {
            .document = i / 2, .title = { "title", 5 }, .text = { words[i], (size_t)len }, .vector = v
        };
        QUIET(weir_search_add(s, &p, &error));
    }
    QUIET(weir_search_finish(s, &error));
    CHECK(weir_search_used(s) <= own.size);
    struct weir_memory work = block(weir_search_work_memory(s));
    QUIET(weir_search_ask(s, (struct weir_text){ "thing7 of group3", 16 }, v, 200, work, &found, &n, &error));
    CHECK(n > 100 && n <= 200);
    mem_free(own.ptr);
    mem_free(work.ptr);
}
