#include "edge/observe/ingest.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "edge/observe/samples.h"
#include "test.h"

/* A core that only remembers: the ids of the findings it was given, in the journal like the real one. */
struct fake_core {
    _Atomic int calls;
    _Atomic int fail_left; /* refuse so many calls with `code` */
    enum err_code code;
};

static err fake_apply(void *ctx, struct tx *tx, const struct input *in, int64_t *seq)
{
    struct fake_core *core = ctx;
    if (core->fail_left > 0) {
        core->fail_left--;
        return err_make(core->code, "as the test wants");
    }
    core->calls++;
    *seq = journal_add(
        tx,
        &(struct entry){
            .kind = in->kind, .subject = in->subject, .actor = in->actor, .body = in->body, .correlation = STR("") });
    return tx_err(tx);
}

struct rig {
    struct env env;
    str dir;
    struct store *store;
    struct ingest *in;
    struct fake_core core;
    size_t threads;
    _Atomic usec wall; /* of the sample at hand */
    _Atomic usec ahead; /* of the computer's clock that only goes forward */
};

static usec rig_wall(struct env *env)
{
    return ((struct rig *)env)->wall;
}

static usec rig_now(struct env *env)
{
    struct env os = env_os();
    return os.now(&os) + ((struct rig *)env)->ahead;
}

static void rig_open(struct rig *r)
{
    struct arena a = arena_init(4096);
    r->env = env_os();
    r->env.wall = rig_wall;
    r->env.now = rig_now;
    CHECK_OK(store_open(&(struct store_opts){ .dir = str_fmt(&a, "%s/store", r->dir.ptr) }, &r->env, &r->store));
    struct ingest_opts o = { .dir = str_fmt(&a, "%s/samples", r->dir.ptr), .threads = r->threads, .disk_floor = -1,
                             .apply = fake_apply, .apply_ctx = &r->core };
    CHECK_OK(ingest_open(&o, r->store, &r->env, &r->in));
    arena_done(&a);
}

static void rig_close(struct rig *r)
{
    ingest_close(r->in);
    store_close(r->store);
    r->in = NULL;
    r->store = NULL;
}

static struct rig rig_new(size_t threads)
{
    struct rig r = { .threads = threads, .dir = test_dir(), .wall = INT64_C(1777874400000000) };
    return r;
}

static struct ingest_result send_points(struct rig *r, const char *name, const struct point *points, uint32_t n)
{
    struct refusals none = { 0 };
    struct label l[2] = { { STR("job"), STR("shop") }, { STR("step"), STR("load") } };
    struct batch_series s = { .name = str_of(name), .labels = l, .label_count = 2, .count = n,
                              .kind = series_kind_by_name(str_of(name)) };
    struct batch b = {
        .series = &s, .series_count = 1, .points = (struct point *)(uintptr_t)points, .point_count = n, .refused = &none
    };
    struct ingest_result res;
    CHECK_OK(ingest_samples(r->in, STR("test"), &b, &res));
    return res;
}

/* `n` samples a minute apart, up to the rig's clock, with a little noise. */
static void send_steady(struct rig *r, const char *name, int n, double level)
{
    struct point *p = mem_new((size_t)n * sizeof *p);
    for (int i = 0; i < n; i++) {
        r->wall += USEC_MINUTE;
        p[i] = (struct point){ r->wall, level + (i * 7919 % 13) / 13.0 };
    }
    send_points(r, name, p, (uint32_t)n);
    mem_free(p);
}

static int64_t entries(struct rig *r)
{
    return store_stats(r->store).last_seq;
}

static const char limits[] =
    "{\"pipelines\":[{\"name\":\"shop\",\"thresholds\":[{\"metric\":\"rows\",\"step\":\"load\",\"min\":1,"
    "\"max\":null,\"severity\":\"CRITICAL\"}]}]}";

