#include "edge/documents/walk.h"

#include <dirent.h>
#include <errno.h>

#include "edge/documents/formats.h"
#include "edge/files.h"

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

/* Anything else that stands there is not ours to tell. */
static str commit_or_none(str text)
{
    static const char digits[] = "0123456789abcdef";
    text = str_trim(text);
    for (size_t i = 0; i < text.len; i++)
        if (!memchr(digits, text.ptr[i], sizeof digits - 1)) return STR("");
    return text.len == 40 || text.len == 64 ? text : STR(""); /* SHA-1, SHA-256 */
}

str git_commit_of(str folder, struct arena *a)
{
    str head = STR_NONE, commit = STR_NONE;
    if (file_read_inside(folder, STR(".git/HEAD"), 4096, a, &head).code) return STR("");
    head = str_trim(head);
    if (!str_starts(head, STR("ref: refs/"))) return commit_or_none(head);
    str path = str_fmt(a, ".git/" STR_FMT, STR_ARG(str_cut(head, 5, head.len)));
    return file_read_inside(folder, path, 4096, a, &commit).code ? STR("") : commit_or_none(commit);
}
