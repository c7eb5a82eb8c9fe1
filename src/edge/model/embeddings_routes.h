/* POST /v1/embeddings, as OpenAI's clients ask for it, answered by the encoder of this weir. */
#ifndef WEIR_EDGE_MODEL_EMBEDDINGS_ROUTES_H
#define WEIR_EDGE_MODEL_EMBEDDINGS_ROUTES_H

#include "edge/server/http.h"

extern const struct route embeddings_routes[];

#endif
