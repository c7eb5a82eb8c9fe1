#include "edge/text/text_train.h"

#include <math.h>

#include "base/hash.h"
#include "base/json.h"
#include "edge/text/text_spread.h"
#include "edge/text/text_write.h"

/* What is tried. Many texts of few classes want a lower C than few texts of many classes; with few texts a class the
 * last layer does better alone. */
struct setting {
    double cost; /* LIBLINEAR's C */
    bool last;   /* of vectors: the last layer alone */
};
static const struct setting settings[] = { { 0.2, false }, { 1, false }, { 1, true } };
enum { CLASSES_LEAST = 2, ROWS_LEAST = 10, SETTINGS = sizeof settings / sizeof *settings };

struct training {
    const struct text_data *d;
    const struct text_train_opts *o;
    struct text_terms terms;
    double *idf;
    uint8_t *fold; /* of each row */
    struct text_held held;
    struct text_linear sparse, dense;
    struct setting setting[TEXT_NEAR_VOTE]; /* of TEXT_SPARSE and TEXT_DENSE */
    float *about;          /* rows x near_dims: the last part of each vector, of length 1 */
    float *sums, *centres; /* classes x near_dims */
    int8_t *vectors;
    struct text_near *near;
    uint32_t *kept; /* neighbour -> row */
    struct text_graph graph; /* of the neighbours, where some have no label */
    size_t neighbours, labelled, steps; /* the first neighbours have labels */
    float *outside; /* terms of texts of no class */
    size_t outside_count;
    struct text_scale scales[2];
};

static void tell(struct training *t, const char *what)
{
    enum { STEPS = TEXT_FOLDS + 5 };
    t->steps++;
    if (t->o->progress) t->o->progress(t->o->ctx, what, t->steps < STEPS ? t->steps : STEPS, STEPS);
}

static bool counts(const struct training *t, size_t row)
{
    return t->d->label[row] < t->d->classes;
}

/* --- Neighbours and centres --- */

static void find_parts(struct training *t)
{
    size_t dims = t->d->dims, near = t->d->near_dims;
    t->about = mem_new((t->d->rows * near + 1) * sizeof *t->about);
    for (size_t i = 0; i < t->d->rows; i++) text_near_part(t->d->vector + i * dims, dims, near, t->about + i * near);
}

static void find_centres(struct training *t)
{
    size_t dims = t->d->near_dims, k = t->d->classes;
    t->sums = mem_new(k * dims * sizeof *t->sums);
    t->centres = mem_new(k * dims * sizeof *t->centres);
    for (size_t i = 0; i < t->d->rows; i++)
        for (size_t j = 0; counts(t, i) && j < dims; j++)
            t->sums[t->d->label[i] * dims + j] += t->about[i * dims + j];
    for (size_t c = 0; c < k; c++) {
        float norm = 0;
        for (size_t j = 0; j < dims; j++) norm += t->sums[c * dims + j] * t->sums[c * dims + j];
        for (size_t j = 0; norm > 0 && j < dims; j++) t->centres[c * dims + j] = t->sums[c * dims + j] / sqrtf(norm);
    }
}

static bool has_no_label(const struct training *t, size_t row)
{
    return t->d->label[row] == TEXT_UNKNOWN;
}

/* The rows that `is` says, those with labels or those without. When there are more than there is room for, they are
 * taken at even steps. */
static void take_neighbours(struct training *t, bool (*is)(const struct training *t, size_t row), size_t room)
{
    size_t dims = t->d->near_dims, all = 0, seen = 0, first = t->neighbours;
    for (size_t i = 0; i < t->d->rows; i++) all += is(t, i);
    size_t keep = all < room ? all : room;
    for (size_t i = 0; i < t->d->rows && t->neighbours - first < keep; i++) {
        if (!is(t, i) || seen++ * keep / all != t->neighbours - first) continue;
        t->kept[t->neighbours] = (uint32_t)i;
        t->near[t->neighbours] = (struct text_near){
            .class = t->d->label[i],
            .scale = text_vector_pack(t->about + i * dims, dims, t->vectors + t->neighbours * dims),
        };
        t->neighbours++;
    }
}

