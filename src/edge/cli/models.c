/* weir models: those of the registry, and the settings that detectors learned from labelled incidents. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"

static void add_series(struct cli *cli, json *m, struct table *t)
{
    struct arena *a = cli_arena(cli);
    long long labels = json_get_i64(m, "labels", 0) + json_get_i64(m, "held_back", 0);
    table_row(t, (const str[]){ json_get_str(m, "series"), str_fmt(a, "%g", json_get_f64(m, "sensitivity", 0)),
                                str_fmt(a, "%.2f", json_get_f64(m, "score", 0)),
                                str_fmt(a, "%.2f", json_get_f64(m, "before", 0)), str_fmt(a, "%lld", labels),
                                client_text(cli, m, "version") });
}

static void print_series(struct cli *cli, json *series)
{
    static const char *const heads[] = { "SERIES", ">SENSITIVITY", ">SCORE", ">BEFORE", ">LABELS", ">VERSION", NULL };
    if (yyjson_arr_size(series)) client_table(cli, series, &(struct client_list){ .heads = heads, .row = add_series });
    else
        (void)puts("Detectors: every series has the settings that serve all; labels teach them\n"
                   "(weir incidents label ID real or false).");
}

static void add_tried(struct cli *cli, json *m, struct table *t)
{
    table_row(t, (const str[]){ json_get_str(m, "series"),
                                str_fmt(cli_arena(cli), "%g", json_get_f64(m, "sensitivity", 0)),
                                json_get_str(m, "why") });
}

static void print_tried(struct cli *cli, json *tried)
{
    static const char *const heads[] = { "TRIED, NOT PROMOTED", ">SENSITIVITY", "~WHY", NULL };
    client_table_below(cli, tried, &(struct client_list){ .heads = heads, .row = add_tried });
}

/* ---- the registry ---- */

static str version_text(struct arena *a, json *m, const char *key)
{
    int64_t v = json_get_i64(m, key, 0);
    return v ? str_fmt(a, "%lld", (long long)v) : STR("-");
}

/* "accuracy 0.912, macro_f1 0.9". */
static str metrics_text(struct arena *a, json *metrics)
{
    struct buf b = buf_init(4096);
    size_t i, n;
    json *key, *value;
    json_obj_foreach(metrics, i, n, key, value)
        buf_fmt(&b, "%s" STR_FMT " %.4g", i ? ", " : "", STR_ARG(json_str(key, STR(""))), json_f64(value, 0));
    return buf_take(&b, a);
}

static void add_model(struct cli *cli, json *m, struct table *t)
{
    struct arena *a = cli_arena(cli);
    table_row(t, (const str[]){ json_get_str(m, "name"), version_text(a, m, "champion"),
                                version_text(a, m, "challenger"), version_text(a, m, "newest"),
                                client_when(cli, json_get(m, "time")), metrics_text(a, json_get(m, "metrics")) });
}

static void print_registry(struct cli *cli, json *models)
{
    static const char *const heads[] = { "!MODEL", ">IN USE", ">?ON TRIAL", ">?NEWEST", "CAME", "~SCORES", NULL };
    if (!yyjson_arr_size(models))
        (void)puts("no model is registered: weir models register NAME FILE brings one in");
    else client_table(cli, models, &(struct client_list){ .heads = heads, .row = add_model });
    (void)puts("");
}

static int run_models(struct cli *cli)
{
    struct client c;
    struct answer models, series;
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "GET", STR("/api/v1/registry?limit=200"), STR_NONE, &models);
    if (!rc) rc = client_call(&c, "GET", STR("/api/v1/models"), STR_NONE, &series);
    if (rc) return rc;
    if (cli_json(cli)) {
        struct buf b = buf_init(1 << 26);
        struct jw w = jw_init(&b);
        jw_open(&w, NULL);
        jw_raw(&w, "models", json_text(json_get(models.root, "items"), cli_arena(cli)));
        jw_raw(&w, "detectors", str_trim(series.text));
        jw_close(&w);
        return cli_print_json(cli, &b);
    }
    print_registry(cli, json_get(models.root, "items"));
    print_series(cli, json_get(series.root, "series"));
    print_tried(cli, json_get(series.root, "tried"));
    return EXIT_FINE;
}

/* ---- one ---- */

static str names_of(struct arena *a, json *root, int64_t version)
{
    struct buf b = buf_init(4096);
    size_t i, n;
    json *one;
    yyjson_arr_foreach(json_get(root, "aliases"), i, n, one)
        if (json_get_i64(one, "version", 0) == version)
            buf_fmt(&b, "%s" STR_FMT, b.len ? ", " : "", STR_ARG(json_get_str(one, "alias")));
    return buf_take(&b, a);
}

static void print_versions(struct cli *cli, json *root)
{
    static const char *const heads[] = { ">VERSION", "NAMES", "WHEN", "BY", "DIGEST", "~SCORES", NULL };
    struct arena *a = cli_arena(cli);
    struct table t = table_init(a, heads, cli_color(cli));
    size_t i, n;
    json *v;
    yyjson_arr_foreach(json_get(root, "versions"), i, n, v) table_row(
        &t, (const str[]){ version_text(a, v, "version"), names_of(a, root, json_get_i64(v, "version", 0)),
                           client_when(cli, json_get(v, "time")), json_get_str(v, "actor"),
                           str_cut(json_get_str(v, "digest"), 0, 12), metrics_text(a, json_get(v, "metrics")) });
    table_print(&t, stdout);
}

