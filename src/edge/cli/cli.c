/* Finds the command, reads its options, runs it. */
#include "edge/cli/cli.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/yaml.h"
#include "edge/cli/cli_internal.h"

const struct cli_option cli_common_options[] = {
    { "data-dir", 'd', "DIR", NULL, "Folder of weir's data. [/var/lib/weir as root, else ~/.local/share/weir]" },
    { "config", 'c', "FILE", NULL, "Configuration. [DIR/weir.yaml, else /etc/weir/weir.yaml, when there]" },
    { "server", 's', "URL", NULL, "Address of the server. [from the configuration]" },
    { "key-file", 0, "FILE", NULL, "File with the API key; WEIR_KEY holds the key itself. [DIR/admin.key]" },
    { "set", 0, "NAME=VALUE...", NULL,
      "Set an option of the configuration for this call, such as server.listen=[::1]:80." },
    { "json", 'j', NULL, NULL, "Print JSON instead of text." },
    { "help", 'h', NULL, NULL, "Show this help." },
    { NULL, 0, NULL, NULL, NULL },
};

struct env *cli_env(struct cli *cli)
{
    return cli->env;
}

struct arena *cli_arena(struct cli *cli)
{
    return &cli->arena;
}

static const struct option_value *find_value(const struct cli *cli, const char *option)
{
    str name = str_of(option);
    for (size_t i = 0; i < cli->value_count; i++)
        if (str_eq(str_of(cli->values[i].option->name), name)) return &cli->values[i];
    return NULL;
}

bool cli_has(const struct cli *cli, const char *option)
{
    const struct option_value *v = find_value(cli, option);
    return v && v->given;
}

str cli_str(const struct cli *cli, const char *option)
{
    const struct option_value *v = find_value(cli, option);
    return v ? v->value : STR_NONE;
}

err cli_i64(const struct cli *cli, const char *option, int64_t *out)
{
    str value = cli_str(cli, option);
    err e = str_to_i64(value, out);
    return e.code ? err_make(ERR_INPUT, "--%s: expected a whole number, got '" STR_FMT "'", option,
                             STR_ARG(str_cut(value, 0, 40)))
                  : OK;
}

size_t cli_arg_count(const struct cli *cli)
{
    return cli->arg_count;
}

str cli_arg(const struct cli *cli, size_t i)
{
    return i < cli->arg_count ? cli->args[i] : STR_NONE;
}

char *const *cli_argv_after_dashes(const struct cli *cli)
{
    return cli->after_dashes;
}

bool cli_json(const struct cli *cli)
{
    return cli_has(cli, "json");
}

str cli_data_dir(const struct cli *cli)
{
    str given = cli_str(cli, "data-dir");
    if (given.len) return given;
    if (geteuid() == 0) return STR("/var/lib/weir");
    const char *home = getenv("HOME");
    const struct passwd *user = home && *home ? NULL : getpwuid(geteuid());
    struct arena *a = &((struct cli *)(uintptr_t)cli)->arena; /* the text lives as long as the cli */
    return str_fmt(a, "%s/.local/share/weir", home && *home ? home : user ? user->pw_dir : "");
}

bool cli_color(const struct cli *cli)
{
    const char *off = getenv("NO_COLOR"), *terminal = getenv("TERM");
    (void)cli;
    return isatty(STDOUT_FILENO) && !(off && *off) && !(terminal && str_eq(str_of(terminal), STR("dumb")));
}

int cli_fail(const struct cli *cli, int exit_code, const char *fmt, ...)
{
    va_list ap;
    const char *name = cli->command ? cli->command->name : NULL;
    (void)fflush(stdout);
    (void)fprintf(stderr, "weir%s%s: ", name ? " " : "", name ? name : "");
    va_start(ap, fmt);
    (void)vfprintf(stderr, fmt, ap);
    va_end(ap);
    (void)fputc('\n', stderr);
    if (exit_code == EXIT_USAGE) (void)fprintf(stderr, "Try: weir help%s%s\n", name ? " " : "", name ? name : "");
    return exit_code;
}

