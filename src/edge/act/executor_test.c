/* What is done, in which order, and what is not done: remedies through the executor. */
#include "edge/act/executor_kit.h"

#include <signal.h>

TEST(a_retry_runs_the_declared_steps_in_order_and_reports_them)
{
    struct world *w = world_new();
    declare(w, "");
    script(w, "one.sh",
           "echo one $DECLARED ${HOME:+home} ${WEIR_TEST_LEAK:-clean} >> log; echo said; echo '{\"rows\":5}' > "
           "$WEIR_REPORT");
    script(w, "two.sh", "echo two $WEIR_EFFECT >> log");
    CHECK(setenv("WEIR_TEST_LEAK", "leaked", 1) == 0);
    add(w, "eff-1", "apply", "job.retry", "p/one", steps_args);
    world_run(w);
    struct row r = finished(w, "eff-1");
    CHECK_STR(r.state, "done");
    CHECK_STR(file(w, "log"), "one yes home clean\ntwo eff-1\n");
    CHECK_I64(json_get_i64(json_get(r.outcome, "detail"), "steps_done", 0), 2);
    struct tx *tx = NULL;
    CHECK_OK(store_read(w->store, &tx));
    struct rows *run = tx_query(tx, SQL_RUN_OF_EFFECT, V("eff-1"));
    CHECK(rows_next(run));
    CHECK_STR(rows_str(run, 0), "one");
    CHECK_STR(rows_str(run, 1), "ok");
    CHECK_I64(rows_i64(run, 2), 5);
    CHECK_STR(rows_str(run, 3), "said\n");
    CHECK(rows_next(run));
    CHECK_STR(rows_str(run, 0), "two");
    rows_end(run);
    store_read_end(tx);
    world_free(w);
}

TEST(a_step_that_fails_stops_the_rest)
{
    struct world *w = world_new();
    declare(w, "");
    script(w, "one.sh", "echo broken >&2; exit 3");
    script(w, "two.sh", "echo two >> log");
    add(w, "eff-1", "apply", "job.rerun", "p/one", steps_args);
    world_run(w);
    struct row r = finished(w, "eff-1");
    CHECK_STR(r.state, "failed");
    CHECK_STR(summary(r), "step one of p ended with exit code 3");
    CHECK_STR(json_get_str(json_get(r.outcome, "detail"), "output"), "broken\n");
    CHECK_STR(file(w, "log"), "");
    world_free(w);
}

static str precheck(struct row r)
{
    CHECK_STR(r.state, "done");
    return json_get_str(json_get(r.outcome, "detail"), "precheck");
}

TEST(a_probe_tells_what_would_be_done_and_touches_nothing)
{
    struct world *w = world_new();
    declare_all(w, 9);
    world_run(w);
    struct row r = one(w, "probe", "job.retry", steps_args);
    CHECK_STR(precheck(r), "ok");
    CHECK_STR(json_get_str(json_get(r.outcome, "detail"), "dry_run"),
              "would run one (sh one.sh), then two (sh two.sh)");
    str digest = json_get_str(r.outcome, "digest");
    CHECK_I64(digest.len, 64);
    CHECK(str_eq(digest, json_get_str(one(w, "probe", "job.retry", steps_args).outcome, "digest")));
    script(w, "two.sh", "echo something else >> log");
    CHECK(!str_eq(digest, json_get_str(one(w, "probe", "job.retry", steps_args).outcome, "digest")));
    CHECK_STR(file(w, "log"), "");
    CHECK_STR(precheck(one(w, "probe", "job.retry", "{\"pipeline\":\"p\",\"steps\":[\"three\"]}")),
              "step three is not declared");
    CHECK_STR(precheck(one(w, "probe", "job.retry", "{\"pipeline\":\"q\",\"steps\":[\"one\"]}")),
              "the pipeline is not declared");
    CHECK_STR(precheck(one(w, "probe", "command.run", "{\"pipeline\":\"p\",\"command\":\"sh -c evil\"}")),
              "the command is not declared");
    CHECK_STR(precheck(one(w, "probe", "knob.set", "{\"pipeline\":\"p\",\"knob\":\"memory_mb\",\"value\":\"4096\"}")),
              "the value is outside what is declared for the knob");
    world_free(w);
}

