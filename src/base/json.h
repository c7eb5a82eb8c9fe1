/* JSON: reading is yyjson with the document in an arena; writing is a sticky appender that gives the same bytes for the
 * same calls, because what it writes is hashed. */
#ifndef WEIR_BASE_JSON_H
#define WEIR_BASE_JSON_H

#include <yyjson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

typedef yyjson_val json; /* a value inside a parsed document; NULL stands for "absent" */

enum { JSON_DEPTH_MAX = 64 };

/* Parse one strict JSON text. The document lives in `a`. Errors: ERR_INPUT with the byte offset, ERR_LIMIT (nested
 * deeper than JSON_DEPTH_MAX, or larger than the arena allows). */
MUST_USE err json_parse(str text, struct arena *a, json **out);
/* The same with another limit, for a caller that does not recurse over the result as deep as it goes. */
MUST_USE err json_parse_deep(str text, size_t depth_max, struct arena *a, json **out);

/* Readers accept NULL and the wrong type and give the fallback, so a chain needs no checks. */
json *json_get(json *object, const char *key);
str json_str(json *v, str fallback);
int64_t json_i64(json *v, int64_t fallback); /* also a real with an exact whole value */
double json_f64(json *v, double fallback);
bool json_bool(json *v, bool fallback);
static inline str json_get_str(json *o, const char *key)
{
    return json_str(json_get(o, key), STR_NONE);
}
static inline int64_t json_get_i64(json *o, const char *key, int64_t fallback)
{
    return json_i64(json_get(o, key), fallback);
}
static inline double json_get_f64(json *o, const char *key, double fallback)
{
    return json_f64(json_get(o, key), fallback);
}
/* One text, or a list of them: how many, and *out in `a` (what is no text is empty). */
size_t json_texts(json *v, struct arena *a, str **out);
/* Like yyjson_obj_foreach, also over NULL: that one does arithmetic on it. */
#define json_obj_foreach(obj, i, n, key, value)                                                                        \
    for ((i) = 0, (n) = yyjson_obj_size(obj), (key) = (n) ? unsafe_yyjson_get_first(obj) : NULL,                       \
        (value) = (n) ? (key) + 1 : NULL;                                                                              \
         (i) < (n);                                                                                                    \
         (i)++, (key) = (i) < (n) ? unsafe_yyjson_get_next(value) : NULL, (value) = (i) < (n) ? (key) + 1 : NULL)

/* The value as compact JSON text in `a`. */
str json_text(json *v, struct arena *a);

/* Writing. Keys are given with values; inside an array, or for a document's root, the key is NULL. */
struct jw {
    struct buf *out;
    uint32_t depth;
    uint64_t comma; /* bit per depth: something stands before */
};

struct jw jw_init(struct buf *out);
void jw_open(struct jw *w, const char *key);  /* { */
void jw_close(struct jw *w);                  /* } */
void jw_array(struct jw *w, const char *key); /* [ */
void jw_array_end(struct jw *w);              /* ] */
void jw_str(struct jw *w, const char *key, str v);  /* invalid UTF-8 becomes U+FFFD */
void jw_strz(struct jw *w, const char *key, const char *v); /* NULL becomes null */
void jw_i64(struct jw *w, const char *key, int64_t v);
void jw_f64(struct jw *w, const char *key,
            double v); /* shortest of 15 or 17 digits that reads back; NaN, infinite: null */
void jw_bool(struct jw *w, const char *key, bool v);
void jw_null(struct jw *w, const char *key);
void jw_raw(struct jw *w, const char *key, str text); /* text is one JSON value already */
void jw_key_str(struct jw *w, str key, str v);        /* for keys that come from data */
/* Append `s` as a quoted JSON string. */
void json_quote(struct buf *out, str s);

#endif
