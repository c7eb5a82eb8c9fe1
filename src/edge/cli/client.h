/* The server's API for commands: address and key found the same way everywhere, errors told in one voice. */
#ifndef WEIR_EDGE_CLI_CLIENT_H
#define WEIR_EDGE_CLI_CLIENT_H

#include "base/json.h"
#include "edge/cli/cli.h"

struct table;

struct client {
    struct cli *cli;
    str server, key;
    bool warned; /* of trouble that the server is in */
};

struct answer {
    int status;
    str text;   /* as received */
    json *root; /* parsed; NULL when there is no body */
};

/* Address: --server, else the configuration. Key: --key-file, WEIR_KEY, else DATA/admin.key when it is there.
 * Gives an exit code; anything but EXIT_FINE was told already. */
int client_open(struct cli *cli, struct client *out);
/* One call; body empty = none. Anything but a 2xx reply is told, with the server's own words, and gives its exit code:
 * EXIT_FOUND when the server refused, EXIT_FAILED when it could not be reached. Calls that change something carry an
 * Idempotency-Key. `path` is percent-encoded already (client_path). */
int client_call(struct client *c, const char *method, str path, str body, struct answer *out);
/* The same for files: the body is sent, and the reply taken, as it is. */
int client_bytes(struct client *c, const char *method, str path, str body, struct answer *out);
/* "/api/v1/incidents/" and the id, percent-encoded, then `rest`. */
str client_path(struct client *c, const char *before, str id, const char *rest);
/* Add "?name=value" or "&name=value"; an empty value adds nothing. */
str client_query(struct client *c, str path, const char *name, str value);

/* Options of commands that list: --limit and --cursor, added to the path. */
#define LIST_OPTIONS                                                                                                   \
    { "limit", 'n', "N", "50", "At most this many, 1 to 200." },                                                       \
    {                                                                                                                  \
        "cursor", 0, "CURSOR", NULL, "Go on from `next_cursor` of an earlier page."                                    \
    }
str client_page(struct client *c, str path);

/* How things of one kind are listed: a table with a row for each. */
struct client_list {
    const char *const *heads; /* as in table_init */
    void (*row)(struct cli *cli, json *item, struct table *t);
    const char *none; /* what is said where there are none */
    const char *key;  /* where the reply has them; NULL: "items" */
};
/* GET path and print what is there: as it came with --json, else as a table. Gives an exit code. */
int client_list(struct client *c, str path, const struct client_list *list);
/* The table alone, of an array; nothing where it is empty. */
void client_table(struct cli *cli, json *items, const struct client_list *list);
/* The same under what was printed before. */
void client_table_below(struct cli *cli, json *items, const struct client_list *list);

/* Print the reply as it came, with a newline. */
void client_print_json(const struct answer *a);
/* POST the option --comment to the thing that the first argument names: before + it + after. Prints the reply with
 * --json, else "ID done". Gives an exit code. */
int client_comment(struct cli *cli, const char *before, const char *after, const char *done);
/* "3 min ago", "in 2 h 5 min" or a date; "" for a time that is absent. */
str client_when(struct cli *cli, json *time);
/* Text of a field; numbers and booleans become text too, null and absent "". */
str client_text(struct cli *cli, json *object, const char *key);

#endif
