/* libweir allocates nothing, and glibc's qsort does: inside the library its name means the sort of base. It is not
 * exported. */
#include <stdlib.h>

#include "base/sort.h"

void qsort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *))
{
    sort_in_place(items, n, size, compare);
}