/* Nothing that comes with an effect becomes a command: names that are not declared do nothing at all. */
TEST(only_what_is_declared_is_ever_run)
{
    struct world *w = world_new();
    declare_all(w, 9);
    world_run(w);
    CHECK_STR(summary(one(w, "apply", "command.run",
                          "{\"pipeline\":\"p\",\"command\":\"sh\",\"argv\":[\"sh\",\"-c\",\"echo evil >> log\"]}")),
              "nothing was done: the command is not declared");
    CHECK_STR(summary(one(w, "apply", "job.retry", "{\"pipeline\":\"p\",\"steps\":[\"one; echo evil >> log\"]}")),
              "nothing was done: step one; echo evil >> log is not declared");
    CHECK_STR(one(w, "apply", "shell.run", "{\"pipeline\":\"p\"}").state, "failed");
    CHECK_STR(one(w, "notify", "slack", "{}").state, "failed");
    CHECK_STR(file(w, "log"), "");
    world_free(w);
}

TEST(a_declared_command_runs_and_can_be_taken_back)
{
    struct world *w = world_new();
    declare_all(w, 9);
    world_run(w);
    CHECK_STR(
        one(w, "apply", "command.run", "{\"pipeline\":\"p\",\"command\":\"last_good\",\"steps\":[\"two\"]}").state,
        "done");
    CHECK_STR(file(w, "log"), "good\ntwo\n");
    CHECK_STR(one(w, "undo", "command.run", "{\"pipeline\":\"p\",\"command\":\"last_good\"}").state, "done");
    CHECK_STR(file(w, "log"), "good\ntwo\nback\n");
    world_free(w);
}

TEST(past_its_time_a_command_is_ended)
{
    struct world *w = world_new();
    declare_all(w, 9);
    world_run(w);
    struct row r = one(w, "apply", "command.run", "{\"pipeline\":\"p\",\"command\":\"slow\"}");
    CHECK_STR(r.state, "failed");
    CHECK_STR(summary(r), "command slow was ended: it took too long");
    world_free(w);
}

TEST(a_knob_reaches_the_steps_and_is_kept_when_they_went_well)
{
    struct world *w = world_new();
    declare_all(w, 9);
    world_run(w);
    const char *args =
        "{\"pipeline\":\"p\",\"knob\":\"memory_mb\",\"value\":\"256\",\"before\":\"128\",\"steps\":[\"one\"]}";
    struct row r = one(w, "apply", "knob.set", args);
    CHECK_STR(r.state, "done");
    CHECK_STR(json_get_str(json_get(r.outcome, "detail"), "output"), "262144\n");
    CHECK_STR(file(w, "log"), "one 256\n");
    CHECK_STR(one(w, "apply", "job.retry", "{\"pipeline\":\"p\",\"steps\":[\"one\"]}").state, "done");
    CHECK_STR(file(w, "log"), "one 256\none 256\n"); /* the core kept it */
    CHECK_STR(one(w, "verify", "knob.set", args).state, "done");
    CHECK_STR(one(w, "undo", "knob.set", args).state, "done");
    CHECK_STR(one(w, "apply", "job.retry", "{\"pipeline\":\"p\",\"steps\":[\"one\"]}").state, "done");
    CHECK_STR(file(w, "log"), "one 256\none 256\none 128\n");
    world_free(w);
}

TEST(verify_looks_at_the_newest_run)
{
    struct world *w = world_new();
    declare_all(w, 9);
    world_run(w);
    script(w, "one.sh", "exit 1");
    CHECK_STR(one(w, "apply", "job.retry", steps_args).state, "failed");
    CHECK_STR(one(w, "verify", "job.retry", steps_args).state, "failed");
    script(w, "one.sh", "exit 0");
    CHECK_STR(one(w, "apply", "job.retry", steps_args).state, "done");
    CHECK_STR(one(w, "verify", "job.retry", steps_args).state, "done");
    world_free(w);
}

TEST(a_webhook_is_signed_and_called_once)
{
    struct world *w = world_new();
    struct hook hook = { 0 };
    struct fake_http *s = NULL;
    CHECK_OK(fake_http_start(hook_reply, &hook, &s));
    declare_all(w, fake_http_port(s));
    world_run(w);
    add(w, "eff-1", "apply", "webhook.call", "p/one",
        "{\"pipeline\":\"p\",\"webhook\":\"once\",\"payload\":{\"cause\":\"x\"}}");
    CHECK_STR(finished(w, "eff-1").state, "done");
    CHECK_I64(fake_http_count(s), 1);
    struct fake_request r = fake_http_request(s, 0, &w->a);
    str at = fake_header(&r, "x-weir-timestamp");
    struct sha256 mac = hmac_sha256(STR("hush"), str_fmt(&w->a, STR_FMT "." STR_FMT, STR_ARG(at), STR_ARG(r.body)));
    str want = str_fmt(&w->a, "v1=" STR_FMT, STR_ARG(hex_text((str){ (char *)mac.b, SHA256_LEN }, &w->a)));
    CHECK(str_eq(fake_header(&r, "x-weir-signature"), want));
    CHECK_STR(fake_header(&r, "idempotency-key"), "key-eff-1");
    CHECK(str_find(r.body, STR("\"payload\":{\"cause\":\"x\"}"), 0) > 0);
    world_free(w);
    fake_http_stop(s);
}

