/* A schedule as it was declared, and what is due of it at an instant: pure, so that a test or a replay may hold the
 * clock. The table of schedules is kept by flow.c. */
#ifndef WEIR_CORE_FLOW_SCHEDULE_H
#define WEIR_CORE_FLOW_SCHEDULE_H

#include "base/json.h"
#include "core/flow/cron.h"

enum { SCHEDULES_MAX = 200, SCHEDULE_ZONES_MAX = 32, SCHEDULE_MISSED_MAX = 1000, SCHEDULE_RETRIES_MAX = 20 };

/* One declaration; `step` is that of a command, as pipelines.yaml has it. The document "schedules" is
 * {"schedules":[{name, does, cron, zone, on, timeout_us, retries, retry_us, catch_up, step}], "zones":{NAME: base64 of
 * TZif}}; edge/flow/schedules_file.c makes it. */
struct schedule_rule {
    struct cron cron;
    const struct tz *tz;
    str cron_text, zone;
    bool on;       /* it runs unless a person says otherwise */
    bool catch_up; /* after a time without weir: the newest run that was missed is made up for */
    int64_t retries;
    usec retry;    /* wait before the first one; each further one waits twice as long, 6 hours at most */
};

/* Check every declaration: ERR_INPUT. For the document's acceptance. */
MUST_USE err schedules_check(json *document, struct arena *a);
/* The declaration of one name. ERR_NOT_FOUND, ERR_INPUT. */
MUST_USE err schedule_read(json *document, str name, struct arena *a, struct schedule_rule *out, json **spec);

struct schedule_due {
    usec planned;   /* the newest instant that has come */
    int64_t missed; /* instants that passed without a run: those before it, and it, too, when it is not run */
    bool run;
    usec next;      /* the first instant after now; USEC_MAX: none */
};
/* next: the instant it waited for, at most now. An instant counts as missed when it is more than a minute old: timers
 * fire at once while weir runs. At most SCHEDULE_MISSED_MAX are counted. */
struct schedule_due schedule_due(const struct schedule_rule *r, usec next, usec now);
/* How long to wait after failed attempt `attempt` (1..). */
usec schedule_wait(const struct schedule_rule *r, int64_t attempt);

#endif
