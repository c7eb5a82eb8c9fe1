/* Labels for texts that have none, from those of texts near them: every text is joined with the ten nearest, and labels
 * flow along, weaker with every step (D. Zhou, O. Bousquet, T. Lal, J. Weston, B. Schoelkopf, Learning with Local and
 * Global Consistency, NIPS 2003). The constants were chosen on the training part of banking77. Thread: any. */
#ifndef WEIR_EDGE_TEXT_SPREAD_H
#define WEIR_EDGE_TEXT_SPREAD_H

#include "engine/text/text_near.h"

enum { TEXT_JOINED = 10 };

struct text_graph {
    size_t rows;
    uint32_t *to;  /* rows x TEXT_JOINED: the nearest of each; the row itself where there are fewer */
    float *weight; /* of these, over the roots of what both ends weigh in all */
};

/* Join each of `rows` vectors (dims bytes each, times near[i].scale) with its nearest. rows squared products. */
void text_graph_make(const int8_t *vectors, const struct text_near *near, size_t rows, size_t dims,
                     struct text_graph *out);
/* guess[i]: the class whose labels reach row i most; TEXT_UNKNOWN (text_data.h) where none does. label: a class below
 * `classes`, or anything above for a text that has none. guess may be label. */
void text_graph_spread(const struct text_graph *g, const uint32_t *label, size_t classes, uint32_t *guess);
void text_graph_done(struct text_graph *g);

#endif
