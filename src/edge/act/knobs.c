#include "edge/act/knobs.h"

#include <ctype.h>

#define MIB (UINT64_C(1) << 20)

static bool plain_text(str s, size_t max)
{
    if (s.len > max) return false;
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f) return false;
    return true;
}

static bool name_ok(str s)
{
    if (s.len == 0 || s.len > KNOB_NAME_MAX) return false;
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.ptr[i]) && !memchr("_.-", s.ptr[i], 3)) return false;
    return true;
}

void knobs_read(json *list, struct knobs *out)
{
    size_t i = 0, n = 0;
    json *v = NULL;
    out->count = 0;
    yyjson_arr_foreach(list, i, n, v)
    {
        str value = json_str(json_get(v, "value"), json_get_str(v, "default"));
        struct knob k = { json_get_str(v, "name"), value, json_get_str(v, "effect") };
        if (name_ok(k.name) && plain_text(k.value, KNOB_VALUE_MAX) && out->count < KNOBS_MAX)
            out->items[out->count++] = k;
    }
}

void knobs_set(struct knobs *k, str name, str value)
{
    size_t i = 0;
    while (i < k->count && !str_eq(k->items[i].name, name)) i++;
    if (i == KNOBS_MAX || !name_ok(name) || !plain_text(value, KNOB_VALUE_MAX)) return;
    if (i == k->count) k->items[k->count++] = (struct knob){ .name = name };
    k->items[i].value = value;
}

uint64_t knobs_memory_max(const struct knobs *k)
{
    for (size_t i = 0; i < k->count; i++) {
        int64_t mb = 0;
        if (!STR_IS(k->items[i].effect, "memory_limit")) continue;
        err e = str_to_i64(k->items[i].value, &mb);
        return e.code || mb <= 0 || mb > (int64_t)(UINT64_MAX / MIB / 2) ? 0 : (uint64_t)mb * MIB;
    }
    return 0;
}

static str list(const struct knobs *k, struct arena *a, bool full)
{
    struct buf b = buf_init(1 << 18);
    struct jw w = jw_init(&b);
    full ? jw_array(&w, NULL) : jw_open(&w, NULL);
    for (size_t i = 0; i < k->count; i++) {
        const struct knob *one = &k->items[i];
        if (full) jw_open(&w, NULL);
        if (full) jw_str(&w, "name", one->name);
        if (full) jw_str(&w, "value", one->value);
        else jw_key_str(&w, one->name, one->value);
        if (full) jw_str(&w, "effect", one->effect);
        if (full) jw_close(&w);
    }
    full ? jw_array_end(&w) : jw_close(&w);
    return buf_take(&b, a);
}

str knobs_json(const struct knobs *k, struct arena *a)
{
    return k->count ? list(k, a, false) : STR_NONE;
}

str knobs_list_json(const struct knobs *k, struct arena *a)
{
    return list(k, a, true);
}

const char *knob_env(const struct knob *k, struct arena *a)
{
    static const char prefix[] = "WEIR_KNOB_";
    size_t at = sizeof prefix - 1;
    char *z = arena_new(a, at + k->name.len + 1 + k->value.len + 1);
    memcpy(z, prefix, at);
    for (size_t i = 0; i < k->name.len; i++, at++) {
        unsigned char c = (unsigned char)k->name.ptr[i];
        z[at] = isalnum(c) ? (char)toupper(c) : '_';
    }
    z[at++] = '=';
    if (k->value.len) memcpy(z + at, k->value.ptr, k->value.len);
    return z;
}

static bool set_by(const char *entry, const char *const *extra, size_t count)
{
    size_t name = strcspn(entry, "=");
    for (size_t i = 0; i < count; i++)
        if (strncmp(entry, extra[i], name) == 0 && extra[i][name] == '=') return true;
    return false;
}

char **env_list(char *const *base, const char *const *extra, size_t extra_count, struct arena *a)
{
    size_t n = 0, count = 0;
    while (base && base[n]) n++;
    char **out = ARENA_ARRAY(a, char *, n + extra_count + 1);
    for (size_t i = 0; i < n; i++)
        if (!set_by(base[i], extra, extra_count)) out[count++] = base[i];
    for (size_t i = 0; i < extra_count; i++) out[count++] = (char *)(uintptr_t)extra[i];
    return out;
}
