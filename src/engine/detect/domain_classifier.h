/* Can two sets of rows be told apart? Trains a classifier to do it and scores it on rows it has not seen: if it does
 * better than chance, the sets differ, and what it went by says how. Lopez-Paz and Oquab, "Revisiting Classifier
 * Two-Sample Tests", ICLR 2017. The classifier is logistic.h; the score is the ROC AUC of five folds, the p-value that
 * of Mann and Whitney (1947) with ties, one-sided, the folds taken together. Two builders make rows of it: numbers
 * (embeddings) and text (hashed words). Deterministic. Pure; memory from the caller's arena. Thread: any. */
#ifndef WEIR_ENGINE_DETECT_DOMAIN_CLASSIFIER_H
#define WEIR_ENGINE_DETECT_DOMAIN_CLASSIFIER_H

#include "engine/detect/logistic.h"

enum {
    DOMAIN_FOLDS = 5,
    DOMAIN_ROWS_MIN = 20,    /* on each side */
    DOMAIN_ROWS_MAX = 10000, /* on each side; of more, evenly spaced ones are taken */
    DOMAIN_DIMS_MAX = 4096,
    DOMAIN_WORD_BUCKETS = 1 << 15,
    DOMAIN_WORDS_MAX = 512, /* of one text; further ones are not looked at */
    DOMAIN_TERMS = 10       /* most that are named on each side */
};

struct domain_rows {
    struct sparse x;
    unsigned char *current; /* 0: reference, 1: current; one a row */
    const str *names;       /* of the columns; empty: none. For words: the one most seen in its bucket */
};

struct domain_result {
    double auc;                /* 0.5: cannot be told apart, 1: always; below 0.5 by chance only */
    double p;                  /* chance of such an AUC when both sets come from one distribution */
    size_t reference, current; /* rows that were used */
    struct domain_term {
        uint32_t column;
        double weight;         /* in log odds; above 0: speaks for current */
    } terms[2 * DOMAIN_TERMS]; /* heaviest first */
    size_t term_count;
};

/* Rows of `dims` numbers each, one row after the other. Columns are scaled by their median and spread; a value that is
 * not finite stands for the median. Errors: ERR_INPUT (too few rows, dims out of 1..DOMAIN_DIMS_MAX), ERR_LIMIT. */
MUST_USE err domain_numbers(const double *reference, size_t reference_rows, const double *current, size_t current_rows,
                            size_t dims, struct arena *a, struct domain_rows *out);
/* Texts: words are runs of letters, digits and bytes past ASCII, compared without regard to ASCII case. The names point
 * into the texts. Errors: as above. */
MUST_USE err domain_texts(const str *reference, size_t reference_rows, const str *current, size_t current_rows,
                          struct arena *a, struct domain_rows *out);
/* The next of those words, cut off *rest; empty when there is none. */
str domain_word(str *rest);
/* Errors: ERR_INPUT (fewer than DOMAIN_ROWS_MIN rows on a side), ERR_LIMIT. */
MUST_USE err domain_classify(const struct domain_rows *rows, struct arena *a, struct domain_result *out);
struct domain_scored {
    double score;
    unsigned char current;
};
/* ROC AUC of scores, equal ones counting half, and the variance it has when scores say nothing. NAN when a class is
 * missing. Sorts the rows. */
double domain_auc(struct domain_scored *rows, size_t n, double *null_variance);

#endif
