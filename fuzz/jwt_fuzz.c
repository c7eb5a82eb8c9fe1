/* Bytes as a bearer token, as the header and as the claims of one that is signed well, and as a set of keys. Nobody
 * gets in without a signature; who gets in has a name that can stand in the journal, and a time that has not passed. */
#include <assert.h>

#include "base/hash.h"
#include "edge/jwt/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WALL (INT64_C(1800000000) * USEC_SECOND)
static const char secret[] = "a shared secret of 32 bytes or so";
static const struct jwt_rules rules = { .issuer = STR_INIT("i"),
                                        .audience = STR_INIT("weir"),
                                        .roles_claim = STR_INIT("a.roles"),
                                        .leeway = 30 * USEC_SECOND };

static str url64(str bytes, struct arena *a)
{
    str text = base64_text(bytes, a);
    char *p = arena_new(a, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] != '='; i++)
        p[n++] = text.ptr[i] == '+' ? '-' : text.ptr[i] == '/' ? '_' : text.ptr[i];
    return (str){ p, n };
}

static err signed_token(const struct jwt_keys *keys, str header, str claims, struct arena *a, struct jwt_claims *out)
{
    str text = str_fmt(a, STR_FMT "." STR_FMT, STR_ARG(url64(header, a)), STR_ARG(url64(claims, a)));
    struct sha256 mac = hmac_sha256(str_of(secret), text);
    str sig = url64((str){ (const char *)mac.b, SHA256_LEN }, a);
    return jwt_token_check(str_fmt(a, STR_FMT "." STR_FMT, STR_ARG(text), STR_ARG(sig)), keys, &rules, WALL, a, out);
}

static void check_person(const struct jwt_claims *c)
{
    assert(c->subject.len > 0 && c->subject.len <= JWT_SUBJECT_MAX && str_utf8_valid(c->subject));
    assert(!memchr(c->subject.ptr, 0, c->subject.len) && !memchr(c->subject.ptr, '\n', c->subject.len));
    assert(c->role < ROLE_COUNT && c->expires > WALL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 32768) return 0;
    struct arena a = arena_init(16 << 20);
    struct jwt_keys *keys = NULL, *read = NULL;
    struct jwt_claims c;
    str text = { (const char *)data, size }, bytes;
    assert(!jwt_keys_secret(str_of(secret), &keys).code);
    assert(jwt_token_check(text, keys, &rules, WALL, &a, &c).code); /* the secret is known to this file alone */
    if (!signed_token(keys, text, STR("{\"iss\":\"i\",\"aud\":\"weir\",\"sub\":\"s\",\"exp\":1800000600}"), &a, &c)
             .code)
        check_person(&c);
    if (!signed_token(keys, STR("{\"alg\":\"HS256\"}"), text, &a, &c).code) check_person(&c);
    if (!base64url_bytes(text, &a, &bytes).code) assert(str_eq(url64(bytes, &a), text));
    if (!jwt_keys_read(text, &read).code) assert(jwt_keys_count(read) > 0 && jwt_keys_count(read) <= JWT_KEYS_MAX);
    jwt_keys_free(read);
    jwt_keys_free(keys);
    arena_done(&a);
    return 0;
}
