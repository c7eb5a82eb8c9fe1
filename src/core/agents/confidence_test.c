#include "core/agents/confidence.h"

#include "core/agents/priors.h"
#include "test.h"

static const char *const remedies[] = { "job.retry", "job.rerun", "command.run", "webhook.call", "knob.set" };
enum { REMEDIES = sizeof remedies / sizeof remedies[0] };

TEST(every_prior_is_a_proper_one_and_outweighed_by_ten_outcomes)
{
    for (int c = 0; c < CAUSE_COUNT; c++) {
        for (int i = 0; i < REMEDIES; i++) {
            double alpha, beta;
            prior_of((enum cause_kind)c, str_of(remedies[i]), &alpha, &beta);
            CHECK(alpha > 0 && beta > 0 && alpha + beta <= 10.0);
        }
    }
}

TEST(what_cannot_pass_by_itself_is_not_retried_alone)
{
    static const enum cause_kind stays[] = { CAUSE_SCHEMA_MISSING, CAUSE_SOURCE_AUTH, CAUSE_PERMISSION,
                                             CAUSE_CODE_ERROR, CAUSE_RESOURCE_DISK_FULL };
    for (size_t i = 0; i < sizeof stays / sizeof stays[0]; i++) {
        double alpha, beta;
        prior_of(stays[i], STR("job.retry"), &alpha, &beta);
        CHECK(alpha / (alpha + beta) < 0.5);
    }
}

struct ask {
    double confidence;
    const char *pipeline;
    int64_t worked, failed; /* recorded first, for "orders" */
};

static err answer(struct tx *tx, void *ctx)
{
    struct ask *ask = ctx;
    struct cause cause = { .kind = CAUSE_SOURCE_TIMEOUT, .pipeline = STR("orders"), .score = 0.94 };
    if (ask->worked || ask->failed)
        tx_exec(tx, SQL_REMEDY_RECORD_ADD, V("source.timeout"), V("job.retry"), V("orders"), V(ask->worked),
                V(ask->failed));
    ask->confidence = remedy_confidence(tx, &cause, STR("job.retry"), str_of(ask->pipeline));
    return tx_err(tx);
}

static double confidence_after(int64_t worked, int64_t failed, const char *pipeline)
{
    struct env env = env_os();
    struct store *s = NULL;
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR_NONE }, &env, &s));
    struct ask ask = { .pipeline = pipeline, .worked = worked, .failed = failed };
    CHECK_OK(store_run(s, answer, &ask));
    store_close(s);
    return ask.confidence;
}

TEST(confidence_starts_at_the_prior_and_follows_the_outcomes)
{
    double fresh = confidence_after(0, 0, "orders");
    CHECK(fresh >= 0.8 && fresh < 0.94); /* enough to act alone */
    CHECK(confidence_after(1, 0, "orders") > fresh);
    CHECK(confidence_after(0, 2, "orders") < 0.8); /* two failures: no longer alone */
    CHECK(confidence_after(0, 10, "orders") < 0.5);
    CHECK(confidence_after(100, 0, "orders") <= 0.94); /* never surer than of the cause */
}

TEST(outcomes_elsewhere_count_half)
{
    double here = confidence_after(0, 2, "orders"), elsewhere = confidence_after(0, 4, "customers");
    CHECK(memcmp(&here, &elsewhere, sizeof here) == 0);
    CHECK(confidence_after(0, 2, "customers") > here);
}
