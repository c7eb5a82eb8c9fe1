/* A hundred thousand texts for the tokenizer, the same ones each time: words of the model's kind, whole and broken,
 * numbers, log lines, and what hostile senders think of: any code point, accents in heaps, words without end, control
 * characters, other scripts. Always valid UTF-8, so that the reference can read them, too. */
#ifndef WEIR_TESTS_TOKENIZER_TEXTS_H
#define WEIR_TESTS_TOKENIZER_TEXTS_H

#include <stdio.h>

#include "base/str.h"

enum { TOKENIZER_TEXTS = 100000, TOKENIZER_TEXT_MAX = 4096 };

struct text_maker {
    uint64_t chance;
    size_t len;
    char text[TOKENIZER_TEXT_MAX];
};

static inline uint32_t maker_draw(struct text_maker *m, uint32_t below)
{
    m->chance = m->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((m->chance >> 33) % below);
}

static inline void maker_code(struct text_maker *m, uint32_t c)
{
    if (m->len + 4 > sizeof m->text || (c >= 0xd800 && c < 0xe000)) return;
    char *to = m->text + m->len;
    if (c < 0x80) {
        to[0] = (char)c;
        m->len += 1;
    } else if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 63));
        m->len += 2;
    } else if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 63));
        to[2] = (char)(0x80 | (c & 63));
        m->len += 3;
    } else {
        to[0] = (char)(0xf0 | c >> 18);
        to[1] = (char)(0x80 | (c >> 12 & 63));
        to[2] = (char)(0x80 | (c >> 6 & 63));
        to[3] = (char)(0x80 | (c & 63));
        m->len += 4;
    }
}

static inline void maker_say(struct text_maker *m, const char *s)
{
    for (; *s; s++) maker_code(m, (uint8_t)*s);
}

/* A word of syllables, sometimes with capitals, an accent, a digit or an apostrophe in it. */
static inline void maker_word(struct text_maker *m)
{
    static const char *const parts[] = { "re",  "start", "ing",  "con", "nect", "ion", "pod",  "crash", "loop", "mem",
                                         "ory", "un",    "able", "the", "a",    "is",  "disk", "full",  "ser",  "ver",
                                         "e",   "s",     "ed",   "er",  "qu",   "z",   "xy",   "data",  "base", "th" };
    for (uint32_t n = 1 + maker_draw(m, 4); n; n--) {
        const char *part = parts[maker_draw(m, sizeof parts / sizeof *parts)];
        bool capital = maker_draw(m, 8) == 0;
        for (; *part; part++, capital = false) maker_code(m, (uint32_t)*part - (capital ? 32 : 0));
        if (maker_draw(m, 20) == 0) maker_code(m, 0xc0 + maker_draw(m, 0x180));
        if (maker_draw(m, 30) == 0) maker_code(m, '0' + maker_draw(m, 10));
        if (maker_draw(m, 40) == 0) maker_say(m, "'");
    }
}

/* First code point and how many, of scripts and of what is treated specially. */
static inline void maker_odd(struct text_maker *m)
{
    static const uint32_t ranges[][2] = {
        { 0, 0x110000 },    { 0, 0x3000 },      { 0x80, 0x80 },    { 0x300, 0x70 },   { 0x370, 0x90 },
        { 0x400, 0x130 },   { 0x590, 0x70 },    { 0x600, 0x100 },  { 0x900, 0x80 },   { 0xe00, 0x80 },
        { 0x1100, 0x100 },  { 0x1e00, 0x200 },  { 0x2000, 0x70 },  { 0x20a0, 0x60 },  { 0x3000, 0x100 },
        { 0x4e00, 0x5200 }, { 0xac00, 0x2ba4 }, { 0xf900, 0x200 }, { 0xfe00, 0x200 }, { 0x1f300, 0x400 },
        { 0xe0000, 0x100 },
    };
    const uint32_t *r = ranges[maker_draw(m, sizeof ranges / sizeof *ranges)];
    for (uint32_t n = 1 + maker_draw(m, 6); n; n--) maker_code(m, r[0] + maker_draw(m, r[1]));
}

static inline void maker_mark(struct text_maker *m)
{
    static const char *const marks[] = { ".",
                                         ",",
                                         "!",
                                         "?",
                                         "://",
                                         "--",
                                         "_",
                                         "/",
                                         "\t",
                                         "\n",
                                         "\r\n",
                                         "\x01",
                                         "\x7f",
                                         "[SEP]",
                                         "[MASK]",
                                         "##",
                                         "@",
                                         "#",
                                         "$",
                                         "100%",
                                         "10.0.0.1:8080",
                                         "2024-03-01T02:14:55Z",
                                         "0x7fff",
                                         "(",
                                         ")",
                                         "\"",
                                         "`",
                                         "~",
                                         "^",
                                         "<b>" };
    maker_say(m, marks[maker_draw(m, sizeof marks / sizeof *marks)]);
}

/* A word near the length from which on words are unknown, or far beyond. */
static inline void maker_long(struct text_maker *m)
{
    uint32_t wide = maker_draw(m, 3) == 0 ? 0xe9 : 'a' + maker_draw(m, 26);
    for (uint32_t n = 95 + maker_draw(m, 10) + (maker_draw(m, 6) == 0 ? 600 : 0); n; n--) maker_code(m, wide);
}

static inline str maker_next(struct text_maker *m)
{
    uint32_t kind = maker_draw(m, 4), n = maker_draw(m, 100) == 0 ? 300 : maker_draw(m, 24); /* kind: how odd it is */
    for (m->len = 0; n; n--) {
        uint32_t what = maker_draw(m, 100);
        if (what < 2) maker_long(m);
        else if (what < 2 + 20 * kind) maker_odd(m);
        else if (what < 12 + 24 * kind) maker_mark(m);
        else maker_word(m);
        if (maker_draw(m, 4)) maker_code(m, ' ');
    }
    return (str){ m->text, m->len };
}

#endif