static void find_neighbours(struct training *t)
{
    size_t most = t->d->rows < TEXT_NEIGHBOURS_KEPT ? t->d->rows : TEXT_NEIGHBOURS_KEPT;
    t->vectors = mem_new(most * t->d->near_dims + 1);
    t->near = mem_new((most + 1) * sizeof *t->near);
    t->kept = mem_new((most + 1) * sizeof *t->kept);
    take_neighbours(t, counts, most);
    t->labelled = t->neighbours;
    take_neighbours(t, has_no_label, most - t->neighbours);
    if (t->neighbours == t->labelled) return;
    tell(t, "guessing labels of the texts without");
    text_graph_make(t->vectors, t->near, t->neighbours, t->d->near_dims, &t->graph);
}

/* Labels of the neighbours that have none, by those of the others but for the part that is held back. A text that no
 * label reaches says nothing. */
static void guess(const struct training *t, size_t held_back, struct text_near *near)
{
    if (t->neighbours == t->labelled) return;
    uint32_t *label = mem_new((t->neighbours + 1) * sizeof *label);
    for (size_t i = 0; i < t->neighbours; i++)
        label[i] = t->fold[t->kept[i]] == held_back ? TEXT_UNKNOWN : t->d->label[t->kept[i]];
    text_graph_spread(&t->graph, label, t->d->classes, label);
    for (size_t i = t->labelled; i < t->neighbours; i++) {
        near[i] = (struct text_near){ t->near[i].scale, TEXT_GUESSED | label[i] };
        if (label[i] == TEXT_UNKNOWN) near[i] = (struct text_near){ 0, TEXT_GUESSED };
    }
    mem_free(label);
}

/* The cosine to the nearest centre, its own without itself. */
static float centre_without(const struct training *t, size_t row)
{
    size_t dims = t->d->near_dims;
    const float *x = t->about + row * dims;
    float best = -1;
    for (size_t c = 0; c < t->d->classes; c++) {
        const float *sum = t->sums + c * dims;
        float own = t->d->label[row] == c, dot = 0, norm = 0;
        for (size_t j = 0; j < dims; j++) {
            float v = sum[j] - own * x[j];
            dot += v * x[j];
            norm += v * v;
        }
        if (norm > 0) best = fmaxf(best, dot / sqrtf(norm));
    }
    return best;
}

static void near_scores(struct training *t, const struct text_near *near, size_t row, size_t skip, float *vote,
                        float *term)
{
    text_near_vote(t->vectors, near, t->neighbours, t->d->near_dims, t->d->classes,
                   t->about + row * t->d->near_dims, skip, vote, &term[OUTSIDE_NEAREST]);
    term[OUTSIDE_CENTRE] = centre_without(t, row);
}

/* --- Held-back scores --- */

static void deal_folds(struct training *t)
{
    t->fold = mem_new(t->d->rows + 1);
    uint64_t seed = hash64((str){ (const char *)&t->o->seed, sizeof t->o->seed });
    for (size_t i = 0; i < t->d->rows; i++)
        t->fold[i] = (uint8_t)((hash64_more(seed, t->d->text[i]) >> 20) % TEXT_FOLDS);
}

static void hold_init(struct training *t)
{
    size_t n = t->d->rows * t->d->classes + 1;
    t->held = (struct text_held){ .rows = t->d->rows, .classes = t->d->classes, .label = t->d->label };
    t->held.kinds = t->d->dims ? TEXT_FACTORS : 1;
    for (size_t k = 0; k < t->held.kinds; k++) t->held.score[k] = mem_new(n * sizeof(float));
    t->held.term = mem_new((t->d->rows + 1) * TEXT_OUTSIDE_TERMS * sizeof(float));
}

