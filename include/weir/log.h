/* Log lines: templates learned from the stream, alarms about what is unusual, and what is new in a failed run.
 * docs/detection.md says how. Lines come without their line end; any bytes are safe. */
#ifndef WEIR_LOG_H
#define WEIR_LOG_H

#include "weir.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- a log as it is written ---- */

typedef struct weir_log weir_log;

struct weir_log_alarm {
    int kind;       /* weir_log_alarm_name(kind): new, rate, sequence or value */
    uint32_t id;    /* of the template */
    uint32_t after; /* sequence: the template before it */
    uint64_t line;  /* that raised it, from 1 */
    double bits;    /* of surprise */
    double value,
        high; /* rate: lines in the window, and what is usual; value: the number, and the most that is usual */
};

struct weir_log_template {
    uint32_t id;
    uint64_t count, first, last; /* lines, and which of them, from 1 */
    struct weir_text sample;     /* its first line; lives as long as the log */
};

/* max: templates that are known at once, 16 .. 65536; past that those not seen for longest go. */
WEIR_API size_t weir_log_size(uint32_t max);
WEIR_API int weir_log_init(void *memory, size_t size, uint32_t max, weir_log **out, struct weir_error *error);
/* One line. time: 0 for all lines when they have none. *id is its template as known now. alarms: room for
 * WEIR_LOG_ALARMS_MAX; gives how many were written. */
#define WEIR_LOG_ALARMS_MAX 16
WEIR_API size_t weir_log_add(weir_log *log, struct weir_text line, int64_t time, uint32_t *id,
                             struct weir_log_alarm *alarms);
/* The template that `id` belongs to by now: templates may turn out to be one. 0: it was forgotten. */
WEIR_API uint32_t weir_log_root(const weir_log *log, uint32_t id);
/* The templates known now: *at begins at 0; gives 0 at the end. */
WEIR_API int weir_log_next(const weir_log *log, uint32_t *at, struct weir_log_template *out);
/* "Failed password for <*> from <*>", cut to size and terminated; gives its length. */
WEIR_API size_t weir_log_text(const weir_log *log, uint32_t id, char *out, size_t size);
WEIR_API const char *weir_log_alarm_name(int kind);

/* ---- a passed and a failed run ---- */

struct weir_log_line {
    uint32_t number;       /* in `fail`, from 1 */
    struct weir_text text; /* a part of `fail` */
    double score;          /* 0 .. 1, the higher the more it says */
    int begins;            /* the first of a block */
};

struct weir_log_diff {
    size_t pass_lines, fail_lines, fresh;
    const struct weir_log_line *lines; /* that carry the error, in order; in `memory` */
    size_t count;
    const struct weir_log_line *ranked; /* the best of them, best first; in `memory` */
    size_t ranked_count;
    int guessed; /* no line speaks of trouble: these are just what is new */
};

WEIR_API size_t weir_log_diff_memory(struct weir_text pass, struct weir_text fail);
WEIR_API int weir_log_diff(struct weir_text pass, struct weir_text fail, struct weir_memory memory,
                           struct weir_log_diff *out, struct weir_error *error);

#ifdef __cplusplus
}
#endif

#endif