int cli_fail_err(const struct cli *cli, err e)
{
    bool refused = e.code == ERR_INPUT || e.code == ERR_DENIED || e.code == ERR_NOT_FOUND || e.code == ERR_CONFLICT;
    return cli_fail(cli, refused ? EXIT_FOUND : EXIT_FAILED, "%s", e.msg[0] ? e.msg : err_text(e.code));
}

int cli_print_json(const struct cli *cli, struct buf *b)
{
    bool full = b->full;
    if (!full) (void)fwrite(b->ptr, 1, b->len, stdout);
    if (!full) (void)putchar('\n');
    buf_done(b);
    return full ? cli_fail(cli, EXIT_FAILED, "the answer is too long") : EXIT_FINE;
}

static bool is_command(const struct command *c)
{
    return c && c->name;
}

const struct command *cli_find(const struct command *const *commands, str words)
{
    for (; is_command(*commands); commands++)
        if (str_eq(str_of((*commands)->name), words)) return *commands;
    return NULL;
}

str cli_command_hint(const struct command *const *commands, str words, struct arena *a)
{
    const char *names[256] = { NULL };
    size_t n = 0;
    str noun_only = STR_NONE;
    for (; is_command(*commands) && n < 255; commands++) {
        names[n++] = (*commands)->name;
        str noun = str_fmt(a, STR_FMT " ", STR_ARG(words));
        if (str_starts(str_of((*commands)->name), noun))
            noun_only = str_fmt(a, STR_FMT "%s%s", STR_ARG(noun_only), noun_only.len ? ", " : "", (*commands)->name);
    }
    if (noun_only.len) return str_fmt(a, "; there are: " STR_FMT, STR_ARG(noun_only));
    str hint = yaml_hint(a, words, names);
    ptrdiff_t space = str_find(words, STR(" "), 0);
    return hint.len || space < 0 ? hint : yaml_hint(a, str_cut(words, 0, (size_t)space), names);
}

/* WEIR_DATA_DIR */
static str cli_env_name(const char *option, struct arena *a)
{
    str name = str_fmt(a, "WEIR_%s", option);
    char *p = (char *)(uintptr_t)name.ptr; /* ours, just made */
    for (size_t i = 0; i < name.len; i++) {
        if (p[i] == '-') p[i] = '_';
        if (p[i] >= 'a' && p[i] <= 'z') p[i] = (char)(p[i] - 'a' + 'A');
    }
    return name;
}

static struct arg_count cli_arg_bounds(const char *args)
{
    struct arg_count n = { 0 };
    str rest = str_of(args ? args : ""), word;
    while (str_next(&rest, ' ', &word)) {
        if (!word.len) continue;
        if (STR_IS(word, "--")) {
            n.dashes = true;
            break;
        }
        bool optional = word.ptr[0] == '[', many = str_find(word, STR("..."), 0) >= 0;
        if (!optional) n.min++;
        n.max = many ? ARGS_MAX : n.max + 1;
    }
    return n;
}

/* Reading the command line. */

struct reading {
    struct cli *cli;
    char **argv;
    int argc, at;
    int before; /* words of options that stand before the command, and behind argv[0] */
};

static void add_options(struct cli *cli, const struct cli_option *options)
{
    for (; options && options->name && cli->value_count < OPTIONS_MAX; options++) {
        struct option_value v = { .option = options,
                                  .value = options->fallback ? str_of(options->fallback) : STR_NONE };
        const char *given = getenv(cli_env_name(options->name, &cli->arena).ptr);
        bool off = given && (!*given || str_eq(str_of(given), STR("0")));
        if (given && !off) v.given = true, v.value = str_of(given);
        if (!find_value(cli, options->name)) cli->values[cli->value_count++] = v;
    }
}

static struct option_value *option_by(struct cli *cli, str name, char letter)
{
    for (size_t i = 0; i < cli->value_count; i++) {
        const struct cli_option *o = cli->values[i].option;
        if (letter ? o->letter == letter : str_eq(str_of(o->name), name)) return &cli->values[i];
    }
    return NULL;
}

