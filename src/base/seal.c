#include "base/seal.h"

#include <openssl/evp.h>

enum { SEAL_MAX = 16 << 20 };

static bool start(EVP_CIPHER_CTX *c, bool closing, const uint8_t *key, const uint8_t *nonce, str about)
{
    int n = 0;
    return EVP_CipherInit_ex(c, EVP_aes_256_gcm(), NULL, key, nonce, closing) == 1 &&
           (!about.len ||
            EVP_CipherUpdate(c, NULL, &n, (const unsigned char *)about.ptr, (int)about.len) == 1);
}

err seal_text(const uint8_t key[SEAL_KEY_LEN], const uint8_t nonce[SEAL_NONCE_LEN], str about, str text,
              struct arena *a, str *out)
{
    if (text.len > SEAL_MAX || about.len > SEAL_MAX) return err_make(ERR_LIMIT, "a text over 16 MiB is not sealed");
    unsigned char *to = arena_try(a, SEAL_NONCE_LEN + text.len + SEAL_TAG_LEN);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n = 0, last = 0;
    bool ok = to && c && start(c, true, key, nonce, about);
    if (ok && text.len)
        ok = EVP_CipherUpdate(c, to + SEAL_NONCE_LEN, &n, (const unsigned char *)text.ptr, (int)text.len) == 1;
    ok = ok && EVP_CipherFinal_ex(c, to + SEAL_NONCE_LEN + n, &last) == 1 &&
         EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_LEN, to + SEAL_NONCE_LEN + text.len) == 1;
    EVP_CIPHER_CTX_free(c);
    if (!ok) return err_make(to ? ERR_IO : ERR_LIMIT, "a text could not be sealed");
    memcpy(to, nonce, SEAL_NONCE_LEN);
    *out = (str){ (char *)to, SEAL_NONCE_LEN + text.len + SEAL_TAG_LEN };
    return OK;
}

err seal_open(const uint8_t key[SEAL_KEY_LEN], str about, str sealed, struct arena *a, str *out)
{
    if (sealed.len < SEAL_NONCE_LEN + SEAL_TAG_LEN || sealed.len > SEAL_MAX + SEAL_NONCE_LEN + SEAL_TAG_LEN)
        return err_make(ERR_CORRUPT, "no sealed text has this length");
    const unsigned char *from = (const unsigned char *)sealed.ptr;
    size_t len = sealed.len - SEAL_NONCE_LEN - SEAL_TAG_LEN;
    unsigned char *to = arena_try(a, len + 1), tag[SEAL_TAG_LEN];
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n = 0, last = 0;
    memcpy(tag, from + SEAL_NONCE_LEN + len, SEAL_TAG_LEN);
    bool ok = to && c && start(c, false, key, from, about);
    if (ok && len) ok = EVP_CipherUpdate(c, to, &n, from + SEAL_NONCE_LEN, (int)len) == 1;
    ok = ok && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_LEN, tag) == 1 &&
         EVP_CipherFinal_ex(c, to + n, &last) == 1;
    EVP_CIPHER_CTX_free(c);
    if (!ok) return err_make(to ? ERR_CORRUPT : ERR_LIMIT, "a sealed text does not open with this key");
    *out = (str){ (char *)to, len };
    return OK;
}
