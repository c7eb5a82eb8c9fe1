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
    jw_i64(&w, "started_after", r->started);
    jw_i64(&w, "snapshots", r->snapshots);
    jw_bool(&w, "tables_same", r->tables_same);
    jw_bool(&w, "same", r->bad_seq == 0);
    if (r->bad_seq) jw_i64(&w, "first_difference", r->bad_seq), jw_str(&w, "problem", str_of(r->problem));
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
}

static void print_text(const struct replay_report *r, bool tables)
{
    if (r->bad_seq) {
        (void)printf("DIFFERENT at %s\n", r->problem);
        return;
    }
    (void)printf("same: %lld entries, %lld inputs applied again,\n      %lld entries recomputed byte for byte, %lld "
                 "not recomputed\n",
                 (long long)r->entries, (long long)r->inputs, (long long)r->recomputed, (long long)r->not_recomputed);
    if (r->started) (void)printf("      begun at the snapshot of entry %lld\n", (long long)r->started);
    if (r->snapshots)
        (void)printf("      %lld snapshots of the state are what the entries make\n", (long long)r->snapshots);
    if (tables && r->tables_same) (void)printf("      the tables are what the entries make\n");
    if (tables && !r->tables_same)
        (void)printf("      the tables could not be compared: the last entries could not be recomputed\n");
}

/* Where a quick look begins: the newest snapshot of this logic. */
static int64_t newest_snapshot(struct tx *tx, struct arena *a)
{
    struct snapshot_list list = snapshots(tx, a);
    int64_t seq = 0;
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].logic == CORE_LOGIC_VERSION) seq = list.items[i].seq;
    return seq;
}

static int run_replay(struct cli *cli)
{
    struct store *from = NULL, *into = NULL;
    struct tx *tx = NULL;
    struct replay_report r = { 0 };
    bool all = cli_has(cli, "verify");
    str dir = str_fmt(cli_arena(cli), STR_FMT "/" STORE_FOLDER, STR_ARG(cli_data_dir(cli)));
    err e = store_open_reader(dir, cli_env(cli), &from);
    if (!e.code) e = store_open(&(struct store_opts){ .dir = STR("") }, cli_env(cli), &into);
    if (!e.code) e = store_read(from, &tx);
    if (!e.code) {
        bool show = isatty(STDERR_FILENO) && !cli_json(cli);
        struct replay_opts opts = { .tables = all, .progress = show ? progress : NULL };
        if (!all) opts.from = newest_snapshot(tx, cli_arena(cli));
        e = replay_verify(tx, into, &opts, &r);
        if (show) (void)fputc('\n', stderr);
        store_read_end(tx);
    }
    store_close(into);
    store_close(from);
    if (e.code) return cli_fail_err(cli, e);
    if (cli_json(cli)) print_json(&r);
    else print_text(&r, all);
    return r.bad_seq ? EXIT_FOUND : EXIT_FINE;
}

static const struct cli_option options[] = {
    { "verify", 0, NULL, NULL,
      "All that is kept, not only what came after the newest snapshot; the snapshots and the tables, too." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_replay = {
    .name = "replay",
    .args = "",
    .summary = "Make the journal again from its inputs and compare.",
    .about =
        "Applies the recorded inputs of the journal to an empty store in memory, with the recorded times, and compares "
        "every "
        "entry byte for byte: from the newest snapshot of the state, or with --verify from the oldest entry whose "
        "state can "
        "be known, and then the tables, too. Works beside a running server. Exit 1 names the first entry that differs.",
    .options = options,
    .run = run_replay,
};
