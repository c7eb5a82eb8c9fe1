/* weir pipelines, weir runs: what the server watches. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"

static const struct cli_option list_options[] = { LIST_OPTIONS, { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option run_options[] = {
    { "step", 0, "NAME", NULL, "Only this step." }, LIST_OPTIONS, { NULL, 0, NULL, NULL, NULL },
};

static str every_text(struct cli *cli, json *item)
{
    int64_t every = json_get_i64(item, "every_us", 0);
    return every > 0 ? duration_text(every, cli_arena(cli)) : STR("");
}

static void add_pipeline(struct cli *cli, json *item, struct table *t)
{
    table_row(t, (const str[]){ client_text(cli, item, "name"), client_text(cli, item, "health"),
                                client_text(cli, item, "tier"), every_text(cli, item), client_text(cli, item, "source"),
                                client_text(cli, item, "destination"), client_when(cli, json_get(item, "last_seen")) });
}

static int list_pipelines(struct client *c)
{
    static const char *const heads[] = { "!NAME",   "HEALTH",       ">?TIER", "?EVERY",
                                         "~SOURCE", "~DESTINATION", "SEEN",   NULL };
    static const struct client_list pipelines = {
        .heads = heads, .row = add_pipeline, .none = "no pipelines yet: run one with weir run, or post samples"
    };
    return client_list(c, client_page(c, STR("/api/v1/pipelines")), &pipelines);
}

static str joined(struct cli *cli, json *list, const char *key)
{
    struct buf b = buf_init(8192);
    size_t i, n;
    json *item;
    yyjson_arr_foreach(list, i, n, item)
    {
        if (i) buf_add(&b, STR(", "));
        buf_add(&b, key ? json_get_str(item, key) : json_str(item, STR("")));
    }
    return buf_take(&b, cli_arena(cli));
}

static int show_pipeline(struct client *c, str name)
{
    struct cli *cli = c->cli;
    struct arena *a = cli_arena(cli);
    struct answer reply;
    int rc = client_call(c, "GET", client_path(c, "/api/v1/pipelines/", name, ""), STR_NONE, &reply);
    if (rc) return rc;
    json *p = reply.root, *item;
    if (cli_json(cli)) {
        client_print_json(&reply);
        return EXIT_FINE;
    }
    static const char *const fields[] = { "health", "source", "destination", "owner", "tier", "environment" };
    card_line(stdout, a, "pipeline", json_get_str(p, "name"));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        card_line(stdout, a, fields[i], client_text(cli, p, fields[i]));
    card_line(stdout, a, "every", every_text(cli, p));
    card_line(stdout, a, "after", joined(cli, json_get(p, "after"), NULL));
    card_line(stdout, a, "steps", joined(cli, json_get(p, "steps"), "name"));
    card_line(stdout, a, "seen", client_when(cli, json_get(p, "last_seen")));
    size_t i, n;
    yyjson_arr_foreach(json_get(p, "knobs"), i, n, item)
    {
        if (i == 0) card_head(stdout, "Knobs", cli_color(cli));
        str value = client_text(cli, item, json_get(item, "value") ? "value" : "default");
        card_item(stdout, a, 2, str_fmt(a, STR_FMT " = " STR_FMT, STR_ARG(json_get_str(item, "name")), STR_ARG(value)));
    }
    return EXIT_FINE;
}

static int run_pipelines(struct cli *cli)
{
    struct client c;
    int rc = client_open(cli, &c);
    if (rc) return rc;
    return cli_arg_count(cli) ? show_pipeline(&c, cli_arg(cli, 0)) : list_pipelines(&c);
}

/* Runs. */

static str duration_of(struct cli *cli, json *run)
{
    json *d = json_get(run, "duration_us");
    return yyjson_is_int(d) ? duration_text(json_i64(d, 0), cli_arena(cli)) : STR("");
}

static str result_of(struct cli *cli, json *run)
{
    int64_t signal = json_get_i64(run, "signal", 0), code = json_get_i64(run, "exit_code", 0);
    str state = json_get_str(run, "state");
    if (signal) return str_fmt(cli_arena(cli), STR_FMT " (signal %lld)", STR_ARG(state), (long long)signal);
    if (code) return str_fmt(cli_arena(cli), STR_FMT " (exit %lld)", STR_ARG(state), (long long)code);
    return state;
}

/* The beginning of a run's id is enough for people: its time in milliseconds and 12 random bits. */
enum { ID_SHOWN = 18, ID_WHOLE = 36 };

static void add_run(struct cli *cli, json *run, struct table *t)
{
    str id = str_cut(json_get_str(run, "id"), 0, ID_SHOWN);
    table_row(t, (const str[]){ id, json_get_str(run, "pipeline"), json_get_str(run, "step"), result_of(cli, run),
                                client_when(cli, json_get(run, "started")), duration_of(cli, run),
                                client_text(cli, run, "rows") });
}

static const char *const run_heads[] = { "!ID", "~PIPELINE", "~STEP", "~STATE", "STARTED", ">?TOOK", ">?ROWS", NULL };

static str runs_path(struct client *c, str pipeline)
{
    str path = client_page(c, client_path(c, "/api/v1/pipelines/", pipeline, "/runs"));
    return client_query(c, path, "step", cli_str(c->cli, "step"));
}

static int by_start(const void *x, const void *y)
{
    int64_t a = json_get_i64(*(json *const *)x, "started", 0), b = json_get_i64(*(json *const *)y, "started", 0);
    return (a < b) - (a > b);
}

