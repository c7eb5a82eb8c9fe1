/* Knobs of a pipeline as its steps see them: WEIR_KNOB_<NAME> in the environment, and a limit of memory. */
#ifndef WEIR_EDGE_ACT_KNOBS_H
#define WEIR_EDGE_ACT_KNOBS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

enum { KNOBS_MAX = 64, KNOB_NAME_MAX = 64, KNOB_VALUE_MAX = 256 };

struct knobs {
    struct knob {
        str name, value, effect; /* effect: concurrency, batch_size, cache, memory_limit, plain */
    } items[KNOBS_MAX];
    size_t count;
};

/* From a JSON array of {"name","value","effect"}; without "value", "default" counts. What is malformed is left out. */
void knobs_read(json *list, struct knobs *out);
/* Set one; adds it when it is not there. */
void knobs_set(struct knobs *k, str name, str value);
/* Bytes of the memory_limit knob (its value is in MiB), 0 = none. */
uint64_t knobs_memory_max(const struct knobs *k);
/* {"name":"value",...}, empty when there are none. */
str knobs_json(const struct knobs *k, struct arena *a);
/* [{"name","value","effect"}], what knobs_read takes. */
str knobs_list_json(const struct knobs *k, struct arena *a);
/* "WEIR_KNOB_BATCH_SIZE=100", terminated. */
const char *knob_env(const struct knob *k, struct arena *a);

/* NULL-ended environment: `base` (NULL-ended, may be NULL) without what `extra` sets, then extra. */
char **env_list(char *const *base, const char *const *extra, size_t extra_count, struct arena *a);

#endif
