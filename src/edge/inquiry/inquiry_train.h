/* A model of inquiries from labelled ones: category, sentiment and urgency as three questions of one model
 * (engine/text/text_stack.h), with what the words of a file say beside it. Thread: any, one in the process at a time.
 */
#ifndef WEIR_EDGE_INQUIRY_TRAIN_H
#define WEIR_EDGE_INQUIRY_TRAIN_H

#include "edge/text/stack_train.h"
#include "edge/text/text_file.h"
#include "engine/desk/desk.h"

enum {
    INQUIRY_QUESTIONS = 3,
    INQUIRY_EXAMPLES_MAX = 200000,
    /* What it is about stands in the last, how it sounds and presses in the middle: chosen on our own examples, where
     * one hand wrote those to learn from and another those to judge. */
    INQUIRY_LAYERS = 1 << 3 | 1 << 4 | 1 << 6,
    INQUIRY_UNTIL = 3, /* alone enough for how it sounds and presses */
};
extern const char *const inquiry_questions[INQUIRY_QUESTIONS]; /* category, sentiment, urgency */

struct inquiry_examples {
    struct arena arena;
    size_t rows, cap;
    str *text;  /* desk_said */
    str (*label)[INQUIRY_QUESTIONS];
    struct desk_verdict *said; /* what the words say */
    uint8_t *seen;             /* with it the words were written */
    uint32_t *file;            /* in which it stood, counted from 0 */
    size_t files;
    size_t refused;            /* rows that could not be read, or lack a label */
};

/* The rows of a file (CSV, JSON Lines): subject, body, category, sentiment, urgency. May be called for file after file
 * with the same `x`, zeroed before the first. Errors: of the file, ERR_INPUT (a column is missing), ERR_LIMIT. */
MUST_USE err inquiry_examples_read(str path, const struct desk_rules *rules, bool seen, struct inquiry_examples *x);
void inquiry_examples_done(struct inquiry_examples *x);

/* What the words say of a label, as the model reads it: the logarithm of its probability. */
float inquiry_extra(const struct desk_axis *axis, str label);

/* Five files or more are held back one at a time (stack_train.h). n->scratch NULL: without sentence vectors. Errors: of
 * stack_train. */
MUST_USE err inquiry_train(struct inquiry_examples *x, const struct text_encoder *n, uint64_t seed, struct buf *out,
                           struct stack_report *report);

#endif
