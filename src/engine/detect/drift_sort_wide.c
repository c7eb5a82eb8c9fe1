/* Quicksort on registers of eight numbers. A part is split in one sweep: what is below the pivot is pressed to the
 * front of one array, the rest to the front of the other, so nothing is moved twice and no branch depends on the data
 * (Bramas 2017, out of place). Up to 64 numbers are sorted within eight registers: columns by a network of 19
 * comparators, then rows merged (Batcher 1968). Keys are integers in the order of the numbers, so what comes out is to
 * the bit what the portable sort gives. */
#include "engine/detect/drift_sort_wide.h"

#if defined(__x86_64__)

#include <assert.h>
#include <immintrin.h>
#include <stdint.h>

#include "engine/detect/drift_sort.h"

#define WIDE __attribute__((target("avx512f,avx512dq,popcnt,bmi2")))
#define INLINE static inline __attribute__((always_inline)) WIDE
#define UNROLL _Pragma("GCC unroll 19")

typedef int64_t __attribute__((may_alias)) key;

enum { LANES = 8, ROWS = 8, LEAF = DRIFT_SORT_GROUP, STACK = 96, SAMPLE_FROM = 2048 };
static_assert(LANES * ROWS == LEAF, "a group fills the registers");

bool drift_sort_wide_here(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("bmi2");
}

/* Doubles as integers of the same order, and back: the same exchange both ways. */
INLINE __m512i turn(__m512i k)
{
    return _mm512_xor_si512(k, _mm512_srli_epi64(_mm512_srai_epi64(k, 63), 1));
}

INLINE void order(__m512i *a, __m512i *b)
{
    __m512i low = _mm512_min_epi64(*a, *b);
    *b = _mm512_max_epi64(*a, *b);
    *a = low;
}

INLINE void sort_columns(__m512i r[ROWS])
{
    static const uint8_t net[19][2] = { { 0, 2 }, { 1, 3 }, { 4, 6 }, { 5, 7 }, { 0, 4 }, { 1, 5 }, { 2, 6 },
                                        { 3, 7 }, { 0, 1 }, { 2, 3 }, { 4, 5 }, { 6, 7 }, { 2, 4 }, { 3, 5 },
                                        { 1, 4 }, { 3, 6 }, { 1, 2 }, { 3, 4 }, { 5, 6 } };
    UNROLL for (int i = 0; i < 19; i++) order(&r[net[i][0]], &r[net[i][1]]);
}

INLINE void transpose(__m512i r[ROWS])
{
    __m512i t[ROWS], u[ROWS];
    UNROLL for (int i = 0; i < ROWS; i += 2)
    {
        t[i] = _mm512_unpacklo_epi64(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi64(r[i], r[i + 1]);
    }
    UNROLL for (int i = 0; i < 2; i++)
    {
        u[i] = _mm512_shuffle_i64x2(t[i], t[i + 2], 0x88);
        u[i + 2] = _mm512_shuffle_i64x2(t[i], t[i + 2], 0xdd);
        u[i + 4] = _mm512_shuffle_i64x2(t[i + 4], t[i + 6], 0x88);
        u[i + 6] = _mm512_shuffle_i64x2(t[i + 4], t[i + 6], 0xdd);
    }
    UNROLL for (int i = 0; i < 4; i++)
    {
        r[i] = _mm512_shuffle_i64x2(u[i], u[i + 4], 0x88);
        r[i + 4] = _mm512_shuffle_i64x2(u[i], u[i + 4], 0xdd);
    }
}

/* A register that rises and then falls (or the other way) becomes sorted. */
INLINE __m512i settle(__m512i x)
{
    __m512i y = _mm512_shuffle_i64x2(x, x, 0x4e);
    x = _mm512_mask_max_epi64(_mm512_min_epi64(x, y), 0xf0, x, y);
    y = _mm512_permutex_epi64(x, 0x4e);
    x = _mm512_mask_max_epi64(_mm512_min_epi64(x, y), 0xcc, x, y);
    y = _mm512_permutex_epi64(x, 0xb1);
    return _mm512_mask_max_epi64(_mm512_min_epi64(x, y), 0xaa, x, y);
}

INLINE __m512i reversed(__m512i x)
{
    return _mm512_permutexvar_epi64(_mm512_set_epi64(0, 1, 2, 3, 4, 5, 6, 7), x);
}

/* r[0..half) and r[half..2 half) are sorted each: then all of it is. */
INLINE void merge_rows(__m512i *r, int half)
{
    __m512i back[ROWS / 2];
    UNROLL for (int i = 0; i < half; i++) back[i] = reversed(r[2 * half - 1 - i]);
    UNROLL for (int i = 0; i < half; i++)
    {
        r[half + i] = _mm512_max_epi64(r[i], back[i]);
        r[i] = _mm512_min_epi64(r[i], back[i]);
    }
    UNROLL for (int d = half / 2; d > 0; d /= 2)
        UNROLL for (int i = 0; i < 2 * half; i++)
            if (!(i & d)) order(&r[i], &r[i + d]);
    UNROLL for (int i = 0; i < 2 * half; i++) r[i] = settle(r[i]);
}

INLINE __mmask8 first_lanes(size_t n)
{
    return (__mmask8)(n >= LANES ? 0xff : (1u << n) - 1);
}

INLINE void sort_rows(__m512i r[ROWS])
{
    sort_columns(r);
    transpose(r);
    UNROLL for (int i = 0; i < ROWS; i += 2) merge_rows(r + i, 1);
    UNROLL for (int i = 0; i < ROWS; i += 4) merge_rows(r + i, 2);
    merge_rows(r, 4);
}

/* At most LEAF keys become sorted numbers at `to`. */
WIDE static void leaf(const key *from, key *to, size_t n)
{
    __m512i r[ROWS];
    const __m512i most = _mm512_set1_epi64(INT64_MAX);
    UNROLL for (size_t i = 0; i < ROWS; i++)
        r[i] = i * LANES < n ? _mm512_mask_loadu_epi64(most, first_lanes(n - i * LANES), from + i * LANES) : most;
    sort_rows(r);
    UNROLL for (size_t i = 0; i < ROWS; i++)
        if (i * LANES < n) _mm512_mask_storeu_epi64(to + i * LANES, first_lanes(n - i * LANES), turn(r[i]));
}

/* Every other key of a group, as half as many rows. */
INLINE void every_other(const __m512i group[ROWS], unsigned odd, __m512i half[ROWS / 2])
{
    const __m512i lanes = _mm512_add_epi64(_mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0), _mm512_set1_epi64(odd & 1));
    UNROLL for (int i = 0; i < ROWS / 2; i++)
        half[i] = _mm512_permutex2var_epi64(group[2 * i], lanes, group[2 * i + 1]);
}

