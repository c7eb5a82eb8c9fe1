/* From text to the terms that an index counts.
 *
 * A word is a run of letters and digits, in lower case, accents off, stemmed (Snowball English, M. Porter), common
 * words left out. An identifier gives its parts and itself: KubePodCrashLooping gives kube, pod, crash, loop and
 * kubepodcrashlooping; kube_pod_status and /var/lib/docker likewise. Scripts without spaces give pairs of characters.
 */
#ifndef WEIR_ENGINE_KNOWLEDGE_TERMS_H
#define WEIR_ENGINE_KNOWLEDGE_TERMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum {
    TERM_MAX = 64,        /* bytes of a term; what is longer is cut there */
    TERM_PARTS_MAX = 32,  /* parts of one identifier */
};

/* A word in lower case to its stem, valid until the next call; one that gives nothing keeps the word. */
typedef str stem_fn(void *ctx, str word);
struct terms {
    stem_fn *stem; /* NULL: words count as they are */
    void *ctx;
};

struct index_term {
    str text;        /* valid during the call */
    size_t at, len;  /* where it stands in the text */
    bool whole;      /* an identifier as it is written, beside its parts */
};

typedef void term_fn(void *ctx, const struct index_term *term);

/* With the English stemmer of Snowball; its memory is the library's, on the heap, some hundred bytes (terms_english.c).
 * Errors: ERR_LIMIT (no memory). Thread: any, one at a time. */
MUST_USE err terms_open(struct terms **out);
void terms_close(struct terms *t); /* accepts NULL */
/* Every term of the text, in its order, any bytes accepted. */
void terms_each(struct terms *t, str text, term_fn *take, void *ctx);

#endif
