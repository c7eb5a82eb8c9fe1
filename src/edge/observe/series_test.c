#include "edge/observe/series.h"

#include "test.h"

static struct samples_db *open_db(struct env *env)
{
    struct samples_db *db = NULL;
    CHECK_OK(samples_db_open(test_dir(), env, &db));
    return db;
}

static struct batch_series key_of(struct label *l, const char *value)
{
    *l = (struct label){ STR("instance"), str_of(value) };
    return (struct batch_series){ .name = STR("up"), .labels = l, .label_count = 1 };
}

TEST(the_same_labels_find_the_same_series_and_survive_growth_and_eviction)
{
    struct env env = env_os();
    struct samples_db *db = open_db(&env);
    struct series_table *t = series_table_new(db, 12345, 100000);
    enum { N = 5000 };
    static struct series *all[N];
    struct label l;
    char value[16];
    for (int i = 0; i < N; i++) {
        (void)snprintf(value, sizeof value, "%d", i);
        struct batch_series key = key_of(&l, value);
        CHECK_OK(series_find(t, &key, STR("test"), i, &all[i]));
    }
    CHECK_I64(series_live(t), N);
    for (int i = 0; i < N; i += 3) CHECK(series_evict(t, all[i]->info.ref, N + 1)); /* heard of before N + 1: all */
    for (int i = 0; i < N; i++) {
        if (i % 3 == 0) continue;
        (void)snprintf(value, sizeof value, "%d", i);
        struct batch_series key = key_of(&l, value);
        struct series *s;
        CHECK_OK(series_find(t, &key, STR("test"), N + 5, &s));
        CHECK(s == all[i] && series_by_ref(t, s->info.ref) == s);
        CHECK(!series_evict(t, s->info.ref, N + 1)); /* heard of meanwhile */
    }
    series_table_free(t);
    samples_db_close(db);
}

TEST(the_limit_of_live_series_is_told)
{
    struct env env = env_os();
    struct samples_db *db = open_db(&env);
    struct series_table *t = series_table_new(db, 1, 2);
    struct label l;
    struct series *s;
    struct batch_series a = key_of(&l, "a");
    CHECK_OK(series_find(t, &a, STR("test"), 0, &s));
    a = key_of(&l, "b");
    CHECK_OK(series_find(t, &a, STR("test"), 0, &s));
    a = key_of(&l, "c");
    CHECK_ERR(series_find(t, &a, STR("test"), 0, &s), ERR_LIMIT);
    a = key_of(&l, "a");
    CHECK_OK(series_find(t, &a, STR("test"), 0, &s));
    series_table_free(t);
    samples_db_close(db);
}

TEST(a_definition_in_the_log_reads_back_and_every_cut_of_it_is_refused)
{
    struct env env = env_os();
    struct samples_db *db = open_db(&env);
    struct series_table *t = series_table_new(db, 1, 100), *other = series_table_new(db, 2, 100);
    struct label l[2] = { { STR("job"), STR("j") }, { STR("pipeline"), STR("orders") } };
    struct batch_series key = { .name = STR("rows_total"), .labels = l, .label_count = 2, .kind = SERIES_COUNTER };
    struct series *s, *back;
    CHECK_OK(series_find(t, &key, STR("api"), 0, &s));
    CHECK_STR(s->info.pipeline, "orders");
    CHECK_STR(s->info.labels, "{\"job\":\"j\",\"pipeline\":\"orders\"}");
    struct buf b = buf_init(1 << 16);
    series_encode(s, &b);
    for (size_t n = 0; n < b.len; n++) CHECK_ERR(series_decode(other, (str){ b.ptr, n }, &back), ERR_CORRUPT);
    CHECK_OK(series_decode(other, buf_view(&b), &back));
    CHECK(str_eq(back->info.id, s->info.id) && back->info.ref == s->info.ref && back->shard == s->shard);
    CHECK_STR(back->info.text, "rows_total{job=\"j\",pipeline=\"orders\"}");
    CHECK(back->info.kind == SERIES_COUNTER);
    CHECK_OK(series_decode(other, buf_view(&b), &back)); /* twice is once */
    CHECK_I64(series_live(other), 1);
    buf_done(&b);
    series_table_free(other);
    series_table_free(t);
    samples_db_close(db);
}

TEST(a_series_that_comes_back_keeps_its_number)
{
    struct env env = env_os();
    struct samples_db *db = open_db(&env);
    struct series_table *t = series_table_new(db, 1, 100);
    struct label l;
    struct batch_series key = key_of(&l, "a");
    struct series *s;
    CHECK_OK(series_find(t, &key, STR("api"), 0, &s));
    uint32_t ref = s->info.ref;
    CHECK(!s->defined);
    CHECK_OK(samples_db_begin(db));
    s->info.last_seen = 55;
    CHECK_OK(samples_db_put_series(db, &s->info));
    CHECK_OK(samples_db_end(db, OK));
    CHECK(series_evict(t, ref, 1));
    struct batch_series fresh = key_of(&l, "b");
    CHECK_OK(series_find(t, &fresh, STR("api"), 0, &s));
    CHECK(s->info.ref != ref);
    key = key_of(&l, "a");
    CHECK_OK(series_find(t, &key, STR("api"), 0, &s));
    CHECK_I64(s->info.ref, ref);
    CHECK_I64(s->last_time, 55);
    CHECK(s->defined);
    series_table_free(t);
    samples_db_close(db);
}
