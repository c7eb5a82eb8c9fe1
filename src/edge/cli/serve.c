/* weir serve: the daemon. */
#include "edge/cli/serve.h"

#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "edge/app.h"
#include "edge/cli/config_cli.h"
#include "edge/memory.h"

static volatile sig_atomic_t wanted; /* the last signal */

static void on_signal(int sig)
{
    wanted = sig;
}

/* Threads of the app may still look at the settings of before, so those live until the next reload but one. */
struct settings {
    struct config *now, *before;
};

static void reload(struct cli *cli, struct app *app, struct settings *settings)
{
    struct config *fresh = NULL;
    err e = config_of(cli, &fresh) ? err_make(ERR_INPUT, "the configuration has problems") : app_reload(app, fresh);
    if (e.code) {
        log_error("reload.refused error=%s", e.msg); /* what was in force stays in force */
        config_free(fresh);
        return;
    }
    config_free(settings->before);
    settings->before = settings->now;
    settings->now = fresh;
    log_info("reload.done");
}

static int run_serve(struct cli *cli)
{
    struct settings settings = { 0 };
    struct app *app = NULL;
    int exit_code = config_of(cli, &settings.now);
    if (exit_code) return exit_code;
    log_set_level((enum log_level)settings.now->log_level);
    struct sigaction act = { .sa_handler = on_signal };
    (void)sigaction(SIGINT, &act, NULL);
    (void)sigaction(SIGTERM, &act, NULL);
    (void)sigaction(SIGHUP, &act, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a write past a limit fails, and does not kill */
    struct app_opts opts = { .env = cli_env(cli), .config = settings.now };
    memory_keep_little();
    err e = app_open(&opts, &app);
    if (e.code) {
        config_free(settings.now);
        return cli_fail_err(cli, e);
    }
    str url = app_url(app);
    log_info("serve.ready url=" STR_FMT " data=" STR_FMT " version=%s", STR_ARG(url), STR_ARG(settings.now->data_dir),
             WEIR_VERSION);
    if (isatty(STDERR_FILENO))
        log_info("serve.login url=" STR_FMT,
                 STR_ARG(server_login_link(app_server(app), STR("admin"), ROLE_ADMIN, cli_arena(cli))));
    while (wanted != SIGINT && wanted != SIGTERM) {
        if (wanted == SIGHUP) {
            wanted = 0;
            reload(cli, app, &settings);
        }
        (void)usleep(100000); /* a signal ends the pause */
    }
    log_info("serve.stopping");
    app_close(app);
    config_free(settings.now);
    config_free(settings.before);
    return EXIT_FINE;
}

static const struct cli_option options[] = { { NULL, 0, NULL, NULL, NULL } };

const struct command command_serve = {
    .name = "serve",
    .args = "",
    .summary = "Run the server: watch, diagnose, decide, act, show.",
    .about = "Runs in the foreground until SIGTERM or SIGINT; SIGHUP reads configuration, policy, pipelines and "
             "runbooks again. "
             "The first start writes an admin key to DATA/admin.key and a key for `weir run` to DATA/ingest.key.",
    .options = options,
    .run = run_serve,
};
