/* The demo's voice: journal entries told as a story, as they commit, at 80 columns. Nothing is told that is not an
 * entry. */
#ifndef WEIR_SIM_NARRATE_H
#define WEIR_SIM_NARRATE_H

#include <stdbool.h>
#include <stdio.h>

#include "store/journal.h"

/* Tell one entry; kinds without a story print nothing. `since` is when the fault began, for "after 2.1 s". */
void narrate(FILE *out, bool color, const struct entry *e, usec since, struct arena *a);
/* A line of the demo itself, such as "round 3 of 8". */
PRINTF_LIKE(3, 4) void narrate_note(FILE *out, bool color, const char *fmt, ...);

#endif
