/* What the files of log_templates share. */
#ifndef WEIR_ENGINE_DETECT_LOG_TEMPLATES_INTERNAL_H
#define WEIR_ENGINE_DETECT_LOG_TEMPLATES_INTERNAL_H

#include "engine/detect/log_templates.h"

enum {
    SIBLINGS_MAX = 6,      /* remembered at one place */
    KEYED = LOG_VALUE + 1, /* a kind beside those of log_word.h: "word=" with its value */
};

static const uint32_t NONE = UINT32_MAX;
/* Stands where a parameter was found; log_value_hash where one was masked. */
static const uint64_t any_word = 0xc3a5c85c97cb3127u;

struct statement {
    uint64_t hash, skeleton; /* skeleton: length and punctuation */
    uint64_t count, first, last, born;
    uint32_t parent; /* NONE: a root */
    uint32_t next;   /* in the chain of its skeleton; generalised ones only */
    uint32_t end_gap;
    uint16_t generation; /* of the record, for ids */
    uint16_t n, sample_len;
    bool used, generalised;
    uint8_t kind[LOG_TOKENS_MAX];
    uint64_t word[LOG_TOKENS_MAX];
    uint32_t gap[LOG_TOKENS_MAX];
    uint16_t at[LOG_TOKENS_MAX], len[LOG_TOKENS_MAX]; /* in the sample, when it reaches so far */
    char sample[LOG_SAMPLE_MAX];
};

struct place {
    uint64_t key;
    uint32_t member[SIBLINGS_MAX];
    uint16_t position;
    uint8_t n;
};

struct cached {
    uint64_t hash;
    uint32_t at;
};

struct log_templates {
    struct statement *all;
    uint32_t max, used;
    uint32_t table;  /* size of index and chain, a power of two */
    uint32_t *index; /* by hash, open addressing */
    uint32_t *chain; /* by skeleton: the generalised ones */
    struct place *places;
    uint32_t place_count;
    struct cached *cache; /* hash of a line -> its template; may forget */
    uint32_t cache_count;
    uint32_t search; /* where the next free record is looked for */
    uint64_t lines;
};

static inline uint32_t id_of(const struct log_templates *t, uint32_t at)
{
    return ((uint32_t)t->all[at].generation << 16) + at + 1;
}

static inline uint32_t root_of(const struct log_templates *t, uint32_t at)
{
    while (t->all[at].parent != NONE) at = t->all[at].parent;
    return at;
}

static inline const struct statement *by_id(const struct log_templates *t, uint32_t id)
{
    uint32_t at = (id - 1) & 0xffff;
    if (id == 0 || at >= t->max || !t->all[at].used || id_of(t, at) != id) return NULL;
    return &t->all[at];
}

/* The word as it stands in the sample; empty when that does not reach so far. */
static inline str word_text(const struct statement *x, size_t i)
{
    if (i >= x->n || x->at[i] + x->len[i] > x->sample_len) return STR_NONE;
    return (str){ x->sample + x->at[i], x->len[i] };
}

#endif
