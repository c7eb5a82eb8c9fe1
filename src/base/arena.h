/* Memory follows the work: one arena per sample, step or request; everything in it goes at once.
 * mem_* is for objects with a life of their own. Small allocations never fail (they stop the program: the store
 * survives a crash by design); an arena has a cap, so a size that comes from outside is checked against it first. */
#ifndef WEIR_BASE_ARENA_H
#define WEIR_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *block; /* newest first */
    size_t used, max;          /* bytes handed out, and how many may be */
    bool full;                 /* arena_try was refused once */
    bool fixed;                /* its one block is the caller's memory */
};

/* An empty arena that hands out at most `max` bytes. Nothing is allocated until used. */
struct arena arena_init(size_t max);
/* An arena inside memory of the caller, who keeps it: nothing is allocated, ever. Some of it is for the arena itself.
 */
struct arena arena_over(void *memory, size_t size);
void arena_done(struct arena *a);  /* everything made in it is gone; the arena can be used again */
void arena_reset(struct arena *a); /* as arena_done, but keeps its first block for the next round */
/* A place to go back to: what was made after arena_mark goes with arena_rewind, for steps whose scratch would add up.
 */
struct arena_mark {
    struct arena_block *block;
    size_t block_used, used;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);
/* Zeroed, 16-byte aligned. Past the cap: stops the program (a broken promise of the caller). */
void *arena_new(struct arena *a, size_t size);
/* As arena_new, but NULL past the cap and a->full is set: for sizes that come from outside. */
void *arena_try(struct arena *a, size_t size);
str str_dup(struct arena *a, str s);          /* a terminated copy */
const char *str_z(struct arena *a, str s);    /* the same as a C string */
PRINTF_LIKE(2, 3) str str_fmt(struct arena *a, const char *fmt, ...);

#define ARENA_NEW(a, type) ((type *)arena_new((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_new((a), sizeof(type) * (n)))

void *mem_new(size_t size);                /* zeroed; never NULL */
void *mem_grow(void *p, size_t size);      /* realloc; never NULL */
void mem_free(void *p);                    /* accepts NULL */
char *mem_dup_z(str s);                    /* heap copy as a C string; mem_free it */

#endif
