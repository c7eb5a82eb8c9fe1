#include "store/merkle.h"

#include <assert.h>

static struct sha256 node(const struct sha256 *left, const struct sha256 *right)
{
    unsigned char bytes[1 + 2 * SHA256_LEN];
    bytes[0] = 1; /* a node, never a leaf: RFC 6962, 2.1 */
    memcpy(bytes + 1, left->b, SHA256_LEN);
    memcpy(bytes + 1 + SHA256_LEN, right->b, SHA256_LEN);
    return sha256_of((str){ (const char *)bytes, sizeof bytes });
}

size_t merkle_peaks(int64_t size)
{
    return (size_t)__builtin_popcountll((unsigned long long)size);
}

void merkle_add(struct merkle *m, struct sha256 leaf)
{
    assert(m->size < (INT64_C(1) << MERKLE_PEAKS_MAX) - 1);
    size_t top = merkle_peaks(m->size);
    for (int64_t bits = m->size; bits & 1; bits >>= 1) leaf = node(&m->peaks[--top], &leaf);
    m->peaks[top] = leaf;
    m->size++;
}

struct sha256 merkle_root(const struct merkle *m)
{
    size_t at = merkle_peaks(m->size);
    if (at == 0) return sha256_of(STR_NONE);
    struct sha256 root = m->peaks[--at];
    while (at > 0) root = node(&m->peaks[--at], &root);
    return root;
}

str merkle_frontier(const struct merkle *m)
{
    return (str){ (const char *)m->peaks, merkle_peaks(m->size) * SHA256_LEN };
}

err merkle_load(struct merkle *m, int64_t size, str frontier)
{
    if (size < 0 || size >= INT64_C(1) << MERKLE_PEAKS_MAX || frontier.len != merkle_peaks(size) * SHA256_LEN)
        return err_make(ERR_CORRUPT, "a frontier of %zu bytes does not fit %lld entries", frontier.len,
                        (long long)size);
    m->size = size;
    if (frontier.len) memcpy(m->peaks, frontier.ptr, frontier.len);
    return OK;
}
