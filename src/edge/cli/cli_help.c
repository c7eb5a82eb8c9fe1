/* Help, man page and completion, all from the tables of commands and options. */
#include <stdio.h>

#include "base/yaml.h"
#include "edge/cli/cli_internal.h"
#include "edge/cli/commands.h"

enum { WIDTH = 80 };

void help_wrap(FILE *out, str text, int at, int indent)
{
    str word;
    bool fresh = true;
    while (str_next(&text, ' ', &word)) {
        if (!fresh && at + 1 + (int)word.len > WIDTH) {
            (void)fprintf(out, "\n%*s", indent, "");
            at = indent;
            fresh = true;
        }
        (void)fprintf(out, "%s" STR_FMT, fresh ? "" : " ", STR_ARG(word));
        at += (int)word.len + !fresh;
        fresh = false;
    }
    (void)fputc('\n', out);
}

static void paragraphs(FILE *out, const char *about)
{
    str rest = str_of(about), line;
    while (str_next(&rest, '\n', &line)) {
        bool literal = str_starts(line, STR("  "));
        if (literal || !line.len) (void)fprintf(out, STR_FMT "\n", STR_ARG(line));
        else help_wrap(out, line, 0, 0);
    }
}

static void summary(const struct command *c, FILE *out)
{
    (void)fprintf(out, "  %-18s ", c->name);
    help_wrap(out, str_of(c->summary), 21, 21);
}

bool help_group(const struct command *const *rows, str noun, FILE *out)
{
    bool any = false;
    for (; *rows && (*rows)->name; rows++) {
        str rest = str_of((*rows)->name), first;
        (void)str_next(&rest, ' ', &first);
        if (!rest.len || !str_eq(first, noun)) continue;
        if (!any) (void)fprintf(out, "Usage: weir " STR_FMT " COMMAND [OPTIONS] [ARGUMENTS]\n\n", STR_ARG(noun));
        summary(*rows, out);
        any = true;
    }
    if (any) (void)fprintf(out, "\nweir help " STR_FMT " COMMAND tells more.\n", STR_ARG(noun));
    return any;
}

static void print_options(const struct cli_option *o, FILE *out, struct arena *a)
{
    for (; o && o->name; o++) {
        str left = str_fmt(a, "  %c%c%s--%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
                           o->letter ? ", " : "  ", o->name, o->value ? " " : "", o->value ? o->value : "");
        str help = o->fallback ? str_fmt(a, "%s [%s]", o->help, o->fallback) : str_of(o->help);
        (void)fprintf(out, "%-28.*s", (int)left.len, left.ptr);
        if (left.len >= 28) (void)fprintf(out, "\n%28s", "");
        help_wrap(out, help, 28, 28);
    }
}

/* What else begins with the word of this command. */
static void print_verbs(const struct command *const *rows, const struct command *c, FILE *out)
{
    str noun = str_of(c->name);
    bool any = false;
    for (; *rows && (*rows)->name; rows++) {
        str name = str_of((*rows)->name);
        if (!str_starts(name, noun) || name.len <= noun.len || name.ptr[noun.len] != ' ') continue;
        if (!any) (void)fprintf(out, "Commands:\n");
        summary(*rows, out);
        any = true;
    }
    if (any) (void)fputc('\n', out);
}

void help_command(const struct command *const *rows, const struct command *c, FILE *out, struct arena *a)
{
    (void)fprintf(out, "weir %s: ", c->name);
    help_wrap(out, str_of(c->summary), (int)strlen(c->name) + 7, 2);
    (void)fprintf(out, "\nUsage: weir %s [OPTIONS]%s%s\n\n", c->name, c->args && *c->args ? " " : "",
                  c->args ? c->args : "");
    if (c->about) {
        paragraphs(out, c->about);
        (void)fputc('\n', out);
    }
    print_verbs(rows, c, out);
    if (c->options && c->options->name) {
        (void)fprintf(out, "Options:\n");
        print_options(c->options, out, a);
        (void)fputc('\n', out);
    }
    (void)fprintf(out, "Options of every command:\n");
    print_options(cli_common_options, out, a);
    (void)fprintf(out, "\nEach option can also come from the environment: --data-dir from WEIR_DATA_DIR.\n");
}

static int run_help(struct cli *cli)
{
    struct arena *a = cli_arena(cli);
    str name = cli_arg(cli, 0);
    for (size_t i = 1; i < cli_arg_count(cli); i++)
        name = str_fmt(a, STR_FMT " " STR_FMT, STR_ARG(name), STR_ARG(cli_arg(cli, i)));
    if (!name.len) {
        help_overview(cli->commands, stdout);
        return EXIT_FINE;
    }
    const struct command *c = cli_find(cli->commands, name);
    if (c) {
        help_command(cli->commands, c, stdout, a);
        return EXIT_FINE;
    }
    if (help_group(cli->commands, name, stdout)) return EXIT_FINE;
    str hint = cli_command_hint(cli->commands, name, a);
    return cli_fail(cli, EXIT_USAGE, "there is no command '" STR_FMT "'" STR_FMT, STR_ARG(name), STR_ARG(hint));
}

