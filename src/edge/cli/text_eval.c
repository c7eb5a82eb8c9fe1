/* weir text eval: a classifier against labelled texts it has not seen. weir text predict: what it says of texts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "edge/cli/text_cli.h"
#include "edge/text/text_fit.h"

struct job {
    struct cli *cli;
    struct text_file file;
    struct text_data d;
    str *names; /* of the model's classes */
    struct text_guess guess;
};

static err open_job(struct job *j, bool labelled)
{
    struct text_columns columns = text_cli_columns(j->cli);
    err e = text_file_open(cli_arg(j->cli, 0), &j->file);
    if (e.code) return e;
    const struct text_head *h = j->file.model.head;
    size_t k = h->classes;
    j->names = mem_new(k * sizeof *j->names);
    for (size_t i = 0; i < k; i++) j->names[i] = text_label(&j->file.model, i);
    for (size_t i = 1; i < k; i++)
        if (str_cmp(j->names[i - 1], j->names[i]) >= 0) return err_make(ERR_CORRUPT, "its labels are not in order");
    e = text_data_read(cli_arg(j->cli, 1), &columns, j->names, k, &j->d);
    size_t unknown = 0;
    for (size_t i = 0; !e.code && labelled && i < j->d.rows; i++) unknown += j->d.label[i] == TEXT_UNKNOWN;
    if (!e.code && labelled && unknown == j->d.rows) e = err_make(ERR_INPUT, "no row has a label that the model knows");
    if (unknown) (void)fprintf(stderr, "weir text eval: %zu rows with labels the model does not know\n", unknown);
    return !e.code && h->dims ? text_cli_vectors(j->cli, &j->d, h->layers, h->dims) : e;
}

static void close_job(struct job *j)
{
    text_file_close(&j->file);
    text_data_done(&j->d);
    mem_free(j->names);
    mem_free(j);
}

static void judge(struct job *j, size_t row)
{
    const float *v = j->d.vector ? j->d.vector + row * j->d.dims : NULL;
    text_classify(&j->file.model, j->d.text[row], v, j->file.work, &j->guess);
}

/* --- eval --- */

struct sorted {
    float odds;
    bool outside;
};

struct refusal {
    size_t inside, outside, right, refused_inside, refused_outside;
    double auroc;
    struct sorted *all;
};

static int by_odds(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    return x->odds < y->odds ? -1 : x->odds > y->odds;
}

/* Ties count half (Mann and Whitney's U). */
static double auroc(struct sorted *v, size_t n)
{
    double ranks = 0, inside = 0, outside = 0;
    qsort(v, n, sizeof *v, by_odds);
    for (size_t i = 0, k; i < n; i = k) {
        double out = 0;
        for (k = i; k < n && v[k].odds == v[i].odds; k++) out += v[k].outside;
        ranks += out * (inside + ((double)(k - i) - out) / 2);
        inside += (double)(k - i) - out;
        outside += out;
    }
    return inside > 0 && outside > 0 ? ranks / inside / outside : NAN;
}

static void note(struct refusal *r, const struct text_guess *g, uint32_t label)
{
    bool out = label == TEXT_OUTSIDE;
    r->all[r->inside + r->outside] = (struct sorted){ g->outside, out };
    *(out ? &r->outside : &r->inside) += 1;
    *(out ? &r->refused_outside : &r->refused_inside) += g->reject;
    r->right += !out && !g->reject && g->best == label;
}

static struct text_quality evaluate(struct job *j, struct refusal *r)
{
    size_t k = j->file.model.head->classes;
    float *p = mem_new((j->d.rows * k + 1) * sizeof *p);
    r->all = mem_new((j->d.rows + 1) * sizeof *r->all);
    for (size_t i = 0; i < j->d.rows; i++) {
        judge(j, i);
        memcpy(p + i * k, j->guess.p, k * sizeof *p);
        if (j->d.label[i] != TEXT_UNKNOWN) note(r, &j->guess, j->d.label[i]);
    }
    struct text_quality q =
        text_quality_of(p, j->d.label, j->d.rows, k, &j->file.model.head->scales[j->d.vector != NULL]);
    r->auroc = auroc(r->all, r->inside + r->outside);
    mem_free(r->all);
    mem_free(p);
    return q;
}

static double share(size_t part, size_t all)
{
    return all ? (double)part / (double)all : NAN;
}

static void print_eval(const struct text_quality *q, const struct refusal *r, bool vectors)
{
    (void)printf("%zu texts, %s\n\n", q->rows, vectors ? "with sentence vectors" : "by words and characters alone");
    (void)printf("%-44s %8.2f %%\n", "right", 100 * q->accuracy);
    (void)printf("%-44s %8.3f\n", "macro F1", q->macro_f1);
    (void)printf("%-44s %8.2f %%\n", "right among the surest nine in ten", 100 * q->sure);
    (void)printf("%-44s %8.3f\n", "calibration error (ECE, 15 bins)", q->ece);
    for (size_t l = 0; l < TEXT_LEVELS; l++)
        (void)printf("sets meant to hold the truth %.0f times in 100 %8.2f %%, %.2f classes each\n",
                     100 * text_levels[l], 100 * q->covered[l], q->set_size[l]);
    if (r->outside == 0 && r->refused_inside == 0) return;
    (void)printf("\n%-44s %8.2f %%\n", "right, and not refused", 100 * share(r->right, r->inside));
    (void)printf("%-44s %8.2f %%\n", "refused of the texts that have a class",
                 100 * share(r->refused_inside, r->inside));
    if (r->outside == 0) return;
    (void)printf("%-44s %8.2f %%\n", "refused of the texts that have none",
                 100 * share(r->refused_outside, r->outside));
    (void)printf("%-44s %8.4f\n", "area under the curve", r->auroc);
}

