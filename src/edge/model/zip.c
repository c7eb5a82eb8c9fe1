#include "edge/model/zip.h"

#include <zlib.h>

enum { END_BYTES = 22, ENTRY_BYTES = 46, LOCAL_BYTES = 30, COMMENT_MAX = 65535, STORED = 0, DEFLATED = 8 };

static uint32_t number(str s, size_t at, size_t bytes)
{
    uint32_t v = 0;
    for (size_t i = bytes; i-- > 0;) v = v << 8 | (uint8_t)s.ptr[at + i];
    return v;
}

static bool begins(str s, size_t at, size_t bytes, const char *signature)
{
    return at <= s.len && s.len - at >= bytes && memcmp(s.ptr + at, signature, 4) == 0;
}

struct member {
    uint32_t method, crc, packed, size, local;
};

/* The end record is the last thing in the file, before a comment. */
static bool find_end(str zip, size_t *at)
{
    for (size_t back = END_BYTES; back <= zip.len && back <= END_BYTES + COMMENT_MAX; back++) {
        *at = zip.len - back;
        if (begins(zip, *at, END_BYTES, "PK\5\6")) return true;
    }
    return false;
}

static err find_member(str zip, str name, struct member *out)
{
    size_t end;
    if (!find_end(zip, &end)) return err_make(ERR_INPUT, "this is no zip file");
    size_t at = number(zip, end + 16, 4), count = number(zip, end + 10, 2);
    for (size_t i = 0; i < count; i++) {
        if (!begins(zip, at, ENTRY_BYTES, "PK\1\2")) return err_make(ERR_INPUT, "the zip file is damaged");
        size_t name_len = number(zip, at + 28, 2);
        size_t next = at + ENTRY_BYTES + name_len + number(zip, at + 30, 2) + number(zip, at + 32, 2);
        if (next > zip.len) return err_make(ERR_INPUT, "the zip file is damaged");
        *out = (struct member){ number(zip, at + 10, 2), number(zip, at + 16, 4), number(zip, at + 20, 4),
                                number(zip, at + 24, 4), number(zip, at + 42, 4) };
        if (str_eq(str_cut(zip, at + ENTRY_BYTES, name_len), name)) return OK;
        at = next;
    }
    return err_make(ERR_NOT_FOUND, "the zip file has no " STR_FMT, STR_ARG(name));
}

static bool unpack(const struct member *m, str packed, char *to)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)packed.ptr, .avail_in = m->packed, .next_out = (Bytef *)to,
                   .avail_out = m->size };
    if (m->method == STORED) {
        if (m->packed == m->size) memcpy(to, packed.ptr, m->size);
        return m->packed == m->size;
    }
    if (m->method != DEFLATED || inflateInit2(&z, -MAX_WBITS) != Z_OK) return false;
    int rc = inflate(&z, Z_FINISH);
    (void)inflateEnd(&z);
    return rc == Z_STREAM_END && z.total_out == m->size;
}

err zip_member(str zip, str name, struct arena *a, str *out)
{
    struct member m = { 0 };
    err e = find_member(zip, name, &m);
    if (e.code) return e;
    if (!begins(zip, m.local, LOCAL_BYTES, "PK\3\4")) return err_make(ERR_INPUT, "the zip file is damaged");
    size_t data =
        m.local + (size_t)LOCAL_BYTES + number(zip, m.local + (size_t)26, 2) + number(zip, m.local + (size_t)28, 2);
    if (data > zip.len || zip.len - data < m.packed) return err_make(ERR_INPUT, "the zip file is damaged");
    char *to = arena_try(a, (size_t)m.size + 1);
    if (!to) return err_make(ERR_LIMIT, STR_FMT " is too large: %u bytes", STR_ARG(name), m.size);
    if (!unpack(&m, str_cut(zip, data, m.packed), to) || crc32(0, (const Bytef *)to, m.size) != m.crc)
        return err_make(ERR_INPUT, STR_FMT " in the zip file is damaged", STR_ARG(name));
    *out = (str){ to, m.size };
    return OK;
}