/* The man page. A backslash and a leading dot mean something to groff. */
static void roff(FILE *out, const char *text)
{
    bool start = true;
    for (; *text; text++) {
        if (start && (*text == '.' || *text == '\'')) (void)fputs("\\&", out);
        if (*text == '\\') (void)fputs("\\e", out);
        else if (*text == '-') (void)fputs("\\-", out);
        else (void)fputc(*text, out);
        start = *text == '\n';
    }
}

static void roff_options(FILE *out, const struct cli_option *o)
{
    for (; o && o->name; o++) {
        (void)fputs(".TP\n\\fB", out);
        if (o->letter) (void)fprintf(out, "\\-%c\\fR, \\fB", o->letter);
        (void)fputs("\\-\\-", out);
        roff(out, o->name);
        (void)fprintf(out, "\\fR%s%s%s\n", o->value ? " \\fI" : "", o->value ? o->value : "", o->value ? "\\fR" : "");
        roff(out, o->help);
        if (o->fallback) {
            (void)fputs(" [", out);
            roff(out, o->fallback);
            (void)fputc(']', out);
        }
        (void)fputc('\n', out);
    }
}

static void roff_about(FILE *out, const char *about)
{
    str rest = str_of(about), line;
    struct arena a = arena_init(1 << 20);
    (void)fputs(".PP\n", out);
    while (str_next(&rest, '\n', &line)) {
        bool literal = str_starts(line, STR("  "));
        (void)fputs(literal ? ".nf\n" : !line.len ? ".PP" : "", out);
        roff(out, str_z(&a, line));
        (void)fputs(literal ? "\n.fi\n" : "\n", out);
    }
    arena_done(&a);
}

static int run_man(struct cli *cli)
{
    FILE *out = stdout;
    (void)fprintf(out, ".TH WEIR 1 \"\" \"weir " WEIR_VERSION
                       "\"\n.SH NAME\nweir \\- watch data pipelines, find why they break, fix what policy allows\n"
                       ".SH SYNOPSIS\n.B weir\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n.SH COMMANDS\n");
    for (const struct command *const *c = cli->commands; *c && (*c)->name; c++) {
        (void)fputs(".SS weir ", out);
        roff(out, (*c)->name);
        (void)fputc(' ', out);
        roff(out, (*c)->args ? (*c)->args : "");
        (void)fputc('\n', out);
        roff(out, (*c)->summary);
        (void)fputc('\n', out);
        if ((*c)->about) roff_about(out, (*c)->about);
        roff_options(out, (*c)->options);
    }
    (void)fputs(".SH OPTIONS OF EVERY COMMAND\n", out);
    roff_options(out, cli_common_options);
    (void)fputs(".SH ENVIRONMENT\nEvery option can be given as WEIR_NAME, in upper case with underscores. WEIR_KEY "
                "holds an API key. NO_COLOR turns colour off.\n"
                ".SH EXIT STATUS\n0 fine, 1 something was found or refused, 2 wrong usage, 3 failed to run.\n",
                out);
    return EXIT_FINE;
}

/* Completion. */

static void each_option(const struct command *c, void (*print)(const struct command *c, const struct cli_option *o))
{
    for (const struct cli_option *o = c->options; o && o->name; o++) print(c, o);
    for (const struct cli_option *o = cli_common_options; o->name; o++) print(c, o);
}

static void bash_option(const struct command *c, const struct cli_option *o)
{
    (void)c;
    (void)printf(" --%s", o->name);
}

static void complete_bash(const struct command *const *rows)
{
    (void)puts("# weir completion for bash; use: source <(weir completion bash)\n"
               "_weir() {\n    local cur=${COMP_WORDS[COMP_CWORD]} line=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\" "
               "options=\"\" names=\"\"\n"
               "    case \"$line \" in");
    for (const struct command *const *c = rows; *c && (*c)->name; c++) {
        (void)printf("    \"%s \"*) options=\"", (*c)->name);
        each_option(*c, bash_option);
        (void)puts("\" ;;");
    }
    (void)puts(
        "    esac\n    if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")); return; fi");
    (void)puts("    while IFS= read -r name; do\n        [[ -z $line || $name == \"$line \"* ]] && { "
               "name=${name#\"$line\"}; name=${name# }; names+=\" ${name%% *}\"; }\n"
               "    done <<'EOF'");
    for (const struct command *const *c = rows; *c && (*c)->name; c++) (void)puts((*c)->name);
    (void)puts("EOF\n    COMPREPLY=($(compgen -W \"$names\" -- \"$cur\"))\n"
               "    [[ ${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- \"$cur\"))\n}\ncomplete -F _weir weir");
}

