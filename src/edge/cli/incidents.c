/* weir incidents, weir cases: what broke, why, and what was done about it. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"

static enum tone tone_of(str severity)
{
    if (STR_IS(severity, "CRITICAL") || STR_IS(severity, "HIGH")) return TONE_BAD;
    return STR_IS(severity, "MEDIUM") ? TONE_WARN : TONE_PLAIN;
}

static void add_incident(struct cli *cli, json *x, struct table *t)
{
    table_row(t, (const str[]){ json_get_str(x, "id"), json_get_str(x, "severity"), json_get_str(x, "state"),
                                json_get_str(x, "pipeline"), json_get_str(x, "title"),
                                client_when(cli, json_get(x, "opened")) });
}

static int list_incidents(struct client *c)
{
    /* Once diagnosed, the title is the cause in words; its kind is on the card and in --json. */
    static const char *const heads[] = { "!ID", "SEVERITY", "STATE", "~PIPELINE", "~TITLE", "OPENED", NULL };
    struct cli *cli = c->cli;
    bool all = cli_has(cli, "all");
    str state = cli_str(cli, "state"), path = client_page(c, STR("/api/v1/incidents"));
    if (!state.len && !all) state = STR("active");
    path = client_query(c, client_query(c, path, "state", state), "pipeline", cli_str(cli, "pipeline"));
    return client_list(
        c, path,
        &(struct client_list){ .heads = heads,
                               .row = add_incident,
                               .none = all ? "no incidents" : "no open incidents (--all shows those that are over)" });
}

static void show_causes(struct cli *cli, json *incident)
{
    struct arena *a = cli_arena(cli);
    size_t i, n, k, m;
    json *cause, *evidence;
    card_head(stdout, "Causes, best first", cli_color(cli));
    if (!yyjson_arr_size(json_get(incident, "causes")))
        card_item(stdout, a, 2, STR("unknown: the evidence names none"));
    yyjson_arr_foreach(json_get(incident, "causes"), i, n, cause)
    {
        card_item(stdout, a, 2,
                  str_fmt(a, STR_FMT "  [" STR_FMT " at " STR_FMT ", %.2f]", STR_ARG(json_get_str(cause, "title")),
                          STR_ARG(json_get_str(cause, "kind")), STR_ARG(json_get_str(cause, "subject")),
                          json_get_f64(cause, "score", 0)));
        yyjson_arr_foreach(json_get(cause, "evidence"), k, m, evidence)
        {
            card_item(stdout, a, 6,
                      str_fmt(a, STR_FMT " (entry %lld)", STR_ARG(json_get_str(evidence, "text")),
                              (long long)json_get_i64(evidence, "seq", 0)));
        }
    }
}

static json *by_id(json *list, str id)
{
    size_t i, n;
    json *x;
    yyjson_arr_foreach(list, i, n, x) if (str_eq(json_get_str(x, "id"), id)) return x;
    return NULL;
}

static void show_decisions(struct cli *cli, json *incident)
{
    struct arena *a = cli_arena(cli);
    size_t i, n;
    json *d;
    yyjson_arr_foreach(json_get(incident, "decisions"), i, n, d)
    {
        if (i == 0) card_head(stdout, "Decisions", cli_color(cli));
        json *proposal = by_id(json_get(incident, "proposals"), json_get_str(d, "proposal"));
        card_item(stdout, a, 2,
                  str_fmt(a, STR_FMT ": " STR_FMT, STR_ARG(json_get_str(d, "verdict")),
                          STR_ARG(json_get_str(proposal, "summary"))));
        card_item(stdout, a, 6,
                  str_fmt(a, "rule " STR_FMT ": " STR_FMT, STR_ARG(json_get_str(d, "rule")),
                          STR_ARG(json_get_str(d, "because"))));
        card_item(stdout, a, 6,
                  str_fmt(a, "confidence %.2f, cost %.2f USD, leaves " STR_FMT, json_get_f64(d, "confidence", 0),
                          json_get_f64(d, "cost_usd", 0), STR_ARG(json_get_str(proposal, "leaves"))));
    }
}

