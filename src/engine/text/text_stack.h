/* Several questions asked of the same text ("which category?", "how urgent?"), each with labels of its own, answered
 * together: one classifier (text_model.h) whose classes are the labels of all questions, one after another, and over it
 * a multinomial logistic for each question. That reads the scores of the question's own labels by words and by sentence
 * vectors, and what somebody else says of all labels (for inquiries: the words of a file, engine/desk), and was learned
 * from texts the scores had not seen (stacked generalisation: Wolpert, Neural Networks 5, 1992). Its probabilities add
 * up to 1 for each question.
 *
 * Vectors are dear, and most dear in their last layers. So there are three levels (a cascade: Viola and Jones, CVPR
 * 2001): by words; with the part of the vector that the first layers make; with all of it. A text goes on as long as a
 * question that more can help has no label that is plain enough; how plain, and which question gains by the last level,
 * was learned, too. Read-only bytes that may have been changed by anybody; nothing is allocated. Thread: any, each with
 * its own struct text_work. */
#ifndef WEIR_ENGINE_TEXT_STACK_H
#define WEIR_ENGINE_TEXT_STACK_H

#include "engine/text/text_model.h"

enum {
    TEXT_STACK_VERSION = 3,
    TEXT_STACK_QUESTIONS_MAX = 8,
    TEXT_STACK_LABELS_MAX = 64, /* of all questions together */
    TEXT_STACK_NAME_MAX = 32,   /* bytes, with the 0 */
    TEXT_STACK_LEVELS = 3,
    TEXT_STACK_INPUTS_MAX = 3 * TEXT_STACK_LABELS_MAX + 1,
};

struct text_question {
    char name[TEXT_STACK_NAME_MAX]; /* filled up with 0 */
    uint32_t first, count;          /* its labels among the model's */
    uint32_t deepest;               /* the last level that answers it: 1 or 2 */
    float plain; /* a label so likely answers it; above 1: none does before the last level */
};

/* The head of the file; offsets count from its first byte, sections begin at multiples of TEXT_ALIGN. */
struct text_stack_head {
    char magic[8]; /* "weirstck" */
    uint32_t version, questions;
    uint32_t extras; /* what somebody else must say: a number for each label, or 0 */
    uint32_t layers; /* of which layers of the encoder a vector is (encode.h); 0: there are none */
    uint32_t until;  /* layers up to this one make the first part of a vector; 0 without layers */
    uint32_t spare;  /* 0 */
    uint64_t size, check; /* of the whole file; hash64 of all after the head */
    uint64_t model, model_len;
    uint64_t weights[TEXT_STACK_LEVELS]; /* a level each: rows of text_stack_inputs numbers, a label each */
    uint64_t early; /* scores by the first part: rows of text_stack_early numbers and a constant, a label each */
    struct text_question question[TEXT_STACK_QUESTIONS_MAX];
};

struct text_stack {
    const struct text_stack_head *head;
    const float *weights[TEXT_STACK_LEVELS], *early;
    size_t early_dims;
    struct text_model model;
};

/* Check `bytes` (64-byte aligned, borrowed by *out). Errors: ERR_CORRUPT, ERR_TOO_NEW. */
MUST_USE err text_stack_open(str bytes, struct text_stack *out);
/* For what writes them: magic and version. */
void text_stack_begin(struct text_stack_head *h);

/* Of a vector of dims numbers: how many are of layers up to `until`. They come first. */
size_t text_stack_early(uint32_t layers, uint32_t until, size_t dims);

/* How many inputs the logistic of a question has, and the inputs: what others say, the own scores, 1. `dense`: NULL
 * when there is no vector. */
size_t text_stack_inputs(size_t extras, size_t labels, bool with_vector);
void text_stack_read(const struct text_question *q, const float *extra, size_t extras, const float *sparse,
                     const float *dense, float x[TEXT_STACK_INPUTS_MAX]);

/* Level 0, by words. p: a probability for each label; extra: head->extras numbers. */
void text_stack_judge(const struct text_stack *s, str text, const float *extra, struct text_work *w,
                      float p[TEXT_STACK_LABELS_MAX]);
/* Whether the level after this one may change what p says. */
bool text_stack_goes_on(const struct text_stack *s, unsigned level, const float *p);
/* Level 1 or 2, with a vector of length 1 and head->layers' width; level 1 reads its first part only. After
 * text_stack_judge, with the same extra, w and p: answers of questions that gain nothing by it stay. */
void text_stack_judge_vector(const struct text_stack *s, unsigned level, const float *vector, const float *extra,
                             struct text_work *w, float p[TEXT_STACK_LABELS_MAX]);

#endif
