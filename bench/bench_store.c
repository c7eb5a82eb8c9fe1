/* How many journal entries a second the store commits, with hashes, and with the row of a table beside each.
 *
 *   bench_store [SECONDS]     default 3 for each line
 *
 * One thread submits as fast as the queue takes it; the writer commits at most 1000 pieces of work a group, with fsync
 * as the disk has it and padded to 4 ms. One piece of work is one entry with a body of 250 bytes; "finding" adds the
 * row of a finding (20 columns, three indexes). Writes bench/store.json in the working folder. */
#include <ftw.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "sim/vfs_fault.h"
#include "store/journal.h"

enum { PAD_US = 4000, GOAL = 20000 };

struct bench {
    struct env env;
    struct vfs_fault *disk;
    struct store *s;
    bool table;
    atomic_llong done, failed;
};

static void die(const char *what, err e)
{
    (void)fprintf(stderr, "bench_store: %s: %s\n", what, e.msg);
    exit(3);
}

static const char body[] =
    "{\"series\":\"orders.load.duration_ms\",\"pipeline\":\"orders\",\"step\":\"load\",\"run\":\"run-000000\","
    "\"kind\":\"anomaly\",\"detector\":\"level\",\"severity\":\"HIGH\",\"start\":1767225600000000,"
    "\"end\":1767225660000000,\"value\":812.5,\"low\":100.0,\"high\":240.0,\"score\":7.25}";

static err add_entry(struct tx *tx, void *ctx)
{
    struct bench *b = ctx;
    int64_t seq = journal_add(tx, &(struct entry){ .kind = STR("finding"),
                                                   .subject = STR("9f8e7d6c5b4a39281706f5e4d3c2b1a0"),
                                                   .actor = STR("engine"),
                                                   .body = { body, sizeof body - 1 } });
    if (!b->table) return OK;
    struct arena *a = tx_arena(tx);
    struct sha256 h = sha256_of((str){ (const char *)&seq, sizeof seq });
    tx_exec(tx, SQL_FINDING_ADD, V(hex_text((str){ (const char *)h.b, 16 }, a)), V(seq), V(tx_time(tx)),
            V("orders.load.duration_ms"), V("orders"), V("load"), V("run-000000"), V("anomaly"), V("level"), V(3),
            V(tx_time(tx)), V(tx_time(tx)), V(812.5), V(100.0), V(240.0), V(7.25),
            V("duration 812 ms, expected 100 to 240"), V("{}"), V("inc-1"), V(""), V(0));
    return OK;
}

static void count(err result, void *ctx)
{
    struct bench *b = ctx;
    atomic_fetch_add(result.code ? &b->failed : &b->done, 1);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static double measure(struct bench *b, double seconds, int64_t pad_us, double *entries_a_commit)
{
    char dir[] = "weir-bench-XXXXXX"; /* on the disk of the working folder: /tmp may be memory */
    if (!mkdtemp(dir)) die("make a folder", err_errno("%s", dir));
    vfs_fault_pad_sync(b->disk, pad_us);
    atomic_store(&b->done, 0);
    err e = store_open(&(struct store_opts){ .dir = str_of(dir) }, &b->env, &b->s);
    if (e.code) die("open", e);
    usec began = b->env.now(&b->env), end = began + (usec)(seconds * (double)USEC_SECOND);
    while (b->env.now(&b->env) < end) {
        e = store_submit(b->s, add_entry, count, b);
        if (e.code == ERR_FULL) (void)usleep(500);
        if (e.code && e.code != ERR_FULL) die("submit", e);
    }
    double took = (double)(b->env.now(&b->env) - began) / (double)USEC_SECOND;
    double done = (double)atomic_load(&b->done), commits = (double)store_stats(b->s).commits;
    store_close(b->s);
    (void)nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    *entries_a_commit = commits > 0 ? done / commits : 0;
    return done / took;
}

static void row(struct jw *w, const char *metric, double value)
{
    jw_open(w, NULL);
    jw_strz(w, "task", "store");
    jw_strz(w, "metric", metric);
    jw_f64(w, "value", value);
    jw_strz(w, "unit", "entries/s");
    jw_f64(w, "goal", GOAL);
    jw_bool(w, "met", value >= GOAL);
    jw_close(w);
}

static void save(str text)
{
    (void)mkdir("bench", 0755);
    FILE *f = fopen("bench/store.json", "w");
    if (!f) return;
    (void)fwrite(text.ptr, 1, text.len, f);
    (void)fclose(f);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        bool table;
        int64_t pad_us;
    } lines[] = {
        { "entries, fsync as it is", false, 0 },
        { "entries, fsync 4 ms", false, PAD_US },
        { "entries with their finding, fsync as it is", true, 0 },
        { "entries with their finding, fsync 4 ms", true, PAD_US },
    };
    double seconds = 3;
    if (argc > 1 && (str_to_f64(str_of(argv[1]), &seconds).code || seconds <= 0 || seconds > 3600)) return 2;
    struct bench b = { .env = env_os(), .disk = vfs_fault_new("bench") };
    b.env.sqlite_vfs = "bench";
    struct buf out = buf_init(1 << 16);
    struct jw w = jw_init(&out);
    jw_array(&w, NULL);
    (void)printf("%-46s %12s %14s\n", "", "entries/s", "a commit");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        double a_commit, rate;
        b.table = lines[i].table;
        rate = measure(&b, seconds, lines[i].pad_us, &a_commit);
        (void)printf("%-46s %12.0f %14.0f\n", lines[i].name, rate, a_commit);
        row(&w, lines[i].name, rate);
    }
    jw_array_end(&w);
    save(buf_view(&out));
    buf_done(&out);
    vfs_fault_free(b.disk);
    return atomic_load(&b.failed) ? 3 : 0;
}
