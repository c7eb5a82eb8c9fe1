#include "edge/cli/cli.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "edge/cli/cli_internal.h"
#include "edge/cli/commands.h"
#include "edge/cli/cli_kit.h"

/* What a command saw, for the tests below. */
static struct {
    int calls;
    char name[64], note[256], first[64], dir[64];
    size_t args;
    bool loud;
    int64_t count;
    bool count_ok, dashes;
} seen;

static void keep(char *to, size_t cap, str s)
{
    (void)snprintf(to, cap, STR_FMT, STR_ARG(s));
}

static int run_try(struct cli *cli)
{
    seen.calls++;
    keep(seen.name, sizeof seen.name, cli_str(cli, "name"));
    keep(seen.note, sizeof seen.note, cli_str(cli, "note"));
    keep(seen.first, sizeof seen.first, cli_arg(cli, 0));
    keep(seen.dir, sizeof seen.dir, cli_str(cli, "data-dir"));
    seen.args = cli_arg_count(cli);
    seen.loud = cli_has(cli, "loud");
    seen.count_ok = !cli_i64(cli, "count", &seen.count).code;
    seen.dashes = cli_argv_after_dashes(cli) != NULL;
    return cli_has(cli, "loud") ? EXIT_FOUND : EXIT_FINE;
}

static const struct cli_option try_options[] = {
    { "name", 'n', "NAME", "nobody", "A name." },      { "loud", 'l', NULL, NULL, "Be loud." },
    { "count", 0, "N", "3", "How many." },             { "note", 0, "TEXT...", NULL, "A note; may be repeated." },
    { NULL, 0, NULL, NULL, NULL },
};
static const struct command try_one = { "try", "[THING]", "Try.", NULL, try_options, run_try };
static const struct command try_two = { "try twice", "A [B]", "Try twice.", NULL, try_options, run_try };
static const struct command try_rest = { "rest", "-- CMD...", "Run the rest.", NULL, try_options, run_try };
static const struct command show_it = { "show it", "", "Show it.", NULL, try_options, run_try };
static const struct command *const table[] = { &try_one, &try_two, &try_rest, &show_it, &command_help, NULL };

/* Run a command line and give its exit code; both outputs go to `text`. */
static int run(const struct command *const *rows, char *text, size_t cap, const char *const *words)
{
    char *argv[32] = { mem_dup_z(STR("weir")) };
    int argc = 1;
    for (; words[argc - 1]; argc++) argv[argc] = mem_dup_z(str_of(words[argc - 1]));
    struct env env = env_os();
    memset(&seen, 0, sizeof seen);
    int rc = cli_captured(argc, argv, rows, &env, text, cap);
    for (int i = 0; i < argc; i++) mem_free(argv[i]);
    return rc;
}

#define RUN(rows, text, ...) run((rows), (text), sizeof(text), (const char *const[]){ __VA_ARGS__, NULL })

TEST(options_come_from_flags_environment_and_fallback)
{
    char text[65536];
    CHECK_I64(RUN(table, text, "try"), EXIT_FINE);
    CHECK_STR(str_of(seen.name), "nobody");
    CHECK(seen.count_ok && seen.count == 3);
    CHECK_I64(RUN(table, text, "try", "--name=a b", "-l", "--count", "7", "thing"), EXIT_FOUND);
    CHECK_STR(str_of(seen.name), "a b");
    CHECK_STR(str_of(seen.first), "thing");
    CHECK(seen.loud && seen.count == 7);
    CHECK_I64(RUN(table, text, "try", "-lnbob"), EXIT_FOUND);
    CHECK_STR(str_of(seen.name), "bob");
    CHECK_I64(RUN(table, text, "try", "--note", "one", "--note=two"), EXIT_FINE);
    CHECK_STR(str_of(seen.note), "one\ntwo");
    (void)setenv("WEIR_NAME", "environment", 1);
    CHECK_I64(RUN(table, text, "try"), EXIT_FINE);
    CHECK_STR(str_of(seen.name), "environment");
    CHECK_I64(RUN(table, text, "try", "-n", "flag"), EXIT_FINE);
    CHECK_STR(str_of(seen.name), "flag");
    (void)unsetenv("WEIR_NAME");
    CHECK_I64(RUN(table, text, "try", "--count=x"), EXIT_FINE);
    CHECK(!seen.count_ok);
}

