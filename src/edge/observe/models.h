/* The settings that a series' detector learned from labelled incidents: one document of kind "models" in the journal,
 * every version of which is kept, so that a promotion can be read, replayed and taken back.
 *
 *   {"version":2,"learned_to":871,"series":[{"series":"rows","sensitivity":2,"version":2,"score":0.8,"before":0.5,
 *    "labels":9,"held_back":3,"from":TIME,"to":TIME,"data":"SHA-256 of the samples"}]}
 *
 * The newest challenger of each series that was not promoted is in a document of kind "models_tried", written alike,
 * with the settings it would have replaced ("today") and "why" it did not. */
#ifndef WEIR_EDGE_OBSERVE_MODELS_H
#define WEIR_EDGE_OBSERVE_MODELS_H

#include "base/json.h"
#include "base/time.h"

enum { MODELS_MAX = 100000, MODELS_BYTES_MAX = 64 << 20 };

struct model {
    str series;                /* its text */
    double sensitivity;        /* of detect_config, 0.25..4 */
    int64_t version;           /* of the document that promoted it */
    double score, before;      /* on held-back history: its own, and that of what it replaced */
    int64_t labels, held_back; /* incidents it was chosen by, and those kept back to judge it */
    usec from, to;             /* samples it has seen */
    str data;                  /* SHA-256 over their chunks */
    str why;                   /* of one that was tried: why it was not promoted; empty: it is in force */
    double today;              /* and the sensitivity that stayed */
};

struct models {
    int64_t version;     /* 0: none yet */
    int64_t learned_to;  /* newest label that was looked at */
    struct model *items; /* by series */
    size_t count;
};

/* An empty text is version 0. Strings live in `a`. Errors: ERR_INPUT, ERR_LIMIT. */
MUST_USE err models_parse(str text, struct arena *a, struct models *out);
str models_text(const struct models *m, struct arena *a);
/* Both documents as one object: that in force, and "tried". */
str models_report(const struct models *m, const struct models *tried, struct arena *a);
/* Adds to m, which has the room, those of `more` that name a series which neither m nor `but` names; then m is in
 * order. */
void models_add(struct models *m, const struct models *more, const struct models *but);
/* NULL: this series has none. */
const struct model *models_find(const struct models *m, str series);

#endif
