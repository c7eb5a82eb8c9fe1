/* The rate limits in front of a request: who is charged, and what the reply says about it (RateLimit-Policy and
 * RateLimit of draft-ietf-httpapi-ratelimit-headers-09, Retry-After of RFC 9110). */
#include "edge/server/server_internal.h"

static const struct {
    const char *name, *sentence;
} doors[RATE_DOORS] = {
    [RATE_KEY] = { "key", "this key asks too often" },
    [RATE_ADDRESS] = { "address", "this address asks too often" },
};

/* Whoever looks after weir must see that it lives, above all when somebody floods it. */
static bool is_health(str path)
{
    return STR_IS(path, "/healthz") || STR_IS(path, "/readyz");
}

/* Prometheus, Alertmanager and the clients of OpenLineage come again after 503 and throw away what 429 refuses. */
static bool resends_503(str path)
{
    static const char *const paths[] = { "/api/v1/write", "/api/v1/alerts", "/api/v1/lineage",
                                         "/api/v1/lineage/batch" };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (str_eq(path, str_of(paths[i]))) return true;
    return false;
}

static void tell(struct request *req, struct response *res, enum rate_door by, const struct rate_answer *a, usec window)
{
    http_header(res, str_fmt(req->arena, "RateLimit-Policy: \"%s\";q=%lld;w=%lld", doors[by].name, (long long)a->quota,
                             (long long)(window / USEC_SECOND)));
    http_header(res, str_fmt(req->arena, "RateLimit: \"%s\";r=%lld;t=%lld", doors[by].name, (long long)a->left,
                             (long long)a->full_s));
}

static void refuse(struct server *s, struct request *req, struct response *res, enum rate_door by,
                   const struct rate_answer *a)
{
    const struct rate_limit *limit = &s->opts.rates[by];
    str why = str_fmt(req->arena, "%s: %lld requests a second are accepted, and %lld at once; try again in %lld s",
                      doors[by].sentence, (long long)limit->per_second, (long long)a->quota, (long long)a->retry_s);
    if (resends_503(req->path)) http_problem(res, 503, "Come again", why);
    else http_problem(res, 429, "Too many requests", why);
    res->retry_after_s = (int)a->retry_s;
    if (by == RATE_ADDRESS) res->extra_header_count = 0; /* the reply that it replaces had its own */
}

bool rate_door(struct server *s, enum rate_door by, struct request *req, struct response *res)
{
    char text[RATE_ADDRESS_MAX];
    if (is_health(req->path)) return true;
    str client = by == RATE_KEY ? req->actor : rate_address(req->client, text);
    struct rate_answer a = rates_take(s->rates[by], client, s->opts.env->now(s->opts.env));
    if (!a.allowed) refuse(s, req, res, by, &a);
    if (a.quota) tell(req, res, by, &a, s->opts.rates[by].window);
    return a.allowed;
}

void rate_metrics(struct server *s, struct buf *out)
{
    buf_fmt(out, "# HELP weir_rate_limited_total Requests refused because their client asked too often.\n"
                 "# TYPE weir_rate_limited_total counter\n");
    for (int i = 0; i < RATE_DOORS; i++)
        buf_fmt(out, "weir_rate_limited_total{by=\"%s\"} %lld\n", doors[i].name,
                (long long)rates_stats(s->rates[i]).refused);
    buf_fmt(out, "# HELP weir_rate_forgotten_total Clients forgotten too early, because the table of clients is full.\n"
                 "# TYPE weir_rate_forgotten_total counter\n");
    for (int i = 0; i < RATE_DOORS; i++)
        buf_fmt(out, "weir_rate_forgotten_total{by=\"%s\"} %lld\n", doors[i].name,
                (long long)rates_stats(s->rates[i]).forgotten);
}
