#include "test.h"

#include "base/utf8.h"

TEST(characters_come_back_from_their_bytes)
{
    static const uint32_t codes[] = {
        0, 'a', 0x7F, 0x80, 0xE9, 0x7FF, 0x800, 0x20AC, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char bytes[4];
        size_t n = utf8_put(codes[i], bytes), len = 0;
        CHECK_I64(utf8_at((str){ bytes, n }, 0, &len), codes[i]);
        CHECK_I64(len, n);
        for (size_t cut = 1; cut < n; cut++) {
            CHECK(utf8_at((str){ bytes, cut }, 0, &len) == UTF8_NONE);
            CHECK_I64(len, 1);
        }
    }
}

TEST(bytes_that_are_no_character_are_taken_one_by_one)
{
    static const char *const bad[] = { "\x80", "\xC0\x80", "\xFF", "\xE2\x82z", "\xF5\x80\x80\x80", "\xC3(" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t len = 0;
        CHECK(utf8_at(str_of(bad[i]), 0, &len) == UTF8_NONE);
        CHECK_I64(len, 1);
    }
}

TEST(capitals_have_small_letters)
{
    static const uint32_t pairs[][2] = { { 'A', 'a' },       { 'z', 'z' },       { 0xC9, 0xE9 },   { 0xD7, 0xD7 },
                                         { 0x139, 0x13A },   { 0x160, 0x161 },   { 0x178, 0xFF },  { 0x179, 0x17A },
                                         { 0x3A3, 0x3C3 },   { 0x3C2, 0x3C3 },   { 0x416, 0x436 }, { 0x401, 0x451 },
                                         { 0x4E00, 0x4E00 }, { 0x138, 0x138 } };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) CHECK_I64(utf8_lower(pairs[i][0]), pairs[i][1]);
}
