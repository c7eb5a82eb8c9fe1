/* Texts into the classes that `weir text train` learned, as `weir classify --model` does: a probability a label, the
 * labels that hold the truth nine times in ten, "none of these", and the words that spoke. The model is a file; map it
 * or read it into memory. With sentence vectors (weir/encode.h) it is more often right than by words alone. Methods:
 * engine/text/text_model.h and docs/text.md. */
#ifndef WEIR_CLASSIFY_H
#define WEIR_CLASSIFY_H

#include "weir/weir.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_LABELS_MAX 1000
/* Words that are weighed: of the first 1024 bytes of a text. */
#define WEIR_CLUES_MAX 64

typedef struct weir_classifier weir_classifier;

/* Of texts like those of training, the truth is in the set of so many in a hundred. */
enum weir_level { WEIR_SET_90, WEIR_SET_95, WEIR_SET_99 };

struct weir_verdict {
    const float *p;      /* a probability a label; they add up to 1 */
    size_t best;         /* the likeliest label */
    const uint16_t *set; /* the labels that hold the truth, likeliest first; one at least */
    size_t set_count;
    int none;       /* 1: "none of these"; p, best and set are as if it were one of them */
    int known;      /* 0: nothing of the text is known from training, and no vector was given */
    double outside; /* log odds of "none of these"; -inf: the model was not taught it */
};

struct weir_clue {
    size_t at, len; /* the word in the text */
    double gain;    /* how much less would speak for the label without it; below 0: it spoke against */
};

/* Bytes of memory a classifier takes: some hundred. */
WEIR_API size_t weir_classifier_size(void);
/* model    the bytes of a model file, borrowed: they must stay as long as the classifier, at an address that divides by
 * 64. All of it is read once and checked. memory   of weir_classifier_size() bytes at any alignment of 16, borrowed.
 * out: set on success only. Gives WEIR_OK, WEIR_LIMIT (memory too small), WEIR_INPUT (alignment), WEIR_CORRUPT (no
 * model, or changed), WEIR_TOO_NEW (of a later weir). */
WEIR_API int weir_classifier_init(void *memory, size_t size, const void *model, size_t model_size,
                                  weir_classifier **out, struct weir_error *error);
WEIR_API size_t weir_classifier_labels(const weir_classifier *c); /* 2..WEIR_LABELS_MAX */
/* UTF-8, of the model's bytes; empty when there is no such label. */
WEIR_API struct weir_text weir_classifier_label(const weir_classifier *c, size_t label);
/* Numbers of the vectors that the model takes; 0: it knows words alone. */
WEIR_API size_t weir_classifier_dim(const weir_classifier *c);
/* The layers that weir_encode_layers shall make them of; 0: it takes none, or some that were made elsewhere. */
WEIR_API unsigned weir_classifier_layers(const weir_classifier *c);

/* Bytes of work for the two calls below: some 3 MB, at any alignment of 16. They only read the classifier, so that many
 * threads may share one, each with work of its own. */
WEIR_API size_t weir_classify_memory(void);
/* Of a text the first 8 KiB count. vector: weir_classifier_dim() numbers, of length 1; NULL: by words alone; not read
 * when the model takes none. *out points into work. Gives WEIR_OK, WEIR_LIMIT (work), WEIR_INPUT (level, vector). */
WEIR_API int weir_classify(const weir_classifier *c, struct weir_text text, const float *vector, enum weir_level level,
                           struct weir_memory work, struct weir_verdict *out, struct weir_error *error);
/* The words that spoke for or against a label, strongest first, at most `max` (and WEIR_CLUES_MAX) into out. By words
 * and characters; a vector has no words. The text is classified once a word. Gives WEIR_OK, WEIR_LIMIT (work),
 * WEIR_INPUT (no such label). */
WEIR_API int weir_classify_why(const weir_classifier *c, struct weir_text text, size_t label, struct weir_memory work,
                               struct weir_clue *out, size_t max, size_t *count, struct weir_error *error);

#ifdef __cplusplus
}
#endif
#endif
