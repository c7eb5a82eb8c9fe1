#include "core/inquiry/routing.h"

#include "base/hash.h"
#include "test.h"

static const usec noon = INT64_C(1777896000) * USEC_SECOND; /* Monday 2026-05-04 12:00 UTC */

static struct routing *load(const char *text)
{
    struct routing *r = NULL;
    CHECK_OK(routing_load(str_of(text), &r));
    return r;
}

static struct route_facts facts(const char *category, const char *urgency, const char *sentiment, double confidence)
{
    return (struct route_facts){ .category = str_of(category), .urgency = str_of(urgency),
                                 .sentiment = str_of(sentiment), .language = STR("en"), .channel = STR("api"),
                                 .confidence = confidence, .now = noon };
}

static bool why_has(const struct routed *r, const char *what)
{
    for (size_t i = 0; i < r->why_count; i++)
        if (str_find(r->why[i], str_of(what), 0) >= 0) return true;
    return false;
}

TEST(the_built_in_rules_are_those_of_the_documentation)
{
    struct arena a = arena_init(1 << 20);
    struct routing *r = load(routing_default);
    static const struct {
        const char *category, *urgency, *sentiment;
        double confidence;
        const char *department;
        int64_t priority;
        bool person;
        usec within;
    } rows[] = {
        { "billing", "medium", "neutral", 0.9, "finance", 30, false, USEC_DAY },
        { "technical_support", "critical", "neutral", 0.9, "technical_support", 70, false, USEC_HOUR },
        { "technical_support", "critical", "negative", 0.9, "escalation", 100, false, USEC_HOUR },
        { "sales", "low", "positive", 0.71, "sales", 10, false, 3 * USEC_DAY },
        { "sales", "high", "negative", 0.69, "sales", 60, true, 4 * USEC_HOUR },
        { "gardening", "high", "neutral", 0.9, "general", 50, false, 4 * USEC_HOUR },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct routed route;
        struct route_facts f = facts(rows[i].category, rows[i].urgency, rows[i].sentiment, rows[i].confidence);
        route_decide(r, &f, &a, &route);
        CHECK_STR(route.department, rows[i].department);
        CHECK_I64(route.priority, rows[i].priority);
        CHECK(route.person == rows[i].person);
        CHECK_I64(route.due - noon, rows[i].within);
        CHECK(why_has(&route, rows[i].category));
    }
    routing_free(r);
    arena_done(&a);
}

TEST(the_first_rule_that_names_a_department_moves_and_all_points_count)
{
    struct arena a = arena_init(1 << 20);
    struct routing *r = load("{\"escalation_rules\":[{\"name\":\"a\",\"conditions\":{\"language\":[\"en\",\"de\"]},"
                             "\"action\":{\"priority_boost\":5}},"
                             "{\"name\":\"b\",\"conditions\":{\"urgency\":[\"low\"]},\"action\":{\"department\":"
                             "\"slow\",\"priority_boost\":-50}},"
                             "{\"name\":\"c\",\"conditions\":{},\"action\":{\"department\":\"all\"}},"
                             "{\"name\":\"d\",\"conditions\":{\"channel\":[\"imap\"]},\"action\":{\"department\":"
                             "\"mail\",\"priority_boost\":90}}]}");
    struct routed route;
    struct route_facts f = facts("x", "low", "neutral", 1);
    route_decide(r, &f, &a, &route);
    CHECK_STR(route.department, "slow");
    CHECK_I64(route.priority, 0); /* 10 + 5 - 50 */
    CHECK(why_has(&route, "rule b sends it to slow"));
    f.urgency = STR("high");
    f.channel = STR("imap");
    route_decide(r, &f, &a, &route);
    CHECK_STR(route.department, "all");
    CHECK_I64(route.priority, 100); /* 50 + 5 + 90 */
    routing_free(r);
    arena_done(&a);
}

static const char team[] =
    "{\"consultants\":["
    "{\"name\":\"ana\",\"department\":\"it\",\"languages\":[\"en\",\"es\"],\"skills\":[\"api\"],\"max_open\":2},"
    "{\"name\":\"ben\",\"department\":\"it\",\"languages\":[\"en\"],\"max_open\":10},"
    "{\"name\":\"cem\",\"department\":\"it\",\"languages\":[\"de\"],\"max_open\":1,"
    "\"hours\":{\"zone\":\"UTC\",\"days\":62,\"from\":540,\"to\":660}},"
    "{\"name\":\"dia\",\"department\":\"hr\"}]}";

