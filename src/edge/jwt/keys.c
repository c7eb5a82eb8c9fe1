#include "edge/jwt/keys.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "base/hash.h"
#include "base/json.h"

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192, P256_BYTES = 32, ARENA_MAX = 4 << 20 };

struct key {
    str kid; /* ptr NULL: it has none */
    enum jwt_alg alg;
    EVP_PKEY *public; /* NULL for a secret */
    str secret;
};

struct jwt_keys {
    struct arena arena;
    struct key items[JWT_KEYS_MAX];
    size_t count, passed_over;
};

static const char *const names[JWT_ALGS] = { "HS256", "RS256", "ES256", "EdDSA" };

bool jwt_alg_of(str name, enum jwt_alg *out)
{
    for (int i = 0; i < JWT_ALGS; i++) {
        if (!str_eq(name, str_of(names[i]))) continue;
        *out = (enum jwt_alg)i;
        return true;
    }
    return false;
}

/* ---- making keys; NULL: it cannot be used ---- */

static EVP_PKEY *from_params(const char *type, OSSL_PARAM_BLD *build)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    if (!ctx || !params || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static str member(json *jwk, const char *name, struct arena *a)
{
    str bytes = STR_NONE;
    err e = base64url_bytes(json_get_str(jwk, name), a, &bytes);
    return e.code ? STR_NONE : bytes;
}

static EVP_PKEY *rsa_key(json *jwk, struct arena *a)
{
    str n = member(jwk, "n", a), e = member(jwk, "e", a);
    if (!n.len || n.len > RSA_BITS_MAX / 8 + 1 || !e.len || e.len > 8) return NULL;
    BIGNUM *modulus = BN_bin2bn((const unsigned char *)n.ptr, (int)n.len, NULL);
    BIGNUM *exponent = BN_bin2bn((const unsigned char *)e.ptr, (int)e.len, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    if (modulus && exponent && build && BN_is_odd(exponent) && !BN_is_one(exponent) && BN_is_odd(modulus) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
        key = from_params("RSA", build);
    OSSL_PARAM_BLD_free(build);
    BN_free(modulus);
    BN_free(exponent);
    return key;
}

static EVP_PKEY *p256_key(json *jwk, struct arena *a)
{
    str x = member(jwk, "x", a), y = member(jwk, "y", a);
    unsigned char point[1 + 2 * P256_BYTES] = { POINT_CONVERSION_UNCOMPRESSED };
    if (!str_eq(json_get_str(jwk, "crv"), STR("P-256")) || x.len != P256_BYTES || y.len != P256_BYTES) return NULL;
    memcpy(point + 1, x.ptr, P256_BYTES);
    memcpy(point + 1 + P256_BYTES, y.ptr, P256_BYTES);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    if (build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) == 1)
        key = from_params("EC", build); /* refuses a point that is not on the curve */
    OSSL_PARAM_BLD_free(build);
    return key;
}

static EVP_PKEY *ed25519_key(json *jwk, struct arena *a)
{
    str x = member(jwk, "x", a);
    if (!str_eq(json_get_str(jwk, "crv"), STR("Ed25519")) || x.len != ED25519_PUBLIC_LEN) return NULL;
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)x.ptr, x.len);
}

static const struct {
    const char *kty;
    enum jwt_alg alg;
    EVP_PKEY *(*make)(json *jwk, struct arena *a);
} makers[] = {
    { "RSA", JWT_RS256, rsa_key },
    { "EC", JWT_ES256, p256_key },
    { "OKP", JWT_EDDSA, ed25519_key },
};

/* ---- taking keys ---- */

static bool strong_enough(const EVP_PKEY *key)
{
    int bits = EVP_PKEY_get_bits(key);
    return EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || (bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX);
}

/* Takes `key` in any case. */
static void take(struct jwt_keys *keys, str kid, enum jwt_alg alg, EVP_PKEY *key)
{
    if (key && strong_enough(key) && keys->count < JWT_KEYS_MAX) {
        kid = kid.ptr ? str_dup(&keys->arena, kid) : STR_NONE;
        keys->items[keys->count++] = (struct key){ .kid = kid, .alg = alg, .public = key };
        return;
    }
    keys->passed_over++;
    EVP_PKEY_free(key);
}