static void show_effects(struct cli *cli, json *incident)
{
    struct arena *a = cli_arena(cli);
    size_t i, n;
    json *f;
    yyjson_arr_foreach(json_get(incident, "effects"), i, n, f)
    {
        if (i == 0) card_head(stdout, "Effects", cli_color(cli));
        str what = json_get_str(json_get(f, "outcome"), "summary"), took = STR("");
        json *from = json_get(f, "started"), *to = json_get(f, "ended");
        if (yyjson_is_int(from) && yyjson_is_int(to))
            took = str_fmt(a, " in " STR_FMT, STR_ARG(duration_text(json_i64(to, 0) - json_i64(from, 0), a)));
        card_item(stdout, a, 2,
                  str_fmt(a, STR_FMT " " STR_FMT " " STR_FMT ": " STR_FMT STR_FMT "%s" STR_FMT,
                          STR_ARG(json_get_str(f, "kind")), STR_ARG(json_get_str(f, "remedy")),
                          STR_ARG(json_get_str(f, "target")), STR_ARG(json_get_str(f, "state")), STR_ARG(took),
                          what.len ? "; " : "", STR_ARG(what)));
    }
}

static void show_approvals(struct cli *cli, json *incident)
{
    struct arena *a = cli_arena(cli);
    size_t i, n;
    json *p;
    yyjson_arr_foreach(json_get(incident, "approvals"), i, n, p)
    {
        if (i == 0) card_head(stdout, "Approvals", cli_color(cli));
        str id = json_get_str(p, "id"), state = json_get_str(p, "state"), by = json_get_str(p, "decided_by"),
            comment = json_get_str(p, "comment");
        if (STR_IS(state, "pending"))
            card_item(
                stdout, a, 2,
                str_fmt(a, STR_FMT " waits: weir approve " STR_FMT ", or weir reject " STR_FMT " (expires " STR_FMT ")",
                        STR_ARG(id), STR_ARG(id), STR_ARG(id), STR_ARG(client_when(cli, json_get(p, "expires")))));
        else
            card_item(stdout, a, 2,
                      str_fmt(a, STR_FMT " " STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(id), STR_ARG(state),
                              by.len ? " by " : "", STR_ARG(by), comment.len ? ": " : "", STR_ARG(comment)));
    }
}

static void show_findings(struct cli *cli, json *incident)
{
    enum { SHOWN_MAX = 20 };
    struct arena *a = cli_arena(cli);
    size_t i, n;
    json *f;
    yyjson_arr_foreach(json_get(incident, "findings"), i, n, f)
    {
        if (i == 0) card_head(stdout, "Findings", cli_color(cli));
        if (i == SHOWN_MAX) {
            card_item(stdout, a, 2, str_fmt(a, "and %zu more (--json)", n - SHOWN_MAX));
            break;
        }
        card_item(stdout, a, 2,
                  str_fmt(a, STR_FMT "  [" STR_FMT ", " STR_FMT ", " STR_FMT "]", STR_ARG(json_get_str(f, "summary")),
                          STR_ARG(json_get_str(f, "kind")), STR_ARG(json_get_str(f, "severity")),
                          STR_ARG(client_when(cli, json_get(f, "time")))));
    }
}