static err learn_kind(struct training *t, enum text_factor kind, const uint8_t *use)
{
    const struct text_data *d = t->d;
    const struct setting *s = &t->setting[kind];
    struct text_linear_opts o = { .cost = s->cost,
                                  .balanced = true,
                                  .seed = (unsigned)t->o->seed + 1,
                                  .part = d->near_dims,
                                  .last = s->last };
    if (kind == TEXT_DENSE) {
        text_linear_done(&t->dense);
        return text_linear_dense(d->vector, d->dims, d->rows, d->label, use, d->classes, &o, &t->dense);
    }
    text_linear_done(&t->sparse);
    text_terms_idf(&t->terms, use, t->idf);
    return text_linear_sparse(&t->terms, t->idf, d->label, use, d->classes, &o, &t->sparse);
}

static err learn(struct training *t, const uint8_t *use)
{
    err e = learn_kind(t, TEXT_SPARSE, use);
    if (!e.code && t->d->dims) e = learn_kind(t, TEXT_DENSE, use);
    return e;
}

static void score_kind(struct training *t, enum text_factor kind, size_t row, float *out)
{
    if (kind == TEXT_DENSE) text_linear_score_dense(&t->dense, t->d->vector + row * t->d->dims, out);
    else text_linear_score(&t->sparse, &t->terms, row, t->idf, out);
}

static float highest(const float *v, size_t n)
{
    float best = v[0];
    for (size_t i = 1; i < n; i++) best = fmaxf(best, v[i]);
    return best;
}

static void score_row(struct training *t, size_t row, float *sparse, float *dense, float *term)
{
    size_t k = t->d->classes;
    score_kind(t, TEXT_SPARSE, row, sparse);
    term[OUTSIDE_SPARSE] = highest(sparse, k);
    if (!t->d->dims) return;
    score_kind(t, TEXT_DENSE, row, dense);
    term[OUTSIDE_DENSE] = highest(dense, k);
}

/* How surprising the first part's labels are to a model of the others. */
static err loss_of(struct training *t, enum text_factor kind, const uint8_t *use, const uint32_t *label, double *loss)
{
    struct text_scale s = { 0 };
    struct text_held h = t->held;
    h.kinds = 1;
    h.score[0] = t->held.score[kind];
    h.label = label;
    err e = learn_kind(t, kind, use);
    for (size_t i = 0; i < t->d->rows && !e.code; i++)
        if (label[i] < t->d->classes) score_kind(t, kind, i, h.score[0] + i * t->d->classes);
    if (e.code) return e;
    text_fit_factors(&h, 1, s.factor);
    *loss = text_fit_quality(&h, 1, &s).log_loss;
    return OK;
}

static err choose_settings(struct training *t)
{
    uint8_t *use = mem_new(t->d->rows + 1);
    uint32_t *label = mem_new((t->d->rows + 1) * sizeof *label);
    err e = OK;
    tell(t, "choosing settings");
    for (size_t i = 0; i < t->d->rows; i++) {
        use[i] = counts(t, i) && t->fold[i] > 0;
        label[i] = counts(t, i) && !use[i] ? t->d->label[i] : TEXT_UNKNOWN;
    }
    for (size_t kind = 0; kind < (t->d->dims ? 2U : 1U); kind++) {
        double least = INFINITY, loss = 0;
        struct setting best = settings[1];
        bool parts = kind == TEXT_DENSE && t->d->near_dims < t->d->dims;
        for (size_t s = 0; s < SETTINGS && !e.code; s++) {
            if (settings[s].last && !parts) continue;
            t->setting[kind] = settings[s];
            e = loss_of(t, (enum text_factor)kind, use, label, &loss);
            if (!e.code && loss < least) least = loss, best = settings[s];
        }
        t->setting[kind] = best;
    }
    mem_free(use);
    mem_free(label);
    return e;
}

