/* What brings inquiries in by itself: a watched folder and a mailbox, on a thread of their own.
 *
 * Folder: a file that has rested for two seconds is taken, then moved to done/ below it, or to failed/ with the reason
 * in the log. Mailbox: mails without the keyword $weir are fetched and get it once they are durable, so none is lost
 * and none taken twice; the server must let clients set keywords (nearly all do).
 */
#ifndef WEIR_EDGE_INQUIRY_INTAKE_H
#define WEIR_EDGE_INQUIRY_INTAKE_H

#include "edge/inquiry/desk.h"

struct intake; /* opaque */

struct intake_opts {
    struct inquiry_desk *desk;
    str folder;                                /* "" = none */
    str imap_url, imap_user, imap_password, imap_mailbox; /* url "" = none; the password is a secret reference */
    usec imap_every;
};

struct intake_stats {
    int64_t files, files_failed, taken, known, refused, passed_over, imap_looks, imap_failed;
};

/* Starts the thread when there is anything to do. Errors: ERR_NOT_FOUND (no such folder). Thread: main. */
MUST_USE err intake_start(const struct intake_opts *opts, struct intake **out);
void intake_stop(struct intake *in); /* accepts NULL */
struct intake_stats intake_stats(struct intake *in);
void intake_metrics(struct intake *in, struct buf *out);

/* Take what stands in the folder, or in the mailbox, now; the thread waits meanwhile. `until` (monotonic): further
 * looks end. out: what came of it. ERR_NOT_FOUND: it is not set up.   Thread: any but the thread's own. */
enum intake_source { INTAKE_FOLDER, INTAKE_IMAP };
bool intake_has(const struct intake *in, enum intake_source from);
MUST_USE err intake_now(struct intake *in, enum intake_source from, usec until, struct intake_stats *out);

/* One look each, for the thread and for tests. */
void intake_folder_look(struct intake *in, usec rest);
MUST_USE err intake_imap_look(struct intake *in);

#endif
