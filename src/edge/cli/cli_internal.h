/* What cli.c and cli_help.c share. */
#ifndef WEIR_EDGE_CLI_CLI_INTERNAL_H
#define WEIR_EDGE_CLI_CLI_INTERNAL_H

#include <stdio.h>

#include "edge/cli/cli.h"

enum { OPTIONS_MAX = 48, ARGS_MAX = 64, CLI_ARENA_MAX = 256 << 20 };

struct option_value {
    const struct cli_option *option;
    bool given; /* on the command line or in the environment */
    str value;
};

struct cli {
    struct env *env;
    struct arena arena;
    const struct command *const *commands; /* ended by NULL or by a row without a name */
    const struct command *command;
    struct option_value values[OPTIONS_MAX];
    size_t value_count;
    str args[ARGS_MAX];
    size_t arg_count;
    char *const *after_dashes;
};

extern const struct cli_option cli_common_options[]; /* ended by a NULL name */

const struct command *cli_find(const struct command *const *commands, str words);
/* "" or "; did you mean 'x'?" for a command that does not exist. */
str cli_command_hint(const struct command *const *commands, str words, struct arena *a);

/* How many positional arguments a usage text such as "ID [NAME] [FILE...]" allows. */
struct arg_count {
    size_t min, max;
    bool dashes; /* "-- CMD..." belongs to it */
};

void help_overview(const struct command *const *commands, FILE *out); /* cli_overview.c */
/* `text` in lines of at most 80 columns, indented; the first line stands where the cursor is, at column `at`. */
void help_wrap(FILE *out, str text, int at, int indent);
/* The commands that begin with `noun`; false when there are none. */
bool help_group(const struct command *const *commands, str noun, FILE *out);
void help_command(const struct command *const *commands, const struct command *c, FILE *out, struct arena *a);

#endif
