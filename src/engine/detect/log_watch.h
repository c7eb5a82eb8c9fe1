/* Watching a log as it is written: what is unusual is told with its reason.
 *
 *   new        a template that never was, where new ones have become rare
 *   rate       a template comes much more or much less often than it did (per minute; per 1000 lines when lines have no
 * time) sequence   a template follows two others that it never followed, where what follows is well known (the idea of
 * DeepLog, Du et al., CCS 2017, with counts in a hash table in place of a network) value      a parameter far outside
 * of its range, or a new one among few that are used over and over
 *
 * How surprising something never seen is, is estimated from how often that happened before in the same place: T kinds
 * in N observations give T / (N + T) (Witten and Bell, IEEE Trans. Inf. Theory 1991). Rates and numbers are judged by
 * their own past (tail.h). Each alarm has a surprise in bits, and at most one in 2^bits is expected by chance; a place
 * that spoke rests.
 *
 * Memory is the caller's, of fixed size; when a table is full, what does not fit is not judged. Pure: times come from
 * the lines. Thread: any, one at a time. */
#ifndef WEIR_ENGINE_DETECT_LOG_WATCH_H
#define WEIR_ENGINE_DETECT_LOG_WATCH_H

#include "base/time.h"
#include "engine/detect/log_templates.h"

enum { LOG_ALARMS_MAX = 16 }; /* of one line */

#define LOG_ALARM_LIST(X)                                                                                              \
    X(NEW, "new")                                                                                                      \
    X(RATE, "rate")                                                                                                    \
    X(SEQUENCE, "sequence")                                                                                            \
    X(PARAMETER, "value")
#define LOG_ALARM_ENUM(name, text) LOG_ALARM_##name,
enum log_alarm_kind { LOG_ALARM_LIST(LOG_ALARM_ENUM) LOG_ALARM_KINDS };
#undef LOG_ALARM_ENUM
const char *log_alarm_text(enum log_alarm_kind kind);

struct log_alarm {
    enum log_alarm_kind kind;
    uint32_t template; /* id */
    uint32_t after;    /* SEQUENCE: the template before it */
    uint64_t line;     /* that raised it, from 1 */
    double bits;       /* of surprise */
    double value,
        high; /* RATE: lines in the window, and what is usual; PARAMETER: the number, and the largest that is usual */
    uint64_t seen; /* NEW: lines, SEQUENCE: times the two came before, PARAMETER: values seen there */
    str word;      /* PARAMETER: the value; a view into the line */
    bool numeric;  /* PARAMETER: value and high are set */
};

struct log_watch;

size_t log_watch_size(uint32_t max_templates);
struct log_watch *log_watch_new(struct arena *a, uint32_t max_templates);
/* One line; `at`: its time, 0 = it has none (then all have none). Alarms go to `out`; the number of them is returned,
 * and `hit` says which template the line belongs to. */
size_t log_watch_add(struct log_watch *w, str line, usec at, struct log_hit *hit, struct log_alarm out[LOG_ALARMS_MAX]);
const struct log_templates *log_watch_templates(const struct log_watch *w);

/* The time at the beginning of a line, from ISO 8601 and its relatives ("2015-07-29 19:29:38,052", "2024/01/02
 * 03:04:05") or syslog
 * ("Dec 10 06:55:46", in the year 1972); 0 when there is none. */
usec log_line_time(str line);

#endif
