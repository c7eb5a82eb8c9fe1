/* What the files of the desk share: words of a text as rules look for them, and the rules when they are read. */
#ifndef WEIR_ENGINE_DESK_INTERNAL_H
#define WEIR_ENGINE_DESK_INTERNAL_H

#include "engine/desk/desk.h"

enum { PHRASE_WORDS_MAX = 6, TOKENS_MAX = 6000, WORD_MAX = 48 };

struct token {
    str text;
    bool begins; /* a sentence or clause */
    float weight;
};

/* Words of a text, folded; `text` may be anything. Appends to `out` (room for TOKENS_MAX in all). */
void desk_tokens(str text, float weight, struct arena *a, struct token *out, size_t *count);

enum axis { AXIS_CATEGORY, AXIS_SENTIMENT, AXIS_URGENCY, AXIS_LANGUAGE, AXIS_TOPIC, AXES };

struct phrase {
    str words[PHRASE_WORDS_MAX];
    bool open[PHRASE_WORDS_MAX]; /* "refund*": any word that begins so */
    uint8_t count, axis, label;
    float weight;
    str shown;
    struct phrase *next; /* of the same first word */
};

struct label {
    str name;
    double prior;
};

struct desk_rules {
    struct label labels[AXES][DESK_LABELS_MAX];
    size_t label_count[AXES];
    double sharpness[AXES]; /* of the softmax */
    double unknown;         /* what "cannot tell" scores */
    struct phrase **whole, **open; /* by the hash of the first word */
    struct phrase *negations; /* a chain of their own: axis and label say nothing */
    size_t slots;
};

#endif
