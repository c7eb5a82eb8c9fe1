/* The journal: how the state came to be. Append-only entries, chained by hash, and signed checkpoints over them.
 *
 * hash = SHA-256(0x00 | previous hash | for each field in order seq, time, kind, subject, actor, correlation_id,
 * cause_seq, body: its length as u32 big-endian and its bytes). Numbers are decimal text; the first previous hash is 32
 * zero bytes. The 0x00 makes each hash an RFC 6962 leaf; a checkpoint signs (size, Merkle root over the hashes, time)
 * with Ed25519 as a signed note. docs/journal.md has the format for outsiders.
 */
#ifndef WEIR_STORE_JOURNAL_H
#define WEIR_STORE_JOURNAL_H

#include "base/hash.h"
#include "store/store.h"

struct entry {
    int64_t seq;       /* 1.. ; given in admission order, no gaps */
    usec time;         /* never decreases */
    str kind;          /* "finding", "incident.opened", ... */
    str subject;       /* what it is about: an id or a name */
    str actor;         /* who: "weir", a key's name, "agent:analyzer" */
    str correlation;   /* the incident or inquiry it belongs to, or "" */
    int64_t cause;     /* seq of the entry that led to it, 0 = none */
    str body;          /* JSON text, hashed as stored */
    struct sha256 hash;
};

/* Append; seq, time (tx_time) and hash are set by the store. Gives the seq, 0 after a sticky error.
 * Bodies are at most 1 MiB (ERR_LIMIT). Thread: writer. */
int64_t journal_add(struct tx *tx, const struct entry *e);
/* The seq the next journal_add will give: ids are a kind prefix plus this. */
int64_t journal_next_seq(struct tx *tx);
/* Seq of the last entry, 0 when there is none. */
int64_t journal_last_seq(struct tx *tx);
/* Entries with seq > after, oldest first, at most max (1..1000); strings live in a. */
struct entry_list {
    struct entry *items;
    size_t count;
};
struct entry_list journal_read(struct tx *tx, int64_t after, size_t max, struct arena *a);
/* One entry by seq; false when there is none. */
bool journal_get(struct tx *tx, int64_t seq, struct arena *a, struct entry *out);

/* The hash an entry must have, given the one before it. */
struct sha256 journal_hash(const struct entry *e, const struct sha256 *before);

/* Checkpoints. The signing key is a 0600 file outside the store, made at first use. */
struct signer {
    uint8_t secret[ED25519_SECRET_LEN], public_key[ED25519_PUBLIC_LEN];
    char name[64]; /* "weir/<8 hex digits of the key>" */
};
/* Also writes the public half to path + ".pub", for people to keep elsewhere. Errors: ERR_IO, ERR_CORRUPT, ERR_DENIED
 * (others can read the file). */
MUST_USE err signer_open(str path, struct env *env, struct signer *out);
/* "weir/1a2b3c4d+<key hash>+<base64>": the verifier key of a signed note, and back (also from 64 hex digits). */
str signer_public_text(const struct signer *signer, struct arena *a);
MUST_USE err journal_key_parse(str text, uint8_t out[ED25519_PUBLIC_LEN]);
/* Sign (size, root, time) now, if anything is new; the note is stored. note lives in a, empty when nothing was new.
 * Writer. */
MUST_USE err journal_checkpoint(struct tx *tx, const struct signer *signer, struct arena *a, str *note);

/* The newest checkpoint's note, in a; empty when there is none. */
str journal_last_note(struct tx *tx, struct arena *a);

/* Verification reads the whole journal and names the first entry that is wrong. The key and a saved checkpoint come
 * from the caller and may be empty: then the report says what cannot be ruled out. */
struct audit_opts {
    str key;  /* 32 bytes of public key */
    str note; /* a checkpoint that was kept elsewhere */
    void (*progress)(void *ctx, int64_t done, int64_t total); /* now and then; may be NULL */
    void *ctx;
};
struct audit_report {
    int64_t entries, checkpoints, erased; /* read; erased = bodies cut by retention, proven by their hash only */
    int64_t covered; /* entries under the newest good checkpoint; what follows is chained, not signed */
    usec covered_time;                    /* when that was signed */
    int64_t bad_seq;                      /* 0 = none, or the problem is not with one entry */
    char problem[252];                    /* "" = none */
    bool key_used, note_used;
};
/* A wrong journal is a report, not an error. Errors: ERR_IO, ERR_INPUT (key or note do not parse). Thread: any. */
MUST_USE err journal_verify(struct tx *tx, const struct audit_opts *opts, struct audit_report *out);

/* Write the journal as JSON Lines: a header line, entries from..to (to 0 = the end), checkpoints, all verifiable by
 * docs/verify_journal.py. Calls `line` for each (without newline); it may stop by returning an error. */
MUST_USE err journal_export(struct tx *tx, int64_t from, int64_t to, err (*line)(void *ctx, str text), void *ctx);
/* Drop bodies of entries older than `before`, keeping hashes; itself an entry ("journal.retained"). At most 20,000 a
 * call; gives the count, 0 when nothing is left to drop. Writer. */
int64_t journal_retain(struct tx *tx, usec before);
/* The last entry that journal_retain, called again and again, would reach; 0 when there is nothing for it to do. */
int64_t journal_retain_through(struct tx *tx, usec before);

#endif
