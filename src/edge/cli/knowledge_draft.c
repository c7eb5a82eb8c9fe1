/* weir knowledge draft, drafts, approve, reject: what incidents taught, as documents that a person decides on. */
#include <stdio.h>

#include "base/json.h"
#include "edge/cli/client.h"
#include "edge/cli/knowledge.h"
#include "edge/cli/table.h"
#include "edge/files.h"

enum { TEXT_MAX = 900 << 10 };

/* ---- asking for one ---- */

/* As it is written, without what would speak to a terminal. */
static void print_lines(struct cli *cli, str text)
{
    str line;
    (void)puts("");
    while (text.len && str_next(&text, '\n', &line))
        (void)printf(STR_FMT "\n", STR_ARG(plain_text(cli_arena(cli), line)));
}

static int show(struct cli *cli, struct client *c, str id)
{
    struct answer reply;
    int rc = client_call(c, "GET", client_path(c, "/api/v1/knowledge/drafts/", id, ""), STR_NONE, &reply);
    if (rc) return rc;
    if (cli_json(cli)) client_print_json(&reply);
    else if (cli_has(cli, "text")) (void)printf(STR_FMT, STR_ARG(json_get_str(reply.root, "text")));
    else {
        static const char *const lines[] = { "id",       "state",      "incident", "pipeline",
                                             "cause",    "decided_by", "comment",  "document" };
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
            card_line(stdout, cli_arena(cli), lines[i], json_get_str(reply.root, lines[i]));
        print_lines(cli, json_get_str(reply.root, "text"));
    }
    return EXIT_FINE;
}

static int run_draft(struct cli *cli)
{
    struct client c;
    struct answer reply;
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "expected an incident's id");
    struct buf b = buf_init(4096);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "incident", cli_arg(cli, 0));
    jw_close(&w);
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "POST", STR("/api/v1/knowledge/drafts"), buf_view(&b), &reply);
    buf_done(&b);
    return rc ? rc : show(cli, &c, json_get_str(reply.root, "id"));
}

/* ---- the queue ---- */

static void add_draft(struct cli *cli, json *d, struct table *t)
{
    table_row(t, (const str[]){ json_get_str(d, "id"), client_when(cli, json_get(d, "time")),
                                json_get_str(d, "incident"), json_get_str(d, "title"), json_get_str(d, "state"),
                                json_get_str(d, "decided_by") });
}

static int list_drafts(struct client *c)
{
    static const char *const heads[] = { "ID", "WHEN", "INCIDENT", "~TITLE", "STATE", "BY", NULL };
    static const struct client_list drafts = { .heads = heads,
                                               .row = add_draft,
                                               .none = "no draft waits for a person" };
    str path = client_page(c, STR("/api/v1/knowledge/drafts"));
    return client_list(c, client_query(c, path, "state", cli_has(c->cli, "all") ? STR("") : STR("waiting")), &drafts);
}

static int run_drafts(struct cli *cli)
{
    struct client c;
    if (cli_arg_count(cli) > 1) return cli_fail(cli, EXIT_USAGE, "expected one draft's id, or none for the list");
    int rc = client_open(cli, &c);
    if (rc) return rc;
    return cli_arg_count(cli) ? show(cli, &c, cli_arg(cli, 0)) : list_drafts(&c);
}

/* ---- deciding ---- */

static int run_approve(struct cli *cli)
{
    struct client c;
    struct answer reply;
    str text = STR(""), rest = cli_str(cli, "roles"), one;
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "expected a draft's id");
    err e = cli_str(cli, "file").len ? file_read(cli_str(cli, "file"), TEXT_MAX, cli_arena(cli), &text) : OK;
    if (e.code) return cli_fail_err(cli, e);
    struct buf b = buf_init(2 * TEXT_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "comment", cli_str(cli, "comment"));
    if (text.len) jw_str(&w, "text", text);
    if (rest.len) {
        jw_array(&w, "roles");
        while (rest.len && str_next(&rest, ',', &one)) jw_str(&w, NULL, str_trim(one));
        jw_array_end(&w);
    }
    jw_close(&w);
    int rc = client_open(cli, &c);
    str path = rc ? STR("") : client_path(&c, "/api/v1/knowledge/drafts/", cli_arg(cli, 0), "/approve");
    if (!rc) rc = client_call(&c, "POST", path, buf_view(&b), &reply);
    if (!rc && cli_json(cli)) client_print_json(&reply);
    else if (!rc) (void)printf(STR_FMT " approved: searches find it now\n", STR_ARG(cli_arg(cli, 0)));
    buf_done(&b);
    return rc;
}

static int run_reject(struct cli *cli)
{
    return client_comment(cli, "/api/v1/knowledge/drafts/", "/reject", "rejected");
}

static const struct cli_option draft_options[] = { { "text", 't', NULL, NULL, "Its Markdown alone, to be edited." },
                                                   { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option drafts_options[] = { { "all", 'a', NULL, NULL, "Also those that are decided." },
                                                    { "text", 't', NULL, NULL, "With an id: its Markdown alone." },
                                                    LIST_OPTIONS,
                                                    { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option approve_options[] = {
    { "comment", 'm', "TEXT", NULL, "Why; it is recorded." },
    { "file", 'f', "FILE", NULL, "Markdown in place of the draft's, - for standard input." },
    { "roles", 'r', "ROLES", NULL, "Who may read it, such as operator,approver; admin always may. [all]" },
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option reject_options[] = { { "comment", 'm', "TEXT", NULL, "Why; it is recorded." },
                                                    { NULL, 0, NULL, NULL, NULL } };

const struct command command_knowledge_draft = {
    "knowledge draft",
    "INCIDENT",
    "Draft a document from an incident that is over.",
    "What was seen, what caused it and by which evidence, what was done and how it ended, as Markdown. Incidents whose "
    "cause is known leave one by themselves. It waits in weir knowledge drafts: no search finds it before a person "
    "approves it.",
    draft_options,
    run_draft
};
const struct command command_knowledge_drafts = { "knowledge drafts",
                                                  "[ID]",
                                                  "List the drafts that wait, or show one.",
                                                  NULL,
                                                  drafts_options,
                                                  run_drafts };
const struct command command_knowledge_approve = {
    "knowledge approve",
    "ID",
    "Make a draft a document.",
    "It becomes incidents/INCIDENT.md, and who approved it is in the journal. With --file your words are stored in "
    "place of the draft's.",
    approve_options,
    run_approve
};
const struct command command_knowledge_reject = {
    "knowledge reject", "ID", "Make a draft no document.",
    "For 90 days no other is drafted for the same cause in the same pipeline.", reject_options, run_reject
};
