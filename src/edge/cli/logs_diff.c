/* weir logs diff: what is new in the output of a failed run. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "edge/cli/logs.h"
#include "edge/cli/table.h"
#include "engine/detect/log_diff.h"
#include "engine/detect/log_say.h"

enum { STDIN_MAX = 128 << 20, BLOCK_SHOWN = 12, LINE_SHOWN = 400, DIFF_ARENA_MAX = 1 << 30 };

struct text {
    str s;
    void *map;
};

static err read_stdin(struct arena *a, struct text *out)
{
    struct buf b = buf_init(STDIN_MAX);
    char *room;
    size_t got = 1;
    while (got > 0 && (room = buf_room(&b, 1 << 16)) != NULL) {
        got = fread(room, 1, 1 << 16, stdin);
        b.len += got;
    }
    err e = b.full ? err_make(ERR_LIMIT, "standard input is longer than %d bytes", STDIN_MAX) : OK;
    out->s = b.full ? STR("") : str_dup(a, buf_view(&b));
    buf_done(&b);
    return e;
}

static err read_text(struct arena *a, str path, struct text *out)
{
    if (STR_IS(path, "-")) return read_stdin(a, out);
    struct stat st;
    int fd = open(str_z(a, path), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return err_errno("open " STR_FMT, STR_ARG(path));
    err e = OK;
    if (fstat(fd, &st))
        e = err_errno(STR_FMT, STR_ARG(path));
    else if (!S_ISREG(st.st_mode))
        e = err_make(ERR_INPUT, STR_FMT ": not a file", STR_ARG(path));
    else if (st.st_size > 0) {
        void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (map == MAP_FAILED)
            e = err_errno(STR_FMT, STR_ARG(path));
        else
            *out = (struct text){ .s = { map, (size_t)st.st_size }, .map = map };
    }
    (void)close(fd);
    return e;
}

static void done(struct text *t)
{
    if (t->map) (void)munmap(t->map, t->s.len);
}

static void json_line(struct jw *w, const struct log_diff_line *l)
{
    jw_open(w, NULL);
    jw_i64(w, "line", l->row);
    jw_i64(w, "number", l->number);
    jw_f64(w, "score", l->score);
    jw_bool(w, "begins", l->begins);
    jw_str(w, "text", l->text);
    jw_close(w);
}

static int print_json(struct cli *cli, const struct log_diff *d)
{
    struct buf b = buf_init(1 << 30);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "pass_lines", (int64_t)d->pass_lines);
    jw_i64(&w, "fail_lines", (int64_t)d->fail_lines);
    jw_i64(&w, "new", (int64_t)d->fresh);
    jw_bool(&w, "guessed", d->guessed);
    jw_array(&w, "lines");
    for (size_t i = 0; i < d->count; i++) json_line(&w, &d->lines[i]);
    jw_array_end(&w);
    jw_array(&w, "ranked");
    for (size_t i = 0; i < d->ranked_count; i++) json_line(&w, &d->ranked[i]);
    jw_array_end(&w);
    jw_close(&w);
    return cli_print_json(cli, &b);
}

static void print_line(struct cli *cli, const struct log_diff_line *l)
{
    (void)printf("%8u  " STR_FMT "\n", l->row,
                 STR_ARG(plain_text(cli_arena(cli), str_utf8_prefix(log_said(l->text), LINE_SHOWN))));
}

/* The lines of one block, the first BLOCK_SHOWN of them; returns where the next one begins. */
static size_t print_block(struct cli *cli, const struct log_diff *d, size_t i)
{
    size_t n = 0;
    do {
        if (n++ < BLOCK_SHOWN) print_line(cli, &d->lines[i]);
        i++;
    } while (i < d->count && !d->lines[i].begins && d->lines[i].number == d->lines[i - 1].number + 1);
    if (n > BLOCK_SHOWN) (void)printf("          ... %zu more lines\n", n - BLOCK_SHOWN);
    if (i < d->count) (void)printf("\n");
    return i;
}

static void print_text(struct cli *cli, const struct log_diff *d, size_t top)
{
    (void)printf("%zu lines, %zu of them new since the run that passed (%zu lines)\n", d->fail_lines, d->fresh,
                 d->pass_lines);
    if (d->count == 0) return;
    if (d->guessed) (void)printf("none of them speaks of trouble\n");
    card_head(stdout, "Read first", cli_color(cli));
    for (size_t i = 0; i < d->ranked_count && i < top; i++) print_line(cli, &d->ranked[i]);
    card_head(stdout, d->guessed ? "All that is new" : "Where the error is", cli_color(cli));
    size_t blocks = 0, i = 0;
    while (i < d->count && blocks++ < top) i = print_block(cli, d, i);
    if (i < d->count) (void)printf("and %zu more lines: --top shows more, --json all\n", d->count - i);
}

static int run_diff(struct cli *cli)
{
    struct text pass = { 0 }, fail = { 0 };
    struct arena room = arena_init(DIFF_ARENA_MAX);
    struct log_diff d = { 0 };
    int64_t top = 10;
    err e = cli_i64(cli, "top", &top);
    if (!e.code && (top < 1 || top > LOG_DIFF_RANKED_MAX))
        e = err_make(ERR_INPUT, "--top must be 1 to %d", LOG_DIFF_RANKED_MAX);
    if (e.code) return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    e = read_text(cli_arena(cli), cli_arg(cli, 0), &pass);
    if (!e.code) e = read_text(cli_arena(cli), cli_arg(cli, 1), &fail);
    if (!e.code) e = log_diff(pass.s, fail.s, &room, &d);
    int code = e.code ? cli_fail(cli, EXIT_FAILED, "%s", e.msg) : EXIT_FINE; /* 1 would say that something is new */
    if (!e.code && cli_json(cli))
        code = print_json(cli, &d);
    else if (!e.code)
        print_text(cli, &d, (size_t)top);
    if (code == EXIT_FINE && d.count > 0) code = EXIT_FOUND;
    arena_done(&room);
    done(&pass);
    done(&fail);
    return code;
}

static const struct cli_option options[] = {
    { "top", 0, "N", "10", "How many lines and blocks to show." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_logs_diff = {
    .name = "logs diff",
    .args = "PASS FAIL",
    .summary = "What is new in the output of a failed run, and which lines carry the error.",
    .about = "Compares two outputs of the same job (- is standard input). Times, sizes, paths and ids do not count as "
             "a difference. "
             "Lines that speak of trouble and what hangs on them (stack frames, details) are shown in blocks, the most "
             "telling "
             "lines first. Exit 1 when something is new.",
    .options = options,
    .run = run_diff,
};
