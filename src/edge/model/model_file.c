#include "edge/model/model_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_put.h"

enum { PATH_BYTES = 8192 };

str model_file_path(str data_dir, struct arena *a)
{
    return str_fmt(a, STR_FMT "/models/" MODEL_NAME MODEL_SUFFIX, STR_ARG(data_dir));
}

static err open_file(str path, int *fd)
{
    struct arena a = arena_init(PATH_BYTES);
    char *z = arena_try(&a, path.len + 1);
    err e = z ? OK : err_make(ERR_INPUT, "the path of the model is too long");
    if (!e.code) {
        memcpy(z, path.ptr, path.len);
        *fd = open(z, O_RDONLY | O_CLOEXEC);
        if (*fd < 0 && errno == ENOENT)
            e = err_make(ERR_NOT_FOUND, "there is no model at " STR_FMT "; `weir model fetch` brings it",
                         STR_ARG(path));
        else if (*fd < 0) e = err_errno("open the model " STR_FMT, STR_ARG(path));
    }
    arena_done(&a);
    return e;
}

static err map_file(int fd, str path, struct model_file *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0) return err_errno("read the model " STR_FMT, STR_ARG(path));
    if (!S_ISREG(st.st_mode) || st.st_size == 0) return err_make(ERR_CORRUPT, STR_FMT " is no model", STR_ARG(path));
    out->size = (size_t)st.st_size;
    out->map = mmap(NULL, out->size, PROT_READ, MAP_SHARED, fd, 0);
    if (out->map != MAP_FAILED) return OK;
    out->map = NULL;
    return err_errno("map the model " STR_FMT, STR_ARG(path));
}

err model_file_open(str path, struct model_file *out)
{
    struct model_file f = { 0 };
    int fd = -1;
    err e = open_file(path, &fd);
    if (e.code) return e;
    e = map_file(fd, path, &f);
    (void)close(fd);
    if (!e.code) e = encode_open((str){ f.map, f.size }, &f.model);
    if (!e.code) *out = f;
    else model_file_close(&f);
    return e.code ? err_wrap(e, STR_FMT, STR_ARG(path)) : OK;
}

void model_file_close(struct model_file *f)
{
    if (f->map) (void)munmap(f->map, f->size);
    *f = (struct model_file){ 0 };
}

/* ---- writing ---- */

static err make_folders(char *path)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/') continue;
        *p = 0;
        int rc = mkdir(path, 0755);
        bool failed = rc != 0 && errno != EEXIST;
        err e = failed ? err_errno("make the folder %s", path) : OK;
        *p = '/';
        if (e.code) return e;
    }
    return OK;
}

err model_file_write(str path, str bytes)
{
    struct arena a = arena_init(PATH_BYTES * 4);
    if (path.len >= PATH_BYTES) return err_make(ERR_INPUT, "the path of the model is too long");
    char *to = arena_new(&a, path.len + 1);
    memcpy(to, path.ptr, path.len);
    err e = make_folders(to);
    if (!e.code) e = file_put(to, bytes, 0644, FILE_PUT_REPLACE);
    arena_done(&a);
    return e;
}
