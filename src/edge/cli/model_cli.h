/* What commands that use the sentence encoder share. */
#ifndef WEIR_EDGE_CLI_MODEL_CLI_H
#define WEIR_EDGE_CLI_MODEL_CLI_H

#include "base/json.h"
#include "edge/cli/cli.h"
#include "edge/model/model_file.h"

#define MODEL_OPTION { "model", 0, "FILE", NULL, "The encoder's model; default: models/ in the data folder." }

/* --model, WEIR_MODEL, or the one in the data folder. */
str model_cli_path(struct cli *cli);

#endif
