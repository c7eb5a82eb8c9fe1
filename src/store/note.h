/* Signed notes: the text of a checkpoint, as transparency logs write them (docs/journal.md).
 *
 *   weir/1a2b3c4d                     origin: who keeps this log
 *   1234                              entries covered
 *   base64                            Merkle root
 *   2026-05-04T06:00:01.250000Z       when it was signed
 *                                     (empty line)
 *   — weir/1a2b3c4d base64            name, then 4 bytes of key hash and the Ed25519 signature of all above
 */
#ifndef WEIR_STORE_NOTE_H
#define WEIR_STORE_NOTE_H

#include "store/journal.h"

enum { NOTE_MAX = 4096 };

struct note {
    str origin;
    int64_t size; /* >= 0 */
    struct sha256 root;
    usec time;
    str text;       /* what is signed: everything up to the empty line */
    str signatures; /* the lines after it */
};

MUST_USE err note_make(const struct signer *signer, int64_t size, struct sha256 root, usec time, struct arena *a,
                       str *out);
/* The views of `out` point into `text`. Errors: ERR_INPUT with what is wrong. */
MUST_USE err note_parse(str text, struct note *out);
/* One of its signatures is by this key. */
bool note_signed_by(const struct note *n, const uint8_t key[ED25519_PUBLIC_LEN]);

#endif
