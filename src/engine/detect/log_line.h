/* A log line as a sequence of tokens in which every number, time, size, address, path, URL, id and value of key=value
 * is masked.
 *
 *   Failed password for root from 10.1.2.3 port 4711 ssh2   ->   Failed password for root from * port * ssh#
 *
 * Lists shrink to one member ("blk_1 blk_2 blk_3", "1, 2, 3"), so that lines of one statement have one length. Terminal
 * colours are skipped. Pure; the result points into the line. */
#ifndef WEIR_ENGINE_DETECT_LOG_LINE_H
#define WEIR_ENGINE_DETECT_LOG_LINE_H

#include "engine/detect/log_word.h"

enum {
    LOG_TOKENS_MAX = 64, /* what follows in a longer line is not looked at */
    LOG_LINE_MAX = 8192, /* bytes of a line that are looked at */
};

struct log_token {
    uint64_t hash;    /* of the word; the same for all values */
    uint32_t gap;     /* the punctuation before it, blanks as one; 0: none. Short ones are their own bytes */
    uint32_t at, len; /* the word, or the value */
    uint32_t value_at, value_len; /* the value, when there is one: of a LOG_VALUE, or after "word=" */
    uint8_t kind;                 /* enum log_kind */
    bool keyed;                   /* "word=" with its value masked */
};

struct log_line {
    struct log_token token[LOG_TOKENS_MAX];
    size_t n;
    uint32_t end_gap; /* punctuation at the end */
    bool cut;         /* the line has more than is looked at */
};

void log_line_read(str line, struct log_line *out);

/* What stands for the token at position p in the hash of a whole line: sums, so that one position can be exchanged. */
uint64_t log_mix(uint64_t hash, uint64_t position);
static const uint64_t log_value_hash = 0x9ae16a3b2f90404fu;
/* Of the line: words, gaps, order. */
uint64_t log_line_hash(const struct log_line *l);

#endif
