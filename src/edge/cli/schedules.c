/* weir schedules: what is due when, how it went, and what people want of it. */
#include <stdio.h>
#include <unistd.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"

static str when_next(struct cli *cli, json *x)
{
    str by = json_get_str(x, "paused_by");
    if (STR_IS(by, "weir.yaml")) return STR("paused");
    if (by.len) return str_fmt(cli_arena(cli), "paused by " STR_FMT, STR_ARG(by));
    return client_when(cli, json_get(x, "next"));
}

static str how_last(struct cli *cli, json *last)
{
    json *ended = json_get(last, "ended");
    if (!yyjson_is_obj(last)) return STR("never");
    str state = json_get_str(last, "state");
    if (STR_IS(state, "running")) return str_fmt(cli_arena(cli), "running since " STR_FMT,
                                                 STR_ARG(client_when(cli, json_get(last, "started"))));
    return yyjson_is_int(ended)
               ? str_fmt(cli_arena(cli), STR_FMT " " STR_FMT, STR_ARG(state), STR_ARG(client_when(cli, ended)))
               : state;
}

static str times_of(struct cli *cli, json *x)
{
    str zone = json_get_str(x, "timezone"), cron = json_get_str(x, "cron");
    return STR_IS(zone, "UTC") ? cron : str_fmt(cli_arena(cli), STR_FMT " " STR_FMT, STR_ARG(cron), STR_ARG(zone));
}

static void add_schedule(struct cli *cli, json *x, struct table *t)
{
    table_row(t, (const str[]){ json_get_str(x, "name"), times_of(cli, x), when_next(cli, x),
                                how_last(cli, json_get(x, "last")), client_text(cli, x, "runs"),
                                client_text(cli, x, "failed") });
}

static int run_list(struct cli *cli)
{
    static const char *const heads[] = { "!NAME", "~TIMES", "NEXT", "~LAST", ">?RUNS", ">?FAILED", NULL };
    static const struct client_list schedules = { .heads = heads, .row = add_schedule, .none = "no schedules" };
    struct client c;
    int rc = client_open(cli, &c);
    return rc ? rc : client_list(&c, client_page(&c, STR("/api/v1/schedules")), &schedules);
}

/* ---- one ---- */

static void print_schedule(struct cli *cli, json *x)
{
    struct arena *a = cli_arena(cli);
    str does = json_get_str(x, "does");
    (void)printf(STR_FMT "\n", STR_ARG(json_get_str(x, "name")));
    card_line(stdout, a, "does", STR_IS(does, "command") ? STR("a command of weir.yaml") : STR("built in"));
    card_line(stdout, a, "times",
              str_fmt(a, STR_FMT " " STR_FMT, STR_ARG(json_get_str(x, "cron")), STR_ARG(json_get_str(x, "timezone"))));
    card_line(stdout, a, "next", when_next(cli, x));
    card_line(stdout, a, "last", how_last(cli, json_get(x, "last")));
    card_line(stdout, a, "ended",
              str_fmt(a, STR_FMT ", " STR_FMT " of them failed", STR_ARG(client_text(cli, x, "runs")),
                      STR_ARG(client_text(cli, x, "failed"))));
    card_line(stdout, a, "left out",
              str_fmt(a, STR_FMT " while weir was down, " STR_FMT " while a run went on",
                      STR_ARG(client_text(cli, x, "missed")), STR_ARG(client_text(cli, x, "skipped"))));
    card_line(stdout, a, "limit", duration_text(json_get_i64(x, "timeout_us", 0), a));
    card_line(stdout, a, "retries",
              str_fmt(a, STR_FMT ", the first after " STR_FMT, STR_ARG(client_text(cli, x, "retries")),
                      STR_ARG(duration_text(json_get_i64(x, "retry_us", 0), a))));
}

static str duration_of(struct cli *cli, json *x)
{
    json *from = json_get(x, "started"), *to = json_get(x, "ended");
    bool over = yyjson_is_int(from) && yyjson_is_int(to);
    return over ? duration_text(json_i64(to, 0) - json_i64(from, 0), cli_arena(cli)) : STR("");
}

static void add_run(struct cli *cli, json *x, struct table *t)
{
    str by = json_get_str(x, "asked_by");
    table_row(t, (const str[]){ json_get_str(x, "id"), json_get_str(x, "state"), client_text(cli, x, "attempt"),
                                client_when(cli, json_get(x, "started")), duration_of(cli, x),
                                by.len ? by : STR("clock"), json_get_str(x, "summary") });
}

static void print_runs(struct cli *cli, json *runs)
{
    static const char *const heads[] = { "!RUN", "STATE", ">?TRY", "STARTED", ">TOOK", "?BY", "~SUMMARY", NULL };
    client_table_below(cli, runs, &(struct client_list){ .heads = heads, .row = add_run });
}