WIDE void drift_sort_thin_wide(const double *block, unsigned odd, double *groups, double *thin)
{
    __m512i group[ROWS], pair[ROWS], all[ROWS];
    for (int p = 0; p < 2; p++) {
        for (int g = 0; g < 2; g++, block += LEAF, groups += LEAF) {
            UNROLL for (int i = 0; i < ROWS; i++) group[i] = turn(_mm512_loadu_si512(block + i * LANES));
            sort_rows(group);
            UNROLL for (int i = 0; i < ROWS; i++) _mm512_storeu_si512(groups + i * LANES, turn(group[i]));
            every_other(group, odd >> (2 * p + g), pair + g * ROWS / 2);
        }
        merge_rows(pair, ROWS / 2);
        every_other(pair, odd >> (4 + p), all + p * ROWS / 2);
    }
    merge_rows(all, ROWS / 2);
    UNROLL for (int i = 0; i < ROWS; i++) _mm512_storeu_si512(thin + i * LANES, turn(all[i]));
}

/* ---- splitting ---- */

struct part {
    key *at, *home; /* where the keys are, and where the numbers shall be: the same place, or two that do not overlap */
    key *spare;     /* when at == home: as many free elements */
    size_t n;
    int splits; /* how often it may be split again */
};

/* The lanes of x that are in `which`, first. */
INLINE __m512i gathered(__m512i x, uint64_t which)
{
    uint64_t lanes = _pext_u64(0x0706050403020100, which);
    return _mm512_permutexvar_epi64(_mm512_cvtepu8_epi64(_mm_cvtsi64_si128((long long)lanes)), x);
}

/* Below the pivot (or, with `equal`, not above it) to `low`, the rest to `high`; `at` may be either. Gives how many are
 * low. */
INLINE size_t split(const key *at, size_t n, __m512i p, key *low, key *high, bool equal)
{
    size_t l = 0, h = 0, i = 0;
    for (; i + LANES <= n; i += LANES) {
        __m512i x = _mm512_loadu_si512(at + i);
        unsigned is_low = equal ? _mm512_cmple_epi64_mask(x, p) : _mm512_cmplt_epi64_mask(x, p);
        size_t c = (size_t)__builtin_popcount(is_low);
        uint64_t bytes = _pdep_u64(is_low, 0x0101010101010101) * 255;
        _mm512_storeu_si512(low + l, gathered(x, bytes));
        _mm512_storeu_si512(high + h, gathered(x, ~bytes));
        l += c;
        h += LANES - c;
    }
    __mmask8 here = first_lanes(n - i);
    __m512i x = _mm512_maskz_loadu_epi64(here, at + i);
    __mmask8 is_low = here & (equal ? _mm512_cmple_epi64_mask(x, p) : _mm512_cmplt_epi64_mask(x, p)),
             is_high = here & (__mmask8)~is_low;
    size_t c = (size_t)__builtin_popcount(is_low);
    _mm512_mask_storeu_epi64(low + l, first_lanes(c), _mm512_maskz_compress_epi64(is_low, x));
    _mm512_mask_storeu_epi64(high + h, first_lanes(n - i - c), _mm512_maskz_compress_epi64(is_high, x));
    return l + c;
}

