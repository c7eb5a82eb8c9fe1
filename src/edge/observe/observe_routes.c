/* The ways in over HTTP. Senders are answered as their protocol wants: who repeats on 503 gets 503, who repeats on 429
 * gets 429. */
#include "edge/observe/alertmanager.h"
#include "edge/observe/events_json.h"
#include "edge/observe/observe.h"
#include "edge/observe/openlineage.h"
#include "edge/observe/remote_write.h"
#include "edge/observe/samples_json.h"
#include "edge/server/server.h"

enum { RETRY_AFTER_S = 5, LINEAGE_BODY_MAX = 32 << 20 };

static struct ingest *ingest_of(struct request *req, struct response *res)
{
    struct ingest *in = server_ingest(req->ctx);
    if (!in) http_problem(res, 503, "Not ready", STR("samples are not taken yet"));
    return in;
}

static str sender(struct request *req, const char *way)
{
    return str_fmt(req->arena, "%s/" STR_FMT, way, STR_ARG(req->actor));
}

/* Prometheus and Alertmanager come again after 5xx and give up after most of 4xx. */
static void busy_503(struct response *res, err e)
{
    http_problem_rule(res, e);
    if (e.code == ERR_FULL) http_problem(res, 503, "Come again", str_of(e.msg));
    if (res->status == 503) res->retry_after_s = RETRY_AFTER_S;
}

static void write_refused(struct jw *w, const struct refusals *r)
{
    jw_array(w, "refused");
    for (size_t i = 0; i < r->kept; i++) {
        jw_open(w, NULL);
        jw_i64(w, "index", (int64_t)r->items[i].index);
        jw_str(w, "problem", r->items[i].reason);
        jw_close(w);
    }
    jw_array_end(w);
}

static void write_counts(struct response *res, int64_t accepted, int64_t duplicates, const struct refusals *r)
{
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_i64(&w, "accepted", accepted);
    jw_i64(&w, "duplicates", duplicates);
    jw_i64(&w, "refused_count", (int64_t)r->total);
    write_refused(&w, r);
    jw_close(&w);
}

/* ---- samples ---- */

static void remote_write(struct request *req, struct response *res)
{
    struct ingest *in = ingest_of(req, res);
    struct batch b;
    struct ingest_result got;
    if (!in) return;
    err e = remote_write_decode(req->body, req->arena, &b);
    if (e.code) {
        ingest_count_malformed(in, sender(req, "remote_write"), 1);
        http_problem_err(res, e);
        return;
    }
    ingest_count_malformed(in, sender(req, "remote_write"), b.refused->total);
    e = ingest_samples(in, sender(req, "remote_write"), &b, &got);
    if (e.code) busy_503(res, e);
    else if (b.refused->total && !b.point_count) http_problem(res, 400, "No valid series", b.refused->items[0].reason);
}

static void post_samples(struct request *req, struct response *res)
{
    struct ingest *in = ingest_of(req, res);
    struct env *env = server_env(req->ctx);
    struct batch b;
    struct ingest_result got;
    if (!in) return;
    err e = samples_json_read(req->json, env->wall(env), req->arena, &b);
    if (!e.code) {
        ingest_count_malformed(in, sender(req, "api"), b.refused->total);
        e = ingest_samples(in, sender(req, "api"), &b, &got);
    }
    if (e.code) {
        http_problem_rule(res, e);
        return;
    }
    b.refused->total += got.refused; /* by time or limit: counted, without an index */
    write_counts(res, (int64_t)got.accepted, (int64_t)got.duplicates, b.refused);
}

/* ---- inputs of the core ---- */

/* Apply all; refusals of the core join those of the parser under the index in the list of those that parsed. OK, or the
 * first error that is worth a repetition. */
static err apply_all(struct request *req, struct ingest *in, struct input_list *list, int64_t *accepted,
                     int64_t *duplicates)
{
    struct applied *done = arena_try(req->arena, list->count * sizeof *done + 1);
    if (!done) return err_make(ERR_LIMIT, "the body is larger than allowed");
    *accepted = *duplicates = 0;
    if (list->count == 1) done->result = http_input(req, list->items, &done->seq); /* keeps an Idempotency-Key */
    else ingest_inputs(in, list->items, list->count, done);
    for (size_t i = 0; i < list->count; i++) {
        if (done[i].result.code && !err_lasting(done[i].result)) return done[i].result;
        if (done[i].result.code) refuse(list->refused, req->arena, i, done[i].result);
        *accepted += !done[i].result.code && done[i].seq;
        *duplicates += !done[i].result.code && !done[i].seq;
    }
    return OK;
}

