/* Memory that is free, but that the C library still holds. */
#ifndef WEIR_EDGE_MEMORY_H
#define WEIR_EDGE_MEMORY_H

#include <stddef.h>

/* Before threads begin: large blocks go back to the system as soon as they are free. Without it the C library learns
 * from large blocks to keep as much for each thread (glibc: twice the largest, up to 64 MB), and what lies at the end
 * of a thread's memory memory_give_back does not reach. Does nothing where the C library is another. */
void memory_keep_little(void);
/* Gives free memory back to the system when it is `least` bytes or more, and says how much was free; 0 where the C
 * library does not tell. It takes the allocator's locks one after another: not for a thread somebody waits for. */
size_t memory_give_back(size_t least);

#endif
