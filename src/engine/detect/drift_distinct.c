#include "engine/detect/drift_distinct.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/chance.h"
#include "engine/detect/drift_sort.h"
#include "engine/detect/drift_sort_wide.h"

enum { SPARE_BITS = 2, PART = 256 };
static_assert(sizeof(double) == sizeof(uint64_t), "a hash fits a number");

void drift_distinct_init(struct drift_distinct *d)
{
    d->below = UINT64_MAX >> SPARE_BITS;
    d->count = 0;
    d->pad = 0;
}

static uint64_t hash_at(const struct drift_distinct *d, uint32_t i)
{
    uint64_t h;
    memcpy(&h, &d->hash[i], sizeof h);
    return h;
}

/* Repeats go; when more than the least are left, the rest goes, and sets the mark. */
static void tidy(struct drift_distinct *d)
{
    double scratch[DRIFT_HASHES];
    uint32_t kept = 0;
    drift_sort(d->hash, scratch, d->count);
    for (uint32_t i = 0; i < d->count; i++)
        if (!kept || hash_at(d, i) != hash_at(d, kept - 1)) d->hash[kept++] = d->hash[i];
    d->count = kept;
    if (kept <= DRIFT_LEAST) return;
    d->below = hash_at(d, DRIFT_LEAST);
    d->count = DRIFT_LEAST;
}

static void keep(struct drift_distinct *d, uint64_t hash)
{
    if (hash >= d->below) return;
    if (d->count == DRIFT_HASHES) {
        tidy(d);
        if (hash >= d->below) return;
    }
    memcpy(&d->hash[d->count++], &hash, sizeof hash);
}

void drift_distinct_add(struct drift_distinct *d, uint64_t hash)
{
    keep(d, hash >> SPARE_BITS);
}

static uint64_t hash_of(double v)
{
    uint64_t h;
    v += 0.0; /* -0 is 0 */
    memcpy(&h, &v, sizeof h);
    return chance_mix(h) >> SPARE_BITS;
}

/* Of sorted values the hashes below a mark, of equal neighbours only the first's. `out` has room for n and seven more.
 */
static size_t few_plain(const double *v, size_t n, uint64_t below, uint64_t *out)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t h = hash_of(v[i]);
        out[count] = h;
        count += h < below && (i == 0 || v[i] != v[i - 1]);
    }
    return count;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512dq,popcnt")))

/* chance_mix, of eight. */
WIDE static inline __m512i hashes_of(__m512d v)
{
    const __m512i first = _mm512_set1_epi64((long long)UINT64_C(0xbf58476d1ce4e5b9));
    const __m512i second = _mm512_set1_epi64((long long)UINT64_C(0x94d049bb133111eb));
    __m512i h = _mm512_castpd_si512(_mm512_add_pd(v, _mm512_setzero_pd()));
    h = _mm512_mullo_epi64(_mm512_xor_si512(h, _mm512_srli_epi64(h, 30)), first);
    h = _mm512_mullo_epi64(_mm512_xor_si512(h, _mm512_srli_epi64(h, 27)), second);
    return _mm512_srli_epi64(_mm512_xor_si512(h, _mm512_srli_epi64(h, 31)), SPARE_BITS);
}

/* The same, eight at a time: nearly never is one below the mark. */
WIDE static size_t few_wide(const double *v, size_t n, uint64_t below, uint64_t *out)
{
    enum { LANES = 8 };
    const __m512i mark = _mm512_set1_epi64((long long)below), one_down = _mm512_set_epi64(6, 5, 4, 3, 2, 1, 0, 0);
    size_t count = 0;
    for (size_t i = 0; i < n; i += LANES) {
        __mmask8 here = (__mmask8)(n - i >= LANES ? 0xff : (1u << (n - i)) - 1);
        __m512d x = _mm512_maskz_loadu_pd(here, v + i);
        __m512d before = i ? _mm512_maskz_loadu_pd(here, v + i - 1) : _mm512_permutexvar_pd(one_down, x);
        __mmask8 is_new = (__mmask8)(_mm512_mask_cmp_pd_mask(here, x, before, _CMP_NEQ_UQ) | (i == 0));
        __m512i h = hashes_of(x);
        __mmask8 few = _mm512_mask_cmplt_epi64_mask(is_new, h, mark);
        if (!few) continue;
        _mm512_storeu_si512(out + count, _mm512_maskz_compress_epi64(few, h));
        count += (size_t)__builtin_popcount(few);
    }
    return count;
}
#else
static size_t few_wide(const double *v, size_t n, uint64_t below, uint64_t *out)
{
    return few_plain(v, n, below, out);
}
#endif

void drift_distinct_add_sorted(struct drift_distinct *d, const double *v, size_t n)
{
    enum { MORE = 7 };
    uint64_t few[PART + MORE];
    bool wide = drift_sort_wide_here();
    for (size_t from = 0; from < n; from += PART) {
        size_t part = n - from < PART ? n - from : PART;
        size_t count = (wide ? few_wide : few_plain)(v + from, part, d->below, few);
        for (size_t i = 0; i < count; i++) keep(d, few[i]);
    }
}

void drift_distinct_merge(struct drift_distinct *d, const struct drift_distinct *from)
{
    for (uint32_t i = 0; i < from->count; i++) keep(d, hash_at(from, i));
    if (from->below < d->below) d->below = from->below;
}

double drift_distinct_count(struct drift_distinct *d)
{
    tidy(d);
    while (d->count && hash_at(d, d->count - 1) >= d->below) d->count--;
    if (d->below == UINT64_MAX >> SPARE_BITS) return d->count;
    return d->count * (4611686018427387904.0 / (double)d->below); /* so many in that part of all hashes */
}
