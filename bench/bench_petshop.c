/* Root causes in a microservice shop: the faults of PetShop (Hardt et al. 2023, data CC BY 4.0) go through diagnose with the
 * call graph as lineage.
 *
 * For each fault the windows after the alarm are compared with normal operation; every service whose latency (or
 * availability) lies off becomes a finding, an incident is opened at the alarm's service, and diagnose_incident ranks. The
 * same is done with windows of normal operation, where the right answer is no cause at all.
 *
 *   bench_petshop [--check] [DATA]      DATA: folder that holds rca_petshop; default $WEIR_DATA, ../shared/data
 *
 * --check exits 1 when a goal is missed; 77 when there is no data. Writes bench/petshop.json in the working folder. */
#include <dirent.h>
#include <math.h>
#include <sys/stat.h>

#include "base/json.h"
#include "core/diagnose/diagnose.h"
#include "engine/lineage/deviation.h"
#include "store/journal.h"

enum { NODES_MAX = 64, EXIT_NO_DATA = 77, TOP = 3, WINDOW = 3, WINDOW_STEP = 3 };
static const double sample_seconds = 300;

static void die(const char *what, const char *name)
{
    (void)fprintf(stderr, "bench_petshop: %s: %s\n", what, name);
    exit(3);
}

static void must(err e)
{
    if (e.code) die(err_name(e.code), e.msg);
}

/* --- Reading the recordings --- */

struct column {
    str node, metric, statistic;
};
struct table {
    struct column *columns;
    size_t column_count, row_count;
    double *time, *values; /* values[column * row_count + row]; NaN = missing */
};

static bool read_file(const char *path, struct arena *a, str *out)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    if (fstat(fileno(f), &st) != 0 || st.st_size > 64 << 20) die("cannot read", path);
    char *text = arena_new(a, (size_t)st.st_size + 1);
    size_t n = fread(text, 1, (size_t)st.st_size, f);
    (void)fclose(f);
    *out = (str){ text, n };
    return true;
}

static size_t count_of(str text, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) n += text.ptr[i] == c;
    return n;
}

static double number(str s)
{
    double v;
    return s.len && !str_to_f64(s, &v).code ? v : NAN;
}

static str *fields(str line, size_t *n, struct arena *a)
{
    *n = count_of(line, ',') + 1;
    str *out = ARENA_ARRAY(a, str, *n), part;
    size_t i = 0;
    line = str_trim(line);
    while (i < *n && str_next(&line, ',', &part)) out[i++] = part;
    while (i < *n) out[i++] = STR("");
    return out;
}

/* Three header lines (node, metric, statistic), one that names the index, then a row a window. */
static struct table read_table(const char *path, struct arena *a)
{
    str text, line;
    if (!read_file(path, a, &text)) die("cannot open", path);
    size_t lines = count_of(text, '\n') + 1, n = 0;
    str *head[3];
    for (int i = 0; i < 3; i++) {
        if (!str_next(&text, '\n', &line)) die("no header", path);
        head[i] = fields(line, &n, a);
    }
    struct table t = { .column_count = n - 1 };
    t.columns = ARENA_ARRAY(a, struct column, n);
    for (size_t c = 0; c + 1 < n; c++) t.columns[c] = (struct column){ head[0][c + 1], head[1][c + 1], head[2][c + 1] };
    t.time = ARENA_ARRAY(a, double, lines);
    str **rows = ARENA_ARRAY(a, str *, lines);
    while (str_next(&text, '\n', &line)) {
        size_t got;
        str *f = fields(line, &got, a);
        if (got != n || isnan(number(f[0]))) continue;
        t.time[t.row_count] = number(f[0]);
        rows[t.row_count++] = f;
    }
    t.values = ARENA_ARRAY(a, double, t.column_count * t.row_count + 1);
    for (size_t c = 0; c < t.column_count; c++)
        for (size_t r = 0; r < t.row_count; r++) t.values[c * t.row_count + r] = number(rows[r][c + 1]);
    return t;
}

static const double *series(const struct table *t, str node, str metric, str statistic)
{
    for (size_t c = 0; c < t->column_count; c++)
        if (str_eq(t->columns[c].node, node) && str_eq(t->columns[c].metric, metric) && str_eq(t->columns[c].statistic, statistic))
            return t->values + c * t->row_count;
    return NULL;
}

/* --- One case: normal rows, a window, a target --- */

struct rows_of {
    const struct table *table;
    size_t from, to;
};
struct question {
    struct rows_of normal, window;
    str target, metric;
    usec at;
    int64_t number;
    struct arena *a;
    struct cause_list causes;
    double seconds;
};

static double mean_of(const double *v, struct rows_of r)
{
    double sum = 0, n = 0;
    for (size_t i = r.from; v && i < r.to; i++)
        if (isfinite(v[i])) sum += v[i], n += 1;
    return n > 0 ? sum / n : 0;
}

