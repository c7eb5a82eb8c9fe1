/* The keys of the people whose texts weir keeps: one for each person, in a small database of its own beside the store,
 * with secure_delete on. What a person wrote is sealed with their key wherever it is kept. Erasing a person deletes the
 * key: the journal stays whole and provable, and what they wrote is noise from then on.
 *
 * A person is found by an address. The database holds an HMAC of it, never the address itself, and calls the person by
 * a random id; after erasing, nothing links the two.
 */
#ifndef WEIR_STORE_PERSONS_H
#define WEIR_STORE_PERSONS_H

#include "base/arena.h"
#include "base/env.h"
#include "base/err.h"
#include "base/seal.h"

#define PERSONS_FILE "persons.db" /* inside the data folder, beside the store's own */

struct persons; /* opaque */

enum { PERSON_ID_MAX = 40 };
struct person {
    char id[PERSON_ID_MAX];    /* "per-" and 24 hex digits */
    uint8_t key[SEAL_KEY_LEN]; /* wipe it when done: person_wipe */
};

/* Open or create (mode 0600). Path "" = in memory, for tests. Errors: ERR_IO, ERR_CORRUPT, ERR_DENIED (others can read
 * it). Thread: main. */
MUST_USE err persons_open(str path, struct env *env, struct persons **out);
void persons_close(struct persons *p); /* accepts NULL */

/* The person of an address; letters' case and white space around it do not matter. `add`: made when not known, durable
 * when this returns; else ERR_NOT_FOUND. Many callers share one sync. Errors: ERR_IO, ERR_NO_SPACE.   Thread: any. */
MUST_USE err persons_of(struct persons *p, str address, bool add, struct person *out);
/* The key of an id. Errors: ERR_NOT_FOUND (erased, or never known). Thread: any. */
MUST_USE err persons_key(struct persons *p, str id, struct person *out);
/* Delete the key; nothing of it stays in the files. An unknown id is fine. Thread: any. */
MUST_USE err persons_erase(struct persons *p, str id);
int64_t persons_count(struct persons *p);
void person_wipe(struct person *one);

/* A keyed digest of `text`, 32 hex digits in `a`: equal texts are found again, and nobody without the database can try
 * texts. For message ids, which are nobody's in particular. Thread: any. */
str persons_digest(struct persons *p, str text, struct arena *a);
/* Seal and open under a person's key; `about` is bound to it. Base64 in `a`. */
MUST_USE err person_seal(struct persons *p, const struct person *one, str about, str text, struct arena *a, str *out);
MUST_USE err person_open(const struct person *one, str about, str sealed, struct arena *a, str *out);

#endif
