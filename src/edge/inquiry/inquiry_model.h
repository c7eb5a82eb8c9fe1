/* The model that judges inquiries beside the words: one for category, sentiment and urgency together (`weir inquiries
 * train`). weir has one of its own inside, learned from examples/inquiries; where the sentence encoder is there it uses
 * it. Several threads judge at once, each with scratch of its own. */
#ifndef WEIR_EDGE_INQUIRY_MODEL_H
#define WEIR_EDGE_INQUIRY_MODEL_H

#include "base/err.h"
#include "engine/desk/desk.h"

struct inquiry_model; /* opaque */

/* The bytes of the model inside weir, 64-byte aligned. */
str inquiry_model_default(void);

/* path: a file of `weir inquiries train`, "" = the model inside weir. encoder: where the sentence encoder's model is,
 * when it is. Errors: of reading a file; ERR_CORRUPT, ERR_TOO_NEW.   Thread: main. */
MUST_USE err inquiry_model_open(str path, str encoder, struct inquiry_model **out);
void inquiry_model_close(struct inquiry_model *m); /* accepts NULL; nobody may be inside */

/* Let it speak on what the words said: `v` has their scores and gets the model's. Labels that the model does not know
 * keep the share that the words gave them. True: the sentence encoder read it, too; it does where it is there and words
 * do not tell every label plainly (text_stack.h), which hangs on the text alone. Thread: any; waits while all scratch
 * is in use. */
bool inquiry_model_judge(struct inquiry_model *m, str subject, str body, struct arena *a, struct desk_verdict *v);
/* "inquiries-" and eight digits of its checksum, and "-without-encoder" where that is missing. In `a`. */
str inquiry_model_name(const struct inquiry_model *m, struct arena *a);

#endif
