#include "edge/text/stack_internal.h"

#include <math.h>

#include "base/hash.h"
#include "edge/text/text_logit.h"

#define COST 1.0   /* LIBLINEAR's C */
#define RIDGE 10.0 /* of the logistics */
/* A feature must stand in so many texts; rarer ones, and pairs of words, taught nothing here. */
enum { LEAST_TEXTS = 3 };

/* --- Classifiers of all questions --- */

/* Numbers of a vector that one layer made. */
static size_t part_of(const struct stack_data *d)
{
    size_t parts = 0;
    for (uint32_t left = d->layers; left; left &= left - 1) parts++;
    return parts ? d->dims / parts : d->dims;
}

static void idf_of(struct stacking *s, const uint8_t *use)
{
    uint32_t *texts = mem_new((s->terms.terms + 1) * sizeof *texts);
    text_terms_idf(&s->terms, use, s->idf);
    for (size_t i = 0; i < s->terms.rows; i++)
        for (size_t k = s->terms.start[i]; (!use || use[i]) && k < s->terms.start[i + 1]; k++)
            texts[s->terms.term[k]]++;
    for (size_t t = 0; t < s->terms.terms; t++)
        if (texts[t] < LEAST_TEXTS || s->terms.view[t] == TEXT_PAIRS) s->idf[t] = 0;
    mem_free(texts);
}

static void put_beside(const struct text_linear *one, size_t first, struct text_linear *all)
{
    for (size_t f = 0; f <= one->features; f++)
        memcpy(all->weight + f * all->classes + first, one->weight + f * one->classes, one->classes * sizeof(float));
}

/* The numbers of a row that a level reads. */
static size_t dims_of(const struct stacking *s, size_t level)
{
    return level == 1 ? s->early_dims : s->d->dims;
}

static const float *vectors_of(const struct stacking *s, size_t level)
{
    return level == 1 ? s->early : s->d->vector;
}

static err learn_level(struct stacking *s, const uint8_t *use, size_t level)
{
    const struct stack_data *d = s->d;
    struct text_linear_opts o = { .cost = COST, .balanced = true, .seed = s->seed, .part = part_of(d) };
    struct text_linear *all = &s->all[level];
    size_t dims = dims_of(s, level), features = level ? dims : s->terms.terms;
    text_linear_done(all);
    *all = (struct text_linear){ .classes = s->labels, .features = features };
    all->weight = mem_new((features + 1) * s->labels * sizeof *all->weight);
    for (size_t q = 0; q < d->questions; q++) {
        struct text_linear one = { 0 };
        err e = level
                    ? text_linear_dense(vectors_of(s, level), dims, d->rows, d->label[q], use, d->classes[q], &o, &one)
                    : text_linear_sparse(&s->terms, s->idf, d->label[q], use, d->classes[q], &o, &one);
        if (e.code) return e;
        put_beside(&one, s->question[q].first, all);
        text_linear_done(&one);
    }
    return OK;
}

static err learn(struct stacking *s, const uint8_t *use)
{
    err e = OK;
    idf_of(s, use);
    for (size_t v = 0; v < s->levels && !e.code; v++) e = learn_level(s, use, v);
    return e;
}

static void score_row(struct stacking *s, size_t row)
{
    text_linear_score(&s->all[0], &s->terms, row, s->idf, s->score[0] + row * s->labels);
    for (size_t v = 1; v < s->levels; v++)
        text_linear_score_dense(&s->all[v], vectors_of(s, v) + row * dims_of(s, v), s->score[v] + row * s->labels);
}

static err hold_back(struct stacking *s)
{
    err e = OK;
    for (size_t f = 0; f < s->folds && !e.code; f++) {
        for (size_t i = 0; i < s->d->rows; i++) s->use[i] = s->fold[i] != f;
        e = learn(s, s->use);
        for (size_t i = 0; i < s->d->rows && !e.code; i++)
            if (!s->use[i]) score_row(s, i);
    }
    return e;
}

/* --- Logistics over their scores --- */

static float *read_inputs(const struct stacking *s, size_t q, size_t level, size_t inputs)
{
    const struct stack_data *d = s->d;
    float *x = mem_new(d->rows * inputs * sizeof *x), one[TEXT_STACK_INPUTS_MAX];
    for (size_t i = 0; i < d->rows; i++) {
        text_stack_read(&s->question[q], d->extra + i * d->extras, d->extras, s->score[0] + i * s->labels,
                        level ? s->score[level] + i * s->labels : NULL, one);
        memcpy(x + i * inputs, one, inputs * sizeof *x);
    }
    return x;
}

