/* A trained classifier of texts in one run of bytes that can be mapped from a file: what edge/text writes and anybody
 * may have changed. One linear row of 8-bit weights a feature (engine/text/text_features.h), scores as in Joachims,
 * ECML 1998, one class against the rest; and, when it was trained with sentence vectors, a linear head on these. Scores
 * of both become probabilities by one factor each, fitted on held-back folds (Platt, 1999; Guo et al., ICML 2017:
 * temperature). Little-endian machines. Nothing is allocated; the model is read-only and may be used from many threads,
 * each with its own struct text_work. */
#ifndef WEIR_ENGINE_TEXT_MODEL_H
#define WEIR_ENGINE_TEXT_MODEL_H

#include <stdbool.h>

#include "base/err.h"
#include "engine/text/text_features.h"
#include "engine/text/text_rows.h"

enum {
    TEXT_CLASSES_MAX = 1000,
    TEXT_ROWS_MAX = (1 << 20) - 1,
    TEXT_DIMS_MAX = 2688, /* all layers of the encoder */
    TEXT_NEIGHBOURS_MAX = 1 << 20,
    TEXT_LABEL_MAX = 200, /* bytes */
    TEXT_MODEL_VERSION = 2,
    TEXT_LEVELS = 3, /* of prediction sets */
    TEXT_OUTSIDE_TERMS = 4,
    TEXT_ALIGN = 64,
};
extern const double text_levels[TEXT_LEVELS]; /* .90, .95, .99 */

/* How scores become probabilities: the softmax of the scores of each kind times its factor. */
enum text_factor { TEXT_SPARSE, TEXT_DENSE, TEXT_NEAR_VOTE, TEXT_FACTORS };
struct text_scale {
    float factor[TEXT_FACTORS];
    float miss[TEXT_LEVELS]; /* the right class has a probability of at least 1 - miss in that share of texts */
    float
        outside[TEXT_OUTSIDE_TERMS + 1]; /* weights of enum text_outside, and a constant: log odds of "none of these" */
    float threshold;                       /* from these log odds on it is said; +inf: never */
};
/* What tells a text of no class: the highest sparse margin, the highest of the head, the mean cosine to the five
 * nearest training texts that had labels, the cosine to the nearest centre of a class. */
enum text_outside { OUTSIDE_SPARSE, OUTSIDE_DENSE, OUTSIDE_NEAREST, OUTSIDE_CENTRE };

/* A text of training: its vector is 8-bit numbers times this scale. */
struct text_near {
    float scale;
    uint32_t class; /* TEXT_GUESSED is set where nobody said so, but texts near it */
};
#define TEXT_GUESSED (1U << 31)

/* The head of the file. Offsets count from its first byte, sections begin at multiples of TEXT_ALIGN. */
struct text_head {
    char magic[8]; /* "weirtext" */
    uint32_t version, classes, rows, index_bits, stride, dims, neighbours, views;
    uint32_t near_dims; /* the last of the dims: what neighbours and centres are made of */
    uint32_t layers;    /* of the encoder that make up a vector (engine/encode/encode.h); 0: made elsewhere */
    uint64_t size, check; /* of the whole file; hash64 of all after the head */
    uint64_t labels, scale, bias, index, weights, head, centres, vectors, near, about, about_len;
    struct text_scale scales[2]; /* without and with a sentence vector */
};

/* An entry of the index: 0 is free, else row + 1 below and a part of the hash above. A hash looks from the place its
 * highest bits name, at most TEXT_PROBES on. */
enum { TEXT_ROW_BITS = 20, TEXT_PROBES = 64 };
static inline uint32_t text_index_entry(uint64_t hash, uint32_t row)
{
    return (uint32_t)hash << TEXT_ROW_BITS | (row + 1);
}

struct text_model {
    const struct text_head *head;
    const uint32_t *label_at; /* classes + 1 offsets into label_text */
    const char *label_text;
    const float *scale, *bias; /* a class each */
    const uint32_t *index;     /* 0: none; else row + 1 in the low 20 bits, 12 bits of the hash above */
    const int8_t *weights;     /* stride bytes a row: those of all classes, zeros, and at the end the idf (float) */
    const float *dense;     /* classes rows of dims weights and a constant */
    const float *centres;   /* classes unit vectors of near_dims */
    const int8_t *vectors;  /* neighbours rows of near_dims bytes */
    const struct text_near *near;
    text_add_fn *add;       /* fastest that this processor has; all give the same sums */
};

/* Check `bytes` (8-byte aligned, borrowed by *out) and make it usable. Errors: ERR_CORRUPT (not a model, cut short or
 * changed), ERR_TOO_NEW. */
MUST_USE err text_model_open(str bytes, struct text_model *out);
/* For what writes models: magic and version. */
void text_model_begin(struct text_head *h);
/* How much a feature counts that stands so often in a text: 1 + ln. */
double text_tf(uint32_t count);
str text_label(const struct text_model *m, size_t i);
/* What training wrote about itself: JSON. */
str text_model_about(const struct text_model *m);

struct text_term {
    uint32_t row, count;
};
/* About 2 MB: one a thread, zeroed once. */
struct text_work {
    struct text_features features;
    uint32_t slot[1 << 18]; /* of terms, by row; only the first few are used by short texts */
    struct text_term term[TEXT_FEATURES_MAX];
    uint32_t once[TEXT_FEATURES_MAX];
    float margin[TEXT_CLASSES_MAX], dense[TEXT_CLASSES_MAX], vote[TEXT_CLASSES_MAX];
    int32_t sum[TEXT_CLASSES_MAX + 64];
    float many[TEXT_CLASSES_MAX], near[TEXT_DIMS_MAX];
};

/* Distance from the separating plane of each class, into w->margin. False when no feature of the text is known. */
bool text_margins(const struct text_model *m, str text, struct text_work *w);

struct text_guess {
    float p[TEXT_CLASSES_MAX]; /* a class each; they add up to 1 */
    size_t best;
    bool known;    /* some feature of the text was seen in training, or a vector was given */
    float outside; /* log odds that it is none of the classes; -inf when the model was not taught it */
    bool reject;   /* outside is past the model's threshold */
};
/* `vector`: the text's sentence vector (dims floats, length 1), or NULL when there is none or the model has no head. */
void text_classify(const struct text_model *m, str text, const float *vector, struct text_work *w,
                   struct text_guess *out);
/* Its parts, for training. Scores of the head on a vector; the last near_dims of dims numbers, as a vector of length 1;
 * the cosine of such to the nearest centre; the softmax of `kinds` kinds of scores times their factors. */
void text_dense_scores(const struct text_model *m, const float *vector, float *out);
/* The same by any rows of dims weights (a multiple of 8) and a constant. */
void text_row_scores(const float *rows, size_t classes, size_t dims, const float *vector, float *out);
void text_near_part(const float *vector, size_t dims, size_t near_dims, float *out);
float text_centre(const struct text_model *m, const float *near);
void text_softmax(const float *const score[TEXT_FACTORS], const float factor[TEXT_FACTORS], size_t kinds, size_t n,
                  float *p);

/* The classes that together hold the truth in text_levels[level] of texts like those of training, likeliest first
 * (split conformal prediction: Vovk, Gammerman, Shafer, 2005; least ambiguous sets: Sadinle, Lei, Wasserman, JASA
 * 2019). At least one. Gives how many. */
size_t text_prediction_set(const struct text_model *m, const struct text_guess *g, size_t level, bool with_vector,
                           uint16_t set[TEXT_CLASSES_MAX]);

#endif
