/* Series and their points, through the sample store of edge/observe; and the demo's faults. */
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"

enum { POINTS_DEFAULT = 500 };

static void not_here(struct response *res, const char *what)
{
    http_problem(res, 404, "Not found", str_of(what));
}

static void list(struct request *req, struct response *res)
{
    const struct server_series *s = &server_of(req)->opts.series;
    str pipeline = http_query(req, "pipeline"), cursor = http_query(req, "cursor");
    if (!s->list) {
        buf_add(&res->body, STR("{\"items\":[],\"next_cursor\":null}"));
        return;
    }
    err e = s->list(s->ctx, pipeline.ptr ? pipeline : STR(""), cursor.ptr ? cursor : STR(""), http_limit(req),
                    req->arena, &res->body);
    if (e.code) http_problem_err(res, e);
}

static void samples(struct request *req, struct response *res)
{
    const struct server_series *s = &server_of(req)->opts.series;
    struct env *env = server_env(req->ctx);
    int64_t to = http_query_i64(req, "to", env->wall(env)),
            from = http_query_i64(req, "from", to > 6 * USEC_HOUR ? to - 6 * USEC_HOUR : 0);
    if (!s->samples) {
        not_here(res, "no samples are kept here");
        return;
    }
    if (from > to) {
        http_problem_rule(res, err_make(ERR_INPUT, "query from: must not be after to"));
        return;
    }
    err e = s->samples(s->ctx, req->path_args[0], from, to, http_query_i64(req, "points", POINTS_DEFAULT), req->arena,
                       &res->body);
    if (e.code) http_problem_err(res, e);
}

static void trigger(struct request *req, struct response *res)
{
    const struct server_opts *o = &server_of(req)->opts;
    str what = STR_NONE;
    if (!o->trigger_anomaly) {
        not_here(res, "only `weir demo` can break its own pipelines");
        return;
    }
    err e = o->trigger_anomaly(o->trigger_ctx, req->path_args[0], req->arena, &what);
    if (e.code) {
        http_problem_err(res, e);
        return;
    }
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_str(&w, "pipeline", req->path_args[0]);
    jw_str(&w, "fault", what);
    jw_close(&w);
}

const struct route api_series_routes[] = {
    { "GET", "/api/v1/series", ROLE_VIEWER, "series", "Series, by id",
      "limit:integer(1..200) cursor:string(0..600) pipeline:string(0..120)", NULL, "Series[]", 200, 0, list },
    { "GET", "/api/v1/series/{id}/samples", ROLE_VIEWER, "series",
      "Points of a series, thinned to lowest, highest and mean",
      "from:integer(0..253402300799999999) to:integer(0..253402300799999999) points:integer(1..5000)", NULL, "Samples",
      200, 0, samples },
    { "POST", "/api/v1/sim/trigger_anomaly/{pipeline}", ROLE_OPERATOR, "series", "Break a pipeline of the demo", NULL,
      NULL, "Fault", 202, 64 << 10, trigger },
    ROUTES_END,
};
