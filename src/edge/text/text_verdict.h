/* What a classifier says of one text, as the commands and the server tell it. Thread: any. */
#ifndef WEIR_EDGE_TEXT_TEXT_VERDICT_H
#define WEIR_EDGE_TEXT_TEXT_VERDICT_H

#include "base/json.h"
#include "engine/text/text_explain.h"

enum { TEXT_REASONS = 5 };

struct text_verdict {
    str label;      /* empty: none of the classes */
    double p;       /* of the likeliest class */
    const str *set; /* labels that hold the truth 95 times in 100, likeliest first */
    size_t set_count;
    struct text_reason why[TEXT_REASONS];
    size_t why_count;
};

/* Room for one text; zeroed once, then used for text after text. */
struct text_verdict_room {
    struct text_work work;
    struct text_guess guess; /* of the text asked last */
    str set[TEXT_CLASSES_MAX];
};
/* `vector` as text_classify has it; why: with the words that spoke. Strings of *out live as long as the model, the text
 * and the room. */
void text_verdict_of(const struct text_model *m, str text, const float *vector, bool why, struct text_verdict_room *r,
                     struct text_verdict *out);
/* "label" (null: none), "probability", "set" of an open object. */
void text_verdict_write(struct jw *w, const struct text_verdict *v);
void text_verdict_why(struct jw *w, const struct text_verdict *v);

#endif
