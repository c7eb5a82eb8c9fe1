#include "sim/vfs_fault.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/time.h"

enum { UNDO_MAX = 1 << 20 };

/* What a change replaced: the bytes at an offset, and how long the file was. */
struct undo {
    struct undo *older;
    char *path;
    int64_t at, size;
    size_t len;
    char bytes[];
};

struct vfs_fault {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    pthread_mutex_t lock;
    struct vfs_plan plan;
    int64_t changes, syncs, pad_us;
    size_t undo_count;
    bool fired, off, power_matters, real_sync;
    struct undo *undo; /* newest first */
};

struct file {
    sqlite3_file base;
    struct vfs_fault *owner;
    const char *path; /* SQLite's own, lives as long as the file */
    sqlite3_file real[];
};

static struct file *file_of(sqlite3_file *f)
{
    return (struct file *)(void *)f;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
    return file_of(f)->real;
}

/* What is to become of the next change: SQLITE_OK, or the error it gets. Half: a write leaves its first half. */
static int judge(struct vfs_fault *o, bool writes, bool *half)
{
    pthread_mutex_lock(&o->lock);
    int64_t n = ++o->changes;
    int rc = SQLITE_OK;
    *half = false;
    if (o->plan.fault != FAULT_NONE && n == o->plan.at) {
        o->fired = true;
        if (o->plan.fault == FAULT_POWER_OFF) o->off = true;
        if (o->plan.fault == FAULT_IO) rc = SQLITE_IOERR, *half = n % 2 == 0;
    }
    if (o->plan.fault == FAULT_FULL && n >= o->plan.at && writes) rc = SQLITE_FULL, *half = n % 2 == 0;
    if (o->off) rc = SQLITE_IOERR, *half = false;
    pthread_mutex_unlock(&o->lock);
    return rc;
}

static void remember(struct file *f, int64_t at, size_t len)
{
    struct vfs_fault *o = f->owner;
    if (!o->power_matters || !f->path) return;
    struct undo *u = mem_new(sizeof *u + len);
    sqlite3_int64 size = 0;
    (void)f->real->pMethods->xFileSize(f->real, &size);
    u->size = size;
    u->at = at;
    if (at < size) {
        u->len = (int64_t)len < size - at ? len : (size_t)(size - at);
        if (f->real->pMethods->xRead(f->real, u->bytes, (int)u->len, at) != SQLITE_OK) u->len = 0;
    }
    u->path = mem_dup_z(str_of(f->path));
    pthread_mutex_lock(&o->lock);
    if (o->undo_count == UNDO_MAX) abort(); /* a test this long wants a larger disk */
    u->older = o->undo;
    o->undo = u;
    o->undo_count++;
    pthread_mutex_unlock(&o->lock);
}

static void undo_free(struct undo *u)
{
    mem_free(u->path);
    mem_free(u);
}

/* Synced, or gone: nothing of this file has to be taken back any more. */
static void forget(struct vfs_fault *o, const char *path)
{
    if (!path) return;
    pthread_mutex_lock(&o->lock);
    for (struct undo **at = &o->undo; *at;) {
        struct undo *u = *at;
        if (strcmp(u->path, path) != 0) {
            at = &u->older;
            continue;
        }
        *at = u->older;
        o->undo_count--;
        undo_free(u);
    }
    pthread_mutex_unlock(&o->lock);
}

/* ---- files ---- */

static int f_close(sqlite3_file *f)
{
    return real_of(f)->pMethods ? real_of(f)->pMethods->xClose(real_of(f)) : SQLITE_OK;
}

static int f_read(sqlite3_file *f, void *to, int len, sqlite3_int64 at)
{
    return real_of(f)->pMethods->xRead(real_of(f), to, len, at);
}