struct trouble {
    struct deviation d;
    double score, excess;
};

/* Latency hurts when it rises, availability when it falls. Two percent of the usual latency, or a quarter of a percent of
 * the requests, are not worth telling apart. */
static bool trouble_of(const struct question *q, str node, struct trouble *out)
{
    bool latency = STR_IS(q->metric, "latency");
    const double *now = series(q->window.table, node, q->metric, STR("Average"));
    const double *was = series(q->normal.table, node, q->metric, STR("Average"));
    if (!now || !was) return false;
    size_t n = q->normal.to - q->normal.from;
    double *scratch = ARENA_ARRAY(q->a, double, n);
    struct deviation d;
    const double *window = now + q->window.from;
    size_t m = q->window.to - q->window.from;
    if (!deviation_of(was + q->normal.from, n, window, m, 1e-12, scratch, &d)) return false;
    if (!deviation_of(was + q->normal.from, n, window, m, latency ? 0.02 * d.middle + 1e-12 : 0.25, scratch, &d)) return false;
    double sign = latency ? 1.0 : -1.0;
    double requests = mean_of(series(q->window.table, node, STR("requests"), STR("Sum")), q->window);
    if (requests <= 0) requests = mean_of(series(q->normal.table, node, STR("requests"), STR("Sum")), q->normal);
    *out = (struct trouble){ .d = d, .score = sign * d.score, .excess = sign * d.shift * requests };
    return true;
}

static int64_t entry(struct tx *tx, const char *kind, str subject)
{
    return journal_add(tx, &(struct entry){ .kind = str_of(kind), .subject = subject, .actor = STR("bench"), .correlation = STR(""),
                                            .body = STR("{}") });
}

static void add_finding(struct tx *tx, const struct question *q, str incident, str node, const struct trouble *t)
{
    str id = str_fmt(q->a, STR_FMT "-" STR_FMT, STR_ARG(incident), STR_ARG(node));
    str summary = str_fmt(q->a, STR_FMT " of " STR_FMT " is off by %.1f spreads", STR_ARG(q->metric), STR_ARG(node), t->score);
    str evidence = str_fmt(q->a, "{\"excess\":%.9g}", t->excess > 0 ? t->excess : 0.0);
    int64_t seq = entry(tx, "finding", id);
    tx_exec(tx, SQL_FINDING_ADD, V(id), V(seq), V(q->at), V(q->metric), V(node), V(""), V(""), V("anomaly"), V("bench"), V(3), V(q->at),
            V(q->at), V(t->d.middle + t->d.shift), V(t->d.middle - 3 * t->d.spread), V(t->d.middle + 3 * t->d.spread), V(t->score),
            V(summary), V(evidence), V(incident), V(""));
}

/* The target's own finding first: it is what opened the incident. Elsewhere only what deviates is a finding. */
static err ask(struct tx *tx, void *ctx)
{
    struct question *q = ctx;
    const struct table *t = q->window.table;
    str incident = str_fmt(q->a, "inc-%lld", (long long)q->number);
    int64_t seq = entry(tx, "incident.opened", incident);
    tx_exec(tx, SQL_INCIDENT_ADD, V(incident), V(seq), V(incident), V(3), V(q->target), V("alarm"), V(q->at));
    struct trouble at;
    if (trouble_of(q, q->target, &at)) add_finding(tx, q, incident, q->target, &at);
    for (size_t c = 0; c < t->column_count; c++) {
        const struct column *col = &t->columns[c];
        if (!str_eq(col->metric, q->metric) || !STR_IS(col->statistic, "Average") || str_eq(col->node, q->target)) continue;
        if (trouble_of(q, col->node, &at) && at.score >= 3.0) add_finding(tx, q, incident, col->node, &at);
    }
    struct timespec from, to;
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    diagnose_incident(tx, incident, q->a, &q->causes);
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    q->seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    tx_exec(tx, SQL_INCIDENT_RESOLVE, V(incident), V(q->at), V("bench"));
    return tx_err(tx);
}

/* A row calls its columns: what is called feeds who calls. */
struct graph {
    str text;
    struct arena *a;
};

static err load_graph(struct tx *tx, void *ctx)
{
    struct graph *g = ctx;
    str text = g->text, line;
    size_t n = 0;
    if (!str_next(&text, '\n', &line)) return err_make(ERR_INPUT, "empty graph");
    str *names = fields(line, &n, g->a);
    while (str_next(&text, '\n', &line)) {
        size_t got;
        str *f = fields(line, &got, g->a);
        for (size_t c = 1; c < got && c < n; c++) {
            if (!(number(f[c]) > 0)) continue;
            int64_t seq = entry(tx, "lineage.seen", f[0]);
            tx_exec(tx, SQL_LINEAGE_ADD, V(str_fmt(g->a, "pipeline:" STR_FMT, STR_ARG(names[c]))),
                    V(str_fmt(g->a, "pipeline:" STR_FMT, STR_ARG(f[0]))), V(seq));
        }
    }
    return tx_err(tx);
}