TEST(the_longest_command_wins_and_dashes_end_the_options)
{
    char text[65536];
    CHECK_I64(RUN(table, text, "try", "twice", "a"), EXIT_FINE);
    CHECK_STR(str_of(seen.first), "a");
    CHECK_I64(RUN(table, text, "try", "other"), EXIT_FINE);
    CHECK_STR(str_of(seen.first), "other");
    CHECK_I64(RUN(table, text, "rest", "-l", "--", "ls", "-l", "--name"), EXIT_FOUND);
    CHECK(seen.dashes && seen.args == 3);
    CHECK_STR(str_of(seen.first), "ls");
}

TEST(options_of_every_command_may_stand_before_it)
{
    static const struct {
        const char *words[8];
        int want, calls;
    } cases[] = {
        { { "-d", "here", "try", "a" }, EXIT_FINE, 1 },
        { { "--data-dir=here", "-j", "try", "a" }, EXIT_FINE, 1 },
        { { "-dhere", "try", "-j", "a" }, EXIT_FINE, 1 },
        { { "--data-dir", "here" }, EXIT_USAGE, 0 }, /* no command */
        { { "--data-dir" }, EXIT_USAGE, 0 },
        { { "--name", "x", "try" }, EXIT_USAGE, 0 }, /* of one command only */
        { { "--json=yes", "try" }, EXIT_USAGE, 0 },
        { { "-d", "here", "--help" }, EXIT_FINE, 0 },
        { { "-d", "here", "try", "--help" }, EXIT_FINE, 0 },
    };
    char text[65536];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_I64(run(table, text, sizeof text, cases[i].words), cases[i].want);
        CHECK_I64(seen.calls, cases[i].calls);
        if (seen.calls) CHECK_STR(str_of(seen.dir), "here");
        if (seen.calls) CHECK_STR(str_of(seen.first), "a");
    }
}

TEST(help_of_a_command_lists_what_begins_with_it)
{
    char text[65536];
    CHECK_I64(RUN(table, text, "try", "--help"), EXIT_FINE);
    CHECK(str_find(str_of(text), STR("  try twice"), 0) >= 0);
    CHECK_I64(RUN(table, text, "try", "twice", "--help"), EXIT_FINE);
    CHECK(str_find(str_of(text), STR("Commands:"), 0) < 0);
}

TEST(a_noun_without_a_command_of_its_own_lists_what_there_is)
{
    char text[65536];
    CHECK_I64(RUN(table, text, "show", "--help"), EXIT_FINE);
    CHECK(str_find(str_of(text), STR("Usage: weir show COMMAND"), 0) >= 0);
    CHECK(str_find(str_of(text), STR("show it"), 0) >= 0);
    CHECK_I64(RUN(table, text, "help", "show"), EXIT_FINE);
    CHECK(str_find(str_of(text), STR("show it"), 0) >= 0);
    CHECK_I64(RUN(table, text, "show"), EXIT_USAGE);
}

TEST(wrong_usage_is_told_with_the_nearest_word)
{
    static const struct {
        const char *words[4], *want;
    } cases[] = {
        { { "tri" }, "weir: there is no command 'tri'; did you mean 'try'?" },
        { { "try", "--nmae", "x" }, "weir try: there is no option --nmae; did you mean --name?" },
        { { "try", "--name" }, "weir try: --name needs a value (NAME)" },
        { { "try", "--loud=yes" }, "weir try: --loud takes no value" },
        { { "try", "-x" }, "weir try: there is no option -x" },
        { { "try", "a", "b" }, "weir try: unexpected argument 'b'" },
        { { "try", "twice" }, "weir try twice: expected A [B]" },
        { { "rest", "ls" }, "weir rest: expected -- and a command behind it" },
        { { "rest", "--" }, "weir rest: expected a command behind --" },
        { { "help", "twize" }, "weir help: there is no command 'twize'" },
    };
    char text[65536];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int rc = run(table, text, sizeof text, cases[i].words);
        if (rc != EXIT_USAGE || !str_starts(str_of(text), str_of(cases[i].want)))
            test_failed(__FILE__, __LINE__, "exit %d, '%s', want '%s'", rc, text, cases[i].want);
        CHECK(seen.calls == 0);
    }
}

