/* weir silence add, list, end. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"

/* --until TIME, or --for DURATION from now (or from --starts). */
static err end_time(struct cli *cli, usec starts, usec *ends)
{
    str until = cli_str(cli, "until"), lasting = cli_str(cli, "for");
    usec d = 0;
    if (until.len && lasting.len) return err_make(ERR_INPUT, "expected --for or --until, not both");
    if (until.len) return err_wrap(time_parse(until, ends), "--until");
    if (!lasting.len) return err_make(ERR_INPUT, "a silence has an end: expected --for 2h or --until TIME");
    err e = err_wrap(duration_parse(lasting, &d), "--for");
    *ends = starts + d;
    return e;
}

static int run_add(struct cli *cli)
{
    struct client c;
    struct answer reply;
    usec starts = cli_env(cli)->wall(cli_env(cli)), ends = 0;
    str at = cli_str(cli, "starts");
    err e = at.len ? err_wrap(time_parse(at, &starts), "--starts") : OK;
    if (!e.code) e = end_time(cli, starts, &ends);
    if (!e.code && ends <= starts) e = err_make(ERR_INPUT, "the silence ends before it starts");
    if (!e.code && !cli_str(cli, "pipeline").len && !cli_str(cli, "kind").len && !cli_has(cli, "everything"))
        e = err_make(ERR_INPUT, "expected --pipeline or --kind; --everything silences all of weir");
    if (e.code) return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    struct buf b = buf_init(64 * 1024);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "pipeline", cli_str(cli, "pipeline"));
    jw_str(&w, "kind", cli_str(cli, "kind"));
    if (at.len) jw_i64(&w, "starts", starts); /* else the server's own now: clocks differ */
    jw_i64(&w, "ends", ends);
    jw_str(&w, "comment", cli_str(cli, "comment"));
    jw_bool(&w, "maintenance", cli_has(cli, "maintenance"));
    jw_close(&w);
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "POST", STR("/api/v1/silences"), buf_view(&b), &reply);
    buf_done(&b);
    if (!rc && cli_json(cli)) client_print_json(&reply);
    else if (!rc)
        (void)printf(STR_FMT " holds for " STR_FMT "\n", STR_ARG(client_text(cli, reply.root, "id")),
                     STR_ARG(duration_text(ends - starts, cli_arena(cli))));
    return rc;
}

static void add_silence(struct cli *cli, json *x, struct table *t)
{
    str pipeline = json_get_str(x, "pipeline"), kind = json_get_str(x, "kind");
    if (json_bool(json_get(x, "maintenance"), false)) kind = STR("maintenance");
    table_row(t,
              (const str[]){ json_get_str(x, "id"), pipeline.len ? pipeline : STR("all"), kind.len ? kind : STR("all"),
                             client_when(cli, json_get(x, "starts")), client_when(cli, json_get(x, "ends")),
                             json_get_str(x, "author"), json_get_str(x, "comment") });
}

static int run_list(struct cli *cli)
{
    static const char *const heads[] = { "ID", "PIPELINE", "KIND", "STARTS", "ENDS", "BY", "~WHY", NULL };
    static const struct client_list silences = { .heads = heads, .row = add_silence, .none = "nothing is silenced" };
    struct client c;
    int rc = client_open(cli, &c);
    if (rc) return rc;
    str path = client_page(&c, STR("/api/v1/silences"));
    return client_list(&c, client_query(&c, path, "state", cli_has(cli, "all") ? STR("all") : STR("active")),
                       &silences);
}

static int run_end(struct cli *cli)
{
    struct client c;
    struct answer reply;
    int rc = client_open(cli, &c);
    if (!rc)
        rc = client_call(&c, "DELETE", client_path(&c, "/api/v1/silences/", cli_arg(cli, 0), ""), STR_NONE, &reply);
    if (!rc && cli_json(cli)) client_print_json(&reply);
    else if (!rc) (void)printf(STR_FMT " ended\n", STR_ARG(cli_arg(cli, 0)));
    return rc;
}

static const struct cli_option add_options[] = {
    { "pipeline", 'p', "NAME", NULL, "Only findings of this pipeline." },
    { "kind", 'k', "KIND", NULL, "Only findings of this kind, such as freshness or volume." },
    { "everything", 0, NULL, NULL, "All findings of all pipelines." },
    { "for", 0, "DURATION", NULL, "How long, such as 2h." },
    { "until", 0, "TIME", NULL, "Until when, such as 2026-05-04T06:00:00Z." },
    { "starts", 0, "TIME", NULL, "From when. [now]" },
    { "comment", 'm', "TEXT", NULL, "Why." },
    { "maintenance", 0, NULL, NULL, "A maintenance window." },
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option list_options[] = { { "all", 'a', NULL, NULL, "Also those that are over." },
                                                  LIST_OPTIONS,
                                                  { NULL, 0, NULL, NULL, NULL } };

const struct command command_silence_add = {
    "silence add", "",     "Silence findings for a time.", "Silenced findings are recorded, but open no incident.",
    add_options,   run_add
};
const struct command command_silence_list = { "silence list", "",           "List silences and maintenance windows.",
                                              NULL,           list_options, run_list };
const struct command command_silence_end = { "silence end", "ID", "End a silence now.", NULL, NULL, run_end };
