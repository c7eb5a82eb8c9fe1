/* The state as one run of bytes: every table that the journal's inputs make, row by row, in an order that depends on
 * nothing but the rows. The same state gives the same bytes, so two states are the same when their digests are; and a
 * state that was written can be read back, to go on from there.
 *
 *   table  'T' name, number of columns, their names      text    u32 length, bytes       integers little-endian
 *   row    'R' a value for each column: 'n' | 'i' i64 | 'r' IEEE double | 't' text | 'b' text
 *   end    'E'
 *
 * The run is cut into blocks of STATE_BLOCK bytes (the last is shorter); the digest is the RFC 6962 Merkle root over
 * them.
 */
#ifndef WEIR_STORE_STATE_H
#define WEIR_STORE_STATE_H

#include "base/hash.h"
#include "store/store.h"

enum { STATE_BLOCK = 1 << 18 };

struct state_facts {
    int64_t blocks;
    struct sha256 digest;
};

/* A block's leaf in the Merkle tree. */
struct sha256 state_leaf(str block);

/* Write the state that `tx` sees; `block` (may be NULL) is called for each block in order and may stop it by an error.
 * Errors: ERR_IO, ERR_CORRUPT, those of `block`.   Thread: that of tx. */
MUST_USE err state_write(struct tx *tx, err (*block)(void *ctx, str bytes), void *ctx, struct state_facts *out);

/* The first table, by name, in which the states that two transactions see differ, as a text in `a`; empty when they are
 * the same. Errors: ERR_IO, ERR_CORRUPT.   Thread: that of both. */
MUST_USE err state_compare(struct tx *one, struct tx *other, struct arena *a, str *table);

/* Put a state that was written into the tables of `tx`, a writer's, in place of what is there, and let its journal go
 * on after the entry `seq` with that time and hash. `block` gives the blocks in order, an empty one at the end; what it
 * gives is borrowed until it is called again. Columns are found by name: what a newer schema added takes its default.
 * Errors: ERR_CORRUPT (not such a run, or of a table that is not there), ERR_IO, those of `block`.   Thread: writer. */
struct state_place {
    int64_t seq;
    usec time;
    struct sha256 hash;
};
MUST_USE err state_read(struct tx *tx, const struct state_place *at, err (*block)(void *ctx, str *bytes), void *ctx);

#endif
