/* weir feed: recorded series through weir in recorded time, on a store of their own, and what it would have told. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/policy/policy.h"
#include "core/words.h"
#include "edge/cli/feed.h"
#include "edge/cli/table.h"
#include "edge/observe/feed.h"
#include "edge/pipelines_file.h"
#include "edge/policy_file.h"
#include "store/journal.h"

enum { FEED_THREADS_MAX = 64, PATH_BYTES = 4096, JSON_OUT_MAX = 1 << 30 };

struct feed_job {
    struct cli *cli;
    struct arena *a;
    char dir[PATH_BYTES];
    bool temporary;
    struct feed_data data;
    struct store *store;
    struct core *core;
    int64_t before; /* newest entry when the run began */
    struct feed_result result;
};

static str file_name(str path)
{
    for (size_t i = path.len; i-- > 0;)
        if (path.ptr[i] == '/') return str_cut(path, i + 1, path.len);
    return path;
}

static err read_one(struct feed_job *job, str path)
{
    struct stat st;
    int fd = open(str_z(job->a, path), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st)) {
        err e = err_errno(STR_FMT, STR_ARG(path));
        if (fd >= 0) (void)close(fd);
        return e;
    }
    size_t len = (size_t)st.st_size;
    void *text = S_ISREG(st.st_mode) && len ? mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    err e = OK;
    if (!S_ISREG(st.st_mode)) e = err_make(ERR_INPUT, STR_FMT ": not a file", STR_ARG(path));
    else if (len && text == MAP_FAILED) e = err_errno(STR_FMT, STR_ARG(path));
    else e = feed_read(file_name(path), (str){ len ? text : "", len }, &job->data);
    if (text != MAP_FAILED) (void)munmap(text, len);
    (void)close(fd);
    return e;
}

/* Asked for by the option: WEIR_DATA_DIR names the server's folder, where recorded rows have no business. */
static bool has_folder(const struct cli *cli)
{
    const char *env = getenv("WEIR_DATA_DIR");
    return cli_has(cli, "data-dir") && !(env && str_eq(str_of(env), cli_str(cli, "data-dir")));
}

