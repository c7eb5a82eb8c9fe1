/* What can be read from a text without a model, in one: its language, what has a form, phrases and a summary; as
 * `weir text read --json` and the server tell it. Thread: any, one struct text_reading each. */
#ifndef WEIR_EDGE_TEXT_TEXT_READING_H
#define WEIR_EDGE_TEXT_TEXT_READING_H

#include "base/json.h"
#include "engine/text/text_entities.h"
#include "engine/text/text_gist.h"
#include "engine/text/text_language.h"

enum { READING_ENTITIES_MAX = 1000, READING_SENTENCES = 2, READING_PHRASES = 5 };

/* About 75 KB. */
struct text_reading {
    struct text_language_guess language;
    struct text_entity entity[READING_ENTITIES_MAX];
    struct text_span sentence[READING_SENTENCES], phrase[READING_PHRASES];
    size_t entities, sentences, phrases;
    struct text_gist room;
};

void text_read(const struct text_languages *l, str text, struct text_reading *out);
/* "language" (null: too short to say), "probability", "entities", "summary", "phrases" of an open object. */
void text_reading_write(struct jw *w, str text, const struct text_reading *r);
/* Summary and phrases alone. */
void text_read_gist(str text, struct text_reading *out);
void text_gist_write(struct jw *w, str text, const struct text_reading *r);

#endif