TEST(a_threshold_raises_one_finding_with_the_severity_a_person_wrote)
{
    struct rig r = rig_new(2);
    rig_open(&r);
    CHECK_OK(ingest_configure(r.in, str_of(limits), STR_NONE));
    send_steady(&r, "rows", 10, 100);
    send_steady(&r, "other", 10, 0.0);
    send_steady(&r, "rows", 3, -5);
    CHECK_OK(ingest_drain(r.in, 10 * USEC_SECOND));
    CHECK_I64(entries(&r), 1);
    struct tx *tx;
    struct arena a = arena_init(1 << 20);
    struct entry e;
    json *body = NULL;
    CHECK_OK(store_read(r.store, &tx));
    CHECK(journal_get(tx, 1, &a, &e));
    CHECK_STR(e.kind, "finding");
    CHECK_I64(e.subject.len, 32);
    CHECK_OK(json_parse(e.body, &a, &body));
    CHECK_STR(json_get_str(body, "series"), "rows{job=\"shop\",step=\"load\"}");
    CHECK_STR(json_get_str(body, "pipeline"), "shop");
    CHECK_STR(json_get_str(body, "step"), "load");
    CHECK_STR(json_get_str(body, "kind"), "threshold");
    CHECK_STR(json_get_str(body, "severity"), "CRITICAL");
    CHECK(json_get_f64(body, "value", 0) < 1);
    store_read_end(tx);
    arena_done(&a);
    rig_close(&r);
}

TEST(an_anomaly_is_found_by_what_was_learned_before_a_restart)
{
    struct rig r = rig_new(1);
    rig_open(&r);
    send_steady(&r, "latency", 3000, 20);
    CHECK_OK(ingest_drain(r.in, 20 * USEC_SECOND));
    int64_t before = entries(&r);
    rig_close(&r);
    rig_open(&r);
    send_steady(&r, "latency", 30, 500);
    CHECK_OK(ingest_drain(r.in, 10 * USEC_SECOND));
    CHECK_I64(before, 0);
    CHECK(entries(&r) >= 1);
    struct ingest_stats stats;
    ingest_stats(r.in, &stats);
    CHECK_I64(stats.detectors_reset, 0);
    rig_close(&r);
}

/* Samples one by one, as they come. */
static void send_live(struct rig *r, const char *name, int n, usec every)
{
    for (int i = 0; i < n; i++) {
        r->wall += every;
        r->ahead += every;
        struct point p = { r->wall, 20 + (i * 7919 % 13) / 13.0 };
        send_points(r, name, &p, 1);
        CHECK_OK(ingest_drain(r->in, 10 * USEC_SECOND));
    }
}

static bool entry_is(struct rig *r, int64_t seq, const char *kind, const char *says, str *subject, struct arena *a)
{
    struct tx *tx;
    struct entry e;
    CHECK_OK(store_read(r->store, &tx));
    bool there = journal_get(tx, seq, a, &e) && str_eq(e.kind, str_of(kind)) && str_find(e.body, str_of(says), 0) >= 0;
    *subject = e.subject;
    store_read_end(tx);
    return there;
}

TEST(a_series_that_falls_silent_is_told_by_the_clock_once_and_over_when_it_speaks_again)
{
    struct rig r = rig_new(1);
    struct arena a = arena_init(1 << 20);
    str begun, over;
    rig_open(&r);
    send_steady(&r, "beat", 3000, 20); /* history, in one piece */
    CHECK_OK(ingest_drain(r.in, 10 * USEC_SECOND));
    send_live(&r, "beat", 10, USEC_MINUTE);
    CHECK_I64(entries(&r), 0);
    r.ahead += 5 * USEC_MINUTE; /* six usual distances are not over */
    send_live(&r, "other", 1, USEC_SECOND);
    CHECK_I64(entries(&r), 0);
    r.ahead += 10 * USEC_MINUTE;
    send_live(&r, "other", 1, USEC_SECOND);
    for (int i = 0; i < 1000 && entries(&r) == 0; i++) (void)usleep(10000);
    CHECK(entry_is(&r, 1, "finding", "freshness", &begun, &a));
    send_live(&r, "beat", 1, 16 * USEC_MINUTE);
    CHECK_I64(entries(&r), 2);
    CHECK(entry_is(&r, 2, "finding.ended", "beat", &over, &a));
    CHECK(str_eq(begun, over));
    arena_done(&a);
    rig_close(&r);
}