static err hold_back(struct training *t)
{
    size_t k = t->d->classes;
    uint8_t *use = mem_new(t->d->rows + 1);
    err e = OK;
    for (size_t f = 0; f < TEXT_FOLDS && !e.code; f++) {
        tell(t, "judging texts held back");
        for (size_t i = 0; i < t->d->rows; i++) use[i] = counts(t, i) && t->fold[i] != f;
        e = learn(t, use);
        for (size_t i = 0; i < t->d->rows && !e.code; i++)
            if (counts(t, i) && !use[i])
                score_row(t, i, t->held.score[TEXT_SPARSE] + i * k, t->held.score[TEXT_DENSE] + i * k,
                          t->held.term + i * TEXT_OUTSIDE_TERMS);
    }
    mem_free(use);
    return e;
}

static err learn_all(struct training *t)
{
    uint8_t *use = mem_new(t->d->rows + 1);
    for (size_t i = 0; i < t->d->rows; i++) use[i] = counts(t, i);
    err e = learn(t, use);
    mem_free(use);
    return e;
}

/* Neighbours vote for each text but themselves: nothing was learned from it but guessed labels, and these without the
 * part it is in. */
static void vote(struct training *t)
{
    struct text_near *near = mem_new((t->neighbours + 1) * sizeof *near);
    memcpy(near, t->near, t->neighbours * sizeof *near);
    for (size_t f = 0; f < TEXT_FOLDS; f++) {
        size_t next = 0;
        guess(t, f, near);
        for (size_t i = 0; i < t->d->rows; i++) {
            bool itself = next < t->labelled && t->kept[next] == i;
            if (counts(t, i) && t->fold[i] == f)
                near_scores(t, near, i, itself ? next : SIZE_MAX,
                            t->held.score[TEXT_NEAR_VOTE] + i * t->d->classes,
                            t->held.term + i * TEXT_OUTSIDE_TERMS);
            next += itself;
        }
    }
    mem_free(near);
    guess(t, TEXT_FOLDS, t->near);
}

static void score_outside(struct training *t)
{
    float *row = mem_new(3 * t->d->classes * sizeof *row);
    t->outside = mem_new((t->d->rows + 1) * TEXT_OUTSIDE_TERMS * sizeof *t->outside);
    for (size_t i = 0; i < t->d->rows; i++) {
        float *term = t->outside + t->outside_count * TEXT_OUTSIDE_TERMS;
        if (t->d->label[i] != TEXT_OUTSIDE) continue;
        score_row(t, i, row, row + t->d->classes, term);
        if (t->d->dims) near_scores(t, t->near, i, SIZE_MAX, row + 2 * t->d->classes, term);
        t->outside_count++;
    }
    mem_free(row);
}

static err fit(struct training *t, struct text_report *r)
{
    err e = OK;
    for (size_t v = 0; v < (t->d->dims ? 2U : 1U) && !e.code; v++) {
        struct text_scale *s = &t->scales[v];
        size_t kinds = v ? TEXT_FACTORS : 1, terms = v ? TEXT_OUTSIDE_TERMS : 1;
        text_fit_factors(&t->held, kinds, s->factor);
        text_fit_sets(&t->held, kinds, s);
        e = text_fit_outside(&t->held, terms, t->outside, t->outside_count, t->o->refused, s);
        *(v ? &r->fused : &r->sparse) = text_fit_quality(&t->held, kinds, s);
    }
    if (!t->d->dims) t->scales[1] = t->scales[0];
    return e;
}

/* --- The file --- */

static void about_quality(struct jw *w, const char *key, const struct text_quality *q)
{
    jw_open(w, key);
    jw_f64(w, "accuracy", q->accuracy);
    jw_f64(w, "macro_f1", q->macro_f1);
    jw_f64(w, "log_loss", q->log_loss);
    jw_f64(w, "ece", q->ece);
    jw_f64(w, "accuracy_of_surest_90", q->sure);
    jw_close(w);
}

