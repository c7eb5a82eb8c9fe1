/* weir backup, restore, resume. */
#include "base/buf.h"
#include "core/core.h"
#include "edge/cli/audit.h"
#include "edge/registry/model_files.h"

static void print_copied(struct cli *cli, int64_t entries, const struct model_files *models)
{
    if (cli_json(cli)) {
        (void)printf("{\"ok\":%s,\"entries\":%lld,\"models\":%lld,\"damaged\":%lld}\n",
                     models->damaged ? "false" : "true", (long long)entries, (long long)models->copied,
                     (long long)models->damaged);
        return;
    }
    (void)printf("copied %lld entries, all tables and %lld file%s of models. The signing key\n(" STORE_KEY_FILE
                 ") is not in it: keep a copy of it apart.\n",
                 (long long)entries, (long long)models->copied, models->copied == 1 ? "" : "s");
    if (models->damaged)
        (void)printf("%lld file%s of models left out: damaged, not what the digest says.\n",
                     (long long)models->damaged, models->damaged == 1 ? "" : "s");
}

static int backup_run(struct cli *cli)
{
    struct store *s = NULL;
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "weir backup FILE");
    str dir = str_fmt(cli_arena(cli), STR_FMT "/" STORE_FOLDER, STR_ARG(cli_data_dir(cli)));
    err e = store_open_reader(dir, cli_env(cli), &s);
    if (e.code) return cli_fail_err(cli, e);
    struct model_files models;
    e = model_files_list(s, cli_data_dir(cli), cli_arena(cli), &models);
    if (!e.code) e = store_backup(s, cli_arg(cli, 0), &(struct store_files){ model_files_next, &models });
    int64_t entries = store_stats(s).last_seq;
    store_close(s);
    if (e.code) return cli_fail_err(cli, e);
    print_copied(cli, entries, &models);
    return models.damaged ? EXIT_FOUND : EXIT_FINE;
}

const struct command command_backup = {
    .name = "backup",
    .args = "FILE",
    .summary = "Copy the store into a new file, while the server runs.",
    .about =
        "The copy is the store as of one moment: journal and all tables, and the files of registered models, checked "
        "by digest; one file, mode 0600. Nothing stops meanwhile. Exit code 1: a model's file was damaged and left "
        "out.",
    .options = NULL,
    .run = backup_run,
};

struct mark {
    struct core *core;
    str kind;
    int64_t seq;
};

static err mark_work(struct tx *tx, void *ctx)
{
    struct mark *m = ctx;
    return core_apply(m->core, tx, &(struct input){ .kind = m->kind, .actor = STR("cli"), .body = STR("{}") }, &m->seq);
}

static int restore_run(struct cli *cli)
{
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "weir restore FILE");
    str dir = str_fmt(cli_arena(cli), STR_FMT "/" STORE_FOLDER, STR_ARG(cli_data_dir(cli)));
    struct mark m = { .core = core_new(), .kind = STR("store.restored") };
    struct model_files models = { .data_dir = cli_data_dir(cli) };
    err e = store_restore(cli_arg(cli, 0), dir, cli_env(cli), &(struct store_keep){ model_files_keep, &models },
                          mark_work, &m);
    core_free(m.core);
    if (e.code) return cli_fail_err(cli, e);
    if (cli_json(cli))
        (void)printf("{\"ok\":true,\"seq\":%lld,\"models\":%lld}\n", (long long)m.seq, (long long)models.copied);
    else
        (void)printf("restored up to entry %lld. Effects that were open then have an unknown outcome now, and nothing "
                     "is sent until\n"
                     "`weir resume`. Look at `weir incidents` and `weir approvals` first.\n",
                     (long long)m.seq);
    return EXIT_FINE;
}

const struct command command_restore = {
    .name = "restore",
    .args = "FILE",
    .summary = "Make the store of an empty data folder from a backup.",
    .about = "Checks the backup, copies it and records the restore in the journal before anything can act on it. "
             "Effects that were open "
             "when the backup was made get the outcome unknown, and no effect or message is sent until `weir resume`.",
    .options = NULL,
    .run = restore_run,
};

static int resume_run(struct cli *cli)
{
    struct store *s = NULL;
    str dir = str_fmt(cli_arena(cli), STR_FMT "/" STORE_FOLDER, STR_ARG(cli_data_dir(cli)));
    err e = store_open_reader(dir, cli_env(cli), &s); /* never makes a store where there is none */
    store_close(s);
    s = NULL;
    if (!e.code) e = store_open(&(struct store_opts){ .dir = dir }, cli_env(cli), &s);
    if (e.code == ERR_CONFLICT)
        return cli_fail(cli, EXIT_FAILED, "%s: stop the server, resume, and start it again", e.msg);
    if (e.code) return cli_fail_err(cli, e);
    struct mark m = { .core = core_new(), .kind = STR("store.resumed") };
    e = store_run(s, mark_work, &m);
    core_free(m.core);
    store_close(s);
    if (e.code) return cli_fail_err(cli, e);
    if (cli_json(cli))
        (void)printf("{\"ok\":true,\"seq\":%lld}\n", (long long)m.seq);
    else
        (void)printf("resumed: effects and messages are sent again\n");
    return EXIT_FINE;
}

const struct command command_resume = {
    .name = "resume",
    .args = "",
    .summary = "Let a restored store send effects and messages again.",
    .about = NULL,
    .options = NULL,
    .run = resume_run,
};