static void alerts(struct request *req, struct response *res)
{
    struct ingest *in = ingest_of(req, res);
    struct input_list list;
    int64_t accepted, duplicates;
    if (!in) return;
    err e = alertmanager_read(req->json, req->actor, req->arena, &list);
    if (!e.code) e = apply_all(req, in, &list, &accepted, &duplicates);
    if (e.code) busy_503(res, e);
    else write_counts(res, accepted, duplicates, list.refused);
}

static void events(struct request *req, struct response *res)
{
    struct ingest *in = ingest_of(req, res);
    struct input_list list;
    int64_t accepted, duplicates;
    if (!in) return;
    err e = events_json_read(req->json, req->actor, req->arena, &list);
    if (!e.code) e = apply_all(req, in, &list, &accepted, &duplicates);
    if (e.code) http_problem_rule(res, e);
    else write_counts(res, accepted, duplicates, list.refused);
}

static void lineage(struct request *req, struct response *res)
{
    struct input in;
    int64_t seq = 0;
    err e = openlineage_event(req->json, req->actor, req->arena, &in);
    if (!e.code) e = http_input(req, &in, &seq);
    if (e.code) busy_503(res, e);
}

/* The report of the specification: what failed, by index, and whether a repetition would help. */
static void write_report(struct response *res, size_t received, const struct refusals *r)
{
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_strz(&w, "status", r->total ? "partial_success" : "success");
    jw_open(&w, "summary");
    jw_i64(&w, "received", (int64_t)received);
    jw_i64(&w, "successful", (int64_t)(received - r->total));
    jw_i64(&w, "failed", (int64_t)r->total);
    jw_i64(&w, "retriable", 0);
    jw_i64(&w, "non_retriable", (int64_t)r->total);
    jw_close(&w);
    jw_array(&w, "failed_events");
    for (size_t i = 0; i < r->kept; i++) {
        jw_open(&w, NULL);
        jw_i64(&w, "index", (int64_t)r->items[i].index);
        jw_str(&w, "reason", r->items[i].reason);
        jw_bool(&w, "retriable", false);
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_close(&w);
}

static void lineage_batch(struct request *req, struct response *res)
{
    struct ingest *in = ingest_of(req, res);
    struct input_list list;
    int64_t accepted, duplicates;
    if (!in) return;
    err e = openlineage_batch(req->json, req->actor, req->arena, &list);
    if (!e.code) e = apply_all(req, in, &list, &accepted, &duplicates);
    if (e.code) busy_503(res, e);
    else write_report(res, yyjson_arr_size(req->json), list.refused);
}

const struct route observe_routes[] = {
    { "POST", "/api/v1/write", ROLE_INGEST, "observe", "Prometheus remote write 1.0 (snappy, protobuf)", NULL, NULL,
      NULL, 204, 0, remote_write },
    { "POST", "/api/v1/samples", ROLE_INGEST, "observe", "Samples as JSON; the valid ones are kept", NULL,
      "SampleBatch", "Taken", 200, 0, post_samples },
    { "POST", "/api/v1/alerts", ROLE_INGEST, "observe", "Alertmanager's webhook, version 4", NULL, "AlertWebhook",
      "Taken", 200, 0, alerts },
    { "POST", "/api/v1/lineage", ROLE_INGEST, "observe", "One OpenLineage event", NULL, "LineageEvent", NULL, 201,
      LINEAGE_BODY_MAX, lineage },
    { "POST", "/api/v1/lineage/batch", ROLE_INGEST, "observe", "OpenLineage events; the valid ones are kept", NULL,
      "LineageBatch", "LineageReport", 200, LINEAGE_BODY_MAX, lineage_batch },
    { "POST", "/api/v1/events", ROLE_INGEST, "observe", "Changes, runs, lineage or alerts as plain events", NULL,
      "EventBatch", "Taken", 200, 0, events },
    ROUTES_END,
};