static str about(const struct training *t, const struct text_report *r, struct arena *a)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "texts", (int64_t)t->d->rows);
    jw_str(&w, "data_sha256", text_data_digest(t->d, a));
    jw_i64(&w, "seed", (int64_t)t->o->seed);
    jw_i64(&w, "folds", TEXT_FOLDS);
    jw_f64(&w, "cost", t->setting[TEXT_SPARSE].cost);
    if (t->d->dims) jw_f64(&w, "cost_of_vectors", t->setting[TEXT_DENSE].cost);
    if (t->d->dims) jw_bool(&w, "last_layer_alone", t->setting[TEXT_DENSE].last);
    jw_i64(&w, "outside_texts", (int64_t)t->outside_count);
    jw_i64(&w, "texts_without_label", (int64_t)(t->neighbours - t->labelled));
    about_quality(&w, "held_back", &r->sparse);
    if (r->fused.rows) about_quality(&w, "held_back_with_vectors", &r->fused);
    jw_close(&w);
    return buf_take(&b, a);
}

static err write_model(struct training *t, const struct text_report *r, struct buf *out)
{
    struct arena a = arena_init(1 << 20);
    struct text_parts p = { .names = t->d->names,
                            .terms = &t->terms,
                            .idf = t->idf,
                            .sparse = &t->sparse,
                            .dense = t->d->dims ? &t->dense : NULL,
                            .near_dims = t->d->near_dims,
                            .layers = t->d->layers,
                            .centres = t->centres,
                            .vectors = t->vectors,
                            .near = t->near,
                            .neighbours = t->neighbours,
                            .scales = { t->scales[0], t->scales[1] },
                            .about = about(t, r, &a) };
    err e = text_write(&p, out);
    arena_done(&a);
    return e;
}

static err check(const struct text_data *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->rows; i++) n += d->label[i] < d->classes;
    if (d->classes < CLASSES_LEAST)
        return err_make(ERR_INPUT, "%zu label%s found; at least two are needed", d->classes,
                        d->classes == 1 ? "" : "s");
    if (d->classes > TEXT_CLASSES_MAX)
        return err_make(ERR_INPUT, "%zu different labels, at most %d: is it the right column?", d->classes,
                        TEXT_CLASSES_MAX);
    if (n < ROWS_LEAST) return err_make(ERR_INPUT, "%zu labelled texts; at least %d are needed", n, ROWS_LEAST);
    return OK;
}

static void training_done(struct training *t)
{
    text_terms_done(&t->terms);
    text_linear_done(&t->sparse);
    text_linear_done(&t->dense);
    for (size_t k = 0; k < TEXT_FACTORS; k++) mem_free(t->held.score[k]);
    mem_free(t->held.term);
    mem_free(t->idf);
    mem_free(t->fold);
    mem_free(t->about);
    mem_free(t->sums);
    mem_free(t->centres);
    mem_free(t->vectors);
    mem_free(t->near);
    mem_free(t->kept);
    mem_free(t->outside);
    text_graph_done(&t->graph);
}

err text_train(const struct text_data *d, const struct text_train_opts *o, struct buf *out, struct text_report *report)
{
    struct training t = { .d = d, .o = o };
    *report = (struct text_report){ 0 };
    err e = check(d);
    if (e.code) return e;
    tell(&t, "reading texts");
    e = text_terms_find(d->text, d->rows, &t.terms);
    if (!e.code) {
        t.idf = mem_new((t.terms.terms + 1) * sizeof *t.idf);
        deal_folds(&t);
        hold_init(&t);
        e = choose_settings(&t);
        if (!e.code) e = hold_back(&t);
    }
    if (!e.code) {
        tell(&t, "learning from all");
        e = learn_all(&t);
    }
    if (!e.code && d->dims) {
        find_parts(&t);
        find_centres(&t);
        find_neighbours(&t);
        vote(&t);
    }
    if (!e.code) {
        tell(&t, "fitting probabilities");
        score_outside(&t);
        e = fit(&t, report);
    }
    if (!e.code) e = write_model(&t, report, out);
    report->terms = t.terms.terms;
    report->outside = t.outside_count;
    report->unlabelled = t.neighbours - t.labelled;
    training_done(&t);
    return e;
}
