/* One shard's append log of samples. A sample is acknowledged once it is written here (it survives a crash of the
 * process); it reaches the disk within a second. The log is also the queue: the engine thread reads what was appended,
 * so a restart takes the same road as live work.
 *
 * Offsets count bytes since the log began and never repeat. A segment is a file named by the offset of its first byte,
 * a run of records: u32 length, u32 CRC-32 of the payload, payload (little endian). A torn last record is cut at open.
 */
#ifndef WEIR_EDGE_OBSERVE_SAMPLE_LOG_H
#define WEIR_EDGE_OBSERVE_SAMPLE_LOG_H

#include "base/buf.h"
#include "base/env.h"

enum { LOG_RECORD_MAX = 256 << 10, LOG_SEGMENT_MAX = 4 << 20, LOG_BLOCK = 512 << 10 };

struct sample_log;

/* Open or create the log in folder `dir` (made when absent). `least` is the offset something outside already knows of:
 * when the log ends before it, a new segment starts there and *lost gets the distance (0 otherwise). env     borrowed.
 * Errors: ERR_IO, ERR_NO_SPACE.   Thread: main. */
MUST_USE err sample_log_open(str dir, int64_t least, struct env *env, struct sample_log **out, int64_t *lost);
void sample_log_close(struct sample_log *log); /* accepts NULL */

/* Frame one record in `out`: begin, append at most LOG_RECORD_MAX bytes of payload, end. */
size_t log_record_begin(struct buf *out);
void log_record_end(struct buf *out, size_t begun);
/* Append framed records with one write; all or nothing. Errors: ERR_IO, ERR_NO_SPACE (nothing was added, try again
 * later), ERR_READ_ONLY (an earlier write or sync left the file in doubt: nothing is accepted any more).   Thread: any.
 */
MUST_USE err sample_log_append(struct sample_log *log, str framed);
/* Bring what was appended to the disk. A failure is never retried: the log is read-only from then on.   Thread: one. */
MUST_USE err sample_log_sync(struct sample_log *log);

int64_t sample_log_start(struct sample_log *log); /* oldest offset that can be read */
int64_t sample_log_end(struct sample_log *log);
/* Drop segments that end at or before `offset`; never the newest.   Thread: any. */
void sample_log_cut(struct sample_log *log, int64_t offset);

/* Reading. A cursor is a plain value with a block of its own. */
struct log_cursor {
    struct sample_log *log;
    int64_t at;      /* offset of the next record */
    char *block;
    size_t len, used;
    int64_t skipped; /* bytes that did not check out and were passed over */
};
struct log_cursor log_cursor_init(struct sample_log *log, int64_t at);
void log_cursor_done(struct log_cursor *c);
/* The next record's payload, valid until the next call; c->at is then the offset behind it. False: nothing more for
 * now. */
bool log_cursor_next(struct log_cursor *c, str *payload);

#endif
