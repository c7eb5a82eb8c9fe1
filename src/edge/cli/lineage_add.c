/* weir lineage add: what SQL files, dbt manifests and OpenLineage events say, sent to a server. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/lineage_cli.h"
#include "edge/lineage/declare.h"

enum { JOBS_A_CALL = 200, CALL_BYTES = 8 << 20 };

static const struct cli_option add_options[] = {
    { "job", 0, "NAME", NULL, "Name of the job that runs the SQL; default: the file's name." },
    { "pipeline", 0, "NAME", NULL, "A pipeline of weir runs the SQL." },
    { "namespace", 0, "NAME", NULL, "Namespace of the datasets, such as postgres://db:5432." },
    { "owner", 0, "NAME", NULL, "Who answers for the job." },
    LINEAGE_DIALECT_OPTION,
    { NULL, 0, NULL, NULL, NULL },
};

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
    struct buf b = buf_init(LINEAGE_FILE_MAX);
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
    struct arena a = arena_init(LINEAGE_MEMORY);
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
    struct buf b = buf_init(LINEAGE_FILE_MAX);
    str line;
    buf_char(&b, '[');
    while (text.len && str_next(&text, '\n', &line)) {
        line = str_trim(line);
        if (root) line = text = str_trim(json_text(root, cli_arena(c->cli)));
        if (line.len) buf_fmt(&b, "%s", b.len > 1 ? "," : ""), buf_add(&b, line);
        if (root) break;
    }
    buf_char(&b, ']');
    int rc = b.full ? cli_fail(c->cli, EXIT_FAILED, "the events take more than %d bytes", LINEAGE_FILE_MAX)
                    : post(c, "/api/v1/lineage/batch", buf_view(&b), sum);
    buf_done(&b);
    return rc;
}

static int add_file(struct client *c, str path, struct totals *sum)
{
    str text;
    json *root = NULL;
    int rc = lineage_text(c->cli, path, &text);
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
    int rc = lineage_dialect(cli, &dialect);
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

const struct command command_lineage_add = {
    "lineage add", "FILE...", "Add what SQL files, dbt manifests or OpenLineage events say.",
    "A job that is added again replaces what it said before. The kind of a file is seen by what stands in it.",
    add_options, run_add
};
