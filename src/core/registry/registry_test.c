#include "core/registry/registry.h"

#include "core/core_kit.h"
#include "core/inquiry/inquiry.h"

static const char *body(const char *digit, const char *more)
{
    static char text[2048];
    char digest[65];
    memset(digest, digit[0], 64);
    digest[64] = 0;
    (void)snprintf(text, sizeof text, "{\"kind\":\"text\",\"digest\":\"%s\",\"bytes\":10%s}", digest, more);
    return text;
}

static void register_three(struct world *w)
{
    CHECK_OK(give(w, "model.registered", "m", body("1", ",\"metrics\":{\"accuracy\":0.8},\"held_back\":\"h\"")));
    CHECK_OK(give(w, "model.registered", "m",
                  body("2", ",\"metrics\":{\"accuracy\":0.85},\"held_back\":\"h\",\"parent\":1")));
    CHECK_OK(give(w, "model.registered", "m", body("3", ",\"metrics\":{\"accuracy\":0.99},\"data\":\"d\"")));
}

static int64_t alias(struct world *w, const char *name)
{
    struct tx *tx = NULL;
    CHECK_OK(store_read(w->store, &tx));
    int64_t v = tx_get_i64(tx, SQL_MODEL_ALIAS_GET, 0, V("m"), V(name));
    store_read_end(tx);
    return v;
}

TEST(versions_count_up_and_the_same_file_is_one)
{
    struct world w = world_ready();
    register_three(&w);
    register_three(&w);
    CHECK_I64(count_entries(&w, "model.registered"), 3);
    CHECK_STR(one(&w, SQL_MODEL_VERSION_LAST, "m", 0), "3");
    world_done(&w);
}

TEST(what_is_no_version_is_refused)
{
    static const struct {
        const char *name, *more;
    } bad[] = {
        { "", "" },
        { "Big", "" },
        { "a/b", "" },
        { ".a", "" },
        { "0123456789012345678901234567890123456789012345678901234567890123x", "" },
        { "m", ",\"metrics\":{\"a\":\"x\"}" },
        { "m", ",\"metrics\":[]" },
        { "m", ",\"sources\":[1]" },
        { "m", ",\"parent\":4" },
        { "m", ",\"parent\":-1" },
        { "m", ",\"data\":\"same\",\"held_back\":\"same\"" },
    };
    struct world w = world_ready();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_ERR(give(&w, "model.registered", bad[i].name, body("1", bad[i].more)), ERR_INPUT);
    CHECK_ERR(give(&w, "model.registered", "m", body("x", "")), ERR_INPUT);
    CHECK_ERR(give(&w, "model.registered", "m", "{\"kind\":\"text\",\"digest\":\"1\"}"), ERR_INPUT);
    CHECK_I64(count_entries(&w, "model.registered"), 0);
    world_done(&w);
}

TEST(promotion_needs_a_margin_on_the_same_held_back_data)
{
    struct world w = world_ready();
    register_three(&w);
    CHECK_OK(give(&w, "model.judged", "m", "{\"version\":1}"));
    CHECK_I64(alias(&w, "champion"), 1); /* nothing was in use */
    CHECK_OK(give(&w, "model.judged", "m", "{\"version\":2,\"margin\":0.1}"));
    CHECK_I64(alias(&w, "champion"), 1);
    CHECK_I64(count_entries(&w, "model.kept"), 1);
    CHECK_ERR(give(&w, "model.judged", "m", "{\"version\":3}"), ERR_CONFLICT); /* scores of other data */
    CHECK_ERR(give(&w, "model.judged", "m", "{\"version\":9}"), ERR_NOT_FOUND);
    CHECK_ERR(give(&w, "model.judged", "m", "{\"version\":2,\"metric\":\"f1\"}"), ERR_CONFLICT);
    CHECK_ERR(give(&w, "model.judged", "m", "{\"version\":2,\"margin\":-1}"), ERR_INPUT);
    CHECK_OK(give(&w, "model.judged", "m", "{\"version\":2,\"margin\":0.05}"));
    CHECK_I64(alias(&w, "champion"), 2);
    CHECK_ERR(give(&w, "model.judged", "m", "{\"version\":2}"), ERR_CONFLICT); /* is in use */
    world_done(&w);
}

