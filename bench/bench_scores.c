/* The detector's scores, row by row, for bench/judgement: one default configuration, samples in recorded time.
 *
 *   bench_scores FILE...            for each file a line "# FILE", then a line "score alarm" a row, in the order of the
 * file: detect_score() after the row, and 1 where an episode of the learned parts starts bench_scores --counter FILE...
 * the same for counters bench_scores --speed FILE...    rows a second (processor time, all files fed again and again
 * for a second), bytes a series
 *
 * FILE is CSV with a header and `time,value`: time is YYYY-MM-DD HH:MM:SS or seconds since 1970; no value is a row
 * without a sample. */
#include "base/buf.h"
#include "base/time.h"
#include "engine/detect/detect.h"

enum { TEXT_MAX = 16 << 20, ROWS_MAX = 400000 };

struct rows {
    size_t count;
    usec *time;
    double *value;
};

static void die(const char *what, const char *name)
{
    (void)fprintf(stderr, "bench_scores: %s: %s\n", what, name);
    exit(3);
}

static void must(err e)
{
    if (e.code) die(err_name(e.code), e.msg);
}

static usec stamp(str s)
{
    usec t = 0;
    double seconds;
    if (!str_to_f64(s, &seconds).code) return (usec)(seconds * (double)USEC_SECOND);
    must(time_parse(str_cut(s, 0, 19), &t));
    return t;
}

static struct rows read_rows(const char *path, struct arena *a)
{
    FILE *f = fopen(path, "rb");
    if (!f) die("cannot open", path);
    char *text = arena_new(a, TEXT_MAX);
    str csv = { text, fread(text, 1, TEXT_MAX, f) }, line, when, value;
    (void)fclose(f);
    if (csv.len == 0 || csv.len == TEXT_MAX) die("empty or too long", path);
    struct rows r = { 0, ARENA_ARRAY(a, usec, ROWS_MAX), ARENA_ARRAY(a, double, ROWS_MAX) };
    (void)str_next(&csv, '\n', &line); /* the header */
    while (str_next(&csv, '\n', &line) && line.len) {
        if (r.count == ROWS_MAX) die("too many rows", path);
        if (!str_next(&line, ',', &when)) die("no time in", path);
        (void)str_next(&line, ',', &value);
        value = str_trim(value);
        r.value[r.count] = 0.0 / 0.0;
        if (value.len) must(str_to_f64(value, &r.value[r.count]));
        r.time[r.count++] = stamp(str_trim(when));
    }
    return r;
}

/* Of what the samples say; that some were missing is a fact about the recording, told or not. */
static bool alarm_began(const struct detect_alarm *out, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (!out[k].over && out[k].part != DETECT_MISSING) return true;
    return false;
}

static void print_scores(const char *path, struct detect_config config)
{
    struct arena a = arena_init(2 * TEXT_MAX);
    struct rows r = read_rows(path, &a);
    static struct detect_series s;
    struct detect_alarm out[DETECT_ALARMS_MAX];
    detect_init(&s, &config);
    (void)printf("# %s\n", path);
    for (size_t i = 0; i < r.count; i++) {
        bool began = alarm_began(out, detect_sample(&s, r.time[i], r.value[i], out));
        (void)printf("%.6f %d\n", detect_score(&s), began);
    }
    arena_done(&a);
}

static double now_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double feed(const struct rows *r, struct detect_config config, size_t *alarms)
{
    static struct detect_series s;
    struct detect_alarm out[DETECT_ALARMS_MAX];
    detect_init(&s, &config);
    double start = now_seconds();
    for (size_t i = 0; i < r->count; i++) *alarms += detect_sample(&s, r->time[i], r->value[i], out);
    return now_seconds() - start;
}

static void print_speed(int n, char **paths)
{
    struct arena *arenas = mem_new((size_t)n * sizeof *arenas);
    struct rows *files = mem_new((size_t)n * sizeof *files);
    double seconds = 0, rows = 0;
    size_t alarms = 0;
    for (int i = 0; i < n; i++) {
        arenas[i] = arena_init(2 * TEXT_MAX);
        files[i] = read_rows(paths[i], &arenas[i]);
    }
    while (seconds < 1)
        for (int i = 0; i < n; i++) {
            seconds += feed(&files[i], detect_config_default(), &alarms);
            rows += (double)files[i].count;
        }
    (void)printf("%.0f %zu\n", rows / seconds, sizeof(struct detect_series));
    (void)fprintf(stderr, "%zu starts and ends\n", alarms);
    for (int i = 0; i < n; i++) arena_done(&arenas[i]);
    mem_free(files);
    mem_free(arenas);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--speed") == 0) {
        print_speed(argc - 2, argv + 2);
        return 0;
    }
    struct detect_config config = detect_config_default();
    config.counter = argc > 1 && strcmp(argv[1], "--counter") == 0;
    for (int i = 1 + config.counter; i < argc; i++) print_scores(argv[i], config);
    return argc > 1 ? 0 : 2;
}
