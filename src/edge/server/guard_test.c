#include "edge/server/guard.h"

#include "test.h"

static enum guard_verdict judge(const char *headers, const char *version, size_t uri)
{
    struct guard g = { .count = 0 };
    str rest = str_of(headers), line;
    while (rest.len && str_next(&rest, '\n', &line)) {
        str name;
        str_next(&line, ':', &name);
        guard_header(&g, name, str_trim(line));
    }
    return guard_judge(&g, str_of(version), uri);
}

TEST(what_the_library_lets_through_is_refused)
{
    static const struct {
        const char *headers;
        enum guard_verdict want;
    } cases[] = {
        { "Host: a", GUARD_FINE },
        { "HOST: a\ncontent-length: 5", GUARD_FINE },
        { "Host: a\nTransfer-Encoding: CHUNKED", GUARD_FINE },
        { "Host: a\nContent-Length: 5\nTransfer-Encoding: chunked", GUARD_LENGTH_AND_CODING },
        { "Host: a\nTransfer-Encoding: chunked\nContent-Length: 5", GUARD_LENGTH_AND_CODING },
        { "Host: a\nContent-Length: 5\nContent-Length: 6", GUARD_LENGTHS_DIFFER },
        { "Host: a\nContent-Length: 5\nContent-Length: 5", GUARD_LENGTHS_DIFFER },
        { "Host: a\nContent-Length: +5", GUARD_LENGTH_INVALID },
        { "Host: a\nContent-Length: -5", GUARD_LENGTH_INVALID },
        { "Host: a\nContent-Length:", GUARD_LENGTH_INVALID },
        { "Host: a\nContent-Length: 5, 5", GUARD_LENGTH_INVALID },
        { "Host: a\nContent-Length: 0x5", GUARD_LENGTH_INVALID },
        { "Host: a\nTransfer-Encoding: gzip, chunked", GUARD_CODING },
        { "Host: a\nTransfer-Encoding: identity", GUARD_CODING },
        { "Host: a\nTransfer-Encoding:", GUARD_CODING },
        { "Host: a\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked", GUARD_CODING },
        { "Content-Length: 5", GUARD_NO_HOST },
        { "Host:", GUARD_NO_HOST },
        { "Host: a\nhost: a", GUARD_HOSTS },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_I64(judge(cases[i].headers, "HTTP/1.1", 10), cases[i].want);
    CHECK_I64(judge("", "HTTP/1.0", 10), GUARD_FINE);
    CHECK_I64(judge("Host: a", "HTTP/1.1", GUARD_URI_BYTES), GUARD_FINE);
    CHECK_I64(judge("Host: a", "HTTP/1.1", GUARD_URI_BYTES + 1), GUARD_URI_LARGE);
}

TEST(headers_have_limits_in_number_and_size)
{
    struct guard g = { .count = 0 };
    guard_header(&g, STR("Host"), STR("a"));
    for (int i = 1; i < GUARD_HEADERS_MAX; i++) guard_header(&g, STR("x"), STR("1"));
    CHECK_I64(guard_judge(&g, STR("HTTP/1.1"), 1), GUARD_FINE);
    guard_header(&g, STR("x"), STR("1"));
    CHECK_I64(guard_judge(&g, STR("HTTP/1.1"), 1), GUARD_HEADERS_MANY);
    static char large[GUARD_HEADER_BYTES];
    g = (struct guard){ .count = 0 };
    guard_header(&g, STR("Host"), STR("a"));
    guard_header(&g, STR("x"), (str){ large, sizeof large });
    CHECK_I64(guard_judge(&g, STR("HTTP/1.1"), 1), GUARD_HEADERS_LARGE);
}

TEST(a_body_is_refused_by_its_announced_length)
{
    struct guard g = { .lengths = 1, .length = STR("100") };
    CHECK_I64(guard_body(&g, 100), GUARD_FINE);
    CHECK_I64(guard_body(&g, 99), GUARD_BODY_LARGE);
    g.length = STR("10000000000");
    CHECK_I64(guard_body(&g, 1 << 24), GUARD_BODY_LARGE);
    g.length = STR("99999999999999999999999999");
    CHECK_I64(guard_body(&g, SIZE_MAX), GUARD_BODY_LARGE);
}

TEST(every_verdict_has_a_status_and_a_reason)
{
    for (int v = GUARD_FINE + 1; v < GUARD_VERDICTS; v++) {
        CHECK(guard_status((enum guard_verdict)v) >= 400 && guard_status((enum guard_verdict)v) < 500);
        CHECK(guard_reason((enum guard_verdict)v)[0] && guard_text((enum guard_verdict)v)[0]);
    }
}