static void check_width(const char *what, const char *text)
{
    str rest = str_of(text), line;
    while (str_next(&rest, '\n', &line))
        if (line.len > 80)
            test_failed(__FILE__, __LINE__, "%s: %zu columns: '" STR_FMT "'", what, line.len, STR_ARG(line));
}

static void take_letters(const char *command, const struct cli_option *o, bool taken[256])
{
    for (; o && o->name; o++) {
        unsigned char letter = (unsigned char)o->letter;
        if (letter && taken[letter])
            print_error("weir %s: -%c means --%s, and something else\n", command, letter, o->name);
        CHECK(!letter || !taken[letter]);
        taken[letter] = true;
    }
}

TEST(a_letter_means_one_thing_in_every_command)
{
    for (const struct command *const *c = commands; *c; c++) {
        bool taken[256] = { false };
        take_letters((*c)->name, cli_common_options, taken);
        take_letters((*c)->name, (*c)->options, taken);
    }
}

TEST(help_of_every_command_fits_80_columns)
{
    static char text[1 << 20];
    CHECK_I64(RUN(commands, text, "help"), EXIT_FINE);
    check_width("overview", text);
    CHECK(!strstr(text, "\nOther\n")); /* every command stands under a heading */
    for (const struct command *const *c = commands; *c; c++) {
        static char one[1 << 16];
        str rest = str_of((*c)->name), word;
        const char *words[5] = { "help" };
        char parts[3][64];
        for (int n = 0; n < 3 && str_next(&rest, ' ', &word); n++) {
            keep(parts[n], sizeof parts[n], word);
            words[n + 1] = parts[n];
        }
        CHECK_I64(run(commands, one, sizeof one, words), EXIT_FINE);
        check_width((*c)->name, one);
        CHECK(strstr(one, "--data-dir") && strstr(one, "Usage: weir "));
        CHECK(strstr(text, parts[0]) && (words[2] == NULL || strstr(text, parts[1])));
    }
}

/* `text` is a script its shell parses. */
static bool shell_takes(const char *shell, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, STR_FMT "/script", STR_ARG(test_dir()));
    FILE *f = fopen(path, "w");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)execlp(shell, shell, "-n", path, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) &&
           (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 127); /* 127: this shell is not here */
}

TEST(completion_and_man_page_know_every_command)
{
    static char text[1 << 20];
    static const char *const shells[] = { "bash", "zsh", "fish" };
    for (size_t i = 0; i < 3; i++) {
        CHECK_I64(RUN(commands, text, "completion", shells[i]), EXIT_FINE);
        CHECK(shell_takes(shells[i], text));
        CHECK(strstr(text, "explain") && strstr(text, "completion"));
    }
    CHECK_I64(RUN(commands, text, "completion", "tcsh"), EXIT_USAGE);
    CHECK_I64(RUN(commands, text, "man"), EXIT_FINE);
    for (const struct command *const *c = commands; *c; c++) CHECK(strstr(text, (*c)->name) != NULL);
    CHECK_I64(RUN(commands, text, "version", "--json"), EXIT_FINE);
    CHECK_STR(str_of(text), "{\"version\":\"" WEIR_VERSION "\"}\n");
}

