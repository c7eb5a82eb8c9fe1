/* What the files of mail share: from the bytes of a header or a part to its text. Results live in `a`; whatever is
 * broken gives what can be read of it, and nothing fails. Thread: any. */
#ifndef WEIR_EDGE_MAIL_INTERNAL_H
#define WEIR_EDGE_MAIL_INTERNAL_H

#include "edge/mail/mail.h"

/* Transfer encodings; broken input gives what can be read of it. */
str mail_base64(str text, struct arena *a);
str mail_quoted(str text, bool header, struct arena *a); /* header: '_' is a space (RFC 2047) */
/* To UTF-8. */
str mail_utf8(str text, str charset, struct arena *a);
/* The value of a header's parameter: charset="utf-8" -> utf-8; "" = not there. */
str mail_param(str header, const char *name, struct arena *a);

#endif