static void answer(const float *weights, const float *x, size_t inputs, size_t classes, float *p)
{
    const float *score[TEXT_FACTORS] = { p };
    const float factor[TEXT_FACTORS] = { 1 };
    float raw[TEXT_STACK_LABELS_MAX];
    score[0] = raw;
    for (size_t c = 0; c < classes; c++) {
        raw[c] = 0;
        for (size_t k = 0; k < inputs; k++) raw[c] += weights[c * inputs + k] * x[k];
    }
    text_softmax(score, factor, 1, classes, p);
}

/* What logistics of the other parts say of each part. */
static err judge_held(struct stacking *s, size_t q, const float *x, size_t inputs, float *p)
{
    const struct stack_data *d = s->d;
    size_t classes = d->classes[q];
    float *weights = mem_new(classes * inputs * sizeof *weights);
    err e = OK;
    for (size_t f = 0; f < s->folds && !e.code; f++) {
        for (size_t i = 0; i < d->rows; i++) s->use[i] = s->fold[i] != f && stack_counts(d, i);
        e = text_logit(x, d->rows, inputs, d->label[q], s->use, classes, RIDGE, weights);
        for (size_t i = 0; i < d->rows && !e.code; i++)
            if (s->fold[i] == f) answer(weights, x + i * inputs, inputs, classes, p + i * classes);
    }
    mem_free(weights);
    return e;
}

/* Of texts that count; others have a label that is none. */
static uint32_t *counted_labels(const struct stacking *s, size_t q)
{
    uint32_t *label = mem_new((s->d->rows + 1) * sizeof *label);
    for (size_t i = 0; i < s->d->rows; i++)
        label[i] = stack_counts(s->d, i) ? s->d->label[q][i] : UINT32_MAX;
    return label;
}

struct text_quality stack_quality(const struct stacking *s, size_t q, const float *p)
{
    static const struct text_scale any = { .factor = { 1 } };
    uint32_t *label = counted_labels(s, q);
    struct text_quality out = text_quality_of(p, label, s->d->rows, s->d->classes[q], &any);
    mem_free(label);
    return out;
}

/* The logistics are held back by their ridge and learned from classifiers of fewer texts: so they are too shy. */
static void fit_factor(struct stacking *s, size_t q, float *p, float *weights, size_t inputs)
{
    const struct stack_data *d = s->d;
    size_t n = d->rows * d->classes[q];
    float *score = mem_new((n + 1) * sizeof *score), factor[TEXT_FACTORS] = { 1 };
    uint32_t *label = counted_labels(s, q);
    for (size_t i = 0; i < n; i++) score[i] = logf(fmaxf(p[i], 1e-12F));
    const struct text_held held = { .rows = d->rows, .classes = d->classes[q], .kinds = 1, .score = { score },
                                    .label = label };
    text_fit_factors(&held, 1, factor);
    for (size_t i = 0; i < d->rows; i++) {
        const float *one[TEXT_FACTORS] = { score + i * d->classes[q] };
        text_softmax(one, factor, 1, d->classes[q], p + i * d->classes[q]);
    }
    for (size_t i = 0; i < d->classes[q] * inputs; i++) weights[i] *= factor[0];
    mem_free(label);
    mem_free(score);
}

static err fit_question(struct stacking *s, size_t q, size_t level, float *weights)
{
    const struct stack_data *d = s->d;
    size_t inputs = text_stack_inputs(d->extras, d->classes[q], level > 0);
    float *x = read_inputs(s, q, level, inputs);
    err e = judge_held(s, q, x, inputs, stack_held(s, q, level));
    for (size_t i = 0; i < d->rows; i++) s->use[i] = stack_counts(d, i);
    if (!e.code) e = text_logit(x, d->rows, inputs, d->label[q], s->use, d->classes[q], RIDGE, weights);
    if (!e.code) fit_factor(s, q, stack_held(s, q, level), weights, inputs);
    mem_free(x);
    return e;
}

size_t stack_weights(const struct stacking *s, size_t level)
{
    size_t n = 0;
    for (size_t q = 0; q < s->d->questions; q++)
        n += s->d->classes[q] * text_stack_inputs(s->d->extras, s->d->classes[q], level > 0);
    return n;
}

static err fit(struct stacking *s)
{
    err e = OK;
    for (size_t v = 0; v < TEXT_STACK_LEVELS; v++) {
        float *to = s->weights[v] = mem_new(stack_weights(s, v) * sizeof *to);
        for (size_t q = 0; v < s->levels && q < s->d->questions && !e.code; q++) {
            e = fit_question(s, q, v, to);
            to += s->d->classes[q] * text_stack_inputs(s->d->extras, s->d->classes[q], v > 0);
        }
    }
    return e;
}

