/* What a model's examples leave behind, so that the drift of inquiries can be measured against them without keeping
 * them: of up to 500, spread over all, the category, the language, how long the text was, and which words it had, each
 * once and in alphabetical order. Personal data is masked, and a word that fewer than four examples use is not kept:
 * one of 4,096 numbers stands for it ("\xc2\xa7" "3fa"), the same for many words. Texts to compare go the same way, so
 * that what was taken from one side is missing on the other, too. `weir inquiries train` writes it beside the model. */
#ifndef WEIR_EDGE_INQUIRY_REFERENCE_H
#define WEIR_EDGE_INQUIRY_REFERENCE_H

#include "base/buf.h"
#include "base/err.h"
#include "edge/inquiry/inquiry_train.h"

#define REFERENCE_ENDS ".reference"
enum {
    REFERENCE_ROWS = 500,  /* at most */
    REFERENCE_USERS = 4,   /* a word that so many examples have is kept as it is */
    REFERENCE_NUMBERS = 4096,
    REFERENCE_FILE_MAX = 16 << 20
};

struct reference_row {
    str category, language;
    str text;      /* for reference_write what was written, masked; as read, words with a blank between them */
    double length; /* log2(1 + bytes of what was written) */
};
struct inquiry_reference {
    struct reference_row *row;
    size_t rows;
    str *known; /* the words that are kept, in byte order */
    size_t known_count;
};

double reference_length(str text);
/* Errors: ERR_LIMIT (no room in `a`; about four times the texts). Thread: any, like all of these. */
MUST_USE err reference_write(const struct reference_row *row, size_t rows, struct arena *a, struct buf *out);
/* Of the examples that a model was trained on: their labels, and their texts masked. Errors: as above. */
MUST_USE err reference_of(const struct inquiry_examples *x, struct buf *out);
/* Views into `text` and `a`. Errors: ERR_INPUT (not JSON), ERR_CORRUPT (not a reference), ERR_TOO_NEW, ERR_LIMIT. */
MUST_USE err reference_parse(str text, struct arena *a, struct inquiry_reference *out);
/* A text as the rows of `r` are: small letters, each word once, numbers for words that it does not know. In `a`. */
str reference_words(const struct inquiry_reference *r, str text, struct arena *a);
/* Does the number stand for the word? False for what is no number. */
bool reference_means(str number, str word);
bool reference_number(str word);

#endif
