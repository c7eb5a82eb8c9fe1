/* The configuration as commands see it: which file, which overrides. */
#ifndef WEIR_EDGE_CLI_CONFIG_CLI_H
#define WEIR_EDGE_CLI_CONFIG_CLI_H

#include "edge/cli/cli.h"
#include "edge/config.h"

/* Load what --config names, else DATA/weir.yaml, else /etc/weir/weir.yaml, else the defaults; then WEIR_* and --set.
 * out   set on success; end it with config_free(). On failure every problem is printed and the exit code is given. */
int config_of(struct cli *cli, struct config **out);
/* The file config_of reads, "" when there is none. */
str config_path_of(struct cli *cli);
/* Print "file:line:column: text" for each problem, to stderr. */
void print_problems(const struct yaml_check *c);

#endif
