/* Documents in pieces that can be found, read and cited alone.
 *
 * A reader of a format gives blocks: headings, paragraphs, items of lists, code and tables. Blocks are put together to
 * passages of up to PASSAGE_TARGET bytes; a heading begins a new passage once the one at hand has PASSAGE_LEAST bytes.
 * Code and tables stay whole up to PASSAGE_MOST. Each passage knows the headings it stands under.
 */
#ifndef WEIR_ENGINE_KNOWLEDGE_PASSAGES_H
#define WEIR_ENGINE_KNOWLEDGE_PASSAGES_H

#include "base/arena.h"
#include "base/buf.h"

enum {
    PASSAGE_TARGET = 2000, /* of 800 to no limit the best on SciFact's training queries */
    PASSAGE_LEAST = 400,
    PASSAGE_MOST = 8000,
    PASSAGES_MAX = 20000,  /* of one document */
    BLOCKS_MAX = 200000,
    HEADINGS_MAX = 6,
    HEADING_BYTES_MAX = 200,
};

enum block_kind { BLOCK_HEADING, BLOCK_TEXT, BLOCK_ITEM, BLOCK_CODE, BLOCK_TABLE };

struct block {
    enum block_kind kind;
    unsigned level; /* of a heading, 1..6 */
    str text;
};

struct block_list {
    struct arena *a;
    struct block *items;
    size_t count, cap;
    bool full; /* more than BLOCKS_MAX, or than the arena holds: the rest was left out */
};

struct passage {
    str path; /* headings above it, "A > B"; may be empty */
    str text;
};

struct passage_list {
    struct passage *items;
    size_t count;
};

/* One more block; text of white space only is left out. The text is copied. */
void block_add(struct block_list *list, enum block_kind kind, unsigned level, str text);
/* The first heading of the highest level there is, or empty. */
str blocks_title(const struct block_list *list);
/* Errors: ERR_LIMIT (arena, PASSAGES_MAX). */
MUST_USE err passages_cut(const struct block_list *blocks, struct arena *a, struct passage_list *out);

#endif
