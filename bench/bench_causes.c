/* Causes of recorded cases, and what naming them costs.
 *
 *   bench_causes [--check] [DATA]   the faults and the normal operation of PetShop (Hardt et al. 2023, data CC BY 4.0),
 * every folder of DATA/rca_petshop; default $WEIR_DATA, ../shared/data bench_causes --time FOLDER...   milliseconds a
 * case, for folders that `weir diagnose` reads
 *
 * What `weir diagnose` does with a folder is done here in one process. --check exits 1 when a goal is missed; 77 when
 * there is no data. The figures with their peers are those of `make bench-judgement`. */
#include <dirent.h>
#include <sys/stat.h>

#include "base/json.h"
#include "edge/files.h"
#include "edge/recorded/recorded.h"

enum { EXIT_NO_DATA = 77, TOP = 3, WINDOW = 3, CASES_MAX = 4096, REPEATS = 5 };

static void must(err e)
{
    if (!e.code) return;
    (void)fprintf(stderr, "bench_causes: %s\n", e.msg);
    exit(3);
}

/* Processor time of all threads: a busy machine does not change it. */
static double seconds_now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* From the table in memory to causes: measuring every series, weighing, and diagnosing over an open store. */
struct asked {
    const struct recorded_facts *facts;
    struct arena *a;
    struct cause_list causes;
};
static err ask(struct tx *tx, void *ctx)
{
    struct asked *q = ctx;
    recorded_diagnose(tx, q->facts, q->a, &q->causes);
    return err_make(ERR_STOPPED, "rolled back"); /* the next case finds an empty store */
}

struct bench {
    struct store *store;
    double seconds, questions;
};

/* The services named, best first; strings point into the case. */
static size_t causes_of(struct bench *b, const struct recorded_case *c, struct arena *a, str *out)
{
    struct recorded_facts facts;
    double from = seconds_now();
    recorded_measure(c, a, &facts);
    struct asked q = { .facts = &facts, .a = a };
    err e = store_run_at(b->store, facts.at, ask, &q);
    b->seconds += seconds_now() - from;
    b->questions += 1;
    if (e.code != ERR_STOPPED) must(e);
    for (size_t i = 0; i < q.causes.count; i++) out[i] = q.causes.items[i].pipeline;
    return q.causes.count;
}

/* --- PetShop --- */

struct figures {
    double faults, top1, top3, quiet, splits, quiet_windows, windows;
};

static void score_fault(struct bench *b, str folder, struct figures *f)
{
    struct arena a = arena_init(256 << 20);
    struct recorded_case c;
    json *root;
    str text, found[CAUSES_MAX];
    must(recorded_load(&(struct recorded_paths){ .path = folder }, &a, &c));
    must(file_read(str_fmt(&a, STR_FMT "/target.json", STR_ARG(folder)), 1 << 20, &a, &text));
    must(json_parse(text, &a, &root));
    str truth = json_get_str(json_get(root, "root_cause"), "node");
    size_t n = causes_of(b, &c, &a, found), rank = 0;
    while (rank < n && !str_eq(found[rank], truth)) rank++;
    f->faults += 1;
    f->top1 += rank == 0 && n > 0;
    f->top3 += rank < TOP && rank < n;
    if (rank > 0 || n == 0)
        (void)printf("# " STR_FMT ": " STR_FMT " at %zu of %zu\n", STR_ARG(folder), STR_ARG(truth), rank + 1, n);
    arena_done(&a);
}

static bool is_quiet(struct bench *b, struct recorded_case c, size_t split, size_t to)
{
    struct arena a = arena_init(256 << 20);
    str found[CAUSES_MAX];
    c.normal.to = split;
    c.window = (struct recorded_rows){ c.normal.table, split, to };
    c.at = c.normal.table->time[to - 1];
    size_t n = causes_of(b, &c, &a, found);
    arena_done(&a);
    return n == 0;
}

/* Split points from half of the rows in steps of a tenth; and, harder, every short window of the second half. */
static void score_normal(struct bench *b, str scenario, str target, struct figures *f)
{
    static const str metrics[2] = { STR_INIT("latency"), STR_INIT("availability") };
    struct arena a = arena_init(256 << 20);
    struct recorded_case c;
    str path = str_fmt(&a, STR_FMT "/noissue", STR_ARG(scenario));
    must(recorded_load(&(struct recorded_paths){ .path = path, .target = target }, &a, &c));
    size_t n = c.window.table->row_count;
    c.normal = (struct recorded_rows){ c.window.table, 0, n };
    c.statistic = STR("Average");
    for (size_t m = 0; m < 2; m++) {
        c.metric = metrics[m];
        for (size_t tenths = 5; tenths < 10; tenths++, f->splits += 1) f->quiet += is_quiet(b, c, n * tenths / 10, n);
        for (size_t at = n / 2; at + WINDOW <= n; at += WINDOW, f->windows += 1)
            f->quiet_windows += is_quiet(b, c, at, at + WINDOW);
    }
    arena_done(&a);
}

