/* weir config check, weir config options, weir pipelines check. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/policy/policy.h"
#include "edge/cli/commands.h"
#include "edge/cli/config_cli.h"
#include "edge/cli/table.h"
#include "edge/files.h"
#include "edge/model/model_file.h"
#include "edge/inquiry/routing_file.h"
#include "engine/desk/desk.h"
#include "edge/pipelines_file.h"
#include "edge/policy_file.h"

static const char *from_environment(const char *name)
{
    return getenv(name);
}

str config_path_of(struct cli *cli)
{
    struct arena *a = cli_arena(cli);
    str given = cli_str(cli, "config"),
        places[] = { str_fmt(a, STR_FMT "/weir.yaml", STR_ARG(cli_data_dir(cli))), STR("/etc/weir/weir.yaml") };
    if (given.len) return given;
    for (size_t i = 0; i < 2; i++)
        if (access(places[i].ptr, R_OK) == 0) return places[i];
    return STR("");
}

static int load(struct cli *cli, str path, struct config **out)
{
    struct config_problems problems;
    struct config_opts opts = {
        .path = path, .data_dir = cli_data_dir(cli), .set = cli_str(cli, "set"), .getenv = from_environment
    };
    if (cli_has(cli, "data-dir"))
        opts.set = str_fmt(cli_arena(cli), "data_dir=" STR_FMT "%s" STR_FMT, STR_ARG(cli_data_dir(cli)),
                           opts.set.len ? "\n" : "", STR_ARG(opts.set));
    err e = config_load(&opts, cli_arena(cli), &problems, out);
    if (!e.code) return EXIT_FINE;
    if (!problems.count) return cli_fail_err(cli, e);
    for (size_t i = 0; i < problems.count; i++) (void)fprintf(stderr, STR_FMT "\n", STR_ARG(problems.items[i]));
    return EXIT_FOUND;
}

int config_of(struct cli *cli, struct config **out)
{
    return load(cli, config_path_of(cli), out);
}

void print_problems(const struct yaml_check *c)
{
    for (size_t i = 0; i < c->count; i++)
        (void)fprintf(stderr, STR_FMT ":%d:%d: " STR_FMT "\n", STR_ARG(c->file), c->items[i].line, c->items[i].column,
                      STR_ARG(c->items[i].text));
    if (c->more) (void)fprintf(stderr, "and %zu more\n", c->more);
}

static int check_policy(struct cli *cli, const struct config *c)
{
    str text = STR_NONE;
    struct yaml_check check = yaml_check_init(c->policy, cli_arena(cli));
    if (!c->policy.len) return EXIT_FINE;
    err e = policy_file_read(c->policy, c->timezone, cli_arena(cli), &text);
    if (e.code) return cli_fail_err(cli, e);
    struct policy *p = policy_check(&check, text);
    print_problems(&check);
    policy_free(p);
    return check.count ? EXIT_FOUND : EXIT_FINE;
}

static int check_pipelines(struct cli *cli, str path, str *declared)
{
    str text = STR_NONE;
    struct yaml_check check = yaml_check_init(path, cli_arena(cli));
    err e = file_read(path, YAML_TEXT_MAX, cli_arena(cli), &text);
    if (e.code) return cli_fail_err(cli, e);
    if (!pipelines_check(&check, text, STR("/"), cli_arena(cli), declared)) print_problems(&check);
    else if (check.count == 0) {
        e = pipelines_file_read(path, cli_arena(cli),
                                declared); /* again, with the folders as the server will see them */
        if (e.code) return cli_fail_err(cli, e);
    }
    return check.count ? EXIT_FOUND : EXIT_FINE;
}

