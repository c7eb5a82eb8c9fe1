/* An inquiry is judged again, by a newer model or by other words: edge/flow does so for what is still open and no
 * person has labelled. What is with a consultant, or was routed with confidence, stays where it is; what waits for a
 * person's decision is routed anew, for the newer model may be sure. */
#include "core/inquiry/inquiry_internal.h"

static str text_of(struct cx *cx, const char *key)
{
    return json_str(json_get(cx->body, key), STR(""));
}

static err get_open(struct cx *cx, struct inquiry *q)
{
    err e = inquiry_get(cx, cx->in->subject, q);
    if (e.code) return e;
    if (!inquiry_active(q)) return err_make(ERR_CONFLICT, STR_FMT " is not open any more", STR_ARG(q->id));
    if (q->labelled_by.len)
        return err_make(ERR_CONFLICT, STR_FMT " was labelled by " STR_FMT, STR_ARG(q->id), STR_ARG(q->labelled_by));
    return inquiry_check_labels(cx);
}

static bool take(struct cx *cx, const char *axis, const char *score_key, str *label, double *score)
{
    str word = text_of(cx, axis);
    *score = json_get_f64(cx->body, score_key, 0);
    if (str_eq(word, *label)) return false;
    tally(cx, axis, *label, -1);
    tally(cx, axis, word, 1);
    *label = word;
    return true;
}

err input_inquiry_judged(struct cx *cx)
{
    struct inquiry q;
    err e = get_open(cx, &q);
    if (e.code) return e;
    cx_enter(cx, q.id, 0);
    bool changed = take(cx, "category", "category_score", &q.category, &q.category_score);
    changed |= take(cx, "sentiment", "sentiment_score", &q.sentiment, &q.sentiment_score);
    changed |= take(cx, "urgency", "urgency_score", &q.urgency, &q.urgency_score);
    tally(cx, "judged_again", changed ? STR("changed") : STR("same"), 1);
    tx_exec(cx->tx, SQL_INQUIRY_LABEL, V(q.seq), V(cx->now), V(q.category), V(q.category_score), V(q.sentiment),
            V(q.sentiment_score), V(q.urgency), V(q.urgency_score), V(""));
    tx_exec(cx->tx, SQL_INQUIRY_MODEL, V(q.seq), V(text_of(cx, "model")));
    if (STR_IS(q.state, "review")) inquiry_route(cx, &q, cx->seq);
    return OK;
}