static err open_folder(struct feed_job *job)
{
    job->temporary = !has_folder(job->cli) && !cli_has(job->cli, "keep");
    if (has_folder(job->cli)) {
        str dir = cli_data_dir(job->cli);
        (void)snprintf(job->dir, sizeof job->dir, STR_FMT, STR_ARG(dir));
        if (mkdir(job->dir, 0700) && errno != EEXIST) return err_errno("create %s", job->dir);
        return OK;
    }
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(job->dir, sizeof job->dir, "%s/weir-feed-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    return mkdtemp(job->dir) ? OK : err_errno("create a temporary folder");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void close_job(struct feed_job *job)
{
    store_close(job->store);
    core_free(job->core);
    feed_data_done(&job->data);
    if (job->temporary && job->dir[0]) (void)nftw(job->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void show_progress(void *ctx, size_t done, size_t total)
{
    (void)ctx;
    (void)fprintf(stderr, "\r%zu of %zu samples%s", done, total, done == total ? "\n" : "");
}

static err texts_for(struct feed_job *job, struct feed_opts *o)
{
    str policy = cli_str(job->cli, "policy"), pipelines = cli_str(job->cli, "pipelines");
    err e = policy.len ? policy_file_read(policy, STR("UTC"), job->a, &o->policy)
                       : policy_file_complete(policy_default_text(), STR("policy"), STR("UTC"), job->a, &o->policy);
    if (!e.code && pipelines.len) e = pipelines_file_read(pipelines, job->a, &o->pipelines_json);
    return e;
}

static err run_job(struct feed_job *job)
{
    struct env *env = cli_env(job->cli);
    struct feed_opts o = { 0 };
    int64_t threads = 1;
    err e = cli_i64(job->cli, "threads", &threads);
    if (!e.code && (threads < 1 || threads > FEED_THREADS_MAX))
        e = err_make(ERR_INPUT, "--threads must be 1 to %d", FEED_THREADS_MAX);
    if (!e.code) e = texts_for(job, &o);
    for (size_t i = 0; !e.code && i < cli_arg_count(job->cli); i++) e = read_one(job, cli_arg(job->cli, i));
    if (!e.code) e = open_folder(job);
    if (e.code) return e;
    feed_sort(&job->data);
    o.threads = (size_t)threads;
    if (isatty(STDERR_FILENO)) o.progress = show_progress;
    struct store_opts so = { .dir = str_fmt(job->a, "%s/" STORE_FOLDER, job->dir), .sync_normal = job->temporary };
    job->core = core_new();
    e = store_open(&so, env, &job->store);
    if (e.code) return e;
    job->before = store_stats(job->store).last_seq;
    e = feed_run(&o, job->store, job->core, &job->data, &job->result);
    if (e.code || job->temporary) return e;
    const char *samples = str_fmt(job->a, "%s/samples", job->dir).ptr;
    if (mkdir(samples, 0700) && errno != EEXIST) return err_errno("create %s", samples);
    return feed_keep_samples(str_of(samples), env, &job->data);
}

/* ---- telling ---- */

static struct rows *findings_of(struct tx *tx, struct feed_job *job, str incident)
{
    return tx_query(tx, SQL_FEED_FINDINGS, V(incident), V(job->before));
}

static void json_finding(struct jw *w, struct rows *r)
{
    static const char *const numbers[] = { "value", "low", "high", "score" };
    jw_open(w, NULL);
    jw_i64(w, "time", rows_i64(r, 0));
    jw_str(w, "series", rows_str(r, 1));
    jw_str(w, "kind", rows_str(r, 2));
    jw_str(w, "detector", rows_str(r, 3));
    jw_strz(w, "severity", severity_text((int)rows_i64(r, 4)));
    jw_i64(w, "start", rows_i64(r, 5));
    jw_i64(w, "end", rows_i64(r, 6));
    for (int i = 0; i < 4; i++) {
        if (rows_null(r, 7 + i)) jw_null(w, numbers[i]);
        else jw_f64(w, numbers[i], rows_f64(r, 7 + i));
    }
    jw_str(w, "summary", rows_str(r, 11));
    jw_close(w);
}

static void json_incident(struct jw *w, struct feed_job *job, struct tx *tx, struct rows *r)
{
    jw_open(w, NULL);
    jw_str(w, "id", rows_str(r, 0));
    jw_i64(w, "opened", rows_i64(r, 1));
    if (rows_null(r, 2)) jw_null(w, "resolved");
    else jw_i64(w, "resolved", rows_i64(r, 2));
    jw_str(w, "title", rows_str(r, 3));
    jw_strz(w, "severity", severity_text((int)rows_i64(r, 4)));
    jw_str(w, "state", rows_str(r, 5));
    jw_str(w, "pipeline", rows_str(r, 6));
    jw_array(w, "findings");
    struct rows *f = findings_of(tx, job, rows_dup(r, 0, job->a));
    while (rows_next(f)) json_finding(w, f);
    jw_array_end(w);
    jw_close(w);
}

static size_t print_json(struct feed_job *job, struct tx *tx)
{
    struct buf b = buf_init(JSON_OUT_MAX);
    struct jw w = jw_init(&b);
    size_t n = 0;
    jw_open(&w, NULL);
    jw_i64(&w, "samples", (int64_t)job->result.samples);
    jw_i64(&w, "events", (int64_t)job->result.events);
    jw_i64(&w, "series", (int64_t)job->data.series_count);
    jw_i64(&w, "refused_rows", (int64_t)job->data.refused.total);
    jw_array(&w, "incidents");
    struct rows *r = tx_query(tx, SQL_FEED_INCIDENTS, V(job->before));
    for (; rows_next(r); n++) json_incident(&w, job, tx, r);
    jw_array_end(&w);
    jw_close(&w);
    (void)fwrite(b.ptr, 1, b.len, stdout);
    (void)fputc('\n', stdout);
    buf_done(&b);
    return n;
}

static str number_text(struct arena *a, struct rows *r, int col, const char *none)
{
    return rows_null(r, col) ? str_of(none) : str_fmt(a, "%.4g", rows_f64(r, col));
}

static str expected_text(struct arena *a, struct rows *r)
{
    if (rows_null(r, 8) && rows_null(r, 9)) return STR("");
    return str_fmt(a, STR_FMT " to " STR_FMT, STR_ARG(number_text(a, r, 8, "any")),
                   STR_ARG(number_text(a, r, 9, "any")));
}

/* One line an incident: when, how bad, which series first, what was expected and what was there. */
static void incident_row(struct feed_job *job, struct tx *tx, struct rows *r, struct table *t)
{
    char when[TIME_TEXT_MAX];
    str text = time_text(rows_i64(r, 1), when);
    str time = str_fmt(job->a, STR_FMT " " STR_FMT, STR_ARG(str_cut(text, 0, 10)), STR_ARG(str_cut(text, 11, 5)));
    str id = rows_dup(r, 0, job->a), severity = str_of(severity_text((int)rows_i64(r, 4)));
    str cells[5] = { time, severity, rows_dup(r, 6, job->a), STR(""), STR("") };
    struct rows *f = findings_of(tx, job, id);
    if (rows_next(f)) {
        if (rows_str(f, 1).len) cells[2] = rows_dup(f, 1, job->a);
        cells[3] = expected_text(job->a, f);
        cells[4] = number_text(job->a, f, 7, "");
        rows_end(f);
    }
    table_row(t, cells);
}

static void print_refused(const struct feed_job *job)
{
    const struct refusals *r = &job->data.refused;
    enum { SHOWN = 5 };
    for (size_t i = 0; i < r->kept && i < SHOWN; i++)
        (void)fprintf(stderr, "weir feed: " STR_FMT "\n", STR_ARG(plain_text(job->a, r->items[i].reason)));
    if (r->total > SHOWN) (void)fprintf(stderr, "weir feed: %zu rows refused in all, the rest kept\n", r->total);
}

static size_t print_table(struct feed_job *job, struct tx *tx)
{
    static const char *const heads[] = { "time (UTC)", "severity", "series", "expected", ">seen", NULL };
    struct table t = table_init(job->a, heads, cli_color(job->cli));
    size_t n = 0;
    struct rows *r = tx_query(tx, SQL_FEED_INCIDENTS, V(job->before));
    for (; rows_next(r); n++) incident_row(job, tx, r, &t);
    if (n) table_print(&t, stdout);
    (void)printf("%s%zu incident%s in %zu samples of %zu series\n", n ? "\n" : "", n, n == 1 ? "" : "s",
                 job->result.samples, job->data.series_count);
    if (!job->temporary) (void)printf("kept in %s\n", job->dir);
    return n;
}

static int tell(struct feed_job *job)
{
    struct tx *tx = NULL;
    err e = store_read(job->store, &tx);
    if (e.code) return cli_fail_err(job->cli, e);
    print_refused(job);
    if (job->result.refused)
        (void)fprintf(stderr, "weir feed: %zu inputs were not taken; the first: %s\n", job->result.refused,
                      job->result.first_refusal.msg);
    size_t n = cli_json(job->cli) ? print_json(job, tx) : print_table(job, tx);
    e = tx_err(tx);
    store_read_end(tx);
    if (e.code) return cli_fail_err(job->cli, e);
    return n ? EXIT_FOUND : EXIT_FINE;
}

static int feed_command(struct cli *cli)
{
    struct feed_job *job = mem_new(sizeof *job);
    job->cli = cli;
    job->a = cli_arena(cli);
    job->data = feed_data_init();
    err e = run_job(job);
    int code = e.code ? cli_fail_err(cli, e) : tell(job);
    close_job(job);
    mem_free(job);
    return code;
}

static const struct cli_option options[] = {
    { "threads", 't', "N", "1", "Threads that judge; the result is the same for every number." },
    { "keep", 0, NULL, NULL, "Keep the folder, for `weir serve --data-dir`." },
    { "pipelines", 0, "FILE", NULL, "A pipelines.yaml with thresholds." },
    { "policy", 0, "FILE", NULL, "A policy.yaml. [the built-in policy]" },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_feed = {
    .name = "feed",
    .args = "FILE...",
    .summary = "Run recorded series through weir in recorded time.",
    .about = "Reads CSV (a time column and numbers, or time, series and value) and JSON Lines (samples, OpenLineage "
             "events, changes), judges "
             "them as if they came in at their own times, and lists the incidents weir would have opened.\n"
             "The store is a temporary folder that is removed at the end, unless --keep or --data-dir is given. The "
             "same input gives the "
             "same journal, byte for byte. Exit 1 when an incident was found.",
    .options = options,
    .run = feed_command,
};
