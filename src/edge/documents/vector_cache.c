#include "edge/documents/vector_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file_put.h"

struct record {
    struct sha256 of;
    float scale;
    int32_t sum;
    int8_t bytes[EMBED_DIM];
};

/* Of the encoder's file format and width: another one begins anew. */
static const char head[16] = "weir minilm v1\n";

struct slot {
    struct record *r;
    bool marked;
};

struct vector_cache {
    int fd;
    off_t end; /* of the whole records in the file */
    const char *path;
    struct arena a;
    struct slot *slots; /* open addressing by the digest's first bytes */
    size_t cap, count;
};

static size_t slot_of(const struct vector_cache *c, const struct sha256 *of)
{
    size_t at = 0;
    memcpy(&at, of->b, sizeof at);
    at &= c->cap - 1;
    while (c->slots[at].r && memcmp(&c->slots[at].r->of, of, sizeof *of) != 0) at = (at + 1) & (c->cap - 1);
    return at;
}

static void grow(struct vector_cache *c)
{
    if (2 * (c->count + 1) <= c->cap) return;
    struct slot *before = c->slots;
    size_t cap = c->cap;
    c->cap = cap ? 2 * cap : 1024;
    c->slots = mem_new(c->cap * sizeof *c->slots);
    for (size_t i = 0; i < cap; i++)
        if (before[i].r) c->slots[slot_of(c, &before[i].r->of)] = before[i];
    mem_free(before);
}

static struct record *keep(struct vector_cache *c, const struct record *r)
{
    grow(c);
    size_t at = slot_of(c, &r->of);
    if (c->slots[at].r) return c->slots[at].r;
    c->slots[at].r = ARENA_NEW(&c->a, struct record);
    *c->slots[at].r = *r;
    c->count++;
    return c->slots[at].r;
}

/* What is whole is taken; a record cut by a crash is written over. */
static err load(struct vector_cache *c)
{
    char first[sizeof head];
    struct record r;
    off_t at = sizeof head;
    if (pread(c->fd, first, sizeof first, 0) != sizeof first || memcmp(first, head, sizeof head) != 0) {
        bool ok = ftruncate(c->fd, 0) == 0 && pwrite(c->fd, head, sizeof head, 0) == sizeof head;
        if (!ok) return err_errno("write the cache of vectors");
    }
    while (pread(c->fd, &r, sizeof r, at) == sizeof r) {
        (void)keep(c, &r);
        at += (off_t)sizeof r;
    }
    c->end = at;
    return ftruncate(c->fd, at) ? err_errno("the cache of vectors") : OK;
}

err vector_cache_open(str path, struct vector_cache **out)
{
    struct vector_cache *c = mem_new(sizeof *c);
    *c = (struct vector_cache){ .fd = -1, .a = arena_init(SIZE_MAX / 2) };
    err e = OK;
    if (path.len) {
        c->path = str_z(&c->a, path);
        c->fd = open(c->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        e = c->fd < 0 ? err_errno("open " STR_FMT, STR_ARG(path)) : load(c);
    }
    if (e.code) vector_cache_close(c);
    else *out = c;
    return e;
}

void vector_cache_close(struct vector_cache *c)
{
    if (!c) return;
    if (c->fd >= 0) (void)close(c->fd);
    mem_free(c->slots);
    arena_done(&c->a);
    mem_free(c);
}

bool vector_cache_get(const struct vector_cache *c, const struct sha256 *of, struct packed *out)
{
    const struct record *r = c->cap ? c->slots[slot_of(c, of)].r : NULL;
    if (r) *out = (struct packed){ r->bytes, r->scale, r->sum };
    return r != NULL;
}

err vector_cache_put(struct vector_cache *c, const struct sha256 *of, const struct packed *v)
{
    struct record r = { .of = *of, .scale = v->scale, .sum = v->sum };
    memcpy(r.bytes, v->bytes, sizeof r.bytes);
    size_t before = c->count;
    (void)keep(c, &r);
    if (c->count == before || c->fd < 0) return OK;
    /* Always behind the last whole one: a part of one, of a disk that was full, is written over. */
    if (pwrite(c->fd, &r, sizeof r, c->end) != (ssize_t)sizeof r) return err_errno("write the cache of vectors");
    c->end += (off_t)sizeof r;
    return OK;
}

void vector_cache_mark(struct vector_cache *c, const struct sha256 *of)
{
    struct slot *at = c->cap ? &c->slots[slot_of(c, of)] : NULL;
    if (at && at->r) at->marked = true;
}

/* The slots anew, with what is marked, and no mark. */
static void keep_marked(struct vector_cache *c)
{
    struct slot *before = c->slots;
    c->slots = mem_new(c->cap * sizeof *c->slots);
    c->count = 0;
    for (size_t i = 0; i < c->cap; i++) {
        if (!before[i].marked) continue;
        c->slots[slot_of(c, &before[i].r->of)].r = before[i].r;
        c->count++;
    }
    mem_free(before);
}

err vector_cache_drop_unmarked(struct vector_cache *c)
{
    if (!c->cap) return OK;
    keep_marked(c);
    if (c->fd < 0) return OK;
    struct buf b = buf_init(sizeof head + (c->count + 1) * sizeof(struct record));
    buf_add(&b, (str){ head, sizeof head });
    for (size_t i = 0; i < c->cap; i++)
        if (c->slots[i].r) buf_add(&b, (str){ (const char *)c->slots[i].r, sizeof(struct record) });
    off_t end = (off_t)b.len;
    err e = file_put(c->path, buf_view(&b), 0600, FILE_PUT_REPLACE);
    buf_done(&b);
    if (e.code) return e;
    int fd = open(c->path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return err_errno("open %s", c->path);
    (void)close(c->fd);
    c->fd = fd;
    c->end = end;
    return OK;
}

size_t vector_cache_count(const struct vector_cache *c)
{
    return c->count;
}
