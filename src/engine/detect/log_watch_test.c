#include "engine/detect/log_watch.h"

#include "test.h"

struct world {
    struct arena a;
    struct log_watch *w;
    struct log_alarm last;
    size_t counts[LOG_ALARM_KINDS];
    uint64_t state;
};

static struct world world(void)
{
    struct world x = { .a = arena_init(64 << 20), .state = 42 };
    x.w = log_watch_new(&x.a, 256);
    CHECK(x.a.used <= log_watch_size(256));
    return x;
}

static unsigned chance(struct world *x, unsigned n)
{
    x->state = x->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(x->state >> 33) % n;
}

PRINTF_LIKE(3, 4) static size_t say(struct world *x, usec at, const char *fmt, ...)
{
    static char line[256]; /* an alarm's word points into it */
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    struct log_alarm out[LOG_ALARMS_MAX];
    struct log_hit hit;
    size_t n = log_watch_add(x->w, str_of(line), at, &hit, out);
    for (size_t i = 0; i < n; i++) {
        x->counts[out[i].kind]++;
        x->last = out[i];
    }
    return n;
}

/* Requests as they come: four lines each, sizes and users at random, `rate` of them a minute. */
static void requests(struct world *x, usec from, int minutes, unsigned rate)
{
    static const char *const users[] = { "anna", "berta", "carl", "dora", "emil", "fritz" };
    for (int m = 0; m < minutes; m++) {
        for (unsigned i = 0; i < rate + chance(x, rate / 2 + 1); i++) {
            usec at = from + m * USEC_MINUTE + i * USEC_SECOND / 4;
            (void)say(x, at, "request %u from user %s", chance(x, 100000), users[chance(x, 6)]);
            (void)say(x, at, "query took %u ms", 20 + chance(x, 180));
            (void)say(x, at, "reply of %u bytes status=%s", 500 + chance(x, 1500), chance(x, 10) ? "ok" : "partial");
            (void)say(x, at, "request closed");
        }
    }
}

static size_t alarms(const struct world *x)
{
    size_t n = 0;
    for (size_t i = 0; i < LOG_ALARM_KINDS; i++) n += x->counts[i];
    return n;
}

static const usec start = INT64_C(1700000000) * USEC_SECOND;

TEST(a_quiet_log_stays_quiet)
{
    struct world x = world();
    requests(&x, start, 1500, 12); /* about 90,000 lines */
    CHECK_I64(alarms(&x), 0);
    arena_done(&x.a);
}

TEST(a_new_line_that_speaks_of_failure_is_told_and_again_it_is_not)
{
    struct world x = world();
    requests(&x, start, 100, 12);
    CHECK_I64(say(&x, start + 100 * USEC_MINUTE, "ERROR cannot open pool: too many clients"), 1);
    CHECK_I64(x.last.kind, LOG_ALARM_NEW);
    CHECK(x.last.bits > 9 && x.last.seen > 1000);
    (void)say(&x, start + 100 * USEC_MINUTE, "ERROR cannot open pool: too many clients");
    CHECK_I64(x.counts[LOG_ALARM_NEW], 1);
    arena_done(&x.a);
}

TEST(a_rush_and_a_silence_of_one_template_are_told)
{
    struct world x = world();
    requests(&x, start, 200, 12);
    CHECK_I64(alarms(&x), 0);
    requests(&x, start + 200 * USEC_MINUTE, 2, 200);
    CHECK(x.counts[LOG_ALARM_RATE] > 0);
    CHECK_I64(x.last.kind, LOG_ALARM_RATE);
    CHECK(x.last.value > 150 && x.last.high < 100);
    arena_done(&x.a);
}

TEST(an_order_that_never_was_is_told)
{
    struct world x = world();
    requests(&x, start, 600, 12);
    CHECK_I64(alarms(&x), 0);
    usec at = start + 600 * USEC_MINUTE;
    (void)say(&x, at, "request 1 from user anna");
    (void)say(&x, at, "query took 30 ms");
    CHECK_I64(say(&x, at, "request closed"), 1); /* without a reply */
    CHECK_I64(x.last.kind, LOG_ALARM_SEQUENCE);
    CHECK(x.last.bits >= 12 && x.last.after != 0);
    arena_done(&x.a);
}

TEST(a_number_far_out_and_a_word_never_used_are_told)
{
    struct world x = world();
    requests(&x, start, 1500, 12);
    CHECK_I64(alarms(&x), 0);
    usec at = start + 1500 * USEC_MINUTE;
    (void)say(&x, at, "request 1 from user anna");
    CHECK_I64(say(&x, at, "query took 190000 ms"), 1);
    CHECK_I64(x.last.kind, LOG_ALARM_PARAMETER);
    CHECK(x.last.numeric && x.last.value > 189999 && x.last.high < 1000);
    CHECK_I64(say(&x, at, "reply of 700 bytes status=truncated"), 1);
    CHECK(!x.last.numeric);
    CHECK_STR(x.last.word, "truncated");
    arena_done(&x.a);
}

TEST(times_of_lines)
{
    static const struct {
        const char *line;
        usec want;
    } cases[] = {
        { "", 0 },
        { "no time here 12:30:45", 0 },
        { "2015-07-29 19:29:38,052 - INFO x", INT64_C(1438198178000000) },
        { "[2015-07-29T19:29:38Z] x", INT64_C(1438198178000000) },
        { "host 2015/07/29 19:29:38 x", INT64_C(1438198178000000) },
        { "2015-13-29 19:29:38", 0 },
        { "Jan  1 00:00:01 host x", 730 * INT64_C(86400000000) + USEC_SECOND },
        { "Dec 10 06:55:46 LabSZ", INT64_C(92818546000000) },
        { "Dec 10 06:55", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_I64(log_line_time(str_of(cases[i].line)), cases[i].want);
}
