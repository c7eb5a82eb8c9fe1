/* Inquiries from files: mbox and single mails, CSV, JSON Lines and a JSON array.
 *
 *   .eml .mbox, or a file that begins with "From " or a header   mails
 *   .csv .tsv                 a header with body (text, message), and any of subject, sender_email (email, from),
 *                             sender_name (name), message_id (id)
 *   .jsonl .ndjson .json      objects with the same names
 *
 * A row without an id and a mail without a Message-ID get one made of their content, so that a file may be taken twice
 * without harm. Mails that machines sent (auto-replies, delivery reports) are passed over and counted. */
#ifndef WEIR_EDGE_INQUIRY_INTAKE_FILE_H
#define WEIR_EDGE_INQUIRY_INTAKE_FILE_H

#include "edge/inquiry/desk.h"

enum { INTAKE_FILE_MAX = 256 << 20 };

struct intake_report {
    int64_t read, passed_over, unreadable; /* given to take; sent by machines; rows that have no text or do not parse */
};
/* take: called for each; its strings live for the call; an error of it ends the reading.
 * Errors: of the file, ERR_INPUT (of no known kind, no column with a text), those of take.   Thread: any. */
MUST_USE err intake_file(str path, err (*take)(void *ctx, const struct inquiry_mail *m), void *ctx,
                         struct intake_report *out);
/* One mail's bytes; false when a machine sent it. */
bool intake_mail(str bytes, str channel, struct arena *a, struct inquiry_mail *out);

#endif