/* One document of both: {"schedule":...,"runs":[...]}. */
static void print_both(const struct answer *one, const struct answer *runs, struct arena *a)
{
    (void)printf("{\"schedule\":" STR_FMT ",\"runs\":" STR_FMT "}\n", STR_ARG(json_text(one->root, a)),
                 STR_ARG(json_text(json_get(runs->root, "items"), a)));
}

static int run_show(struct cli *cli)
{
    struct client c;
    struct answer one, runs;
    str name = cli_arg(cli, 0);
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "GET", client_path(&c, "/api/v1/schedules/", name, ""), STR_NONE, &one);
    if (!rc)
        rc = client_call(&c, "GET", client_page(&c, client_path(&c, "/api/v1/schedules/", name, "/runs")), STR_NONE,
                         &runs);
    if (rc) return rc;
    if (cli_json(cli)) {
        print_both(&one, &runs, cli_arena(cli));
        return EXIT_FINE;
    }
    print_schedule(cli, one.root);
    print_runs(cli, json_get(runs.root, "items"));
    return EXIT_FINE;
}

/* ---- what people want ---- */

/* Until it is over; a run that waits for its next attempt is not. */
static int wait_for(struct client *c, str id, struct answer *out)
{
    for (;;) {
        int rc = client_call(c, "GET", client_path(c, "/api/v1/schedule-runs/", id, ""), STR_NONE, out);
        if (rc) return rc;
        str state = json_get_str(out->root, "state");
        if (!STR_IS(state, "due") && !STR_IS(state, "running") && !STR_IS(state, "again"))
            return STR_IS(state, "ok") ? EXIT_FINE : EXIT_FOUND;
        (void)usleep(500000);
    }
}

static int run_run(struct cli *cli)
{
    struct client c;
    struct answer reply, run;
    struct buf b = buf_init(1 << 14);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "comment", cli_str(cli, "comment"));
    jw_close(&w);
    int rc = client_open(cli, &c);
    if (!rc)
        rc = client_call(&c, "POST", client_path(&c, "/api/v1/schedules/", cli_arg(cli, 0), "/run"), buf_view(&b),
                         &reply);
    buf_done(&b);
    if (rc) return rc;
    str id = json_get_str(reply.root, "id");
    if (!cli_has(cli, "wait")) {
        if (cli_json(cli)) client_print_json(&reply);
        else
            (void)printf(STR_FMT " is due now: weir schedules show " STR_FMT "\n", STR_ARG(id),
                         STR_ARG(cli_arg(cli, 0)));
        return EXIT_FINE;
    }
    rc = wait_for(&c, id, &run);
    if (rc != EXIT_FINE && rc != EXIT_FOUND) return rc;
    if (cli_json(cli)) client_print_json(&run);
    else
        (void)printf(STR_FMT " " STR_FMT ": " STR_FMT "\n", STR_ARG(id), STR_ARG(json_get_str(run.root, "state")),
                     STR_ARG(json_get_str(run.root, "summary")));
    return rc;
}

static int run_pause(struct cli *cli)
{
    return client_comment(cli, "/api/v1/schedules/", "/pause", "rests");
}

static int run_resume(struct cli *cli)
{
    return client_comment(cli, "/api/v1/schedules/", "/resume", "runs at its times again");
}

static const struct cli_option list_options[] = { LIST_OPTIONS, { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option run_options[] = {
    { "wait", 'w', NULL, NULL, "Until it is over; the exit status is 1 when it failed." },
    { "comment", 'm', "TEXT", NULL, "Why." },
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option comment_options[] = { { "comment", 'm', "TEXT", NULL, "Why." },
                                                     { NULL, 0, NULL, NULL, NULL } };

const struct command command_schedules_list = {
    "schedules list", "", "The same: all schedules.", NULL, list_options, run_list,
};
const struct command command_schedules = {
    "schedules",
    "",
    "What runs by itself, when next, and how it went.",
    "Built in are daily_ingestion, batch_classify_inquiries and model_retraining; they rest until inquiries are set "
    "up. "
    "Your own stand in weir.yaml under schedules: (see weir config check). Each is a pipeline of its name, watched "
    "like "
    "any other: weir runs NAME.",
    list_options,
    run_list,
};
const struct command command_schedules_show = {
    "schedules show", "NAME", "One schedule and its runs.", NULL, list_options, run_show,
};
const struct command command_schedules_run = {
    "schedules run", "NAME", "Run a schedule now.", NULL, run_options, run_run,
};
const struct command command_schedules_pause = {
    "schedules pause", "NAME", "Let a schedule rest.", NULL, comment_options, run_pause,
};
const struct command command_schedules_resume = {
    "schedules resume", "NAME", "Let a schedule run at its times again.", NULL, comment_options, run_resume,
};
