/* Real recordings with labelled failures (Numenta Anomaly Benchmark), one default configuration for all files, samples in
 * recorded time, nothing known beforehand. An alarm's episode is one incident; a window is found when an incident opens
 * inside it; every incident that opens elsewhere, also while the detector is young, is a false one. */
#include <stdlib.h>

#include "base/json.h"
#include "engine/detect/detect.h"
#include "test.h"

enum { WINDOWS_MAX = 16, TEXT_MAX = 4 << 20 };

struct window {
    usec from, to;
    bool found;
};

struct tally {
    int files, windows, found, outside;
};

static str read_all(str path, struct arena *a)
{
    FILE *f = fopen(str_z(a, path), "rb");
    CHECK(f != NULL);
    char *text = arena_new(a, TEXT_MAX);
    size_t n = fread(text, 1, TEXT_MAX, f);
    (void)fclose(f);
    CHECK(n > 0 && n < TEXT_MAX);
    return (str){ text, n };
}

static usec stamp(str s)
{
    usec t = 0;
    CHECK_OK(time_parse(str_cut(s, 0, 19), &t));
    return t;
}

static size_t read_windows(json *list, struct window *out)
{
    size_t n = yyjson_arr_size(list);
    CHECK(n <= WINDOWS_MAX);
    for (size_t i = 0; i < n; i++) {
        json *pair = yyjson_arr_get(list, i);
        out[i] = (struct window){ stamp(json_str(yyjson_arr_get(pair, 0), STR_NONE)), stamp(json_str(yyjson_arr_get(pair, 1), STR_NONE)), false };
    }
    return n;
}

static bool find_window(struct window *w, size_t n, usec t)
{
    for (size_t i = 0; i < n; i++)
        if (t >= w[i].from && t <= w[i].to) return w[i].found = true;
    return false;
}

static int feed(str csv, struct window *w, size_t n)
{
    static struct detect_series s;
    struct detect_config config = detect_config_default();
    detect_init(&s, &config);
    int outside = 0;
    str line;
    CHECK(str_next(&csv, '\n', &line)); /* the header */
    while (str_next(&csv, '\n', &line) && line.len) {
        str when, value;
        double v = 0;
        CHECK(str_next(&line, ',', &when) && str_next(&line, ',', &value));
        CHECK_OK(str_to_f64(str_trim(value), &v));
        struct detect_alarm out[DETECT_ALARMS_MAX];
        usec t = stamp(when);
        if (detect_sample(&s, t, v, out) && !out[0].over) outside += !find_window(w, n, t);
    }
    return outside;
}

static void score_file(str root, str name, json *list, struct tally *tally)
{
    struct arena a = arena_init(2 * TEXT_MAX);
    struct window w[WINDOWS_MAX];
    size_t n = read_windows(list, w);
    str csv = read_all(str_fmt(&a, STR_FMT "/data/" STR_FMT, STR_ARG(root), STR_ARG(name)), &a);
    tally->outside += feed(csv, w, n);
    tally->files++;
    tally->windows += (int)n;
    for (size_t i = 0; i < n; i++) tally->found += w[i].found;
    arena_done(&a);
}

static void print_tally(const char *name, const struct tally *t)
{
    (void)printf("# %s: %d of %d windows found (%.1f %%), %d incidents outside in %d files (%.2f a file)\n", name, t->found, t->windows,
                 100.0 * t->found / t->windows, t->outside, t->files, (double)t->outside / t->files);
}

TEST(labelled_failures_of_real_recordings_are_found)
{
    str found = test_data("nab");
    if (!found.len) SKIP("no data");
    struct arena a = arena_init(TEXT_MAX * 4);
    str root = str_dup(&a, found);
    json *labels = NULL;
    CHECK_OK(json_parse(read_all(str_fmt(&a, STR_FMT "/labels/combined_windows.json", STR_ARG(root)), &a), &a, &labels));
    struct tally half[2] = { 0 };
    size_t i, max;
    json *key, *list;
    yyjson_obj_foreach(labels, i, max, key, list) score_file(root, json_str(key, STR_NONE), list, &half[i % 2]);
    struct tally all = { half[0].files + half[1].files, half[0].windows + half[1].windows, half[0].found + half[1].found,
                         half[0].outside + half[1].outside };
    print_tally("first half of the files", &half[0]);
    print_tally("second half", &half[1]);
    print_tally("all", &all);
    CHECK(all.found * 10 >= all.windows * 7);
    CHECK(all.outside * 10 <= all.files * 8);
    arena_done(&a);
}
