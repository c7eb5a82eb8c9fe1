/* Sentence vectors of training texts in 8 bits, and how near a text is to those of each class: the vote of all of them,
 * weighted by exp(20 cosine) (a kernel density on the sphere). Pure. Thread: any. */
#ifndef WEIR_ENGINE_TEXT_NEAR_H
#define WEIR_ENGINE_TEXT_NEAR_H

#include "engine/text/text_model.h"

enum { TEXT_NEAREST = 5 };

/* x (n floats) as 8-bit numbers; gives their scale. */
float text_vector_pack(const float *x, size_t n, int8_t *out);
/* The sum of products; n is a multiple of 16. */
int32_t text_vector_dot(const int8_t *a, const int8_t *b, size_t n);
/* Over `count` vectors: log share of the vote a class (0 or less), and the mean of the TEXT_NEAREST highest cosines to
 * texts that had labels. Neighbour number `skip` is left out (SIZE_MAX: none): a text of training shall not vote for
 * itself. */
void text_near_vote(const int8_t *vectors, const struct text_near *near, size_t count, size_t dims, size_t classes,
                    const float *vector, size_t skip, float *vote, float *nearest);

#endif
