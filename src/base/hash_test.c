#include "base/hash.h"

#include "test.h"

TEST(sha256_and_hmac_match_the_standards_vectors)
{
    struct arena a = arena_init(1 << 16);
    struct sha256 d = sha256_of(STR("abc")); /* FIPS 180-4 */
    CHECK_STR(hex_text((str){ (char *)d.b, sizeof d.b }, &a),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const str parts[] = { STR_INIT("a"), STR_INIT(""), STR_INIT("bc") };
    struct sha256 p = sha256_parts(parts, 3);
    CHECK(memcmp(&d, &p, sizeof d) == 0);
    d = hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?")); /* RFC 4231, case 2 */
    CHECK_STR(hex_text((str){ (char *)d.b, sizeof d.b }, &a),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    arena_done(&a);
}

TEST(codes_go_both_ways)
{
    struct arena a = arena_init(1 << 16);
    for (size_t n = 0; n < 70; n++) {
        char raw[70];
        for (size_t i = 0; i < n; i++) raw[i] = (char)(i * 37 + n);
        str back, s = { raw, n };
        CHECK_OK(base64_bytes(base64_text(s, &a), &a, &back));
        CHECK(str_eq(s, back));
        CHECK_OK(hex_bytes(hex_text(s, &a), &a, &back));
        CHECK(str_eq(s, back));
    }
    str out;
    CHECK_OK(base64url_bytes(STR("-_8"), &a, &out));
    CHECK(out.len == 2 && memcmp(out.ptr, "\xfb\xff", 2) == 0);
    static const char *const bad_url[] = { "a", "aaaaa", "ab==", "+/8", "-_9", "a b", "aa\n" };
    for (size_t i = 0; i < sizeof bad_url / sizeof *bad_url; i++)
        CHECK_ERR(base64url_bytes(str_of(bad_url[i]), &a, &out), ERR_INPUT);
    CHECK_ERR(base64_bytes(STR("a"), &a, &out), ERR_INPUT);
    CHECK_ERR(base64_bytes(STR("ab!="), &a, &out), ERR_INPUT);
    CHECK_ERR(hex_bytes(STR("zz"), &a, &out), ERR_INPUT);
    arena_done(&a);
}

TEST(ed25519_signs_as_rfc_8032_test_2)
{
    struct arena a = arena_init(1 << 16);
    str secret, want;
    CHECK_OK(hex_bytes(STR("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"), &a, &secret));
    CHECK_OK(hex_bytes(STR("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"), &a, &want));
    uint8_t pub[ED25519_PUBLIC_LEN], sig[ED25519_SIG_LEN];
    CHECK_OK(ed25519_public((const uint8_t *)secret.ptr, pub));
    CHECK(memcmp(pub, want.ptr, sizeof pub) == 0);
    CHECK_OK(ed25519_sign((const uint8_t *)secret.ptr, STR("\x72"), sig));
    CHECK(ed25519_ok(pub, STR("\x72"), sig));
    CHECK(!ed25519_ok(pub, STR("\x73"), sig));
    sig[3] ^= 1;
    CHECK(!ed25519_ok(pub, STR("\x72"), sig));
    arena_done(&a);
}
