/* Bearer tokens of an identity provider, beside weir's own keys: who made them (keys.h), what they say (token.h), and
 * here where the issuer's keys come from. Those of a file are read at the start, those of an address by a thread; both
 * again every `refresh`, and sooner when a token names a key that is not known, but not more often than
 * `refresh_least`. Keys that could not be read again for a day longer than `refresh` are not believed any more. */
#ifndef WEIR_EDGE_JWT_JWT_H
#define WEIR_EDGE_JWT_JWT_H

#include "base/buf.h"
#include "base/env.h"
#include "edge/config.h"
#include "edge/jwt/token.h"

struct jwt; /* opaque */

/* `config` has been checked by config_load; env is borrowed until jwt_close.
 * out     set on success only; NULL when no issuer is configured.
 * Errors  of reading the file or the secret, ERR_INPUT (what is in it). An address is not asked yet. Thread: main. */
MUST_USE err jwt_open(const struct config_jwt *config, struct env *env, struct jwt **out);
/* Start the thread that reads keys; nothing for a secret. Errors: ERR_IO. */
MUST_USE err jwt_start(struct jwt *j);
void jwt_close(struct jwt *j); /* accepts NULL; waits for a read that is under way, 5 s at most */

/* Is this a token of the issuer, for us, now? `name` of the answer is ISSUER#SUBJECT. Errors: as jwt_token_check, and
 * ERR_TIMEOUT (its key is not known, and the issuer's keys are being read now: come again). Thread: any. */
struct jwt_person {
    str name;
    enum role role;
    usec valid; /* for this long from now on */
};
enum { JWT_NAME_MAX = 400 };
MUST_USE err jwt_check(struct jwt *j, str token, struct arena *a, struct jwt_person *out);

/* Read the keys now if it is time or somebody asked for it; the thread does nothing else. */
void jwt_tick(struct jwt *j);
void jwt_metrics(struct jwt *j, struct buf *out);

#endif
