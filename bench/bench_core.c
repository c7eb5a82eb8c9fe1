/* The core under load: real findings become incidents, diagnoses, case steps, proposals, decisions and effects, with
 * all their tables and hashes, under the default policy.
 *
 *   bench_core [SECONDS]     default 4 for each line
 *
 * Every finding is of a pipeline of its own that is well until then, and settles at once, so that each takes the whole
 * road; incidents are closed in between, outside the time measured. At most 1000 inputs are in a group transaction,
 * with fsync as the disk has it and padded to 4 ms. The latency goes from the moment the incident settles to the commit
 * of its decision; the one "from the finding's arrival" also holds the wait for the group before it. Writes
 * bench/core.json in the working folder. */
#include <fcntl.h>
#include <ftw.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "core/core.h"
#include "core/policy/policy.h"
#include "sim/vfs_fault.h"

enum { PAD_US = 4000, GOAL_ENTRIES = 20000, PIPELINES = 2000, RATE = 200, LATENCIES_MAX = 1 << 16, BODY_MAX = 1 << 20 };
static const double goal_ms = 10;

struct bench {
    struct env env;
    struct vfs_fault *disk;
    struct store *store;
    struct core *core;
    struct job {
        struct bench *b;
        int n;         /* which pipeline */
        usec submitted, settled;
    } jobs[PIPELINES];
    int round; /* names the step, so that no incident is a relapse of the round before */
    atomic_int waiting, failed;
    usec took[2][LATENCIES_MAX]; /* of each decision, since settled, since submitted; written by the writer thread */
    atomic_int took_count;
};

static void die(const char *what, err e)
{
    (void)fprintf(stderr, "bench_core: %s: %s\n", what, e.msg);
    exit(3);
}

static void must(const char *what, err e)
{
    if (e.code) die(what, e);
}

static usec now(struct bench *b)
{
    return b->env.now(&b->env);
}

/* --- The work --- */

static err apply_finding(struct tx *tx, void *ctx)
{
    struct job *j = ctx;
    struct arena *a = tx_arena(tx);
    usec t = tx_time(tx);
    j->settled = now(j->b); /* it settles at once: in this very input */
    str body = str_fmt(a,
                       "{\"series\":\"\",\"pipeline\":\"pipeline_%04d\",\"step\":\"load\",\"run\":\"\",\"kind\":"
                       "\"exit\",\"detector\":\"exit\","
                       "\"severity\":\"HIGH\",\"start\":%lld,\"end\":%lld,\"value\":28,\"summary\":"
                       "\"load ended with 28 (round %d): curl: (28) Operation timed out after 1001 milliseconds\"}",
                       j->n, (long long)t, (long long)t, j->b->round);
    str id = str_fmt(a, "%016d%016d", j->b->round, j->n);
    int64_t seq = 0;
    return core_apply(j->b->core, tx, &(struct input){ STR("finding"), id, STR("engine"), body }, &seq);
}

static err close_incident(struct tx *tx, void *ctx)
{
    struct job *j = ctx;
    struct arena *a = tx_arena(tx);
    struct rows *r = tx_query(tx, SQL_INCIDENT_OPEN_OF_PIPELINE, V(str_fmt(a, "pipeline_%04d", j->n)));
    if (!rows_next(r)) return err_make(ERR_NOT_FOUND, "pipeline %d has no open incident", j->n);
    str id = rows_dup(r, 0, a);
    rows_end(r);
    int64_t seq = 0;
    return core_apply(j->b->core, tx,
                      &(struct input){ STR("incident.closed"), id, STR("bench"), STR("{\"comment\":\"\"}") }, &seq);
}

static void ended(err result, void *ctx)
{
    struct job *j = ctx;
    struct bench *b = j->b;
    int at = atomic_fetch_add(&b->took_count, 1);
    usec t = now(b);
    if (at < LATENCIES_MAX) b->took[0][at] = t - j->settled, b->took[1][at] = t - j->submitted;
    if (result.code && atomic_fetch_add(&b->failed, 1) == 0) (void)fprintf(stderr, "bench_core: %s\n", result.msg);
    atomic_fetch_sub(&b->waiting, 1);
}

