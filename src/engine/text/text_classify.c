/* A text and its vector -> scores of the classes, by the words and by the vector, and the set that may be meant. */
#include <math.h>

#include "engine/text/text_model.h"
#include "engine/text/text_near.h"

static float dot(const float *a, const float *b, size_t n)
{
    float s[8] = { 0 }, all = 0;
    for (size_t i = 0; i < n; i += 8)
        for (size_t k = 0; k < 8; k++) s[k] += a[i + k] * b[i + k];
    for (size_t k = 0; k < 8; k++) all += s[k];
    return all;
}

void text_row_scores(const float *rows, size_t classes, size_t dims, const float *vector, float *out)
{
    for (size_t c = 0; c < classes; c++) {
        const float *row = rows + c * (dims + 1);
        out[c] = dot(row, vector, dims) + row[dims];
    }
}

void text_dense_scores(const struct text_model *m, const float *vector, float *out)
{
    text_row_scores(m->dense, m->head->classes, m->head->dims, vector, out);
}

void text_near_part(const float *vector, size_t dims, size_t near_dims, float *out)
{
    const float *x = vector + dims - near_dims;
    float length = sqrtf(dot(x, x, near_dims));
    for (size_t k = 0; k < near_dims; k++) out[k] = length > 0 ? x[k] / length : 0;
}

float text_centre(const struct text_model *m, const float *near)
{
    float best = -1;
    for (size_t c = 0; c < m->head->classes; c++)
        best = fmaxf(best, dot(m->centres + c * m->head->near_dims, near, m->head->near_dims));
    return best;
}

static float highest(const float *v, size_t n)
{
    float best = v[0];
    for (size_t i = 1; i < n; i++) best = fmaxf(best, v[i]);
    return best;
}

void text_softmax(const float *const score[TEXT_FACTORS], const float factor[TEXT_FACTORS], size_t kinds, size_t n,
                  float *p)
{
    float most = -INFINITY, all = 0;
    for (size_t c = 0; c < n; c++) {
        p[c] = 0;
        for (size_t k = 0; k < kinds; k++) p[c] += factor[k] * score[k][c];
        most = fmaxf(most, p[c]);
    }
    for (size_t c = 0; c < n; c++) all += p[c] = expf(p[c] - most);
    for (size_t c = 0; c < n; c++) p[c] /= all;
}

static float outside_odds(const struct text_scale *s, const float *term, size_t n)
{
    float odds = s->outside[TEXT_OUTSIDE_TERMS];
    if (s->threshold == INFINITY) return -INFINITY;
    for (size_t i = 0; i < n; i++) odds += s->outside[i] * term[i];
    return odds;
}

void text_classify(const struct text_model *m, str text, const float *vector, struct text_work *w,
                   struct text_guess *out)
{
    size_t k = m->head->classes;
    bool dense = vector && m->head->dims;
    const struct text_scale *s = &m->head->scales[dense];
    const float *score[TEXT_FACTORS] = { w->margin, w->dense, w->vote };
    float term[TEXT_OUTSIDE_TERMS] = { 0 };
    out->known = text_margins(m, text, w) || dense;
    term[OUTSIDE_SPARSE] = highest(w->margin, k);
    if (dense) {
        text_dense_scores(m, vector, w->dense);
        text_near_part(vector, m->head->dims, m->head->near_dims, w->near);
        text_near_vote(m->vectors, m->near, m->head->neighbours, m->head->near_dims, k, w->near, SIZE_MAX, w->vote,
                       &term[OUTSIDE_NEAREST]);
        term[OUTSIDE_DENSE] = highest(w->dense, k);
        term[OUTSIDE_CENTRE] = text_centre(m, w->near);
    }
    text_softmax(score, s->factor, dense ? TEXT_FACTORS : 1, k, out->p);
    out->best = 0;
    for (size_t c = 1; c < k; c++)
        if (out->p[c] > out->p[out->best]) out->best = c;
    out->outside = outside_odds(s, term, dense ? TEXT_OUTSIDE_TERMS : 1);
    out->reject = out->outside >= s->threshold;
}

size_t text_prediction_set(const struct text_model *m, const struct text_guess *g, size_t level, bool with_vector,
                           uint16_t set[TEXT_CLASSES_MAX])
{
    float least = 1 - m->head->scales[with_vector && m->head->dims].miss[level];
    size_t n = 0;
    for (size_t c = 0; c < m->head->classes; c++) {
        if (c != g->best && g->p[c] < least) continue;
        size_t i = n++;
        for (; i > 0 && g->p[set[i - 1]] < g->p[c]; i--) set[i] = set[i - 1];
        set[i] = (uint16_t)c;
    }
    return n;
}
