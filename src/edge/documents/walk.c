#include "edge/documents/walk.h"

#include <dirent.h>
#include <errno.h>

#include "edge/documents/formats.h"
#include "edge/files.h"

enum { COMMIT_BYTES_MAX = 200 };

struct walk {
    struct arena *a;
    walk_fn *visit;
    void *ctx;
    size_t files;
};

static err walk_folder(struct walk *w, str path, str id, int depth);

static err walk_entry(struct walk *w, str path, str id, int depth)
{
    struct stat st;
    enum document_format f;
    if (lstat(path.ptr, &st)) return errno == ENOENT ? OK : err_errno(STR_FMT, STR_ARG(path)); /* it went just now */
    if (S_ISDIR(st.st_mode)) return depth < WALK_DEPTH_MAX ? walk_folder(w, path, id, depth + 1) : OK;
    if (!S_ISREG(st.st_mode) || !format_of_path(id, &f)) return OK;
    if (w->files++ == WALK_FILES_MAX) return err_make(ERR_LIMIT, "over %d documents", WALK_FILES_MAX);
    return w->visit(w->ctx, path, id, &st);
}

static err walk_folder(struct walk *w, str path, str id, int depth)
{
    DIR *dir = opendir(path.ptr);
    if (!dir) return err_errno(STR_FMT, STR_ARG(path));
    err e = OK;
    for (struct dirent *d = readdir(dir); d && !e.code; d = readdir(dir)) {
        if (d->d_name[0] == '.') continue;
        str below = str_fmt(w->a, STR_FMT "/%s", STR_ARG(path), d->d_name);
        str inner = id.len ? str_fmt(w->a, STR_FMT "/%s", STR_ARG(id), d->d_name) : str_dup(w->a, str_of(d->d_name));
        e = walk_entry(w, below, inner, depth);
    }
    (void)closedir(dir);
    return e;
}

err walk_documents(str folder, struct arena *a, walk_fn *visit, void *ctx)
{
    struct walk w = { .a = a, .visit = visit, .ctx = ctx };
    return walk_folder(&w, str_dup(a, folder), STR(""), 0);
}

str git_commit_of(str folder, struct arena *a)
{
    str head = STR_NONE, commit = STR_NONE;
    if (file_read(str_fmt(a, STR_FMT "/.git/HEAD", STR_ARG(folder)), 4096, a, &head).code) return STR("");
    head = str_trim(head);
    if (!str_starts(head, STR("ref: "))) return str_cut(head, 0, COMMIT_BYTES_MAX);
    str path = str_fmt(a, STR_FMT "/.git/" STR_FMT, STR_ARG(folder), STR_ARG(str_cut(head, 5, head.len)));
    return file_read(path, 4096, a, &commit).code ? STR("") : str_cut(str_trim(commit), 0, COMMIT_BYTES_MAX);
}
