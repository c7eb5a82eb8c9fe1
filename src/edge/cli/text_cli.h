/* What the commands on texts share. */
#ifndef WEIR_EDGE_CLI_TEXT_CLI_H
#define WEIR_EDGE_CLI_TEXT_CLI_H

#include "base/json.h"
#include "edge/cli/commands.h"
#include "edge/text/text_data.h"
#include "edge/text/text_file.h"

#define TEXT_COLUMN_OPTIONS                                                                                            \
    { "text", 0, "COLUMN", NULL, "Where the text is; default: text, body, message, ..." },                             \
        { "label", 0, "COLUMN", NULL, "Where the label is; default: label, category, intent, ..." },                   \
        { "outside", 0, "LABEL", NULL, "Texts with this label belong to no class." }
#define TEXT_VECTOR_OPTIONS                                                                                            \
    { "encoder", 0, "FILE", NULL, "The encoder's model; default: models/ in the data folder." },                       \
        { "no-encoder", 0, NULL, NULL, "Words and characters alone, also when there is an encoder." },                 \
        { "vectors", 0, "FILE", NULL, "Sentence vectors made elsewhere: 32-bit floats, row after row." }

struct text_columns text_cli_columns(struct cli *cli);
/* Vectors for all rows: from --vectors (of `dims` numbers; 0: any), else those of the encoder's `layers` (0: it is not
 * asked), when there is one and --no-encoder is not given. Rows stay without vectors when there are none. */
MUST_USE err text_cli_vectors(struct cli *cli, struct text_data *d, unsigned layers, size_t dims);
/* Progress on stderr when it is a terminal; `ctx` is the cli. */
void text_cli_progress(void *ctx, const char *what, size_t done, size_t all);

#endif
