#include "edge/cli/text_cli.h"

#include <stdio.h>
#include <unistd.h>

struct text_columns text_cli_columns(struct cli *cli)
{
    return (struct text_columns){ cli_str(cli, "text"), cli_str(cli, "label"), cli_str(cli, "outside") };
}

void text_cli_progress(void *ctx, const char *what, size_t done, size_t all)
{
    (void)ctx;
    if (!isatty(2)) return;
    (void)fprintf(stderr, "\r\033[K%zu/%zu %s", done, all, what);
    if (done == all) (void)fprintf(stderr, "\r\033[K");
}

static void tell_encoding(size_t done, size_t all)
{
    enum { NOW_AND_THEN = 2048 };
    if (done % NOW_AND_THEN == 0 && isatty(2)) (void)fprintf(stderr, "\r\033[Kencoding %zu/%zu", done, all);
}

err text_cli_vectors(struct cli *cli, struct text_data *d, unsigned layers, size_t dims)
{
    str ready = cli_str(cli, "vectors"), path = cli_str(cli, "encoder");
    bool named = path.len > 0;
    struct text_encoder n;
    if (ready.len) {
        err e = text_data_vectors(d, ready);
        if (!e.code && dims && d->dims != dims)
            e = err_make(ERR_INPUT, STR_FMT ": vectors of %zu numbers, the model was trained with %zu", STR_ARG(ready),
                         d->dims, dims);
        return e;
    }
    if (cli_has(cli, "no-encoder") || layers == 0) return OK;
    if (!named) path = model_file_path(cli_data_dir(cli), cli_arena(cli));
    err e = text_encoder_open(path, named, &n);
    if (!e.code && n.scratch) text_encoder_rows(&n, layers, d, tell_encoding);
    if (isatty(2)) (void)fprintf(stderr, "\r\033[K");
    text_encoder_close(&n);
    return e;
}
