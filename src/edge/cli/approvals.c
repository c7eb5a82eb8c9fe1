/* weir approvals, approve, reject: what waits for a person. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"

static void add_approval(struct cli *cli, json *x, struct table *t)
{
    str sure = str_fmt(cli_arena(cli), "%.2f", json_get_f64(x, "confidence", 0));
    str end = cli_has(cli, "all") ? json_get_str(x, "state") : client_when(cli, json_get(x, "expires"));
    table_row(t, (const str[]){ json_get_str(x, "id"), client_text(cli, x, "severity"), client_text(cli, x, "pipeline"),
                                client_text(cli, x, "summary"), client_text(cli, x, "leaves"), sure, end });
}

static int run_approvals(struct cli *cli)
{
    bool all = cli_has(cli, "all"); /* what is decided has a state, what waits has an end: one column does for both */
    const char *const heads[] = { "!ID", "SEVERITY", "~PIPELINE", "~WHAT", "LEAVES", ">?SURE",
                                  all ? "STATE" : "EXPIRES", NULL };
    struct client c;
    int rc = client_open(cli, &c);
    if (rc) return rc;
    str path = client_query(&c, client_page(&c, STR("/api/v1/approvals")), "state", all ? STR("") : STR("pending"));
    return client_list(
        &c, path, &(struct client_list){ .heads = heads, .row = add_approval, .none = "nothing waits for approval" });
}

static int run_approve(struct cli *cli)
{
    return client_comment(cli, "/api/v1/approvals/", "/approve", "approved");
}

static int run_reject(struct cli *cli)
{
    return client_comment(cli, "/api/v1/approvals/", "/reject", "rejected");
}

static const struct cli_option list_options[] = { { "all", 'a', NULL, NULL, "Also those that are decided or expired." },
                                                  LIST_OPTIONS,
                                                  { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option answer_options[] = { { "comment", 'm', "TEXT", NULL, "Why; it is recorded." },
                                                    { NULL, 0, NULL, NULL, NULL } };

const struct command command_approvals = { "approvals", "",           "List what waits for a person.",
                                           NULL,        list_options, run_approvals };
const struct command command_approve = {
    "approve",
    "ID",
    "Let a proposed remedy be done.",
    "An approval holds for this very plan, target state and policy, until it expires; it is checked again before "
    "anything is done. Nobody approves what they asked for themselves.",
    answer_options,
    run_approve,
};
const struct command command_reject = { "reject", "ID",           "Do not let a proposed remedy be done.",
                                        NULL,     answer_options, run_reject };
