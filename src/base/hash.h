/* Digests, codes and secrets. SHA-256, HMAC and Ed25519 are OpenSSL's; its objects are fetched once. */
#ifndef WEIR_BASE_HASH_H
#define WEIR_BASE_HASH_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { SHA256_LEN = 32, ED25519_PUBLIC_LEN = 32, ED25519_SECRET_LEN = 32, ED25519_SIG_LEN = 64 };

struct sha256 {
    uint8_t b[SHA256_LEN];
};

/* SHA-256 of the parts one after another. Thread: any. */
struct sha256 sha256_parts(const str *parts, size_t n);
static inline struct sha256 sha256_of(str s)
{
    return sha256_parts(&s, 1);
}
struct sha256 hmac_sha256(str key, str message);
/* In time that depends on the lengths only. */
bool secret_eq(str a, str b);

/* FNV-1a, 64 bit: for tables and sharding, never for security. */
uint64_t hash64(str s);
uint64_t hash64_more(uint64_t h, str s);

str hex_text(str bytes, struct arena *a); /* lower case */
MUST_USE err hex_bytes(str hex, struct arena *a, str *out);
str base64_text(str bytes, struct arena *a); /* RFC 4648 with padding */
MUST_USE err base64_bytes(str text, struct arena *a, str *out);
/* The URL-safe alphabet (RFC 4648 section 5) without padding, strictly: bytes have one text. */
MUST_USE err base64url_bytes(str text, struct arena *a, str *out);

/* Ed25519 (RFC 8032). `secret` is the 32-byte seed. */
MUST_USE err ed25519_public(const uint8_t secret[ED25519_SECRET_LEN], uint8_t out[ED25519_PUBLIC_LEN]);
MUST_USE err ed25519_sign(const uint8_t secret[ED25519_SECRET_LEN], str message, uint8_t out[ED25519_SIG_LEN]);
bool ed25519_ok(const uint8_t key[ED25519_PUBLIC_LEN], str message, const uint8_t sig[ED25519_SIG_LEN]);

#endif
