#include "base/str.h"

#include <errno.h>
#include <stdlib.h>

int str_cmp(str a, str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(str s, str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

bool str_ends(str s, str suffix)
{
    return s.len >= suffix.len && (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_eq_nocase(str a, str b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i])) return false;
    return true;
}

ptrdiff_t str_find(str s, str needle, size_t from)
{
    if (from > s.len) return -1;
    if (needle.len == 0) return (ptrdiff_t)from;
    if (needle.len > s.len - from) return -1; /* an empty s may have no pointer */
    const char *at = memmem(s.ptr + from, s.len - from, needle.ptr, needle.len);
    return at ? at - s.ptr : -1;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

str str_trim(str s)
{
    while (s.len && is_space(s.ptr[0])) s.ptr++, s.len--;
    while (s.len && is_space(s.ptr[s.len - 1])) s.len--;
    return s;
}

str str_cut(str s, size_t from, size_t max)
{
    if (from >= s.len) return STR_NONE;
    size_t left = s.len - from;
    return (str){ s.ptr + from, left < max ? left : max };
}

bool str_next(str *rest, char sep, str *part)
{
    if (!rest->ptr) return false;
    const char *at = rest->len ? memchr(rest->ptr, sep, rest->len) : NULL;
    if (!at) {
        *part = *rest;
        *rest = STR_NONE;
        return true;
    }
    *part = str_span(rest->ptr, at);
    *rest = str_span(at + 1, rest->ptr + rest->len);
    return true;
}

enum { NUMBER_MAX = 64 };

/* strtoll and strtod want a terminator, which a view has not. */
static bool terminated(str s, char out[NUMBER_MAX])
{
    if (s.len == 0 || s.len >= NUMBER_MAX || is_space(s.ptr[0])) return false;
    memcpy(out, s.ptr, s.len);
    out[s.len] = 0;
    return true;
}

err str_to_i64(str s, int64_t *out)
{
    char z[NUMBER_MAX];
    char *end = z;
    errno = 0;
    long long v = terminated(s, z) ? strtoll(z, &end, 10) : 0;
    if (end == z || *end || errno)
        return err_make(ERR_INPUT, "'" STR_FMT "' is not a whole number", STR_ARG(str_cut(s, 0, 40)));
    *out = v;
    return OK;
}

err str_to_f64(str s, double *out)
{
    char z[NUMBER_MAX];
    char *end = z;
    double v = terminated(s, z) ? strtod(z, &end) : 0;
    if (end == z || *end) return err_make(ERR_INPUT, "'" STR_FMT "' is not a number", STR_ARG(str_cut(s, 0, 40)));
    *out = v;
    return OK;
}

/* Length of the well-formed UTF-8 sequence at the start of s (RFC 3629), 0 when there is none. */
static size_t utf8_step(const unsigned char *p, size_t len)
{
    if (p[0] < 0x80) return 1;
    size_t need = p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;
    if (need == 0 || len < need) return 0;
    for (size_t i = 1; i < need; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    if (p[0] == 0xe0 && p[1] < 0xa0) return 0; /* overlong */
    if (p[0] == 0xed && p[1] > 0x9f) return 0; /* surrogate */
    if (p[0] == 0xf0 && p[1] < 0x90) return 0; /* overlong */
    if (p[0] == 0xf4 && p[1] > 0x8f) return 0; /* beyond U+10FFFF */
    return need;
}

bool str_utf8_valid(str s)
{
    for (size_t i = 0; i < s.len;) {
        size_t step = utf8_step((const unsigned char *)s.ptr + i, s.len - i);
        if (!step) return false;
        i += step;
    }
    return true;
}

str str_utf8_prefix(str s, size_t max)
{
    if (s.len <= max) return s;
    while (max > 0 && ((unsigned char)s.ptr[max] & 0xc0) == 0x80) max--;
    return (str){ s.ptr, max };
}

size_t str_distance(str a, str b)
{
    enum { WORD_MAX = 63 };
    if (a.len > WORD_MAX || b.len > WORD_MAX) return SIZE_MAX;
    size_t row[WORD_MAX + 1];
    for (size_t j = 0; j <= b.len; j++) row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t change = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            size_t best = row[j] + 1 < row[j - 1] + 1 ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = change < best ? change : best;
        }
    }
    return row[b.len];
}
