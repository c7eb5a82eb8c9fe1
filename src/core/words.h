/* Words shared by the parts of the core: severities, and the kinds of causes weir can name. */
#ifndef WEIR_CORE_WORDS_H
#define WEIR_CORE_WORDS_H

#include "base/str.h"

enum severity { SEV_LOW = 1, SEV_MEDIUM, SEV_HIGH, SEV_CRITICAL };

const char *severity_text(int severity);   /* "LOW" .. "CRITICAL" */
int severity_of(str text, int fallback);

/* Kinds of causes. A remedy's fitness is declared against these words, and outcomes are counted by them. */
#define CAUSE_LIST(X)                                                                                                  \
    X(SOURCE_TIMEOUT, "source.timeout", "a source did not answer in time")                                             \
    X(SOURCE_UNREACHABLE, "source.unreachable", "a source refuses connections or cannot be resolved")                 \
    X(SOURCE_AUTH, "source.auth", "a source refuses the credentials")                                                  \
    X(SCHEMA_MISSING, "schema.missing_column", "a column the step needs is gone")                                      \
    X(SCHEMA_CHANGED, "schema.changed", "a column changed its type or meaning")                                        \
    X(DATA_DUPLICATED, "data.duplicated", "rows were loaded more than once")                                           \
    X(DATA_MISSING, "data.missing", "rows or files are missing")                                                       \
    X(DATA_INVALID, "data.invalid", "values do not parse or break a constraint")                                       \
    X(DATA_GROWN, "data.grown", "the input is much larger than before")                                                \
    X(DATA_DRIFTED, "data.drifted", "values are distributed differently than before")                                  \
    X(RESOURCE_MEMORY, "resource.memory", "a step ran out of its memory limit")                                        \
    X(RESOURCE_DISK_FULL, "resource.disk_full", "the disk is full")                                                    \
    X(RESOURCE_DISK_SLOW, "resource.disk_slow", "the disk is slow")                                                    \
    X(RESOURCE_CPU, "resource.cpu", "the machine has too little processor time")                                       \
    X(LOCK, "lock.contention", "another process holds a lock")                                                         \
    X(UPSTREAM_FAILED, "upstream.failed", "a pipeline it reads from failed")                                           \
    X(UPSTREAM_LATE, "upstream.late", "a pipeline it reads from is late")                                              \
    X(CODE_ERROR, "code.error", "the step's own code failed")                                                          \
    X(PERMISSION, "permission", "a file or object may not be read or written")                                         \
    X(CHANGE, "change.deploy", "it began right after a change")                                                        \
    X(SERVICE_DEGRADED, "service.degraded", "a service it calls is slow or failing")                                   \
    X(UNKNOWN, "unknown", "the evidence names no cause")

#define CAUSE_ENUM(name, text, sentence) CAUSE_##name,
enum cause_kind { CAUSE_LIST(CAUSE_ENUM) CAUSE_COUNT };
#undef CAUSE_ENUM

const char *cause_text(enum cause_kind kind);     /* "source.timeout" */
const char *cause_sentence(enum cause_kind kind);
enum cause_kind cause_of(str text);               /* CAUSE_UNKNOWN when it is no such word */

#endif
