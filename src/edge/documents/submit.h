/* A document as the body of the input "knowledge.loaded": read, cut and digested here, stored by the core. */
#ifndef WEIR_EDGE_DOCUMENTS_SUBMIT_H
#define WEIR_EDGE_DOCUMENTS_SUBMIT_H

#include "edge/documents/formats.h"

enum { SUBMIT_TEXT_MAX = 900 << 10 }; /* bytes of the body, so that it fits an entry */

struct submission {
    str id, title, source, version; /* title may be empty: the first heading, else the id */
    str roles;                      /* JSON array, "" = all */
    usec valid_from, valid_to;
    str comment;                    /* of who approved it, "" = none */
};

/* The body, into `out`. Errors: ERR_LIMIT (too long for an entry), ERR_INPUT (nothing to read in it). */
MUST_USE err submit_body(const struct submission *s, enum document_format f, const struct block_list *blocks,
                         struct arena *a, struct buf *out);

/* The digest that such a body says: of the passages, so that the same words again are told before they are given. */
MUST_USE err submit_hash(const struct block_list *blocks, struct arena *a, str *out);

#endif
