/* The inquiry desk at the edge: what arrives is judged, sealed with its writer's key and handed to the core; what is
 * asked for is opened again. Only here, and only in memory, is what people wrote readable. */
#ifndef WEIR_EDGE_INQUIRY_DESK_H
#define WEIR_EDGE_INQUIRY_DESK_H

#include "base/json.h"
#include "core/core.h"
#include "core/inquiry/routing.h"
#include "edge/inquiry/classify.h"
#include "store/persons.h"

struct inquiry_desk; /* opaque */

struct desk_opts {
    str data_dir; /* PERSONS_FILE is in it; "" = in memory, for tests */
    str rules;    /* file of words, "" = the built-in ones */
    str models, encoder; /* as inquiry_classifier_open has them; "" = none */
    struct store *store;
    struct env *env;
    err (*apply)(void *ctx, struct tx *tx, const struct input *in, int64_t *seq); /* the core's door */
    void *ctx;
};

enum { INQUIRY_SUBJECT_MAX = 1000, INQUIRY_BODY_MAX = 200 << 10, INQUIRY_REFS_MAX = 32 };

/* An inquiry as it arrives; all text is UTF-8, longer parts are cut. */
struct inquiry_mail {
    str channel; /* api, file, folder, mbox, imap */
    str subject, body, sender_email, sender_name;
    str message_id, refs[INQUIRY_REFS_MAX]; /* of mails; may be empty */
    size_t ref_count;
    usec sent; /* as it says itself, 0 = unknown */
};

/* Deletes keys of people who were erased and whose key is still there (a crash, a restored copy).
 * Errors: of persons_open and inquiry_classifier_open.   Thread: main. */
MUST_USE err desk_open(const struct desk_opts *opts, struct inquiry_desk **out);
void desk_close(struct inquiry_desk *d); /* accepts NULL */

/* Judge and seal; the input for the core lives in `a` (4 MiB is enough for any). Errors: ERR_INPUT (nothing is said),
 * those of persons_of.   Thread: any. */
MUST_USE err desk_prepare(struct inquiry_desk *d, const struct inquiry_mail *m, str actor, struct arena *a,
                          struct input *out);
/* desk_prepare and apply, waiting for the commit; *seq 0: it was known already. Thread: any but the writer. */
MUST_USE err desk_take(struct inquiry_desk *d, const struct inquiry_mail *m, str actor, int64_t *seq);

/* Judge again what is there, by what judges now (*name, as the record has it): the input inquiry.judged in `a`.
 * ERR_NOT_FOUND: it was erased.   Thread: any. */
MUST_USE err desk_judge_again(struct inquiry_desk *d, int64_t seq, struct arena *a, str *name, struct input *out);
/* What judges now; during a trial another name is possible for some. */
str desk_judge_name(struct inquiry_desk *d, struct arena *a);

/* What was written, opened; strings live in a. */
struct inquiry_text {
    str subject, body, sender_email, sender_name, message_id;
    usec sent;
    str scores, words; /* JSON: all labels of all axes; the phrases that spoke */
    bool erased; /* the key, or the entry's body, is gone: the texts are empty */
};
MUST_USE err desk_open_text(struct inquiry_desk *d, struct tx *tx, int64_t seq, struct arena *a,
                            struct inquiry_text *out);
/* Whether each of the words is in its subject, body or sender, whatever the case; it is opened only when that is not
 * known without. Memory of `a` is for the caller to take back.   Thread: any. */
MUST_USE err desk_text_has(struct inquiry_desk *d, struct tx *tx, int64_t seq, const str *words, size_t count,
                           struct arena *a, bool *has);
/* What was written with personal data masked, for those who may not see it. */
void inquiry_text_redact(struct inquiry_text *t, struct arena *a);

/* The person of an address, for filters; ERR_NOT_FOUND. */
MUST_USE err desk_person(struct inquiry_desk *d, str address, struct person *out);
/* Erase everything of an address: the record says so, then the key goes. Errors: ERR_NOT_FOUND, of the store. */
MUST_USE err desk_erase(struct inquiry_desk *d, str address, str actor, int64_t *seq);

/* desk_names.c: the routing rules in force; the caller ends them with routing_free(). */
MUST_USE err desk_routing(struct inquiry_desk *d, struct arena *a, struct routing **out);
/* Whether there is such a category (of the words or the routing rules), such a department (of the routing rules).
 * Errors: ERR_INPUT with the nearest there is; of the store.   Thread: any but the writer. */
MUST_USE err desk_check_category(struct inquiry_desk *d, str category, struct arena *a);
MUST_USE err desk_check_department(struct inquiry_desk *d, str department, struct arena *a);

/* Another judge of the same words and settings, with these models of the registry: to compare. The caller closes it. */
MUST_USE err desk_rehearsal(struct inquiry_desk *d, const struct registry_use *models, size_t count,
                            struct inquiry_classifier **out);
struct inquiry_classifier *desk_classifier(struct inquiry_desk *d);
/* For /metrics: how long a submitted inquiry took from its request to its commit. Thread: any. */
void desk_submitted(struct inquiry_desk *d, usec took);
usec desk_now(struct inquiry_desk *d); /* monotonic */
/* How many were submitted so far, and how many of them took over 2 s. Thread: any. */
void desk_count(struct inquiry_desk *d, int64_t *submits, int64_t *slow);
/* Lines for /metrics: inference, and what the tallies say. */
void desk_metrics(struct inquiry_desk *d, struct buf *out);

/* "category":...,"sentiment":...,"urgency":... with every label's score. */
void verdict_scores(const struct desk_verdict *v, struct jw *w);

#endif
