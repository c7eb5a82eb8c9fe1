#include "edge/text/text_spread.h"

#include <math.h>

#include "base/arena.h"
#include "edge/text/text_data.h"

#define SHARPNESS 12.0F /* an edge weighs exp(12 (cosine - 1)) */
#define FLOW 0.8F       /* of a text, what comes from its neighbours; the rest is its own label */
enum { ROUNDS = 30 };   /* 0.8 to the 30th is a thousandth */

/* Into the row's nearest, in falling order. */
static void join(uint32_t *to, float *cosine, uint32_t other, float v)
{
    size_t i = TEXT_JOINED - 1;
    if (v <= cosine[i]) return;
    for (; i > 0 && cosine[i - 1] < v; i--) cosine[i] = cosine[i - 1], to[i] = to[i - 1];
    cosine[i] = v;
    to[i] = other;
}

static void find_nearest(const int8_t *vectors, const struct text_near *near, size_t dims, struct text_graph *g)
{
    for (size_t i = 0; i < g->rows * TEXT_JOINED; i++) {
        g->to[i] = (uint32_t)(i / TEXT_JOINED);
        g->weight[i] = -1;
    }
    for (size_t i = 0; i < g->rows; i++)
        for (size_t k = 0; k < i; k++) {
            float v = near[i].scale * near[k].scale *
                      (float)text_vector_dot(vectors + i * dims, vectors + k * dims, dims);
            join(g->to + i * TEXT_JOINED, g->weight + i * TEXT_JOINED, (uint32_t)k, v);
            join(g->to + k * TEXT_JOINED, g->weight + k * TEXT_JOINED, (uint32_t)i, v);
        }
}

/* An edge counts from both ends, twice where each is among the nearest of the other. */
static void weigh(struct text_graph *g)
{
    float *all = mem_new((g->rows + 1) * sizeof *all);
    size_t edges = g->rows * TEXT_JOINED;
    for (size_t i = 0; i < edges; i++) {
        bool itself = g->to[i] == i / TEXT_JOINED;
        g->weight[i] = itself ? 0 : expf(SHARPNESS * (g->weight[i] - 1));
        all[i / TEXT_JOINED] += g->weight[i];
        all[g->to[i]] += g->weight[i];
    }
    for (size_t i = 0; i < edges; i++)
        if (g->weight[i] > 0) g->weight[i] /= sqrtf(all[i / TEXT_JOINED] * all[g->to[i]]);
    mem_free(all);
}

void text_graph_make(const int8_t *vectors, const struct text_near *near, size_t rows, size_t dims,
                     struct text_graph *out)
{
    out->rows = rows;
    out->to = mem_new((rows * TEXT_JOINED + 1) * sizeof *out->to);
    out->weight = mem_new((rows * TEXT_JOINED + 1) * sizeof *out->weight);
    find_nearest(vectors, near, dims, out);
    weigh(out);
}

/* from: of every row, how much of the class is there; the flow along all edges goes into `into`. */
static void flow(const struct text_graph *g, const float *from, float *into)
{
    for (size_t i = 0; i < g->rows * TEXT_JOINED; i++) {
        size_t a = i / TEXT_JOINED, b = g->to[i];
        into[a] += FLOW * g->weight[i] * from[b];
        into[b] += FLOW * g->weight[i] * from[a];
    }
}

/* What of class c reaches each row, into `now`. */
static void spread_class(const struct text_graph *g, const uint32_t *label, size_t c, float *now, float *next)
{
    for (size_t i = 0; i < g->rows; i++) now[i] = label[i] == c;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < g->rows; i++) next[i] = label[i] == c ? 1 - FLOW : 0;
        flow(g, now, next);
        memcpy(now, next, g->rows * sizeof *now);
    }
}

void text_graph_spread(const struct text_graph *g, const uint32_t *label, size_t classes, uint32_t *guess)
{
    float *now = mem_new((g->rows + 1) * sizeof *now), *next = mem_new((g->rows + 1) * sizeof *next);
    float *most = mem_new((g->rows + 1) * sizeof *most);
    uint32_t *best = mem_new((g->rows + 1) * sizeof *best);
    for (size_t i = 0; i < g->rows; i++) best[i] = TEXT_UNKNOWN;
    for (size_t c = 0; c < classes; c++) {
        spread_class(g, label, c, now, next);
        for (size_t i = 0; i < g->rows; i++)
            if (now[i] > most[i]) most[i] = now[i], best[i] = (uint32_t)c;
    }
    memcpy(guess, best, g->rows * sizeof *guess);
    mem_free(now);
    mem_free(next);
    mem_free(most);
    mem_free(best);
}

void text_graph_done(struct text_graph *g)
{
    mem_free(g->to);
    mem_free(g->weight);
    *g = (struct text_graph){ 0 };
}