/* --- The figures --- */

struct figures {
    double faults, top1, top3, quiet_splits, splits, quiet_windows, windows;
};
struct bench {
    str dir;
    struct store *store;
    struct table normal;
    struct arena a;
    struct figures of[2]; /* latency, availability */
    double seconds, questions;
    int64_t number;
};
static const str metrics[2] = { STR_INIT("latency"), STR_INIT("availability") };

static void put(struct bench *b, struct question *q)
{
    struct arena a = arena_init(64 << 20);
    q->a = &a;
    q->number = ++b->number;
    q->at = INT64_C(1700000000000000) + q->number * USEC_DAY;
    must(store_run_at(b->store, q->at, ask, q));
    b->seconds += q->seconds;
    b->questions += 1;
    /* Names point into the recordings; only the count and the pipelines are looked at after this. */
    for (size_t i = 0; i < q->causes.count; i++) q->causes.items[i].pipeline = str_dup(&b->a, q->causes.items[i].pipeline);
    arena_done(&a);
}

static void score_fault(struct bench *b, const char *split, const char *name)
{
    struct arena a = arena_init(64 << 20);
    str text;
    json *root;
    struct table t = read_table(str_fmt(&a, STR_FMT "/%s/%s/metrics.csv", STR_ARG(b->dir), split, name).ptr, &a);
    if (!read_file(str_fmt(&a, STR_FMT "/%s/%s/target.json", STR_ARG(b->dir), split, name).ptr, &a, &text)) die("no target", name);
    must(json_parse(text, &a, &root));
    json *target = json_get(root, "target");
    double alarm = json_get_f64(target, "timestamp", 0);
    str truth = json_get_str(json_get(root, "root_cause"), "node");
    struct question q = { .normal = { &b->normal, 0, b->normal.row_count }, .window = { &t, 0, t.row_count },
                          .target = json_get_str(target, "node"), .metric = json_get_str(target, "metric") };
    while (q.window.from < t.row_count && t.time[q.window.from] + sample_seconds <= alarm) q.window.from++;
    put(b, &q);
    struct figures *f = &b->of[STR_IS(q.metric, "availability")];
    f->faults += 1;
    size_t rank = 0;
    while (rank < q.causes.count && !str_eq(q.causes.items[rank].pipeline, truth)) rank++;
    f->top1 += rank == 0 && q.causes.count > 0;
    f->top3 += rank < TOP && rank < q.causes.count;
    if (rank == q.causes.count) (void)printf("# %s/%s: " STR_FMT " is not among the %zu causes\n", split, name, STR_ARG(truth), rank);
    else if (rank) (void)printf("# %s/%s: " STR_FMT " comes at %zu\n", split, name, STR_ARG(truth), rank + 1);
    arena_done(&a);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void score_faults(struct bench *b, const char *split)
{
    str path = str_fmt(&b->a, STR_FMT "/%s", STR_ARG(b->dir), split);
    char *names[256];
    size_t n = 0;
    DIR *d = opendir(path.ptr);
    if (!d) die("cannot open", path.ptr);
    for (struct dirent *e; (e = readdir(d)) && n < 256;)
        if (str_starts(str_of(e->d_name), STR("issue_"))) names[n++] = mem_dup_z(str_of(e->d_name));
    (void)closedir(d);
    qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++) {
        score_fault(b, split, names[i]);
        mem_free(names[i]);
    }
}

static bool quiet(struct bench *b, size_t metric, size_t split, size_t to)
{
    struct question q = { .normal = { &b->normal, 0, split }, .window = { &b->normal, split, to }, .target = STR("PetSite"),
                          .metric = metrics[metric] };
    put(b, &q);
    return q.causes.count == 0;
}

/* Split points from half of the rows in steps of a tenth; and, harder, every short window of the second half. */
static void score_normal(struct bench *b)
{
    size_t n = b->normal.row_count;
    for (size_t m = 0; m < 2; m++) {
        for (size_t tenths = 5; tenths < 10; tenths++) {
            b->of[m].quiet_splits += quiet(b, m, n * tenths / 10, n);
            b->of[m].splits += 1;
        }
        for (size_t at = n / 2; at + WINDOW <= n; at += WINDOW_STEP) {
            b->of[m].quiet_windows += quiet(b, m, at, at + WINDOW);
            b->of[m].windows += 1;
        }
    }
}

struct figure {
    const char *metric;
    double value, goal, peer;
    const char *unit;
    bool less_is_better;
};

static bool met(const struct figure *f)
{
    return f->less_is_better ? f->value <= f->goal : f->value >= f->goal;
}