static bool may_verify(json *jwk)
{
    json *use = json_get(jwk, "use"), *ops = json_get(jwk, "key_ops"), *one;
    bool verify = !ops;
    size_t i, n;
    if (ops && !yyjson_is_arr(ops)) return false;
    if (ops) yyjson_arr_foreach(ops, i, n, one) verify = verify || str_eq(json_str(one, STR_NONE), STR("verify"));
    return verify && (!use || str_eq(json_str(use, STR_NONE), STR("sig")));
}

/* A private key that was published opens nothing any more. */
static bool is_private(json *jwk)
{
    return json_get(jwk, "d") != NULL;
}

static void take_jwk(struct jwt_keys *keys, json *jwk)
{
    json *alg = json_get(jwk, "alg"), *kid = json_get(jwk, "kid");
    str kty = json_get_str(jwk, "kty"), name = json_str(kid, STR_NONE);
    EVP_PKEY *key = NULL;
    enum jwt_alg use = JWT_HS256;
    bool fits = may_verify(jwk) && !is_private(jwk) && (!kid || (name.ptr && name.len <= JWT_KID_MAX));
    for (size_t i = 0; fits && i < sizeof makers / sizeof *makers; i++) {
        if (!str_eq(kty, str_of(makers[i].kty))) continue;
        use = makers[i].alg;
        if (!alg || str_eq(json_str(alg, STR_NONE), str_of(names[use]))) key = makers[i].make(jwk, &keys->arena);
    }
    take(keys, name, use, key);
}

static void take_pem(struct jwt_keys *keys, str text)
{
    BIO *in = BIO_new_mem_buf(text.ptr, (int)text.len);
    EVP_PKEY *key = in ? PEM_read_bio_PUBKEY(in, NULL, NULL, NULL) : NULL;
    char group[32] = "";
    size_t len = 0;
    int type = key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
    BIO_free(in);
    if (type == EVP_PKEY_EC) (void)EVP_PKEY_get_group_name(key, group, sizeof group, &len);
    if (type == EVP_PKEY_EC && strcmp(group, "prime256v1") == 0) take(keys, STR_NONE, JWT_ES256, key);
    else if (type == EVP_PKEY_RSA) take(keys, STR_NONE, JWT_RS256, key);
    else if (type == EVP_PKEY_ED25519) take(keys, STR_NONE, JWT_EDDSA, key);
    else EVP_PKEY_free(key);
}

static struct jwt_keys *keys_new(void)
{
    struct jwt_keys *keys = mem_new(sizeof *keys);
    keys->arena = arena_init(ARENA_MAX);
    return keys;
}

static err take_json(struct jwt_keys *keys, str text)
{
    json *root, *list, *one;
    size_t i, n;
    err e = json_parse(text, &keys->arena, &root);
    if (e.code) return e;
    list = json_get(root, "keys");
    if (!list) take_jwk(keys, root);
    else yyjson_arr_foreach(list, i, n, one) take_jwk(keys, one);
    return OK;
}

err jwt_keys_read(str text, struct jwt_keys **out)
{
    if (text.len > JWT_KEYS_BYTES_MAX) return err_make(ERR_LIMIT, "more than %d bytes of keys", JWT_KEYS_BYTES_MAX);
    struct jwt_keys *keys = keys_new();
    err e = OK;
    if (str_starts(str_trim(text), STR("-----BEGIN"))) take_pem(keys, str_trim(text));
    else e = take_json(keys, text);
    ERR_clear_error(); /* what OpenSSL left of keys that were passed over */
    if (!e.code && !keys->count)
        e = err_make(ERR_INPUT, "no key in it can be used: expected RSA of %d bits or more, P-256 or Ed25519",
                     RSA_BITS_MIN);
    if (e.code) jwt_keys_free(keys);
    else *out = keys;
    return e;
}

err jwt_keys_secret(str secret, struct jwt_keys **out)
{
    if (secret.len < JWT_SECRET_MIN || secret.len > INT32_MAX)
        return err_make(ERR_INPUT, "a shared secret has at least %d bytes", JWT_SECRET_MIN);
    struct jwt_keys *keys = keys_new();
    keys->items[keys->count++] = (struct key){ .alg = JWT_HS256, .secret = str_dup(&keys->arena, secret) };
    *out = keys;
    return OK;
}

