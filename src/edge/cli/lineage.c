/* weir lineage show and impact: what feeds what, and what a change breaks. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"

enum { NODES_SHOWN = 10000, DEPTH_SHOWN = 40 };

static const struct cli_option show_options[] = {
    { "up", 'u', NULL, NULL, "What feeds it." },
    { "down", 0, NULL, NULL, "What it feeds; without either, both are shown." },
    { "depth", 0, "N", "20", "Edges away at most, 1 to 1000." },
    { "limit", 'n', "N", "200", "Nodes at most, 1 to 10000." },
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option impact_options[] = {
    { "limit", 'n', "N", "200", "Nodes at most, 1 to 10000." },
    { NULL, 0, NULL, NULL, NULL },
};
/* --- Trees --- */

/* A list in which each node names the place of the one it was reached from, printed as a tree. */
struct tree {
    struct cli *cli;
    json *nodes[NODES_SHOWN];
    size_t first_child[NODES_SHOWN], next[NODES_SHOWN], count; /* 0 = none: the root is nobody's child */
    str (*note)(struct cli *cli, json *node);
};

static void tree_load(struct tree *t, json *list)
{
    size_t i, n;
    json *node;
    yyjson_arr_foreach(list, i, n, node) if (t->count < NODES_SHOWN) t->nodes[t->count++] = node;
    for (i = t->count; i-- > 1;) { /* backwards, so that children stand in order */
        int64_t from = json_get_i64(t->nodes[i], "from", 0);
        size_t up = from >= 0 && (size_t)from < i ? (size_t)from : 0;
        t->next[i] = t->first_child[up];
        t->first_child[up] = i;
    }
}

static str shortened(struct arena *a, str s, size_t columns)
{
    if (text_columns(s) <= columns) return s;
    size_t keep = columns > 3 ? columns - 3 : 0, cut = s.len - keep; /* the end of a name says most */
    while (cut < s.len && ((unsigned char)s.ptr[cut] & 0xc0) == 0x80) cut++;
    return str_fmt(a, "..." STR_FMT, STR_ARG(str_cut(s, cut, s.len)));
}

static str impact_note(struct cli *cli, json *node);

static void tree_line(const struct tree *t, size_t i, const char *branches)
{
    struct arena *a = cli_arena(t->cli);
    str kind = json_get_str(t->nodes[i], "kind"),
        note = i || t->note != impact_note ? t->note(t->cli, t->nodes[i]) : STR("");
    size_t used = text_columns(str_of(branches)) + kind.len + 1 + (note.len ? text_columns(note) + 2 : 0);
    str name = shortened(a, plain_text(a, json_get_str(t->nodes[i], "name")), used + 12 < 80 ? 80 - used : 12);
    bool color = cli_color(t->cli);
    (void)printf("%s" STR_FMT " %s" STR_FMT "%s%s" STR_FMT "\n", branches, STR_ARG(kind), tone_on(TONE_BOLD, color),
                 STR_ARG(name), tone_off(color), note.len ? "  " : "", STR_ARG(note));
}

static void tree_print(const struct tree *t)
{
    size_t stack[DEPTH_SHOWN], depth = 0;
    if (!t->count) return;
    tree_line(t, 0, "");
    if (t->first_child[0]) stack[depth++] = t->first_child[0];
    while (depth) {
        size_t i = stack[depth - 1];
        char branches[DEPTH_SHOWN * 6 + 16] = "";
        size_t len = 0;
        for (size_t k = 0; k < depth && k < 16; k++) {
            bool last = k + 1 == depth, more = t->next[stack[k]] != 0;
            const char *piece = last ? more ? "├─ " : "└─ " : more ? "│  " : "   ";
            len += (size_t)snprintf(branches + len, sizeof branches - len, "%s", piece);
        }
        tree_line(t, i, branches);
        if (t->first_child[i] && depth < DEPTH_SHOWN) {
            stack[depth++] = t->first_child[i];
            continue;
        }
        while (depth && !t->next[stack[depth - 1]]) depth--;
        if (depth) stack[depth - 1] = t->next[stack[depth - 1]];
    }
}

static void tell_cut(json *root)
{
    if (json_bool(json_get(root, "cut"), false)) (void)puts("... there is more: --limit shows it");
}

static str walk_note(struct cli *cli, json *node)
{
    str flow = json_get_str(node, "flow"), via = json_get_str(node, "via"), owner = json_get_str(node, "owner");
    if (flow.len)
        return str_fmt(cli_arena(cli), "[" STR_FMT " by " STR_FMT "]", STR_ARG(flow),
                       STR_ARG(shortened(cli_arena(cli), via, 24)));
    return owner.len ? str_fmt(cli_arena(cli), "[owner " STR_FMT "]", STR_ARG(shortened(cli_arena(cli), owner, 24)))
                     : STR("");
}

