#include "base/seal.h"

#include "base/hash.h"
#include "test.h"

static const uint8_t zero_key[SEAL_KEY_LEN], zero_nonce[SEAL_NONCE_LEN];

/* Test cases 13 and 14 of McGrew and Viega's GCM submission to NIST. */
TEST(the_published_cases_come_out)
{
    struct arena a = arena_init(1 << 16);
    str out;
    CHECK_OK(seal_text(zero_key, zero_nonce, STR(""), STR(""), &a, &out));
    CHECK_STR(hex_text(str_cut(out, SEAL_NONCE_LEN, 99), &a), "530f8afbc74536b9a963b4f1c4cb738b");
    CHECK_OK(seal_text(zero_key, zero_nonce, STR(""), (str){ (const char[16]){ 0 }, 16 }, &a, &out));
    CHECK_STR(hex_text(str_cut(out, SEAL_NONCE_LEN, 99), &a),
              "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    arena_done(&a);
}

TEST(a_sealed_text_opens_with_its_key_and_its_subject_only)
{
    struct arena a = arena_init(1 << 16);
    uint8_t other[SEAL_KEY_LEN] = { 1 };
    str sealed, text = STR("my number is 0170 1234567"), got;
    CHECK_OK(seal_text(zero_key, zero_nonce, STR("per-1"), text, &a, &sealed));
    CHECK_OK(seal_open(zero_key, STR("per-1"), sealed, &a, &got));
    CHECK(str_eq(got, text));
    CHECK(str_find(sealed, STR("0170"), 0) < 0);
    CHECK(seal_open(other, STR("per-1"), sealed, &a, &got).code == ERR_CORRUPT);
    CHECK(seal_open(zero_key, STR("per-2"), sealed, &a, &got).code == ERR_CORRUPT);
    arena_done(&a);
}

TEST(every_changed_bit_and_every_cut_is_noticed)
{
    struct arena a = arena_init(1 << 20);
    str sealed, got;
    CHECK_OK(seal_text(zero_key, zero_nonce, STR("x"), STR("hello"), &a, &sealed));
    for (size_t i = 0; i < sealed.len * 8; i++) {
        str bad = str_dup(&a, sealed);
        ((char *)bad.ptr)[i / 8] = (char)(bad.ptr[i / 8] ^ (1 << (i % 8)));
        CHECK(seal_open(zero_key, STR("x"), bad, &a, &got).code == ERR_CORRUPT);
    }
    for (size_t n = 0; n < sealed.len; n++)
        CHECK(seal_open(zero_key, STR("x"), str_cut(sealed, 0, n), &a, &got).code == ERR_CORRUPT);
    arena_done(&a);
}
