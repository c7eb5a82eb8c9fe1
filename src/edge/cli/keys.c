/* weir keys add, list, revoke. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"

static int run_add(struct cli *cli)
{
    struct client c;
    struct answer reply;
    struct buf b = buf_init(8192);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "name", cli_arg(cli, 0));
    jw_str(&w, "role", cli_str(cli, "role"));
    jw_close(&w);
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "POST", STR("/api/v1/keys"), buf_view(&b), &reply);
    buf_done(&b);
    if (rc) return rc;
    if (cli_json(cli)) {
        client_print_json(&reply);
        return EXIT_FINE;
    }
    (void)printf(
        STR_FMT "\n",
        STR_ARG(json_get_str(reply.root, "key"))); /* alone on stdout, so that it can be piped to where it belongs */
    (void)fprintf(stderr, "key '" STR_FMT "' may do what role " STR_FMT " may; it is shown only this once\n",
                  STR_ARG(cli_arg(cli, 0)), STR_ARG(cli_str(cli, "role")));
    return EXIT_FINE;
}

static void add_key(struct cli *cli, json *x, struct table *t)
{
    table_row(t, (const str[]){ json_get_str(x, "name"), json_get_str(x, "role"),
                                client_when(cli, json_get(x, "created")), client_when(cli, json_get(x, "revoked")) });
}

static int run_list(struct cli *cli)
{
    static const char *const heads[] = { "!NAME", "ROLE", "CREATED", "REVOKED", NULL };
    static const struct client_list keys = { .heads = heads, .row = add_key, .none = "no keys" };
    struct client c;
    int rc = client_open(cli, &c);
    return rc ? rc : client_list(&c, client_page(&c, STR("/api/v1/keys")), &keys);
}

static int run_revoke(struct cli *cli)
{
    struct client c;
    struct answer reply;
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "DELETE", client_path(&c, "/api/v1/keys/", cli_arg(cli, 0), ""), STR_NONE, &reply);
    if (!rc && cli_json(cli)) client_print_json(&reply);
    else if (!rc) (void)printf("key '" STR_FMT "' revoked\n", STR_ARG(cli_arg(cli, 0)));
    return rc;
}

static const struct cli_option add_options[] = {
    { "role", 'r', "ROLE", "viewer", "ingest, viewer, operator, approver or admin." },
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option list_options[] = { LIST_OPTIONS, { NULL, 0, NULL, NULL, NULL } };

const struct command command_keys_add = {
    "keys add", "NAME", "Make an API key.",
    "The key is printed once and stored only as a hash. Roles, each may do what those before it may: viewer, operator, "
    "approver, admin. ingest may only send data. The first admin key is made by weir serve, in DATA/admin.key.",
    add_options, run_add,
};
const struct command command_keys_list = { "keys list", "",           "List API keys, never the keys themselves.",
                                           NULL,        list_options, run_list };
const struct command command_keys_revoke = { "keys revoke", "NAME", "Revoke an API key.", NULL, NULL, run_revoke };
