/* What training a stack shares between its files: stack_train.c learns, stack_depth.c finds how far a text goes,
 * stack_write.c makes the file. */
#ifndef WEIR_EDGE_TEXT_STACK_INTERNAL_H
#define WEIR_EDGE_TEXT_STACK_INTERNAL_H

#include "edge/text/stack_train.h"
#include "edge/text/text_linear.h"
#include "edge/text/text_terms.h"

struct stacking {
    const struct stack_data *d;
    size_t labels, folds;
    struct text_question question[TEXT_STACK_QUESTIONS_MAX];
    struct text_terms terms;
    double *idf;
    uint8_t *fold, *use;
    float *early;                  /* rows x early_dims: the first part of the vectors */
    size_t early_dims, levels;     /* levels: 1 without vectors */
    /* A level each: held-back scores (rows x labels) and probabilities (a question after the other), classifiers (the
     * classes of all questions side by side), the logistics' weights. */
    float *score[TEXT_STACK_LEVELS], *held[TEXT_STACK_LEVELS];
    struct text_linear all[TEXT_STACK_LEVELS];
    float *weights[TEXT_STACK_LEVELS];
    unsigned seed;
};

/* Whether row i counts in the report, and in how far extras are trusted. */
static inline bool stack_counts(const struct stack_data *d, size_t i)
{
    return !(d->seen && d->seen[i]);
}

/* Held-back probabilities of a question, rows x classes. */
static inline float *stack_held(const struct stacking *s, size_t q, size_t level)
{
    return s->held[level] + s->question[q].first * s->d->rows;
}

/* How good probabilities of a question (rows x classes) are, by the rows that count. */
struct text_quality stack_quality(const struct stacking *s, size_t q, const float *p);

/* Weights of a level's logistics, all questions together. */
size_t stack_weights(const struct stacking *s, size_t level);

/* Sets deepest and plain of each question from what is held back, and fills the report's qualities and shares. */
void stack_find_depth(struct stacking *s, struct stack_report *r);

/* Appends the file. Errors: ERR_LIMIT. */
MUST_USE err stack_write(const struct stacking *s, const struct stack_report *r, struct buf *out);

#endif
