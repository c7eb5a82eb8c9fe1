#include "edge/text/stack_train.h"

#include <math.h>

#include "base/hash.h"
#include "base/json.h"
#include "edge/text/text_logit.h"
#include "edge/text/text_write.h"

#define COST 1.0   /* LIBLINEAR's C */
#define RIDGE 10.0 /* of the logistics */
enum {
    LEAST_TEXTS = 3
}; /* a feature must stand in so many texts; rarer ones, and pairs of words, taught nothing here */

struct stacking {
    const struct stack_data *d;
    size_t labels, folds;
    struct text_question question[TEXT_STACK_QUESTIONS_MAX];
    struct text_terms terms;
    double *idf;
    uint8_t *fold, *use;
    float *early;                  /* rows x early_dims: the first part of the vectors */
    size_t early_dims, levels;     /* levels: 1 without vectors */
    /* A level each: held-back scores (rows x labels) and probabilities (a question after the other), classifiers (the
     * classes of all questions side by side), the logistics' weights. */
    float *score[TEXT_STACK_LEVELS], *held[TEXT_STACK_LEVELS];
    struct text_linear all[TEXT_STACK_LEVELS];
    float *weights[TEXT_STACK_LEVELS];
    unsigned seed;
};

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
        for (size_t i = 0; i < d->rows; i++) s->use[i] = s->fold[i] != f && !(d->seen && d->seen[i]);
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
        label[i] = s->d->seen && s->d->seen[i] ? UINT32_MAX : s->d->label[q][i];
    return label;
}

static struct text_quality quality_of(const struct stacking *s, size_t q, const float *p)
{
    static const struct text_scale any = { .factor = { 1 } };
    uint32_t *label = counted_labels(s, q);
    struct text_quality out = text_quality_of(p, label, s->d->rows, s->d->classes[q], &any);
    mem_free(label);
    return out;
}

static float *held_of(const struct stacking *s, size_t q, size_t level)
{
    return s->held[level] + s->question[q].first * s->d->rows;
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
    err e = judge_held(s, q, x, inputs, held_of(s, q, level));
    for (size_t i = 0; i < d->rows; i++) s->use[i] = !(d->seen && d->seen[i]);
    if (!e.code) e = text_logit(x, d->rows, inputs, d->label[q], s->use, d->classes[q], RIDGE, weights);
    if (!e.code) fit_factor(s, q, held_of(s, q, level), weights, inputs);
    mem_free(x);
    return e;
}

static size_t weight_count(const struct stacking *s, size_t level)
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
        float *to = s->weights[v] = mem_new(weight_count(s, v) * sizeof *to);
        for (size_t q = 0; v < s->levels && q < s->d->questions && !e.code; q++) {
            e = fit_question(s, q, v, to);
            to += s->d->classes[q] * text_stack_inputs(s->d->extras, s->d->classes[q], v > 0);
        }
    }
    return e;
}

/* --- How far a text goes --- */

/* Half a standard error of an accuracy: so much may be lost for something cheaper. (Breiman et al., Classification and
 * Regression Trees, 1984, allow a whole one for a simpler tree; here the same is asked of several questions at once.)
 */
static double allowed(double accuracy, size_t rows)
{
    return 0.5 * sqrt(accuracy * (1 - accuracy) / (double)rows);
}

/* Whether level 1 or 2 is the last that a question gains by. */
static void find_deepest(struct stacking *s, struct stack_report *r)
{
    for (size_t q = 0; q < s->d->questions; q++) {
        r->quality[0][q] = quality_of(s, q, held_of(s, q, 0));
        s->question[q].deepest = 1;
        if (s->levels == 1) continue;
        struct text_quality first = quality_of(s, q, held_of(s, q, 1)), all = quality_of(s, q, held_of(s, q, 2));
        if (all.accuracy - first.accuracy > allowed(all.accuracy, r->counted)) s->question[q].deepest = 2;
        r->quality[1][q] = s->question[q].deepest == 2 ? all : first;
    }
}

