#include "edge/cli/diagnose.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "test.h"

static const struct command *const table[] = { &command_diagnose, NULL };

/* Run a command line; both outputs go to `text`. */
static int run(char *text, size_t cap, const char *const *words)
{
    char *argv[16] = { (char *)(uintptr_t)"weir" };
    int argc = 1;
    for (; words[argc - 1]; argc++) argv[argc] = (char *)(uintptr_t)words[argc - 1];
    struct env env = env_os();
    FILE *f = tmpfile();
    CHECK(f);
    (void)fflush(NULL);
    int out = dup(1), error = dup(2);
    (void)dup2(fileno(f), 1);
    (void)dup2(fileno(f), 2);
    int rc = cli_main(argc, argv, table, &env);
    (void)fflush(NULL);
    (void)dup2(out, 1);
    (void)dup2(error, 2);
    (void)close(out);
    (void)close(error);
    ssize_t n = pread(fileno(f), text, cap - 1, 0);
    text[n > 0 ? n : 0] = 0;
    (void)fclose(f);
    return rc;
}

#define RUN(text, ...) run((text), sizeof(text), (const char *const[]){ "diagnose", __VA_ARGS__, NULL })

/* Two services and a machine; `slow` rows at the end in which the processor of one is at its limit, and both are slow.
 */
static const char *recording(struct arena *a, int slow)
{
    const char *path = str_fmt(a, STR_FMT "/metrics.csv", STR_ARG(test_dir())).ptr;
    FILE *f = fopen(path, "w");
    CHECK(f);
    (void)fputs("time,front.latency,cart.latency,cart.cpu,table.cpu\n", f);
    for (int i = 0; i < 90; i++) {
        double w = (i * 37 % 11) / 100.0, bad = i >= 90 - slow;
        (void)fprintf(f, "2026-01-01 00:%02d:%02d,%.4f,%.4f,%.4f,%.4f\n", i / 60, i % 60, 0.2 * (1 + w + 9 * bad),
                      0.1 * (1 + w + 19 * bad), 0.2 * (1 + w) + 0.7 * bad, 0.3 * (1 + w));
    }
    (void)fclose(f);
    return path;
}

static bool has(const char *text, const char *words)
{
    return strstr(text, words) != NULL;
}

static bool fits(const char *text)
{
    for (size_t column = 0; *text; text++) {
        column = *text == '\n' ? 0 : column + ((*text & 0xC0) != 0x80);
        if (column > 80) return false;
    }
    return true;
}

TEST(a_cause_is_named_in_words_and_in_json)
{
    struct arena a = arena_init(1 << 20);
    static char text[1 << 16];
    const char *path = recording(&a, 20);
    CHECK_I64(RUN(text, path), EXIT_FOUND);
    CHECK(has(text, "cart: a resource of its own is off") && has(text, "cpu of cart is 0.91") && fits(text));
    CHECK_I64(RUN(text, path, "--json", "--top", "1"), EXIT_FOUND);
    json *root;
    CHECK_OK(json_parse(str_of(text), &a, &root));
    CHECK_I64(yyjson_arr_size(json_get(root, "causes")), 1);
    json *first = yyjson_arr_get_first(json_get(root, "suspects"));
    CHECK_STR(json_get_str(first, "service"), "cart");
    CHECK_STR(json_get_str(first, "metric"), "cpu");
    CHECK_STR(json_get_str(first, "onset"), "2026-01-01T00:01:10.000000Z");
    arena_done(&a);
}

TEST(without_evidence_it_says_unknown)
{
    struct arena a = arena_init(1 << 20);
    static char text[1 << 16];
    const char *path = recording(&a, 0);
    CHECK_I64(RUN(text, path, "--at", "2026-01-01 00:01:10"), EXIT_FINE);
    CHECK(has(text, "unknown: the evidence names none"));
    CHECK_I64(RUN(text, path, "--at", "2026-01-01 00:01:10", "--json"), EXIT_FINE);
    CHECK(has(text, "\"causes\":[]"));
    arena_done(&a);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    CHECK(f);
    (void)fputs(text, f);
    (void)fclose(f);
}

TEST(the_output_of_a_good_run_shows_what_is_new)
{
    struct arena a = arena_init(1 << 20);
    static char text[1 << 16];
    str dir = test_dir();
    write_file(str_fmt(&a, STR_FMT "/pass.log", STR_ARG(dir)).ptr, "start\ndone in 3 s\n");
    write_file(str_fmt(&a, STR_FMT "/fail.log", STR_ARG(dir)).ptr,
               "start\n\x1b[31mE   KeyError: 'amount'\x1b[0m\ndone in 4 s\n");
    CHECK_I64(RUN(text, dir.ptr), EXIT_FOUND);
    CHECK(has(text, "New in the failed run") && has(text, "line 2: E   KeyError: 'amount'") && fits(text) &&
          !has(text, "\x1b[31m"));
    CHECK(!has(text, "done in"));
    CHECK_I64(RUN(text, dir.ptr, "--json"), EXIT_FOUND);
    CHECK(has(text, "\"log\":[{\"line\":2,"));
    arena_done(&a);
}

TEST(a_wrong_call_is_told)
{
    struct arena a = arena_init(1 << 20);
    static char text[1 << 16];
    const char *path = recording(&a, 20);
    CHECK_I64(RUN(text, path, path), EXIT_USAGE);
    CHECK_I64(RUN(text, path, "--top", "0"), EXIT_USAGE);
    CHECK_I64(RUN(text, path, "--at", "soon"), EXIT_USAGE);
    CHECK_I64(RUN(text, "/nowhere"), EXIT_FOUND);
    CHECK(has(text, "there is no file"));
    CHECK_I64(RUN(text, path, "--target", "nobody"), EXIT_FOUND);
    CHECK(has(text, "no series of nobody"));
    arena_done(&a);
}
