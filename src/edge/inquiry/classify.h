/* The one door to whatever judges inquiries: today the words of a file, a trained model where one is set up. What it
 * says is recorded with the inquiry, so replay never asks again. */
#ifndef WEIR_EDGE_INQUIRY_CLASSIFY_H
#define WEIR_EDGE_INQUIRY_CLASSIFY_H

#include "base/err.h"
#include "edge/inquiry/axis_models.h"
#include "engine/desk/desk.h"

struct inquiry_classifier; /* opaque */

#define INQUIRY_MODEL_INSIDE "inside"

/* rules: path of a file of words, "" = the built-in ones. models: INQUIRY_MODEL_INSIDE, the model that weir brings; a
 * folder with inquiries.model (weir inquiries train), or with category.model, sentiment.model and urgency.model (weir
 * text train; any may be missing): what words and one of these say is multiplied; "" = none. encoder: path of the
 * sentence encoder's model, which is used when it is there.
 * Errors: of file_read and text_file_open; ERR_INPUT, "file:line:column: ...".   Thread: main. */
MUST_USE err inquiry_classifier_open(str rules, str models, str encoder, struct inquiry_classifier **out);
void inquiry_classifier_close(struct inquiry_classifier *c); /* accepts NULL */
/* Labels with scores, the language, topics and why. by->name is what judged: "words-" and eight digits of the file's
 * digest, then the models. Strings live in `a` or as long as the classifier. Thread: any. */
void inquiry_classify(struct inquiry_classifier *c, str subject, str body, struct arena *a, struct desk_verdict *out,
                      struct judged_by *by);
/* The words alone. */
const struct desk_rules *inquiry_classifier_words(const struct inquiry_classifier *c);
/* The models beside the words, for the registry to change. */
struct axis_models *inquiry_classifier_models(struct inquiry_classifier *c);

/* What it cost, for /metrics. */
enum { CLASSIFY_BUCKETS = 8 };
extern const double classify_bounds_ms[CLASSIFY_BUCKETS];
struct classify_stats {
    int64_t buckets[CLASSIFY_BUCKETS], count,
        sum_us; /* buckets: at most so many milliseconds, each with those before */
};
struct classify_stats inquiry_classify_stats(struct inquiry_classifier *c);

#endif
