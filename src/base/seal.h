/* A text closed with a key: AES-256-GCM (NIST SP 800-38D). Whoever has no key learns its length and nothing else, and
 * whoever changes a bit of it, or gives it out as being about something else, is noticed. */
#ifndef WEIR_BASE_SEAL_H
#define WEIR_BASE_SEAL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { SEAL_KEY_LEN = 32, SEAL_NONCE_LEN = 12, SEAL_TAG_LEN = 16 };

/* `nonce` is random and used once with a key. `about` is bound to the text but not part of it.
 * out     nonce, ciphertext and tag, in `a`.   Errors: ERR_LIMIT (over 16 MiB), ERR_IO (libcrypto refused).
 * Thread: any. */
MUST_USE err seal_text(const uint8_t key[SEAL_KEY_LEN], const uint8_t nonce[SEAL_NONCE_LEN], str about, str text,
                       struct arena *a, str *out);
/* Errors: ERR_CORRUPT (another key, another `about`, or changed), ERR_LIMIT. Thread: any. */
MUST_USE err seal_open(const uint8_t key[SEAL_KEY_LEN], str about, str sealed, struct arena *a, str *out);

#endif
