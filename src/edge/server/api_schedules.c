/* Schedules: what is due when, how the runs ended, and what people want of them. What a command is started with is not
 * told: its environment may hold secrets. */
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"

static const struct col columns[] = {
    { "name", COL_TEXT },   { "spec", COL_HIDE },    { "paused_by", COL_TEXT }, { "next", COL_INT },
    { "run", COL_HIDE },    { "seq", COL_INT },      { "runs", COL_INT },       { "failed", COL_INT },
    { "missed", COL_INT },  { "skipped", COL_INT },  { .name = NULL },
};
enum { AT_NAME = 0, AT_SPEC = 1, AT_RUN = 4, AT_LAST = 10 };
static const char *const last_names[] = { "state", "planned", "asked_by", "attempt", "due",
                                          "started", "ended", "summary", NULL };
static const struct col run_columns[] = {
    { "id", COL_TEXT },     { "seq", COL_INT },   { "schedule", COL_TEXT }, { "planned", COL_INT },
    { "asked_by", COL_TEXT }, { "attempt", COL_INT }, { "state", COL_TEXT }, { "due", COL_INT },
    { "started", COL_INT }, { "ended", COL_INT }, { "summary", COL_TEXT },  { "detail", COL_JSON },
    { .name = NULL },
};

static void write_declared(struct view *v, str text)
{
    json *spec = NULL;
    err e = json_parse(text, v->req->arena, &spec);
    if (e.code) tx_fail(v->tx, e);
    jw_str(&v->w, "does", json_str(json_get(spec, "does"), STR("")));
    jw_str(&v->w, "cron", json_str(json_get(spec, "cron"), STR("")));
    jw_str(&v->w, "timezone", json_str(json_get(spec, "zone"), STR("UTC")));
    jw_i64(&v->w, "timeout_us", json_get_i64(spec, "timeout_us", 0));
    jw_i64(&v->w, "retries", json_get_i64(spec, "retries", 0));
    jw_i64(&v->w, "retry_us", json_get_i64(spec, "retry_us", 0));
    jw_strz(&v->w, "missed_runs", json_bool(json_get(spec, "catch_up"), true) ? "once" : "skip");
}

static void write_last(struct view *v, struct rows *r)
{
    if (rows_null(r, AT_LAST)) {
        jw_null(&v->w, "last");
        return;
    }
    jw_open(&v->w, "last");
    jw_str(&v->w, "id", rows_str(r, AT_RUN));
    for (int i = 0; last_names[i]; i++) {
        bool text = i == 0 || i == 2 || i == 7;
        if (rows_null(r, AT_LAST + i)) jw_null(&v->w, last_names[i]);
        else if (text) jw_str(&v->w, last_names[i], rows_str(r, AT_LAST + i));
        else jw_i64(&v->w, last_names[i], rows_i64(r, AT_LAST + i));
    }
    jw_close(&v->w);
}

static void write_schedule(struct view *v, struct rows *r)
{
    row_write(&v->w, r, columns);
    write_declared(v, rows_dup(r, AT_SPEC, v->req->arena));
    write_last(v, r);
}

static void list(struct request *req, struct response *res)
{
    struct view v;
    str cursor = http_query(req, "cursor"), last = STR_NONE;
    int64_t left = http_limit(req);
    if (!view_open(&v, req, res)) return;
    struct rows *r = tx_query(v.tx, SQL_API_SCHEDULES, V(cursor.ptr ? cursor : STR("")), V(left + 1));
    jw_open(&v.w, NULL);
    jw_array(&v.w, "items");
    bool more = false;
    while (!more && rows_next(r)) {
        if (!left--) {
            more = true;
            break;
        }
        last = rows_dup(r, AT_NAME, req->arena);
        jw_open(&v.w, NULL);
        write_schedule(&v, r);
        jw_close(&v.w);
    }
    if (more) rows_end(r);
    jw_array_end(&v.w);
    if (more) jw_str(&v.w, "next_cursor", last);
    else jw_null(&v.w, "next_cursor");
    jw_close(&v.w);
    view_close(&v);
}

static void get(struct request *req, struct response *res)
{
    struct view v;
    if (!view_open(&v, req, res)) return;
    struct rows *r = tx_query(v.tx, SQL_API_SCHEDULE, V(req->path_args[0]));
    if (!rows_next(r)) {
        view_missing(&v, "schedule", req->path_args[0]);
        return;
    }
    jw_open(&v.w, NULL);
    write_schedule(&v, r);
    jw_close(&v.w);
    rows_end(r);
    view_close(&v);
}

static void runs(struct request *req, struct response *res)
{
    struct val vals[] = { V(req->path_args[0]), V(http_query_i64(req, "cursor", INT64_MAX)), V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_SCHEDULE_RUNS, run_columns, 1, vals, 3);
}

static void one_run(struct request *req, struct response *res)
{
    reply_object(req, res, "run of a schedule", run_columns, SQL_API_SCHEDULE_RUN);
}

static void run_now(struct request *req, struct response *res)
{
    reply_comment(req, res, STR("schedule.asked"), "srn-");
}

static void pause_it(struct request *req, struct response *res)
{
    reply_comment(req, res, STR("schedule.paused"), NULL);
}

static void resume_it(struct request *req, struct response *res)
{
    reply_comment(req, res, STR("schedule.resumed"), NULL);
}

const struct route api_schedule_routes[] = {
    { "GET", "/api/v1/schedules", ROLE_VIEWER, "schedules",
      "Schedules by name: when the next run is, how the last went", QUERY_PAGE, NULL, "Schedule[]", 200, 0, list },
    { "GET", "/api/v1/schedules/{name}", ROLE_VIEWER, "schedules", "One schedule", NULL, NULL, "Schedule", 200, 0,
      get },
    { "GET", "/api/v1/schedules/{name}/runs", ROLE_VIEWER, "schedules",
      "Its runs, newest first; their steps are the runs of the pipeline of that name", QUERY_PAGE_SEQ, NULL,
      "ScheduleRun[]", 200, 0, runs },
    { "GET", "/api/v1/schedule-runs/{id}", ROLE_VIEWER, "schedules", "One run of a schedule", NULL, NULL, "ScheduleRun",
      200, 0, one_run },
    { "POST", "/api/v1/schedules/{name}/run", ROLE_OPERATOR, "schedules",
      "Run it now, beside its times; one run at a time", NULL, "Comment", "Created", 201, 64 << 10, run_now },
    { "POST", "/api/v1/schedules/{name}/pause", ROLE_OPERATOR, "schedules", "Let it rest until somebody resumes it",
      NULL, "Comment", "Seq", 200, 64 << 10, pause_it },
    { "POST", "/api/v1/schedules/{name}/resume", ROLE_OPERATOR, "schedules", "It runs at its times again", NULL,
      "Comment", "Seq", 200, 64 << 10, resume_it },
    ROUTES_END,
};
