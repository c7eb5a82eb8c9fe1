/* Replay: apply the recorded inputs again to an empty store and compare every entry, byte for byte (promise 3).
 *
 *   entries      1 ........ 500 ........ 900        where a body is gone, or another version of the logic was at work,
 * the state bodies       - - - - -   x x x x x x x x        cannot be followed: nothing is compared from there to the
 * next snapshot of snapshots               ^                       this logic. One that is reached with the state at
 * hand must be that state.
 */
#ifndef WEIR_CORE_REPLAY_H
#define WEIR_CORE_REPLAY_H

#include "core/core.h"
#include "store/snapshot.h"

struct replay_report {
    int64_t entries;       /* read */
    int64_t inputs;        /* applied again */
    int64_t recomputed;    /* derived entries that came out the same */
    int64_t not_recomputed; /* of another logic version, or with an erased body or one before them, up to a snapshot */
    int64_t snapshots;     /* reached with the same state */
    int64_t started;       /* the snapshot that it last went on from, 0 = the first entry */
    int64_t last;          /* the entry that it came to */
    bool blind;            /* the state at the end is not known */
    bool tables_same;      /* opts.tables: the tables are what the inputs make */
    int64_t bad_seq;       /* first entry that differs, 0 = none */
    char problem[252];
};

struct replay_opts {
    int64_t from;    /* a snapshot's entry to start after; 0 = the first entry */
    int64_t through; /* the last entry; 0 = all */
    bool tables;     /* at the end of all entries, compare the tables of both stores, too */
    void (*progress)(void *ctx, int64_t seq); /* may be NULL */
    void *ctx;
};

/* Reads the journal through `from` (a read transaction) and replays it into `into`, a fresh store of its own.
 * Errors: of the stores; a difference is no error but bad_seq. Thread: any but into's writer. */
MUST_USE err replay_verify(struct tx *from, struct store *into, const struct replay_opts *opts,
                           struct replay_report *out);

#endif
