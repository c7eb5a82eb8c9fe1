/* The last 8 KiB of what a program printed: what a person would look at first. */
#ifndef WEIR_EDGE_ACT_TAIL_H
#define WEIR_EDGE_ACT_TAIL_H

#include "base/arena.h"
#include "base/str.h"

enum { TAIL_MAX = 8192 };

struct tail {
    char ring[TAIL_MAX];
    uint64_t total; /* bytes ever added */
};

void tail_add(struct tail *t, str bytes);
/* The text kept, at most TAIL_MAX bytes of valid UTF-8 in a: terminal colours and control characters are left out,
 * bytes that are no UTF-8 become '?'. When something was cut off, it begins at a line's start if there is one. */
str tail_text(const struct tail *t, struct arena *a);

#endif