static void submit_due(struct bench *b, store_work *work, int n, usec due)
{
    b->jobs[n] = (struct job){ .b = b, .n = n, .submitted = due };
    atomic_fetch_add(&b->waiting, 1);
    must("submit", store_submit(b->store, work, ended, &b->jobs[n]));
}

static void submit(struct bench *b, store_work *work, int n)
{
    submit_due(b, work, n, now(b));
}

static void wait_all(struct bench *b)
{
    while (atomic_load(&b->waiting)) (void)usleep(200);
}

static void next_round(struct bench *b, int used)
{
    for (int n = 0; n < used; n++) submit(b, close_incident, n);
    wait_all(b);
    b->round++;
    atomic_store(&b->took_count, 0);
}

/* --- The world --- */

struct document {
    struct bench *b;
    const char *kind;
    str text;
};

static err load_document(struct tx *tx, void *ctx)
{
    struct document *d = ctx;
    struct buf body = buf_init(BODY_MAX);
    struct jw w = jw_init(&body);
    jw_open(&w, NULL);
    jw_str(&w, "text", d->text);
    jw_close(&w);
    int64_t seq = 0;
    err e = core_apply(d->b->core, tx,
                       &(struct input){ STR("document.loaded"), str_of(d->kind), STR("bench"), buf_view(&body) }, &seq);
    buf_done(&body);
    return e;
}

static void load(struct bench *b, const char *kind, str text)
{
    must(kind, store_run(b->store, load_document, &(struct document){ b, kind, text }));
}

static void load_pipelines(struct bench *b)
{
    struct buf text = buf_init(BODY_MAX);
    buf_add(&text, STR("{\"pipelines\":["));
    for (int i = 0; i < PIPELINES; i++)
        buf_fmt(&text,
                "%s{\"name\":\"pipeline_%04d\",\"source\":\"api\",\"destination\":\"warehouse\",\"tier\":2,"
                "\"environment\":\"production\","
                "\"every_us\":0,\"after\":[],\"steps\":[{\"name\":\"extract\",\"argv\":[\"true\"],\"repeatable\":true},"
                "{\"name\":\"load\",\"argv\":[\"true\"],\"repeatable\":true}],\"knobs\":[]}",
                i ? "," : "", i);
    buf_add(&text, STR("]}"));
    load(b, "pipelines", buf_view(&text));
    buf_done(&text);
}

static usec timer_next(struct tx *tx, void *ctx)
{
    struct bench *b = ctx;
    return core_next_due(b->core, tx);
}