TEST(repeats_are_dropped_and_counted_and_so_is_what_comes_from_the_future)
{
    struct rig r = rig_new(1);
    rig_open(&r);
    usec t = r.wall;
    struct point p[] = { { t - 20 * USEC_DAY, 1 }, { t - 2, 1 }, { t, 1 }, { t, 1 }, { t + 2 * USEC_HOUR, 1 } };
    struct ingest_result res = send_points(&r, "x", p, 5);
    CHECK_I64(res.accepted, 2);
    CHECK_I64(res.duplicates, 1);
    CHECK_I64(res.refused, 2);
    struct ingest_stats stats;
    ingest_stats(r.in, &stats);
    CHECK_I64(stats.sender_count, 1);
    CHECK_STR(str_of(stats.senders[0].name), "test");
    CHECK_I64(stats.senders[0].refused[INGEST_FUTURE], 1);
    CHECK_I64(stats.senders[0].refused[INGEST_TOO_OLD], 1);
    CHECK_I64(stats.senders[0].accepted, 2);
    rig_close(&r);
}

/* Copy a folder as a crash would leave it: whatever was written, nothing tidied. */
static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    int in = open(from, O_RDONLY), out = open(to, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    CHECK(in >= 0 && out >= 0);
    for (ssize_t n; (n = read(in, bytes, sizeof bytes)) > 0;) CHECK(write(out, bytes, (size_t)n) == n);
    (void)close(in);
    (void)close(out);
}

static void copy_tree(const char *from, const char *to)
{
    DIR *d = opendir(from);
    CHECK(d && (mkdir(to, 0700) == 0 || access(to, W_OK) == 0));
    for (struct dirent *f; (f = readdir(d));) {
        char a[2048], b[2048];
        if (f->d_name[0] == '.') continue;
        (void)snprintf(a, sizeof a, "%s/%s", from, f->d_name);
        (void)snprintf(b, sizeof b, "%s/%s", to, f->d_name);
        if (f->d_type == DT_DIR) copy_tree(a, b);
        else copy_file(a, b);
    }
    (void)closedir(d);
}

TEST(after_a_crash_nothing_acknowledged_is_lost_and_nothing_raised_twice)
{
    struct rig r = rig_new(2);
    rig_open(&r);
    CHECK_OK(ingest_configure(r.in, str_of(limits), STR_NONE));
    send_steady(&r, "rows", 50, 100);
    send_steady(&r, "rows", 3, -5);
    CHECK_OK(ingest_drain(r.in, 10 * USEC_SECOND));
    send_steady(&r, "rows", 50, 100);
    CHECK_OK(ingest_drain(r.in, 10 * USEC_SECOND));
    CHECK_I64(entries(&r), 2); /* an alarm and its end */
    struct rig crashed = rig_new(2);
    copy_tree(r.dir.ptr, crashed.dir.ptr); /* no thread writes now; nothing has been checkpointed */
    crashed.wall = r.wall;
    rig_close(&r);
    rig_open(&crashed);
    CHECK_OK(ingest_configure(crashed.in, str_of(limits), STR_NONE));
    CHECK_OK(ingest_drain(crashed.in, 10 * USEC_SECOND));
    CHECK_I64(entries(&crashed), 2);
    struct arena a = arena_init(8 << 20);
    struct samples_view v;
    CHECK_OK(samples_read(crashed.in, STR("rows{job=\"shop\",step=\"load\"}"), 0, USEC_MAX, 1000, &a, &v));
    CHECK_I64(v.count, 103);
    send_steady(&crashed, "rows", 3, -7);
    CHECK_OK(ingest_drain(crashed.in, 10 * USEC_SECOND));
    CHECK_I64(entries(&crashed), 3);
    arena_done(&a);
    rig_close(&crashed);
}

TEST(a_finding_the_core_refuses_costs_only_itself)
{
    struct rig r = rig_new(1);
    r.core.code = ERR_INPUT;
    rig_open(&r);
    CHECK_OK(ingest_configure(r.in, str_of(limits), STR_NONE));
    send_steady(&r, "rows", 5, 100);
    CHECK_OK(ingest_drain(r.in, 10 * USEC_SECOND));
    r.core.fail_left = 2; /* in the group, and alone */
    send_steady(&r, "rows", 1, -5);
    CHECK_OK(ingest_drain(r.in, 10 * USEC_SECOND));
    struct ingest_stats stats;
    ingest_stats(r.in, &stats);
    CHECK_I64(stats.findings_refused, 1);
    CHECK_I64(entries(&r), 0);
    rig_close(&r);
}

