/* The models that judge inquiries beside the words: for category, sentiment and urgency each the one in use, and one on
 * trial. They come from a folder, or from the registry (inquiry-category, inquiry-sentiment, inquiry-urgency), whose
 * word counts before the folder's; the registry may bring others at any time. */
#ifndef WEIR_EDGE_INQUIRY_AXIS_MODELS_H
#define WEIR_EDGE_INQUIRY_AXIS_MODELS_H

#include "base/json.h"
#include "edge/registry/registry.h"
#include "engine/desk/desk.h"

enum { AXES_JUDGED = 3 };
struct axis_models; /* opaque */

/* folder, encoder: as inquiry_classifier_open has them. Errors: of text_file_open.   Thread: main. */
MUST_USE err axis_models_open(str folder, str encoder, struct axis_models **out);
void axis_models_close(struct axis_models *m); /* accepts NULL */
/* Take what the registry has in use. A model that does not open is told in the log, and the one before it stays. */
void axis_models_use(struct axis_models *m, const struct registry_use *items, size_t count);

/* What a challenger would have said. */
struct axis_trial {
    const char *model; /* name in the registry */
    int64_t version;
    str champion, challenger; /* labels, as words and model say together */
    bool used, fair;          /* the challenger's counted; whose did had even chance (core/registry/registry.h) */
};
struct judged_by {
    str name; /* of what judged, for the record; in the arena */
    struct axis_trial trials[AXES_JUDGED];
    size_t trial_count;
    bool encoded; /* the model of all questions asked the sentence encoder (inquiry_model.h) */
};
/* Let the models speak on what the words said (`v`). by->name is `words`, and behind it the models: "+category@3".
 * Thread: any. */
void axis_models_judge(struct axis_models *m, str words, str subject, str body, struct arena *a, struct desk_verdict *v,
                       struct judged_by *by);
/* "trials":[...] of an inquiry's entry; nothing when there are none. */
void axis_trials_write(const struct judged_by *by, struct jw *w);
/* Lines for /metrics: what each model cost, how sure it was, and what it said, by version. */
void axis_models_metrics(struct axis_models *m, struct buf *out);

#endif
