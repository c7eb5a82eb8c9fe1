#include "engine/knowledge/letters.h"

#include <assert.h>
#include <stdbool.h>

/* U+00C0..U+017F: the letter under the accent; a space is none. The ligatures and the sharp s are one letter here. */
static const char latin[] = "aaaaaaaceeeeiiii"
                            "dnooooo ouuuuyts"
                            "aaaaaaaceeeeiiii"
                            "dnooooo ouuuuyty"
                            "aaaaaaccccccccdd"
                            "ddeeeeeeeeeegggg"
                            "gggghhhhiiiiiiii"
                            "iiiijjkkklllllll"
                            "lllnnnnnnnnnoooo"
                            "oooorrrrrrssssss"
                            "ssttttttuuuuuuuu"
                            "uuuuwwyyyzzzzzzs";
static_assert(sizeof latin == 0x180 - 0xC0 + 1, "one a letter");

/* The code point, or 0 with one byte taken where there is no UTF-8. */
static uint32_t code_point(str s, size_t at, uint8_t *len)
{
    unsigned char c = (unsigned char)s.ptr[at];
    size_t want = c >= 0xF0 && c < 0xF5 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 0;
    *len = 1;
    if (!want || c >= 0xF5 || at + want > s.len) return 0;
    uint32_t v = c & (0xFFU >> (want + 1));
    for (size_t i = 1; i < want; i++) {
        unsigned char d = (unsigned char)s.ptr[at + i];
        if ((d & 0xC0) != 0x80) return 0;
        v = v << 6 | (d & 0x3FU);
    }
    *len = (uint8_t)want;
    return v;
}

static void fold_to(struct letter *l, uint32_t v)
{
    if (v < 0x80) {
        l->folded[0] = (char)v;
        l->folded_len = 1;
    } else if (v < 0x800) {
        l->folded[0] = (char)(0xC0 | v >> 6);
        l->folded[1] = (char)(0x80 | (v & 0x3F));
        l->folded_len = 2;
    } else if (v < 0x10000) {
        l->folded[0] = (char)(0xE0 | v >> 12);
        l->folded[1] = (char)(0x80 | (v >> 6 & 0x3F));
        l->folded[2] = (char)(0x80 | (v & 0x3F));
        l->folded_len = 3;
    } else {
        l->folded[0] = (char)(0xF0 | v >> 18);
        l->folded[1] = (char)(0x80 | (v >> 12 & 0x3F));
        l->folded[2] = (char)(0x80 | (v >> 6 & 0x3F));
        l->folded[3] = (char)(0x80 | (v & 0x3F));
        l->folded_len = 4;
    }
}

/* Punctuation, spaces, arrows, boxes and pictures are no letters. */
static bool is_sign(uint32_t v)
{
    return v < 0xC0 || v == 0xD7 || v == 0xF7 || (v >= 0x2000 && v < 0x2C00) || (v >= 0x3000 && v < 0x3040) ||
           (v >= 0xFE00 && v < 0xFE70) || (v >= 0xFF00 && v < 0xFF10) || v == 0xFFFD || v >= 0x1F000;
}

static uint32_t lower(uint32_t v)
{
    if (v >= 0x391 && v <= 0x3A9) return v + 0x20;
    if (v == 0x3C2) return 0x3C3; /* the sigma of a word's end */
    if (v >= 0x410 && v <= 0x42F) return v + 0x20;
    if (v >= 0x400 && v <= 0x40F) return v + 0x50;
    return v;
}

/* Between U+0139 and U+0148, and from U+0179 on, capitals have odd numbers, before and between even ones. */
static bool is_upper(uint32_t v)
{
    if (v < 0xDF) return true; /* letters begin at U+00C0 */
    if (v >= 0x100 && v < 0x180) return ((v & 1) != 0) == ((v >= 0x139 && v <= 0x148) || v >= 0x179);
    return lower(v) != v && v != 0x3C2;
}

static struct letter ascii(unsigned char c)
{
    struct letter l = { .len = 1, .folded_len = 1, .folded = { (char)c } };
    if (c >= 'a' && c <= 'z') l.kind = LETTER_LOWER;
    else if (c >= '0' && c <= '9') l.kind = LETTER_DIGIT;
    else if (c >= 'A' && c <= 'Z') {
        l.kind = LETTER_UPPER;
        l.folded[0] = (char)(c | 0x20);
    }
    return l;
}

struct letter letter_at(str text, size_t at)
{
    if (at >= text.len) return (struct letter){ .len = 1 };
    unsigned char c = (unsigned char)text.ptr[at];
    if (c < 0x80) return ascii(c);
    struct letter l = { 0 };
    uint32_t v = code_point(text, at, &l.len);
    if (is_sign(v) && v != 0xB5) return l; /* the micro sign is a mu */
    l.kind = v != 0xB5 && is_upper(v) ? LETTER_UPPER : LETTER_LOWER;
    if (v >= 0x2E80 && v < 0x1F000 && !(v >= 0xFF10 && v < 0xFF5B)) l.kind = LETTER_IDEOGRAPH;
    if (v >= 0xC0 && v < 0x180) fold_to(&l, (uint32_t)latin[v - 0xC0]);
    else fold_to(&l, v == 0xB5 ? 0x3BC : lower(v));
    return l;
}

struct letter letter_before(str text, size_t at)
{
    size_t from = at;
    while (from > 0 && at - from < 4) {
        from--;
        if (((unsigned char)text.ptr[from] & 0xC0) != 0x80) break;
    }
    return from < at ? letter_at(text, from) : (struct letter){ .len = 1 };
}