TEST(scores_are_of_the_one_in_use_and_of_data_it_never_saw)
{
    struct world w = world_ready();
    register_three(&w);
    CHECK_OK(give(&w, "model.judged", "m", "{\"version\":1}"));
    CHECK_ERR(give(&w, "model.judged", "m", "{\"version\":3,\"champion\":2,\"score\":0.9,\"before\":0.8}"),
              ERR_CONFLICT);
    CHECK_ERR(give(&w, "model.judged", "m",
                   "{\"version\":3,\"champion\":1,\"score\":0.9,\"before\":0.8,\"held_back\":\"d\"}"),
              ERR_INPUT);
    CHECK_ERR(give(&w, "model.judged", "m", "{\"version\":3,\"champion\":1,\"score\":0.9}"), ERR_INPUT);
    CHECK_ERR(give(&w, "model.judged", "m", "{\"version\":3,\"champion\":1,\"score\":0.9,\"before\":0.8,\"wins\":3}"),
              ERR_INPUT);
    CHECK_OK(give(&w, "model.judged", "m",
                  "{\"version\":3,\"champion\":1,\"score\":0.9,\"before\":0.8,\"wins\":3,\"losses\":2}"));
    CHECK_I64(alias(&w, "champion"), 1); /* it may be luck */
    CHECK_OK(give(&w, "model.judged", "m",
                  "{\"version\":3,\"champion\":1,\"score\":0.9,\"before\":0.8,\"wins\":30,\"losses\":2}"));
    CHECK_I64(alias(&w, "champion"), 3);
    world_done(&w);
}

TEST(a_person_may_decide_but_says_why)
{
    struct world w = world_ready();
    register_three(&w);
    CHECK_OK(give(&w, "model.judged", "m", "{\"version\":2}"));
    CHECK_ERR(give(&w, "model.judged", "m", "{\"version\":1,\"force\":true}"), ERR_INPUT);
    CHECK_OK(give(&w, "model.judged", "m", "{\"version\":1,\"force\":true,\"comment\":\"smaller\"}"));
    CHECK_I64(alias(&w, "champion"), 1);
    world_done(&w);
}

TEST(the_way_back_never_leads_forward)
{
    struct world w = world_ready();
    register_three(&w);
    CHECK_ERR(give(&w, "model.rolled_back", "m", "{}"), ERR_CONFLICT);
    CHECK_OK(give(&w, "model.judged", "m", "{\"version\":1}"));
    CHECK_OK(give(&w, "model.judged", "m", "{\"version\":2}"));
    CHECK_OK(give(&w, "model.judged", "m", "{\"version\":3,\"force\":true,\"comment\":\"c\"}"));
    CHECK_OK(give(&w, "model.rolled_back", "m", "{}"));
    CHECK_I64(alias(&w, "champion"), 2);
    CHECK_OK(give(&w, "model.rolled_back", "m", "{}"));
    CHECK_I64(alias(&w, "champion"), 1);
    CHECK_ERR(give(&w, "model.rolled_back", "m", "{}"), ERR_CONFLICT);
    CHECK_OK(give(&w, "model.rolled_back", "m", "{\"version\":3}"));
    CHECK_I64(alias(&w, "champion"), 3);
    CHECK_ERR(give(&w, "model.rolled_back", "m", "{\"version\":7}"), ERR_NOT_FOUND);
    CHECK_I64(count_entries(&w, "model.restored"), 3);
    world_done(&w);
}

TEST(aliases_are_free_but_for_two)
{
    struct world w = world_ready();
    register_three(&w);
    CHECK_OK(give(&w, "model.aliased", "m", "{\"alias\":\"blue\",\"version\":2}"));
    CHECK_I64(alias(&w, "blue"), 2);
    CHECK_OK(give(&w, "model.aliased", "m", "{\"alias\":\"blue\",\"version\":0}"));
    CHECK_I64(alias(&w, "blue"), 0);
    CHECK_ERR(give(&w, "model.aliased", "m", "{\"alias\":\"blue\",\"version\":0}"), ERR_NOT_FOUND);
    CHECK_ERR(give(&w, "model.aliased", "m", "{\"alias\":\"champion\",\"version\":2}"), ERR_INPUT);
    CHECK_ERR(give(&w, "model.aliased", "m", "{\"alias\":\"latest\",\"version\":2}"), ERR_INPUT);
    CHECK_ERR(give(&w, "model.aliased", "m", "{\"alias\":\"v3\",\"version\":2}"), ERR_INPUT);
    world_done(&w);
}

/* ---- trials, with inquiries as cases ---- */

static char inquiry[32];

static void receive(struct world *w, const char *person, const char *champion, const char *challenger, bool fair)
{
    char text[2048];
    (void)snprintf(text, sizeof text,
                   "{\"channel\":\"api\",\"person\":\"%s\",\"sealed\":\"AAAA\",\"language\":\"en\",\"model\":\"x\","
                   "\"category\":\"%s\",\"category_score\":0.9,\"sentiment\":\"neutral\",\"sentiment_score\":0.8,"
                   "\"urgency\":\"low\",\"urgency_score\":0.7,\"trials\":[{\"model\":\"" INQUIRY_MODEL_CATEGORY
                   "\",\"version\":2,\"champion\":\"%s\",\"challenger\":\"%s\",\"used\":false,\"fair\":%s}]}",
                   person, champion, champion, challenger, fair ? "true" : "false");
    struct call c = { .w = w, .in = { STR("inquiry.received"), STR(""), STR("test"), str_of(text) } };
    CHECK_OK(store_run_at(w->store, w->now, apply_work, &c));
    (void)snprintf(inquiry, sizeof inquiry, "inq-%lld", (long long)c.seq);
}

