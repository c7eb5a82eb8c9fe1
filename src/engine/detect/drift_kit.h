/* For tests of drift: samples that are drawn, some as the reference drew them, and what is compared. */
#ifndef WEIR_ENGINE_DETECT_DRIFT_KIT_H
#define WEIR_ENGINE_DETECT_DRIFT_KIT_H

#include "engine/detect/drift.h"

#include <math.h>

#include "reference/drift_reference.h"
#include "test.h"

enum { ROWS_MAX = 50000 };

static uint64_t now;

static inline double unit(void)
{
    now = now * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(now >> 11) / 9007199254740992.0;
}

static inline double value_of(enum kind kind)
{
    double u = unit();
    switch (kind) {
    case EVEN: return u;
    case SKEWED: return u * u * u * 100;
    case TIES: return floor(u * 10);
    case BINARY: return u < 0.3;
    case SCALED: return (u - 0.5) * 1.3 + 0.5;
    case SHIFTED: return u + 0.1;
    }
    return 0;
}

static double a[ROWS_MAX], b[ROWS_MAX], scratch[ROWS_MAX];

static inline void draw(enum kind kind, size_t n, uint64_t seed, double *out)
{
    now = seed;
    for (size_t i = 0; i < n; i++) out[i] = value_of(kind);
}

static inline void close_to(const char *what, size_t i, double got, double want, double relative)
{
    double off = fabs(got - want);
    if (got == want || off <= relative * fabs(want) + 1e-12) return;
    test_failed(__FILE__, __LINE__, "case %zu: %s is %.17g, want %.17g", i, what, got, want);
}

enum { WORD_MAX = 32 };

/* The k-th of many different words. */
static inline void word(char text[WORD_MAX], size_t k)
{
    (void)snprintf(text, WORD_MAX, "v%02zu", k);
}

/* D of two sketches, and the rest in *out. */
static inline double sketch_d(struct drift_sketch *s, const struct drift_sketch *t, struct drift_numbers *out)
{
    struct arena arena = arena_init(8 << 20);
    CHECK_OK(drift_compare_sketches(s, t, &arena, out));
    arena_done(&arena);
    return out->ks;
}

#endif
