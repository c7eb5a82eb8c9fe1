#include "edge/jwt/token.h"

#include "reference/jwt_tokens.h"
#include "test.h"

static const struct jwt_rules rules = { .issuer = STR_INIT(JWT_ISSUER),
                                        .audience = STR_INIT(JWT_AUDIENCE),
                                        .roles_claim = STR_INIT("roles"),
                                        .leeway = 30 * USEC_SECOND };

/* The keys a case of the reference is about: "jwks", "secret" or "pem NAME". */
static struct jwt_keys *keys_of(const char *name)
{
    struct jwt_keys *keys = NULL;
    if (strcmp(name, "jwks") == 0) CHECK_OK(jwt_keys_read(str_of(jwt_set), &keys));
    if (strcmp(name, "secret") == 0) CHECK_OK(jwt_keys_secret(str_of(jwt_secret), &keys));
    for (size_t i = 0; i < sizeof jwt_pems / sizeof *jwt_pems; i++)
        if (strcmp(name, jwt_pems[i].name) == 0) CHECK_OK(jwt_keys_read(str_of(jwt_pems[i].pem), &keys));
    CHECK(keys != NULL);
    return keys;
}

static err check(const char *keys_name, const char *token, const struct jwt_rules *with, usec now, struct arena *a,
                 struct jwt_claims *out)
{
    struct jwt_keys *keys = keys_of(keys_name);
    err e = jwt_token_check(str_of(token), keys, with, now, a, out);
    jwt_keys_free(keys);
    return e;
}

TEST(tokens_of_another_library_are_taken)
{
    for (size_t i = 0; i < sizeof jwt_good / sizeof *jwt_good; i++) {
        struct arena a = arena_init(1 << 20);
        struct jwt_claims c = { .expires = 0 };
        err e = check(jwt_good[i].keys, jwt_good[i].token, &rules, JWT_NOW, &a, &c);
        if (e.code) test_failed(__FILE__, __LINE__, "%s: %s", jwt_good[i].name, e.msg);
        CHECK_STR(c.subject, jwt_good[i].subject);
        if (strcmp(role_text(c.role), jwt_good[i].role) != 0)
            test_failed(__FILE__, __LINE__, "%s: role %s", jwt_good[i].name, role_text(c.role));
        CHECK(c.expires > JWT_NOW);
        arena_done(&a);
    }
}

TEST(every_bad_token_is_refused_for_its_own_reason)
{
    for (size_t i = 0; i < sizeof jwt_bad / sizeof *jwt_bad; i++) {
        struct arena a = arena_init(1 << 20);
        struct jwt_claims c;
        err e = check(jwt_bad[i].keys, jwt_bad[i].token, &rules, JWT_NOW, &a, &c);
        if (strcmp(e.code ? err_name(e.code) : "taken", jwt_bad[i].code) != 0 || !strstr(e.msg, jwt_bad[i].why))
            test_failed(__FILE__, __LINE__, "%s: %s %s, want %s ... %s ...", jwt_bad[i].name,
                        e.code ? err_name(e.code) : "taken", e.msg, jwt_bad[i].code, jwt_bad[i].why);
        CHECK(str_utf8_valid(str_of(e.msg)));
        arena_done(&a);
    }
}

/* No byte of a token can be another one, and none can be left out. */
TEST(a_token_that_was_touched_anywhere_is_refused)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+ ";
    struct jwt_keys *sets[4] = { keys_of("jwks"), keys_of("jwks"), keys_of("jwks"), keys_of("secret") };
    uint64_t seed = 7;
    for (size_t t = 0; t < 4; t++) { /* one of each algorithm */
        size_t len = strlen(jwt_good[t].token);
        for (size_t i = 0; i < len; i++) {
            struct arena a = arena_init(1 << 20);
            struct jwt_claims c;
            char text[2048];
            memcpy(text, jwt_good[t].token, len + 1);
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            text[i] = letters[(seed >> 33) % (sizeof letters - 1)];
            if (text[i] == jwt_good[t].token[i]) text[i] = text[i] == 'A' ? 'B' : 'A';
            CHECK(jwt_token_check(str_of(text), sets[t], &rules, JWT_NOW, &a, &c).code);
            memcpy(text, jwt_good[t].token, len + 1);
            memmove(text + i, text + i + 1, len - i);
            CHECK(jwt_token_check(str_of(text), sets[t], &rules, JWT_NOW, &a, &c).code);
            arena_done(&a);
        }
    }
    for (size_t t = 0; t < 4; t++) jwt_keys_free(sets[t]);
}

