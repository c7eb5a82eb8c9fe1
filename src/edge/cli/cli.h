/* The command line: one file and one row for each command. The option tables feed the parser, --help, the man page and
 * shell completion. Exit codes: 0 fine, 1 something was found or refused, 2 usage, 3 failed to run. */
#ifndef WEIR_EDGE_CLI_CLI_H
#define WEIR_EDGE_CLI_CLI_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/err.h"
#include "base/str.h"

enum { EXIT_FINE = 0, EXIT_FOUND = 1, EXIT_USAGE = 2, EXIT_FAILED = 3 };

struct cli_option {
    const char *name;  /* "data-dir" for --data-dir; also WEIR_DATA_DIR in the environment */
    char letter;       /* 'd' for -d, 0 = none */
    const char *value; /* placeholder such as "DIR"; NULL = a switch */
    const char *fallback; /* shown in help and used when absent; NULL = none */
    const char *help;
};

struct cli; /* what main built: env, arena, parsed options and arguments */

struct command {
    const char *name;      /* "incidents", "audit verify" (noun verb) */
    const char *args;      /* "[ID]", "-- CMD...", for the usage line */
    const char *summary;   /* one line */
    const char *about;     /* paragraphs for --help and the man page; may be NULL */
    const struct cli_option
        *options; /* ended by a NULL name; the common ones (--data-dir, --config, --json, ...) are added */
    int (*run)(struct cli *cli);
};

/* For commands. Strings live as long as the cli. */
struct env *cli_env(struct cli *cli);
struct arena *cli_arena(struct cli *cli);
bool cli_has(const struct cli *cli, const char *option);
str cli_str(const struct cli *cli, const char *option);        /* value, environment or fallback; empty when none */
MUST_USE err cli_i64(const struct cli *cli, const char *option, int64_t *out);
size_t cli_arg_count(const struct cli *cli);                   /* positional arguments, and all after "--" */
str cli_arg(const struct cli *cli, size_t i);
char *const *cli_argv_after_dashes(const struct cli *cli);     /* NULL-ended, or NULL when there was no "--" */
bool cli_json(const struct cli *cli);                          /* --json */
str cli_data_dir(
    const struct cli *cli); /* --data-dir, WEIR_DATA_DIR, /var/lib/weir as root, else ~/.local/share/weir */
bool cli_color(const struct cli *cli);                         /* stdout is a terminal and NO_COLOR is not set */
/* Print "weir COMMAND: message" to stderr and give the exit code for it. */
PRINTF_LIKE(3, 4) int cli_fail(const struct cli *cli, int exit_code, const char *fmt, ...);
int cli_fail_err(const struct cli *cli, err e);
/* Print the text as one line, and end the buffer. EXIT_FAILED, and told, when it was too long for the buffer. */
int cli_print_json(const struct cli *cli, struct buf *b);

/* The whole program: finds the command and runs it. `commands` ends with a NULL name. */
int cli_main(int argc, char **argv, const struct command *const *commands, struct env *env);

#endif
