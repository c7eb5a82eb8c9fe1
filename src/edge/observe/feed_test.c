#include "edge/observe/feed.h"

#include "core/policy/policy.h"
#include "edge/observe/samples_db.h"
#include "edge/policy_file.h"
#include "store/journal.h"
#include "test.h"

/* Nine series of three days with noise, a daily rhythm, and faults put in at known times; a deploy among them. */
static void make_rows(struct feed_data *d)
{
    struct buf b = buf_init(64 << 20);
    uint32_t state = 12345;
    for (int minute = 0; minute < 3 * 1440; minute++) {
        for (int s = 0; s < 9; s++) {
            state = state * 1664525u + 1013904223u;
            double v = 100 + 10 * s + (minute % 1440 < 720 ? 5 : 0) + (double)(state >> 20) / 4096.0;
            if (minute > 4000 && minute < 4030 && s % 4 == 1) v *= 8;
            if (minute > 3500 && minute < 3520 && s == 3) v = 0;
            buf_fmt(&b, "{\"time\":%d,\"series\":\"load_%d\",\"labels\":{\"pipeline\":\"p%d\"},\"value\":%.3f}\n",
                    1777852800 + minute * 60, s, s % 4, v);
        }
    }
    buf_add(&b, STR("{\"kind\":\"change.seen\",\"subject\":\"p1\",\"time\":1778090000,\"body\":{\"kind\":\"deploy\","
                    "\"summary\":\"v2\"}}\n"));
    CHECK_OK(feed_read(STR("x.jsonl"), buf_view(&b), d));
    feed_sort(d);
    buf_done(&b);
}

static err add_line(void *ctx, str text)
{
    buf_add(ctx, text);
    buf_char(ctx, '\n');
    return OK;
}

/* The whole journal as text. */
static void run(const struct feed_data *d, size_t threads, struct buf *journal, struct feed_result *result)
{
    struct env env = env_os();
    struct store *store = NULL;
    struct core *core = core_new();
    struct arena a = arena_init(16 << 20);
    struct tx *tx;
    struct feed_opts o = { .threads = threads };
    CHECK_OK(policy_file_complete(policy_default_text(), STR("policy"), STR("UTC"), &a, &o.policy));
    CHECK_OK(store_open(&(struct store_opts){ .dir = test_dir(), .sync_normal = true }, &env, &store));
    CHECK_OK(feed_run(&o, store, core, d, result));
    CHECK_OK(store_read(store, &tx));
    CHECK_OK(journal_export(tx, 0, 0, add_line, journal));
    store_read_end(tx);
    store_close(store);
    core_free(core);
    arena_done(&a);
}

/* The first line of an export tells when it was written; the entries begin after it. */
static str entries_of(const struct buf *b)
{
    str text = buf_view(b), line;
    (void)str_next(&text, '\n', &line);
    return text;
}

TEST(same_recorded_input_gives_the_same_journal_with_1_and_4_threads)
{
    struct feed_data d = feed_data_init();
    make_rows(&d);
    struct buf one = buf_init(64 << 20), four = buf_init(64 << 20), again = buf_init(64 << 20);
    struct feed_result r1, r4;
    run(&d, 1, &one, &r1);
    run(&d, 4, &four, &r4);
    run(&d, 1, &again, &r1);
    CHECK(r1.findings >= 3);
    CHECK_I64(r1.refused, 0);
    CHECK_I64(r1.events, 1);
    CHECK_I64(r4.findings, r1.findings);
    CHECK(entries_of(&one).len > 2000);
    CHECK(str_eq(entries_of(&one), entries_of(&four)));
    CHECK(str_eq(entries_of(&one), entries_of(&again)));
    CHECK(str_find(buf_view(&one), STR("incident.settled"), 0) > 0); /* timers of the core fired */
    CHECK(str_find(buf_view(&one), STR("change.seen"), 0) > 0);
    buf_done(&one);
    buf_done(&four);
    buf_done(&again);
    feed_data_done(&d);
}

TEST(the_recorded_time_of_an_entry_is_that_of_its_sample)
{
    struct feed_data d = feed_data_init();
    make_rows(&d);
    struct buf b = buf_init(64 << 20);
    struct feed_result r;
    run(&d, 2, &b, &r);
    struct arena a = arena_init(1 << 20);
    str text = entries_of(&b), line;
    usec last = 0;
    int checked = 0;
    while (str_next(&text, '\n', &line)) {
        json *e = NULL;
        arena_reset(&a);
        if (json_parse(line, &a, &e).code || !json_get(e, "seq")) continue;
        usec t = json_get_i64(e, "time", -1);
        if (t < 0) CHECK_OK(time_parse(json_get_str(e, "time"), &t));
        CHECK(t >= last && t >= INT64_C(1777852800000000) && t <= INT64_C(1778112000000000) + USEC_HOUR);
        last = t;
        checked++;
    }
    CHECK(checked > 5);
    arena_done(&a);
    buf_done(&b);
    feed_data_done(&d);
}

static err add_count(void *ctx, str data)
{
    *(size_t *)ctx += (unsigned char)data.ptr[1] | (size_t)(unsigned char)data.ptr[2] << 8;
    return OK;
}

TEST(rows_are_kept_for_charts)
{
    struct feed_data d = feed_data_init();
    struct env env = env_os();
    struct samples_db *db = NULL;
    struct series_info s;
    struct arena a = arena_init(1 << 20);
    str dir = test_dir();
    size_t rows = 0;
    make_rows(&d);
    CHECK_OK(feed_keep_samples(dir, &env, &d));
    CHECK_OK(feed_keep_samples(dir, &env, &d)); /* twice is once */
    CHECK_OK(samples_db_open(dir, &env, &db));
    CHECK_OK(samples_db_series(db, STR("load_3{pipeline=\"p3\"}"), &a, &s));
    CHECK_STR(s.pipeline, "p3");
    CHECK_OK(samples_db_chunks(db, s.ref, 0, USEC_MAX, add_count, &rows));
    CHECK_I64(rows, 3 * 1440);
    samples_db_close(db);
    arena_done(&a);
    feed_data_done(&d);
}