static int show_incident(struct client *c, str id)
{
    struct cli *cli = c->cli;
    struct arena *a = cli_arena(cli);
    struct answer reply;
    bool color = cli_color(cli);
    int rc = client_call(c, "GET", client_path(c, "/api/v1/incidents/", id, ""), STR_NONE, &reply);
    if (rc) return rc;
    if (cli_json(cli)) {
        client_print_json(&reply);
        return EXIT_FINE;
    }
    json *x = reply.root;
    str severity = json_get_str(x, "severity");
    (void)printf("%s" STR_FMT "%s  " STR_FMT "  " STR_FMT "\n", tone_on(tone_of(severity), color), STR_ARG(severity),
                 tone_off(color), STR_ARG(json_get_str(x, "id")), STR_ARG(json_get_str(x, "state")));
    card_line(stdout, a, "what", json_get_str(x, "title"));
    card_line(stdout, a, "pipeline", json_get_str(x, "pipeline"));
    card_line(stdout, a, "opened", client_when(cli, json_get(x, "opened")));
    card_line(stdout, a, "resolved", client_when(cli, json_get(x, "resolved")));
    card_line(stdout, a, "by", json_get_str(x, "resolution"));
    json *label = json_get(x, "label");
    if (yyjson_is_obj(label))
        card_line(stdout, a, "was", json_bool(json_get(label, "real"), false) ? STR("real") : STR("a false alarm"));
    card_line(stdout, a, "case", json_get_str(x, "case_id"));
    show_causes(cli, x);
    show_decisions(cli, x);
    show_approvals(cli, x);
    show_effects(cli, x);
    show_findings(cli, x);
    return EXIT_FINE;
}

static int run_incidents(struct cli *cli)
{
    struct client c;
    int rc = client_open(cli, &c);
    if (rc) return rc;
    return cli_arg_count(cli) ? show_incident(&c, cli_arg(cli, 0)) : list_incidents(&c);
}

static int run_close(struct cli *cli)
{
    return client_comment(cli, "/api/v1/incidents/", "/close", "closed");
}

/* Only the words real and false are taken: a slip must not teach the opposite. */
static int run_label(struct cli *cli)
{
    struct client c;
    struct answer reply;
    str word = cli_arg(cli, 1);
    bool real = STR_IS(word, "real");
    if (!real && !STR_IS(word, "false")) return cli_fail(cli, EXIT_USAGE, "expected real or false after the incident");
    struct buf b = buf_init(64 * 1024);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_bool(&w, "real", real);
    jw_str(&w, "comment", cli_str(cli, "comment"));
    jw_close(&w);
    int rc = client_open(cli, &c);
    if (!rc)
        rc = client_call(&c, "POST", client_path(&c, "/api/v1/incidents/", cli_arg(cli, 0), "/label"), buf_view(&b),
                         &reply);
    buf_done(&b);
    if (!rc && cli_json(cli)) client_print_json(&reply);
    else if (!rc) (void)printf(STR_FMT " was %s\n", STR_ARG(cli_arg(cli, 0)), real ? "real" : "a false alarm");
    return rc;
}

/* Cases. */

static void add_case(struct cli *cli, json *x, struct table *t)
{
    table_row(t, (const str[]){ json_get_str(x, "id"), json_get_str(x, "incident"), json_get_str(x, "status"),
                                json_get_str(x, "node"), json_get_str(x, "waiting_for"), client_text(cli, x, "steps"),
                                client_when(cli, json_get(x, "started")) });
}

static int run_cases(struct cli *cli)
{
    static const char *const heads[] = { "ID",          "INCIDENT", "STATUS",  "NODE",
                                         "WAITING FOR", ">STEPS",   "STARTED", NULL };
    static const struct client_list cases = { .heads = heads, .row = add_case, .none = "no cases" };
    struct client c;
    int rc = client_open(cli, &c);
    return rc ? rc
              : client_list(&c, client_query(&c, client_page(&c, STR("/api/v1/cases")), "incident", cli_arg(cli, 0)),
                            &cases);
}