static int walk(struct client *c, const char *direction, struct answer *reply)
{
    str path = client_query(c, STR("/api/v1/lineage/walk"), "node", cli_arg(c->cli, 0));
    path = client_query(c, path, "direction", str_of(direction));
    path = client_query(c, client_query(c, path, "depth", cli_str(c->cli, "depth")), "limit", cli_str(c->cli, "limit"));
    return client_call(c, "GET", path, STR_NONE, reply);
}

static void print_walk(struct cli *cli, json *root)
{
    struct tree *t = ARENA_NEW(cli_arena(cli), struct tree);
    t->cli = cli;
    t->note = walk_note;
    tree_load(t, json_get(root, "nodes"));
    tree_print(t);
    tell_cut(root);
}

static int run_show(struct cli *cli)
{
    struct client c;
    struct answer up, down;
    bool want_up = cli_has(cli, "up"), want_down = cli_has(cli, "down"), both = want_up == want_down;
    int rc = client_open(cli, &c);
    if (!rc && (want_up || both)) rc = walk(&c, "up", &up);
    if (!rc && (want_down || both)) rc = walk(&c, "down", &down);
    if (rc) return rc;
    if (cli_json(cli)) {
        if (both) (void)printf("{\"up\":" STR_FMT ",\"down\":" STR_FMT "}\n", STR_ARG(up.text), STR_ARG(down.text));
        else client_print_json(want_up ? &up : &down);
        return EXIT_FINE;
    }
    if (want_up || both) {
        if (both) card_head(stdout, "Fed by", cli_color(cli));
        print_walk(cli, up.root);
    }
    if (want_down || both) {
        if (both) card_head(stdout, "Feeds", cli_color(cli));
        print_walk(cli, down.root);
    }
    return EXIT_FINE;
}

/* --- What a change breaks --- */

static str impact_note(struct cli *cli, json *node)
{
    static const char *const words[][2] = { { "breaks", "breaks" },
                                            { "changes", "changes" },
                                            { "rows", "its rows change" },
                                            { "may", "may break" },
                                            { "follows", "is fed by it" } };
    str impact = json_get_str(node, "impact"), owner = json_get_str(node, "owner"), flow = json_get_str(node, "flow");
    const char *said = "";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(impact, str_of(words[i][0]))) said = words[i][1];
    if (owner.len)
        return str_fmt(cli_arena(cli), "%s, owner " STR_FMT, said, STR_ARG(shortened(cli_arena(cli), owner, 24)));
    bool column = STR_IS(json_get_str(node, "kind"), "column");
    return column ? str_fmt(cli_arena(cli), "%s (" STR_FMT ")", said, STR_ARG(flow)) : str_of(said);
}

/* "2 jobs break, 3 columns change, ..." */
static void print_counts(json *nodes)
{
    static const char *const kinds[][2] = { { "breaks", "break" },
                                            { "changes", "change" },
                                            { "rows", "change their rows" },
                                            { "may", "may break" },
                                            { "follows", "are fed by them" } };
    const char *between = "";
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t i, n, count = 0;
        json *node;
        yyjson_arr_foreach(nodes, i, n, node) if (i > 0 && str_eq(json_get_str(node, "impact"), str_of(kinds[k][0])))
            count++;
        if (!count) continue;
        (void)printf("%s%zu %s", between, count, kinds[k][1]);
        between = ", ";
    }
    (void)puts(*between ? "" : "nothing is known to hang on it");
}

static int run_impact(struct cli *cli)
{
    struct client c;
    struct answer reply;
    int rc = client_open(cli, &c);
    if (rc) return rc;
    str path = client_query(&c, STR("/api/v1/lineage/impact"), "column", cli_arg(cli, 0));
    rc = client_call(&c, "GET", client_query(&c, path, "limit", cli_str(cli, "limit")), STR_NONE, &reply);
    if (rc) return rc;
    json *nodes = json_get(reply.root, "nodes");
    int found = yyjson_arr_size(nodes) > 1 ? EXIT_FOUND : EXIT_FINE;
    if (cli_json(cli)) {
        client_print_json(&reply);
        return found;
    }
    struct tree *t = ARENA_NEW(cli_arena(cli), struct tree);
    t->cli = cli;
    t->note = impact_note;
    tree_load(t, nodes);
    tree_print(t);
    print_counts(nodes);
    tell_cut(reply.root);
    return found;
}

const struct command command_lineage_show = { "lineage show",
                                              "NODE",
                                              "Show what feeds a pipeline, job, dataset or column, and what it feeds.",
                                              "NODE is a name, or the end of one: orders, warehouse.orders, "
                                              "orders.amount. dataset:NAME, job:NAME, pipeline:NAME and "
                                              "column:DATASET.NAME tell apart what is called the same.",
                                              show_options,
                                              run_show };
const struct command command_lineage_impact = {
    "lineage impact",
    "DATASET.COLUMN",
    "Show what breaks if a column changes.",
    "Jobs that name the column break. Columns made of it change. A job that reads the dataset, and is not known to "
    "pass the column by, may "
    "break. What they feed comes last. Exit code 1 when anything hangs on it.",
    impact_options,
    run_impact
};