TEST(the_clock_decides_to_the_second)
{
    struct arena a = arena_init(1 << 20);
    struct jwt_claims c;
    const char *token = jwt_good[0].token; /* from 60 s before to 600 s after */
    CHECK_OK(check("jwks", token, &rules, JWT_NOW + 629 * USEC_SECOND, &a, &c));
    CHECK_I64(c.expires, JWT_NOW + 630 * USEC_SECOND);
    CHECK_ERR(check("jwks", token, &rules, JWT_NOW + 630 * USEC_SECOND, &a, &c), ERR_CONFLICT);
    CHECK_OK(check("jwks", token, &rules, JWT_NOW - 90 * USEC_SECOND, &a, &c));
    CHECK_ERR(check("jwks", token, &rules, JWT_NOW - 91 * USEC_SECOND, &a, &c), ERR_CONFLICT);
    struct jwt_rules strict = rules;
    strict.leeway = 0;
    CHECK_ERR(check("jwks", token, &strict, JWT_NOW + 600 * USEC_SECOND, &a, &c), ERR_CONFLICT);
    arena_done(&a);
}

TEST(roles_may_be_named_otherwise_and_lie_deeper)
{
    static const struct jwt_role roles[] = { { STR_INIT("viewer"), ROLE_ADMIN },
                                             { STR_INIT("operator"), ROLE_INGEST } };
    struct jwt_rules mapped = rules;
    struct arena a = arena_init(1 << 20);
    struct jwt_claims c;
    mapped.roles = roles;
    mapped.role_count = 2;
    for (size_t i = 0; i < sizeof jwt_good / sizeof *jwt_good; i++) {
        CHECK_OK(check(jwt_good[i].keys, jwt_good[i].token, &mapped, JWT_NOW, &a, &c));
        if (strcmp(jwt_good[i].name, "roles as words") == 0) CHECK_I64(c.role, ROLE_ADMIN);
        if (strcmp(jwt_good[i].name, "RS256") == 0) CHECK_I64(c.role, ROLE_PUBLIC); /* approver is no role here */
    }
    mapped = rules;
    mapped.roles_claim = STR("aud.roles"); /* leads nowhere */
    CHECK_OK(check("jwks", jwt_good[0].token, &mapped, JWT_NOW, &a, &c));
    CHECK_I64(c.role, ROLE_PUBLIC);
    arena_done(&a);
}

TEST(keys_that_cannot_be_trusted_are_passed_over)
{
    static const char *const bad[] = {
        "",
        "x",
        "[]",
        "{}",
        "7",
        "{\"keys\":[]}",
        "{\"keys\":7}",
        "{\"keys\":[{}]}",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\n",
        "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
        "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}",
        "{\"kty\":\"oct\",\"k\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}"
    };
    struct jwt_keys *keys = keys_of("jwks");
    CHECK_I64(jwt_keys_count(keys), 3);
    CHECK_I64(jwt_keys_passed_over(keys), 14);
    jwt_keys_free(keys);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK_ERR(jwt_keys_read(str_of(bad[i]), &keys), ERR_INPUT);
    CHECK_ERR(jwt_keys_secret(STR("31 bytes are one byte too short"), &keys), ERR_INPUT);
    CHECK_OK(jwt_keys_secret(STR("32 bytes are all that is needed."), &keys));
    jwt_keys_free(keys);
}

TEST(a_token_without_end_is_not_read)
{
    static char text[JWT_TOKEN_MAX + 2];
    struct arena a = arena_init(1 << 20);
    struct jwt_claims c;
    memset(text, 'A', sizeof text - 1);
    text[10] = text[20] = '.';
    err e = check("jwks", text, &rules, JWT_NOW, &a, &c);
    CHECK(e.code == ERR_DENIED && strstr(e.msg, "longer"));
    arena_done(&a);
}

TEST(which_text_is_a_token)
{
    CHECK(jwt_is_token(STR("a.b.c")) && !jwt_is_token(STR("weir_00ff")) && !jwt_is_token(STR("a.b.c.d")) &&
          !jwt_is_token(STR("")));
}
