/* The desk from arrival to erasure, in a world whose clock stands until it is moved. */
#include "core/inquiry/inquiry_internal.h"

#include "core/core_kit.h"

enum {
    ROW_STATE = 2,
    ROW_CATEGORY = 6,
    ROW_DEPARTMENT = 13,
    ROW_CONSULTANT = 14,
    ROW_PRIORITY = 15,
    ROW_LEVEL = 17,
    ROW_THREAD = 18
};

struct mail {
    const char *person, *category, *urgency, *sentiment;
    double confidence;
    const char *more; /* further members, each with a comma before it */
};

/* Gives the id of the inquiry, "" when nothing was written. */
static const char *receive(struct world *w, struct mail m)
{
    static char id[32], body[4096];
    (void)snprintf(body, sizeof body,
                   "{\"channel\":\"api\",\"person\":\"%s\",\"sealed\":\"AAAA\",\"language\":\"en\",\"model\":\"rules\","
                   "\"category\":\"%s\",\"category_score\":%g,\"sentiment\":\"%s\",\"sentiment_score\":0.8,"
                   "\"urgency\":\"%s\",\"urgency_score\":0.7%s}",
                   m.person, m.category, m.confidence, m.sentiment, m.urgency, m.more ? m.more : "");
    struct call c = { .w = w, .in = { STR("inquiry.received"), STR(""), STR("test"), str_of(body) } };
    CHECK_OK(store_run_at(w->store, w->now, apply_work, &c));
    (void)snprintf(id, sizeof id, "inq-%lld", (long long)c.seq);
    return c.seq ? id : "";
}

static str row(struct world *w, const char *id, int col)
{
    static char text[256];
    int64_t seq = 0;
    struct tx *tx = NULL;
    CHECK_OK(str_to_i64(str_cut(str_of(id), 4, 30), &seq));
    CHECK_OK(store_read(w->store, &tx));
    struct rows *r = tx_query(tx, SQL_INQUIRY_GET, V(seq));
    CHECK(rows_next(r));
    (void)snprintf(text, sizeof text, STR_FMT, STR_ARG(rows_str(r, col)));
    rows_end(r);
    store_read_end(tx);
    return str_of(text);
}

static int64_t tallied(struct world *w, const char *name, const char *word)
{
    int64_t n = 0;
    struct tx *tx = NULL;
    CHECK_OK(store_read(w->store, &tx));
    struct rows *r = tx_query_n(tx, SQL_INQUIRY_TALLIES, TX_NO_VALS);
    while (rows_next(r))
        if (str_eq(rows_str(r, 0), str_of(name)) && str_eq(rows_str(r, 1), str_of(word))) n = rows_i64(r, 2);
    store_read_end(tx);
    return n;
}

static const char rules[] =
    "{\"category_to_department\":{\"technical_support\":\"it\",\"billing\":\"finance\"},"
    "\"escalation_rules\":[{\"name\":\"critical_negative\",\"conditions\":{\"urgency\":[\"critical\"],\"sentiment\":"
    "[\"negative\"]},\"action\":{\"department\":\"escalation\",\"priority_boost\":20}}],"
    "\"consultants\":[{\"name\":\"ana\",\"department\":\"it\",\"max_open\":1},{\"name\":\"ben\",\"department\":\"it\","
    "\"max_open\":1},"
    "{\"name\":\"eva\",\"department\":\"escalation\",\"max_open\":9}]}";

static struct world desk(void)
{
    struct world w = world_ready();
    load_document(&w, "routing", str_of(rules));
    return w;
}

