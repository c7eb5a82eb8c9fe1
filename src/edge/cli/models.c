/* weir models: the settings that detectors learned from labelled incidents, and the way back. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"

static void print_models(struct cli *cli, json *root)
{
    static const char *const heads[] = { "SERIES", ">SENSITIVITY", ">SCORE", ">BEFORE", ">LABELS", ">VERSION", NULL };
    struct arena *a = cli_arena(cli);
    struct table t = table_init(a, heads, cli_color(cli));
    size_t i, n;
    json *m;
    yyjson_arr_foreach(json_get(root, "series"), i, n, m)
    {
        long long labels = json_get_i64(m, "labels", 0) + json_get_i64(m, "held_back", 0);
        table_row(&t, (const str[]){ json_get_str(m, "series"), str_fmt(a, "%g", json_get_f64(m, "sensitivity", 0)),
                                     str_fmt(a, "%.2f", json_get_f64(m, "score", 0)),
                                     str_fmt(a, "%.2f", json_get_f64(m, "before", 0)), str_fmt(a, "%lld", labels),
                                     str_fmt(a, "%lld", (long long)json_get_i64(m, "version", 0)) });
    }
    if (t.rows)
        table_print(&t, stdout);
    else
        (void)puts("every series has the settings that serve all; labels teach them\n"
                   "(weir incidents label ID real or false)");
}

static void print_tried(struct cli *cli, json *root)
{
    struct arena *a = cli_arena(cli);
    struct table t =
        table_init(a, (const char *const[]){ "TRIED, NOT PROMOTED", ">SENSITIVITY", "~WHY", NULL }, cli_color(cli));
    size_t i, n;
    json *m;
    yyjson_arr_foreach(json_get(root, "tried"), i, n, m)
        table_row(&t, (const str[]){ json_get_str(m, "series"), str_fmt(a, "%g", json_get_f64(m, "sensitivity", 0)),
                                     json_get_str(m, "why") });
    if (!t.rows) return;
    (void)puts("");
    table_print(&t, stdout);
}

static int run_models(struct cli *cli)
{
    struct client c;
    struct answer reply;
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "GET", STR("/api/v1/models"), STR_NONE, &reply);
    if (rc) return rc;
    if (cli_json(cli))
        client_print_json(&reply);
    else {
        print_models(cli, reply.root);
        print_tried(cli, reply.root);
    }
    return EXIT_FINE;
}

static int run_rollback(struct cli *cli)
{
    struct client c;
    struct answer reply;
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "POST", STR("/api/v1/models/rollback"), STR("{}"), &reply);
    if (rc) return rc;
    if (cli_json(cli))
        client_print_json(&reply);
    else
        (void)puts("the models of before are in force again; new labels may change them");
    return EXIT_FINE;
}

static const struct cli_option none[] = { { NULL, 0, NULL, NULL, NULL } };

const struct command command_models = {
    "models",
    "",
    "What detectors learned from labelled incidents.",
    "A series' detector is tried with other settings when its incidents were labelled (weir incidents label); settings "
    "that\n"
    "beat those of today on the newer third of the labels, which they were not chosen by, replace them. Scores are of "
    "that\n"
    "third. The newest of each series that did not is shown below, and why; all are in the journal.",
    none,
    run_models,
};
const struct command command_models_rollback = {
    "models rollback", "", "Take the newest promotion of models back.", NULL, none, run_rollback,
};
