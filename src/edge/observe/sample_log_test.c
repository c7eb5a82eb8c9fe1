#include "edge/observe/sample_log.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "sim/env_sim.h"
#include "test.h"

static struct sample_log *open_log(str dir, int64_t least, struct env *env, int64_t *lost)
{
    struct sample_log *log = NULL;
    CHECK_OK(sample_log_open(dir, least, env, &log, lost));
    return log;
}

static err add(struct sample_log *log, str payload)
{
    struct buf b = buf_init(2 * LOG_RECORD_MAX);
    size_t at = log_record_begin(&b);
    buf_add(&b, payload);
    log_record_end(&b, at);
    err e = sample_log_append(log, buf_view(&b));
    buf_done(&b);
    return e;
}

static size_t count_from(struct sample_log *log, int64_t at, int64_t *skipped)
{
    struct log_cursor c = log_cursor_init(log, at);
    str payload;
    size_t n = 0;
    while (log_cursor_next(&c, &payload)) n++;
    *skipped = c.skipped;
    log_cursor_done(&c);
    return n;
}

TEST(records_are_read_back_in_order_over_many_segments)
{
    struct env env = env_os();
    int64_t lost;
    str dir = test_dir();
    struct sample_log *log = open_log(dir, 0, &env, &lost);
    char *big = mem_new(100000);
    for (uint32_t i = 0; i < 150; i++) { /* 15 MB: four segments */
        memcpy(big, &i, sizeof i);
        CHECK_OK(add(log, (str){ big, 100000 }));
    }
    sample_log_close(log);
    log = open_log(dir, 0, &env, &lost);
    CHECK_I64(lost, 0);
    CHECK_I64(sample_log_end(log), 150 * 100008);
    struct log_cursor c = log_cursor_init(log, 0);
    str payload;
    for (uint32_t i = 0; i < 150; i++) {
        CHECK(log_cursor_next(&c, &payload));
        CHECK(memcmp(payload.ptr, &i, sizeof i) == 0);
    }
    CHECK(!log_cursor_next(&c, &payload));
    CHECK_OK(add(log, STR("more"))); /* a cursor at the end sees what comes later */
    CHECK(log_cursor_next(&c, &payload));
    CHECK_STR(payload, "more");
    log_cursor_done(&c);
    sample_log_cut(log, 100008 * 100);
    CHECK(sample_log_start(log) > 0 && sample_log_start(log) <= 100008 * 100);
    int64_t skipped;
    CHECK_I64(count_from(log, 100008 * 100, &skipped), 51);
    CHECK_I64(skipped, 0);
    mem_free(big);
    sample_log_close(log);
}

/* Cut the file at every length: all whole records before the cut are there, nothing else is, and the log goes on. */
TEST(a_torn_tail_is_cut_at_the_last_whole_record)
{
    struct env env = env_os();
    int64_t lost, skipped;
    for (int64_t cut = 0; cut <= 3 * 13; cut++) {
        str dir = test_dir();
        struct sample_log *log = open_log(dir, 0, &env, &lost);
        for (int i = 0; i < 3; i++) CHECK_OK(add(log, STR("hello")));
        sample_log_close(log);
        char path[4096];
        (void)snprintf(path, sizeof path, "%s/%016x.log", dir.ptr, 0);
        CHECK(truncate(path, cut) == 0);
        log = open_log(dir, 0, &env, &lost);
        CHECK_I64(sample_log_end(log), cut / 13 * 13);
        CHECK_OK(add(log, STR("again")));
        CHECK_I64(count_from(log, 0, &skipped), cut / 13 + 1);
        CHECK_I64(skipped, 0);
        sample_log_close(log);
    }
}

TEST(a_broken_byte_costs_its_segment_and_is_counted)
{
    struct env env = env_os();
    int64_t lost, skipped;
    str dir = test_dir();
    struct sample_log *log = open_log(dir, 0, &env, &lost);
    char *big = mem_new(200000);
    for (int i = 0; i < 42; i++) CHECK_OK(add(log, (str){ big, 200000 })); /* 20 records a segment */
    sample_log_close(log);
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%016x.log", dir.ptr, 0);
    int fd = open(path, O_WRONLY);
    CHECK(pwrite(fd, "x", 1, 5 * 200008 + 100) == 1);
    (void)close(fd);
    log = open_log(dir, 0, &env, &lost);
    CHECK_I64(count_from(log, 0, &skipped), 42 - 15);
    CHECK_I64(skipped, 15 * 200008);
    mem_free(big);
    sample_log_close(log);
}

TEST(an_offset_past_the_end_starts_a_new_segment_and_tells_the_gap)
{
    struct env env = env_os();
    int64_t lost, skipped;
    str dir = test_dir();
    struct sample_log *log = open_log(dir, 0, &env, &lost);
    CHECK_OK(add(log, STR("hello")));
    sample_log_close(log);
    log = open_log(dir, 1000, &env, &lost);
    CHECK_I64(lost, 1000 - 13);
    CHECK_I64(sample_log_end(log), 1000);
    CHECK_OK(add(log, STR("hello")));
    CHECK_I64(count_from(log, 1000, &skipped), 1);
    CHECK_I64(count_from(log, 0, &skipped), 2);
    CHECK_I64(skipped, 1000 - 13);
    sample_log_close(log);
}

TEST(a_half_written_record_is_taken_back)
{
    struct env_sim sim;
    int64_t lost, skipped;
    env_sim_init(&sim, 1);
    sim.fail_append_at = 2;
    sim.fail_with = ERR_NO_SPACE;
    struct sample_log *log = open_log(test_dir(), 0, &sim.env, &lost);
    CHECK_OK(add(log, STR("hello")));
    CHECK_ERR(add(log, STR("half of this is lost")), ERR_NO_SPACE);
    CHECK_OK(add(log, STR("again")));
    CHECK_I64(count_from(log, 0, &skipped), 2);
    CHECK_I64(skipped, 0);
    sample_log_close(log);
    env_sim_done(&sim);
}

TEST(a_failed_sync_is_never_retried)
{
    struct env_sim sim;
    int64_t lost;
    env_sim_init(&sim, 1);
    sim.fail_sync_at = 2;
    struct sample_log *log = open_log(test_dir(), 0, &sim.env, &lost);
    CHECK_OK(add(log, STR("one")));
    CHECK_OK(sample_log_sync(log));
    CHECK_OK(add(log, STR("two")));
    CHECK_ERR(sample_log_sync(log), ERR_IO);
    CHECK_ERR(add(log, STR("three")), ERR_READ_ONLY);
    sample_log_close(log);
    env_sim_done(&sim);
}
