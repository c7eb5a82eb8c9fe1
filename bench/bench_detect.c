/* The detector on its own: real recordings with labelled failures (Numenta Anomaly Benchmark), one default
 * configuration for all files, samples in recorded time, nothing known beforehand; then samples a second on one core,
 * bytes a series, and what the codec of stored samples makes of the same recordings.
 *
 * An alarm's episode is one incident. A window is found when an incident opens inside it; every incident that opens
 * elsewhere is a false one, also while the detector is young.
 *
 *   bench_detect [--check] [DATA]      DATA: folder that holds nab; default $WEIR_DATA, ../shared/data
 *
 * --check exits 1 when a goal of accuracy is missed, and leaves the timing out; 77 when there is no data. Writes
 * bench/detect.json in the working folder. */
#include <math.h>
#include <sys/stat.h>

#include "base/json.h"
#include "engine/chunk/chunk.h"
#include "engine/detect/detect.h"

enum { WINDOWS_MAX = 16, TEXT_MAX = 4 << 20, ROWS_MAX = 40000, EXIT_NO_DATA = 77, SERIES = 2000, ROUNDS = 500 };

static void die(const char *what, const char *name)
{
    (void)fprintf(stderr, "bench_detect: %s: %s\n", what, name);
    exit(3);
}

static void must(err e)
{
    if (e.code) die(err_name(e.code), e.msg);
}

static double now_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* --- The recordings --- */

struct window {
    usec from, to;
    bool found;
};

struct recording {
    struct window windows[WINDOWS_MAX];
    size_t window_count, rows;
    usec *time;
    double *value;
};

struct tally {
    int files, windows, found, outside, gaps;
    size_t rows, chunk_bytes;
};

static str read_all(str path, struct arena *a)
{
    FILE *f = fopen(path.ptr, "rb");
    if (!f) die("cannot open", path.ptr);
    char *text = arena_new(a, TEXT_MAX);
    size_t n = fread(text, 1, TEXT_MAX, f);
    (void)fclose(f);
    if (n == 0 || n == TEXT_MAX) die("empty or too long", path.ptr);
    return (str){ text, n };
}

static usec stamp(str s)
{
    usec t = 0;
    must(time_parse(str_cut(s, 0, 19), &t));
    return t;
}

static void read_windows(json *list, struct recording *r)
{
    r->window_count = yyjson_arr_size(list);
    if (r->window_count > WINDOWS_MAX) die("labels", "too many windows");
    for (size_t i = 0; i < r->window_count; i++) {
        json *pair = yyjson_arr_get(list, i);
        r->windows[i].from = stamp(json_str(yyjson_arr_get(pair, 0), STR_NONE));
        r->windows[i].to = stamp(json_str(yyjson_arr_get(pair, 1), STR_NONE));
    }
}

static void read_rows(str csv, struct recording *r, struct arena *a)
{
    str line, when, value;
    r->time = ARENA_ARRAY(a, usec, ROWS_MAX);
    r->value = ARENA_ARRAY(a, double, ROWS_MAX);
    (void)str_next(&csv, '\n', &line); /* the header */
    while (r->rows < ROWS_MAX && str_next(&csv, '\n', &line) && line.len) {
        if (!str_next(&line, ',', &when) || !str_next(&line, ',', &value)) die("no time and value in", line.ptr);
        must(str_to_f64(str_trim(value), &r->value[r->rows]));
        r->time[r->rows++] = stamp(when);
    }
}

/* --- Accuracy --- */

static bool find_window(struct recording *r, usec t)
{
    for (size_t i = 0; i < r->window_count; i++)
        if (t >= r->windows[i].from && t <= r->windows[i].to) return r->windows[i].found = true;
    return false;
}

static void judge(struct recording *r, struct tally *tally)
{
    static struct detect_series s;
    struct detect_config config = detect_config_default();
    struct detect_alarm out[DETECT_ALARMS_MAX];
    detect_init(&s, &config);
    for (size_t i = 0; i < r->rows; i++) {
        size_t n = detect_sample(&s, r->time[i], r->value[i], out);
        for (size_t k = 0; k < n; k++) {
            if (out[k].over) continue;
            if (out[k].part == DETECT_MISSING) tally->gaps++; /* a fact about the file; windows are about values */
            else tally->outside += !find_window(r, r->time[i]);
        }
    }
    tally->files++;
    tally->windows += (int)r->window_count;
    for (size_t i = 0; i < r->window_count; i++) tally->found += r->windows[i].found;
}

static void pack(const struct recording *r, struct tally *tally)
{
    enum { CHUNK = 4096 };
    static uint8_t bytes[CHUNK];
    struct chunk_writer w;
    chunk_writer_init(&w, bytes, CHUNK);
    for (size_t i = 0; i < r->rows; i++) {
        if (chunk_append(&w, r->time[i], r->value[i])) continue;
        tally->chunk_bytes += chunk_bytes(&w).len;
        chunk_writer_init(&w, bytes, CHUNK);
        (void)chunk_append(&w, r->time[i], r->value[i]);
    }
    tally->chunk_bytes += chunk_bytes(&w).len;
    tally->rows += r->rows;
}

static void score_file(const char *root, str name, json *list, struct tally *tally)
{
    struct arena a = arena_init(2 * TEXT_MAX);
    struct recording r = { 0 };
    read_windows(list, &r);
    read_rows(read_all(str_fmt(&a, "%s/data/" STR_FMT, root, STR_ARG(name)), &a), &r, &a);
    judge(&r, tally);
    pack(&r, tally);
    arena_done(&a);
}

