#include "edge/memory.h"

#include <unistd.h>

#include "base/arena.h"
#include "test.h"

enum { BLOCKS = 1000, BLOCK = 100000 };

static size_t resident(void)
{
    unsigned long pages = 0, all = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    CHECK(f && fscanf(f, "%lu %lu", &all, &pages) == 2);
    (void)fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* A small block above the others holds them all, as in a server that has had large requests. */
TEST(free_memory_below_used_memory_goes_back)
{
    static void *blocks[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) memset(blocks[i] = mem_new(BLOCK), 1, BLOCK);
    void *above = mem_new(100);
    size_t full = resident();
    for (int i = 0; i < BLOCKS; i++) mem_free(blocks[i]);
    size_t idle = memory_give_back((size_t)BLOCKS * BLOCK / 2);
    if (idle >= (size_t)BLOCKS * BLOCK / 2) CHECK(resident() + (size_t)BLOCKS * BLOCK / 2 < full);
    else (void)printf("# skipped: this allocator does not tell what is free\n");
    mem_free(above);
}

TEST(little_is_kept)
{
    size_t idle = memory_give_back(SIZE_MAX);
    CHECK(idle < SIZE_MAX);
}
