/* A signed POST, for webhooks that mend and webhooks that tell.
 *
 *   Idempotency-Key    the same for every attempt
 *   X-Weir-Timestamp   seconds since 1970
 *   X-Weir-Signature   v1=<hex HMAC-SHA256(secret, timestamp "." body)>   when there is a secret
 *
 * The receiver refuses old timestamps, compares in constant time, and drops keys it has seen.
 */
#ifndef WEIR_EDGE_ACT_SIGNED_POST_H
#define WEIR_EDGE_ACT_SIGNED_POST_H

#include "base/env.h"

struct signed_post {
    str url, body, key, secret; /* secret empty: not signed */
    usec timeout;
};
/* Send it. Errors: as env->http. A reply with any status is OK. */
MUST_USE err signed_send(struct env *env, const struct signed_post *p, struct arena *a, int *status);

#endif
