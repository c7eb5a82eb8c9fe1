/* The route tables of other folders than edge/server: what a whole server adds to its own (server_opts.more_routes).
 * One list, so that the tests of the API meet every route that a running weir has. */
#ifndef WEIR_EDGE_ROUTES_H
#define WEIR_EDGE_ROUTES_H

#include "edge/server/http.h"

extern const struct route *const edge_routes[];        /* NULL-ended, like all of them */
extern const struct route *const edge_encode_routes[]; /* for server_opts.encode_routes */
extern const struct route *const edge_text_routes[];   /* for server_opts.text_routes */

#endif