static err timer_fire(struct tx *tx, void *ctx)
{
    struct bench *b = ctx;
    return core_fire_due(b->core, tx);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void world_open(struct bench *b, char *dir, int64_t pad_us)
{
    if (!mkdtemp(dir)) die("make a folder", err_errno("%s", dir));
    vfs_fault_pad_sync(b->disk, pad_us);
    b->core = core_new();
    must("open", store_open(&(struct store_opts){ .dir = str_of(dir) }, &b->env, &b->store));
    store_on_tick(b->store, timer_next, timer_fire, b);
    load(b, "settings", STR("{\"settle_us\":0,\"group_us\":1,\"quiet_us\":86400000000}"));
    load(b, "policy", policy_default_text());
    load_pipelines(b);
}

static void world_close(struct bench *b, char *dir)
{
    store_close(b->store);
    core_free(b->core);
    (void)nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- The figures --- */

struct figures {
    double entries, findings, a_commit;      /* a second, a second, inputs in a group */
    double cpu_us;                           /* processor time an entry: what a busy machine does not change */
    double idle50, idle99, busy50, busy99;   /* ms, settled to committed */
    double arrival50, arrival99;             /* ms, submitted to committed, RATE a second */
    double disk50, disk99; /* ms, of a small write and fdatasync alone, beside it: what the machine adds */
};

static int64_t decisions(struct bench *b)
{
    struct tx *tx = NULL;
    struct arena a = arena_init(64 << 20);
    int64_t count = 0, after = 0;
    must("read", store_read(b->store, &tx));
    for (size_t n = 1; n;) {
        struct entry_list list = journal_read(tx, after, 1000, &a);
        for (size_t i = 0; i < list.count; i++) count += STR_IS(list.items[i].kind, "decision.made");
        n = list.count;
        if (n) after = list.items[n - 1].seq;
        arena_reset(&a);
    }
    store_read_end(tx);
    arena_done(&a);
    return count;
}

static usec cpu_time(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (usec)t.tv_sec * USEC_SECOND + t.tv_nsec / 1000;
}

static void throughput(struct bench *b, double seconds, struct figures *f)
{
    usec spent = 0, cpu = 0;
    int64_t entries = 0, commits = 0, findings = 0, before = decisions(b);
    while ((double)spent < seconds * (double)USEC_SECOND) {
        struct store_stats start = store_stats(b->store);
        usec began = now(b), cpu_began = cpu_time();
        for (int n = 0; n < PIPELINES; n++) submit(b, apply_finding, n);
        wait_all(b);
        spent += now(b) - began;
        cpu += cpu_time() - cpu_began;
        struct store_stats end = store_stats(b->store);
        entries += end.last_seq - start.last_seq;
        commits += end.commits - start.commits;
        findings += PIPELINES;
        next_round(b, PIPELINES);
    }
    if (decisions(b) - before != findings) die("count", err_make(ERR_CORRUPT, "not every finding led to one decision"));
    f->entries = (double)entries * (double)USEC_SECOND / (double)spent;
    f->findings = (double)findings * (double)USEC_SECOND / (double)spent;
    f->cpu_us = (double)cpu / (double)entries;
    f->a_commit = (double)findings / (double)commits;
}

static int by_size(const void *x, const void *y)
{
    usec a = *(const usec *)x, b = *(const usec *)y;
    return (a > b) - (a < b);
}

static double percentile_ms(struct bench *b, usec *took, int p)
{
    int n = atomic_load(&b->took_count);
    if (n > LATENCIES_MAX) n = LATENCIES_MAX;
    qsort(took, (size_t)n, sizeof *took, by_size);
    return (double)took[(n - 1) * p / 100] / 1000;
}

static void disk_alone(struct bench *b, const char *dir, struct figures *f)
{
    enum { TIMES = 200 };
    static const char block[4096] = { 1 };
    char path[64];
    (void)snprintf(path, sizeof path, "%s/probe", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    for (int i = 0; i < TIMES; i++) {
        usec began = now(b);
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block || fdatasync(fd))
            die("probe the disk", err_errno("%s", path));
        b->took[0][i] = now(b) - began;
        (void)usleep(5000);
    }
    (void)close(fd);
    atomic_store(&b->took_count, TIMES);
    f->disk50 = percentile_ms(b, b->took[0], 50), f->disk99 = percentile_ms(b, b->took[0], 99);
    atomic_store(&b->took_count, 0);
}

/* One at a time, with pauses; then RATE a second whatever happens. */
static void latency(struct bench *b, double seconds, struct figures *f)
{
    int idle = (int)(seconds * 25) < PIPELINES ? (int)(seconds * 25) : PIPELINES;
    for (int n = 0; n < idle; n++) {
        submit(b, apply_finding, n);
        wait_all(b);
        (void)usleep(15000);
    }
    f->idle50 = percentile_ms(b, b->took[0], 50), f->idle99 = percentile_ms(b, b->took[0], 99);
    next_round(b, idle);
    int busy = (int)(seconds * RATE) < PIPELINES ? (int)(seconds * RATE) : PIPELINES;
    usec began = now(b);
    for (int n = 0; n < busy; n++) {
        usec due = began + (usec)n * USEC_SECOND / RATE, at = now(b);
        if (due > at) (void)usleep((unsigned)(due - at));
        submit_due(b, apply_finding, n, due); /* late because the machine is: that counts */
    }
    wait_all(b);
    f->busy50 = percentile_ms(b, b->took[0], 50), f->busy99 = percentile_ms(b, b->took[0], 99);
    f->arrival50 = percentile_ms(b, b->took[1], 50), f->arrival99 = percentile_ms(b, b->took[1], 99);
    next_round(b, busy);
}

static void row(struct jw *w, const char *metric, double value, const char *unit, double goal)
{
    bool less = strcmp(unit, "ms") == 0;
    jw_open(w, NULL);
    jw_strz(w, "task", "core");
    jw_strz(w, "metric", metric);
    jw_f64(w, "value", value);
    jw_strz(w, "unit", unit);
    if (goal > 0) jw_f64(w, "goal", goal), jw_bool(w, "met", less ? value <= goal : value >= goal);
    else jw_null(w, "goal"), jw_null(w, "met");
    jw_null(w, "peer"), jw_null(w, "peer_value"), jw_null(w, "ratio");
    jw_close(w);
    (void)printf("%-52s %12.2f %s%s\n", metric, value, unit,
                 goal > 0 && (less ? value > goal : value < goal) ? "   goal missed" : "");
}

static void report(struct jw *w, const struct figures *f, const char *sync, double entries_goal, double latency_goal)
{
    char name[96];
    const struct {
        const char *what;
        double value;
        const char *unit;
        double goal;
    } lines[] = {
        { "journal entries, finding to decision", f->entries, "1/s", entries_goal },
        { "processor time an entry", f->cpu_us, "us", 0 },
        { "findings to decisions", f->findings, "1/s", 0 },
        { "inputs in a group", f->a_commit, "inputs", 0 },
        { "settled to decision committed, idle, p50", f->idle50, "ms", 0 },
        { "settled to decision committed, idle, p99", f->idle99, "ms", latency_goal },
        { "settled to decision committed, 200/s, p50", f->busy50, "ms", 0 },
        { "settled to decision committed, 200/s, p99", f->busy99, "ms", latency_goal },
        { "the same from the finding's arrival, p50", f->arrival50, "ms", 0 },
        { "the same from the finding's arrival, p99", f->arrival99, "ms", 0 },
        { "fdatasync of 4 KiB alone just before, p50", f->disk50, "ms", 0 },
        { "fdatasync of 4 KiB alone just before, p99", f->disk99, "ms", 0 },
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        (void)snprintf(name, sizeof name, "%s, %s", lines[i].what, sync);
        row(w, name, lines[i].value, lines[i].unit, lines[i].goal);
    }
}

static void save(str text)
{
    (void)mkdir("bench", 0755);
    FILE *f = fopen("bench/core.json", "w");
    if (!f) return;
    (void)fwrite(text.ptr, 1, text.len, f);
    (void)fclose(f);
}

int main(int argc, char **argv)
{
    static struct bench b;
    double seconds = 4;
    if (argc > 1 && (str_to_f64(str_of(argv[1]), &seconds).code || seconds <= 0 || seconds > 600)) return 2;
    b.env = env_os();
    b.disk = vfs_fault_new("bench");
    b.env.sqlite_vfs = "bench";
    struct buf out = buf_init(1 << 16);
    struct jw w = jw_init(&out);
    jw_array(&w, NULL);
    for (int padded = 0; padded <= 1; padded++) {
        char dir[] = "weir-bench-XXXXXX"; /* on the disk of the working folder: /tmp may be memory */
        struct figures f;
        world_open(&b, dir, padded ? PAD_US : 0);
        disk_alone(&b, dir, &f);
        latency(&b, seconds, &f);
        throughput(&b, seconds, &f);
        world_close(&b, dir);
        report(&w, &f, padded ? "fsync 4 ms" : "the disk's fsync", padded ? GOAL_ENTRIES : 0, padded ? goal_ms : 0);
    }
    jw_array_end(&w);
    save(buf_view(&out));
    buf_done(&out);
    vfs_fault_free(b.disk);
    return atomic_load(&b.failed) ? 3 : 0;
}
