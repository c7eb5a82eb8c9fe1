/* A set of 64-bit numbers (digests: already spread), each with a mark. 0 is none of them. On the heap, one owner. */
#ifndef WEIR_EDGE_DOCUMENTS_ID_SET_H
#define WEIR_EDGE_DOCUMENTS_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_set { /* zeroed: empty */
    uint64_t *ids;
    uint32_t *marks;
    size_t cap, count; /* cap: places to walk over, those with id 0 are free */
};

void id_set_done(struct id_set *s); /* empty again */
void id_set_add(struct id_set *s, uint64_t id, uint32_t mark);
/* True: it is there, and has this mark from now on. */
bool id_set_mark(struct id_set *s, uint64_t id, uint32_t mark);
bool id_set_has(const struct id_set *s, uint64_t id);
void id_set_keep(struct id_set *s, uint32_t mark); /* without those that have another mark */

#endif
