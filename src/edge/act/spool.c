#include "edge/act/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char suffix[] = ".json";

static err make_folders(const char *dir)
{
    char path[4096];
    size_t len = strlen(dir);
    if (len >= sizeof path) return err_make(ERR_LIMIT, "the spool's path is too long");
    for (size_t i = 1; i <= len; i++) {
        if (i < len && dir[i] != '/') continue;
        memcpy(path, dir, i);
        path[i] = 0;
        if (mkdir(path, 0700) && errno != EEXIST) return err_errno("make folder %.200s", path);
    }
    return OK;
}

static bool is_event(const char *name)
{
    return name[0] != '.' && str_ends(str_of(name), str_of(suffix));
}

static void measure(int dir_fd, size_t *files, int64_t *bytes)
{
    int fd = dup(dir_fd);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    *files = 0;
    *bytes = 0;
    if (!d) {
        if (fd >= 0) (void)close(fd);
        return;
    }
    rewinddir(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        struct stat st;
        if (e->d_name[0] == '.' || fstatat(dir_fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW)) continue;
        *files += is_event(e->d_name);
        *bytes += st.st_size; /* refused ones count, too: they fill the folder */
    }
    (void)closedir(d);
}

static err write_event(int dir_fd, const char *name, str event)
{
    char temp[160];
    (void)snprintf(temp, sizeof temp, ".%.120s.part", name);
    int fd = openat(dir_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return err_errno("spool");
    err e = OK;
    while (event.len && !e.code) {
        ssize_t n = write(fd, event.ptr, event.len);
        if (n < 0 && errno != EINTR) e = err_errno("spool");
        else if (n > 0) event = str_cut(event, (size_t)n, event.len);
    }
    if (!e.code && fdatasync(fd)) e = err_errno("spool");
    (void)close(fd);
    if (!e.code && renameat(dir_fd, temp, dir_fd, name)) e = err_errno("spool");
    if (!e.code && fsync(dir_fd)) e = err_errno("spool");
    if (e.code) (void)unlinkat(dir_fd, temp, 0);
    return e;
}

err spool_put(const char *dir, struct env *env, str event)
{
    char name[128];
    size_t files = 0;
    int64_t bytes = 0;
    if (event.len > SPOOL_EVENT_MAX) return err_make(ERR_LIMIT, "an event of %zu bytes", event.len);
    err e = make_folders(dir);
    if (e.code) return e;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return err_errno("spool %.200s", dir);
    measure(fd, &files, &bytes);
    if (files >= SPOOL_FILES_MAX || bytes + (int64_t)event.len > SPOOL_BYTES_MAX)
        e = err_make(ERR_FULL, "the spool %.120s holds %zu reports already", dir, files);
    (void)snprintf(name, sizeof name, "%020lld-%016llx%s", (long long)env->wall(env),
                   (unsigned long long)env->random(env), suffix);
    if (!e.code) e = write_event(fd, name, event);
    (void)close(fd);
    return e;
}

static int only_events(const struct dirent *e)
{
    return is_event(e->d_name);
}

static err read_event(int dir_fd, const char *name, char **text, size_t *len)
{
    struct stat st;
    *text = NULL;
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return err_make(ERR_INPUT, "not a report");
    err e = OK;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > SPOOL_EVENT_MAX) e = err_make(ERR_INPUT, "not a report");
    size_t want = e.code ? 0 : (size_t)st.st_size;
    *text = mem_new(want + 1);
    *len = 0;
    while (!e.code && *len < want) {
        ssize_t n = read(fd, *text + *len, want - *len);
        if (n <= 0) e = err_errno("read %.60s", name);
        else *len += (size_t)n;
    }
    (void)close(fd);
    return e;
}

/* A report that is never accepted must not block those behind it. */
static void put_aside(int dir_fd, const char *name)
{
    char aside[300];
    (void)snprintf(aside, sizeof aside, "%.255s.refused", name);
    (void)renameat(dir_fd, name, dir_fd, aside);
}

static err deliver_one(int dir_fd, const char *name, spool_deliver *deliver, void *ctx)
{
    char *text = NULL;
    size_t len = 0;
    err e = read_event(dir_fd, name, &text, &len);
    if (!e.code) e = deliver(ctx, (str){ text, len });
    mem_free(text);
    if (!e.code) (void)unlinkat(dir_fd, name, 0);
    if (e.code == ERR_INPUT) put_aside(dir_fd, name);
    return e;
}

err spool_drain(const char *dir, size_t max, spool_deliver *deliver, void *ctx, size_t *count)
{
    struct dirent **names = NULL;
    err e = OK;
    *count = 0;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? OK : err_errno("spool %.200s", dir);
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        (void)close(fd);
        return err_make(ERR_CONFLICT, "another process delivers the spool");
    }
    int n = scandirat(fd, ".", &names, only_events, alphasort);
    for (int i = 0; i < n; i++) {
        bool go = !e.code && *count < max;
        if (go) e = deliver_one(fd, names[i]->d_name, deliver, ctx);
        if (go && !e.code) (*count)++;
        if (e.code == ERR_INPUT) e = OK;
        free(names[i]);
    }
    free(names);
    (void)close(fd); /* and with it the lock */
    return e;
}

size_t spool_count(const char *dir)
{
    size_t n = 0;
    DIR *d = opendir(dir);
    if (!d) return 0;
    for (struct dirent *e = readdir(d); e; e = readdir(d)) n += is_event(e->d_name);
    (void)closedir(d);
    return n;
}