static void add_move(struct cli *cli, json *m, struct table *t)
{
    struct arena *a = cli_arena(cli);
    table_row(t, (const str[]){ client_when(cli, json_get(m, "time")), version_text(a, m, "version"),
                                version_text(a, m, "before"), json_get_str(m, "how"), json_get_str(m, "actor"),
                                json_get_str(m, "reason") });
}

static void print_moves(struct cli *cli, json *moves)
{
    static const char *const heads[] = { "MOVED", ">TO", ">FROM", "HOW", "BY", "~WHY", NULL };
    client_table_below(cli, moves, &(struct client_list){ .heads = heads, .row = add_move });
}

static void print_trial(json *t)
{
    long long judged = (long long)json_get_i64(t, "judged", 0), labelled = (long long)json_get_i64(t, "labelled", 0);
    if (!t || yyjson_is_null(t)) return;
    (void)printf("\nversion %lld on trial beside %lld, ", (long long)json_get_i64(t, "version", 0),
                 (long long)json_get_i64(t, "champion", 0));
    if (json_get_f64(t, "share", 0) > 0)
        (void)printf("its word counts in %.4g %% of the cases\n", 100 * json_get_f64(t, "share", 0));
    else (void)puts("a shadow: its word counts nowhere");
    (void)printf("  judged both %lld, agreed in %lld\n", judged, (long long)json_get_i64(t, "agreed", 0));
    if (labelled)
        (void)printf(
            "  labelled, as evidence %lld: right in %lld, the one in use in %lld; alone right %lld, alone wrong "
            "%lld\n",
            labelled, (long long)json_get_i64(t, "right", 0), (long long)json_get_i64(t, "champion_right", 0),
            (long long)json_get_i64(t, "wins", 0), (long long)json_get_i64(t, "losses", 0));
}

static int run_show(struct cli *cli)
{
    struct client c;
    struct answer reply;
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "give the name of a model; weir models lists them");
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "GET", client_path(&c, "/api/v1/registry/", cli_arg(cli, 0), ""), STR_NONE, &reply);
    if (rc) return rc;
    if (cli_json(cli)) {
        client_print_json(&reply);
        return EXIT_FINE;
    }
    print_versions(cli, reply.root);
    print_trial(json_get(reply.root, "trial"));
    print_moves(cli, json_get(reply.root, "moves"));
    return EXIT_FINE;
}

/* ---- the way back ---- */

static int roll_back_series(struct cli *cli, struct client *c)
{
    struct answer reply;
    int rc = client_call(c, "POST", STR("/api/v1/models/rollback"), STR("{}"), &reply);
    if (!rc && cli_json(cli)) client_print_json(&reply);
    else if (!rc) (void)puts("the models of before are in force again; new labels may change them");
    return rc;
}

static int roll_back_model(struct cli *cli, struct client *c)
{
    struct answer reply;
    int64_t to = 0;
    str name = cli_arg(cli, 0);
    struct buf b = buf_init(64 * 1024);
    struct jw w = jw_init(&b);
    err e = cli_str(cli, "to").len ? cli_i64(cli, "to", &to) : OK;
    if (e.code) return cli_fail_err(cli, e);
    jw_open(&w, NULL);
    if (to) jw_i64(&w, "version", to);
    if (cli_str(cli, "comment").len) jw_str(&w, "comment", cli_str(cli, "comment"));
    jw_close(&w);
    int rc = client_call(c, "POST", client_path(c, "/api/v1/registry/", name, "/rollback"), buf_view(&b), &reply);
    buf_done(&b);
    if (!rc) rc = client_call(c, "GET", client_path(c, "/api/v1/registry/", name, "?limit=1"), STR_NONE, &reply);
    if (rc) return rc;
    json *move = yyjson_arr_get_first(json_get(reply.root, "moves"));
    if (cli_json(cli)) (void)printf(STR_FMT "\n", STR_ARG(json_text(move, cli_arena(cli))));
    else
        (void)printf("version %lld of " STR_FMT " is in use again, in place of %lld\n",
                     (long long)json_get_i64(move, "version", 0), STR_ARG(name),
                     (long long)json_get_i64(move, "before", 0));
    return EXIT_FINE;
}

static int run_rollback(struct cli *cli)
{
    struct client c;
    if (cli_arg_count(cli) > 1) return cli_fail(cli, EXIT_USAGE, "give one model, or none for the detectors of series");
    int rc = client_open(cli, &c);
    if (rc) return rc;
    return cli_arg_count(cli) ? roll_back_model(cli, &c) : roll_back_series(cli, &c);
}

static const struct cli_option none[] = { { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option rollback_options[] = {
    { "to", 0, "VERSION", NULL, "This version; default: the one before." },
    { "comment", 'm', "TEXT", NULL, "Why." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_models = {
    "models",
    "",
    "Models: which version is in use, which on trial; and what detectors learned.",
    "First the registry: models by name, such as the classifiers of inquiries (weir models register brings one in).\n\n"
    "Then detectors: a series' detector is tried with other settings when its incidents were labelled (weir incidents "
    "label); settings that beat those of today on the newer third of the labels, which they were not chosen by, "
    "replace "
    "them. Scores are of that third. The newest of each series that did not is shown below, and why.",
    none,
    run_models,
};
const struct command command_models_show = {
    "models show", "NAME", "A model's versions, its trial, and how each version came in use.", NULL, none, run_show,
};
const struct command command_models_rollback = {
    "models rollback",
    "[NAME]",
    "Put the version that was in use before back.",
    "Without a name: take the newest promotion of the detectors of series back.",
    rollback_options,
    run_rollback,
};