TEST(bash_completes_nouns_verbs_and_options)
{
    static char script[1 << 20];
    CHECK_I64(RUN(commands, script, "completion", "bash"), EXIT_FINE);
    static const struct {
        const char *words, *want;
    } cases[] = { { "COMP_WORDS=(weir pol) COMP_CWORD=1", "policy" },
                  { "COMP_WORDS=(weir policy expl) COMP_CWORD=2", "explain" },
                  { "COMP_WORDS=(weir policy explain --fa) COMP_CWORD=3", "--fact" } };
    for (size_t i = 0; i < 3; i++) {
        char path[256], out[256];
        str dir = test_dir();
        (void)snprintf(path, sizeof path, STR_FMT "/c.sh", STR_ARG(dir));
        (void)snprintf(out, sizeof out, STR_FMT "/c.out", STR_ARG(dir));
        FILE *f = fopen(path, "w");
        CHECK(f &&
              fprintf(f, "%s\n%s\n_weir\nprintf '%%s\\n' \"${COMPREPLY[@]}\" > %s\n", script, cases[i].words, out) >
                  0 &&
              fclose(f) == 0);
        pid_t pid = fork();
        if (pid == 0) {
            (void)execlp("bash", "bash", path, (char *)NULL);
            _exit(127);
        }
        int status = 0;
        CHECK(waitpid(pid, &status, 0) == pid);
        if (WEXITSTATUS(status) == 127) SKIP("no bash");
        char got[256] = "";
        f = fopen(out, "r");
        CHECK(f && fgets(got, sizeof got, f) && fclose(f) == 0);
        CHECK_STR(str_trim(str_of(got)), cases[i].want);
    }
}

TEST(policy_commands_check_and_explain)
{
    static char text[1 << 20];
    char good[256], bad[256];
    CHECK_I64(RUN(commands, text, "policy", "check"), EXIT_FINE);
    (void)snprintf(good, sizeof good, "%s/examples/policy.yaml", WEIR_SOURCE_DIR);
    CHECK_I64(RUN(commands, text, "policy", "check", good), EXIT_FINE);
    CHECK(strstr(text, "fine, 13 rules"));
    (void)snprintf(bad, sizeof bad, STR_FMT "/bad.yaml", STR_ARG(test_dir()));
    FILE *f = fopen(bad, "w");
    CHECK(f &&
          fputs("version: 1\nrules:\n  - {name: a, when: confidense > 1, then: execute, because: x}\n  - {name: b, "
                "when: tier = 'x', then: deny, because: x}\n",
                f) >= 0 &&
          fclose(f) == 0);
    CHECK_I64(RUN(commands, text, "policy", "check", bad), EXIT_FOUND);
    CHECK(strstr(text, "bad.yaml:3:21: there is no fact 'confidense'; did you mean 'confidence'?"));
    CHECK(strstr(text, "bad.yaml:4:28: tier is a number"));
    CHECK_I64(RUN(commands, text, "policy", "check", "/nowhere.yaml"), EXIT_FOUND);
    CHECK_I64(RUN(commands, text, "policy", "explain", "--at", "2026-05-04T06:00:00Z"), EXIT_FINE);
    CHECK(str_starts(str_of(text), STR("execute by sure-enough: weir is sure enough to act alone")));
    CHECK_I64(RUN(commands, text, "policy", "explain", "--fact", "confidence=0.7", "--fact", "severity=CRITICAL"),
              EXIT_FOUND);
    CHECK(strstr(text, "escalate by critical"));
    CHECK(strstr(text, "[confidence is 0.7]") &&
          strstr(text, "turns to no with confidence >= ACT_ALONE_CONFIDENCE (0.8)"));
    CHECK_I64(RUN(commands, text, "policy", "explain", "--fact", "tier=null"), EXIT_FOUND);
    CHECK(strstr(text, "deny by guard.missing-fact: the fact tier is missing"));
    CHECK_I64(RUN(commands, text, "policy", "explain", "--fact", "confidense=1"), EXIT_USAGE);
    CHECK_I64(RUN(commands, text, "policy", "explain", "--json"), EXIT_FINE);
    CHECK(str_starts(str_of(text), STR("{\"facts\":{\"action\":\"job.retry\"")));
}
