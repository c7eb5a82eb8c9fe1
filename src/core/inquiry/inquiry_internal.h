/* What the files of the desk share. */
#ifndef WEIR_CORE_INQUIRY_INTERNAL_H
#define WEIR_CORE_INQUIRY_INTERNAL_H

#include "core/inquiry/inquiry.h"
#include "core/inquiry/routing.h"

enum { SKETCH_LEN = 32 };

/* One inquiry as its row says. */
struct inquiry {
    int64_t seq, priority, level, thread, duplicate_of;
    usec received, due;
    str id, state, channel, person, language, category, sentiment, urgency, labelled_by, department, consultant, topics;
    double category_score, sentiment_score, urgency_score;
};

/* Errors: ERR_NOT_FOUND. */
MUST_USE err inquiry_get(struct cx *cx, str id, struct inquiry *out);
str inquiry_id(struct cx *cx, int64_t seq);
/* Labels and scores of the body are what they must be: ERR_INPUT. */
MUST_USE err inquiry_check_labels(struct cx *cx);
bool inquiry_active(const struct inquiry *q); /* review or open */

/* Decide where it goes now (route.c), with `extra` points, and write that down. `cause` is the entry that led to it. */
void inquiry_route(struct cx *cx, struct inquiry *q, int64_t cause);
/* Tell people, event: "late" or "escalated". Once for each inquiry and event, and at most NOTICES_AN_HOUR in an hour:
 * what is more is one sum when an hour is over. Nothing of what was written is in it, the core cannot read that. */
enum { NOTICES_AN_HOUR = 20 };
void inquiry_tell(struct cx *cx, const struct inquiry *q, const char *event);

void tally(struct cx *cx, const char *name, str word, int64_t n);

#endif