static int unknown_option(struct reading *r, str name)
{
    const char *names[OPTIONS_MAX + 1] = { NULL };
    for (size_t i = 0; i < r->cli->value_count; i++) names[i] = r->cli->values[i].option->name;
    const char *near = yaml_nearest(name, names);
    return cli_fail(r->cli, EXIT_USAGE, "there is no option --" STR_FMT "%s%s%s", STR_ARG(name),
                    near ? "; did you mean --" : "", near ? near : "", near ? "?" : "");
}

/* `value` is what stood after '=' or behind the letter; NULL when nothing did. */
static int set_option(struct reading *r, struct option_value *v, const char *value)
{
    const struct cli_option *o = v->option;
    if (!o->value && value) return cli_fail(r->cli, EXIT_USAGE, "--%s takes no value", o->name);
    if (o->value && !value) {
        if (r->at + 1 >= r->argc) return cli_fail(r->cli, EXIT_USAGE, "--%s needs a value (%s)", o->name, o->value);
        value = r->argv[++r->at];
    }
    v->given = true;
    if (!value) return EXIT_FINE;
    /* Given more than once: the values stand together, one a line, for options that may be repeated. */
    bool repeated = str_ends(str_of(o->value), STR("...")) && v->value.len;
    v->value = repeated ? str_fmt(&r->cli->arena, STR_FMT "\n%s", STR_ARG(v->value), value) : str_of(value);
    return EXIT_FINE;
}

static int long_option(struct reading *r, const char *text)
{
    str rest = str_of(text), name;
    (void)str_next(&rest, '=', &name);
    struct option_value *v = option_by(r->cli, name, 0);
    if (!v) return unknown_option(r, name);
    return set_option(r, v, text[name.len] == '=' ? text + name.len + 1 : NULL);
}

static int short_options(struct reading *r, const char *text)
{
    for (; *text; text++) {
        struct option_value *v = option_by(r->cli, STR_NONE, *text);
        if (!v) return cli_fail(r->cli, EXIT_USAGE, "there is no option -%c", *text);
        if (v->option->value) return set_option(r, v, text[1] ? text + 1 : NULL);
        v->given = true;
    }
    return EXIT_FINE;
}

static int read_args(struct reading *r)
{
    struct cli *cli = r->cli;
    for (; r->at < r->argc; r->at++) {
        const char *text = r->argv[r->at];
        int rc = EXIT_FINE;
        if (text[0] == '-' && text[1] == '-' && !text[2]) {
            cli->after_dashes = r->argv + r->at + 1;
            for (r->at++; r->at < r->argc && cli->arg_count < ARGS_MAX; r->at++)
                cli->args[cli->arg_count++] = str_of(r->argv[r->at]);
            return EXIT_FINE;
        }
        if (text[0] == '-' && text[1] == '-') rc = long_option(r, text + 2);
        else if (text[0] == '-' && text[1]) rc = short_options(r, text + 1);
        else if (cli->arg_count == ARGS_MAX) return cli_fail(cli, EXIT_USAGE, "more than %d arguments", ARGS_MAX);
        else cli->args[cli->arg_count++] = str_of(text);
        if (rc) return rc;
    }
    return EXIT_FINE;
}

static int check_count(struct cli *cli)
{
    struct arg_count n = cli_arg_bounds(cli->command->args);
    if (n.dashes && !cli->after_dashes) return cli_fail(cli, EXIT_USAGE, "expected -- and a command behind it");
    if (n.dashes && !cli->after_dashes[0]) return cli_fail(cli, EXIT_USAGE, "expected a command behind --");
    if (n.dashes) return EXIT_FINE;
    if (cli->arg_count < n.min) return cli_fail(cli, EXIT_USAGE, "expected %s", cli->command->args);
    if (cli->arg_count > n.max)
        return cli_fail(cli, EXIT_USAGE, "unexpected argument '" STR_FMT "'",
                        STR_ARG(str_cut(cli->args[n.max], 0, 80)));
    return EXIT_FINE;
}