static int f_write(sqlite3_file *f, const void *from, int len, sqlite3_int64 at)
{
    bool half;
    int rc = judge(file_of(f)->owner, true, &half);
    if (rc == SQLITE_OK || half) {
        int part = half ? len / 2 : len;
        remember(file_of(f), at, (size_t)part);
        int real = real_of(f)->pMethods->xWrite(real_of(f), from, part, at);
        if (rc == SQLITE_OK) rc = real;
    }
    return rc == SQLITE_IOERR ? SQLITE_IOERR_WRITE : rc;
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    bool half;
    int rc = judge(file_of(f)->owner, false, &half);
    if (rc) return SQLITE_IOERR_TRUNCATE;
    sqlite3_int64 now = 0;
    (void)real_of(f)->pMethods->xFileSize(real_of(f), &now);
    if (size < now) remember(file_of(f), size, (size_t)(now - size));
    return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static usec monotonic(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (usec)ts.tv_sec * USEC_SECOND + ts.tv_nsec / 1000;
}

static void pad(struct vfs_fault *o, usec began)
{
    pthread_mutex_lock(&o->lock);
    o->syncs++;
    usec left = o->pad_us - (monotonic() - began);
    pthread_mutex_unlock(&o->lock);
    if (left > 0) (void)usleep((useconds_t)left);
}

static int f_sync(sqlite3_file *f, int flags)
{
    bool half;
    usec began = monotonic();
    int rc = judge(file_of(f)->owner, false, &half);
    if (rc) return SQLITE_IOERR_FSYNC;
    if (file_of(f)->owner->real_sync) rc = real_of(f)->pMethods->xSync(real_of(f), flags);
    if (rc == SQLITE_OK) forget(file_of(f)->owner, file_of(f)->path);
    pad(file_of(f)->owner, began);
    return rc;
}

static int f_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int f_lock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int f_unlock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int f_check_lock(sqlite3_file *f, int *held)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), held);
}

static int f_control(sqlite3_file *f, int op, void *arg)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int f_sector_size(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int f_traits(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}

static int f_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void f_shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int f_shm_unmap(sqlite3_file *f, int remove)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = f_close,
    .xRead = f_read,
    .xWrite = f_write,
    .xTruncate = f_truncate,
    .xSync = f_sync,
    .xFileSize = f_size,
    .xLock = f_lock,
    .xUnlock = f_unlock,
    .xCheckReservedLock = f_check_lock,
    .xFileControl = f_control,
    .xSectorSize = f_sector_size,
    .xDeviceCharacteristics = f_traits,
    .xShmMap = f_shm_map,
    .xShmLock = f_shm_lock,
    .xShmBarrier = f_shm_barrier,
    .xShmUnmap = f_shm_unmap,
};

/* ---- the file system ---- */

static struct vfs_fault *owner_of(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

static int v_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *out_flags)
{
    struct vfs_fault *o = owner_of(vfs);
    struct file *file = file_of(f);
    file->owner = o;
    file->path = path;
    int rc = o->real->xOpen(o->real, path, file->real, flags, out_flags);
    f->pMethods = file->real->pMethods ? &methods : NULL;
    return rc;
}

static int v_delete(sqlite3_vfs *vfs, const char *path, int sync_dir)
{
    struct vfs_fault *o = owner_of(vfs);
    bool half;
    if (judge(o, false, &half)) return SQLITE_IOERR_DELETE;
    forget(o, path);
    return o->real->xDelete(o->real, path, sync_dir);
}

static int v_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    struct vfs_fault *o = owner_of(vfs);
    return o->real->xAccess(o->real, path, flags, out);
}

static int v_full_path(sqlite3_vfs *vfs, const char *path, int len, char *out)
{
    struct vfs_fault *o = owner_of(vfs);
    return o->real->xFullPathname(o->real, path, len, out);
}

static int v_random(sqlite3_vfs *vfs, int len, char *out)
{
    struct vfs_fault *o = owner_of(vfs);
    return o->real->xRandomness(o->real, len, out);
}

