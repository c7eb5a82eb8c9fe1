/* One bearer token: a JSON Web Token (RFC 7519) in the compact form of a signed JWS (RFC 7515), read as RFC 8725
 * advises. Pure: keys and the time are given. Thread: any. */
#ifndef WEIR_EDGE_JWT_TOKEN_H
#define WEIR_EDGE_JWT_TOKEN_H

#include "base/time.h"
#include "edge/jwt/keys.h"
#include "edge/server/http.h"

enum { JWT_TOKEN_MAX = 8 << 10, JWT_SUBJECT_MAX = 190, JWT_MEMBERS_MAX = 64 };

struct jwt_role {
    str value; /* of the claim */
    enum role role;
};

struct jwt_rules {
    str issuer, audience;         /* compared byte by byte */
    str roles_claim;              /* a member, or a path of members with dots */
    const struct jwt_role *roles; /* none: the values of the claim are names of roles */
    size_t role_count;
    usec leeway;                  /* between the clocks, both ways */
};

struct jwt_claims {
    str subject;   /* lives in the arena given */
    enum role role; /* the highest of those it names; ROLE_PUBLIC: none */
    usec expires;  /* leeway included */
};

/* Three parts between dots: what a key of weir never has. */
bool jwt_is_token(str text);
/* Errors: ERR_DENIED (not a token of one of these keys), ERR_NOT_FOUND (of a key that is not there), ERR_CONFLICT (one
 * of them, but not for this service, not now, or for nobody). Sentences begin as "the token ..." reads on. */
MUST_USE err jwt_token_check(str token, const struct jwt_keys *keys, const struct jwt_rules *rules, usec wall,
                             struct arena *a, struct jwt_claims *out);

#endif
