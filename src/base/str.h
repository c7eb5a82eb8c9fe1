/* Text is a view: a pointer and a length, not terminated. Only str_dup copies. */
#ifndef WEIR_BASE_STR_H
#define WEIR_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

typedef struct {
    const char *ptr;
    size_t len;
} str;

#define STR(literal) ((str){ "" literal, sizeof(literal) - 1 })
#define STR_INIT(literal) { "" literal, sizeof(literal) - 1 } /* for static tables */
#define STR_NONE ((str){ 0 })
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).len, (s).ptr ? (s).ptr : ""

static inline str str_of(const char *z)
{
    return (str){ z, z ? strlen(z) : 0 };
}
static inline str str_span(const char *from, const char *to)
{
    return (str){ from, (size_t)(to - from) };
}
static inline bool str_eq(str a, str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
#define STR_IS(s, literal) str_eq((s), STR(literal))

int str_cmp(str a, str b); /* byte order, a prefix sorts first */
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
bool str_eq_nocase(str a, str b); /* ASCII letters only */
/* Index of the first `needle` at or after `from`, or -1. */
ptrdiff_t str_find(str s, str needle, size_t from);
str str_trim(str s); /* without ASCII white space at both ends */
str str_cut(str s, size_t from, size_t max); /* the part from `from`, at most `max` bytes; clamped */
/* Take the part up to `sep` off the front of *rest; false when *rest is used up. An empty last part is returned. */
bool str_next(str *rest, char sep, str *part);
/* Whole string must be one decimal number. Errors: ERR_INPUT. */
MUST_USE err str_to_i64(str s, int64_t *out);
MUST_USE err str_to_f64(str s, double *out);
/* The longest prefix of at most `max` bytes that ends on a UTF-8 boundary. */
str str_utf8_prefix(str s, size_t max);
bool str_utf8_valid(str s);
/* Edit distance of two short words (up to 63 bytes each), for "did you mean". */
size_t str_distance(str a, str b);

#endif