TEST(an_inquiry_is_routed_to_a_consultant_and_answered)
{
    struct world w = desk();
    char id[32];
    (void)snprintf(id, sizeof id, "%s",
                   receive(&w, (struct mail){ "per-1", "technical_support", "high", "neutral", 0.9, NULL }));
    CHECK_STR(row(&w, id, ROW_STATE), "open");
    CHECK_STR(row(&w, id, ROW_DEPARTMENT), "it");
    CHECK_STR(row(&w, id, ROW_CONSULTANT), "ana");
    CHECK_STR(row(&w, id, ROW_PRIORITY), "50");
    CHECK_STR(newest(&w, "inquiry.routed"), id);
    CHECK_OK(give(&w, "inquiry.answered", id, "{}"));
    CHECK_STR(row(&w, id, ROW_STATE), "answered");
    CHECK_ERR(give(&w, "inquiry.answered", id, "{}"), ERR_CONFLICT);
    CHECK_OK(give(&w, "inquiry.closed", id, "{}"));
    CHECK_ERR(give(&w, "inquiry.closed", id, "{}"), ERR_CONFLICT);
    CHECK_I64(tallied(&w, "state", "closed"), 1);
    CHECK_I64(tallied(&w, "state", "open"), 0);
    check_replay(&w);
    world_done(&w);
}

TEST(what_is_uncertain_waits_for_a_person_and_their_word_routes_it)
{
    struct world w = desk();
    char id[32];
    (void)snprintf(id, sizeof id, "%s",
                   receive(&w, (struct mail){ "per-1", "billing", "high", "neutral", 0.69, NULL }));
    CHECK_STR(row(&w, id, ROW_STATE), "review");
    CHECK_STR(row(&w, id, ROW_CONSULTANT), "");
    CHECK_STR(newest(&w, "inquiry.held"), id);
    CHECK_OK(give(&w, "inquiry.relabelled", id, "{\"urgency\":\"low\"}")); /* the category is as uncertain as before */
    CHECK_STR(row(&w, id, ROW_STATE), "review");
    CHECK_OK(give(&w, "inquiry.relabelled", id, "{\"category\":\"technical_support\"}"));
    CHECK_STR(row(&w, id, ROW_STATE), "open");
    CHECK_STR(row(&w, id, ROW_CONSULTANT), "ana");
    CHECK_STR(row(&w, id, ROW_PRIORITY), "10");
    CHECK_I64(tallied(&w, "corrected", "category"), 1);
    CHECK_I64(tallied(&w, "category", "billing"), 0);
    CHECK_ERR(give(&w, "inquiry.relabelled", id, "{}"), ERR_INPUT);
    CHECK_ERR(give(&w, "inquiry.relabelled", id, "{\"urgency\":\"soon\"}"), ERR_INPUT);
    CHECK_ERR(give(&w, "inquiry.relabelled", "inq-999", "{\"urgency\":\"low\"}"), ERR_NOT_FOUND);
    (void)snprintf(id, sizeof id, "%s", receive(&w, (struct mail){ "per-2", "billing", "high", "neutral", 0.5, NULL }));
    CHECK_ERR(give(&w, "inquiry.assigned", id, "{\"department\":\"it\",\"consultant\":\"eva\"}"), ERR_INPUT);
    CHECK_OK(give(&w, "inquiry.assigned", id, "{\"department\":\"escalation\",\"consultant\":\"eva\"}"));
    CHECK_STR(row(&w, id, ROW_STATE), "open");
    CHECK_STR(row(&w, id, ROW_CONSULTANT), "eva");
    check_replay(&w);
    world_done(&w);
}

