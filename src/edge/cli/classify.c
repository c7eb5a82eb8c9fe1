/* weir classify: texts by a trained model, or by nothing but the names of the classes. */
#include <stdio.h>
#include <unistd.h>

#include "core/registry/registry.h"
#include "edge/cli/text_cli.h"
#include "edge/files.h"
#include "edge/registry/registry.h"
#include "edge/text/text_names.h"
#include "edge/text/text_verdict.h"

enum { LABELS_MAX = 1 << 20, WORK_GIB = 4 };

struct job {
    struct cli *cli;
    struct arena a;
    struct text_data d;
    struct text_names names;
};

/* --- The texts --- */

static err take_texts(struct job *j)
{
    struct text_columns columns = text_cli_columns(j->cli);
    size_t n = cli_arg_count(j->cli);
    if (cli_str(j->cli, "file").len) return text_data_read(cli_str(j->cli, "file"), &columns, NULL, 0, &j->d);
    j->d.arena = arena_init((size_t)WORK_GIB << 30);
    j->d.text = mem_new((n + 1) * sizeof *j->d.text);
    j->d.label = mem_new((n + 1) * sizeof *j->d.label);
    for (size_t i = 0; i < n; i++) j->d.text[i] = str_utf8_prefix(cli_arg(j->cli, i), TEXT_BYTES_MAX);
    j->d.rows = n;
    return OK;
}

static void print_line(struct job *j, size_t row, const struct text_verdict *v)
{
    str label = v->label;
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    if (cli_json(j->cli)) {
        jw_open(&w, NULL);
        jw_str(&w, "text", j->d.text[row]);
        text_verdict_write(&w, v);
        if (cli_has(j->cli, "why")) text_verdict_why(&w, v);
        jw_close(&w);
    } else {
        buf_fmt(&b, STR_FMT "\t%.3f", STR_ARG(label.len ? label : STR("-")), v->p);
        for (size_t i = 0; i < v->set_count; i++) buf_fmt(&b, "%s" STR_FMT, i ? "|" : "\t", STR_ARG(v->set[i]));
        for (size_t i = 0; i < v->why_count; i++)
            buf_fmt(&b, "%s" STR_FMT " %+.2f", i ? ", " : "\t", STR_ARG(v->why[i].word), (double)v->why[i].gain);
    }
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
}

/* --- By a model --- */

static err by_model(struct job *j, str path)
{
    struct text_file f;
    err e = text_file_open(path, &f);
    if (e.code) return e;
    struct text_verdict_room *room = mem_new(sizeof *room);
    const struct text_head *h = f.model.head;
    if (h->dims) e = text_cli_vectors(j->cli, &j->d, h->layers, h->dims);
    for (size_t i = 0; !e.code && i < j->d.rows; i++) {
        struct text_verdict said;
        text_verdict_of(&f.model, j->d.text[i], j->d.vector ? j->d.vector + i * j->d.dims : NULL,
                        cli_has(j->cli, "why"), room, &said);
        print_line(j, i, &said);
    }
    mem_free(room);
    text_file_close(&f);
    return e;
}

/* --- By a model in use --- */

/* Champions that classify texts, by name; name, path and version are of the last that fits the name asked for ("" =
 * any). */
struct in_use {
    str names, name, path;
    int64_t version;
    size_t count;
};

