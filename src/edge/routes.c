#include "edge/routes.h"

#include "edge/inquiry/api.h"
#include "edge/model/embeddings_routes.h"
#include "edge/observe/observe.h"
#include "edge/registry/api.h"
#include "edge/text/api.h"

const struct route *const edge_routes[] = { observe_routes,  inquiry_routes, embeddings_routes,
                                            registry_routes, text_routes,    NULL };
