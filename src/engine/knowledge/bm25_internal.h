/* What making, searching and widening of an index share. */
#ifndef WEIR_ENGINE_KNOWLEDGE_BM25_INTERNAL_H
#define WEIR_ENGINE_KNOWLEDGE_BM25_INTERNAL_H

#include <assert.h>

#include "engine/knowledge/bm25.h"

enum { COUNTS_A_BLOCK = 4096 };

struct count {
    uint32_t term;
    uint16_t n;
};

struct counts {
    struct counts *next;
    size_t used;
    struct count items[COUNTS_A_BLOCK];
};

/* Terms are told apart by 64 bits of hash: of a million terms two are one with a chance of 1 in 10^7. */
struct slot {
    uint64_t hash;
    struct count *count; /* in the document that was added last */
    uint32_t id, doc;    /* numbers from 1; 0: free, none */
};

struct doc {
    uint32_t terms, length; /* different ones, and all */
};

struct bm25 {
    struct arena *a;
    struct terms *t;
    struct slot *table;
    size_t slots, term_count;
    struct counts *first, *last;
    struct doc *docs;
    size_t doc_count, doc_cap;
    uint64_t length_sum;
    uint32_t doc_length, doc_terms;
    unsigned times; /* one word counts as */
    bool full, finished;
    size_t posting_count;
    uint32_t *start; /* by term: its postings are [start[t], start[t + 1]) */
    double *idf;
    uint32_t *posting_doc;
    uint8_t *posting_impact;
};

uint32_t bm25_find(const struct bm25 *x, str term); /* its number, 0: not there */

#endif