/* Whether a question wants more of row i than this level. */
static bool is_open(const struct stacking *s, size_t q, size_t i, size_t level)
{
    const struct text_question *to = &s->question[q];
    const float *p = held_of(s, q, level) + i * to->count;
    float most = 0;
    for (size_t c = 0; c < to->count; c++) most = fmaxf(most, p[c]);
    return level < to->deepest && most < to->plain;
}

/* The last level of row i if these questions were all. */
static size_t last_level(const struct stacking *s, size_t i, size_t from, size_t end)
{
    size_t level = 0;
    for (bool open = true; open && level + 1 < s->levels; level += open) {
        open = false;
        for (size_t q = from; q < end; q++) open = open || is_open(s, q, i, level);
    }
    return level;
}

/* Held-back probabilities of what judges, each text by the last level that these questions want of it. */
static struct text_quality quality_at(struct stacking *s, size_t q, size_t from, size_t end)
{
    size_t rows = s->d->rows, classes = s->d->classes[q];
    float *p = mem_new(rows * classes * sizeof *p);
    for (size_t i = 0; i < rows; i++) {
        size_t level = last_level(s, i, from, end);
        if (level > s->question[q].deepest) level = s->question[q].deepest;
        memcpy(p + i * classes, held_of(s, q, level) + i * classes, classes * sizeof *p);
    }
    struct text_quality out = quality_of(s, q, p);
    mem_free(p);
    return out;
}

/* The least of 0, .01, .02, ... at which the question loses no more than one text in a thousand, were it the only one:
 * whoever fetched the encoder wants what it knows. */
static void find_plain(struct stacking *s, size_t q, double best)
{
    float *plain = &s->question[q].plain;
    for (int percent = 0; percent <= 100; percent++) {
        *plain = (float)percent / 100;
        if (best - quality_at(s, q, q, q + 1).accuracy <= 0.001) return;
    }
    *plain = 2;
}

static void find_bounds(struct stacking *s, struct stack_report *r)
{
    size_t questions = s->d->questions;
    for (size_t q = 0; q < questions; q++) find_plain(s, q, r->quality[1][q].accuracy);
    for (size_t q = 0; q < questions; q++) {
        r->plain[q] = s->question[q].plain;
        r->quality[1][q] = quality_at(s, q, 0, questions);
    }
    for (size_t i = 0; i < s->d->rows; i++)
        if (!(s->d->seen && s->d->seen[i])) r->share[last_level(s, i, 0, questions)] += 1 / (double)r->counted;
}

/* --- The file --- */

static str about(const struct stacking *s, const struct stack_report *r, struct arena *a)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "texts", (int64_t)s->d->rows);
    struct sha256 digest = sha256_parts(s->d->text, s->d->rows);
    jw_str(&w, "data_sha256", hex_text((str){ (const char *)digest.b, sizeof digest.b }, a));
    jw_i64(&w, "seed", (int64_t)s->seed - 1);
    jw_i64(&w, "held_back", (int64_t)r->counted);
    for (size_t q = 0; q < s->d->questions; q++) {
        jw_open(&w, s->d->name[q]);
        jw_f64(&w, "accuracy", r->quality[0][q].accuracy);
        jw_f64(&w, "ece", r->quality[0][q].ece);
        if (s->d->dims) jw_f64(&w, "accuracy_with_vectors", r->quality[1][q].accuracy);
        if (s->d->dims) jw_f64(&w, "ece_with_vectors", r->quality[1][q].ece);
        if (s->d->dims) jw_f64(&w, "plain", (double)r->plain[q]);
        jw_close(&w);
    }
    if (s->d->dims) jw_f64(&w, "plain_share", r->share[0]);
    if (s->d->dims) jw_f64(&w, "first_layers_share", r->share[1]);
    jw_close(&w);
    return buf_take(&b, a);
}

