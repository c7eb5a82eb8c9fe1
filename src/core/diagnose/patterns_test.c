#include "core/diagnose/patterns.h"

#include "base/buf.h"
#include "test.h"

/* One line as programs print it, the cause it must lead to, and what must be captured first (NULL: not looked at). */
static const struct said {
    const char *line;
    enum cause_kind kind;
    const char *captured;
} said[] = {
#include "core/diagnose/patterns_said.h"
};
enum { SAID = sizeof said / sizeof said[0] };

TEST(every_line_leads_to_its_cause)
{
    for (size_t i = 0; i < SAID; i++) {
        struct capture caps[CLUE_CAPTURES];
        size_t n = 0;
        const struct pattern *p = pattern_of_line(str_of(said[i].line), caps, &n);
        if (!p) test_failed(__FILE__, __LINE__, "nothing matches: %s", said[i].line);
        if (p->kind != said[i].kind)
            test_failed(__FILE__, __LINE__, "%s: %s by '%s', want %s", said[i].line, cause_text(p->kind), p->text,
                        cause_text(said[i].kind));
        if (said[i].captured) {
            CHECK(n > 0);
            CHECK_STR(caps[0].value, said[i].captured);
        }
    }
}

TEST(every_row_of_the_table_is_the_surest_of_some_line)
{
    CHECK(pattern_count >= 80);
    for (size_t i = 0; i < pattern_count; i++) {
        bool used = false;
        for (size_t l = 0; l < SAID && !used; l++) {
            struct capture caps[CLUE_CAPTURES];
            size_t n;
            used = pattern_of_line(str_of(said[l].line), caps, &n) == &patterns[i];
        }
        if (!used) test_failed(__FILE__, __LINE__, "no line for '%s'", patterns[i].text);
    }
}

TEST(rows_are_well_formed)
{
    for (size_t i = 0; i < pattern_count; i++) {
        const struct pattern *p = &patterns[i];
        CHECK(p->percent > 0 && p->percent <= 96);
        for (const char *c = p->text; *c; c++) {
            CHECK(*c < 'A' || *c > 'Z'); /* a capital would never match */
            if (*c == '{') CHECK(strchr(c, '}') != NULL);
            if (*c == '^') CHECK(c == p->text);
        }
    }
}

/* Lines of healthy programs. */
static const char *const harmless[] = {
    "loaded 1401 rows into orders in 0.4 s", "INSERT 0 4031", "200 OK", "step transform finished", "total 429 items",
    "rows=5000 bytes=50300", "[##########] 100%", "", "COPY 50012",
};

TEST(healthy_lines_match_nothing)
{
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
        struct capture caps[CLUE_CAPTURES];
        size_t n;
        const struct pattern *p = pattern_of_line(str_of(harmless[i]), caps, &n);
        if (p) test_failed(__FILE__, __LINE__, "'%s' matches '%s'", harmless[i], p->text);
    }
}

static enum cause_kind first_of(const char *output)
{
    struct clue c[CLUES_MAX];
    return clues_in(str_of(output), c, CLUES_MAX) ? c[0].pattern->kind : CAUSE_UNKNOWN;
}