TEST(a_store_that_is_full_for_a_while_delays_a_finding_but_does_not_lose_it)
{
    struct rig r = rig_new(1);
    r.core.code = ERR_FULL;
    rig_open(&r);
    CHECK_OK(ingest_configure(r.in, str_of(limits), STR_NONE));
    send_steady(&r, "rows", 5, 100);
    r.core.fail_left = 3;
    send_steady(&r, "rows", 1, -5);
    CHECK_OK(ingest_drain(r.in, 10 * USEC_SECOND));
    struct ingest_stats stats;
    ingest_stats(r.in, &stats);
    CHECK_I64(stats.store_waits, 3);
    CHECK_I64(entries(&r), 1);
    rig_close(&r);
}

TEST(chunks_and_log_together_give_every_sample_once)
{
    struct rig r = rig_new(1);
    struct arena a = arena_init(64 << 20);
    struct samples_view v;
    str id = STR("level{job=\"shop\",step=\"load\"}");
    rig_open(&r);
    usec from = r.wall;
    for (int round = 0; round < 4; round++) {
        send_steady(&r, "level", 500, round);
        if (round % 2 == 0) CHECK_OK(ingest_checkpoint(r.in, 10 * USEC_SECOND));
        CHECK_OK(samples_read(r.in, id, from, r.wall, 5000, &a, &v));
        CHECK_I64(v.count, 500 * (round + 1));
        for (size_t i = 0; i < v.count; i++) {
            CHECK_I64(v.points[i].time, from + (usec)(i + 1) * USEC_MINUTE);
            CHECK(v.points[i].count == 1 &&
                  v.points[i].avg == (double)(i / 500) + (double)(i % 500 * 7919 % 13) / 13.0);
        }
    }
    CHECK_OK(samples_read(r.in, id, from + 10 * USEC_MINUTE, from + 19 * USEC_MINUTE, 100, &a, &v));
    CHECK_I64(v.count, 10);
    CHECK_OK(samples_read(r.in, id, from, r.wall, 20, &a, &v)); /* downsampled: no sample is missing from the sums */
    int64_t total = 0;
    for (size_t i = 0; i < v.count; i++) {
        total += v.points[i].count;
        CHECK(v.points[i].min <= v.points[i].avg && v.points[i].avg <= v.points[i].max);
    }
    CHECK(v.count <= 20);
    CHECK_I64(total, 2000);
    struct series_list list;
    CHECK_OK(samples_series(r.in, STR("shop"), STR(""), STR(""), 10, &a, &list));
    CHECK_I64(list.count, 1);
    CHECK_I64(list.items[0].last_seen, r.wall);
    CHECK_OK(samples_read(r.in, list.items[0].id, from, r.wall, 20, &a, &v));
    CHECK_ERR(samples_read(r.in, STR("nosuch"), from, r.wall, 20, &a, &v), ERR_NOT_FOUND);
    rig_close(&r);
    arena_done(&a);
}

