/* weir lineage sql: what SQL files say, without a server. */
#include "edge/cli/lineage_cli.h"

#include <stdio.h>

#include "edge/cli/commands.h"
#include "edge/cli/table.h"
#include "edge/files.h"
#include "edge/lineage/sql_json.h"
#include "edge/lineage/sql_read.h"

static const struct cli_option sql_options[] = {
    LINEAGE_DIALECT_OPTION,
    { "parser", 0, "NAME", "auto",
      "postgres: PostgreSQL's grammar only, its syntax errors are findings; weir: not that; auto: where it can." },
    { NULL, 0, NULL, NULL, NULL },
};

int lineage_dialect(struct cli *cli, enum sql_dialect *out)
{
    str name = cli_str(cli, "dialect");
    *out = SQL_AUTO;
    if (!name.len || sql_dialect_of(name, out)) return EXIT_FINE;
    return cli_fail(cli, EXIT_USAGE, "--dialect: no dialect '" STR_FMT "'", STR_ARG(name));
}

int lineage_text(struct cli *cli, str path, str *out)
{
    err e = file_read(path, LINEAGE_FILE_MAX, cli_arena(cli), out);
    return e.code ? cli_fail_err(cli, e) : EXIT_FINE;
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
    struct arena a = arena_init(LINEAGE_MEMORY);
    struct sql_lineage l;
    struct sql_note note = { 0 };
    struct sql_options o = { .dialect = dialect };
    int rc = lineage_text(cli, path, &text);
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
    int rc = lineage_dialect(cli, &dialect), found = EXIT_FINE;
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

const struct command command_lineage_sql = {
    "lineage sql", "FILE...",   "Show what SQL reads and writes, column by column. Needs no server.",
    NULL,          sql_options, run_sql
};
