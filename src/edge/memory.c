#include "edge/memory.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

void memory_keep_little(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 20); /* setting one of them ends the learning */
    (void)mallopt(M_TRIM_THRESHOLD, 4 << 20);
#endif
}

size_t memory_give_back(size_t least)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    size_t idle = mallinfo2().fordblks; /* what was given back already counts, too: giving it again costs little */
    if (idle && idle >= least) (void)malloc_trim(0);
    return idle;
#else
    (void)least;
    return 0;
#endif
}
