/* weir embed: texts as vectors. */
#include <stdio.h>

#include "edge/cli/commands.h"
#include "edge/cli/model_cli.h"
#include "edge/files.h"

enum { FILE_MAX = 256 << 20, GROUP = 256 };

struct job {
    struct cli *cli;
    struct model_file file;
    void *scratch;
    struct buf line;
    float vectors[GROUP][ENCODE_DIM];
    str texts[GROUP];
    size_t count, row;
};

static void print_one(struct job *j, size_t i)
{
    buf_clear(&j->line);
    struct jw w = jw_init(&j->line);
    if (cli_json(j->cli)) {
        jw_open(&w, NULL);
        jw_i64(&w, "index", (int64_t)j->row);
        jw_str(&w, "text", j->texts[i]);
        jw_array(&w, "embedding");
    }
    for (size_t d = 0; d < ENCODE_DIM; d++)
        if (cli_json(j->cli)) jw_f64(&w, NULL, (double)j->vectors[i][d]);
        else buf_fmt(&j->line, "%s%.6g", d ? " " : "", (double)j->vectors[i][d]);
    if (cli_json(j->cli)) {
        jw_array_end(&w);
        jw_close(&w);
    }
    buf_char(&j->line, '\n');
    (void)fwrite(j->line.ptr, 1, j->line.len, stdout);
}

static void flush(struct job *j)
{
    encode_texts(&j->file.model, j->scratch, j->texts, j->count, j->vectors[0]);
    for (size_t i = 0; i < j->count; i++, j->row++) print_one(j, i);
    j->count = 0;
}

static void add(struct job *j, str text)
{
    if (j->count == GROUP) flush(j);
    j->texts[j->count++] = text;
}

static err add_lines(struct job *j, str path, struct arena *a)
{
    str rest, line;
    err e = file_read(path, FILE_MAX, a, &rest);
    if (!e.code && rest.len && rest.ptr[rest.len - 1] == '\n') rest.len--;
    while (!e.code && rest.len && str_next(&rest, '\n', &line))
        add(j, str_ends(line, STR("\r")) ? str_cut(line, 0, line.len - 1) : line);
    if (!e.code) flush(j);
    return e;
}

static int run_embed(struct cli *cli)
{
    struct arena a = arena_init((size_t)2 * FILE_MAX);
    struct job *j = mem_new(sizeof *j);
    j->cli = cli;
    j->line = buf_init(8 << 20);
    str path = cli_str(cli, "file");
    int rc = EXIT_FINE;
    err e = OK;
    if (!path.len && cli_arg_count(cli) == 0)
        rc = cli_fail(cli, EXIT_USAGE, "give texts, or --file FILE (one text a line, - is standard input)");
    else e = model_file_open(model_cli_path(cli), &j->file);
    if (!rc && !e.code && cli_has(cli, "kernel")) e = encode_use_kernel(&j->file.model, cli_str(cli, "kernel"));
    if (!rc && !e.code) {
        j->scratch = mem_new(encode_scratch_size());
        for (size_t i = 0; i < cli_arg_count(cli); i++) add(j, cli_arg(cli, i));
        flush(j);
        if (path.len) e = add_lines(j, path, &a);
    }
    if (e.code) rc = cli_fail_err(cli, e);
    mem_free(j->scratch);
    buf_done(&j->line);
    model_file_close(&j->file);
    mem_free(j);
    arena_done(&a);
    return rc;
}

static const struct cli_option options[] = {
    { "file", 'f', "FILE", NULL, "One text a line; - is standard input." },
    { "kernel", 0, "NAME", NULL, "Arithmetic: avx512-vnni, avx2, neon, scalar ...; default: the fastest." },
    MODEL_OPTION,
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_embed = {
    "embed",
    "[TEXT...]",
    "Texts as vectors of 384 numbers.",
    "Vectors have length 1: the nearer two texts are in meaning, the nearer their dot product is to 1. One line a "
    "text, "
    "in order; with --json an object a line. Of a text the first 256 word pieces count. Needs the model: weir model "
    "fetch.",
    options,
    run_embed,
};
