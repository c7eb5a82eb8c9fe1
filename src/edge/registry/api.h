/* The routes of the registry, for server_opts.more_routes. */
#ifndef WEIR_EDGE_REGISTRY_API_H
#define WEIR_EDGE_REGISTRY_API_H

#include "edge/server/http.h"

extern const struct route registry_routes[];

#endif
