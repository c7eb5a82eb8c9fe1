/* The registry: models by name and version, the one in use (its champion), one on trial beside it (its challenger), and
 * how each came there. Inputs, each with the shape of its body; the subject is the model's name:
 *
 *   model.registered   kind (text, file), digest, bytes, data [""], code [""], held_back [""], parent [0], metrics
 * [{}], sources [[]], origin [""], comment [""]. The next version; the same file again changes nothing. model.judged
 * version, margin [0], metric ["accuracy"], lower [false], comment [""], and either champion, score, before, held_back
 * [""], rows [0], wins, losses (both or neither): what both made of one held-back set; or none of these: then the
 * trial's labels count, or recorded metrics of the same held_back; or force (true) with a comment: a person decides.
 *   model.rolled_back  version [0: the one before], comment [""]
 *   model.aliased      alias, version (0 removes it), comment [""]. Not champion, not challenger.
 *   model.tried        version (0 ends the trial), share [0], comment [""]. Share 0 is a shadow: its word counts
 * nowhere. model.mirrored     version, direction (push, pull), url, remote
 *
 * What follows: model.promoted, model.kept (not better, and why), model.restored, model.trial.ended.
 *
 * Which model judged is recorded with each case; so is what a challenger would have said: the array `trials` of an
 * inquiry. Labels of people compare both, fairly: people mostly correct what they are shown, and so see the faults of
 * the one they are shown. So only cases count in which whose word was shown had even chance (`fair`); a shadow alone
 * never is evidence. A challenger that is worse beyond chance ends its trial by itself. */
#ifndef WEIR_CORE_REGISTRY_REGISTRY_H
#define WEIR_CORE_REGISTRY_REGISTRY_H

#include "core/core_internal.h"

enum {
    MODEL_NAME_MAX = 64,
    MODEL_NAMES_MAX = 1000,
    MODEL_VERSIONS_MAX = 100000,
    MODEL_METRICS_MAX = 64,
    TRIAL_JUDGED_MAX = 100000, /* cases kept of one trial; more are judged, not kept */
};
#define MODEL_CHAMPION "champion"
#define MODEL_CHALLENGER "challenger"

/* Small letters, digits, '-', '_' and '.', beginning with a letter or digit; 1 to MODEL_NAME_MAX. */
bool model_name_ok(str name);
/* 64 hexadecimal digits in small letters. */
bool model_digest_ok(str s);

err input_model_registered(struct cx *cx);
err input_model_judged(struct cx *cx);
err input_model_rolled_back(struct cx *cx);
err input_model_aliased(struct cx *cx);
err input_model_tried(struct cx *cx);
err input_model_mirrored(struct cx *cx);

/* trial.c. What a case carries: [{model, version, champion, challenger, used, fair}]; those of a trial that is over are
 * passed over. And what a person said of it. */
void trial_cases(struct cx *cx, json *trials, int64_t item);
void trial_truth(struct cx *cx, str model, int64_t item, str truth);

#endif
