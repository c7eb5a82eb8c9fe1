/* Memory that is free, but that the C library still holds. */
#ifndef WEIR_EDGE_MEMORY_H
#define WEIR_EDGE_MEMORY_H

#include <stddef.h>

/* Gives free memory back to the system when it is `least` bytes or more, and says how much was free; 0 where the C
 * library does not tell. It takes the allocator's locks one after another: not for a thread somebody waits for. */
size_t memory_give_back(size_t least);

#endif