TEST(a_full_department_queues_and_the_most_pressing_is_next)
{
    struct world w = desk();
    char ids[5][32];
    static const char *const urgency[] = { "low", "low", "low", "critical", "medium" };
    for (int i = 0; i < 5; i++) {
        char person[16];
        (void)snprintf(person, sizeof person, "per-%d", i);
        (void)snprintf(ids[i], sizeof ids[i], "%s",
                       receive(&w, (struct mail){ person, "technical_support", urgency[i], "neutral", 0.9, NULL }));
    }
    CHECK_STR(row(&w, ids[0], ROW_CONSULTANT), "ana");
    CHECK_STR(row(&w, ids[1], ROW_CONSULTANT), "ben");
    CHECK_STR(row(&w, ids[3], ROW_CONSULTANT), "");
    CHECK_OK(give(&w, "inquiry.answered", ids[1], "{}"));
    CHECK_STR(row(&w, ids[3], ROW_CONSULTANT), "ben"); /* the critical one, not the oldest */
    CHECK_OK(give(&w, "inquiry.closed", ids[0], "{}"));
    CHECK_STR(row(&w, ids[4], ROW_CONSULTANT), "ana");
    CHECK_STR(row(&w, ids[2], ROW_CONSULTANT), "");
    check_replay(&w);
    world_done(&w);
}

TEST(a_clock_that_runs_out_escalates_three_times_and_no_more)
{
    struct world w = desk();
    char id[32];
    (void)snprintf(id, sizeof id, "%s",
                   receive(&w, (struct mail){ "per-1", "billing", "critical", "neutral", 0.9, NULL }));
    CHECK_STR(row(&w, id, ROW_DEPARTMENT), "finance");
    pass(&w, 59 * USEC_MINUTE);
    CHECK_STR(row(&w, id, ROW_LEVEL), "0");
    pass(&w, USEC_MINUTE);
    CHECK_STR(row(&w, id, ROW_LEVEL), "1");
    CHECK_STR(row(&w, id, ROW_DEPARTMENT), "escalation");
    CHECK_STR(row(&w, id, ROW_CONSULTANT), "eva");
    CHECK_STR(row(&w, id, ROW_PRIORITY), "90");
    pass(&w, 30 * USEC_MINUTE);
    CHECK_STR(row(&w, id, ROW_PRIORITY), "100");
    pass(&w, 10 * USEC_HOUR);
    CHECK_STR(row(&w, id, ROW_LEVEL), "3");
    CHECK_I64(tallied(&w, "escalated", "clock"), 3);
    (void)snprintf(id, sizeof id, "%s",
                   receive(&w, (struct mail){ "per-2", "billing", "critical", "neutral", 0.9, NULL }));
    CHECK_OK(give(&w, "inquiry.answered", id, "{}"));
    pass(&w, 10 * USEC_HOUR);
    CHECK_STR(row(&w, id, ROW_LEVEL), "0"); /* an answer stops the clock */
    check_replay(&w);
    world_done(&w);
}

static const char a_channel[] = "{\"settle_us\":0,\"group_us\":300000000,\"quiet_us\":120000000,\"channels\":[\"team\"]"
                                ",\"page_url\":\"https://w\"}";

/* How many messages were asked for whose body has this in it. */
static int64_t messages_with(struct world *w, const char *part)
{
    return kit_entries_with(w->store, "effect.requested", part);
}

TEST(people_are_told_once_that_a_clock_ran_out)
{
    struct world w = desk();
    char id[32];
    load_document(&w, "settings", str_of(a_channel));
    (void)snprintf(id, sizeof id, "%s",
                   receive(&w, (struct mail){ "per-secret", "billing", "critical", "neutral", 0.9, NULL }));
    CHECK_I64(messages_with(&w, "notify"), 0);
    pass(&w, USEC_HOUR);
    CHECK_I64(messages_with(&w, "was not answered in time"), 1);
    CHECK_I64(messages_with(&w, "\"severity\":\"CRITICAL\""), 1);
    CHECK_I64(messages_with(&w, id), 1);
    CHECK_I64(messages_with(&w, "https://w/#/inquiries/inq-"), 1);
    for (int i = 0; i < 3; i++) pass(&w, 10 * USEC_HOUR); /* the clock runs out twice more */
    CHECK_STR(row(&w, id, ROW_LEVEL), "3");
    CHECK_I64(messages_with(&w, "notify"), 1);
    CHECK_I64(messages_with(&w, "per-secret"), 0);
    CHECK_I64(messages_with(&w, "AAAA"), 0);
    check_replay(&w);
    world_done(&w);
}

