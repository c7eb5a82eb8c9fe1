/* Inquiries: what arrived, where it went, and what became of it. Inputs, each with the shape of its body:
 *
 *   inquiry.received   ""   channel, person, sealed (base64: what was written, only edge can open it), language, model,
 *                           category, category_score, sentiment, sentiment_score, urgency, urgency_score, scores {},
 *                           topics [names], why [sentences: which words spoke], bytes; message, refs [digests],
 *                           subject_key (digest), answers (bool: its subject says Re:), sketch [32 numbers], times {},
 *                           trials [what challengers said, core/registry/registry.h]
 *   inquiry.assigned   id   department, consultant [""], comment [""]: a person decides
 *   inquiry.relabelled id   category, sentiment, urgency (those that change or are confirmed), comment [""]
 *   inquiry.judged     id   model, category, category_score, sentiment, sentiment_score, urgency, urgency_score, scores
 * {}, why []: a newer model's word; not where a person has labelled inquiry.answered   id   comment [""] inquiry.closed
 * id  comment [""] inquiry.erased     person               everything of that person: their key is deleted by the edge
 *
 * What follows: inquiry.routed, inquiry.held (a person decides), inquiry.repeated (a duplicate), inquiry.late.
 * States: review -> open -> answered -> closed; duplicate. Timers: inquiry_late (the clock), inquiry_open (somebody
 * begins work), inquiry_notices (people are told in one sum).
 */
#ifndef WEIR_CORE_INQUIRY_INQUIRY_H
#define WEIR_CORE_INQUIRY_INQUIRY_H

#include "core/core_internal.h"

/* Names of the models that judge them, in the registry. */
#define INQUIRY_MODEL_CATEGORY "inquiry-category"
#define INQUIRY_MODEL_SENTIMENT "inquiry-sentiment"
#define INQUIRY_MODEL_URGENCY "inquiry-urgency"

err input_inquiry_received(struct cx *cx);
err input_inquiry_assigned(struct cx *cx);
err input_inquiry_relabelled(struct cx *cx);
err input_inquiry_judged(struct cx *cx);
err input_inquiry_answered(struct cx *cx);
err input_inquiry_closed(struct cx *cx);
err input_inquiry_erased(struct cx *cx);
void inquiry_late(struct cx *cx, str id);
void inquiry_hours_open(struct cx *cx, str id);
void inquiry_notices_due(struct cx *cx, str subject); /* timer: tell in one sum what was too much for an hour */

#endif
