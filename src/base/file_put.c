#include "base/file_put.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static err write_all(int fd, str bytes, const char *path)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return err_errno("write %s", path);
        bytes = str_cut(bytes, (size_t)n, bytes.len);
    }
    return fsync(fd) == 0 ? OK : err_errno("write %s", path);
}

err file_put_sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = !slash ? 0 : slash == path ? 1 : (size_t)(slash - path);
    if (len >= sizeof folder) return err_make(ERR_INPUT, "a path of %zu bytes", len);
    memcpy(folder, slash ? path : ".", slash ? len : 1);
    folder[slash ? len : 1] = 0;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return err_errno("%s", folder);
    err e = fsync(fd) == 0 ? OK : err_errno("%s", folder);
    (void)close(fd);
    return e;
}

/* A second name and then the first one's end: link() refuses where a name is taken. */
static err move_new(const char *part, const char *path)
{
    if (link(part, path) != 0)
        return errno == EEXIST ? err_make(ERR_CONFLICT, "%s is there", path) : err_errno("write %s", path);
    return unlink(part) == 0 ? OK : err_errno("write %s", part);
}

/* Whoever names /dev/null or a pipe does not want it replaced by a file. */
static err is_no_other_thing(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)) return OK;
    return err_make(ERR_INPUT, "%s is not a file", path);
}

static err move(const char *part, const char *path, enum file_put_how how)
{
    if (how == FILE_PUT_NEW) return move_new(part, path);
    return rename(part, path) == 0 ? OK : err_errno("write %s", path);
}

err file_put(const char *path, str bytes, mode_t mode, enum file_put_how how)
{
    char part[PATH_MAX];
    if (strlen(path) + FILE_PUT_TAIL >= sizeof part) return err_make(ERR_INPUT, "a path of %zu bytes", strlen(path));
    err e = is_no_other_thing(path);
    if (e.code) return e;
    (void)snprintf(part, sizeof part, "%s.XXXXXX", path);
    int fd = mkostemp(part, O_CLOEXEC); /* 0600: nobody else sees what is being written */
    if (fd < 0) return err_errno("write %s", path);
    e = write_all(fd, bytes, path);
    if (!e.code && fchmod(fd, mode) != 0) e = err_errno("write %s", path);
    if (close(fd) != 0 && !e.code) e = err_errno("write %s", path);
    if (!e.code) e = move(part, path, how);
    if (e.code) {
        (void)unlink(part);
        return e;
    }
    return file_put_sync_folder(path);
}