TEST(the_consultant_with_language_skill_and_room_takes_it)
{
    struct routing *r = load(team);
    struct route_facts f = facts("x", "low", "neutral", 1);
    int64_t load_now[4] = { 0 };
    usec opens;
    f.topics[0] = STR("api");
    f.topic_count = 1;
    CHECK_I64(consultant_choose(r, STR("it"), &f, load_now, &opens), 0); /* the skill */
    load_now[0] = 2;
    CHECK_I64(consultant_choose(r, STR("it"), &f, load_now, &opens), 1); /* no room with the first */
    f.topic_count = 0;
    load_now[0] = 1;
    load_now[1] = 4;
    CHECK_I64(consultant_choose(r, STR("it"), &f, load_now, &opens), 1); /* 4 of 10 is less than 1 of 2 */
    load_now[1] = 5;
    CHECK_I64(consultant_choose(r, STR("it"), &f, load_now, &opens), 0); /* equal: by name */
    f.language = STR("de");
    CHECK_I64(consultant_choose(r, STR("it"), &f, load_now, &opens), -1); /* at work from nine to eleven only */
    CHECK_I64(opens - noon, 21 * USEC_HOUR);
    f.now = opens;
    CHECK_I64(consultant_choose(r, STR("it"), &f, load_now, &opens), 2);
    f.language = STR("fr"); /* nobody speaks it: anybody may try */
    load_now[1] = 0;
    CHECK_I64(consultant_choose(r, STR("it"), &f, load_now, &opens), 1);
    CHECK_I64(consultant_choose(r, STR("nobody"), &f, load_now, &opens), -1);
    CHECK_I64(opens, USEC_MAX);
    routing_free(r);
}

static const char *berlin(struct arena *a, struct tz **tz)
{
    static char bytes[TZ_BYTES_MAX];
    FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "re");
    size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;
    if (f) (void)fclose(f);
    if (!n) return "no zone data";
    CHECK_OK(tz_load((str){ bytes, n }, a, tz));
    return NULL;
}

TEST(the_clock_rests_at_night_and_on_sundays)
{
    struct arena a = arena_init(1 << 20);
    struct tz *tz = NULL;
    const char *why = berlin(&a, &tz);
    if (why) SKIP("no zone data");
    struct hours h = { .tz = tz, .days = 62, .from = 8 * 60, .to = 18 * 60 }; /* Monday to Friday */
    usec t, want;
    static const struct {
        const char *from, *work, *until;
    } rows[] = {
        { "2026-05-04T08:00:00+02:00", "1h", "2026-05-04T09:00:00+02:00" },
        { "2026-05-04T17:30:00+02:00", "1h", "2026-05-05T08:30:00+02:00" },
        { "2026-05-04T05:00:00+02:00", "10h", "2026-05-04T18:00:00+02:00" },
        { "2026-05-08T17:00:00+02:00", "4h", "2026-05-11T11:00:00+02:00" },
        { "2026-05-09T12:00:00+02:00", "30m", "2026-05-11T08:30:00+02:00" },
        { "2026-03-27T17:00:00+01:00", "2h", "2026-03-30T09:00:00+02:00" }, /* over the change to summer time */
        { "2026-05-04T08:00:00+02:00", "100h", "2026-05-15T18:00:00+02:00" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        usec work;
        CHECK_OK(time_parse(str_of(rows[i].from), &t));
        CHECK_OK(time_parse(str_of(rows[i].until), &want));
        CHECK_OK(duration_parse(str_of(rows[i].work), &work));
        CHECK_I64(hours_after(&h, t, work) / USEC_SECOND, want / USEC_SECOND);
    }
    struct hours day = { .tz = tz_utc(), .days = 0xfe, .from = 0, .to = 1440 }; /* round the clock */
    CHECK_I64(hours_after(&day, noon, 100 * USEC_HOUR), noon + 100 * USEC_HOUR);
    CHECK(hours_open(&day, noon) && !hours_open(&h, noon + 12 * USEC_HOUR));
    arena_done(&a);
}

TEST(rules_that_make_no_sense_are_refused)
{
    static const char *const bad[] = {
        "[]", "{", "{\"hours\":{\"zone\":\"Nowhere\",\"days\":62,\"from\":1,\"to\":2}}",
        "{\"hours\":{\"zone\":\"UTC\",\"days\":62,\"from\":600,\"to\":60}}",
        "{\"hours\":{\"zone\":\"UTC\",\"days\":0,\"from\":1,\"to\":60}}",
        "{\"consultants\":[{\"department\":\"x\"}]}",
        "{\"escalation_rules\":[{\"conditions\":{\"urgency\":\"high\"}}]}",
        "{\"zones\":{\"X\":\"AAAA\"}}",
        "{\"sla_us\":{\"low\":0}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct routing *r = NULL;
        CHECK_ERR(routing_load(str_of(bad[i]), &r), ERR_INPUT);
        CHECK(r == NULL);
    }
}
