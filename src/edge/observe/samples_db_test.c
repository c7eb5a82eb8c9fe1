#include "edge/observe/samples_db.h"

#include "test.h"

static err count_one(void *ctx, str data)
{
    (void)data;
    ++*(int *)ctx;
    return OK;
}

static struct series_info one_series(void)
{
    return (struct series_info){ .ref = 7,
                                 .id = STR("0011223344556677"),
                                 .text = STR("rows{step=\"load\"}"),
                                 .name = STR("rows"),
                                 .labels = STR("{\"step\":\"load\"}"),
                                 .pipeline = STR("orders"),
                                 .source = STR("api"),
                                 .kind = SERIES_GAUGE,
                                 .first_seen = 10,
                                 .last_seen = 20 };
}

TEST(what_is_committed_is_read_back_after_reopening)
{
    struct env env = env_os();
    struct arena a = arena_init(1 << 20);
    struct samples_db *db = NULL;
    str dir = test_dir();
    CHECK_OK(samples_db_open(dir, &env, &db));
    struct series_info s = one_series();
    CHECK_OK(samples_db_begin(db));
    CHECK_OK(samples_db_put_series(db, &s));
    CHECK_OK(samples_db_put_chunk(db, 7, 10, 20, 0, 2, STR("bytes")));
    CHECK_OK(samples_db_put_chunk(db, 7, 30, 40, 0, 2, STR("more")));
    CHECK_OK(samples_db_put_detector(db, 7, STR("state")));
    CHECK_OK(samples_db_put_shard(db, 3, 99));
    CHECK_OK(samples_db_end(db, OK));
    samples_db_close(db);
    CHECK_OK(samples_db_open(dir, &env, &db));
    struct series_info back;
    CHECK_OK(samples_db_series(db, s.id, &a, &back));
    CHECK_STR(back.text, "rows{step=\"load\"}");
    CHECK_OK(samples_db_series(db, s.text, &a, &back));
    CHECK_I64(back.last_seen, 20);
    CHECK(back.kind == SERIES_GAUGE);
    CHECK_ERR(samples_db_series(db, STR("none"), &a, &back), ERR_NOT_FOUND);
    int chunks = 0;
    CHECK_OK(samples_db_chunks(db, 7, 15, 29, count_one, &chunks));
    CHECK_I64(chunks, 1);
    CHECK_OK(samples_db_chunks(db, 7, 0, 100, count_one, &chunks));
    CHECK_I64(chunks, 3);
    str state;
    int64_t done;
    uint32_t last;
    CHECK_OK(samples_db_detector(db, 7, &a, &state));
    CHECK_STR(state, "state");
    CHECK_OK(samples_db_shard(db, 3, &done));
    CHECK_I64(done, 99);
    CHECK_OK(samples_db_last_ref(db, &last));
    CHECK_I64(last, 7);
    samples_db_close(db);
    arena_done(&a);
}

TEST(a_transaction_that_failed_leaves_nothing)
{
    struct env env = env_os();
    struct samples_db *db = NULL;
    CHECK_OK(samples_db_open(test_dir(), &env, &db));
    CHECK_OK(samples_db_begin(db));
    CHECK_OK(samples_db_put_shard(db, 3, 99));
    CHECK_ERR(samples_db_end(db, err_make(ERR_IO, "as if")), ERR_IO);
    int64_t done;
    CHECK_OK(samples_db_shard(db, 3, &done));
    CHECK_I64(done, 0);
    CHECK_OK(samples_db_begin(db)); /* the writer is free again */
    CHECK_OK(samples_db_end(db, OK));
    samples_db_close(db);
}

TEST(expired_chunks_go_and_their_series_with_the_last_one)
{
    struct env env = env_os();
    struct arena a = arena_init(1 << 20);
    struct samples_db *db = NULL;
    CHECK_OK(samples_db_open(test_dir(), &env, &db));
    struct series_info s = one_series(), back;
    CHECK_OK(samples_db_begin(db));
    CHECK_OK(samples_db_put_series(db, &s));
    CHECK_OK(samples_db_put_detector(db, 7, STR("state")));
    for (int i = 0; i < 10; i++) CHECK_OK(samples_db_put_chunk(db, 7, i, i + 1, 0, 1, STR("x")));
    CHECK_OK(samples_db_end(db, OK));
    int64_t gone;
    CHECK_OK(samples_db_expire(db, 6, 100, &gone));
    CHECK_I64(gone, 5);
    CHECK_OK(samples_db_series(db, s.id, &a, &back));
    CHECK_OK(samples_db_expire(db, 1000, 100, &gone));
    CHECK_I64(gone, 5);
    CHECK_ERR(samples_db_series(db, s.id, &a, &back), ERR_NOT_FOUND);
    str state;
    CHECK_OK(samples_db_detector(db, 7, &a, &state));
    CHECK_I64(state.len, 0);
    samples_db_close(db);
    arena_done(&a);
}

TEST(series_are_listed_by_text_in_pages)
{
    struct env env = env_os();
    struct arena a = arena_init(1 << 20);
    struct samples_db *db = NULL;
    CHECK_OK(samples_db_open(test_dir(), &env, &db));
    CHECK_OK(samples_db_begin(db));
    for (uint32_t i = 0; i < 5; i++) {
        struct series_info s = one_series();
        s.ref = i + 1;
        s.id = str_fmt(&a, "%016u", i);
        s.text = str_fmt(&a, "s%u", i);
        s.pipeline = i < 4 ? STR("orders") : STR("other");
        CHECK_OK(samples_db_put_series(db, &s));
    }
    CHECK_OK(samples_db_end(db, OK));
    struct series_list page;
    CHECK_OK(samples_db_list(db, STR("orders"), STR(""), STR(""), 3, &a, &page));
    CHECK_I64(page.count, 3);
    CHECK_OK(samples_db_list(db, STR("orders"), STR("rows"), page.items[2].text, 3, &a, &page));
    CHECK_I64(page.count, 1);
    CHECK_STR(page.items[0].text, "s3");
    CHECK_OK(samples_db_list(db, STR(""), STR("none"), STR(""), 3, &a, &page));
    CHECK_I64(page.count, 0);
    samples_db_close(db);
    arena_done(&a);
}
