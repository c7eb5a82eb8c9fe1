/* An index of terms, ranked by BM25 (Robertson and Zaragoza 2009, idf as in Lucene):
 *
 *   score(d, q) = sum over terms of q:  ln(1 + (N - n + .5) / (n + .5)) * tf / (tf + k1 (1 - b + b |d| / avg))
 *
 * What one term adds to one document is worked out when the index is made and kept as a whole number of 1..255
 * ("impact", Anh and Moffat 2002), so that a search only adds. The same documents give the same numbers on every
 * machine.
 *
 * A document has two fields: a word of its title counts as BM25_TITLE words. Numbers of documents are those of adding.
 */
#ifndef WEIR_ENGINE_KNOWLEDGE_BM25_H
#define WEIR_ENGINE_KNOWLEDGE_BM25_H

#include "base/arena.h"
#include "engine/knowledge/terms.h"

enum {
    BM25_TITLE = 2,
    BM25_DOCS_MAX = 1 << 22,
    BM25_TERMS_MAX = 64,   /* different terms of one query; later ones are left out */
    BM25_WEIGHT_ONE = 16,  /* of a term that stands in the query once */
};

struct bm25; /* in the arena it was made in */

struct bm25_hit {
    uint32_t doc, score;
};

/* Terms of a query, as numbers of the index with weights in 1/16. */
struct bm25_query {
    uint32_t term[BM25_TERMS_MAX];
    uint16_t weight[BM25_TERMS_MAX];
    size_t at[BM25_TERMS_MAX], len[BM25_TERMS_MAX]; /* where the text of the query has it first; len 0: added */
    size_t count;
    size_t unknown; /* words that no document has */
};

/* An empty index. `a` and `t` are borrowed, and must outlive it. NULL: the arena is full. */
struct bm25 *bm25_new(struct arena *a, struct terms *t);
/* One more document, before bm25_finish. Errors: ERR_LIMIT (arena, BM25_DOCS_MAX). */
MUST_USE err bm25_add(struct bm25 *x, str title, str text);
/* Count, weigh, sort: from here on it is searched, not added to. Errors: ERR_LIMIT. */
MUST_USE err bm25_finish(struct bm25 *x);

size_t bm25_bytes(const struct bm25 *x); /* of postings and dictionary */

/* The query's terms that the index has. `t` may be another stemmer than the index's: one for each thread. */
void bm25_parse(const struct bm25 *x, struct terms *t, str text, struct bm25_query *q);
/* The best `k` documents, best first, of equal ones the earlier. `sums` is the caller's, a zeroed number a document,
 * and zeroed again on return. Gives how many there are: documents without a term of the query are none. Thread: any. */
size_t bm25_search(const struct bm25 *x, const struct bm25_query *q, uint32_t *sums, size_t k, struct bm25_hit *out);
/* What the i-th term of the query adds to the score of a document. */
uint32_t bm25_share(const struct bm25 *x, const struct bm25_query *q, size_t i, uint32_t doc);
/* How rare a term is, its idf; and that of one that no document has. */
double bm25_rarity(const struct bm25 *x, const struct bm25_query *q, size_t i);
double bm25_rarity_most(const struct bm25 *x);

#endif