void jwt_keys_free(struct jwt_keys *keys)
{
    if (!keys) return;
    for (size_t i = 0; i < keys->count; i++) {
        EVP_PKEY_free(keys->items[i].public);
        if (keys->items[i].secret.len)
            OPENSSL_cleanse((void *)(uintptr_t)keys->items[i].secret.ptr, keys->items[i].secret.len);
    }
    arena_done(&keys->arena);
    mem_free(keys);
}

size_t jwt_keys_count(const struct jwt_keys *keys)
{
    return keys ? keys->count : 0;
}

size_t jwt_keys_passed_over(const struct jwt_keys *keys)
{
    return keys ? keys->passed_over : 0;
}

/* ---- checking ---- */

/* By name; a key without one serves when it is the only one for the algorithm (a PEM file, a shared secret). */
static err choose(const struct jwt_keys *keys, enum jwt_alg alg, str kid, const struct key **out)
{
    size_t fitting = 0;
    for (size_t i = 0; keys && i < keys->count; i++) {
        const struct key *k = &keys->items[i];
        if (kid.ptr && k->kid.ptr && str_eq(k->kid, kid)) {
            *out = k;
            return k->alg == alg ? OK
                                 : err_make(ERR_DENIED, "its key is for %s, not for %s", names[k->alg], names[alg]);
        }
        if (k->alg != alg || (kid.ptr && k->kid.ptr)) continue;
        fitting++;
        *out = k;
    }
    if (fitting == 1) return OK;
    if (fitting) return err_make(ERR_DENIED, "it does not say which of %zu keys signed it", fitting);
    return err_make(ERR_NOT_FOUND, "it is signed with a key that is not known");
}

/* JWS has r and s side by side (RFC 7518 section 3.4), OpenSSL wants them in DER. */
static bool es256_to_der(str sig, unsigned char out[80], size_t *len)
{
    if (sig.len != (size_t)(2 * P256_BYTES)) return false;
    BIGNUM *r = BN_bin2bn((const unsigned char *)sig.ptr, P256_BYTES, NULL);
    BIGNUM *s = BN_bin2bn((const unsigned char *)sig.ptr + P256_BYTES, P256_BYTES, NULL);
    ECDSA_SIG *pair = ECDSA_SIG_new();
    bool ok = r && s && pair && ECDSA_SIG_set0(pair, r, s) == 1;
    if (!ok) {
        BN_free(r);
        BN_free(s);
    }
    int n = ok ? i2d_ECDSA_SIG(pair, NULL) : 0;
    ok = n > 0 && n <= 80 && i2d_ECDSA_SIG(pair, &out) == n;
    *len = ok ? (size_t)n : 0;
    ECDSA_SIG_free(pair);
    return ok;
}

static bool public_ok(const struct key *k, str text, str sig)
{
    unsigned char der[80];
    size_t len = 0;
    if (k->alg == JWT_ES256) {
        if (!es256_to_der(sig, der, &len)) return false;
        sig = (str){ (const char *)der, len };
    }
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const EVP_MD *digest = k->alg == JWT_EDDSA ? NULL : EVP_sha256();
    bool ok = ctx && EVP_DigestVerifyInit(ctx, NULL, digest, NULL, k->public) == 1 &&
              EVP_DigestVerify(ctx, (const unsigned char *)sig.ptr, sig.len, (const unsigned char *)text.ptr,
                               text.len) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

err jwt_keys_verify(const struct jwt_keys *keys, enum jwt_alg alg, str kid, str signed_text, str sig)
{
    const struct key *k = NULL;
    err e = choose(keys, alg, kid, &k);
    if (e.code) return e;
    struct sha256 mac = { { 0 } };
    if (k->alg == JWT_HS256) mac = hmac_sha256(k->secret, signed_text);
    bool ok = k->alg == JWT_HS256 ? secret_eq((str){ (const char *)mac.b, SHA256_LEN }, sig)
                                  : sig.len > 0 && public_ok(k, signed_text, sig);
    return ok ? OK : err_make(ERR_DENIED, "its signature is not that of its key");
}