TEST(the_final_error_wins_over_earlier_warnings)
{
    static const struct {
        const char *output;
        enum cause_kind kind;
    } cases[] = {
        { "Warning: Problem : connection refused. Will retry in 1 seconds.\nfetched 200 rows\n"
          "Error: in prepare, no such column: amount\n  select amount from t\n         ^--- error here\n",
          CAUSE_SCHEMA_MISSING },
        { "WARN pool: Connection timed out, retrying (1/3)\nINFO loaded page 1\nTraceback (most recent call last):\n"
          "  File \"load.py\", line 9, in <module>\n    row['qty']\nKeyError: 'qty'\n",
          CAUSE_SCHEMA_MISSING },
        { "java.net.ConnectException: Connection refused\n\tat a.b.c(D.java:1)\n\tat a.b.e(D.java:2)\nusing the cache\n"
          "page 1\npage 2\npage 3\npage 4\npage 5\npage 6\npage 7\npage 8\npage 9\npage 10\nmemory exhausted\n",
          CAUSE_RESOURCE_MEMORY },
        { "Exception in thread \"main\" java.lang.RuntimeException: job failed\n\tat a.A.b(A.java:10)\n"
          "Caused by: java.net.SocketTimeoutException: Read timed out\n\tat c.D.e(D.java:1)\n\t... 12 more\n",
          CAUSE_SOURCE_TIMEOUT },
        { "curl: (28) Operation timed out after 2001 milliseconds with 0 bytes received\nextract: giving up\n",
          CAUSE_SOURCE_TIMEOUT },
        { "Traceback (most recent call last):\n  File \"a.py\", line 2\nMemoryError\n", CAUSE_RESOURCE_MEMORY },
        { "all went well\n3 rows\n", CAUSE_UNKNOWN },
        { "", CAUSE_UNKNOWN },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (first_of(cases[i].output) != cases[i].kind)
            test_failed(__FILE__, __LINE__, "case %zu: %s", i, cause_text(first_of(cases[i].output)));
}

TEST(a_warning_alone_is_weak)
{
    struct clue c[CLUES_MAX];
    CHECK_I64(clues_in(STR("WARN connection refused, retrying\nall rows loaded\n"), c, CLUES_MAX), 1);
    CHECK(c[0].strength < 0.35);
}

TEST(an_error_long_before_the_end_is_weaker_than_the_same_at_the_end)
{
    struct buf b = buf_init(1 << 16);
    buf_add(&b, STR("connection refused\n"));
    struct clue near[CLUES_MAX], far[CLUES_MAX];
    CHECK_I64(clues_in(buf_view(&b), near, CLUES_MAX), 1);
    for (int i = 0; i < 30; i++) buf_fmt(&b, "page %d done\n", i);
    CHECK_I64(clues_in(buf_view(&b), far, CLUES_MAX), 1);
    CHECK(far[0].strength < near[0].strength);
    buf_done(&b);
}

TEST(captures_are_found_by_name)
{
    struct clue c[CLUES_MAX];
    CHECK_I64(clues_in(STR("curl: (7) Failed to connect to api.shop.example port 443 after 3 ms"), c, CLUES_MAX), 1);
    CHECK_STR(clue_capture(&c[0], "host"), "api.shop.example");
    CHECK_STR(clue_capture(&c[0], "column"), "");
}

TEST(wildcards_borders_and_anchors)
{
    struct capture caps[CLUE_CAPTURES];
    size_t n;
    CHECK(pattern_match("a*c*e", STR("xxABCDE"), caps, &n));
    CHECK(!pattern_match("a*c*a", STR("abc"), caps, &n));
    CHECK(pattern_match("~oom~", STR("killed: oom."), caps, &n));
    CHECK(!pattern_match("~oom~", STR("zoom"), caps, &n));
    CHECK(pattern_match("^killed", STR("  Killed"), caps, &n));
    CHECK(!pattern_match("^killed", STR("was killed"), caps, &n));
    CHECK(!pattern_match("x '{v}'", STR("x ''"), caps, &n));
    CHECK(!pattern_match("x {v}", STR("x "), caps, &n));
    CHECK(pattern_match("x {v}", STR("x t.amount."), caps, &n));
    CHECK_STR(caps[0].value, "t.amount");
    CHECK(pattern_match("", STR(""), caps, &n));
}

/* Random bytes and random pieces of patterns: nothing but views into the output may come back, and never too much. */
TEST(hostile_output_is_only_read)
{
    uint32_t seed = 20260504;
    (void)printf("# seed %u\n", seed);
    for (int round = 0; round < test_count(60, 2000); round++) {
        char text[8192];
        size_t len = 0;
        while (len < sizeof text - 200) {
            seed = seed * 1664525u + 1013904223u;
            const char *piece = patterns[(seed >> 8) % pattern_count].text;
            size_t n = strlen(piece);
            memcpy(text + len, piece, n);
            len += n;
            text[len++] = (char)(seed >> 24);
            if ((seed & 7) == 0) text[len++] = '\n';
        }
        struct clue c[CLUES_MAX];
        size_t n = clues_in((str){ text, len }, c, CLUES_MAX);
        CHECK(n <= CLUES_MAX);
        for (size_t i = 0; i < n; i++) {
            CHECK(c[i].line.ptr >= text && c[i].line.ptr + c[i].line.len <= text + len);
            CHECK(c[i].strength > 0 && c[i].strength < 1);
            CHECK(i == 0 || c[i].strength <= c[i - 1].strength);
        }
    }
}
