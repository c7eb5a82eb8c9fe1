#include "edge/server/guard.h"

static const struct verdict_row {
    int status;
    const char *reason, *text;
} rows[GUARD_VERDICTS] = {
    [GUARD_FINE] = { 200, "fine", "" },
    [GUARD_HEADERS_MANY] = { 431, "headers_many", "more than 100 header fields" },
    [GUARD_HEADERS_LARGE] = { 431, "headers_large", "the header fields are larger than 32 KiB" },
    [GUARD_URI_LARGE] = { 414, "uri_large", "the address is longer than 8 KiB" },
    [GUARD_NO_HOST] = { 400, "no_host", "the Host header is missing" },
    [GUARD_HOSTS] = { 400, "hosts", "more than one Host header" },
    [GUARD_LENGTH_INVALID] = { 400, "length_invalid", "Content-Length must be digits only" },
    [GUARD_LENGTHS_DIFFER] = { 400, "lengths", "more than one Content-Length" },
    [GUARD_LENGTH_AND_CODING] = { 400, "length_and_coding",
                                  "Content-Length and Transfer-Encoding exclude one another" },
    [GUARD_CODING] = { 400, "coding", "Transfer-Encoding must be exactly \"chunked\"" },
    [GUARD_BODY_LARGE] = { 413, "body_large", "the body is larger than this address accepts" },
};

void guard_header(struct guard *g, str name, str value)
{
    g->count++;
    g->bytes += name.len + value.len + 4;
    if (str_eq_nocase(name, STR("Host"))) {
        g->hosts++;
        g->host = value;
    } else if (str_eq_nocase(name, STR("Content-Length"))) {
        g->lengths++;
        g->length = value;
    } else if (str_eq_nocase(name, STR("Transfer-Encoding"))) {
        g->codings++;
        g->coding = value;
    }
}

static bool digits_only(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    return s.len > 0;
}

enum guard_verdict guard_judge(const struct guard *g, str version, size_t uri_len)
{
    if (uri_len > GUARD_URI_BYTES) return GUARD_URI_LARGE;
    if (g->count > GUARD_HEADERS_MAX) return GUARD_HEADERS_MANY;
    if (g->bytes > GUARD_HEADER_BYTES) return GUARD_HEADERS_LARGE;
    if (g->hosts > 1) return GUARD_HOSTS;
    if ((g->hosts == 0 || g->host.len == 0) && !STR_IS(version, "HTTP/1.0")) return GUARD_NO_HOST;
    if (g->lengths && g->codings) return GUARD_LENGTH_AND_CODING;
    /* The same length twice is refused as well: a proxy in front may read it otherwise. */
    if (g->lengths > 1) return GUARD_LENGTHS_DIFFER;
    if (g->lengths && !digits_only(g->length)) return GUARD_LENGTH_INVALID;
    if (g->codings > 1 || (g->codings && !str_eq_nocase(g->coding, STR("chunked")))) return GUARD_CODING;
    return GUARD_FINE;
}

enum guard_verdict guard_body(const struct guard *g, size_t body_max)
{
    int64_t n = 0;
    if (!g->lengths) return GUARD_FINE;
    if (g->length.len > 18 || str_to_i64(g->length, &n).code) return GUARD_BODY_LARGE;
    return (uint64_t)n > body_max ? GUARD_BODY_LARGE : GUARD_FINE;
}

int guard_status(enum guard_verdict v)
{
    return rows[v].status;
}

const char *guard_reason(enum guard_verdict v)
{
    return rows[v].reason;
}

const char *guard_text(enum guard_verdict v)
{
    return rows[v].text;
}
