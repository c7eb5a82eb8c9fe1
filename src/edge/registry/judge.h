/* Two classifiers of texts on one held-back set. Case by case, so that luck can be told from a gain. */
#ifndef WEIR_EDGE_REGISTRY_JUDGE_H
#define WEIR_EDGE_REGISTRY_JUDGE_H

#include "edge/registry/registry.h"
#include "edge/text/text_data.h"

struct judged {
    double accuracy, macro_f1;
    double us; /* a text, without the sentence vector */
};

/* Judge `challenger` (bytes of a file of weir text train) and, unless it is empty, `champion` on the labelled rows of
 * d; a label that a model does not know counts as missed. Bytes are 8-byte aligned. metric: accuracy or macro_f1.
 * encoder: path of the sentence encoder's model, used when it is there and a model wants vectors. Fills *s but for its
 * champion number; both may be NULL. d gets vectors. Errors: ERR_INPUT (no labelled row, another metric), ERR_CORRUPT,
 * ERR_TOO_NEW. Thread: any. */
MUST_USE err judge_texts(str champion, str challenger, struct text_data *d, str encoder, str metric, struct arena *a,
                         struct registry_scores *s, struct judged out[2]);

#endif
