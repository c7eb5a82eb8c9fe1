/* What to do with an effect that was started and has no outcome: the process that did it is gone. */
#ifndef WEIR_EDGE_ACT_RECOVER_H
#define WEIR_EDGE_ACT_RECOVER_H

#include "edge/act/act.h"

enum recovery {
    RECOVER_UNKNOWN, /* nobody knows: report so */
    RECOVER_WAIT,    /* a child of it still lives: wait for its end, then report */
    RECOVER_AGAIN,   /* the target drops copies: do it again under the same key */
};
/* pid, pid_start as recorded. *survivor is the living process for RECOVER_WAIT. */
enum recovery recover_plan(struct act *x, int64_t pid, int64_t pid_start, int *survivor);
/* What a process that does this effect carries in its environment: its name, and of which of the machine's stores. */
str recover_mark(const struct act *x);

#endif