static void json_eval(const struct text_quality *q, const struct refusal *r, bool vectors)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "texts", (int64_t)q->rows);
    jw_bool(&w, "vectors", vectors);
    jw_f64(&w, "accuracy", q->accuracy);
    jw_f64(&w, "macro_f1", q->macro_f1);
    jw_f64(&w, "accuracy_of_surest_90", q->sure);
    jw_f64(&w, "ece", q->ece);
    jw_f64(&w, "log_loss", q->log_loss);
    jw_array(&w, "sets");
    for (size_t l = 0; l < TEXT_LEVELS; l++) {
        jw_open(&w, NULL);
        jw_f64(&w, "level", text_levels[l]);
        jw_f64(&w, "covered", q->covered[l]);
        jw_f64(&w, "size", q->set_size[l]);
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_open(&w, "refusal");
    jw_f64(&w, "right", share(r->right, r->inside));
    jw_f64(&w, "refused_inside", share(r->refused_inside, r->inside));
    jw_f64(&w, "recall", share(r->refused_outside, r->outside));
    jw_f64(&w, "precision", share(r->refused_outside, r->refused_outside + r->refused_inside));
    jw_f64(&w, "auroc", r->auroc);
    jw_close(&w);
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
}

static int run_eval(struct cli *cli)
{
    if (cli_arg_count(cli) != 2) return cli_fail(cli, EXIT_USAGE, "give a model and a file of labelled texts");
    struct job *j = mem_new(sizeof *j);
    j->cli = cli;
    err e = open_job(j, true);
    if (!e.code) {
        struct refusal r = { 0 };
        struct text_quality q = evaluate(j, &r);
        if (cli_json(cli)) json_eval(&q, &r, j->d.vector != NULL);
        else print_eval(&q, &r, j->d.vector != NULL);
    }
    close_job(j);
    return e.code ? cli_fail_err(cli, e) : EXIT_FINE;
}

/* --- predict --- */

static void print_guess(const struct job *j, size_t row, struct buf *b)
{
    const struct text_guess *g = &j->guess;
    uint16_t set[TEXT_CLASSES_MAX];
    size_t n = text_prediction_set(&j->file.model, g, 1, j->d.vector != NULL, set);
    struct jw w = jw_init(b);
    buf_clear(b);
    if (!cli_json(j->cli)) {
        buf_fmt(b, STR_FMT "\t%.3f\t", STR_ARG(g->reject ? STR("-") : j->names[g->best]), (double)g->p[g->best]);
        for (size_t i = 0; i < n; i++) buf_fmt(b, "%s" STR_FMT, i ? "|" : "", STR_ARG(j->names[set[i]]));
        return;
    }
    jw_open(&w, NULL);
    jw_str(&w, "text", j->d.text[row]);
    if (g->reject) jw_null(&w, "label");
    else jw_str(&w, "label", j->names[g->best]);
    jw_f64(&w, "probability", (double)g->p[g->best]);
    jw_f64(&w, "outside", (double)g->outside);
    jw_bool(&w, "known", g->known);
    jw_array(&w, "set");
    for (size_t i = 0; i < n; i++) jw_str(&w, NULL, j->names[set[i]]);
    jw_array_end(&w);
    jw_close(&w);
}

static int run_predict(struct cli *cli)
{
    if (cli_arg_count(cli) != 2) return cli_fail(cli, EXIT_USAGE, "give a model and a file of texts");
    struct job *j = mem_new(sizeof *j);
    struct buf b = buf_init(1 << 20);
    j->cli = cli;
    err e = open_job(j, false);
    for (size_t i = 0; !e.code && i < j->d.rows; i++) {
        judge(j, i);
        print_guess(j, i, &b);
        (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    }
    buf_done(&b);
    close_job(j);
    return e.code ? cli_fail_err(cli, e) : EXIT_FINE;
}

static const struct cli_option options[] = {
    TEXT_COLUMN_OPTIONS,
    TEXT_VECTOR_OPTIONS,
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_text_eval = {
    .name = "text eval",
    .args = "MODEL FILE",
    .summary = "How good a model is on labelled texts.",
    .about = "FILE is CSV, TSV or JSON Lines with texts and labels that the model has not seen. With --outside LABEL, "
             "how well it tells texts that belong to no class.",
    .options = options,
    .run = run_eval,
};

const struct command command_text_predict = {
    .name = "text predict",
    .args = "MODEL FILE",
    .summary = "What a model says of texts.",
    .about = "One line a text: the label (- for none of the classes), its probability, and the labels that hold the "
             "truth 95 times in 100, likeliest first. With --json an object a line.",
    .options = options,
    .run = run_predict,
};
