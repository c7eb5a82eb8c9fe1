/* weir run as a command: its options, and what is known of the step before it starts. */
#include "edge/act/knobs.h"
#include "edge/cli/config_cli.h"
#include "edge/cli/run.h"
#include "edge/cli/run_knobs.h"
#include "edge/pipelines_file.h"

static const struct cli_option options[] = {
    { "pipeline", 'p', "NAME", NULL, "The pipeline this step belongs to." },
    { "step", 0, "NAME", NULL, "The step; the pipeline's name when it has only one." },
    { "attempt", 0, "N", "1", "Which try of this step it is." },
    { "pipelines", 0, "FILE", NULL, "A pipelines.yaml: its knobs count as declared when no server says otherwise." },
    { NULL, 0, NULL, NULL, NULL },
};

/* The declared knobs of the pipeline as JSON; empty when the file does not declare it. */
static err read_defaults(str path, str pipeline, struct arena *a, str *out)
{
    str text = STR_NONE;
    json *root = NULL, *one = NULL;
    size_t i = 0, n = 0;
    if (!path.len) return OK;
    err e = pipelines_file_read(path, a, &text);
    if (!e.code) e = json_parse(text, a, &root);
    if (e.code) return e;
    yyjson_arr_foreach(json_get(root, "pipelines"), i, n, one)
    {
        if (str_eq(json_get_str(one, "name"), pipeline)) *out = json_text(json_get(one, "knobs"), a);
    }
    return OK;
}

static const char *environment(const char *name)
{
    return getenv(name);
}

/* Where the server is. A configuration that cannot be read must not keep the job from running: then the usual place. */
static str server_of(struct cli *cli)
{
    str server = cli_str(cli, "server");
    struct config *config = NULL;
    if (!server.len) {
        struct config_opts opts = { .path = config_path_of(cli),
                                    .data_dir = cli_data_dir(cli),
                                    .set = cli_str(cli, "set"),
                                    .getenv = environment };
        err e = config_load(&opts, cli_arena(cli), NULL, &config);
        server = e.code ? STR("http://127.0.0.1:8090") : config_server_url(config, cli_arena(cli));
        config_free(config);
    }
    while (str_ends(server, STR("/"))) server.len--;
    return server;
}

static int run_command(struct cli *cli)
{
    struct run_opts o = { .env = cli_env(cli), .pipeline = cli_str(cli, "pipeline"), .step = cli_str(cli, "step"),
                          .server = server_of(cli), .data_dir = cli_data_dir(cli),
                          .argv = cli_argv_after_dashes(cli) };
    if (!o.pipeline.len) return cli_fail(cli, EXIT_USAGE, "--pipeline NAME is needed");
    if (!o.argv || !o.argv[0]) return cli_fail(cli, EXIT_USAGE, "no command: weir run --pipeline NAME -- CMD...");
    err e = cli_i64(cli, "attempt", &o.attempt);
    if (!e.code && (o.attempt < 1 || o.attempt > 1000)) e = err_make(ERR_INPUT, "--attempt is a number from 1 to 1000");
    if (!e.code) e = run_key(cli_str(cli, "key-file"), o.data_dir, cli_arena(cli), &o.key);
    if (!e.code) e = read_defaults(cli_str(cli, "pipelines"), o.pipeline, cli_arena(cli), &o.knob_defaults);
    if (e.code) return cli_fail_err(cli, e);
    return run_watched(&o);
}

const struct command command_run = {
    .name = "run",
    .args = "-- CMD...",
    .summary = "Run a step of a pipeline and report how it went.",
    .about =
        "CMD runs as it would alone: same input, output, signals and exit code. weir notes how long it took, how it "
        "ended, what it needed (memory, processor, a durable write in its folder) and the last 8 KiB it printed, and "
        "reports that to the server. When the server is away the report waits in DATA/spool and the next run delivers "
        "it. The key is that of --key-file, else WEIR_KEY, else DATA/ingest.key.\n\n"
        "The step may announce what it did by appending JSON lines to the file named in $WEIR_REPORT, such as "
        "{\"rows\":1200,\"bytes\":90112}, {\"inputs\":[\"raw.orders\"],\"outputs\":[\"warehouse.orders\"]} or "
        "{\"columns\":{\"raw.orders\":[\"id\",\"amount\"]}}; numbers of several lines add up. Knobs that weir may turn "
        "reach it as WEIR_KNOB_<NAME>; a memory limit (MiB) is put on the process.",
    .options = options,
    .run = run_command,
};