/* Every folder in `path` that `wanted` holds, in the order of names. */
static size_t folders(str path, const char *wanted, struct arena *a, str out[CASES_MAX])
{
    size_t n = 0;
    DIR *d = opendir(path.ptr);
    for (struct dirent *e; d && (e = readdir(d)) && n < CASES_MAX;) {
        struct stat st;
        str at = str_fmt(a, STR_FMT "/%s", STR_ARG(path), e->d_name);
        if (e->d_name[0] == '.' || stat(str_fmt(a, STR_FMT "/%s", STR_ARG(at), wanted).ptr, &st) != 0) continue;
        size_t k = n++;
        for (; k > 0 && str_cmp(at, out[k - 1]) < 0; k--) out[k] = out[k - 1];
        out[k] = at;
    }
    if (d) (void)closedir(d);
    return n;
}

static void score_scenario(struct bench *b, str scenario, struct figures *f)
{
    struct arena a = arena_init(16 << 20);
    static str issues[CASES_MAX];
    static const char *const parts[] = { "train", "test" };
    for (size_t p = 0; p < 2; p++) {
        size_t n = folders(str_fmt(&a, STR_FMT "/%s", STR_ARG(scenario), parts[p]), "target.json", &a, issues);
        for (size_t i = 0; i < n; i++) score_fault(b, issues[i], f);
    }
    score_normal(b, scenario, STR("PetSite"), f);
    arena_done(&a);
}

static bool report(const char *what, double value, double goal, bool less)
{
    bool met = less ? value <= goal : value >= goal;
    (void)printf("%-42s %8.3f %8.3f%s\n", what, value, goal, met ? "" : "  missed");
    return met;
}

static bool petshop(struct bench *b, str data, bool *any)
{
    struct arena a = arena_init(16 << 20);
    static str scenarios[CASES_MAX];
    struct figures f = { 0 };
    size_t n = folders(str_fmt(&a, STR_FMT "/rca_petshop", STR_ARG(data)), "noissue", &a, scenarios);
    for (size_t i = 0; i < n; i++) score_scenario(b, scenarios[i], &f);
    arena_done(&a);
    *any = f.faults > 0;
    if (!*any) return true;
    (void)printf("PetShop, %.0f faults, %.0f normal windows           value     goal\n", f.faults,
                 f.splits + f.windows);
    bool good = report("top-1", f.top1 / f.faults, 0.75, false);
    good &= report("top-3", f.top3 / f.faults, 0.90, false);
    good &= report("specificity, splits", f.quiet / f.splits, 0.95, false);
    good &= report("specificity, short windows", f.quiet_windows / f.windows, 0.95, false);
    (void)report("milliseconds a case", b->seconds / b->questions * 1000, 1.0,
                 true); /* no verdict: a test's machine may be slow */
    return good;
}

/* --- Time --- */

static void time_folders(struct bench *b, int count, char *const *paths)
{
    for (int i = 0; i < count; i++) {
        struct arena a = arena_init(256 << 20);
        struct recorded_case c;
        str found[CAUSES_MAX];
        must(recorded_load(&(struct recorded_paths){ .path = str_of(paths[i]) }, &a, &c));
        for (int k = 0; k < REPEATS; k++) (void)causes_of(b, &c, &a, found);
        arena_done(&a);
    }
    (void)printf("%.4f\n", b->seconds / b->questions * 1000);
}

int main(int argc, char **argv)
{
    struct env env = env_os();
    struct bench b = { 0 };
    bool check = argc > 1 && strcmp(argv[1], "--check") == 0, any = true, good = true;
    must(store_open(&(struct store_opts){ .dir = STR_NONE }, &env, &b.store));
    if (argc > 2 && strcmp(argv[1], "--time") == 0) {
        time_folders(&b, argc - 2, argv + 2);
    } else {
        const char *given = argc > 1 + check ? argv[1 + check] : getenv("WEIR_DATA");
        good = petshop(&b, str_of(given ? given : WEIR_SOURCE_DIR "/../shared/data"), &any);
    }
    store_close(b.store);
    if (!any) (void)printf("skipped: no data\n");
    return !any ? EXIT_NO_DATA : check && !good ? 1 : 0;
}
