#include "engine/detect/drift_sort.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "engine/detect/drift_sort_wide.h"

enum { BITS = 11, BINS = 1 << BITS, PASSES = 3, SHIFT = 64 - PASSES * BITS, SHORT_RUN = 24 };

/* Keys take the place of the values. */
typedef uint64_t __attribute__((may_alias)) key;
static_assert(sizeof(double) == sizeof(key), "one for one");

/* Bits of a double whose order as integers is the order of the numbers, and back. */
static uint64_t key_of(double v)
{
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    return u ^ ((0 - (u >> 63)) | UINT64_C(1) << 63);
}

static double value_of(uint64_t k)
{
    double v;
    k ^= (k >> 63) ? UINT64_C(1) << 63 : UINT64_MAX;
    memcpy(&v, &k, sizeof v);
    return v;
}

/* One stable pass; false when every key has the same digit and nothing was moved. */
static bool pass(const key *from, key *to, size_t n, unsigned shift, uint32_t count[BINS])
{
    if (count[(from[0] >> shift) & (BINS - 1)] == n) return false;
    uint32_t at = 0;
    for (size_t b = 0; b < BINS; b++) {
        uint32_t c = count[b];
        count[b] = at;
        at += c;
    }
    for (size_t i = 0; i < n; i++) to[count[(from[i] >> shift) & (BINS - 1)]++] = from[i];
    return true;
}

static void tally(key k, unsigned low, uint32_t count[PASSES][BINS])
{
    for (unsigned p = 0; p < PASSES; p++) count[p][(k >> (low + p * BITS)) & (BINS - 1)]++;
}

/* By the PASSES digits from bit `low` on, which are counted already; gives where the result is. */
static key *radix(key *keys, key *other, size_t n, unsigned low, uint32_t count[PASSES][BINS])
{
    for (unsigned p = 0; p < PASSES; p++) {
        if (!pass(keys, other, n, low + p * BITS, count[p])) continue;
        key *swap = keys;
        keys = other;
        other = swap;
    }
    return keys;
}

static void radix_low(key *run, key *other, size_t n)
{
    uint32_t count[PASSES][BINS];
    memset(count, 0, sizeof count);
    for (size_t i = 0; i < n; i++) tally(run[i], 0, count);
    key *done = radix(run, other, n, 0, count);
    if (done != run) memcpy(run, done, n * sizeof *run);
}

static void insertion(key *k, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t v = k[i];
        size_t j = i;
        for (; j > 0 && k[j - 1] > v; j--) k[j] = k[j - 1];
        k[j] = v;
    }
}

/* A run that agrees in its upper bits: sort it by the lower ones. */
static void settle(key *run, key *other, size_t n)
{
    if (n <= SHORT_RUN) {
        insertion(run, n);
        return;
    }
    radix_low(run, other, n);
}

static void settle_all(key *k, key *other, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (k[i - 1] <= k[i]) continue;
        size_t from = i - 1, to = i + 1; /* out of order: only within a run of equal upper bits */
        while (from > 0 && k[from - 1] >> SHIFT == k[i] >> SHIFT) from--;
        while (to < n && k[to] >> SHIFT == k[i] >> SHIFT) to++;
        settle(k + from, other + from, to - from);
        i = to - 1;
    }
}

void drift_sort_plain(double *v, double *scratch, size_t n)
{
    enum { FEW = 64 };
    uint32_t count[PASSES][BINS];
    key *keys = (void *)v, *other = (void *)scratch;
    if (n > FEW) memset(count, 0, sizeof count);
    for (size_t i = 0; i < n; i++) {
        key k = key_of(v[i]);
        keys[i] = k;
        if (n > FEW) tally(k, SHIFT, count);
    }
    key *sorted = keys;
    if (n > FEW) {
        sorted = radix(keys, other, n, SHIFT, count);
        settle_all(sorted, sorted == keys ? other : keys, n);
    } else {
        insertion(keys, n);
    }
    for (size_t i = 0; i < n; i++) v[i] = value_of(sorted[i]);
}

/* ---- small groups ---- */

