#include "edge/registry/model_files.h"

#include "base/hash.h"
#include "edge/files.h"
#include "edge/model/model_file.h"
#include "edge/registry/registry.h"

static str path_of(str data_dir, str digest, struct arena *a)
{
    return str_fmt(a, STR_FMT "/" REGISTRY_FOLDER "/" STR_FMT, STR_ARG(data_dir), STR_ARG(digest));
}

static bool is_what_it_says(str digest, str bytes)
{
    struct arena a = arena_init(4096);
    struct sha256 d = sha256_of(bytes);
    bool same = model_digest_ok(digest) && str_eq(hex_text((str){ (const char *)d.b, SHA256_LEN }, &a), digest);
    arena_done(&a);
    return same;
}

err model_files_list(struct store *s, str data_dir, struct arena *a, struct model_files *out)
{
    struct tx *tx = NULL;
    *out = (struct model_files){ .data_dir = data_dir };
    err e = store_read(s, &tx);
    if (e.code) return e;
    size_t room = (size_t)tx_get_i64_n(tx, SQL_REGISTRY_DIGEST_COUNT, 0, TX_NO_VALS);
    out->digests = ARENA_ARRAY(a, str, room + 1);
    struct rows *r = tx_query_n(tx, SQL_REGISTRY_DIGESTS, TX_NO_VALS);
    while (out->count < room && rows_next(r)) out->digests[out->count++] = rows_dup(r, 0, a);
    rows_end(r);
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

err model_files_next(void *ctx, struct arena *a, str *name, str *bytes)
{
    struct model_files *f = ctx;
    while (f->at < f->count) {
        struct arena_mark mark = arena_mark(a);
        str digest = f->digests[f->at++];
        err e = file_read(path_of(f->data_dir, digest, a), REGISTRY_FILE_MAX, a, bytes);
        if (e.code == ERR_NOT_FOUND) {
            f->absent++;
            continue;
        }
        if (e.code) return e;
        if (!is_what_it_says(digest, *bytes)) {
            f->damaged++;
            arena_rewind(a, mark);
            continue;
        }
        f->copied++;
        *name = digest;
        return OK;
    }
    return OK;
}

err model_files_keep(void *ctx, str name, str bytes)
{
    struct model_files *f = ctx;
    if (!is_what_it_says(name, bytes))
        return err_make(ERR_CORRUPT, "the model file " STR_FMT " is damaged", STR_ARG(str_utf8_prefix(name, 64)));
    struct arena a = arena_init(1 << 16);
    err e = model_file_write(path_of(f->data_dir, name, &a), bytes);
    arena_done(&a);
    if (!e.code) f->copied++;
    return e;
}
