#include "edge/observe/sample_log.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { HEADER = 8, SEGMENTS_MAX = 4096, PATH_BYTES = 4096 };

struct segment {
    int64_t start, size;
    int fd;
    bool dirty; /* appended to since the last sync */
};

struct sample_log {
    struct env *env;
    char *dir;
    pthread_mutex_t lock;
    struct segment *segments; /* oldest first; the last is appended to */
    size_t count;
    bool broken;
};

static void segment_path(const struct sample_log *log, int64_t start, char out[PATH_BYTES])
{
    (void)snprintf(out, PATH_BYTES, "%s/%016llx.log", log->dir, (unsigned long long)start);
}

static uint32_t read_u32(const char *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint32_t crc_of(const char *p, size_t len)
{
    return (uint32_t)crc32(0, (const unsigned char *)p, (unsigned)len);
}

/* Length of the whole record at the start of `bytes`; 0 when it is cut short, negative when it cannot be one. */
static int64_t record_at(str bytes)
{
    if (bytes.len < HEADER) return 0;
    uint32_t len = read_u32(bytes.ptr);
    if (len == 0 || len > LOG_RECORD_MAX) return -1;
    if (bytes.len < HEADER + (size_t)len) return 0;
    return crc_of(bytes.ptr + HEADER, len) == read_u32(bytes.ptr + 4) ? HEADER + (int64_t)len : -1;
}

size_t log_record_begin(struct buf *out)
{
    size_t at = out->len;
    char *p = buf_room(out, HEADER);
    if (p) out->len += HEADER;
    return at;
}

void log_record_end(struct buf *out, size_t begun)
{
    if (out->full) return;
    size_t len = out->len - begun - HEADER;
    assert(len > 0 && len <= LOG_RECORD_MAX);
    uint32_t head[2] = { (uint32_t)len, crc_of(out->ptr + begun + HEADER, len) };
    memcpy(out->ptr + begun, head, HEADER);
}

static void add_segment(struct sample_log *log, struct segment s)
{
    log->segments = mem_grow(log->segments, (log->count + 1) * sizeof s);
    log->segments[log->count++] = s;
}

static struct segment *newest(struct sample_log *log)
{
    return &log->segments[log->count - 1];
}

static err create_segment(struct sample_log *log, int64_t start)
{
    char path[PATH_BYTES];
    if (log->count == SEGMENTS_MAX) return err_make(ERR_LIMIT, "the sample log has %d segments", SEGMENTS_MAX);
    segment_path(log, start, path);
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return err_errno("create %s", path);
    int dir = open(log->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0) {
        (void)fsync(dir); /* the name; the content follows with the next sync */
        (void)close(dir);
    }
    add_segment(log, (struct segment){ .start = start, .fd = fd });
    return OK;
}

static int by_start(const void *a, const void *b)
{
    const struct segment *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

static err find_segments(struct sample_log *log)
{
    DIR *d = opendir(log->dir);
    if (!d) return err_errno("open %s", log->dir);
    err e = OK;
    for (struct dirent *f; !e.code && (f = readdir(d));) {
        unsigned long long start;
        int used = 0;
        struct stat st;
        char path[PATH_BYTES];
        if (sscanf(f->d_name, "%16llx.log%n", &start, &used) != 1 || used != 20 || f->d_name[used]) continue;
        segment_path(log, (int64_t)start, path);
        int fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st)) e = err_errno("open %s", path);
        else if (log->count == SEGMENTS_MAX)
            e = err_make(ERR_LIMIT, "%s has more than %d segments", log->dir, SEGMENTS_MAX);
        else add_segment(log, (struct segment){ .start = (int64_t)start, .size = st.st_size, .fd = fd });
    }
    (void)closedir(d);
    if (log->count) qsort(log->segments, log->count, sizeof *log->segments, by_start);
    return e;
}

/* Only the newest segment can be torn: what follows the last whole record was never acknowledged. */
static err cut_torn_tail(struct sample_log *log)
{
    struct segment *s = newest(log);
    struct log_cursor c = log_cursor_init(log, s->start);
    str payload;
    while (log_cursor_next(&c, &payload) && !c.skipped) {}
    int64_t good = c.skipped ? c.at - c.skipped : c.at;
    log_cursor_done(&c);
    if (good - s->start == s->size) return OK;
    if (ftruncate(s->fd, good - s->start)) return err_errno("cut the torn end of the sample log");
    s->size = good - s->start;
    return OK;
}

err sample_log_open(str dir, int64_t least, struct env *env, struct sample_log **out, int64_t *lost)
{
    struct sample_log *log = mem_new(sizeof *log);
    log->env = env;
    log->dir = mem_dup_z(dir);
    (void)pthread_mutex_init(&log->lock, NULL);
    *lost = 0;
    err e = mkdir(log->dir, 0700) && errno != EEXIST ? err_errno("create %s", log->dir) : OK;
    if (!e.code) e = find_segments(log);
    if (!e.code && log->count) e = cut_torn_tail(log);
    if (e.code) goto fail;
    int64_t end = log->count ? newest(log)->start + newest(log)->size : 0;
    if (end < least) *lost = least - end;
    if (!log->count || end < least) e = create_segment(log, end < least ? least : 0);
    if (e.code) goto fail;
    *out = log;
    return OK;
fail:
    sample_log_close(log);
    return e;
}

void sample_log_close(struct sample_log *log)
{
    if (!log) return;
    for (size_t i = 0; i < log->count; i++) (void)close(log->segments[i].fd);
    (void)pthread_mutex_destroy(&log->lock);
    mem_free(log->segments);
    mem_free(log->dir);
    mem_free(log);
}

