/* weir lineage: what feeds what, what a change breaks, and what SQL files say. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"
#include "edge/files.h"
#include "edge/lineage/declare.h"
#include "edge/lineage/sql_json.h"
#include "edge/lineage/sql_read.h"

enum {
    FILE_MAX = 256 << 20,
    NODES_SHOWN = 10000,
    DEPTH_SHOWN = 40,
    JOBS_A_CALL = 200,
    CALL_BYTES = 8 << 20,
    SQL_ARENA = 1 << 30
};

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
#define SQL_OPTIONS                                                                                                    \
    {                                                                                                                  \
        "dialect", 0, "NAME", "auto",                                                                                  \
            "postgres, mysql, bigquery, snowflake, spark, tsql, oracle, sqlite, duckdb, redshift."                     \
    }
static const struct cli_option sql_options[] = {
    SQL_OPTIONS,
    { "parser", 0, "NAME", "auto",
      "postgres: PostgreSQL's grammar only, its syntax errors are findings; weir: not that; auto: where it can." },
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option add_options[] = {
    { "job", 0, "NAME", NULL, "Name of the job that runs the SQL; default: the file's name." },
    { "pipeline", 0, "NAME", NULL, "A pipeline of weir runs the SQL." },
    { "namespace", 0, "NAME", NULL, "Namespace of the datasets, such as postgres://db:5432." },
    { "owner", 0, "NAME", NULL, "Who answers for the job." },
    SQL_OPTIONS,
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

/* --- SQL files --- */

static int dialect_of(struct cli *cli, enum sql_dialect *out)
{
    str name = cli_str(cli, "dialect");
    *out = SQL_AUTO;
    if (!name.len || sql_dialect_of(name, out)) return EXIT_FINE;
    return cli_fail(cli, EXIT_USAGE, "--dialect: no dialect '" STR_FMT "'", STR_ARG(name));
}

static void print_names(struct cli *cli, const char *label, const str *names, size_t n)
{
    struct buf b = buf_init(1 << 16);
    for (size_t i = 0; i < n; i++) buf_fmt(&b, "%s" STR_FMT, i ? ", " : "", STR_ARG(names[i]));
    card_line(stdout, cli_arena(cli), label, buf_take(&b, cli_arena(cli)));
}

static void print_statement(struct cli *cli, const struct sql_statement *s)
{
    struct arena *a = cli_arena(cli);
    bool color = cli_color(cli);
    (void)printf("%sline %zu: %s%s\n", tone_on(TONE_BOLD, color), s->line, s->kind, tone_off(color));
    print_names(cli, "reads", s->reads, s->read_count);
    print_names(cli, "writes", s->writes, s->write_count);
    for (size_t i = 0; i < s->flow_count; i++) {
        const struct sql_flow *f = &s->flows[i];
        str to = f->to_column.len ? str_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(f->to_table), f->to_table.len ? "." : "",
                                            STR_ARG(f->to_column))
                                  : STR("rows");
        card_item(stdout, a, 2,
                  plain_text(a, str_fmt(a, STR_FMT "." STR_FMT " -> " STR_FMT " (%s)", STR_ARG(f->from_table),
                                        STR_ARG(f->from_column), STR_ARG(to), flow_kind_name(f->kind))));
    }
}

static int read_text(struct cli *cli, str path, str *out)
{
    err e = file_read(path, FILE_MAX, cli_arena(cli), out);
    return e.code ? cli_fail_err(cli, e) : EXIT_FINE;
}

enum reader { READ_AUTO, READ_POSTGRES, READ_WEIR };

static int reader_of(struct cli *cli, enum reader *out)
{
    static const char *const names[] = { "auto", "postgres", "weir" };
    str name = cli_str(cli, "parser");
    *out = READ_AUTO;
    for (unsigned i = 0; i < 3; i++)
        if (str_eq(name, str_of(names[i]))) *out = (enum reader)i;
    if (name.len == 0 || str_eq(name, str_of(names[*out]))) return EXIT_FINE;
    return cli_fail(cli, EXIT_USAGE, "--parser: '" STR_FMT "' is none of auto, postgres, weir", STR_ARG(name));
}

/* "FILE:3:8: syntax error at or near ..." */
static void print_bad(struct cli *cli, str path, const struct sql_note *note)
{
    (void)printf(STR_FMT ":%zu:%zu: " STR_FMT "\n", STR_ARG(path), note->bad.line, note->bad.column,
                 STR_ARG(plain_text(cli_arena(cli), str_of(note->why_not.msg))));
}

static void print_lineage(struct cli *cli, const struct sql_lineage *l)
{
    for (size_t i = 0; i < l->count; i++) print_statement(cli, &l->statements[i]);
    if (l->skipped) (void)printf("%zu passed over: procedural code, or commands that move no data\n", l->skipped);
    if (l->truncated) (void)puts("more flows than are kept: some were dropped");
}

