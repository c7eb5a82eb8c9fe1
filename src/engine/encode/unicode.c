#include "engine/encode/unicode.h"

#include "engine/encode/unicode_table.inc"

#define D UNICODE_DROP
#define S UNICODE_SPACE
#define P UNICODE_PUNCTUATION
const uint8_t unicode_ascii[256] = {
    D, D, D, D, D, D, D, D, D, S, S, D, D, S, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, /* 00 */
    S, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,                                                 /* 20 */
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', P, P, P, P, P, P,                             /* 30 */
    P, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',                   /* 40 */
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', P, P, P, P, P,                           /* 50 */
    P, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',                   /* 60 */
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', P, P, P, P, D,                           /* 70 */
};
#undef D
#undef S
#undef P

static uint16_t value_of(uint32_t code)
{
    return code < 0x110000 ? pages[page_of[code >> 8] * 256u + (code & 255)] : UNICODE_DROP;
}

enum unicode_kind unicode_kind_of(uint32_t code)
{
    uint16_t v = value_of(code);
    return v < UNICODE_MAPPED ? (enum unicode_kind)v : UNICODE_MAPPED;
}

str unicode_mapped(uint32_t code)
{
    const uint8_t *at = mapped + (value_of(code) - UNICODE_MAPPED);
    return (str){ (const char *)at + 1, at[0] };
}

/* The letters lie in U+1100 .. U+11FF: three bytes of UTF-8 each. */
static size_t put_letter(char *to, uint32_t code)
{
    to[0] = (char)(0xe0 | code >> 12);
    to[1] = (char)(0x80 | (code >> 6 & 63));
    to[2] = (char)(0x80 | (code & 63));
    return 3;
}

/* The Unicode Standard, section 3.12: 19 leading letters, 21 vowels, 27 trailing letters or none. */
str unicode_hangul(uint32_t code, char room[UNICODE_HANGUL_BYTES])
{
    uint32_t at = code - 0xac00, trailing = at % 28;
    size_t n = put_letter(room, 0x1100 + at / (21 * 28));
    n += put_letter(room + n, 0x1161 + at / 28 % 21);
    if (trailing) n += put_letter(room + n, 0x11a7 + trailing);
    return (str){ room, n };
}

static bool goes_on(const uint8_t *p, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80) return false;
    return true;
}

size_t unicode_decode(str s, uint32_t *code)
{
    static const struct {
        uint8_t mask, lead;
        uint32_t least;
    } forms[] = { { 0x80, 0, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 } };
    const uint8_t *p = (const uint8_t *)s.ptr;
    for (size_t n = 1; n <= 4 && n <= s.len; n++) {
        if ((p[0] & forms[n - 1].mask) != forms[n - 1].lead) continue;
        uint32_t c = p[0] & (uint8_t)~forms[n - 1].mask;
        for (size_t i = 1; i < n; i++) c = c << 6 | (p[i] & 63);
        bool whole = goes_on(p, n) && c >= forms[n - 1].least && c < 0x110000 && (c < 0xd800 || c > 0xdfff);
        *code = c;
        return whole ? n : 0;
    }
    return 0;
}