/* Every other file goes to the other half: what one half shows, the other must bear out. */
static void score_all(const char *root, struct tally half[2])
{
    struct arena a = arena_init(2 * TEXT_MAX);
    json *labels = NULL, *key, *list;
    must(json_parse(read_all(str_fmt(&a, "%s/labels/combined_windows.json", root), &a), &a, &labels));
    size_t i, max;
    json_obj_foreach(labels, i, max, key, list) score_file(root, json_str(key, STR_NONE), list, &half[i % 2]);
    arena_done(&a);
}

/* --- Speed --- */

static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

/* Samples a second, series after series as a scrape brings them, so that each comes from cold memory. */
static double speed(size_t series_count, size_t rounds)
{
    struct detect_series *s = mem_new(series_count * sizeof *s);
    struct detect_config config = detect_config_default();
    struct detect_alarm out[DETECT_ALARMS_MAX];
    uint64_t seed = 88172645463325252u;
    size_t alarms = 0;
    for (size_t i = 0; i < series_count; i++) detect_init(&s[i], &config);
    double start = now_seconds();
    for (size_t k = 0; k < rounds; k++)
        for (size_t i = 0; i < series_count; i++)
            alarms += detect_sample(&s[i], (usec)(k + 1) * 5 * USEC_MINUTE,
                                    100 + (double)(next_random(&seed) % 1000) / 100, out);
    double seconds = now_seconds() - start;
    mem_free(s);
    if (alarms > series_count * rounds / 1000) die("speed", "noise raises too many alarms to be a fair load");
    return (double)(series_count * rounds) / seconds;
}

/* --- Report --- */

struct figure {
    const char *metric;
    double value, goal;
    const char *unit;
    bool less_is_better, checked;
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
        jw_strz(&w, "task", "detection (NAB, one default configuration)");
        jw_strz(&w, "metric", f[i].metric);
        jw_f64(&w, "value", f[i].value);
        jw_strz(&w, "unit", f[i].unit);
        jw_f64(&w, "goal", f[i].goal);
        jw_bool(&w, "met", met(&f[i]));
        jw_null(&w, "peer");
        jw_null(&w, "peer_value");
        jw_null(&w, "ratio");
        jw_close(&w);
    }
    jw_array_end(&w);
    (void)mkdir("bench", 0777);
    FILE *file = fopen("bench/detect.json", "w");
    if (!file || fwrite(out.ptr, 1, out.len, file) != out.len || fclose(file) != 0)
        die("cannot write", "bench/detect.json");
    buf_done(&out);
}

static double share(int part, int of)
{
    return of ? (double)part / of : 0;
}

static bool report(const struct tally half[2], bool check)
{
    const struct tally *x = &half[0], *y = &half[1];
    const struct figure figures[] = {
        { "labelled windows found", share(x->found + y->found, x->windows + y->windows), 0.70, "share", false, true },
        { "incidents outside, a file", share(x->outside + y->outside, x->files + y->files), 0.70, "incidents", true,
          true },
        { "found, first half of the files", share(x->found, x->windows), 0.60, "share", false, true },
        { "outside, first half", share(x->outside, x->files), 0.8, "incidents", true, true },
        { "found, second half", share(y->found, y->windows), 0.60, "share", false, true },
        { "outside, second half", share(y->outside, y->files), 0.8, "incidents", true, true },
        { "bytes a series", sizeof(struct detect_series), 65536, "bytes", true, true },
        { "stored bytes a sample", (double)(x->chunk_bytes + y->chunk_bytes) / (double)(x->rows + y->rows), 16, "bytes",
          true, true },
        { "one series, samples a second", check ? NAN : speed(1, SERIES * ROUNDS), 1e6, "1/s", false, false },
        { "2,000 series, samples a second", check ? NAN : speed(SERIES, ROUNDS), 1e6, "1/s", false, false },
    };
    enum { COUNT = sizeof figures / sizeof figures[0], TIMED = 2 };
    bool all = true;
    size_t shown = check ? COUNT - TIMED : COUNT;
    (void)printf("%-36s %12s %12s\n", "NAB, one configuration", "value", "goal");
    for (size_t i = 0; i < shown; i++) {
        const struct figure *f = &figures[i];
        all &= met(f) || !f->checked;
        (void)printf("%-36s %12.4g %12.4g%s\n", f->metric, f->value, f->goal, met(f) ? "" : "  missed");
    }
    (void)printf("%d of %d windows, %d incidents outside in %d files; %d times samples were missing\n",
                 x->found + y->found, x->windows + y->windows, x->outside + y->outside, x->files + y->files,
                 x->gaps + y->gaps);
    write_json(figures, shown);
    return all;
}

int main(int argc, char **argv)
{
    bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
    const char *env = getenv("WEIR_DATA"), *data = env ? env : WEIR_SOURCE_DIR "/../shared/data";
    if (argc > 1 + check) data = argv[1 + check];
    char root[4096];
    struct stat st;
    (void)snprintf(root, sizeof root, "%s/nab", data);
    if (stat(root, &st) != 0) {
        (void)printf("skipped: no data\n");
        return EXIT_NO_DATA;
    }
    struct tally half[2] = { 0 };
    score_all(root, half);
    return report(half, check) || !check ? 0 : 1;
}
