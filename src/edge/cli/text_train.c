/* weir text train: a classifier from labelled texts. */
#include <stdio.h>
#include <unistd.h>

#include "edge/cli/table.h"
#include "edge/cli/text_cli.h"
#include "edge/text/text_train.h"

enum { MODEL_MAX = 1 << 30 };

static void print_quality(const char *name, const struct text_quality *q)
{
    if (q->rows == 0) return;
    (void)printf("%-26s %9.1f%% %9.3f %7.3f %11.1f%%\n", name, 100 * q->accuracy, q->macro_f1, q->ece, 100 * q->sure);
}

static void print_report(struct arena *a, str path, const struct text_data *d, const struct text_report *r,
                         size_t bytes)
{
    (void)printf("%zu texts, %zu classes, %zu features; " STR_FMT ": " STR_FMT "\n\n", d->rows, d->classes,
                 r->terms, STR_ARG(path), STR_ARG(size_text(a, bytes)));
    (void)printf("%-26s %10s %9s %7s %12s\n", "HELD BACK, FIVE FOLDS", "ACCURACY", "MACRO F1", "ECE", "SUREST 90 %");
    print_quality("words and characters", &r->sparse);
    print_quality("with sentence vectors", &r->fused);
    if (r->unlabelled)
        (void)printf("\n%zu texts had no label: these were guessed from the texts near them.\n", r->unlabelled);
    if (d->dims == 0) (void)printf("\nNo sentence vectors: the encoder is not there (weir model fetch).\n");
}

static void json_quality(struct jw *w, const char *key, const struct text_quality *q)
{
    if (q->rows == 0) return;
    jw_open(w, key);
    jw_f64(w, "accuracy", q->accuracy);
    jw_f64(w, "macro_f1", q->macro_f1);
    jw_f64(w, "ece", q->ece);
    jw_f64(w, "accuracy_of_surest_90", q->sure);
    jw_close(w);
}

static void print_json(str path, const struct text_data *d, const struct text_report *r, size_t bytes)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "model", path);
    jw_i64(&w, "bytes", (int64_t)bytes);
    jw_i64(&w, "texts", (int64_t)d->rows);
    jw_i64(&w, "classes", (int64_t)d->classes);
    jw_i64(&w, "features", (int64_t)r->terms);
    jw_i64(&w, "outside", (int64_t)r->outside);
    jw_i64(&w, "unlabelled", (int64_t)r->unlabelled);
    json_quality(&w, "held_back", &r->sparse);
    json_quality(&w, "held_back_with_vectors", &r->fused);
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
}

static err train_into(struct cli *cli, struct text_data *d, const struct text_train_opts *o, str path)
{
    struct buf out = buf_init(MODEL_MAX);
    struct text_report report;
    err e = text_cli_vectors(cli, d, TEXT_LAYERS, 0);
    if (!e.code) e = text_train(d, o, &out, &report);
    text_cli_progress(cli, "", 1, 1);
    if (!e.code) e = model_file_write(path, buf_view(&out));
    if (!e.code && cli_json(cli)) print_json(path, d, &report, out.len);
    else if (!e.code) print_report(cli_arena(cli), path, d, &report, out.len);
    buf_done(&out);
    return e;
}

static int run_train(struct cli *cli)
{
    struct text_columns columns = text_cli_columns(cli);
    struct text_data d = { 0 };
    int64_t seed = 0;
    double refused = 0;
    str path = cli_str(cli, "out");
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "give one file of labelled texts");
    if (!path.len) return cli_fail(cli, EXIT_USAGE, "give --out FILE: where the model goes");
    err e = cli_i64(cli, "seed", &seed);
    if (!e.code) e = str_to_f64(cli_str(cli, "refuse"), &refused);
    if (e.code || !(refused >= 0 && refused < 0.5))
        return cli_fail(cli, EXIT_USAGE, "%s", e.code ? e.msg : "--refuse is a share from 0 to 0.5");
    struct text_train_opts o = {
        .seed = (uint64_t)seed, .refused = refused, .progress = text_cli_progress, .ctx = cli
    };
    e = text_data_read(cli_arg(cli, 0), &columns, NULL, 0, &d);
    if (!e.code && d.refused)
        (void)fprintf(stderr, "weir text train: %zu rows without text passed over\n", d.refused);
    if (!e.code && cli_has(cli, "names")) text_data_add_names(&d);
    if (!e.code) e = train_into(cli, &d, &o, path);
    text_data_done(&d);
    return e.code ? cli_fail_err(cli, e) : EXIT_FINE;
}

static const struct cli_option options[] = {
    { "out", 'o', "FILE", NULL, "Where the model goes." },
    TEXT_COLUMN_OPTIONS,
    { "refuse", 0, "SHARE", "0.005", "Texts like those given that may be told as \"none of these\"." },
    { "names", 0, NULL, NULL, "The names of classes are examples, too: for few texts a class." },
    { "seed", 0, "N", "1", "Deals the folds; the same seed and data give the same model." },
    TEXT_VECTOR_OPTIONS,
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_text_train = {
    .name = "text train",
    .args = "FILE",
    .summary = "Learn classes of texts from examples.",
    .about =
        "FILE is CSV, TSV or JSON Lines with a column of texts and a column of labels; - is JSON Lines on standard "
        "input. Words, pairs of words and runs of characters are weighed by linear classifiers; where the encoder "
        "is there (weir model fetch), sentence vectors are weighed beside them. Five parts of the texts are held "
        "back in turn: they tell how good the model is, and make its probabilities honest. With few labels, add "
        "what you have of texts without one (an empty label): beside the encoder they help.",
    .options = options,
    .run = run_train,
};