/* --- All of it --- */

static err check(const struct stack_data *d, size_t counted, struct stacking *s)
{
    if (counted < STACK_TEXT_LEAST)
        return err_make(ERR_INPUT, "%zu texts; at least %d are needed", counted, STACK_TEXT_LEAST);
    for (size_t q = 0; q < d->questions; q++) {
        struct text_question *to = &s->question[q];
        if (d->classes[q] < 2) return err_make(ERR_INPUT, "%s: at least two labels are needed", d->name[q]);
        to->first = (uint32_t)s->labels;
        to->count = (uint32_t)d->classes[q];
        (void)snprintf(to->name, sizeof to->name, "%s", d->name[q]);
        s->labels += d->classes[q];
    }
    return s->labels <= TEXT_STACK_LABELS_MAX
               ? OK
               : err_make(ERR_LIMIT, "%zu labels, at most %d", s->labels, TEXT_STACK_LABELS_MAX);
}

/* Whether sources can be held back one at a time: none has more than half of the texts. */
static bool by_source(const struct stack_data *d)
{
    size_t most = 0, *of = mem_new((d->sources + 1) * sizeof *of);
    for (size_t i = 0; d->source && i < d->rows; i++) of[d->source[i]]++;
    for (size_t k = 0; k < d->sources; k++) most = of[k] > most ? of[k] : most;
    mem_free(of);
    return d->source && d->sources >= STACK_FOLDS && most <= d->rows / 2;
}

static void deal_folds(struct stacking *s, uint64_t start)
{
    bool sources = by_source(s->d);
    s->folds = !sources ? STACK_FOLDS : s->d->sources < STACK_FOLDS_MAX ? s->d->sources : STACK_FOLDS_MAX;
    for (size_t i = 0; i < s->d->rows; i++) {
        uint64_t from = sources ? s->d->source[i] : hash64_more(start, s->d->text[i]) >> 20;
        s->fold[i] = (uint8_t)(from % s->folds);
    }
}

static void deal(struct stacking *s, uint64_t seed)
{
    size_t n = s->d->rows + 1;
    uint64_t start = hash64((str){ (const char *)&seed, sizeof seed });
    s->fold = mem_new(n);
    s->use = mem_new(n);
    s->idf = mem_new((s->terms.terms + 1) * sizeof *s->idf);
    for (size_t v = 0; v < s->levels; v++) {
        s->score[v] = mem_new(n * s->labels * sizeof *s->score[v]);
        s->held[v] = mem_new(n * s->labels * sizeof *s->held[v]);
    }
    deal_folds(s, start);
}

/* The first part of every vector, as rows of their own. */
static void take_early(struct stacking *s)
{
    const struct stack_data *d = s->d;
    s->levels = d->dims ? TEXT_STACK_LEVELS : 1;
    s->early_dims = d->dims ? text_stack_early(d->layers, d->until, d->dims) : 0;
    s->early = mem_new((d->rows * s->early_dims + 1) * sizeof *s->early);
    for (size_t i = 0; i < d->rows && d->dims; i++)
        memcpy(s->early + i * s->early_dims, d->vector + i * d->dims, s->early_dims * sizeof *s->early);
}

static void stacking_done(struct stacking *s)
{
    text_terms_done(&s->terms);
    for (size_t v = 0; v < TEXT_STACK_LEVELS; v++) {
        text_linear_done(&s->all[v]);
        mem_free(s->weights[v]);
        mem_free(s->held[v]);
        mem_free(s->score[v]);
    }
    mem_free(s->early);
    mem_free(s->idf);
    mem_free(s->fold);
    mem_free(s->use);
}

err stack_train(const struct stack_data *d, uint64_t seed, struct buf *out, struct stack_report *report)
{
    struct stacking s = { .d = d, .seed = (unsigned)seed + 1 };
    *report = (struct stack_report){ 0 };
    for (size_t i = 0; i < d->rows; i++) report->counted += stack_counts(d, i);
    err e = check(d, report->counted, &s);
    if (!e.code) e = text_terms_find(d->text, d->rows, &s.terms);
    if (!e.code) {
        take_early(&s);
        deal(&s, seed);
        e = hold_back(&s);
    }
    if (!e.code) e = fit(&s);
    if (!e.code) stack_find_depth(&s, report);
    if (!e.code) e = learn(&s, NULL);
    for (size_t t = 0; !e.code && t < s.terms.terms; t++) report->features += s.idf[t] > 0;
    if (!e.code) e = stack_write(&s, report, out);
    stacking_done(&s);
    return e;
}
