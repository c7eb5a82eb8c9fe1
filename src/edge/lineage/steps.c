#include "edge/lineage/steps.h"

#include "base/log.h"
#include "edge/files.h"
#include "edge/lineage/declare.h"
#include "edge/lineage/sql_read.h"

enum { FILE_MAX = 4 << 20, MEMORY = 512 << 20, STATEMENTS_MAX = 10000 };

struct door {
    err (*apply)(void *ctx, struct tx *tx, const struct input *in, int64_t *seq);
    void *ctx;
    struct input in;
};

static err apply_work(struct tx *tx, void *ctx)
{
    struct door *d = ctx;
    int64_t seq;
    return d->apply(d->ctx, tx, &d->in, &seq);
}

/* The statements of all files of one pipeline, one after another. */
static void read_file(json *step, str path, struct arena *a, struct sql_lineage *all)
{
    struct sql_options o = { 0 };
    struct sql_lineage l;
    str text;
    (void)sql_dialect_of(json_get_str(step, "dialect"), &o.dialect);
    err e = file_read(path, FILE_MAX, a, &text);
    if (!e.code) e = sql_read(text, &o, a, &l, NULL);
    if (e.code) {
        log_warn("lineage.sql_not_read file=" STR_FMT " reason=\"%s\"", STR_ARG(path), e.msg);
        return;
    }
    for (size_t i = 0; i < l.count && all->count < STATEMENTS_MAX; i++) all->statements[all->count++] = l.statements[i];
}

static bool read_steps(json *pipeline, struct arena *a, struct sql_lineage *all)
{
    size_t i, n, k, m;
    json *step, *path;
    bool any = false;
    yyjson_arr_foreach(json_get(pipeline, "steps"), i, n, step)
    {
        yyjson_arr_foreach(json_get(step, "sql"), k, m, path)
        {
            any = true;
            read_file(step, json_str(path, STR("")), a, all);
        }
    }
    return any;
}

err lineage_of_steps(struct store *store, str pipelines_json,
                     err (*apply)(void *ctx, struct tx *tx, const struct input *in, int64_t *seq), void *ctx)
{
    struct arena a = arena_init(MEMORY);
    json *root = NULL, *pipeline;
    size_t i, n;
    err e = json_parse(pipelines_json, &a, &root);
    yyjson_arr_foreach(json_get(root, "pipelines"), i, n, pipeline)
    {
        struct sql_lineage all = { .statements = NULL };
        struct door door = { .apply = apply, .ctx = ctx };
        struct arena one = arena_init(MEMORY);
        all.statements = arena_new(&one, STATEMENTS_MAX * sizeof *all.statements);
        struct declared d = { .job = json_get_str(pipeline, "name"),
                              .pipeline = true,
                              .owner = json_get_str(pipeline, "owner"),
                              .origin = STR("pipelines.yaml") };
        bool any = !e.code && read_steps(pipeline, &one, &all);
        err made = any ? declared_input(&d, &all, STR("weir"), &one, &door.in) : OK;
        if (made.code) log_warn("lineage.not_declared pipeline=" STR_FMT " reason=\"%s\"", STR_ARG(d.job), made.msg);
        else if (any) e = store_run(store, apply_work, &door);
        arena_done(&one);
    }
    arena_done(&a);
    return e;
}