static err read_in_use(struct job *j, struct store *s, str name, struct in_use *out)
{
    struct tx *tx = NULL;
    err e = store_read(s, &tx);
    if (e.code) return e;
    struct rows *r = tx_query_n(tx, SQL_REGISTRY_IN_USE, TX_NO_VALS);
    while (rows_next(r)) {
        if (!STR_IS(rows_str(r, 1), MODEL_CHAMPION) || !STR_IS(rows_str(r, 4), "text")) continue;
        str found = rows_dup(r, 0, &j->a);
        out->names = str_fmt(&j->a, STR_FMT "%s" STR_FMT, STR_ARG(out->names), out->names.len ? ", " : "",
                             STR_ARG(found));
        if (name.len && !str_eq(found, name)) continue;
        out->count++;
        out->name = found;
        out->version = rows_i64(r, 2);
        out->path = str_fmt(&j->a, STR_FMT "/" REGISTRY_FOLDER "/" STR_FMT, STR_ARG(cli_data_dir(j->cli)),
                            STR_ARG(rows_str(r, 3)));
    }
    rows_end(r);
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

/* The file of the model that is in use here; it is said on standard error which one that is. */
static err find_in_use(struct job *j, str name, str *path)
{
    struct in_use u = { .names = STR("") };
    struct store *s = NULL;
    str dir = str_fmt(&j->a, STR_FMT "/" STORE_FOLDER, STR_ARG(cli_data_dir(j->cli)));
    err e = store_open_reader(dir, cli_env(j->cli), &s);
    if (!e.code) e = read_in_use(j, s, name, &u);
    store_close(s);
    if (e.code && e.code != ERR_NOT_FOUND) return e;
    if (u.count > 1)
        return err_make(ERR_INPUT, "several models are in use: say --model with one of " STR_FMT,
                        STR_ARG(str_utf8_prefix(u.names, 80)));
    if (!u.count && name.len)
        return err_make(ERR_INPUT, "there is no file '" STR_FMT "', and no model of that name is in use here",
                        STR_ARG(str_utf8_prefix(name, 80)));
    if (!u.count)
        return err_make(ERR_INPUT, "no model is in use here: give --model FILE or --labels \"a, b, c\"");
    (void)fprintf(stderr, "by " STR_FMT "@%lld\n", STR_ARG(u.name), (long long)u.version);
    *path = u.path;
    return OK;
}

/* A file, or the name of a model in use. */
static err by_file_or_name(struct job *j, str model)
{
    str path = model;
    bool file = model.len && access(str_z(&j->a, model), F_OK) == 0;
    bool named = !file && str_find(model, STR("/"), 0) < 0 && str_find(model, STR("."), 0) < 0;
    err e = named ? find_in_use(j, model, &path) : OK;
    return e.code ? e : by_model(j, path);
}

/* --- By names --- */

/* "name" or "name=what it means", by commas, or a line each from @FILE. */
static err take_labels(struct job *j, str list)
{
    bool file = str_starts(list, STR("@"));
    str rest = list, part;
    err e = file ? file_read(str_cut(list, 1, list.len), LABELS_MAX, &j->a, &rest) : OK;
    if (e.code) return e;
    struct text_names *n = &j->names;
    n->label = ARENA_ARRAY(&j->a, str, rest.len + 1);
    n->says = ARENA_ARRAY(&j->a, str, rest.len + 1);
    while (!e.code && n->count <= TEXT_CLASSES_MAX && rest.len && str_next(&rest, file ? '\n' : ',', &part)) {
        ptrdiff_t at = str_find(part, STR("="), 0);
        str label = str_trim(at < 0 ? part : str_cut(part, 0, (size_t)at));
        if (label.len) e = text_names_add(n, label, at < 0 ? STR("") : str_cut(part, (size_t)at + 1, part.len));
    }
    if (e.code) return err_wrap(e, "--labels");
    return n->count >= 2 && n->count <= TEXT_CLASSES_MAX
               ? OK
               : err_make(ERR_INPUT, "--labels names %zu class%s; 2 to %d are needed", n->count,
                          n->count == 1 ? "" : "es", TEXT_CLASSES_MAX);
}

static err judge_names(struct job *j, const struct text_encoder *n)
{
    float *p = NULL, *sentences = ARENA_ARRAY(&j->a, float, j->names.count * TEXT_ZERO_SENTENCES * ENCODE_DIM);
    err e = text_cli_vectors(j->cli, &j->d, TEXT_NAMES_LAYERS, ENCODE_DIM);
    if (!e.code && !j->d.vector) e = err_make(ERR_INPUT, "classes known by name only need the encoder");
    if (e.code) return e;
    encode_texts(&n->file.model, n->scratch, text_names_sentences(&j->names, &j->a),
                 j->names.count * TEXT_ZERO_SENTENCES, sentences);
    e = text_names_judge(&j->names, sentences, j->d.vector, j->d.rows, &j->a, &p);
    for (size_t i = 0; !e.code && i < j->d.rows; i++) {
        const float *row = p + i * j->names.count;
        size_t best = text_zero_best(row, j->names.count);
        str *label = &j->names.label[best];
        struct text_verdict said = { .label = *label, .p = (double)row[best], .set = label, .set_count = 1 };
        print_line(j, i, &said);
    }
    return e;
}

static err by_names(struct job *j, str list)
{
    struct text_encoder n = { 0 };
    str path = cli_str(j->cli, "encoder");
    err e = take_labels(j, list);
    if (!e.code)
        e = text_encoder_open(path.len ? path : model_file_path(cli_data_dir(j->cli), cli_arena(j->cli)), true, &n);
    if (!e.code) e = judge_names(j, &n);
    text_encoder_close(&n);
    return e;
}

static int run_classify(struct cli *cli)
{
    struct job j = { .cli = cli, .a = arena_init((size_t)WORK_GIB << 30) };
    str labels = cli_str(cli, "labels"), model = cli_str(cli, "model");
    if (labels.len && model.len)
        return cli_fail(cli, EXIT_USAGE, "give --model FILE (weir text train makes one) or --labels \"a, b, c\"");
    if ((cli_arg_count(cli) == 0) == (cli_str(cli, "file").len == 0))
        return cli_fail(cli, EXIT_USAGE, "give texts, or --file FILE");
    err e = take_texts(&j);
    if (!e.code) e = labels.len ? by_names(&j, labels) : by_file_or_name(&j, model);
    text_data_done(&j.d);
    arena_done(&j.a);
    return e.code ? cli_fail_err(cli, e) : EXIT_FINE;
}

static const struct cli_option options[] = {
    { "model", 'm', "FILE", NULL, "A model that weir text train made, or the name of one in use." },
    { "labels", 'l', "LIST", NULL, "Classes by name: \"a, b=what b means\", or @FILE with one a line." },
    { "file", 'f', "FILE", NULL, "Texts from CSV, TSV or JSON Lines." },
    { "why", 0, NULL, NULL, "The words that spoke for the label, and against it (with --model)." },
    TEXT_COLUMN_OPTIONS,
    TEXT_VECTOR_OPTIONS,
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_classify = {
    .name = "classify",
    .args = "[TEXT...]",
    .summary = "Give texts their class, by a model or by names alone.",
    .about =
        "Without --model and --labels: by the one model of texts in use here (weir models), which is told on standard "
        "error. One line a text: the label (- for none of the classes: the rest is then of the likeliest), its "
        "probability, and the labels that hold the truth 95 times in 100. With --labels nothing is trained: the "
        "sentence encoder (weir model fetch) compares "
        "texts with names. From five texts a class on they are told apart together: better, but what is said of one "
        "then depends on the others.",
    .options = options,
    .run = run_classify,
};
