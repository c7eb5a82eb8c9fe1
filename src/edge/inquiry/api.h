/* The routes of the inquiry desk, for server_opts. */
#ifndef WEIR_EDGE_INQUIRY_API_H
#define WEIR_EDGE_INQUIRY_API_H

#include "edge/server/http.h"

extern const struct route inquiry_routes[];
extern const struct route inquiry_encode_routes[]; /* one text is judged */
extern const struct route inquiry_batch_routes[]; /* 500 judged at once take seconds */

#endif