static err write_classifier(const struct stacking *s, const struct stack_report *r, struct arena *a, struct buf *out)
{
    const struct stack_data *d = s->d;
    str names[TEXT_STACK_LABELS_MAX];
    for (size_t q = 0; q < d->questions; q++)
        memcpy(names + s->question[q].first, d->label_name[q], d->classes[q] * sizeof *names);
    struct text_parts p = { .names = names,
                            .terms = &s->terms,
                            .idf = s->idf,
                            .sparse = &s->all[0],
                            .dense = d->dims ? &s->all[2] : NULL,
                            .centres = &s->all[0].weight[0], /* none: near_dims is 0 */
                            .vectors = (const int8_t *)"",
                            .near = &(struct text_near){ 0 },
                            .about = about(s, r, a) };
    for (size_t v = 0; v < 2; v++) p.scales[v] = (struct text_scale){ .factor = { 1, 0, 0 }, .threshold = 1e30F };
    err e = text_write(&p, out);
    return e;
}

static void align(struct buf *out)
{
    while (out->len % TEXT_ALIGN && !out->full) buf_char(out, 0);
}

/* A row of weights and a constant for each label. */
static void write_early(const struct stacking *s, struct buf *out)
{
    const struct text_linear *l = &s->all[1];
    for (size_t c = 0; c < l->classes; c++)
        for (size_t f = 0; f <= l->features; f++)
            buf_add(out, (str){ (const char *)&l->weight[f * l->classes + c], sizeof(float) });
}

static err write_stack(const struct stacking *s, const struct stack_report *r, struct buf *out)
{
    struct arena a = arena_init(1 << 20);
    struct buf model = buf_init(out->max);
    struct text_stack_head h = { .questions = (uint32_t)s->d->questions,
                                 .extras = (uint32_t)s->d->extras,
                                 .layers = s->d->dims ? s->d->layers : 0,
                                 .until = s->d->dims ? s->d->until : 0 };
    text_stack_begin(&h);
    memcpy(h.question, s->question, sizeof h.question);
    err e = write_classifier(s, r, &a, &model);
    buf_add(out, (str){ (const char *)&h, sizeof h });
    for (size_t v = 0; v < TEXT_STACK_LEVELS; v++) {
        align(out);
        h.weights[v] = out->len;
        buf_add(out, (str){ (const char *)s->weights[v], weight_count(s, v) * sizeof(float) });
    }
    align(out);
    h.early = out->len;
    if (s->levels > 1) write_early(s, out);
    align(out);
    h.model = out->len;
    h.model_len = model.len;
    buf_add(out, buf_view(&model));
    if (!e.code && out->full) e = err_make(ERR_LIMIT, "the model is larger than %zu bytes", out->max);
    h.size = out->len;
    if (!e.code) {
        h.check = hash64(str_cut(buf_view(out), sizeof h, out->len));
        memcpy(out->ptr, &h, sizeof h);
    }
    buf_done(&model);
    arena_done(&a);
    return e;
}

/* --- All of it --- */

static err check(const struct stack_data *d, struct stacking *s)
{
    size_t counted = 0;
    for (size_t i = 0; i < d->rows; i++) counted += !(d->seen && d->seen[i]);
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
    err e = check(d, &s);
    if (!e.code) e = text_terms_find(d->text, d->rows, &s.terms);
    if (!e.code) {
        take_early(&s);
        deal(&s, seed);
        e = hold_back(&s);
    }
    for (size_t i = 0; i < d->rows; i++) report->counted += !(d->seen && d->seen[i]);
    if (!e.code) e = fit(&s);
    if (!e.code) find_deepest(&s, report);
    if (!e.code && d->dims) find_bounds(&s, report);
    if (!e.code) e = learn(&s, NULL);
    for (size_t t = 0; !e.code && t < s.terms.terms; t++) report->features += s.idf[t] > 0;
    if (!e.code) e = write_stack(&s, report, out);
    stacking_done(&s);
    return e;
}
