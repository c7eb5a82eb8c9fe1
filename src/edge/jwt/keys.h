/* The public keys of an issuer of tokens: JSON Web Keys (RFC 7517, 7518, 8037) or PEM. What a key may be used for is
 * the key's and never the token's: an RSA key is for RS256, a P-256 key for ES256, an Ed25519 key for EdDSA, a shared
 * secret for HS256. Signatures are checked by OpenSSL. Reading and checking are pure. Thread: any; a set does not
 * change. */
#ifndef WEIR_EDGE_JWT_KEYS_H
#define WEIR_EDGE_JWT_KEYS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum jwt_alg { JWT_HS256, JWT_RS256, JWT_ES256, JWT_EDDSA, JWT_ALGS };
bool jwt_alg_of(str name, enum jwt_alg *out); /* exactly as registered; "none" is none */

enum { JWT_KEYS_MAX = 64, JWT_KEYS_BYTES_MAX = 256 << 10, JWT_SECRET_MIN = 32, JWT_KID_MAX = 256 };

struct jwt_keys; /* opaque */

/* A JWKS, one JWK, or a public key in PEM. Keys for other uses or algorithms, too weak ones, secrets and private keys
 * are passed over. out     set on success only; end it with jwt_keys_free(). Errors  ERR_INPUT (no key in it can be
 * used), ERR_LIMIT (larger than JWT_KEYS_BYTES_MAX). */
MUST_USE err jwt_keys_read(str text, struct jwt_keys **out);
/* One shared secret. Errors: ERR_INPUT (shorter than JWT_SECRET_MIN, RFC 7518 section 3.2). */
MUST_USE err jwt_keys_secret(str secret, struct jwt_keys **out);
void jwt_keys_free(struct jwt_keys *keys); /* accepts NULL */
size_t jwt_keys_count(const struct jwt_keys *keys);
size_t jwt_keys_passed_over(const struct jwt_keys *keys);

/* Is `sig` the signature of `signed_text` by the key named `kid` (ptr NULL: the token names none)?
 * Errors: ERR_NOT_FOUND (no such key), ERR_DENIED (it is for another algorithm, several would fit, or it is not). */
MUST_USE err jwt_keys_verify(const struct jwt_keys *keys, enum jwt_alg alg, str kid, str signed_text, str sig);

#endif