static int check_inquiries(struct cli *cli, const struct config *c)
{
    str text = STR_NONE, rules = STR_NONE;
    struct yaml_check routing = yaml_check_init(c->inquiries.routing, cli_arena(cli)),
                      words = yaml_check_init(c->inquiries.words, cli_arena(cli));
    struct arena a = arena_init(4 * YAML_ARENA_MAX);
    err e = c->inquiries.routing.len ? file_read(c->inquiries.routing, YAML_TEXT_MAX, cli_arena(cli), &text) : OK;
    if (!e.code && text.ptr) (void)routing_check(&routing, text, c->timezone, &rules);
    text = STR_NONE;
    if (!e.code && c->inquiries.words.len) e = file_read(c->inquiries.words, YAML_TEXT_MAX, cli_arena(cli), &text);
    if (!e.code && text.ptr) (void)desk_rules_read(&words, text, &a);
    arena_done(&a);
    if (e.code) return cli_fail_err(cli, e);
    print_problems(&routing);
    print_problems(&words);
    return routing.count || words.count ? EXIT_FOUND : EXIT_FINE;
}

/* A model that was named must be there and whole in form; `weir model verify` reads it to its last byte. */
static int check_encoder(struct cli *cli, const struct config *c)
{
    struct model_file f = { 0 };
    if (!c->encoder_model.len) return EXIT_FINE;
    err e = model_file_open(c->encoder_model, &f);
    model_file_close(&f);
    return e.code ? cli_fail(cli, EXIT_FOUND, "encoder.model: %s", e.msg) : EXIT_FINE;
}

static void print_config(const struct config *c)
{
    struct buf b = buf_init(4 << 20);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    config_json(c, &w);
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
}

static int run_check(struct cli *cli)
{
    struct config *c = NULL;
    str path = cli_arg_count(cli) ? cli_arg(cli, 0) : config_path_of(cli), declared;
    int rc = load(cli, path, &c);
    if (rc) return rc;
    int policy = check_policy(cli, c),
        pipelines = c->pipelines.len ? check_pipelines(cli, c->pipelines, &declared) : EXIT_FINE;
    rc = policy > pipelines ? policy : pipelines;
    int inquiries = check_inquiries(cli, c);
    if (inquiries > rc) rc = inquiries;
    int encoder = check_encoder(cli, c);
    if (encoder > rc) rc = encoder;
    if (!rc && cli_json(cli)) print_config(c);
    else if (!rc)
        (void)printf(STR_FMT ": fine; listens on " STR_FMT "\n", STR_ARG(path.len ? path : STR("no file, defaults")),
                     STR_ARG(c->listen));
    config_free(c);
    return rc;
}

static int run_options(struct cli *cli)
{
    struct arena *a = cli_arena(cli);
    size_t count;
    const struct config_option *o = config_options(&count);
    struct table t = table_init(a, (const char *const[]){ "OPTION", "DEFAULT", "~MEANING", NULL }, cli_color(cli));
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    jw_array(&w, NULL);
    for (size_t i = 0; i < count; i++) {
        table_row(&t, (const str[]){ str_of(o[i].name), str_of(o[i].fallback), str_of(o[i].help) });
        jw_open(&w, NULL);
        jw_strz(&w, "name", o[i].name);
        jw_strz(&w, "default", o[i].fallback);
        jw_strz(&w, "help", o[i].help);
        jw_close(&w);
    }
    jw_array_end(&w);
    if (cli_json(cli)) (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    else table_print(&t, stdout);
    buf_done(&b);
    return EXIT_FINE;
}

static int run_pipelines_check(struct cli *cli)
{
    str declared = STR_NONE;
    int rc = check_pipelines(cli, cli_arg(cli, 0), &declared);
    if (rc) return rc;
    if (cli_json(cli)) (void)printf(STR_FMT "\n", STR_ARG(declared));
    else (void)printf(STR_FMT ": fine\n", STR_ARG(cli_arg(cli, 0)));
    return EXIT_FINE;
}

const struct command command_config_check = {
    "config check", "[FILE]", "Check the configuration and the files it names.",
    "Problems are named with file, line, column, what was expected and the nearest valid word. --json prints the "
    "effective configuration: defaults, then the file, then WEIR_SECTION_NAME variables, then --set. Durations are "
    "seconds and sizes are bytes there.",
    NULL, run_check,
};
const struct command command_config_options = {
    "config options", "", "List every option of weir.yaml with its default.", NULL, NULL, run_options
};
const struct command command_pipelines_check = {
    "pipelines check",
    "FILE",
    "Check a pipelines.yaml.",
    "--json prints it as weir sees it, every default filled in.",
    NULL,
    run_pipelines_check,
};