/* Which of two, without a branch, which would be guessed wrong. */
static uint64_t chosen(size_t first, uint64_t x, uint64_t y)
{
    return y ^ ((x ^ y) & (0 - (uint64_t)first));
}

static void order(key *a, key *b)
{
    uint64_t x = *a, y = *b;
    size_t in_order = x <= y;
    *a = chosen(in_order, x, y);
    *b = chosen(in_order, y, x);
}

/* Two sorted halves become one run, from both ends at once: no bound to check, no branch to guess. */
static void merge_halves(const key *from, key *to, size_t half)
{
    const key *a = from, *b = from + half, *c = b - 1, *d = b + half - 1;
    for (size_t k = 0; k < half; k++) {
        uint64_t x = *a, y = *b, z = *c, w = *d;
        size_t left = x <= y, right = z > w;
        to[k] = chosen(left, x, y);
        a += left;
        b += 1 - left;
        to[2 * half - 1 - k] = chosen(right, z, w);
        c -= right;
        d -= 1 - right;
    }
}

static void sort_group(key *k)
{
    enum { FOUR = 4 };
    key other[DRIFT_SORT_GROUP];
    for (size_t i = 0; i < DRIFT_SORT_GROUP; i += FOUR) {
        order(&k[i], &k[i + 1]), order(&k[i + 2], &k[i + 3]);
        order(&k[i], &k[i + 2]), order(&k[i + 1], &k[i + 3]);
        order(&k[i + 1], &k[i + 2]);
    }
    for (size_t run = FOUR; run < DRIFT_SORT_GROUP; run *= 4) {
        for (size_t i = 0; i < DRIFT_SORT_GROUP; i += 2 * run) merge_halves(k + i, other + i, run);
        for (size_t i = 0; i < DRIFT_SORT_GROUP; i += 4 * run) merge_halves(other + i, k + i, 2 * run);
    }
}

/* Every other key of a group. */
static void every_other(const key *group, unsigned odd, key *to)
{
    for (size_t i = 0; i < DRIFT_SORT_GROUP / 2; i++) to[i] = group[2 * i + (odd & 1)];
}

void drift_sort_thin_plain(const double *block, unsigned odd, double *groups, double *thin)
{
    key keys[DRIFT_SORT_BLOCK], half[2 * DRIFT_SORT_GROUP], *pair = keys, *out = keys;
    for (size_t i = 0; i < DRIFT_SORT_BLOCK; i++) keys[i] = key_of(block[i]);
    for (size_t g = 0; g < 4; g++) {
        sort_group(keys + g * DRIFT_SORT_GROUP);
        every_other(keys + g * DRIFT_SORT_GROUP, odd >> g, half + g * DRIFT_SORT_GROUP / 2);
    }
    for (size_t i = 0; i < DRIFT_SORT_BLOCK; i++) groups[i] = value_of(keys[i]);
    for (size_t p = 0; p < 2; p++)
        merge_halves(half + p * DRIFT_SORT_GROUP, pair + p * DRIFT_SORT_GROUP, DRIFT_SORT_GROUP / 2);
    for (size_t p = 0; p < 2; p++)
        every_other(pair + p * DRIFT_SORT_GROUP, odd >> (4 + p), half + p * DRIFT_SORT_GROUP / 2);
    merge_halves(half, out, DRIFT_SORT_GROUP / 2);
    for (size_t i = 0; i < DRIFT_SORT_GROUP; i++) thin[i] = value_of(out[i]);
}

/* ---- what this processor does best ---- */

void drift_sort(double *v, double *scratch, size_t n)
{
    if (!drift_sort_wide_here()) {
        drift_sort_plain(v, scratch, n);
        return;
    }
    int splits = 8;
    for (size_t left = n; left; left /= 2) splits += 2;
    drift_sort_wide(v, scratch, n, splits);
}

void drift_sort_thin(const double *block, unsigned odd, double *groups, double *thin)
{
    (drift_sort_wide_here() ? drift_sort_thin_wide : drift_sort_thin_plain)(block, odd, groups, thin);
}
