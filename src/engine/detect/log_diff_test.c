#include "engine/detect/log_diff.h"

#include "engine/detect/log_say.h"
#include "test.h"

static struct log_diff diff(const char *pass, const char *fail, struct arena *a)
{
    struct log_diff d;
    CHECK_OK(log_diff(str_of(pass), str_of(fail), a, &d));
    return d;
}

/* The numbers of the lines found, as "2 3 5". */
static str found(const struct log_diff *d, struct arena *a)
{
    str s = STR("");
    for (size_t i = 0; i < d->count; i++) s = str_fmt(a, STR_FMT "%s%u", STR_ARG(s), i ? " " : "", d->lines[i].number);
    return s;
}

TEST(the_error_block_is_found_and_what_varies_anyway_is_not)
{
    struct arena a = arena_init(1 << 20);
    struct log_diff d =
        diff("2026-01-01 10:00:00 start job 17\nloaded 1000 rows in 3.2 s\nwrote /data/out.17.csv\ndone\n",
             "2026-01-02 10:00:01 start job 18\nloaded 1003 rows in 3.9 s\n"
             "Traceback (most recent call last):\n  File \"load.py\", line 12, in <module>\n    write(rows)\n"
             "OSError: [Errno 28] No space left on device: '/data/out.18.csv'\n"
             "job FAILED with exit code 1\n",
             &a);
    CHECK_STR(found(&d, &a), "3 4 5 6");
    CHECK(!d.guessed);
    CHECK_I64(d.fresh, 5);
    CHECK_I64(d.pass_lines, 4);
    CHECK(d.lines[0].begins && !d.lines[1].begins);
    CHECK(d.ranked_count > 0 && (d.ranked[0].number == 3 || d.ranked[0].number == 6));
    arena_done(&a);
}

TEST(quoted_source_belongs_to_the_error_above_it)
{
    struct arena a = arena_init(1 << 20);
    struct log_diff d = diff("compiling\n",
                             "compiling\nerror: mismatched types\n --> main.rs:4:18\n  |\n4 |  let x: i32 = y;\n  |    ^^^\n\n"
                             "cleaning up the workspace\n----------------------------------------\n",
                             &a);
    CHECK_STR(found(&d, &a), "2 3 4 5");
    arena_done(&a);
}

TEST(a_count_that_was_zero_is_news)
{
    struct arena a = arena_init(1 << 20);
    struct log_diff d = diff("Tests run: 12, Failures: 0\n", "Tests run: 12, Failures: 2\n", &a);
    CHECK_I64(d.fresh, 1);
    d = diff("Tests run: 12, Failures: 0\n", "Tests run: 14, Failures: 0\n", &a);
    CHECK_I64(d.fresh, 0);
    arena_done(&a);
}

TEST(nothing_new_is_nothing)
{
    struct arena a = arena_init(1 << 20);
    struct log_diff d = diff("a\nERROR b\n", "ERROR b\na\n", &a);
    CHECK_I64(d.count, 0);
    CHECK_I64(d.ranked_count, 0);
    d = diff("", "", &a);
    CHECK_I64(d.fail_lines, 0);
    d = diff("x\n", "", &a);
    CHECK_I64(d.count, 0);
    arena_done(&a);
}

TEST(without_a_word_of_trouble_the_new_lines_are_the_answer)
{
    struct arena a = arena_init(1 << 20);
    struct log_diff d = diff("one\ntwo\n", "one\nsomething else\ntwo\n", &a);
    CHECK(d.guessed);
    CHECK_STR(found(&d, &a), "2");
    arena_done(&a);
}

TEST(all_line_ends_count_and_rows_are_those_of_an_editor)
{
    struct arena a = arena_init(1 << 20);
    struct log_diff d = diff("", "10%\r20%\r30%\r\nok\r\nfatal: it broke\nlast words", &a);
    CHECK_I64(d.fail_lines, 6);
    CHECK_I64(d.lines[0].number, 5);
    CHECK_I64(d.lines[0].row, 3);
    CHECK_STR(d.lines[0].text, "fatal: it broke");
    CHECK_STR(d.lines[1].text, "last words");
    arena_done(&a);
}

TEST(an_arena_that_is_too_small_is_an_error)
{
    struct arena a = arena_init(256);
    struct log_diff d;
    CHECK_ERR(log_diff(STR("a\nb\nc\nd\ne\nf\ng\nh\n"), STR("error\n"), &a, &d), ERR_LIMIT);
    arena_done(&a);
}

TEST(what_a_line_says)
{
    static const struct {
        const char *line;
        enum log_level level;
        uint8_t trouble;
        bool outcome, step, blank;
    } cases[] = {
        { "", LOG_LEVEL_NONE, 0, false, false, true },
        { "[ERROR] ", LOG_LEVEL_ERROR, 2, true, false, true },
        { "[\033[1;31mERROR\033[m] No space left on device", LOG_LEVEL_ERROR, 2, false, false, false },
        { "[INFO] BUILD FAILURE", LOG_LEVEL_INFO, 2, false, false, false },
        { "2022-06-16T13:41:36.4Z ##[error]Process completed with exit code 1.", LOG_LEVEL_ERROR, 2, true, false,
          false },
        { "BUILD FAILED in 14s", LOG_LEVEL_NONE, 2, true, false, false },
        { "Tests run: 29, Failures: 0, Errors: 0, Skipped: 0", LOG_LEVEL_NONE, 0, false, false, false },
        { "compiled with 0 errors", LOG_LEVEL_NONE, 0, false, false, false },
        { "fatal: unsafe repository", LOG_LEVEL_ERROR, 3, false, false, false },
        { "NameError: name 'x' is not defined", LOG_LEVEL_NONE, 3, false, false, false },
        { "Downloading error-prone-1.2.jar", LOG_LEVEL_NONE, 0, false, false, false },
        { "git fetch # timeout=10", LOG_LEVEL_NONE, 0, false, false, false },
        { "> Task :app:test FAILED", LOG_LEVEL_NONE, 2, false, true, false },
        { "make: python: command not found", LOG_LEVEL_NONE, 1, false, false, false },
        { "npm WARN deprecated x", LOG_LEVEL_WARNING, 0, false, false, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct log_say s = log_say_read(str_of(cases[i].line));
        if (s.level != cases[i].level || s.trouble != cases[i].trouble || s.outcome != cases[i].outcome ||
            s.step != cases[i].step || s.blank != cases[i].blank)
            test_failed(__FILE__, __LINE__, "%s: level %d trouble %d outcome %d step %d blank %d", cases[i].line,
                        s.level, s.trouble, s.outcome, s.step, s.blank);
    }
    CHECK(log_say_read(STR("\tat org.x.Y.run(Y.java:12)")).frame);
    CHECK(log_say_read(STR("2022-06-16T13:41:36.4Z     java.lang.X at Y.java:61")).indented);
    CHECK(!log_say_read(STR("2022-06-16T13:41:36.4Z java.lang.X")).indented);
}
