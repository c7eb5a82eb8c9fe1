#include "engine/text/text_near.h"

#include <assert.h>
#include <math.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define SHARPNESS 20.0F

float text_vector_pack(const float *x, size_t n, int8_t *out)
{
    float most = 0;
    for (size_t i = 0; i < n; i++) most = fmaxf(most, fabsf(x[i]));
    float scale = most > 0 ? most / 127 : 1;
    for (size_t i = 0; i < n; i++) out[i] = (int8_t)lrintf(x[i] / scale);
    return scale;
}

static int32_t dot_plain(const int8_t *a, const int8_t *b, size_t n)
{
    int32_t s = 0;
    for (size_t i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static int32_t dot_avx2(const int8_t *a, const int8_t *b, size_t n)
{
    __m256i s = _mm256_setzero_si256();
    for (size_t i = 0; i < n; i += 16) {
        __m256i x = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(a + i)));
        __m256i y = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(b + i)));
        s = _mm256_add_epi32(s, _mm256_madd_epi16(x, y));
    }
    __m128i h = _mm_add_epi32(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1));
    h = _mm_add_epi32(h, _mm_shuffle_epi32(h, 0x4E));
    return _mm_cvtsi128_si32(_mm_add_epi32(h, _mm_shuffle_epi32(h, 0xB1)));
}
#endif

int32_t text_vector_dot(const int8_t *a, const int8_t *b, size_t n)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return dot_avx2(a, b, n);
#endif
    return dot_plain(a, b, n);
}

/* Keep the highest, in falling order. */
static void keep(float *top, float v)
{
    size_t i = TEXT_NEAREST;
    for (; i > 0 && top[i - 1] < v; i--)
        if (i < TEXT_NEAREST) top[i] = top[i - 1];
    if (i < TEXT_NEAREST) top[i] = v;
}

void text_near_vote(const int8_t *vectors, const struct text_near *near, size_t count, size_t dims, size_t classes,
                    const float *vector, size_t skip, float *vote, float *nearest)
{
    int8_t query[TEXT_DIMS_MAX];
    float top[TEXT_NEAREST] = { -1, -1, -1, -1, -1 }, all = 0, mean = 0;
    assert(dims <= TEXT_DIMS_MAX && dims % 16 == 0);
    float scale = text_vector_pack(vector, dims, query);
    for (size_t c = 0; c < classes; c++) vote[c] = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == skip) continue;
        float cosine = scale * near[i].scale * (float)text_vector_dot(query, vectors + i * dims, dims);
        cosine = fmaxf(-1, fminf(1, cosine));
        vote[near[i].class & ~TEXT_GUESSED] += expf(SHARPNESS * (cosine - 1));
        if (!(near[i].class & TEXT_GUESSED)) keep(top, cosine);
    }
    /* A class without a neighbour in sight has the vote of one at a right angle. */
    for (size_t c = 0; c < classes; c++) all += vote[c] += expf(-SHARPNESS);
    for (size_t c = 0; c < classes; c++) vote[c] = logf(vote[c] / all);
    for (size_t i = 0; i < TEXT_NEAREST; i++) mean += top[i] / TEXT_NEAREST;
    *nearest = mean;
}
