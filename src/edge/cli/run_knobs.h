/* Where `weir run` gets knobs and its key from. */
#ifndef WEIR_EDGE_CLI_RUN_KNOBS_H
#define WEIR_EDGE_CLI_RUN_KNOBS_H

#include "edge/act/knobs.h"
#include "edge/cli/run.h"

/* Knobs in force: the server's (asked for a moment only), else its last answer (DATA/knobs/), else the declared
 * defaults. */
void run_knobs(const struct run_opts *o, struct arena *a, struct knobs *out);

/* The key: from `file` when one is named, else WEIR_KEY, else DATA/ingest.key when that can be read, else none. Errors:
 * the named file cannot be read (ERR_IO), or a key holds something else than one printable word (ERR_INPUT). */
MUST_USE err run_key(str file, str data_dir, struct arena *a, str *key);

#endif
