/* Who is asking, and may this address ask at all? Keys are stored as SHA-256 and looked up by it; sessions (of the
 * page) live in memory and end with the process. Failed attempts are counted and limited per address. Thread: any. */
#ifndef WEIR_EDGE_SERVER_AUTH_H
#define WEIR_EDGE_SERVER_AUTH_H

#include "base/hash.h"
#include "edge/jwt/jwt.h"
#include "edge/server/http.h"
#include "store/store.h"

struct auth; /* opaque */

enum { AUTH_LIMITED_S = 60 }; /* too many wrong keys: not looked at for the rest of the minute */

/* jwt   may be NULL: bearer tokens of others are not taken. All are borrowed. */
struct auth *auth_open(struct store *store, struct env *env, struct jwt *jwt, int64_t failures_per_minute);
void auth_close(struct auth *a); /* accepts NULL */

struct who {
    str name; /* lives in the arena given */
    enum role role;
    bool by_cookie;
    usec until; /* the session's or token's end by env->now, USEC_MAX: a key has none */
};

/* Find out who `req` comes from, by x-api-key, Authorization: Bearer (a key, or a token of the issuer), or the session
 * cookie. Somebody with a good token that names no role of weir is ROLE_PUBLIC.
 * Errors: ERR_DENIED (no or wrong credentials), ERR_FULL (too many wrong ones from this address), ERR_TIMEOUT (the
 * issuer's keys are being read), of the store. */
MUST_USE err auth_who(struct auth *a, const struct request *req, struct who *out);
/* Check one key as text. Errors: as auth_who. */
MUST_USE err auth_key(struct auth *a, str key, str client, struct arena *arena, struct who *out);
/* Forget verified keys and the sessions of `name` ("" = only the keys): after a key was revoked. */
void auth_forget(struct auth *a, str name);

/* Sessions. The value goes into the cookie; it is kept as its SHA-256 only. */
enum { SESSION_HOURS = 12 };
str auth_session_new(struct auth *a, const struct who *who, struct arena *arena);
void auth_session_end(struct auth *a, const struct request *req);
str auth_cookie(str session, bool tls, struct arena *arena); /* Set-Cookie header; "" ends the session */
/* One-time links: a token, and what it stands for, once. Errors: ERR_DENIED, ERR_FULL. */
str auth_token_new(struct auth *a, str name, enum role role, struct arena *arena);
MUST_USE err auth_token_use(struct auth *a, str token, str client, struct arena *arena, struct who *out);

struct auth_stats {
    int64_t failed, limited, sessions, verified;
};
struct auth_stats auth_stats(struct auth *a);

/* Pure checks of the headers against DNS rebinding and cross-site requests. `hosts` are names allowed besides IP
 * addresses and localhost. Errors: ERR_DENIED. */
MUST_USE err auth_host_check(str host, const str *hosts, size_t host_count);
/* origin and site (Sec-Fetch-Site) may be absent; `reads`: GET or HEAD; `navigates`: Sec-Fetch-Mode is navigate. */
MUST_USE err auth_origin_check(str origin, str host, str site, bool reads, bool navigates);

#endif
