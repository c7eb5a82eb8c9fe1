/* `weir run`: a step of a pipeline, watched. The command runs as it would without us; what it did is reported. */
#ifndef WEIR_EDGE_CLI_RUN_H
#define WEIR_EDGE_CLI_RUN_H

#include "edge/cli/cli.h"

extern const struct command command_run;

/* What `weir run` does once its options are read, for tests and other commands. */
struct run_opts {
    struct env *env;          /* with http */
    str pipeline, step;       /* step empty: the pipeline's name */
    str server, key;          /* server empty: nobody to tell, spool only */
    str data_dir;             /* for spool and cached knobs; empty = neither */
    str knob_defaults;        /* JSON array as knobs_read takes it, "" = none */
    int64_t attempt;
    char *const *argv;        /* NULL-ended */
};
/* Gives the exit code of the command (127 or 126 when it could not be started). Thread: main, and only one. */
int run_watched(const struct run_opts *opts);

#endif