static void write_file(struct jw *w, str path, const struct sql_lineage *l, const struct sql_note *note)
{
    jw_open(w, NULL);
    jw_str(w, "file", path);
    jw_strz(w, "parser", note->by_postgres ? "postgres" : "weir");
    if (note->why_not.code == ERR_INPUT) {
        jw_open(w, "syntax_error");
        jw_i64(w, "line", (int64_t)note->bad.line);
        jw_i64(w, "column", (int64_t)note->bad.column);
        jw_strz(w, "message", note->why_not.msg);
        jw_close(w);
    }
    sql_lineage_members(w, l);
    jw_close(w);
}

/* What the grammar does not take is a finding when it was asked for, and an error when it could not be asked. */
static int judge(struct cli *cli, str path, enum reader reader, const struct sql_note *note, bool quiet)
{
    if (reader != READ_POSTGRES || note->by_postgres) return EXIT_FINE;
    if (note->why_not.code != ERR_INPUT) return cli_fail_err(cli, err_wrap(note->why_not, STR_FMT, STR_ARG(path)));
    if (!quiet) print_bad(cli, path, note);
    return EXIT_FOUND;
}

static int sql_file(struct cli *cli, str path, enum sql_dialect dialect, enum reader reader, struct jw *w)
{
    str text;
    struct arena a = arena_init(SQL_ARENA);
    struct sql_lineage l;
    struct sql_note note = { 0 };
    struct sql_options o = { .dialect = dialect };
    int rc = read_text(cli, path, &text);
    if (rc) return rc;
    if (reader == READ_POSTGRES) o.dialect = SQL_POSTGRES;
    err e = reader == READ_WEIR ? sql_lineage(text, &o, &a, &l) : sql_read(text, &o, &a, &l, &note);
    rc = e.code ? cli_fail_err(cli, err_wrap(e, STR_FMT, STR_ARG(path))) : judge(cli, path, reader, &note, w != NULL);
    if (!e.code && w) write_file(w, path, &l, &note);
    else if (rc == EXIT_FINE) print_lineage(cli, &l);
    arena_done(&a);
    return rc;
}