TEST(a_lost_reply_is_unknown_unless_the_target_drops_copies)
{
    struct world *w = world_new();
    struct hook hook = { .lose = 1 };
    struct fake_http *s = NULL;
    CHECK_OK(fake_http_start(hook_reply, &hook, &s));
    declare_all(w, fake_http_port(s));
    world_run(w);
    CHECK_STR(one(w, "apply", "webhook.call", "{\"pipeline\":\"p\",\"webhook\":\"once\"}").state, "unknown");
    CHECK_I64(fake_http_count(s), 1);
    hook.seen = 0;
    hook.fail = 2; /* one lost, one refused, then it works */
    CHECK_STR(one(w, "apply", "webhook.call", "{\"pipeline\":\"p\",\"webhook\":\"dedup\"}").state, "done");
    CHECK_I64(fake_http_count(s), 4);
    struct fake_request first = fake_http_request(s, 1, &w->a), last = fake_http_request(s, 3, &w->a);
    CHECK(str_eq(fake_header(&first, "idempotency-key"), fake_header(&last, "idempotency-key")));
    CHECK_STR(one(w, "apply", "webhook.call", "{\"pipeline\":\"p\",\"webhook\":\"nobody\"}").state,
              "failed"); /* certain */
    world_free(w);
    fake_http_stop(s);
}

TEST(never_two_effects_of_one_pipeline_at_once)
{
    struct world *w = world_new();
    declare_all(w, 9);
    script(w, "one.sh", "mkdir held || exit 9; i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; rmdir held");
    for (int i = 0; i < 12; i++)
        add(w, str_fmt(&w->a, "eff-%d", i).ptr, "apply", "job.retry", i % 2 ? "p/one" : "p/two",
            "{\"pipeline\":\"p\",\"steps\":[\"one\"]}");
    w->opts.threads = 4;
    world_run(w);
    for (int i = 0; i < 12; i++) CHECK_STR(finished(w, str_fmt(&w->a, "eff-%d", i).ptr).state, "done");
    CHECK(executor_stats(w->executor).done >= 11); /* the last is counted after its commit */
    CHECK_I64(executor_stats(w->executor).errors, 0);
    world_free(w);
}

TEST(a_remedy_waits_for_a_run_that_is_under_way)
{
    struct world *w = world_new();
    declare_all(w, 9);
    usec now = w->env.wall(&w->env);
    input(w, "run.started", STR("r1"),
          str_fmt(&w->a, "{\"pipeline\":\"p\",\"step\":\"one\",\"started\":%lld}", (long long)now));
    add(w, "eff-1", "apply", "job.retry", "p/one", "{\"pipeline\":\"p\",\"steps\":[\"two\"]}");
    add(w, "eff-2", "probe", "job.retry", "p/one", steps_args);
    w->opts.busy_patience = USEC_MAX / 2;
    world_run(w);
    CHECK_STR(finished(w, "eff-2").state, "done"); /* looking is free */
    CHECK_STR(row_of(w, "eff-1").state, "pending");
    input(w, "run.finished", STR("r1"),
          str_fmt(&w->a, "{\"pipeline\":\"p\",\"step\":\"one\",\"started\":%lld,\"ended\":%lld,\"exit_code\":0}",
                  (long long)now, (long long)now + 1));
    CHECK_STR(finished(w, "eff-1").state, "done");
    world_free(w);
}

TEST(stopping_ends_what_takes_too_long)
{
    struct world *w = world_new();
    declare_all(w, 9);
    CHECK(mkfifo(str_fmt(&w->a, STR_FMT "/up", STR_ARG(w->dir)).ptr, 0600) == 0);
    script(w, "one.sh", "echo up > up; sleep 100");
    add(w, "eff-1", "apply", "job.retry", "p/one", steps_args);
    world_run(w);
    CHECK_STR(file(w, "up"), "up\n"); /* blocks until the step is there */
    world_halt(w, USEC_MS);
    struct row r = row_of(w, "eff-1");
    CHECK_STR(r.state, "failed");
    CHECK_STR(summary(r), "step one of p was ended by signal 15");
    world_free(w);
}
