/* Against scikit-learn and NumPy (tests/reference/text_reference.py). */
#include "test.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/chance.h"
#include "edge/text/text_fit.h"
#include "edge/text/text_linear.h"
#include "edge/text/text_spread.h"
#include "engine/text/text_model.h"

enum { DIMS = 32, PART = 16, ROWS_MAX = 1000, CLASSES_MAX = 5, WORDS_MAX = 16 };

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static const struct {
    const char *text;
    size_t count;
    double value[WORDS_MAX];
} texts[] = {
#define TFIDF_CASES
#include "reference/text_reference.h"
#undef TFIDF_CASES
};
enum { TEXTS = sizeof texts / sizeof *texts };

TEST(words_weigh_what_scikit_learn_gives_them)
{
    struct text_terms t;
    str text[TEXTS];
    for (size_t i = 0; i < TEXTS; i++) text[i] = str_of(texts[i].text);
    CHECK_OK(text_terms_find(text, TEXTS, &t));
    double *idf = mem_new((t.terms + 1) * sizeof *idf), *all = mem_new(TEXT_FEATURES_MAX * sizeof *all);
    text_terms_idf(&t, NULL, idf);
    for (size_t i = 0; i < TEXTS; i++) {
        double words[WORDS_MAX];
        size_t n = 0;
        text_terms_row(&t, i, idf, all);
        for (size_t k = t.start[i]; k < t.start[i + 1]; k++)
            if (t.view[t.term[k]] == TEXT_WORDS && n < WORDS_MAX) words[n++] = all[k - t.start[i]];
        qsort(words, n, sizeof *words, by_size);
        CHECK_I64(n, texts[i].count);
        for (size_t k = 0; k < n; k++) CHECK(fabs(words[k] - texts[i].value[k]) < 1e-7);
    }
    mem_free(idf);
    mem_free(all);
    text_terms_done(&t);
}

static const struct {
    uint64_t seed;
    size_t rows, classes;
    double cost, margin[4 * CLASSES_MAX];
} margins[] = {
#define MARGIN_CASES
#include "reference/text_reference.h"
#undef MARGIN_CASES
};

/* scikit-learn goes on until the optimum; here the slopes may differ by 0.1, as is LIBLINEAR's habit. */
TEST(margins_on_vectors_are_those_of_the_optimum)
{
    static float x[ROWS_MAX * DIMS];
    static uint32_t label[ROWS_MAX];
    for (size_t c = 0; c < sizeof margins / sizeof *margins; c++) {
        uint64_t seed = margins[c].seed;
        size_t k = margins[c].classes;
        for (size_t i = 0; i < margins[c].rows; i++) {
            double u = chance_unit(&seed);
            label[i] = (uint32_t)(u * chance_unit(&seed) * (double)k);
            for (size_t j = 0; j < DIMS; j++) {
                double v = chance_unit(&seed) - 0.5 + (j % 16 == label[i] ? 0.5 : 0);
                x[i * DIMS + j] = (float)(j < PART ? v : v / 8 + 0.25);
            }
        }
        struct text_linear_opts o = { .cost = margins[c].cost, .balanced = true, .part = PART };
        struct text_linear l;
        CHECK_OK(text_linear_dense(x, DIMS, margins[c].rows, label, NULL, k, &o, &l));
        for (size_t i = 0; i < 4; i++) {
            float said[CLASSES_MAX];
            text_linear_score_dense(&l, x + i * DIMS, said);
            for (size_t j = 0; j < k; j++) CHECK(fabs((double)said[j] - margins[c].margin[i * k + j]) < 0.04);
        }
        text_linear_done(&l);
    }
}

static const struct {
    uint64_t seed;
    size_t rows;
    double ece, miss[TEXT_LEVELS];
} judged[] = {
#define JUDGED_CASES
#include "reference/text_reference.h"
#undef JUDGED_CASES
};

static void draw_judged(uint64_t *seed, float p[3], uint32_t *label)
{
    double a = chance_unit(seed), b = chance_unit(seed), low = fmin(a, b), high = fmax(a, b);
    p[0] = (float)low;
    p[1] = (float)(high - low);
    p[2] = (float)(1 - high);
    if (chance_unit(seed) < 0.25) {
        *label = (uint32_t)(chance_unit(seed) * 3);
        return;
    }
    double u = chance_unit(seed);
    *label = u <= (double)p[0] ? 0 : u <= (double)(p[0] + p[1]) ? 1 : 2;
}

TEST(calibration_and_sets_are_what_numpy_counts)
{
    static float p[ROWS_MAX * 3], score[ROWS_MAX * 3];
    static uint32_t label[ROWS_MAX];
    for (size_t c = 0; c < sizeof judged / sizeof *judged; c++) {
        uint64_t seed = judged[c].seed;
        for (size_t i = 0; i < judged[c].rows; i++) draw_judged(&seed, p + 3 * i, label + i);
        for (size_t i = 0; i < 3 * judged[c].rows; i++) score[i] = logf(p[i]);
        struct text_held h = {
            .rows = judged[c].rows, .classes = 3, .kinds = 1, .score = { score }, .label = label
        };
        struct text_scale s = { .factor = { 1 } };
        text_fit_sets(&h, 1, &s);
        for (size_t l = 0; l < TEXT_LEVELS; l++) CHECK(fabs((double)s.miss[l] - judged[c].miss[l]) < 1e-5);
        CHECK(fabs(text_quality_of(p, label, judged[c].rows, 3, &s).ece - judged[c].ece) < 1e-6);
    }
}

static const struct {
    uint64_t seed;
    size_t rows, classes;
    const char *guess;
} guessed[] = {
#define GUESSED_CASES
#include "reference/text_reference.h"
#undef GUESSED_CASES
};

TEST(labels_flow_as_numpy_computes)
{
    static int8_t x[ROWS_MAX * DIMS];
    static struct text_near near[ROWS_MAX];
    static uint32_t label[ROWS_MAX];
    for (size_t c = 0; c < sizeof guessed / sizeof *guessed; c++) {
        uint64_t seed = guessed[c].seed;
        size_t rows = guessed[c].rows;
        for (size_t i = 0; i < rows; i++) {
            double norm = 0;
            uint32_t class = (uint32_t)(chance_unit(&seed) * (double)guessed[c].classes);
            for (size_t j = 0; j < DIMS; j++) {
                int v = (int)((chance_unit(&seed) - 0.5 + (j % 16 == class ? 0.25 : 0)) * 150);
                x[i * DIMS + j] = (int8_t)v;
                norm += v * v;
            }
            near[i].scale = (float)(1 / sqrt(norm));
            label[i] = i % 5 ? UINT32_MAX : class;
        }
        struct text_graph g;
        text_graph_make(x, near, rows, DIMS, &g);
        text_graph_spread(&g, label, guessed[c].classes, label);
        for (size_t i = 0; i < rows; i++) CHECK_I64(label[i], guessed[c].guess[i] - '0');
        text_graph_done(&g);
    }
}
