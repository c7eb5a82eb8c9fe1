/* weir inquiries train: a model of inquiries from labelled ones. */
#include <stdio.h>

#include "edge/cli/commands.h"
#include "edge/cli/table.h"
#include "edge/cli/text_cli.h"
#include "edge/files.h"
#include "edge/inquiry/reference.h"

enum { MODEL_MAX = 1 << 28 };

static void print_report(struct arena *a, str path, str reference, const struct inquiry_examples *x,
                         const struct stack_report *r, size_t bytes)
{
    bool vectors = r->quality[1][0].rows > 0;
    (void)printf("%zu inquiries, %zu features; " STR_FMT ": " STR_FMT "\n", x->rows, r->features, STR_ARG(path),
                 STR_ARG(size_text(a, bytes)));
    (void)printf("for drift: " STR_FMT "\n\n", STR_ARG(reference));
    (void)printf("%-12s %-22s %9s %9s %7s %12s\n", "HELD BACK", "JUDGED BY", "ACCURACY", "MACRO F1", "ECE",
                 "SUREST 90 %");
    for (size_t q = 0; q < INQUIRY_QUESTIONS; q++)
        for (size_t v = 0; v < (vectors ? 2U : 1U); v++) {
            const struct text_quality *k = &r->quality[v][q];
            (void)printf("%-12s %-22s %8.1f%% %9.3f %7.3f %11.1f%%\n", v ? "" : inquiry_questions[q],
                         v ? "and sentence vectors" : "words", 100 * k->accuracy, k->macro_f1, k->ece, 100 * k->sure);
        }
    if (!vectors) (void)puts("\nNo sentence vectors: the encoder is not there (weir model fetch).");
    else
        (void)printf(
            "\nWords alone judge %.0f %% of these, the encoder's first layers %.0f %%, all of it the others.\n",
            100 * r->share[0], 100 * r->share[1]);
}

static void print_json(str path, str reference, const struct inquiry_examples *x, const struct stack_report *r,
                       size_t bytes)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "model", path);
    jw_str(&w, "reference", reference);
    jw_i64(&w, "bytes", (int64_t)bytes);
    jw_i64(&w, "inquiries", (int64_t)x->rows);
    jw_i64(&w, "held_back", (int64_t)r->counted);
    jw_i64(&w, "features", (int64_t)r->features);
    jw_f64(&w, "plain_share", r->share[0]);
    jw_f64(&w, "first_layers_share", r->share[1]);
    for (size_t q = 0; q < INQUIRY_QUESTIONS; q++) {
        jw_open(&w, inquiry_questions[q]);
        for (size_t v = 0; v < (r->quality[1][q].rows ? 2U : 1U); v++) {
            jw_open(&w, v ? "with_vectors" : "words");
            jw_f64(&w, "accuracy", r->quality[v][q].accuracy);
            jw_f64(&w, "macro_f1", r->quality[v][q].macro_f1);
            jw_f64(&w, "ece", r->quality[v][q].ece);
            jw_close(&w);
        }
        jw_close(&w);
    }
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
}

static err read_rules(struct cli *cli, const struct desk_rules **out)
{
    str path = cli_str(cli, "words"), text = desk_rules_default();
    struct yaml_check check = yaml_check_init(path.len ? path : STR("the built-in words"), cli_arena(cli));
    err e = path.len ? file_read(path, YAML_TEXT_MAX, cli_arena(cli), &text) : OK;
    if (e.code) return e;
    *out = desk_rules_read(&check, text, cli_arena(cli));
    return yaml_result(&check);
}

static err read_all(struct cli *cli, struct inquiry_examples *x)
{
    const struct desk_rules *rules = NULL;
    str seen = cli_str(cli, "seen");
    err e = read_rules(cli, &rules);
    for (size_t i = 0; i < cli_arg_count(cli) && !e.code; i++)
        e = inquiry_examples_read(cli_arg(cli, i), rules, false, x);
    if (!e.code && seen.len) e = inquiry_examples_read(seen, rules, true, x);
    if (!e.code && x->refused)
        (void)fprintf(stderr, "weir inquiries train: %zu rows without a text or a label passed over\n", x->refused);
    return e;
}

/* FOLDER/inquiries.model -> FOLDER/inquiries.reference */
static str reference_path(str model, struct arena *a)
{
    str ends = STR(".model"), stem = str_ends(model, ends) ? str_cut(model, 0, model.len - ends.len) : model;
    return str_fmt(a, STR_FMT REFERENCE_ENDS, STR_ARG(stem));
}

static err write_reference(str path, const struct inquiry_examples *x)
{
    struct buf b = buf_init(REFERENCE_FILE_MAX);
    err e = reference_of(x, &b);
    if (!e.code) e = model_file_write(path, buf_view(&b));
    buf_done(&b);
    return e;
}

static int run_train(struct cli *cli)
{
    struct inquiry_examples x = { 0 };
    struct text_encoder n = { 0 };
    struct stack_report report;
    str path = cli_str(cli, "out"), encoder = cli_str(cli, "encoder");
    int64_t seed = 1;
    if (!cli_arg_count(cli)) return cli_fail(cli, EXIT_USAGE, "give files of labelled inquiries");
    if (!path.len) return cli_fail(cli, EXIT_USAGE, "give --out FILE: where the model goes");
    struct buf out = buf_init(MODEL_MAX);
    err e = cli_i64(cli, "seed", &seed);
    if (!e.code) e = read_all(cli, &x);
    if (!e.code && !cli_has(cli, "no-encoder"))
        e = text_encoder_open(encoder.len ? encoder : model_file_path(cli_data_dir(cli), cli_arena(cli)),
                              encoder.len > 0, &n);
    if (!e.code) e = inquiry_train(&x, &n, (uint64_t)seed, &out, &report);
    if (!e.code) e = model_file_write(path, buf_view(&out));
    str reference = reference_path(path, cli_arena(cli));
    if (!e.code) e = write_reference(reference, &x);
    if (!e.code && cli_json(cli)) print_json(path, reference, &x, &report, out.len);
    else if (!e.code) print_report(cli_arena(cli), path, reference, &x, &report, out.len);
    text_encoder_close(&n);
    inquiry_examples_done(&x);
    buf_done(&out);
    return e.code ? cli_fail_err(cli, e) : EXIT_FINE;
}

static const struct cli_option options[] = {
    { "out", 'o', "FILE", NULL, "Where the model goes." },
    { "seen", 0, "FILE", NULL, "Inquiries with which the words were written: they teach words, not trust in them." },
    { "words", 0, "FILE", NULL, "The file of words that judges beside the model; default: the built-in one." },
    { "seed", 0, "N", "1", "Deals the parts; the same seed and data give the same model." },
    { "encoder", 0, "FILE", NULL, "The encoder's model; default: models/ in the data folder." },
    { "no-encoder", 0, NULL, NULL, "Words alone, also when there is an encoder." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_inquiries_train = {
    .name = "inquiries train",
    .args = "FILE...",
    .summary = "Learn to judge inquiries from labelled ones.",
    .about =
        "FILES are JSON Lines or CSV with subject, body, category, sentiment and urgency (weir inquiries --state "
        "labelled --json gives those that people labelled). Five parts are held back in turn (or each of five files or "
        "more, so give every writer's a file of their own): they tell how good the model is. Call it "
        "FOLDER/inquiries.model and name the folder as inquiries.models in weir.yaml; "
        "without it weir judges by a model of its own. Beside it comes inquiries.reference: what is needed of the "
        "examples to see when inquiries become others, without their texts.",
    .options = options,
    .run = run_train,
};
