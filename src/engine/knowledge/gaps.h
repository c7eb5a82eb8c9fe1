/* Questions that ask for the same: grouped by the terms they share (Jaccard index of at least GAP_ALIKE of the terms of
 * the group's first question), newest first, so that a list of thousands becomes the few documents that are missing. */
#ifndef WEIR_ENGINE_KNOWLEDGE_GAPS_H
#define WEIR_ENGINE_KNOWLEDGE_GAPS_H

#include "base/arena.h"
#include "engine/knowledge/terms.h"

enum { GAP_TERMS_MAX = 32, GAP_QUESTIONS_MAX = 2000 };
#define GAP_ALIKE 0.5

struct gap {
    size_t first, count; /* the question that began it, and how many there are */
};

/* Groups with the most questions first. Errors: ERR_LIMIT (arena, n). */
MUST_USE err gaps_group(struct terms *t, const str *questions, size_t n, struct arena *a, struct gap **groups,
                        size_t *count);

#endif