enum { PIPELINES_MAX = 200, RUNS_MAX = 20000 };

/* The newest runs of each pipeline: the API lists them by pipeline. */
static int collect_runs(struct client *c, json **runs, size_t *count)
{
    struct answer pipelines, reply;
    json *pipeline, *run;
    size_t i, n, k, m;
    int rc = client_call(c, "GET", STR("/api/v1/pipelines?limit=200"), STR_NONE, &pipelines);
    if (rc) return rc;
    yyjson_arr_foreach(json_get(pipelines.root, "items"), i, n, pipeline)
    {
        if (i == PIPELINES_MAX) break;
        rc = client_call(c, "GET", runs_path(c, json_get_str(pipeline, "name")), STR_NONE, &reply);
        if (rc) return rc;
        yyjson_arr_foreach(json_get(reply.root, "items"), k, m, run) if (*count < RUNS_MAX) runs[(*count)++] = run;
    }
    return EXIT_FINE;
}

/* The newest runs of all pipelines, merged. */
static int all_runs(struct client *c)
{
    struct cli *cli = c->cli;
    json **runs = ARENA_ARRAY(cli_arena(cli), json *, RUNS_MAX);
    size_t count = 0, i;
    int64_t limit = 50;
    err e = cli_i64(cli, "limit", &limit);
    if (e.code || limit < 1 || limit > 200) return cli_fail(cli, EXIT_USAGE, "--limit: expected 1 to 200");
    int rc = collect_runs(c, runs, &count);
    if (rc) return rc;
    qsort(runs, count, sizeof *runs, by_start);
    if (count > (size_t)limit) count = (size_t)limit;
    if (cli_json(cli)) {
        (void)printf("{\"items\":[");
        for (i = 0; i < count; i++)
            (void)printf("%s" STR_FMT, i ? "," : "", STR_ARG(json_text(runs[i], cli_arena(cli))));
        (void)printf("],\"next_cursor\":null}\n");
        return EXIT_FINE;
    }
    struct table t = table_init(cli_arena(cli), run_heads, cli_color(cli));
    for (i = 0; i < count; i++) add_run(cli, runs[i], &t);
    if (t.rows) table_print(&t, stdout);
    else (void)puts("no runs yet");
    return EXIT_FINE;
}

static int run_runs(struct cli *cli)
{
    static const struct client_list runs = { .heads = run_heads, .row = add_run, .none = "no runs" };
    struct client c;
    int rc = client_open(cli, &c);
    if (rc) return rc;
    return cli_arg_count(cli) ? client_list(&c, runs_path(&c, cli_arg(cli, 0)), &runs) : all_runs(&c);
}

/* The whole id of the one listed run that begins with `id`. */
static int whole_id(struct client *c, str *id)
{
    enum { ID_SHORTEST = 8 };
    struct cli *cli = c->cli;
    if (id->len < ID_SHORTEST || id->len >= ID_WHOLE) return EXIT_FINE;
    json **runs = ARENA_ARRAY(cli_arena(cli), json *, RUNS_MAX);
    size_t count = 0, found = 0;
    str whole = *id;
    int rc = collect_runs(c, runs, &count);
    for (size_t i = 0; i < count; i++) {
        if (!str_starts(json_get_str(runs[i], "id"), *id)) continue;
        whole = json_get_str(runs[i], "id");
        found++;
    }
    if (found > 1)
        return cli_fail(cli, EXIT_FOUND, "%zu runs begin with '" STR_FMT "'; --json lists whole ids", found,
                        STR_ARG(*id));
    *id = whole;
    return rc;
}

static int run_runs_show(struct cli *cli)
{
    struct client c;
    struct answer reply;
    struct arena *a = cli_arena(cli);
    str id = cli_arg(cli, 0);
    int rc = client_open(cli, &c);
    if (!rc) rc = whole_id(&c, &id);
    if (!rc) rc = client_call(&c, "GET", client_path(&c, "/api/v1/runs/", id, ""), STR_NONE, &reply);
    if (rc) return rc;
    if (cli_json(cli)) {
        client_print_json(&reply);
        return EXIT_FINE;
    }
    static const char *const fields[] = { "pipeline", "step", "attempt", "rows", "bytes", "peak_kb", "effect" };
    json *run = reply.root;
    card_line(stdout, a, "run", json_get_str(run, "id"));
    card_line(stdout, a, "state", result_of(cli, run));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        card_line(stdout, a, fields[i], client_text(cli, run, fields[i]));
    card_line(stdout, a, "started", client_when(cli, json_get(run, "started")));
    card_line(stdout, a, "took", duration_of(cli, run));
    str output = json_get_str(run, "output"), line;
    if (output.len) card_head(stdout, "Output (its tail)", cli_color(cli));
    while (output.len && str_next(&output, '\n', &line)) (void)printf("  " STR_FMT "\n", STR_ARG(plain_text(a, line)));
    return json_get_i64(run, "exit_code", 0) || json_get_i64(run, "signal", 0) ? EXIT_FOUND : EXIT_FINE;
}

const struct command command_pipelines = { "pipelines", "[NAME]",     "List pipelines, or show one.",
                                           NULL,        list_options, run_pipelines };
const struct command command_runs = { "runs", "[PIPELINE]", "List runs, newest first.", NULL, run_options, run_runs };
const struct command command_runs_show = {
    "runs show",
    "ID",
    "Show a run and the tail of its output.",
    "The beginning of an ID, as `weir runs` shows it, is enough. Exit code 1 when the run failed.",
    NULL,
    run_runs_show
};