/* A write that failed half way is taken back; when that fails too, the file is in doubt and stays as it is. */
static err append_locked(struct sample_log *log, str framed)
{
    if (log->broken) return err_make(ERR_READ_ONLY, "the sample log is read-only after a failed write");
    struct segment *s = newest(log);
    if (s->size && s->size + (int64_t)framed.len > LOG_SEGMENT_MAX) {
        err e = create_segment(log, s->start + s->size);
        if (e.code) return e;
        s = newest(log);
    }
    err e = log->env->append(log->env, s->fd, framed);
    if (!e.code) {
        s->size += (int64_t)framed.len;
        s->dirty = true;
    } else if (ftruncate(s->fd, s->size)) {
        log->broken = true;
    }
    return e;
}

err sample_log_append(struct sample_log *log, str framed)
{
    (void)pthread_mutex_lock(&log->lock);
    err e = append_locked(log, framed);
    (void)pthread_mutex_unlock(&log->lock);
    return e;
}

/* The descriptors are doubled so that appends, and cuts, go on while the disk works. */
err sample_log_sync(struct sample_log *log)
{
    enum { AT_ONCE = 16 };
    int fds[AT_ONCE];
    size_t n = 0;
    (void)pthread_mutex_lock(&log->lock);
    for (size_t i = 0; i < log->count && n < AT_ONCE; i++) {
        struct segment *s = &log->segments[i];
        if (!s->dirty) continue;
        s->dirty = false;
        fds[n++] = fcntl(s->fd, F_DUPFD_CLOEXEC, 0);
    }
    (void)pthread_mutex_unlock(&log->lock);
    err e = OK;
    for (size_t i = 0; i < n; i++) {
        err one = fds[i] < 0 ? err_make(ERR_IO, "no descriptor left to sync the sample log")
                             : log->env->sync(log->env, fds[i]);
        if (one.code) e = one;
        if (fds[i] >= 0) (void)close(fds[i]);
    }
    if (!e.code) return OK;
    (void)pthread_mutex_lock(&log->lock);
    log->broken = true;
    (void)pthread_mutex_unlock(&log->lock);
    return e;
}

int64_t sample_log_start(struct sample_log *log)
{
    (void)pthread_mutex_lock(&log->lock);
    int64_t start = log->segments[0].start;
    (void)pthread_mutex_unlock(&log->lock);
    return start;
}

int64_t sample_log_end(struct sample_log *log)
{
    (void)pthread_mutex_lock(&log->lock);
    int64_t end = newest(log)->start + newest(log)->size;
    (void)pthread_mutex_unlock(&log->lock);
    return end;
}

void sample_log_cut(struct sample_log *log, int64_t offset)
{
    (void)pthread_mutex_lock(&log->lock);
    size_t gone = 0;
    while (gone + 1 < log->count && log->segments[gone].start + log->segments[gone].size <= offset) {
        char path[PATH_BYTES];
        segment_path(log, log->segments[gone].start, path);
        (void)close(log->segments[gone].fd);
        (void)unlink(path);
        gone++;
    }
    log->count -= gone;
    memmove(log->segments, log->segments + gone, log->count * sizeof *log->segments);
    (void)pthread_mutex_unlock(&log->lock);
}

struct log_cursor log_cursor_init(struct sample_log *log, int64_t at)
{
    return (struct log_cursor){ .log = log, .at = at };
}

void log_cursor_done(struct log_cursor *c)
{
    mem_free(c->block);
    *c = (struct log_cursor){ 0 };
}

/* The segment that holds offset `at`, or the next one behind it; NULL past the end. */
static const struct segment *segment_for(const struct sample_log *log, int64_t at)
{
    for (size_t i = 0; i < log->count; i++)
        if (at < log->segments[i].start + log->segments[i].size) return &log->segments[i];
    return NULL;
}

/* Read a block from c->at on; false when there is nothing. Holes between segments count as skipped. */
static bool fill(struct log_cursor *c)
{
    if (!c->block) c->block = mem_new(LOG_BLOCK);
    c->len = c->used = 0;
    (void)pthread_mutex_lock(&c->log->lock);
    const struct segment *s = segment_for(c->log, c->at);
    if (s) {
        if (c->at < s->start) c->skipped += s->start - c->at;
        if (c->at < s->start) c->at = s->start;
        int64_t left = s->start + s->size - c->at;
        ssize_t n = pread(s->fd, c->block, left < LOG_BLOCK ? (size_t)left : LOG_BLOCK, c->at - s->start);
        c->len = n > 0 ? (size_t)n : 0;
    }
    (void)pthread_mutex_unlock(&c->log->lock);
    return c->len > 0;
}

/* A record that does not check out makes the rest of its segment unreadable: where the next begins is not known. */
static void skip_segment(struct log_cursor *c)
{
    (void)pthread_mutex_lock(&c->log->lock);
    const struct segment *s = segment_for(c->log, c->at);
    int64_t to = s ? s->start + s->size : c->at;
    (void)pthread_mutex_unlock(&c->log->lock);
    c->skipped += to - c->at;
    c->at = to;
    c->len = c->used = 0;
}

bool log_cursor_next(struct log_cursor *c, str *payload)
{
    for (bool fresh = false;;) {
        str rest = { c->block ? c->block + c->used : NULL, c->len - c->used };
        int64_t n = rest.len ? record_at(rest) : 0;
        if (n > 0) {
            *payload = (str){ rest.ptr + HEADER, (size_t)n - HEADER };
            c->used += (size_t)n;
            c->at += n;
            return true;
        }
        if (n < 0 || (fresh && rest.len)) { /* broken, or cut short although the block began with it */
            skip_segment(c);
            fresh = false;
            continue;
        }
        if (!fill(c)) return false;
        fresh = true;
    }
}
