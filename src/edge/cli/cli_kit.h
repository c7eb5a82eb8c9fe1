/* For tests of commands: run one in this process with what it prints kept aside. */
#ifndef WEIR_EDGE_CLI_CLI_KIT_H
#define WEIR_EDGE_CLI_CLI_KIT_H

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "edge/cli/cli.h"
#include "test.h"

/* cli_main with standard output and error in `text` (cut at cap - 1 bytes). Gives its exit code. */
static inline int cli_captured(int argc, char **argv, const struct command *const *table, struct env *env, char *text,
                               size_t cap)
{
    char path[4096];
    (void)snprintf(path, sizeof path, STR_FMT "/out", STR_ARG(test_dir()));
    (void)fflush(NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), out = dup(1), error = dup(2);
    (void)dup2(fd, 1);
    (void)dup2(fd, 2);
    int rc = cli_main(argc, argv, table, env);
    (void)fflush(NULL);
    (void)dup2(out, 1);
    (void)dup2(error, 2);
    (void)close(out);
    (void)close(error);
    ssize_t n = pread(fd, text, cap - 1, 0);
    text[n > 0 ? n : 0] = 0;
    (void)close(fd);
    return rc;
}

#endif
