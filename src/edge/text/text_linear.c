#include "edge/text/text_linear.h"

#include <linear.h>
#include <math.h>
#include <stdlib.h>

#include "base/arena.h"

#define ACCURACY 0.1 /* where LIBLINEAR stops by default */

struct rows {
    struct problem p;
    struct feature_node *node; /* one run of memory */
    size_t nodes, cap;
    size_t *from; /* of each row in it */
    size_t *of;   /* members of each class */
};

static void rows_init(struct rows *r, size_t most, size_t features, size_t classes)
{
    *r = (struct rows){ .p = { .n = (int)features + 1, .bias = 1 } };
    r->p.y = mem_new((most + 1) * sizeof *r->p.y);
    r->p.x = mem_new((most + 1) * sizeof(void *));
    r->from = mem_new((most + 1) * sizeof *r->from);
    r->of = mem_new((classes + 1) * sizeof *r->of);
}

static void rows_done(struct rows *r)
{
    mem_free(r->p.y);
    mem_free((void *)r->p.x);
    mem_free(r->node);
    mem_free(r->from);
    mem_free(r->of);
}

static void add_node(struct rows *r, int index, double value)
{
    if (r->nodes == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 1 << 18;
        r->node = mem_grow(r->node, r->cap * sizeof *r->node);
    }
    r->node[r->nodes++] = (struct feature_node){ index, value };
}

/* The row's features were added from `from` on: the constant and the end follow. */
static void end_row(struct rows *r, size_t from, uint32_t label)
{
    add_node(r, r->p.n, 1);
    add_node(r, -1, 0);
    r->from[r->p.l] = from;
    r->of[label]++;
    r->p.y[r->p.l++] = label;
}

void text_linear_costs(const size_t *of, size_t classes, size_t rows, const struct text_linear_opts *o, double *cost)
{
    double mean = (double)rows / (double)classes;
    for (size_t c = 0; c < classes; c++) cost[c] = o->balanced && of[c] ? mean / (double)of[c] : 1;
}

/* Only of classes that are there: LIBLINEAR warns of others. */
static void set_costs(struct parameter *p, const struct rows *r, size_t classes, const struct text_linear_opts *o,
                      int *label, double *weight)
{
    double *cost = mem_new(classes * sizeof *cost);
    text_linear_costs(r->of, classes, (size_t)r->p.l, o, cost);
    for (size_t c = 0; c < classes; c++) {
        if (r->of[c] == 0) continue;
        label[p->nr_weight] = (int)c;
        weight[p->nr_weight++] = cost[c];
    }
    p->weight_label = label;
    p->weight = weight;
    mem_free(cost);
}

static void quiet(const char *line)
{
    (void)line;
}

/* LIBLINEAR numbers classes as they come; with two it keeps one row of weights, for the first it met. */
static void take_weights(const struct model *m, struct text_linear *out)
{
    size_t kept = m->nr_class == 2 ? 1 : (size_t)m->nr_class, rows = out->features + 1;
    for (size_t i = 0; i < rows * out->classes; i++) out->weight[i] = 0;
    for (size_t c = 0; c < out->classes; c++) out->weight[out->features * out->classes + c] = -1; /* never seen */
    for (size_t f = 0; f < rows; f++) {
        float *row = out->weight + f * out->classes;
        for (size_t k = 0; k < kept; k++) row[m->label[k]] = (float)m->w[f * kept + k];
        if (m->nr_class == 2) row[m->label[1]] = -row[m->label[0]];
    }
}

static err solve(struct rows *r, size_t classes, const struct text_linear_opts *o, struct text_linear *out)
{
    struct parameter p = { .solver_type = L2R_L2LOSS_SVC_DUAL, .C = o->cost, .eps = ACCURACY };
    size_t seen = 0;
    for (size_t c = 0; c < classes; c++) seen += r->of[c] > 0;
    if (seen < 2) return err_make(ERR_INPUT, "texts of %zu labels; at least two are needed", seen);
    for (int i = 0; i < r->p.l; i++) r->p.x[i] = r->node + r->from[i];
    int *label = mem_new(classes * sizeof *label);
    double *weight = mem_new(classes * sizeof *weight);
    set_costs(&p, r, classes, o, label, weight);
    set_print_string_function(quiet);
    srand(o->seed);
    struct model *m = train(&r->p, &p);
    *out = (struct text_linear){ .classes = classes, .features = (size_t)r->p.n - 1 };
    out->weight = mem_new((size_t)r->p.n * classes * sizeof *out->weight);
    take_weights(m, out);
    free_and_destroy_model(&m);
    mem_free(label);
    mem_free(weight);
    return OK;
}

static int by_index(const void *a, const void *b)
{
    const struct feature_node *x = a, *y = b;
    return x->index < y->index ? -1 : x->index > y->index;
}

err text_linear_sparse(const struct text_terms *t, const double *idf, const uint32_t *label, const uint8_t *use,
                       size_t classes, const struct text_linear_opts *o, struct text_linear *out)
{
    struct rows r;
    double *value = mem_new((size_t)TEXT_FEATURES_MAX * sizeof *value);
    rows_init(&r, t->rows, t->terms, classes);
    for (size_t i = 0; i < t->rows; i++) {
        if ((use && !use[i]) || label[i] >= classes) continue;
        size_t from = r.nodes;
        text_terms_row(t, i, idf, value);
        for (size_t k = t->start[i]; k < t->start[i + 1]; k++)
            if (value[k - t->start[i]] > 0) add_node(&r, (int)t->term[k] + 1, value[k - t->start[i]]);
        qsort(r.node + from, r.nodes - from, sizeof *r.node, by_index);
        end_row(&r, from, label[i]);
    }
    mem_free(value);
    err e = solve(&r, classes, o, out);
    rows_done(&r);
    return e;
}

void text_linear_done(struct text_linear *l)
{
    mem_free(l->weight);
    *l = (struct text_linear){ 0 };
}

static void start(const struct text_linear *l, float *out)
{
    memcpy(out, l->weight + l->features * l->classes, l->classes * sizeof *out);
}

static void add(const struct text_linear *l, size_t feature, double value, float *out)
{
    const float *row = l->weight + feature * l->classes;
    for (size_t c = 0; c < l->classes; c++) out[c] += (float)value * row[c];
}

void text_linear_score(const struct text_linear *l, const struct text_terms *t, size_t row, const double *idf,
                       float *out)
{
    double *value = mem_new((t->start[row + 1] - t->start[row] + 1) * sizeof *value);
    text_terms_row(t, row, idf, value);
    start(l, out);
    for (size_t k = t->start[row]; k < t->start[row + 1]; k++)
        if (value[k - t->start[row]] > 0) add(l, t->term[k], value[k - t->start[row]], out);
    mem_free(value);
}

void text_linear_score_dense(const struct text_linear *l, const float *x, float *out)
{
    start(l, out);
    for (size_t k = 0; k < l->features; k++) add(l, k, (double)x[k], out);
}
