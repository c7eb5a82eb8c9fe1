/* Is a column still distributed as it was? Two samples go in, one yes or no a column comes out, with what spoke and how
 * much. A column drifts when a part of its battery is both unlikely (corrected for the number of parts and of columns)
 * and big enough to matter. docs/detection.md says how. */
#ifndef WEIR_DRIFT_H
#define WEIR_DRIFT_H

#include "weir.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_DRIFT_PARTS 12
#define WEIR_DRIFT_QUANTILES 7

struct weir_drift_part {
    int active;    /* it was part of this column's battery */
    int big;       /* its effect is big enough to matter */
    double p;      /* its own p-value */
    double charged; /* after the correction over the battery */
    double effect; /* weir_drift_part_unit(part) says of what */
};

/* Arrays of two: reference, current. What does not apply to the kind of the column is NAN. */
struct weir_drift {
    int drift;        /* the answer */
    int loudest;      /* weir_drift_part_name(loudest): what speaks most */
    double p, adjusted; /* of the column; after the correction across the columns decided together */
    struct weir_drift_part part[WEIR_DRIFT_PARTS];
    double rows[2], missing[2];
    double psi, js;   /* population stability index; Jensen-Shannon distance (nats) */
    /* numbers */
    double ks, ks_p, kuiper, wasserstein;
    double mean[2], sd[2];
    double quantile[2][WEIR_DRIFT_QUANTILES]; /* least, .01, .25, .5, .75, .99, most */
    /* words */
    double chi2, chi2_freedom, chi2_p, cramers_v, moved; /* moved: share of rows that would have to change */
    double distinct[2];
    size_t new_values, vanished_values;
    char sentence[240]; /* what changed most, for people, terminated */
};

WEIR_API const char *weir_drift_part_name(int part);
WEIR_API const char *weir_drift_part_unit(int part);

/* Exact. NaN: missing. Up to 2^30 rows each. Errors: WEIR_LIMIT (memory: weir_drift_numbers_memory tells how much),
 * WEIR_INPUT. */
WEIR_API size_t weir_drift_numbers_memory(size_t reference, size_t current);
WEIR_API int weir_drift_numbers(const double *reference, size_t m, const double *current, size_t n,
                                struct weir_memory memory, struct weir_drift *out, struct weir_error *error);
/* Values of a category; an element with ptr NULL is missing. */
WEIR_API size_t weir_drift_words_memory(void);
WEIR_API int weir_drift_words(const struct weir_text *reference, size_t m, const struct weir_text *current, size_t n,
                              struct weir_memory memory, struct weir_drift *out, struct weir_error *error);
/* Columns of one comparison together: sets p's correction across them and `drift` anew. alarm: the chance of a false
 * alarm in a table that has not changed, 0 .. 0.5; 0: 0.03. */
WEIR_API size_t weir_drift_decide_memory(size_t columns);
WEIR_API int weir_drift_decide(struct weir_drift *columns, size_t n, double alarm, struct weir_memory memory,
                               struct weir_error *error);

/* One pass over numbers in constant memory, for samples that do not fit: summaries that can be merged. A rank is off by
 * less than 0.0005 of the rows (two standard errors); different values past 1024 are told within 3 %. */
typedef struct weir_sketch weir_sketch;

WEIR_API size_t weir_sketch_size(void);
WEIR_API int weir_sketch_init(void *memory, size_t size, weir_sketch **out, struct weir_error *error);
WEIR_API void weir_sketch_add(weir_sketch *s, const double *values, size_t n);
WEIR_API void weir_sketch_merge(weir_sketch *s, const weir_sketch *from);
WEIR_API size_t weir_drift_sketches_memory(void);
WEIR_API int weir_drift_sketches(const weir_sketch *reference, const weir_sketch *current, struct weir_memory memory,
                                 struct weir_drift *out, struct weir_error *error);

/* ---- vectors (embeddings) and texts ---- */

struct weir_mmd_result {
    double distance; /* maximum mean discrepancy with Gaussian kernels, squared, biased: 0..2 */
    double excess;   /* the same less what chance alone gives: the effect size, about 0 when nothing differs */
    double p;
    size_t rows[2]; /* used; one with a number that is not finite is left out */
};
WEIR_API size_t weir_mmd_memory(size_t dims);
/* Rows of `dims` numbers, one after the other, 20 at least on each side; sees any difference of the distributions. The
 * seed draws the random features: the same seed gives the same answer. Errors: WEIR_INPUT (rows, dims past 4096),
 * WEIR_LIMIT. */
WEIR_API int weir_mmd(const double *reference, size_t m, const double *current, size_t n, size_t dims, uint64_t seed,
                      struct weir_memory memory, struct weir_mmd_result *out, struct weir_error *error);

#define WEIR_DOMAIN_TERMS 20
struct weir_domain_term {
    uint32_t column;
    double weight;         /* in log odds; above 0: speaks for current */
    struct weir_text name; /* of texts: the word; points into them */
};
struct weir_domain {
    double auc; /* 0.5: the two cannot be told apart, 1: always */
    double p;
    size_t rows[2];
    struct weir_domain_term terms[WEIR_DOMAIN_TERMS]; /* what tells them apart, heaviest first */
    size_t term_count;
};
WEIR_API size_t weir_domain_memory(size_t m, size_t n, size_t dims);
/* A classifier is trained to tell the sets apart, and scored on rows it has not seen. Of more than 10,000 rows evenly
 * spaced ones are taken. Errors: as above. */
WEIR_API int weir_domain(const double *reference, size_t m, const double *current, size_t n, size_t dims,
                         struct weir_memory memory, struct weir_domain *out, struct weir_error *error);
/* bytes: of all texts together */
WEIR_API size_t weir_domain_texts_memory(size_t m, size_t n, size_t bytes);
/* The same of texts, by their words. */
WEIR_API int weir_domain_texts(const struct weir_text *reference, size_t m, const struct weir_text *current, size_t n,
                               struct weir_memory memory, struct weir_domain *out, struct weir_error *error);

/* The same for values of a category: exact up to 4096 different ones; past that rare values are dropped, the frequent
 * ones kept and the number of different ones told within 3 % (one standard error). An element with ptr NULL is missing.
 */
typedef struct weir_words weir_words;

WEIR_API size_t weir_words_size(void);
WEIR_API int weir_words_init(void *memory, size_t size, weir_words **out, struct weir_error *error);
WEIR_API void weir_words_add(weir_words *w, const struct weir_text *values, size_t n);
WEIR_API void weir_words_merge(weir_words *w, const weir_words *from);
WEIR_API size_t weir_drift_counted_memory(void);
WEIR_API int weir_drift_counted(const weir_words *reference, const weir_words *current, struct weir_memory memory,
                                struct weir_drift *out, struct weir_error *error);

#ifdef __cplusplus
}
#endif

#endif
