#include "edge/cli/run.h"
#include "edge/cli/run_knobs.h"

static const struct cli_option options[] = {
    { "pipeline", 'p', "NAME", NULL, "The pipeline this step belongs to." },
    { "step", 's', "NAME", NULL, "The step; the pipeline's name when it has only one." },
    { "attempt", 0, "N", "1", "Which try of this step it is." },
    { "server", 0, "URL", "http://127.0.0.1:8090", "Where weir listens." },
    { "key-file", 0, "FILE", NULL, "File with the key for reporting; else WEIR_KEY, else DATA/ingest.key." },
    { NULL, 0, NULL, NULL, NULL },
};

static int run_command(struct cli *cli)
{
    struct run_opts o = { .env = cli_env(cli), .pipeline = cli_str(cli, "pipeline"), .step = cli_str(cli, "step"),
                          .server = cli_str(cli, "server"), .data_dir = cli_data_dir(cli),
                          .argv = cli_argv_after_dashes(cli) };
    if (!o.pipeline.len) return cli_fail(cli, EXIT_USAGE, "--pipeline NAME is needed");
    if (!o.argv || !o.argv[0]) return cli_fail(cli, EXIT_USAGE, "no command: weir run --pipeline NAME -- CMD...");
    err e = cli_i64(cli, "attempt", &o.attempt);
    if (!e.code && (o.attempt < 1 || o.attempt > 1000)) e = err_make(ERR_INPUT, "--attempt is a number from 1 to 1000");
    if (!e.code) e = run_key(cli_str(cli, "key-file"), o.data_dir, cli_arena(cli), &o.key);
    if (e.code) return cli_fail_err(cli, e);
    return run_watched(&o);
}

const struct command command_run = {
    .name = "run",
    .args = "-- CMD...",
    .summary = "Run a step of a pipeline and report how it went.",
    .about = "CMD runs as it would alone: same input, output, signals and exit code. weir notes how long it took, how it "
             "ended, what it needed (memory, processor, a durable write in its folder) and the last 8 KiB it printed, and "
             "reports that to the server. When the server is away the report waits in DATA/spool and the next run delivers "
             "it.\n\n"
             "The step may announce what it did by appending JSON lines to the file named in $WEIR_REPORT, such as "
             "{\"rows\":1200,\"bytes\":90112}, {\"inputs\":[\"raw.orders\"],\"outputs\":[\"warehouse.orders\"]} or "
             "{\"columns\":{\"raw.orders\":[\"id\",\"amount\"]}}; numbers of several lines add up. Knobs that weir may turn "
             "reach it as WEIR_KNOB_<NAME>; a memory limit (MiB) is put on the process.",
    .options = options,
    .run = run_command,
};
