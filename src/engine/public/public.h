/* What the public calls share: errors and memory at the border of libweir. */
#ifndef WEIR_ENGINE_PUBLIC_PUBLIC_H
#define WEIR_ENGINE_PUBLIC_PUBLIC_H

#include "base/arena.h"
#include "weir/weir.h"

/* Hand `e` to the caller; gives its code. `error` may be NULL. */
int public_error(err e, struct weir_error *error);
/* Whether an object fits in the caller's memory, which must be there and aligned for it. */
err public_room(const void *memory, size_t size, size_t needed, size_t align);
struct arena public_arena(struct weir_memory memory);

#endif
