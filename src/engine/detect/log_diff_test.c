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
    struct log_diff d =
        diff("compiling\n",
             "compiling\nerror: mismatched types\n --> main.rs:4:18\n  |\n4 |  let x: i32 = y;\n  |    ^^^\n\n"
             "cleaning up the workspace\n----------------------------------------\n",
             &a);
    CHECK_STR(found(&d, &a), "2 3 4 5 6");
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
        { "[2026-02-04, 09:22:13 UTC] {task.py:1937} ERROR - it broke", LOG_LEVEL_ERROR, 2, false, false, false },
        { "26/02/04 09:22:21 INFO DAGScheduler: Job 1 failed", LOG_LEVEL_INFO, 2, false, false, false },
        { "09:22:06  Done. PASS=29 WARN=0 ERROR=1 SKIP=1", LOG_LEVEL_NONE, 2, true, false, false },
        { "test result: FAILED. 3 passed; 1 failed; 0 ignored", LOG_LEVEL_NONE, 2, true, false, false },
        { "1 failed to start: no memory", LOG_LEVEL_NONE, 2, true, false, false }, /* a price of counting */
        { "worker 3 failed to start: refused", LOG_LEVEL_NONE, 2, false, false, false },
        { "flake8.............Failed", LOG_LEVEL_NONE, 2, false, false, false },
        { "src/app.py:12:1: F401 'x' imported but unused", LOG_LEVEL_NONE, 1, false, false, false },
        { "/b/Legacy.cs(12,21): warning CS0618: 'x' is obsolete", LOG_LEVEL_WARNING, 0, false, false, false },
        { "main.go:31: listening on 10.0.0.1:8080", LOG_LEVEL_NONE, 0, false, false, false },
        { "  Stack Trace:", LOG_LEVEL_NONE, 0, false, false, false },
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
    CHECK(log_say_read(STR("/app/src/Mailer.php:31")).frame && !log_say_read(STR("http://localhost:8080")).frame);
    CHECK(log_say_read(STR("\t/go/src/db.go:45 +0x5b")).frame && !log_say_read(STR("10.0.0.1:8080")).frame);
    CHECK(log_say_read(STR("  12:7  error  unused")).under && !log_say_read(STR("  12:07:31  error  unused")).under);
    CHECK(log_say_read(STR("  1) sessions expire")).item && !log_say_read(STR("f(1) is")).item);
    CHECK(log_say_read(STR("     |   ^~~~")).pointer && !log_say_read(STR("     | ~~~")).pointer);
    CHECK(log_say_read(STR("=== FAILURES ===")).heading == '=' && log_say_read(STR("Failures:")).heading == ':');
    CHECK(log_say_read(STR("\u23af\u23af\u23af\u23af Failed Tests 1 \u23af\u23af\u23af\u23af")).heading != 0);
    CHECK(!log_say_read(STR("=== 1 failed, 3 passed ===")).heading && !log_say_read(STR("* What went wrong:")).heading);
}

TEST(under_a_heading_of_failures_all_that_is_new_belongs)
{
    struct arena a = arena_init(1 << 20);
    struct log_diff d =
        diff("10 examples, 0 failures\nbye\n",
             "\nFailures:\n\n  1) a title\n\nplain words\n\nmore of them\n\n11 examples, 1 failure\nbye\n", &a);
    CHECK_STR(found(&d, &a), "2 3 4 5 6 7 8");
    d = diff("bye\n", "Failed:\none\n\n\n\n\nfar away\nbye\n", &a); /* four blank lines end it */
    CHECK_STR(found(&d, &a), "1 2");
    arena_done(&a);
}

TEST(what_heads_a_stack_or_stands_between_belongs_and_what_follows_it_does_not)
{
    struct arena a = arena_init(1 << 20);
    struct log_diff d =
        diff("", "Driver stacktrace:\n\tat a.b.C(D.java:1)\n\tat a.b.E(F.java:2)\nArchiving artifacts\n", &a);
    CHECK_STR(found(&d, &a), "1 2 3");
    d = diff("known\n", "error: one\n   at x (y:1)\nIn function f\nerror: two\n", &a);
    CHECK_STR(found(&d, &a), "1 2 3 4"); /* a gap */
    d = diff("known\n", "error: one\n   at x (y:1)\nknown\nerror: two\n", &a);
    CHECK_STR(found(&d, &a), "1 2 4");
    d = diff("", "/b/App.tsx\n  12:7  error  unused\n  40:3  warning  Unexpected\n", &a);
    CHECK_STR(found(&d, &a), "1 2");
    arena_done(&a);
}

TEST(who_labels_its_lines_labels_all_of_them)
{
    struct arena a = arena_init(1 << 20);
    struct log_diff d = diff("", "npm ERR! code E1\nnpm ERR! a\nnpm ERR! b\nnpm ERR! c\nCleaning up\n", &a);
    CHECK_STR(found(&d, &a), "1 2 3 4");
    d = diff("", "ERROR: relation is gone\nLINE 1: select\n", &a);
    CHECK_STR(found(&d, &a), "1 2");
    arena_done(&a);
}
