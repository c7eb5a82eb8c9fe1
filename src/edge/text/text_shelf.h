/* Classifiers that are asked often: mapped and checked once, then lent to whoever asks, many at a time. Files are named
 * by their digest and never change. Also what reading without a model needs. */
#ifndef WEIR_EDGE_TEXT_TEXT_SHELF_H
#define WEIR_EDGE_TEXT_TEXT_SHELF_H

#include "edge/text/text_file.h"
#include "engine/text/text_language.h"

struct text_shelf; /* opaque */

enum { TEXT_SHELF_PLACES = 16 }; /* more than threads that ask; the one unused longest makes room */

struct text_shelf *text_shelf_open(void);
void text_shelf_close(struct text_shelf *s); /* accepts NULL; nothing may be lent */

/* The classifier at `path`, read-only; *model ends with text_shelf_return, on the same thread or another.
 * Errors: of text_file_open; ERR_FULL (all places are lent).   Thread: any. */
MUST_USE err text_shelf_borrow(struct text_shelf *s, str path, const struct text_model **model);
void text_shelf_return(struct text_shelf *s, const struct text_model *model);
const struct text_languages *text_shelf_languages(const struct text_shelf *s);

#endif