static int v_sleep(sqlite3_vfs *vfs, int us)
{
    struct vfs_fault *o = owner_of(vfs);
    return o->real->xSleep(o->real, us);
}

static int v_last_error(sqlite3_vfs *vfs, int len, char *out)
{
    struct vfs_fault *o = owner_of(vfs);
    return o->real->xGetLastError(o->real, len, out);
}

static int v_time(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    struct vfs_fault *o = owner_of(vfs);
    return o->real->xCurrentTimeInt64(o->real, out);
}

static int v_time_real(sqlite3_vfs *vfs, double *out)
{
    sqlite3_int64 ms = 0;
    int rc = v_time(vfs, &ms);
    *out = (double)ms / 86400000.0;
    return rc;
}

struct vfs_fault *vfs_fault_new(const char *name)
{
    struct vfs_fault *o = mem_new(sizeof *o);
    (void)pthread_mutex_init(&o->lock, NULL);
    o->real = sqlite3_vfs_find(NULL);
    if (!o->real) abort();
    o->vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = (int)sizeof(struct file) + o->real->szOsFile,
        .mxPathname = o->real->mxPathname,
        .zName = name,
        .pAppData = o,
        .xOpen = v_open,
        .xDelete = v_delete,
        .xAccess = v_access,
        .xFullPathname = v_full_path,
        .xRandomness = v_random,
        .xSleep = v_sleep,
        .xCurrentTime = v_time_real,
        .xGetLastError = v_last_error,
        .xCurrentTimeInt64 = v_time,
    };
    if (sqlite3_vfs_register(&o->vfs, 0) != SQLITE_OK) abort();
    return o;
}

void vfs_fault_free(struct vfs_fault *o)
{
    if (!o) return;
    (void)sqlite3_vfs_unregister(&o->vfs);
    while (o->undo) {
        struct undo *u = o->undo;
        o->undo = u->older;
        undo_free(u);
    }
    (void)pthread_mutex_destroy(&o->lock);
    mem_free(o);
}

void vfs_fault_plan(struct vfs_fault *o, struct vfs_plan plan)
{
    pthread_mutex_lock(&o->lock);
    o->plan = plan;
    o->changes = 0;
    o->fired = false;
    if (plan.fault == FAULT_POWER_OFF) o->power_matters = true;
    pthread_mutex_unlock(&o->lock);
}

bool vfs_fault_fired(struct vfs_fault *o)
{
    pthread_mutex_lock(&o->lock);
    bool fired = o->fired;
    pthread_mutex_unlock(&o->lock);
    return fired;
}

int64_t vfs_fault_syncs(struct vfs_fault *o)
{
    pthread_mutex_lock(&o->lock);
    int64_t n = o->syncs;
    pthread_mutex_unlock(&o->lock);
    return n;
}

void vfs_fault_pad_sync(struct vfs_fault *o, int64_t pad_us)
{
    pthread_mutex_lock(&o->lock);
    o->pad_us = pad_us;
    o->real_sync = true;
    pthread_mutex_unlock(&o->lock);
}

static void take_back(const struct undo *u)
{
    int fd = open(u->path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return; /* never became durable, and is gone */
    if (u->len && pwrite(fd, u->bytes, u->len, u->at) != (ssize_t)u->len) abort();
    if (ftruncate(fd, u->size)) abort();
    (void)close(fd);
}

/* Newest first, so that each finds the file as it left it. Taking back a write that made the file longer also cuts off
 * what lies beyond, so of a log a beginning stays; of writes in place, any choice of them. */
void vfs_fault_power_on(struct vfs_fault *o, uint64_t seed)
{
    uint64_t state = seed;
    while (o->undo) {
        struct undo *u = o->undo;
        o->undo = u->older;
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        bool keep = seed && (state >> 40) % 2;
        if (!keep) take_back(u);
        undo_free(u);
    }
    o->undo_count = 0;
    o->off = false;
    o->plan = (struct vfs_plan){ 0 };
}