static struct world world_on_trial(const char *share)
{
    struct world w = world_ready();
    char tried[64];
    const char *name = INQUIRY_MODEL_CATEGORY;
    CHECK_OK(give(&w, "model.registered", name, body("1", ",\"metrics\":{\"accuracy\":0.8},\"held_back\":\"h\"")));
    CHECK_OK(give(&w, "model.registered", name, body("2", "")));
    (void)snprintf(tried, sizeof tried, "{\"version\":2,\"share\":%s}", share);
    CHECK_ERR(give(&w, "model.tried", name, tried), ERR_CONFLICT); /* beside nothing */
    CHECK_OK(give(&w, "model.judged", name, "{\"version\":1}"));
    CHECK_OK(give(&w, "model.tried", name, tried));
    return w;
}

/* n cases of which a person says that `right` was so. */
static void label(struct world *w, int n, bool challenger_right, bool fair)
{
    static int person;
    for (int i = 0; i < n; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "p%d", person++);
        receive(w, name, "billing", "sales", fair);
        CHECK_OK(give(w, "inquiry.relabelled", inquiry,
                      challenger_right ? "{\"category\":\"sales\"}" : "{\"category\":\"billing\"}"));
    }
}

TEST(labels_of_a_trial_promote_the_challenger)
{
    struct world w = world_on_trial("0.5");
    const char *name = INQUIRY_MODEL_CATEGORY;
    CHECK_ERR(give(&w, "model.judged", name, "{\"version\":2}"), ERR_CONFLICT); /* nothing is known of it */
    label(&w, 3, true, true);
    CHECK_OK(give(&w, "model.judged", name, "{\"version\":2}"));
    CHECK_I64(count_entries(&w, "model.promoted"), 1); /* three may be luck */
    label(&w, 9, true, true);
    CHECK_OK(give(&w, "model.judged", name, "{\"version\":2}"));
    CHECK_I64(count_entries(&w, "model.promoted"), 2);
    CHECK_I64(count_entries(&w, "model.trial.ended"), 1);
    CHECK_STR(one(&w, SQL_MODEL_TRIAL_COUNTS, name, 0), "0"); /* its cases are gone */
    world_done(&w);
}

TEST(a_challenger_that_is_worse_is_out_by_itself)
{
    struct world w = world_on_trial("0.1");
    label(&w, 7, false, true);
    CHECK_I64(count_entries(&w, "model.trial.ended"), 0);
    label(&w, 2, false, true);
    CHECK_I64(count_entries(&w, "model.trial.ended"), 1);
    CHECK_ERR(give(&w, "model.tried", INQUIRY_MODEL_CATEGORY, "{\"version\":0}"), ERR_NOT_FOUND);
    world_done(&w);
}

/* People correct what they are shown, so labels speak against the one in use: they prove nothing. */
TEST(labels_of_a_shadow_are_no_evidence)
{
    struct world w = world_on_trial("0");
    label(&w, 40, true, false);
    CHECK_STR(one(&w, SQL_MODEL_TRIAL_GET, INQUIRY_MODEL_CATEGORY, 3), "40");
    CHECK_STR(one(&w, SQL_MODEL_TRIAL_COUNTS, INQUIRY_MODEL_CATEGORY, 0), "0");
    CHECK_ERR(give(&w, "model.judged", INQUIRY_MODEL_CATEGORY, "{\"version\":2}"), ERR_CONFLICT);
    CHECK_OK(give(&w, "model.tried", INQUIRY_MODEL_CATEGORY, "{\"version\":0}"));
    CHECK_I64(count_entries(&w, "model.trial.ended"), 1);
    world_done(&w);
}

TEST(cases_of_another_version_are_passed_over_and_the_newest_label_counts)
{
    struct world w = world_on_trial("0.5");
    CHECK_OK(give(&w, "model.registered", INQUIRY_MODEL_CATEGORY, body("3", "")));
    receive(&w, "a", "billing", "sales", true);
    CHECK_OK(give(&w, "inquiry.relabelled", inquiry, "{\"category\":\"sales\"}"));
    CHECK_STR(one(&w, SQL_MODEL_TRIAL_COUNTS, INQUIRY_MODEL_CATEGORY, 2), "1");
    CHECK_OK(give(&w, "inquiry.relabelled", inquiry, "{\"category\":\"billing\"}"));
    CHECK_STR(one(&w, SQL_MODEL_TRIAL_COUNTS, INQUIRY_MODEL_CATEGORY, 2), "0");
    CHECK_STR(one(&w, SQL_MODEL_TRIAL_COUNTS, INQUIRY_MODEL_CATEGORY, 1), "1");
    CHECK_OK(give(&w, "model.tried", INQUIRY_MODEL_CATEGORY, "{\"version\":3,\"share\":0.5}"));
    receive(&w, "b", "billing", "sales", true); /* says it is of version 2 */
    CHECK_STR(one(&w, SQL_MODEL_TRIAL_GET, INQUIRY_MODEL_CATEGORY, 3), "0");
    world_done(&w);
}
