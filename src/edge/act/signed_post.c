#include "edge/act/signed_post.h"

#include "base/hash.h"

enum { SIGNED_HEADERS_MAX = 4 };

/* As signed_post.h has them, in `a`. Gives their number. */
static size_t signed_headers(const struct signed_post *p, usec wall, struct arena *a, str out[SIGNED_HEADERS_MAX])
{
    size_t n = 0;
    long long at = (long long)(wall / USEC_SECOND);
    out[n++] = STR("Content-Type: application/json");
    out[n++] = str_fmt(a, "X-Weir-Timestamp: %lld", at);
    if (p->key.len) out[n++] = str_fmt(a, "Idempotency-Key: " STR_FMT, STR_ARG(p->key));
    if (p->secret.len) {
        str message = str_fmt(a, "%lld." STR_FMT, at, STR_ARG(p->body));
        struct sha256 mac = hmac_sha256(p->secret, message);
        str hex = hex_text((str){ (char *)mac.b, SHA256_LEN }, a);
        out[n++] = str_fmt(a, "X-Weir-Signature: v1=" STR_FMT, STR_ARG(hex));
    }
    return n;
}

err signed_send(struct env *env, const struct signed_post *p, struct arena *a, int *status)
{
    str headers[SIGNED_HEADERS_MAX];
    struct http_reply reply = { 0 };
    struct http_request req = { .method = STR("POST"), .url = p->url, .body = p->body, .headers = headers,
                                .timeout = p->timeout, .reply_max = 1 << 16, .from_operator = true };
    req.header_count = signed_headers(p, env->wall(env), a, headers);
    err e = env->http(env, &req, a, &reply);
    *status = reply.status;
    return e;
}
