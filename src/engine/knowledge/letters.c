#include "engine/knowledge/letters.h"

#include <assert.h>
#include <stdbool.h>

#include "base/utf8.h"

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

/* Punctuation, spaces, arrows, boxes and pictures are no letters. */
static bool is_sign(uint32_t v)
{
    return v < 0xC0 || v == 0xD7 || v == 0xF7 || (v >= 0x2000 && v < 0x2C00) || (v >= 0x3000 && v < 0x3040) ||
           (v >= 0xFE00 && v < 0xFE70) || (v >= 0xFF00 && v < 0xFF10) || v == 0xFFFD || v >= 0x1F000;
}

/* Between U+0139 and U+0148, and from U+0179 on, capitals have odd numbers, before and between even ones. */
static bool is_upper(uint32_t v)
{
    if (v < 0xDF) return true; /* letters begin at U+00C0 */
    if (v >= 0x100 && v < 0x180) return ((v & 1) != 0) == ((v >= 0x139 && v <= 0x148) || v >= 0x179);
    return utf8_lower(v) != v && v != 0x3C2;
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
    size_t len;
    uint32_t v = utf8_at(text, at, &len);
    l.len = (uint8_t)len;
    if (v == UTF8_NONE) return l;
    if (is_sign(v) && v != 0xB5) return l; /* the micro sign is a mu */
    l.kind = v != 0xB5 && is_upper(v) ? LETTER_UPPER : LETTER_LOWER;
    if (v >= 0x2E80 && v < 0x1F000 && !(v >= 0xFF10 && v < 0xFF5B)) l.kind = LETTER_IDEOGRAPH;
    uint32_t plain = v >= 0xC0 && v < 0x180 ? (unsigned char)latin[v - 0xC0] : 0;
    l.folded_len = (uint8_t)utf8_put(plain ? plain : v == 0xB5 ? 0x3BC : utf8_lower(v), l.folded);
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
