#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

struct buf buf_init(size_t max)
{
    return (struct buf){ .max = max };
}

void buf_done(struct buf *b)
{
    mem_free(b->ptr);
    *b = buf_init(b->max);
}

str buf_take(struct buf *b, struct arena *a)
{
    str s = str_dup(a, buf_view(b));
    buf_done(b);
    return s;
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->full = false;
}

char *buf_room(struct buf *b, size_t n)
{
    if (b->full || n > b->max - b->len) {
        b->full = true;
        return NULL;
    }
    if (b->cap - b->len < n) {
        size_t cap = b->cap ? b->cap * 2 : 256;
        while (cap < b->len + n) cap *= 2;
        b->ptr = mem_grow(b->ptr, cap);
        b->cap = cap;
    }
    return b->ptr ? b->ptr + b->len : NULL; /* no bytes are wanted of a buffer that has none */
}

void buf_add(struct buf *b, str s)
{
    char *to = buf_room(b, s.len);
    if (!to || s.len == 0) return;
    memcpy(to, s.ptr, s.len);
    b->len += s.len;
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, (str){ &c, 1 });
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    assert(fmt);
    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    assert(len >= 0); /* only a broken format fails */
    char *to = buf_room(b, (size_t)len + 1);
    if (to) {
        (void)vsnprintf(to, (size_t)len + 1, fmt, again);
        b->len += (size_t)len;
    }
    va_end(again);
}
