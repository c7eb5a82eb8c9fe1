/* The routes of texts, for server_opts.more_routes. */
#ifndef WEIR_EDGE_TEXT_API_H
#define WEIR_EDGE_TEXT_API_H

#include "edge/server/http.h"

extern const struct route text_routes[];

#endif
