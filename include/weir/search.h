/* Passages found by their words and by their meaning: BM25 with identifiers whole and in parts (KubePodCrashLooping is
 * also kube, pod, crash, loop), an exact scan of vectors in bytes, both scores on 0..1 and weighed; the same ranking as
 * `weir knowledge search`. An index is made once and asked often; what changes is made anew. */
#ifndef WEIR_SEARCH_H
#define WEIR_SEARCH_H

#include "weir/weir.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_SEARCH_DIM_MAX 4096
#define WEIR_SEARCH_FOUND_MAX 200
#define WEIR_SEARCH_REASONS 8

typedef struct weir_search weir_search;

/* The stem of a word (UTF-8, lower case, without accents) into out[room]; gives its length, 0 = the word itself. Room
 * is 64 bytes. Must give the same each time. */
typedef size_t weir_stem(void *ctx, const char *word, size_t len, char *out, size_t room);

struct weir_search_options {
    size_t dim;       /* numbers of a vector; 0 = words only */
    weir_stem *stem;  /* NULL: words count as they are. Snowball's English stemmer is what weir itself uses */
    void *ctx;        /* for stem */
    double words, vector, title; /* shares of the three scores; all 0 = .45, .40, .15 */
};

struct weir_passage {
    uint32_t document;         /* yours; passages of one document are added one after another */
    struct weir_text title, text; /* borrowed: they must stay as long as the index */
    const float *vector, *title_vector; /* dim numbers each, of length 1, copied; NULL = none */
    double prior;              /* added to the score of 0..1: what you know beside the text; 0 = nothing */
};

struct weir_reason {
    size_t at, len;  /* the word in the question */
    double share;    /* of the score by words, 0..1 */
};

struct weir_found {
    size_t passage;      /* in the order of adding: the best of its document */
    uint32_t document;
    double score;        /* 0..1 within this search, and the prior */
    double words;        /* BM25 in the units of the index */
    double similarity, title_similarity; /* cosines; NaN without a vector */
    double covered;      /* of the question's words, by rarity, 0..1 */
    struct weir_reason reasons[WEIR_SEARCH_REASONS];
    size_t reason_count;
};

/* Bytes that serve for an index of ordinary text: so many passages with so many bytes of titles and texts in all,
 * titles counted for each passage. Text of nothing but rare words may take more. */
WEIR_API size_t weir_search_memory(size_t passages, size_t bytes, size_t dim);
/* memory: 16-aligned, borrowed. Gives WEIR_OK, WEIR_LIMIT, WEIR_INPUT (options). */
WEIR_API int weir_search_init(void *memory, size_t size, const struct weir_search_options *options, weir_search **out,
                              struct weir_error *error);
/* Gives WEIR_OK; WEIR_LIMIT: the memory is full; WEIR_INPUT: after weir_search_finish. */
WEIR_API int weir_search_add(weir_search *s, const struct weir_passage *p, struct weir_error *error);
/* Ready to be asked. Gives WEIR_OK, WEIR_LIMIT. */
WEIR_API int weir_search_finish(weir_search *s, struct weir_error *error);
/* The best k (at most WEIR_SEARCH_FOUND_MAX) documents. vector: of the question, of length 1; NULL = words only. work:
 * weir_search_work_memory() bytes; *found points into it. Gives WEIR_OK, WEIR_LIMIT (work), WEIR_INPUT (not finished).
 */
WEIR_API int weir_search_ask(weir_search *s, struct weir_text question, const float *vector, size_t k,
                             struct weir_memory work, const struct weir_found **found, size_t *count,
                             struct weir_error *error);
WEIR_API size_t weir_search_work_memory(const weir_search *s);
WEIR_API size_t weir_search_used(const weir_search *s); /* bytes of its memory */

#ifdef __cplusplus
}
#endif
#endif