/* Rows of several series: from chunks and log, means of gauges, growth of counters, NaN where nothing was. */
TEST(rows_of_many_series_lie_side_by_side)
{
    enum { ROWS = 12 };
    struct rig r = rig_new(2);
    struct arena a = arena_init(64 << 20);
    struct series_list list;
    double *v = NULL;
    size_t read = 0;
    rig_open(&r);
    usec from = r.wall;
    struct point level[] = { { from, 1 }, { from + 1, 3 }, { from + 2 * USEC_MINUTE, 7 } };
    struct point count[] = { { from, 60 },
                             { from + USEC_MINUTE, 180 },
                             { from + 3 * USEC_MINUTE, 660 },
                             { from + 4 * USEC_MINUTE, 30 },
                             { from + 5 * USEC_MINUTE, 90 } };
    r.wall += ROWS * USEC_MINUTE;
    send_points(&r, "level", level, 2);
    send_points(&r, "requests_total", count, 2);
    CHECK_OK(ingest_checkpoint(r.in, 10 * USEC_SECOND));
    send_points(&r, "level", level + 2, 1);
    send_points(&r, "requests_total", count + 2, 3);
    CHECK_OK(ingest_drain(r.in, 10 * USEC_SECOND));
    CHECK_OK(samples_series(r.in, STR("shop"), STR(""), STR(""), 10, &a, &list));
    CHECK_I64(list.count, 2);
    struct samples_rows what = { .from = from, .width = USEC_MINUTE, .rows = ROWS, .until = USEC_MAX };
    CHECK_OK(samples_rows_read(r.in, &what, list.items, list.count, &a, &v, &read));
    CHECK_I64(read, 2);
    CHECK(v[0] == 2 && isnan(v[1]) && v[2] == 7 && isnan(v[3]));
    const double *grown = v + ROWS; /* the second row of minutes has no sample; then the counter began anew */
    CHECK(isnan(grown[0]) && grown[1] == 2 && isnan(grown[2]) && grown[3] == 4 && isnan(grown[4]) && grown[5] == 1 &&
          isnan(grown[6]));
    what.until = 0;
    CHECK_OK(samples_rows_read(r.in, &what, list.items, list.count, &a, &v, &read));
    CHECK_I64(read, 0); /* no time: nothing is half read */
    what.rows = SIZE_MAX / 2;
    CHECK_ERR(samples_rows_read(r.in, &what, list.items, list.count, &a, &v, &read), ERR_LIMIT);
    rig_close(&r);
    arena_done(&a);
}

static err refusing_append(struct env *env, int fd, str bytes)
{
    (void)env;
    (void)fd;
    (void)bytes;
    return err_make(ERR_NO_SPACE, "disk full");
}

TEST(a_batch_that_could_not_be_written_is_taken_when_it_comes_again)
{
    struct rig r = rig_new(1);
    rig_open(&r);
    struct point p[] = { { r.wall, 1 }, { r.wall + 1, 2 } };
    struct refusals none = { 0 };
    struct batch_series s = { .name = STR("x"), .count = 2 };
    struct batch b = { .series = &s, .series_count = 1, .points = p, .point_count = 2, .refused = &none };
    struct ingest_result res;
    r.env.append = refusing_append;
    CHECK_ERR(ingest_samples(r.in, STR("test"), &b, &res), ERR_NO_SPACE);
    CHECK_I64(res.accepted, 0);
    r.env.append = env_os().append;
    CHECK_OK(ingest_samples(r.in, STR("test"), &b, &res));
    CHECK_I64(res.accepted, 2);
    CHECK_OK(ingest_samples(r.in, STR("test"), &b, &res));
    CHECK_I64(res.duplicates, 1); /* the newest time; the older one counts as late */
    rig_close(&r);
}

struct sender {
    pthread_t id;
    struct rig *r;
    int number;
};

static void *send_many(void *ctx)
{
    struct sender *s = ctx;
    char name[32];
    for (int i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof name, "m%d_%d", s->number, i % 20);
        struct point p = { s->r->wall + i, i };
        send_points(s->r, name, &p, 1);
    }
    return NULL;
}

TEST(many_senders_and_engine_threads_at_once)
{
    struct rig r = rig_new(4);
    struct sender senders[4];
    rig_open(&r);
    for (int i = 0; i < 4; i++) {
        senders[i] = (struct sender){ .r = &r, .number = i };
        CHECK(pthread_create(&senders[i].id, NULL, send_many, &senders[i]) == 0);
    }
    for (int i = 0; i < 4; i++) (void)pthread_join(senders[i].id, NULL);
    CHECK_OK(ingest_drain(r.in, 20 * USEC_SECOND));
    struct ingest_stats stats;
    ingest_stats(r.in, &stats);
    CHECK_I64(stats.series_live, 80);
    CHECK_I64(stats.samples_judged, 800);
    CHECK_I64(stats.senders[0].accepted, 800);
    CHECK_OK(ingest_checkpoint(r.in, 20 * USEC_SECOND));
    ingest_stats(r.in, &stats);
    CHECK_I64(stats.checkpoint_errors, 0);
    rig_close(&r);
}