static int run_command(struct reading *r)
{
    struct cli *cli = r->cli;
    struct reading first = { .cli = cli, .argv = r->argv - r->before, .argc = r->before + 1, .at = 1 };
    add_options(cli, cli->command->options);
    add_options(cli, cli_common_options);
    int rc = read_args(&first);
    if (!rc) rc = read_args(r);
    if (rc) return rc;
    if (cli_has(cli, "help")) {
        help_command(cli->commands, cli->command, stdout, &cli->arena);
        return EXIT_FINE;
    }
    rc = check_count(cli);
    if (!rc) rc = cli->command->run(cli);
    if (fflush(stdout) != 0 && rc == EXIT_FINE) rc = cli_fail(cli, EXIT_FAILED, "the output cannot be written");
    return rc;
}

static bool help_wanted(const char *word)
{
    str s = str_of(word);
    return STR_IS(s, "--help") || STR_IS(s, "-h");
}

/* Words that an option of every command takes at `word`: 0 when it is none, or asks for help. */
static int option_words(const char *word)
{
    str rest = str_of(word), name;
    bool is_long = str_starts(rest, STR("--"));
    (void)str_next(&rest, '=', &name);
    for (const struct cli_option *o = cli_common_options; o->name; o++) {
        bool same = is_long ? str_eq(str_cut(name, 2, name.len), str_of(o->name)) : o->letter && word[1] == o->letter;
        if (!same || str_eq(str_of(o->name), STR("help"))) continue;
        bool inside = is_long ? word[name.len] == '=' : word[2] != 0; /* the value, or another letter */
        return inside && !o->value ? 0 : o->value && !inside ? 2 : 1;
    }
    return 0;
}

static int words_before(int argc, char **argv)
{
    int at = 1, words = 1;
    for (; words && at < argc && argv[at][0] == '-' && argv[at][1]; at += words) words = option_words(argv[at]);
    return at <= argc ? at - 1 : argc - 1;
}

/* The longest name wins: "audit verify" before "audit". *done: a noun that is no command of its own has shown its help.
 */
static int find_command(struct reading *r, bool *done)
{
    struct cli *cli = r->cli;
    for (int words = r->argc - 1 < 3 ? r->argc - 1 : 3; words > 0; words--) {
        str name = str_of(r->argv[1]);
        for (int i = 2; i <= words; i++) name = str_fmt(&cli->arena, STR_FMT " %s", STR_ARG(name), r->argv[i]);
        cli->command = cli_find(cli->commands, name);
        r->at = words + 1;
        if (cli->command) return EXIT_FINE;
    }
    if (r->argc == 3 && help_wanted(r->argv[2]) && help_group(cli->commands, str_of(r->argv[1]), stdout)) {
        *done = true;
        return EXIT_FINE;
    }
    str name = str_of(r->argv[1]);
    if (r->argc > 2 && r->argv[2][0] != '-') name = str_fmt(&cli->arena, STR_FMT " %s", STR_ARG(name), r->argv[2]);
    str hint = cli_command_hint(cli->commands, str_of(r->argv[1]), &cli->arena);
    if (!hint.len) hint = cli_command_hint(cli->commands, name, &cli->arena);
    return cli_fail(cli, EXIT_USAGE, "there is no command '%s'" STR_FMT, r->argv[1], STR_ARG(hint));
}

int cli_main(int argc, char **argv, const struct command *const *commands, struct env *env)
{
    struct cli cli = { .env = env, .arena = arena_init(CLI_ARENA_MAX), .commands = commands };
    int before = argc > 1 ? words_before(argc, argv) : 0;
    struct reading r = { .cli = &cli, .argv = argv + before, .argc = argc - before, .before = before };
    argc = r.argc;
    argv = r.argv;
    str first = argc > 1 ? str_of(argv[1]) : STR("help");
    int rc = EXIT_FINE;
    if (argc < 2 || help_wanted(argv[1])) {
        help_overview(commands, argc < 2 ? stderr : stdout);
        rc = argc < 2 ? EXIT_USAGE : EXIT_FINE;
    } else if (STR_IS(first, "--version") || STR_IS(first, "-V")) {
        (void)printf("weir " WEIR_VERSION "\n");
    } else {
        bool done = false;
        rc = find_command(&r, &done);
        if (!rc && !done) rc = run_command(&r);
    }
    arena_done(&cli.arena);
    return rc;
}
