/* Findings that somebody else made: a drift that `weir drift` saw in two tables. */
#include "base/hash.h"
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"

enum { FINDING_BODY_MAX = 1 << 20 };

static const char detector[] = "table.drift";

/* The same (series, detector, start, kind) of a pipeline is the same finding: a repetition changes nothing. */
static str id_of(json *v, struct arena *a)
{
    str start = str_fmt(a, "\n%lld\n", (long long)json_get_i64(v, "start", 0));
    str parts[] = {
        json_get_str(v, "pipeline"), STR("\n"), json_get_str(v, "series"), STR("\n"), str_of(detector), start,
        json_get_str(v, "kind")
    };
    struct sha256 d = sha256_parts(parts, sizeof parts / sizeof *parts);
    return hex_text((str){ (char *)d.b, 16 }, a);
}

static void copy(struct jw *w, json *v, const char *key, struct arena *a)
{
    if (json_get(v, key)) jw_raw(w, key, json_text(json_get(v, key), a));
}

static str body_of(json *v, struct arena *a)
{
    static const char *const kept[] = { "series",   "pipeline", "step",  "run",     "kind",
                                        "severity", "start",    "value", "summary", "evidence" };
    struct buf b = buf_init(FINDING_BODY_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) copy(&w, v, kept[i], a);
    jw_strz(&w, "detector", detector);
    jw_i64(&w, "end", json_get_i64(v, "end", json_get_i64(v, "start", 0)));
    jw_close(&w);
    return b.full ? (buf_done(&b), STR_NONE) : buf_take(&b, a);
}

static void add(struct request *req, struct response *res)
{
    int64_t seq = 0;
    struct input in = { .kind = STR("finding"), .subject = id_of(req->json, req->arena), .actor = req->actor,
                        .body = body_of(req->json, req->arena) };
    err e = in.body.ptr ? http_input(req, &in, &seq) : err_make(ERR_LIMIT, "a finding is at most 1 MiB");
    if (e.code) http_problem_rule(res, e);
    else reply_seq(res, seq, NULL);
}

const struct route api_finding_routes[] = {
    { "POST", "/api/v1/findings", ROLE_INGEST, "observe", "A drift seen elsewhere; opens or joins an incident", NULL,
      "NewFinding", "Seq", 201, FINDING_BODY_MAX, add },
    ROUTES_END,
};
