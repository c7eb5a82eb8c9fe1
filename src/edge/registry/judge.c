#include "edge/registry/judge.h"

#include <time.h>

#include "edge/text/text_file.h"

struct judge {
    struct text_model model;
    uint32_t *said; /* a row each: index of the data's names, or TEXT_UNKNOWN */
};

static double now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static uint32_t name_at(const struct text_data *d, str label)
{
    for (size_t i = 0; i < d->classes; i++)
        if (str_eq(d->names[i], label)) return (uint32_t)i;
    return TEXT_UNKNOWN;
}

static void say_all(struct judge *j, const struct text_data *d, struct judged *out)
{
    struct text_work *work = mem_new(sizeof *work);
    struct text_guess *guess = mem_new(sizeof *guess);
    bool vectors = d->vector && j->model.head->dims == d->dims && j->model.head->layers == d->layers;
    double began = now_us();
    j->said = mem_new((d->rows + 1) * sizeof *j->said);
    for (size_t i = 0; i < d->rows; i++) {
        text_classify(&j->model, d->text[i], vectors ? d->vector + i * d->dims : NULL, work, guess);
        j->said[i] = name_at(d, text_label(&j->model, guess->best));
    }
    out->us = d->rows ? (now_us() - began) / (double)d->rows : 0;
    mem_free(work);
    mem_free(guess);
}

/* Over the classes that the rows have, each alike (van Rijsbergen, 1979). */
static double macro_f1(const struct judge *j, const struct text_data *d)
{
    size_t *right = mem_new((d->classes + 1) * sizeof *right), *said = mem_new((d->classes + 1) * sizeof *said),
           *real = mem_new((d->classes + 1) * sizeof *real), classes = 0;
    double sum = 0;
    for (size_t i = 0; i < d->rows; i++) {
        if (d->label[i] >= d->classes) continue;
        real[d->label[i]]++;
        if (j->said[i] < d->classes) said[j->said[i]]++;
        right[d->label[i]] += j->said[i] == d->label[i];
    }
    for (size_t c = 0; c < d->classes; c++) {
        classes += real[c] > 0;
        if (real[c]) sum += 2 * (double)right[c] / (double)(real[c] + said[c]);
    }
    mem_free(right);
    mem_free(said);
    mem_free(real);
    return classes ? sum / (double)classes : 0;
}

static double accuracy(const struct judge *j, const struct text_data *d, int64_t rows)
{
    int64_t right = 0;
    for (size_t i = 0; i < d->rows; i++) right += d->label[i] < d->classes && j->said[i] == d->label[i];
    return (double)right / (double)rows;
}

/* Vectors as the model wants them, when there is an encoder; those made elsewhere stay. */
static err add_vectors(struct text_data *d, str path, const struct text_model *m)
{
    struct text_encoder n;
    unsigned layers = m->head->layers;
    if (!layers || (d->vector && (!d->layers || d->layers == layers))) return OK;
    err e = text_encoder_open(path, false, &n);
    if (!e.code && n.scratch) text_encoder_rows(&n, layers, d, NULL);
    text_encoder_close(&n);
    return e;
}

static void count_pairs(const struct judge *old, const struct judge *new, const struct text_data *d,
                        struct registry_scores *s)
{
    s->paired = true;
    for (size_t i = 0; i < d->rows; i++) {
        if (d->label[i] >= d->classes) continue;
        bool was = old->said[i] == d->label[i], is = new->said[i] == d->label[i];
        s->wins += is && !was;
        s->losses += was && !is;
    }
}

static err score(struct judge *j, struct text_data *d, str encoder, int64_t rows, struct judged *out)
{
    err e = add_vectors(d, encoder, &j->model);
    if (e.code) return e;
    say_all(j, d, out);
    out->accuracy = accuracy(j, d, rows);
    out->macro_f1 = macro_f1(j, d);
    return OK;
}

err judge_texts(str champion, str challenger, struct text_data *d, str encoder, str metric, struct arena *a,
                struct registry_scores *s, struct judged out[2])
{
    struct judge old = { .said = NULL }, new = { .said = NULL };
    bool f1 = STR_IS(metric, "macro_f1");
    *s = (struct registry_scores){ .metric = metric, .held_back = text_data_digest(d, a) };
    memset(out, 0, 2 * sizeof *out);
    for (size_t i = 0; i < d->rows; i++) s->rows += d->label[i] < d->classes;
    if (!f1 && !STR_IS(metric, "accuracy")) return err_make(ERR_INPUT, "metric: expected accuracy or macro_f1");
    if (!s->rows) return err_make(ERR_INPUT, "no row has a label");
    err e = text_model_open(challenger, &new.model);
    if (!e.code && champion.len) e = text_model_open(champion, &old.model);
    if (!e.code) e = score(&new, d, encoder, s->rows, &out[1]);
    if (!e.code && champion.len) e = score(&old, d, encoder, s->rows, &out[0]);
    if (e.code) goto done;
    s->score = f1 ? out[1].macro_f1 : out[1].accuracy;
    if (champion.len) {
        s->before = f1 ? out[0].macro_f1 : out[0].accuracy;
        count_pairs(&old, &new, d, s);
    }
done:
    mem_free(old.said);
    mem_free(new.said);
    return e;
}
