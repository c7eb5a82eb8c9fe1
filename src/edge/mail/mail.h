/* Mails as bytes (RFC 5322 with MIME, RFC 2045 to 2047; mbox, RFC 4155) to the text people wrote. Whatever the bytes,
 * something readable comes out: what is broken is taken as it stands.
 *
 * Limits: MAIL_MAX bytes a mail, 64 parts, 8 levels, 200 KiB of text; beyond them the rest is left out. Text comes as
 * UTF-8; letters of other character sets go through iconv, unknown ones count as Latin-1. Thread: any. Memory from the
 * caller's arena: three times the mail, and 1 MiB, are enough.
 */
#ifndef WEIR_EDGE_MAIL_MAIL_H
#define WEIR_EDGE_MAIL_MAIL_H

#include "base/arena.h"
#include "base/str.h"
#include "base/time.h"

enum { MAIL_MAX = 32 << 20, MAIL_REFS_MAX = 32, MAIL_TEXT_MAX = 200 << 10 };

struct mail {
    str subject, from_address, from_name, message_id; /* "" where there is none; the id without < and > */
    str refs[MAIL_REFS_MAX];                          /* of In-Reply-To and References, newest last */
    size_t ref_count;
    usec sent;                                        /* 0 = unknown */
    str text; /* the first text/plain part, else the first text/html with its tags */
    size_t attachments;                               /* parts that were left out */
    bool automatic;                                   /* sent by a machine: Auto-Submitted, bulk, delivery reports */
};

void mail_read(str bytes, struct arena *a, struct mail *out);

/* The next mail of an mbox; false at its end. ">From " lines are given back as they were written (mboxrd). The mail is
 * a part of `rest`, or a copy in `a` where lines were quoted. */
bool mbox_next(str *rest, struct arena *a, str *mail);

/* "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=" -> "Grüße": the encoded words of a header. */
str mail_words(str header, struct arena *a);
/* "Ana <ana@example.com>", "ana@example.com (Ana)", "ana@example.com": the first address of a header. */
void mail_address(str header, struct arena *a, str *address, str *name);
/* "Mon, 4 May 2026 08:00:00 +0200" (RFC 5322, also with obsolete zones); 0 when it is none. */
usec mail_date(str header);

#endif