TEST(people_are_told_once_of_an_escalation_and_many_are_one_sum)
{
    struct world w = desk();
    char ids[NOTICES_AN_HOUR + 5][32], person[16];
    load_document(&w, "settings", str_of(a_channel));
    for (int i = 0; i < NOTICES_AN_HOUR + 5; i++) {
        (void)snprintf(person, sizeof person, "per-%d", i);
        (void)snprintf(ids[i], sizeof ids[i], "%s",
                       receive(&w, (struct mail){ person, "billing", "critical", "negative", 0.9, NULL }));
    }
    CHECK_I64(messages_with(&w, "was escalated"), NOTICES_AN_HOUR);
    CHECK_OK(give(&w, "inquiry.relabelled", ids[0], "{\"urgency\":\"low\"}")); /* down, and up again */
    CHECK_OK(give(&w, "inquiry.relabelled", ids[0], "{\"urgency\":\"critical\"}"));
    CHECK_OK(give(&w, "inquiry.answered", ids[NOTICES_AN_HOUR + 4], "{}")); /* needs nobody any more */
    for (int i = 0; i < NOTICES_AN_HOUR; i++) CHECK_OK(give(&w, "inquiry.answered", ids[i], "{}"));
    CHECK_I64(messages_with(&w, "notify"), NOTICES_AN_HOUR);
    pass(&w, USEC_HOUR);
    CHECK_I64(messages_with(&w, "more inquiries wait for somebody"), 1);
    CHECK_I64(messages_with(&w, "4 escalated"), 1);
    pass(&w, 10 * USEC_HOUR);
    CHECK_I64(messages_with(&w, "more inquiries wait for somebody"), 1);
    check_replay(&w);
    world_done(&w);
}

TEST(without_a_channel_nobody_is_told)
{
    struct world w = desk();
    (void)receive(&w, (struct mail){ "per-1", "billing", "critical", "negative", 0.9, NULL });
    pass(&w, 10 * USEC_HOUR);
    CHECK_I64(messages_with(&w, "notify"), 0);
    world_done(&w);
}

TEST(outside_working_hours_it_waits_for_the_morning)
{
    struct world w = world_ready(); /* Monday 06:00 UTC */
    load_document(&w, "routing", STR("{\"consultants\":[{\"name\":\"ana\",\"department\":\"general\",\"hours\":"
                                     "{\"zone\":\"UTC\",\"days\":62,\"from\":540,\"to\":1020}}]}"));
    char id[32];
    (void)snprintf(id, sizeof id, "%s", receive(&w, (struct mail){ "per-1", "x", "low", "neutral", 0.9, NULL }));
    CHECK_STR(row(&w, id, ROW_CONSULTANT), "");
    pass(&w, 2 * USEC_HOUR);
    CHECK_STR(row(&w, id, ROW_CONSULTANT), "");
    pass(&w, USEC_HOUR);
    CHECK_STR(row(&w, id, ROW_CONSULTANT), "ana");
    check_replay(&w);
    world_done(&w);
}

#define SKETCH(x) ",\"sketch\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29," x "]"