/* Single quotes inside single quotes. */
static void shell_quote(const char *text)
{
    (void)putchar('\'');
    for (; *text; text++) {
        if (*text == '\'') (void)fputs("'\\''", stdout);
        else (void)putchar(*text);
    }
    (void)putchar('\'');
}

static void fish_option(const struct command *c, const struct cli_option *o)
{
    (void)printf("complete -c weir -n '__weir_at \"%s\"' -l %s%s -d ", c->name, o->name, o->value ? " -r" : "");
    shell_quote(o->help);
    (void)putchar('\n');
}

static void complete_fish(const struct command *const *rows)
{
    (void)puts("# weir completion for fish; use: weir completion fish | source\n"
               "function __weir_at\n    set -l words (commandline -opc)\n    string match -q -- \"$argv[1]\" (string "
               "join ' ' $words[2..(math 1 + (count (string split ' ' -- $argv[1])))])\nend\n"
               "function __weir_noun\n    test (count (commandline -opc)) -eq 1\nend");
    for (const struct command *const *c = rows; *c && (*c)->name; c++) {
        str rest = str_of((*c)->name), noun;
        (void)str_next(&rest, ' ', &noun);
        (void)printf("complete -c weir -f -n __weir_noun -a " STR_FMT " -d ", STR_ARG(noun));
        shell_quote((*c)->summary);
        (void)putchar('\n');
        if (rest.len) {
            (void)printf("complete -c weir -f -n '__weir_at \"" STR_FMT "\"' -a " STR_FMT " -d ", STR_ARG(noun),
                         STR_ARG(rest));
            shell_quote((*c)->summary);
            (void)putchar('\n');
        }
        each_option(*c, fish_option);
    }
}

static void zsh_option(const struct command *c, const struct cli_option *o)
{
    (void)c;
    (void)printf(" --%s", o->name);
}

static void complete_zsh(const struct command *const *rows)
{
    (void)puts("#compdef weir\n# weir completion for zsh; use: source <(weir completion zsh)\n_weir() {\n    local "
               "line=\"${(j: :)words[2,CURRENT-1]}\" name\n    local -a names options\n"
               "    case \"$line \" in");
    for (const struct command *const *c = rows; *c && (*c)->name; c++) {
        (void)printf("    \"%s \"*) options=(", (*c)->name);
        each_option(*c, zsh_option);
        (void)puts(") ;;");
    }
    (void)puts(
        "    esac\n    if [[ $words[CURRENT] == -* ]]; then compadd -- $options; return; fi\n    for name in \\");
    for (const struct command *const *c = rows; *c && (*c)->name; c++) {
        (void)fputs("        ", stdout);
        shell_quote((*c)->name);
        (void)puts(" \\");
    }
    (void)puts("        ; do\n        if [[ -z $line || $name == \"$line \"* ]]; then name=${name#\"$line\"}; "
               "name=${name# }; names+=(${name%% *}); fi\n    done\n"
               "    if (( $#names )); then compadd -- ${(u)names}; else _files; fi\n}\n(( $+functions[compdef] )) && "
               "compdef _weir weir");
}

static int run_completion(struct cli *cli)
{
    static const struct {
        str shell;
        void (*print)(const struct command *const *rows);
    } rows[] = { { STR_INIT("bash"), complete_bash },
                 { STR_INIT("zsh"), complete_zsh },
                 { STR_INIT("fish"), complete_fish } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_eq(cli_arg(cli, 0), rows[i].shell)) {
            rows[i].print(cli->commands);
            return EXIT_FINE;
        }
    return cli_fail(cli, EXIT_USAGE, "expected bash, zsh or fish, got '" STR_FMT "'", STR_ARG(cli_arg(cli, 0)));
}

static int run_version(struct cli *cli)
{
    if (cli_json(cli)) (void)printf("{\"version\":\"" WEIR_VERSION "\"}\n");
    else (void)printf("weir " WEIR_VERSION "\n");
    return EXIT_FINE;
}

const struct command command_help = { "help", "[COMMAND...]", "Tell what a command does.", NULL, NULL, run_help };
const struct command command_version = { "version", "", "Print the version.", NULL, NULL, run_version };
const struct command command_man = { "man", "",     "Print the man page (groff).", "Read it with: weir man | man -l -",
                                     NULL,  run_man };
const struct command command_completion = {
    "completion",
    "SHELL",
    "Print shell completion for bash, zsh or fish.",
    "  source <(weir completion bash)\n  source <(weir completion zsh)\n  weir completion fish | source",
    NULL,
    run_completion
};
