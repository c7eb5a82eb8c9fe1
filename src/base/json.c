#include "base/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* yyjson allocates from the arena: 16 bytes in front of each block hold its size for realloc. */
static void *arena_malloc(void *ctx, size_t size)
{
    size_t *p = arena_try(ctx, size + 16);
    if (!p) return NULL;
    *p = size;
    return (char *)p + 16;
}

static void *arena_realloc(void *ctx, void *old, size_t old_size, size_t size)
{
    void *p = arena_malloc(ctx, size);
    if (p && old) memcpy(p, old, old_size < size ? old_size : size);
    return p;
}

static void arena_free_nothing(void *ctx, void *p)
{
    (void)ctx;
    (void)p;
}

/* Depth is checked before parsing: yyjson itself does not recurse, but what reads its result may. */
static bool too_deep(str text, size_t max)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (quoted) {
            if (c == '\\') i++;
            else if (c == '"') quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > max) return true;
        } else if ((c == '}' || c == ']') && depth) {
            depth--;
        }
    }
    return false;
}

err json_parse(str text, struct arena *a, json **out)
{
    return json_parse_deep(text, JSON_DEPTH_MAX, a, out);
}

err json_parse_deep(str text, size_t depth_max, struct arena *a, json **out)
{
    if (too_deep(text, depth_max)) return err_make(ERR_LIMIT, "JSON is nested deeper than %zu levels", depth_max);
    yyjson_alc alc = { arena_malloc, arena_realloc, arena_free_nothing, a };
    yyjson_read_err e = { 0 };
    /* Without the in-situ flag yyjson does not write to its input; its signature only lacks the const. */
    yyjson_doc *doc =
        yyjson_read_opts((char *)(uintptr_t)(text.len ? text.ptr : ""), text.len, YYJSON_READ_NOFLAG, &alc, &e);
    if (!doc && e.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
        return err_make(ERR_LIMIT, "JSON is larger than allowed");
    if (!doc) return err_make(ERR_INPUT, "not valid JSON at byte %zu: %s", e.pos, e.msg);
    *out = yyjson_doc_get_root(doc);
    return OK;
}

json *json_get(json *object, const char *key)
{
    return yyjson_obj_get(object, key);
}

str json_str(json *v, str fallback)
{
    return yyjson_is_str(v) ? (str){ yyjson_get_str(v), yyjson_get_len(v) } : fallback;
}

int64_t json_i64(json *v, int64_t fallback)
{
    if (yyjson_is_sint(v)) return yyjson_get_sint(v);
    if (yyjson_is_uint(v)) return yyjson_get_uint(v) <= INT64_MAX ? (int64_t)yyjson_get_uint(v) : fallback;
    if (!yyjson_is_real(v)) return fallback;
    double d = yyjson_get_real(v);
    return d == floor(d) && fabs(d) < 9007199254740992.0 ? (int64_t)d : fallback;
}

double json_f64(json *v, double fallback)
{
    return yyjson_is_num(v) ? yyjson_get_num(v) : fallback;
}

bool json_bool(json *v, bool fallback)
{
    return yyjson_is_bool(v) ? yyjson_get_bool(v) : fallback;
}

size_t json_texts(json *v, struct arena *a, str **out)
{
    size_t count = yyjson_is_arr(v) ? yyjson_arr_size(v) : 1, i, n;
    str *texts = ARENA_ARRAY(a, str, count + 1);
    json *one;
    if (!yyjson_is_arr(v)) texts[0] = json_str(v, STR(""));
    else yyjson_arr_foreach(v, i, n, one) texts[i] = json_str(one, STR(""));
    *out = texts;
    return count;
}

str json_text(json *v, struct arena *a)
{
    if (!v) return STR("null");
    yyjson_alc alc = { arena_malloc, arena_realloc, arena_free_nothing, a };
    size_t len = 0;
    const char *text = yyjson_val_write_opts(v, YYJSON_WRITE_NOFLAG, &alc, &len, NULL);
    return text ? (str){ text, len } : STR("null");
}

struct jw jw_init(struct buf *out)
{
    return (struct jw){ .out = out };
}

static void put_key(struct jw *w, const char *key)
{
    assert(w->depth < JSON_DEPTH_MAX);
    uint64_t bit = UINT64_C(1) << w->depth;
    if (w->comma & bit) buf_char(w->out, ',');
    w->comma |= bit;
    if (!key) return;
    buf_char(w->out, '"');
    buf_add(w->out, str_of(key));
    buf_add(w->out, STR("\":"));
}

static void deeper(struct jw *w, char bracket)
{
    buf_char(w->out, bracket);
    w->depth++;
    assert(w->depth < JSON_DEPTH_MAX);
    w->comma &= ~(UINT64_C(1) << w->depth);
}

static void shallower(struct jw *w, char bracket)
{
    assert(w->depth > 0);
    w->depth--;
    buf_char(w->out, bracket);
}

void jw_open(struct jw *w, const char *key)
{
    put_key(w, key);
    deeper(w, '{');
}

void jw_close(struct jw *w)
{
    shallower(w, '}');
}

void jw_array(struct jw *w, const char *key)
{
    put_key(w, key);
    deeper(w, '[');
}

void jw_array_end(struct jw *w)
{
    shallower(w, ']');
}

static void quote_plain(struct buf *out, str s)
{
    static const char hex[] = "0123456789abcdef";
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_add(out, str_cut(s, from, i - from));
        from = i + 1;
        static const char plain[] = "\"\\\n\t\r", named[] = "\"\\ntr";
        const char *at = c ? strchr(plain, c) : NULL;
        if (at) {
            char pair[2] = { '\\', named[at - plain] };
            buf_add(out, (str){ pair, 2 });
        } else {
            char u[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
            buf_add(out, (str){ u, 6 });
        }
    }
    buf_add(out, str_cut(s, from, s.len - from));
}

void json_quote(struct buf *out, str s)
{
    buf_char(out, '"');
    if (str_utf8_valid(s)) {
        quote_plain(out, s);
    } else {
        for (size_t i = 0; i < s.len; i++) { /* rare: byte by byte, every odd byte replaced */
            str one = str_cut(s, i, 1);
            quote_plain(out, (unsigned char)one.ptr[0] < 0x80 ? one : STR("\xef\xbf\xbd"));
        }
    }
    buf_char(out, '"');
}

void jw_str(struct jw *w, const char *key, str v)
{
    put_key(w, key);
    json_quote(w->out, v);
}

void jw_strz(struct jw *w, const char *key, const char *v)
{
    if (v) jw_str(w, key, str_of(v));
    else jw_null(w, key);
}

void jw_i64(struct jw *w, const char *key, int64_t v)
{
    put_key(w, key);
    buf_fmt(w->out, "%lld", (long long)v);
}

void jw_f64(struct jw *w, const char *key, double v)
{
    if (!isfinite(v)) {
        jw_null(w, key);
        return;
    }
    char text[32];
    (void)snprintf(text, sizeof text, "%.15g", v);
    if (strtod(text, NULL) != v) (void)snprintf(text, sizeof text, "%.17g", v);
    put_key(w, key);
    buf_add(w->out, str_of(text));
}

void jw_bool(struct jw *w, const char *key, bool v)
{
    put_key(w, key);
    buf_add(w->out, v ? STR("true") : STR("false"));
}

void jw_null(struct jw *w, const char *key)
{
    put_key(w, key);
    buf_add(w->out, STR("null"));
}

void jw_raw(struct jw *w, const char *key, str text)
{
    put_key(w, key);
    buf_add(w->out, text);
}

void jw_key_str(struct jw *w, str key, str v)
{
    put_key(w, NULL);
    json_quote(w->out, key);
    buf_char(w->out, ':');
    json_quote(w->out, v);
}
