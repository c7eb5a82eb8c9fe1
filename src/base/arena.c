#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/stop.h"

enum { BLOCK_MIN = 4096, BLOCK_MAX = 1 << 20, ALIGN = 16 };

struct arena_block {
    struct arena_block *older;
    size_t size, used;
    _Alignas(ALIGN) char bytes[];
};

static _Noreturn void out_of_memory(size_t size)
{
    char why[64];
    (void)snprintf(why, sizeof why, "out of memory (%zu bytes)", size);
    stop(why);
}

void *mem_new(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p) out_of_memory(size);
    return p;
}

void *mem_grow(void *p, size_t size)
{
    void *q = realloc(p, size ? size : 1);
    if (!q) out_of_memory(size);
    return q;
}

void mem_free(void *p)
{
    free(p);
}

char *mem_dup_z(str s)
{
    char *z = mem_new(s.len + 1);
    if (s.len) memcpy(z, s.ptr, s.len);
    return z;
}

struct arena arena_init(size_t max)
{
    return (struct arena){ .max = max };
}

struct arena arena_over(void *memory, size_t size)
{
    size_t skip = (ALIGN - (uintptr_t)memory % ALIGN) % ALIGN;
    struct arena a = { .fixed = true };
    if (!memory || size < skip + sizeof(struct arena_block)) return a;
    a.block = (struct arena_block *)((char *)memory + skip);
    *a.block = (struct arena_block){ .size = (size - skip - sizeof *a.block) / ALIGN * ALIGN };
    a.max = a.block->size;
    return a;
}

/* All that are newer than `last`. */
static void free_blocks(struct arena_block *b, const struct arena_block *last)
{
    while (b != last) {
        struct arena_block *older = b->older;
        mem_free(b);
        b = older;
    }
}

void arena_done(struct arena *a)
{
    if (a->fixed) {
        arena_reset(a);
        return;
    }
    free_blocks(a->block, NULL);
    *a = arena_init(a->max);
}

void arena_reset(struct arena *a)
{
    struct arena_block *b = a->block;
    if (!b) return;
    free_blocks(b->older, NULL);
    b->older = NULL;
    b->used = 0;
    a->used = 0;
    a->full = false;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){ a->block, a->block ? a->block->used : 0, a->used };
}

void arena_rewind(struct arena *a, struct arena_mark mark)
{
    free_blocks(a->block, mark.block);
    a->block = mark.block;
    if (a->block) a->block->used = mark.block_used;
    a->used = mark.used;
}

void *arena_try(struct arena *a, size_t size)
{
    size_t want = (size + ALIGN - 1) / ALIGN * ALIGN;
    struct arena_block *b = a->block;
    bool fits = b && b->size - b->used >= want;
    if (size > a->max || a->used + size > a->max || (a->fixed && !fits)) {
        a->full = true;
        return NULL;
    }
    if (!fits) {
        size_t grown = b ? b->size * 2 : BLOCK_MIN;
        size_t block = grown > BLOCK_MAX ? BLOCK_MAX : grown;
        if (block < want) block = want;
        b = mem_grow(NULL, sizeof *b + block);
        *b = (struct arena_block){ .older = a->block, .size = block };
        a->block = b;
    }
    void *p = b->bytes + b->used;
    b->used += want;
    a->used += want;
    memset(p, 0, want);
    return p;
}

void *arena_new(struct arena *a, size_t size)
{
    void *p = arena_try(a, size);
    if (!p) out_of_memory(size);
    return p;
}

str str_dup(struct arena *a, str s)
{
    char *p = arena_new(a, s.len + 1);
    if (s.len) memcpy(p, s.ptr, s.len);
    return (str){ p, s.len };
}

const char *str_z(struct arena *a, str s)
{
    return str_dup(a, s).ptr;
}

str str_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    assert(fmt);
    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    assert(len >= 0); /* only a broken format fails */
    char *p = arena_new(a, (size_t)len + 1);
    (void)vsnprintf(p, (size_t)len + 1, fmt, again);
    va_end(again);
    return (str){ p, (size_t)len };
}