static void write_json(const struct figure *f, size_t n)
{
    struct buf out = buf_init(1 << 16);
    struct jw w = jw_init(&out);
    jw_array(&w, NULL);
    for (size_t i = 0; i < n; i++) {
        jw_open(&w, NULL);
        jw_strz(&w, "task", "root cause in a call graph (PetShop low traffic)");
        jw_strz(&w, "metric", f[i].metric);
        jw_f64(&w, "value", f[i].value);
        jw_strz(&w, "unit", f[i].unit);
        jw_f64(&w, "goal", f[i].goal);
        jw_bool(&w, "met", met(&f[i]));
        jw_strz(&w, "peer", f[i].peer > 0 ? "published traversal (low and high traffic)" : NULL);
        jw_f64(&w, "peer_value", f[i].peer > 0 ? f[i].peer : NAN);
        jw_f64(&w, "ratio", f[i].peer > 0 ? f[i].value / f[i].peer : NAN);
        jw_close(&w);
    }
    jw_array_end(&w);
    (void)mkdir("bench", 0777);
    FILE *file = fopen("bench/petshop.json", "w");
    if (!file || fwrite(out.ptr, 1, out.len, file) != out.len || fclose(file) != 0) die("cannot write", "bench/petshop.json");
    buf_done(&out);
}

static bool report(const struct bench *b)
{
    const struct figures *l = &b->of[0], *v = &b->of[1];
    double faults = l->faults + v->faults;
    const struct figure figures[] = {
        { "top-1, all faults", (l->top1 + v->top1) / faults, 0.75, 0.654, "share", false },
        { "top-3, all faults", (l->top3 + v->top3) / faults, 0.90, 0.827, "share", false },
        { "top-1, latency", l->top1 / l->faults, 0.75, 0.571, "share", false },
        { "top-3, latency", l->top3 / l->faults, 0.90, 0.571, "share", false },
        { "top-1, availability", v->top1 / v->faults, 0.75, 0.833, "share", false },
        { "top-3, availability", v->top3 / v->faults, 0.90, 1.0, "share", false },
        { "specificity, splits, latency", l->quiet_splits / l->splits, 0.95, 0, "share", false },
        { "specificity, splits, availability", v->quiet_splits / v->splits, 0.95, 0, "share", false },
        { "specificity, short windows, latency", l->quiet_windows / l->windows, 0.95, 0, "share", false },
        { "specificity, short windows, availability", v->quiet_windows / v->windows, 0.95, 0, "share", false },
        { "time to diagnose", 1000 * b->seconds / b->questions, 1.0, 0, "ms", true },
    };
    enum { COUNT = sizeof figures / sizeof figures[0] };
    bool all = true;
    (void)printf("%-42s %8s %8s %8s\n", "PetShop, low traffic", "value", "goal", "peer");
    for (size_t i = 0; i < COUNT; i++) {
        const struct figure *f = &figures[i];
        all &= met(f) || f->less_is_better; /* time is reported, not checked: machines differ */
        char peer[32] = "";
        if (f->peer > 0) (void)snprintf(peer, sizeof peer, "%.3f", f->peer);
        (void)printf("%-42s %8.3f %8.3f %8s%s\n", f->metric, f->value, f->goal, peer, met(f) ? "" : "  missed");
    }
    (void)printf("%.0f faults, %.0f normal windows\n", faults, l->splits + v->splits + l->windows + v->windows);
    write_json(figures, COUNT);
    return all;
}

int main(int argc, char **argv)
{
    bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
    const char *given = argc > 1 + check ? argv[1 + check] : getenv("WEIR_DATA");
    struct bench b = { .a = arena_init(256 << 20) };
    b.dir = str_fmt(&b.a, "%s/rca_petshop/low_traffic", given ? given : WEIR_SOURCE_DIR "/../shared/data");
    struct stat st;
    if (stat(b.dir.ptr, &st) != 0) {
        (void)printf("skipped: no data\n");
        return EXIT_NO_DATA;
    }
    struct env env = env_os();
    must(store_open(&(struct store_opts){ .dir = STR_NONE }, &env, &b.store));
    struct graph g = { .a = &b.a };
    if (!read_file(str_fmt(&b.a, STR_FMT "/graph.csv", STR_ARG(b.dir)).ptr, &b.a, &g.text)) die("no", "graph.csv");
    must(store_run(b.store, load_graph, &g));
    b.normal = read_table(str_fmt(&b.a, STR_FMT "/noissue/metrics.csv", STR_ARG(b.dir)).ptr, &b.a);
    score_faults(&b, "train");
    score_faults(&b, "test");
    score_normal(&b);
    bool good = report(&b);
    store_close(b.store);
    arena_done(&b.a);
    return check && !good ? 1 : 0;
}
