#include "edge/act/tail.h"

void tail_add(struct tail *t, str bytes)
{
    if (bytes.len > TAIL_MAX) {
        t->total += bytes.len - TAIL_MAX;
        bytes = str_cut(bytes, bytes.len - TAIL_MAX, TAIL_MAX);
    }
    size_t at = (size_t)(t->total % TAIL_MAX), first = TAIL_MAX - at;
    if (first > bytes.len) first = bytes.len;
    if (first) memcpy(t->ring + at, bytes.ptr, first);
    if (bytes.len > first) memcpy(t->ring, bytes.ptr + first, bytes.len - first);
    t->total += bytes.len;
}

/* In order of printing, and from a line's start when the beginning is gone. */
static str unroll(const struct tail *t, char out[TAIL_MAX])
{
    if (t->total <= TAIL_MAX) {
        memcpy(out, t->ring, (size_t)t->total);
        return (str){ out, (size_t)t->total };
    }
    size_t at = (size_t)(t->total % TAIL_MAX);
    memcpy(out, t->ring + at, TAIL_MAX - at);
    memcpy(out + TAIL_MAX - at, t->ring, at);
    const char *line = memchr(out, '\n', TAIL_MAX - 1);
    size_t cut = line ? (size_t)(line - out) + 1 : 0;
    return (str){ out + cut, TAIL_MAX - cut };
}

/* Length of an escape sequence at the start of s: ESC [ parameters letter, ESC ] text BEL, or ESC and one character. */
static size_t escape_len(str s)
{
    if (s.len < 2) return s.len;
    size_t i = 2;
    if (s.ptr[1] == '[') {
        while (i < s.len && (unsigned char)s.ptr[i] >= 0x20 && (unsigned char)s.ptr[i] < 0x40) i++;
        return i < s.len ? i + 1 : i;
    }
    if (s.ptr[1] == ']') {
        while (i < s.len && s.ptr[i] != '\a' && s.ptr[i] != '\n') i++;
        return i < s.len ? i + 1 : i;
    }
    return i;
}

static size_t utf8_len(str s)
{
    unsigned char c = (unsigned char)s.ptr[0];
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    return n <= s.len && str_utf8_valid(str_cut(s, 0, n)) ? n : 0;
}

str tail_text(const struct tail *t, struct arena *a)
{
    char raw[TAIL_MAX];
    str s = unroll(t, raw);
    char *out = arena_new(a, s.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < s.len;) {
        str rest = str_cut(s, i, s.len);
        unsigned char c = (unsigned char)rest.ptr[0];
        size_t n = c == 0x1b ? escape_len(rest) : utf8_len(rest);
        bool shown = c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f);
        if (shown && n) memcpy(out + len, rest.ptr, n);
        else if (shown) out[len] = '?';
        len += shown ? (n ? n : 1) : 0;
        i += n ? n : 1;
    }
    return (str){ out, len };
}
