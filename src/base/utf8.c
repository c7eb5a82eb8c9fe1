#include "base/utf8.h"

uint32_t utf8_at(str text, size_t at, size_t *len)
{
    const unsigned char *p = (const unsigned char *)text.ptr + at;
    size_t left = text.len - at, want = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    *len = 1;
    if (p[0] < 0x80) return p[0];
    if (p[0] < 0xC2 || p[0] >= 0xF5 || left < want) return UTF8_NONE;
    uint32_t v = p[0] & (0xFFU >> (want + 1));
    for (size_t i = 1; i < want; i++) {
        if ((p[i] & 0xC0) != 0x80) return UTF8_NONE;
        v = v << 6 | (p[i] & 0x3FU);
    }
    *len = want;
    return v;
}

size_t utf8_put(uint32_t code, char out[4])
{
    static const unsigned char first[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; code >>= 6) out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)(first[n] | code);
    return n;
}

uint32_t utf8_lower(uint32_t c)
{
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
    if (c >= 0xC0 && c <= 0xDE) return c == 0xD7 ? c : c + 0x20;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c + (c & 1);
    if (c == 0x178) return 0xFF;
    if (c >= 0x391 && c <= 0x3A9) return c + 0x20;
    if (c == 0x3C2) return 0x3C3;
    if (c >= 0x410 && c <= 0x42F) return c + 0x20;
    if (c >= 0x400 && c <= 0x40F) return c + 0x50;
    return c;
}