static int run_sql(struct cli *cli)
{
    enum sql_dialect dialect;
    enum reader reader;
    struct buf b = buf_init(1 << 30);
    struct jw w = jw_init(&b);
    int rc = dialect_of(cli, &dialect), found = EXIT_FINE;
    if (!rc) rc = reader_of(cli, &reader);
    if (cli_json(cli)) jw_array(&w, NULL);
    for (size_t i = 0; !rc && i < cli_arg_count(cli); i++) {
        if (!cli_json(cli) && cli_arg_count(cli) > 1)
            card_head(stdout, str_z(cli_arena(cli), cli_arg(cli, i)), cli_color(cli));
        rc = sql_file(cli, cli_arg(cli, i), dialect, reader, cli_json(cli) ? &w : NULL);
        if (rc == EXIT_FOUND) found = rc, rc = EXIT_FINE;
    }
    if (cli_json(cli)) jw_array_end(&w);
    if (!rc && cli_json(cli)) (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
    return rc ? rc : found;
}

/* --- Adding --- */

struct totals {
    int64_t accepted, same, refused;
};

static int post(struct client *c, const char *path, str body, struct totals *sum)
{
    struct answer reply;
    int rc = client_call(c, "POST", str_of(path), body, &reply);
    if (rc) return rc;
    sum->accepted +=
        json_get_i64(reply.root, "accepted", 0) + json_get_i64(json_get(reply.root, "summary"), "successful", 0);
    sum->same += json_get_i64(reply.root, "duplicates", 0);
    sum->refused +=
        json_get_i64(reply.root, "refused_count", 0) + json_get_i64(json_get(reply.root, "summary"), "failed", 0);
    return EXIT_FINE;
}

static str base_name(str path)
{
    for (size_t i = path.len; i-- > 0;)
        if (path.ptr[i] == '/') return str_cut(path, i + 1, path.len);
    return path;
}

static int add_sql(struct client *c, str path, str text, struct totals *sum)
{
    struct cli *cli = c->cli;
    str pipeline = cli_str(cli, "pipeline"), job = cli_str(cli, "job");
    struct buf b = buf_init(FILE_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_array(&w, "jobs");
    jw_open(&w, NULL);
    jw_str(&w, "job", pipeline.len ? pipeline : job.len ? job : base_name(path));
    jw_bool(&w, "pipeline", pipeline.len > 0);
    jw_str(&w, "sql", text);
    jw_str(&w, "dialect", cli_str(cli, "dialect"));
    jw_str(&w, "namespace", cli_str(cli, "namespace"));
    jw_str(&w, "owner", cli_str(cli, "owner"));
    jw_str(&w, "origin", path);
    jw_close(&w);
    jw_array_end(&w);
    jw_close(&w);
    int rc = post(c, "/api/v1/lineage/jobs", buf_view(&b), sum);
    buf_done(&b);
    return rc;
}

/* Many jobs, some at a time. */
static int post_jobs(struct client *c, const struct input_list *list, struct totals *sum)
{
    int rc = EXIT_FINE;
    for (size_t i = 0; !rc && i < list->count;) {
        struct buf b = buf_init(2 * CALL_BYTES);
        struct jw w = jw_init(&b);
        jw_open(&w, NULL);
        jw_array(&w, "jobs");
        for (size_t n = 0; n < JOBS_A_CALL && i < list->count && b.len < CALL_BYTES; n++, i++)
            jw_raw(&w, NULL, list->items[i].body);
        jw_array_end(&w);
        jw_close(&w);
        rc = post(c, "/api/v1/lineage/jobs", buf_view(&b), sum);
        buf_done(&b);
    }
    return rc;
}

static int add_manifest(struct client *c, str path, json *root, struct totals *sum)
{
    struct arena a = arena_init(SQL_ARENA);
    struct input_list list;
    err e = declared_manifest(root, cli_str(c->cli, "namespace"), path, STR("cli"), &a, &list);
    int rc = e.code ? cli_fail_err(c->cli, err_wrap(e, STR_FMT, STR_ARG(path))) : post_jobs(c, &list, sum);
    if (!e.code) sum->refused += (int64_t)list.refused->total;
    arena_done(&a);
    return rc;
}

/* OpenLineage: one event, an array of them, or one a line. */
static int add_events(struct client *c, str text, json *root, struct totals *sum)
{
    if (yyjson_is_arr(root)) return post(c, "/api/v1/lineage/batch", text, sum);
    struct buf b = buf_init(FILE_MAX);
    str line;
    buf_char(&b, '[');
    while (text.len && str_next(&text, '\n', &line)) {
        line = str_trim(line);
        if (root) line = text = str_trim(json_text(root, cli_arena(c->cli)));
        if (line.len) buf_fmt(&b, "%s", b.len > 1 ? "," : ""), buf_add(&b, line);
        if (root) break;
    }
    buf_char(&b, ']');
    int rc = b.full ? cli_fail(c->cli, EXIT_FAILED, "the events take more than %d bytes", FILE_MAX)
                    : post(c, "/api/v1/lineage/batch", buf_view(&b), sum);
    buf_done(&b);
    return rc;
}

static int add_file(struct client *c, str path, struct totals *sum)
{
    str text;
    json *root = NULL;
    int rc = read_text(c->cli, path, &text);
    if (rc) return rc;
    str start = str_trim(text);
    bool looks_json = start.len && (start.ptr[0] == '{' || start.ptr[0] == '[') && !str_starts(start, STR("{{")) &&
                      !str_starts(start, STR("{%")) && !str_starts(start, STR("{#"));
    if (!looks_json) return add_sql(c, path, text, sum);
    bool one = json_parse(text, cli_arena(c->cli), &root).code == ERR_NONE;
    if (one && json_get(root, "nodes")) return add_manifest(c, path, root, sum);
    return add_events(c, text, one ? root : NULL, sum);
}

static int run_add(struct cli *cli)
{
    struct client c;
    struct totals sum = { 0 };
    enum sql_dialect dialect;
    int rc = dialect_of(cli, &dialect);
    if (!rc) rc = client_open(cli, &c);
    for (size_t i = 0; !rc && i < cli_arg_count(cli); i++) rc = add_file(&c, cli_arg(cli, i), &sum);
    if (rc) return rc;
    if (cli_json(cli))
        (void)printf("{\"accepted\":%lld,\"duplicates\":%lld,\"refused\":%lld}\n", (long long)sum.accepted,
                     (long long)sum.same, (long long)sum.refused);
    else
        (void)printf("%lld taken, %lld known already, %lld refused\n", (long long)sum.accepted, (long long)sum.same,
                     (long long)sum.refused);
    return sum.refused ? EXIT_FOUND : EXIT_FINE;
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
const struct command command_lineage_add = {
    "lineage add", "FILE...", "Add what SQL files, dbt manifests or OpenLineage events say.",
    "A job that is added again replaces what it said before. The kind of a file is seen by what stands in it.",
    add_options, run_add
};
const struct command command_lineage_sql = {
    "lineage sql", "FILE...",   "Show what SQL reads and writes, column by column. Needs no server.",
    NULL,          sql_options, run_sql
};