TEST(repeats_and_threads_are_known_by_their_marks)
{
    struct world w = desk();
    char first[32], next[32];
    struct mail m = { "per-1", "technical_support",
                      "low",   "neutral",
                      0.9,     ",\"message\":\"m1\",\"subject_key\":\"s1\"" SKETCH("30,31,32") };
    (void)snprintf(first, sizeof first, "%s", receive(&w, m));
    CHECK_STR(str_of(receive(&w, m)), ""); /* the same mail: nothing is written */
    m.more = ",\"message\":\"m2\"" SKETCH("30,0,0");
    (void)snprintf(next, sizeof next, "%s", receive(&w, m));
    CHECK_STR(row(&w, next, ROW_STATE), "duplicate");
    CHECK_STR(newest(&w, "inquiry.repeated"), next);
    CHECK_ERR(give(&w, "inquiry.answered", next, "{}"), ERR_CONFLICT);
    m.person = "per-2"; /* somebody else with the same words is not the same */
    m.more = ",\"message\":\"m3\"" SKETCH("30,31,32");
    CHECK_STR(row(&w, receive(&w, m), ROW_STATE), "open");
    m.more = ",\"message\":\"m4\",\"refs\":[\"m0\",\"m1\"]";
    (void)snprintf(next, sizeof next, "%s", receive(&w, m));
    CHECK_STR(row(&w, next, ROW_THREAD), first + 4);
    CHECK_STR(row(&w, next, ROW_CONSULTANT), "ana"); /* who has the thread, full or not */
    m = (struct mail){ "per-1", "billing", "low", "neutral", 0.9, ",\"subject_key\":\"s1\",\"answers\":true" };
    CHECK_STR(row(&w, receive(&w, m), ROW_THREAD), first + 4);
    m.more = ",\"subject_key\":\"s1\""; /* the same subject alone begins a thread of its own */
    (void)snprintf(next, sizeof next, "%s", receive(&w, m));
    CHECK_STR(row(&w, next, ROW_THREAD), next + 4);
    CHECK_OK(give(&w, "inquiry.closed", first, "{}"));
    m = (struct mail){ "per-1", "technical_support", "low", "neutral", 0.9, SKETCH("30,31,32") };
    CHECK_STR(row(&w, receive(&w, m), ROW_STATE), "open"); /* what is closed is not repeated but new */
    check_replay(&w);
    world_done(&w);
}

TEST(an_erased_person_has_nothing_open_and_writes_nothing_more)
{
    struct world w = desk();
    char id[32];
    (void)snprintf(id, sizeof id, "%s",
                   receive(&w, (struct mail){ "per-1", "billing", "critical", "neutral", 0.9, ",\"message\":\"m1\"" }));
    CHECK_OK(give(&w, "inquiry.erased", "per-1", "{}"));
    CHECK_OK(give(&w, "inquiry.erased", "per-1", "{}"));
    CHECK_STR(row(&w, id, ROW_STATE), "closed");
    CHECK_ERR(give(&w, "inquiry.received", "",
                   "{\"channel\":\"api\",\"person\":\"per-1\",\"sealed\":\"A\",\"language\":\"en\",\"model\":\"r\","
                   "\"category\":\"x\","
                   "\"category_score\":1,\"sentiment\":\"neutral\",\"sentiment_score\":1,\"urgency\":\"low\",\"urgency_"
                   "score\":1}"),
              ERR_CONFLICT);
    pass(&w, 10 * USEC_DAY);
    CHECK_STR(row(&w, id, ROW_LEVEL), "0");
    check_replay(&w);
    world_done(&w);
}

TEST(labels_that_do_not_fit_are_refused)
{
    struct world w = desk();
    static const char *const bad[] = {
        "\"sentiment\":\"angry\"", "\"urgency\":\"now\"", "\"category\":\"\"",           "\"category_score\":1.5",
        "\"category_score\":-1",   "\"person\":\"\"",     "\"category_score\":\"high\"",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char body[1024]; /* the first of two equal members is the one that counts */
        (void)snprintf(body, sizeof body,
                       "{%s,\"channel\":\"api\",\"person\":\"per-1\",\"sealed\":\"A\",\"language\":\"en\",\"model\":"
                       "\"r\",\"category\":\"x\","
                       "\"category_score\":1,\"sentiment\":\"neutral\",\"sentiment_score\":1,\"urgency\":\"low\","
                       "\"urgency_score\":1}",
                       bad[i]);
        CHECK_ERR(give(&w, "inquiry.received", "", body), ERR_INPUT);
    }
    world_done(&w);
}