static int run_cases_show(struct cli *cli)
{
    struct client c;
    struct answer reply;
    struct arena *a = cli_arena(cli);
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "GET", client_path(&c, "/api/v1/cases/", cli_arg(cli, 0), ""), STR_NONE, &reply);
    if (rc) return rc;
    if (cli_json(cli)) {
        client_print_json(&reply);
        return EXIT_FINE;
    }
    static const char *const fields[] = { "incident", "status", "node", "waiting_for", "forked_from" };
    json *x = reply.root, *step;
    card_line(stdout, a, "case", json_get_str(x, "id"));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        card_line(stdout, a, fields[i], client_text(cli, x, fields[i]));
    card_line(stdout, a, "started", client_when(cli, json_get(x, "started")));
    card_line(stdout, a, "ended", client_when(cli, json_get(x, "ended")));
    card_head(stdout, "Steps", cli_color(cli));
    size_t i, n;
    usec before = json_get_i64(x, "started", 0);
    yyjson_arr_foreach(json_get(x, "steps"), i, n, step)
    {
        usec t = json_get_i64(step, "time", 0);
        card_item(stdout, a, 2,
                  str_fmt(a, "%lld. " STR_FMT " (" STR_FMT ", +" STR_FMT ", entry %lld): " STR_FMT,
                          (long long)json_get_i64(step, "step", 0), STR_ARG(json_get_str(step, "node")),
                          STR_ARG(json_get_str(step, "agent")), STR_ARG(duration_text(t - before, a)),
                          (long long)json_get_i64(step, "seq", 0), STR_ARG(json_get_str(step, "summary"))));
        before = t;
    }
    return EXIT_FINE;
}

static int run_fork(struct cli *cli)
{
    struct client c;
    struct answer reply;
    int64_t step = 0;
    err e = cli_i64(cli, "step", &step);
    if (e.code || step < 1)
        return cli_fail(cli, EXIT_USAGE, "--step: expected the number of a step of the case, from 1");
    int rc = client_open(cli, &c);
    str body = str_fmt(cli_arena(cli), "{\"step\":%lld}", (long long)step);
    if (!rc) rc = client_call(&c, "POST", client_path(&c, "/api/v1/cases/", cli_arg(cli, 0), "/fork"), body, &reply);
    if (!rc && cli_json(cli)) client_print_json(&reply);
    else if (!rc)
        (void)printf("a new case begins at step %lld of " STR_FMT " (entry %lld)\n", (long long)step,
                     STR_ARG(cli_arg(cli, 0)), (long long)json_get_i64(reply.root, "seq", 0));
    return rc;
}

static const struct cli_option incident_options[] = {
    { "all", 'a', NULL, NULL, "Also those that are resolved." },
    { "state", 0, "STATE", NULL, "Only open, diagnosed, mitigating, resolved or active ones." },
    { "pipeline", 'p', "NAME", NULL, "Only of this pipeline." },
    LIST_OPTIONS,
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option close_options[] = { { "comment", 'm', "TEXT", NULL, "Why." },
                                                   { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option case_options[] = { LIST_OPTIONS, { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option fork_options[] = {
    { "step", 0, "N", NULL, "Step to start from, as weir cases show numbers them." }, { NULL, 0, NULL, NULL, NULL }
};

const struct command command_incidents = {
    "incidents",
    "[ID]",
    "List open incidents, or show one.",
    "With ID: what happened, the ranked causes with their evidence, what was decided and by which rule, what was done "
    "and how it ended.",
    incident_options,
    run_incidents,
};
const struct command command_incidents_close = { "incidents close", "ID",     "Close an incident by hand.", NULL,
                                                 close_options,     run_close };
const struct command command_incidents_label = {
    "incidents label",
    "ID real|false",
    "Say whether an incident was real.",
    "What weir detect backtest counts as hits and false alarms, and what the models of series learn from. An incident "
    "can be\n"
    "labelled in any state, and again: the newest word counts.",
    close_options,
    run_label,
};
const struct command command_cases = { "cases",
                                       "[INCIDENT]",
                                       "List cases, newest first.",
                                       "A case is one execution of the agent graph for an incident.",
                                       case_options,
                                       run_cases };
const struct command command_cases_show = {
    "cases show", "ID", "Show a case step by step.", NULL, NULL, run_cases_show
};
const struct command command_cases_fork = { "cases fork", "ID",         "Start a new case from one of its steps.",
                                            NULL,         fork_options, run_fork };
