#include "edge/runbooks.h"

#include <dirent.h>
#include <errno.h>

#include "edge/files.h"

enum { RUNBOOKS_MAX = 2000, RUNBOOK_BYTES_MAX = 256 << 10, DEPTH_MAX = 2 };

struct loader {
    struct store *store;
    err (*apply)(void *ctx, struct tx *tx, const struct input *in, int64_t *seq);
    void *ctx;
    struct arena a;
    str folder;
    str ids[RUNBOOKS_MAX];
    size_t count;
};

struct one {
    struct loader *l;
    struct input in;
};

static err input_work(struct tx *tx, void *ctx)
{
    struct one *one = ctx;
    int64_t seq = 0;
    return one->l->apply(one->l->ctx, tx, &one->in, &seq);
}

static err give(struct loader *l, str id, str title, str text)
{
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "title", title);
    jw_str(&w, "body", text);
    jw_close(&w);
    struct one one = { .l = l, .in = { STR("runbook.loaded"), id, STR("weir"), buf_view(&b) } };
    err e = store_run(l->store, input_work, &one);
    buf_done(&b);
    return e;
}

/* The first heading, else the file's name. */
static str title_of(str text, str id)
{
    str line;
    while (str_next(&text, '\n', &line)) {
        if (!str_starts(line, STR("#"))) continue;
        while (str_starts(line, STR("#"))) line = str_cut(line, 1, line.len);
        return str_trim(line);
    }
    return id;
}

static err load_file(struct loader *l, str id)
{
    str text;
    if (l->count == RUNBOOKS_MAX) return err_make(ERR_LIMIT, "over %d runbooks", RUNBOOKS_MAX);
    err e = file_read(str_fmt(&l->a, STR_FMT "/" STR_FMT, STR_ARG(l->folder), STR_ARG(id)), RUNBOOK_BYTES_MAX, &l->a,
                      &text);
    if (e.code) return e;
    l->ids[l->count++] = id;
    return str_trim(text).len ? give(l, id, title_of(text, id), text) : OK;
}

static err load_folder(struct loader *l, str rel, int depth)
{
    str path =
        rel.len ? str_fmt(&l->a, STR_FMT "/" STR_FMT, STR_ARG(l->folder), STR_ARG(rel)) : str_dup(&l->a, l->folder);
    DIR *dir = opendir(path.ptr);
    if (!dir) return err_errno("runbooks " STR_FMT, STR_ARG(path));
    err e = OK;
    for (struct dirent *d = readdir(dir); d && !e.code; d = readdir(dir)) {
        if (d->d_name[0] == '.') continue;
        str id = rel.len ? str_fmt(&l->a, STR_FMT "/%s", STR_ARG(rel), d->d_name) : str_dup(&l->a, str_of(d->d_name));
        if (d->d_type == DT_DIR && depth < DEPTH_MAX) e = load_folder(l, id, depth + 1);
        else if (d->d_type == DT_REG && str_ends(id, STR(".md"))) e = load_file(l, id);
    }
    (void)closedir(dir);
    return e;
}

static bool loaded(const struct loader *l, str id)
{
    for (size_t i = 0; i < l->count; i++)
        if (str_eq(l->ids[i], id)) return true;
    return false;
}

static err remove_gone(struct loader *l)
{
    struct tx *tx = NULL;
    err e = store_read(l->store, &tx);
    if (e.code) return e;
    str gone[RUNBOOKS_MAX];
    size_t n = 0;
    struct rows *r = tx_query_n(tx, SQL_RUNBOOK_IDS, TX_NO_VALS);
    while (rows_next(r) && n < RUNBOOKS_MAX)
        if (!loaded(l, rows_str(r, 0))) gone[n++] = rows_dup(r, 0, &l->a);
    rows_end(r);
    store_read_end(tx);
    for (size_t i = 0; i < n && !e.code; i++) e = give(l, gone[i], STR(""), STR(""));
    return e;
}

err runbooks_load(struct store *store, str folder,
                  err (*apply)(void *ctx, struct tx *tx, const struct input *in, int64_t *seq), void *ctx)
{
    struct loader *l = mem_new(sizeof *l);
    *l = (struct loader){ .store = store, .apply = apply, .ctx = ctx, .a = arena_init(SIZE_MAX / 2), .folder = folder };
    err e = load_folder(l, STR(""), 1);
    if (!e.code) e = remove_gone(l);
    arena_done(&l->a);
    mem_free(l);
    return e;
}
