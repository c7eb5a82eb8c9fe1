/* A model of several questions (engine/text/text_stack.h) from labelled texts. Parts of the texts are held back in
 * turn: each source (a file, a writer) where there are five or more, or the parts would show what a known hand costs
 * and not a new one; else five parts dealt by a hash of the text. Classifiers of the rest score them; from these
 * scores, and from what else is said of the texts, the logistics learn, and then one factor a question, by which
 * probabilities of what was held back are likeliest (temperature: Guo et al., ICML 2017). The same data, options and
 * seed give the same bytes. Uses the C library's rand(): one at a time in a process. */
#ifndef WEIR_EDGE_TEXT_STACK_TRAIN_H
#define WEIR_EDGE_TEXT_STACK_TRAIN_H

#include "base/buf.h"
#include "edge/text/text_fit.h"
#include "engine/text/text_stack.h"

enum { STACK_FOLDS = 5, STACK_FOLDS_MAX = 16, STACK_TEXT_LEAST = 20 };

struct stack_data {
    size_t rows, questions;
    const str *text;
    const char *name[TEXT_STACK_QUESTIONS_MAX];
    size_t classes[TEXT_STACK_QUESTIONS_MAX];
    const str *label_name[TEXT_STACK_QUESTIONS_MAX];
    const uint32_t *label[TEXT_STACK_QUESTIONS_MAX]; /* a label each row, below classes */
    const float *extra;                              /* rows x extras; NULL: none */
    size_t extras;                                   /* 0, or the labels of all questions together */
    /* Rows whose extras are too good, because who said them had seen the texts: they teach the classifiers, but not how
     * far extras can be trusted, and are not counted in the report. */
    const uint8_t *seen;
    const uint32_t *source; /* below sources, of each row; NULL: all of one */
    size_t sources;
    const float *vector; /* rows x dims, of length 1; NULL: none */
    size_t dims;
    uint32_t layers; /* of the encoder, that vectors are of */
    uint32_t until;  /* the first part of a vector: layers up to this one, one of them at least */
};

struct stack_report {
    /* A question each, without and with vectors: of texts that neither classifiers nor logistics had seen. With vectors
     * is as it judges: of each text as much of the vector as it wants. */
    struct text_quality quality[2][TEXT_STACK_QUESTIONS_MAX];
    float plain[TEXT_STACK_QUESTIONS_MAX]; /* as text_question has it; 0 without vectors */
    double share[TEXT_STACK_LEVELS]; /* of the texts held back, how many each level is the last for */
    size_t counted, features;
};

/* Appends the file to `out`. Errors: ERR_INPUT (too few texts, a label without a text), ERR_LIMIT. */
MUST_USE err stack_train(const struct stack_data *d, uint64_t seed, struct buf *out, struct stack_report *report);

#endif