/* One register sorted. */
INLINE __m512i sorted(__m512i x)
{
    __m512i y = _mm512_permutex_epi64(x, 0xb1);
    x = _mm512_mask_max_epi64(_mm512_min_epi64(x, y), 0x66, x, y);
    y = _mm512_permutex_epi64(x, 0x4e);
    x = _mm512_mask_max_epi64(_mm512_min_epi64(x, y), 0x3c, x, y);
    y = _mm512_permutex_epi64(x, 0xb1);
    x = _mm512_mask_max_epi64(_mm512_min_epi64(x, y), 0x5a, x, y);
    return settle(x);
}

/* In all lanes the middle of the middle of registers taken evenly: of three, or of eight. */
INLINE __m512i pivot_of(const key *at, size_t n)
{
    __m512i r[ROWS], middle;
    if (n < SAMPLE_FROM) {
        UNROLL for (size_t i = 0; i < 3; i++) r[i] = _mm512_loadu_si512(at + (n - LANES) * i / 2);
        order(&r[0], &r[1]);
        middle = _mm512_max_epi64(r[0], _mm512_min_epi64(r[1], r[2]));
    } else {
        UNROLL for (size_t i = 0; i < ROWS; i++) r[i] = _mm512_loadu_si512(at + (n - LANES) / (ROWS - 1) * i);
        sort_columns(r);
        middle = r[ROWS / 2];
    }
    return _mm512_permutexvar_epi64(_mm512_set1_epi64(LANES / 2), sorted(middle));
}

WIDE static void unturn(const key *from, key *to, size_t n)
{
    for (size_t i = 0; i < n; i += LANES) {
        __mmask8 m = first_lanes(n - i);
        _mm512_mask_storeu_epi64(to + i, m, turn(_mm512_maskz_loadu_epi64(m, from + i)));
    }
}

/* Both halves of a part. What was low is where it shall be, with the room behind the high ones to spare. */
INLINE void halves(const struct part *p, key *high, size_t l, struct part *left, struct part *right)
{
    *left = (struct part){ p->home, p->home, high + (p->n - l), l, p->splits - 1 };
    *right = (struct part){ high, p->home + l, NULL, p->n - l, p->splits - 1 };
}

WIDE static void sort_parts(struct part first)
{
    struct part stack[STACK];
    size_t depth = 0;
    stack[depth++] = first;
    while (depth) {
        struct part p = stack[--depth], left, right;
        if (p.n <= LEAF) {
            leaf(p.at, p.home, p.n);
            continue;
        }
        key *high = p.at == p.home ? p.spare : p.at;
        if (p.splits <= 0) { /* unlucky pivots: the portable sort never takes more than linear time */
            unturn(p.at, p.home, p.n);
            drift_sort_plain((double *)(void *)p.home, (double *)(void *)high, p.n);
            continue;
        }
        __m512i pivot = pivot_of(p.at, p.n);
        size_t l = split(p.at, p.n, pivot, p.home, high, false);
        if (l == 0) { /* the pivot is the least: all of its kind are done */
            l = split(high, p.n, pivot, p.home, high, true);
            unturn(p.home, p.home, l);
            stack[depth++] = (struct part){ high, p.home + l, NULL, p.n - l, p.splits - 1 };
            continue;
        }
        halves(&p, high, l, &left, &right);
        bool small_left = left.n < right.n; /* the greater one waits, so the stack stays low */
        stack[depth + small_left] = left;
        stack[depth + !small_left] = right;
        depth += 2;
    }
}

WIDE void drift_sort_wide(double *v, double *scratch, size_t n, int splits)
{
    key *k = (void *)v;
    unturn(k, k, n);
    sort_parts((struct part){ k, k, (void *)scratch, n, splits });
}

#else

bool drift_sort_wide_here(void)
{
    return false;
}

void drift_sort_wide(double *v, double *scratch, size_t n, int splits)
{
    (void)splits;
    drift_sort_plain(v, scratch, n);
}

void drift_sort_thin_wide(const double *block, unsigned odd, double *groups, double *thin)
{
    drift_sort_thin_plain(block, odd, groups, thin);
}

#endif
