/* How good a ranking is, against judgements: nDCG (Järvelin and Kekäläinen 2002, gain = grade, discount log2(rank +
 * 1)), recall, reciprocal rank; and what can be said of an answer made from passages without asking a model. */
#ifndef WEIR_ENGINE_KNOWLEDGE_MEASURE_H
#define WEIR_ENGINE_KNOWLEDGE_MEASURE_H

#include "base/arena.h"
#include "base/str.h"

struct judgement {
    uint32_t doc;
    int grade; /* over 0: relevant */
};

/* `ranked`: documents, best first, each once. 0 without a relevant one among the judgements. */
double measure_ndcg(const uint32_t *ranked, size_t n, const struct judgement *j, size_t judged, size_t k);
double measure_recall(const uint32_t *ranked, size_t n, const struct judgement *j, size_t judged, size_t k);
double measure_rr(const uint32_t *ranked, size_t n, const struct judgement *j, size_t judged, size_t k);

#endif
