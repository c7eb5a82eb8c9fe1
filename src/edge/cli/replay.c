/* weir replay: make the journal again from its recorded inputs and compare. */
#include "edge/cli/replay.h"

#include <unistd.h>

#include "core/replay.h"

static void progress(void *ctx, int64_t seq)
{
    (void)ctx;
    (void)fprintf(stderr, "\rreplay: entry %lld", (long long)seq);
}

static void print_json(const struct replay_report *r)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "entries", r->entries);
    jw_i64(&w, "inputs", r->inputs);
    jw_i64(&w, "recomputed", r->recomputed);
    jw_i64(&w, "not_recomputed", r->not_recomputed);
    jw_bool(&w, "same", r->bad_seq == 0);
    if (r->bad_seq) jw_i64(&w, "first_difference", r->bad_seq), jw_str(&w, "problem", str_of(r->problem));
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
}

static int report(struct cli *cli, const struct replay_report *r)
{
    if (cli_json(cli)) print_json(r);
    else if (r->bad_seq) (void)printf("DIFFERENT at %s\n", r->problem);
    else
        (void)printf("same: %lld entries, %lld inputs applied again, %lld entries recomputed byte for byte, %lld not recomputed\n",
                     (long long)r->entries, (long long)r->inputs, (long long)r->recomputed, (long long)r->not_recomputed);
    return r->bad_seq ? EXIT_FOUND : EXIT_FINE;
}

static int run_replay(struct cli *cli)
{
    struct store *from = NULL, *into = NULL;
    struct tx *tx = NULL;
    struct replay_report r = { 0 };
    str dir = str_fmt(cli_arena(cli), STR_FMT "/" STORE_FOLDER, STR_ARG(cli_data_dir(cli)));
    err e = store_open_reader(dir, cli_env(cli), &from);
    if (!e.code) e = store_open(&(struct store_opts){ .dir = STR("") }, cli_env(cli), &into);
    if (!e.code) e = store_read(from, &tx);
    if (!e.code) {
        bool show = isatty(STDERR_FILENO) && !cli_json(cli);
        e = replay_verify(tx, into, show ? progress : NULL, NULL, &r);
        if (show) (void)fputc('\n', stderr);
        store_read_end(tx);
    }
    store_close(into);
    store_close(from);
    return e.code ? cli_fail_err(cli, e) : report(cli, &r);
}

static const struct cli_option options[] = {
    { "verify", 0, NULL, NULL, "Compare every entry byte for byte, which replay does in any case." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_replay = {
    .name = "replay",
    .args = "",
    .summary = "Make the journal again from its inputs and compare.",
    .about = "Applies the recorded inputs of the journal to an empty store in memory, with the recorded times, and compares every "
             "entry byte for byte. Works beside a running server. Exit 1 names the first entry that differs.",
    .options = options,
    .run = run_replay,
};
