/* A growing run of bytes with a maximum. Errors are sticky: past the maximum nothing is appended and `full` is set,
 * so a builder checks once at the end. */
#ifndef WEIR_BASE_BUF_H
#define WEIR_BASE_BUF_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

struct buf {
    char *ptr;
    size_t len, cap, max;
    bool full;
};

struct buf buf_init(size_t max);
void buf_done(struct buf *b);
/* A copy of what it holds, in `a`; the buffer is done with. */
str buf_take(struct buf *b, struct arena *a);
void buf_clear(struct buf *b); /* length 0, memory kept */
void buf_add(struct buf *b, str s);
void buf_char(struct buf *b, char c);
PRINTF_LIKE(2, 3) void buf_fmt(struct buf *b, const char *fmt, ...);
/* Room for `n` more bytes, or NULL (and full). Follow with b->len += written. */
char *buf_room(struct buf *b, size_t n);
static inline str buf_view(const struct buf *b)
{
    return (str){ b->ptr, b->len };
}

#endif
