#include "edge/routes.h"

#include "edge/inquiry/api.h"
#include "edge/model/embeddings_routes.h"
#include "edge/observe/observe.h"
#include "edge/registry/api.h"
#include "edge/text/api.h"

const struct route *const edge_routes[] = { observe_routes, inquiry_routes, registry_routes, NULL };
const struct route *const edge_encode_routes[] = { inquiry_encode_routes, NULL };
const struct route *const edge_text_routes[] = { embeddings_routes, text_routes, inquiry_batch_routes, NULL };
