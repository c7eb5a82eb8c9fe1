/* Texts into classes that are known by their names alone, as `weir classify --labels` does: nothing is trained. A name
 * is put into four sentences; a text belongs to the class whose sentences are nearest in meaning. Method:
 * engine/text/text_zero.h and docs/text.md. */
#ifndef WEIR_NAMES_H
#define WEIR_NAMES_H

#include "weir/encode.h"
#include "weir/weir.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_NAMES_MAX 1000
/* Texts a class, from which on they are judged together. */
#define WEIR_NAMES_TOGETHER 5

struct weir_name {
    struct weir_text label;       /* underscores and dashes are read as spaces */
    struct weir_text
        description; /* what it stands for, as it would end "This is about ..."; empty: the label says it */
};

/* What stands for n classes: a vector each (not of length 1) into out[n * WEIR_ENCODE_DIM]. Of a label and a
 * description the first 2 KiB count. Four texts are encoded a class, so keep the vectors. Gives WEIR_OK, WEIR_INPUT (a
 * class without label and description). */
WEIR_API int weir_encode_names(weir_encoder *e, const struct weir_name *names, size_t n, float *out,
                               struct weir_error *error);
/* Bytes of work that serve to classify so many texts. */
WEIR_API size_t weir_classify_names_memory(size_t names, size_t texts);
/* Probabilities of `count` texts into p[count * n], a row a text; each row adds up to 1.
 *
 * names    n (2..WEIR_NAMES_MAX) vectors of weir_encode_names.   texts: vectors of weir_encode, count of them.
 * Fewer than n * WEIR_NAMES_TOGETHER texts are judged one by one. From there on they are judged together: both clouds
 * are centred and names move towards the texts that chose them (soft k-means). That is more often right, but then what
 * is said of a text depends on the others of the call: the same texts in other calls may get other probabilities, and
 * other classes. The probabilities were held against nothing; their order is worth more than their size.
 * Gives WEIR_OK, WEIR_LIMIT (work), WEIR_INPUT (n; a vector that is zero or no number). */
WEIR_API int weir_classify_names(const float *names, size_t n, const float *texts, size_t count,
                                 struct weir_memory work, float *p, struct weir_error *error);

#ifdef __cplusplus
}
#endif
#endif
