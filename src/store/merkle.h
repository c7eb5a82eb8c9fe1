/* The Merkle tree of RFC 6962 over the entries' hashes, grown leaf by leaf. Only the roots of the complete subtrees are
 * kept (the frontier), so adding costs O(1) hashes on average and a root O(log n), whatever the size. */
#ifndef WEIR_STORE_MERKLE_H
#define WEIR_STORE_MERKLE_H

#include "base/hash.h"

enum { MERKLE_PEAKS_MAX = 48 }; /* 2^48 entries */

struct merkle {
    int64_t size;                             /* leaves */
    struct sha256 peaks[MERKLE_PEAKS_MAX];    /* one for each bit set in size, the largest subtree first */
};

void merkle_add(struct merkle *m, struct sha256 leaf);
struct sha256 merkle_root(const struct merkle *m); /* SHA-256 of nothing when empty */
size_t merkle_peaks(int64_t size);                 /* how many peaks a tree of that size has */
str merkle_frontier(const struct merkle *m);       /* the peaks as bytes, a view */
/* Errors: ERR_CORRUPT (the number of bytes does not fit the size). */
MUST_USE err merkle_load(struct merkle *m, int64_t size, str frontier);

#endif
