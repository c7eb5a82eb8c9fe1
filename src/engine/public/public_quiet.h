/* Counts what a test program asks libc for: libweir asks for nothing. Under a sanitizer, which has an allocator of its
 * own, nothing is counted. Expects `static struct weir_error error` where QUIET is used. In one file of a program. */
#ifndef WEIR_ENGINE_PUBLIC_QUIET_H
#define WEIR_ENGINE_PUBLIC_QUIET_H

#include <stdlib.h>

#include "test.h"

static size_t asked;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
    asked++;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    asked++;
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
    asked++;
    return __libc_realloc(p, size);
}
#endif

/* Counts what `call` asks for; its own memory is made before. */
#define QUIET(call)                                                                                                    \
    do {                                                                                                               \
        asked = 0;                                                                                                     \
        int quiet_code = (call);                                                                                       \
        size_t quiet_asked = asked;                                                                                    \
        CHECK_I64((int64_t)quiet_asked, 0);                                                                            \
        if (quiet_code) test_failed(__FILE__, __LINE__, "%s: %s", #call, error.message);                               \
    } while (0)

#endif
