/* A shelf: the passages that one kind of reader may read, ready to be searched.
 *
 *   question --> words  --> BM25, the best 100 --+
 *            --> vector --> cosine, the best 100 +--> both scores of all of them --> each put on 0..1 --> weighed sum
 *                                                     and the cosine of the title
 *
 * What a reader may not read is not on the shelf at all: it can change neither the order nor a score. Without vectors
 * the words decide alone. Of each document the best passage is given, with what spoke for it.
 */
#ifndef WEIR_ENGINE_KNOWLEDGE_SHELF_H
#define WEIR_ENGINE_KNOWLEDGE_SHELF_H

#include "engine/knowledge/bm25.h"
#include "engine/knowledge/prior.h"
#include "engine/knowledge/vectors.h"

enum { SHELF_CANDIDATES = 100, SHELF_REASONS = 8 };

/* Views: the texts outlive the shelf. */
struct shelf_passage {
    uint32_t document; /* passages of one document are added one after another; any number, growing */
    str title, path, text;
    struct packed vector, title_vector;
    double prior; /* what was said of it, see prior.h; 0: nothing */
};

struct shelf_reason {
    str word;     /* as it stands in the question; empty: a word that the best passages have in common */
    double share; /* of the lexical score, 0..1 */
};

struct shelf_hit {
    uint32_t passage, document; /* as added: its number, and its document's */
    double score;               /* 0..1 within this search by the text, and the prior */
    double prior;               /* the part of the score that was said of it */
    double lexical;             /* BM25 in the units of the index */
    double cosine, title_cosine; /* NAN: no vector */
    double covered; /* how much of the question's words it has, by their rarity, 0..1 */
    struct shelf_reason reason[SHELF_REASONS];
    size_t reason_count;
};

/* The share of each voice in the sum; they add up to 1. Learned on the training queries of SciFact and then left alone.
 */
struct shelf_weights {
    double words, vector, title;
};
extern const struct shelf_weights shelf_weights_default;

struct shelf; /* in the arena it was made in */

/* dim: of the vectors, 0 = there are none. Errors: ERR_LIMIT. */
MUST_USE err shelf_new(struct arena *a, struct terms *t, size_t dim, struct shelf **out);
MUST_USE err shelf_add(struct shelf *s, const struct shelf_passage *p);
MUST_USE err shelf_finish(struct shelf *s);
/* Before shelf_finish: another store keeps the vectors and finds the nearest, so the shelf makes no copy to scan. */
void shelf_near_elsewhere(struct shelf *s);
size_t shelf_count(const struct shelf *s);
const struct shelf_passage *shelf_passage_at(const struct shelf *s, uint32_t passage);
const struct bm25 *shelf_words(const struct shelf *s);

struct shelf_question {
    str text;
    struct packed vector;                /* bytes NULL: words only */
    const struct vector_hit *near;       /* rows: passages that somebody else found nearest; NULL: the shelf looks */
    size_t near_count;
    const struct shelf_weights *weights; /* NULL = the default */
    size_t k;                            /* documents, at most */
};
/* The best documents for a question. Scratch comes from `a`. Errors: ERR_LIMIT (arena). Thread: any, with a stemmer of
 * its own. */
MUST_USE err shelf_search(const struct shelf *s, struct terms *t, const struct shelf_question *q, struct arena *a,
                          struct shelf_hit **out, size_t *found);

/* The text as the encoder should see it: identifiers in words, "KubePodCrashLooping" as "Kube Pod Crash Looping". */
str words_apart(str text, struct arena *a);

#endif
