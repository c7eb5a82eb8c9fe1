/* Tables and cards for people: aligned, within 80 columns (or the terminal's, when it is narrower), colour only when
 * asked. */
#ifndef WEIR_EDGE_CLI_TABLE_H
#define WEIR_EDGE_CLI_TABLE_H

#include <stdio.h>

#include "base/arena.h"
#include "base/str.h"

enum { TABLE_COLUMNS_MAX = 12 };

struct table {
    struct arena *arena;
    size_t columns, rows, cap;
    const char *heads[TABLE_COLUMNS_MAX];
    bool right[TABLE_COLUMNS_MAX]; /* numbers */
    bool wraps[TABLE_COLUMNS_MAX]; /* sentences */
    bool whole[TABLE_COLUMNS_MAX]; /* never cut */
    bool spare[TABLE_COLUMNS_MAX]; /* left out where there is no room for all */
    str *cells;                    /* rows x columns */
    int width;                     /* 80 */
    bool color;
};

/* heads ends with NULL. A head may begin with signs: '>' is a column of numbers, set to the right; '~' holds sentences,
 * which go on in up to three lines where they would be cut; '!' is never cut, for what people copy; '?' is left out,
 * the last first, where the others would be cut for it. */
struct table table_init(struct arena *a, const char *const *heads, bool color);
/* Add a row; the cells are copied, control characters in them are shown as '?', so that no text steers the terminal. */
void table_row(struct table *t, const str *cells);
/* Print with a head line. Columns that are too wide together are narrowed from the widest on, and cut with "...". */
void table_print(const struct table *t, FILE *out);

/* "name      text": the text is wrapped under itself. An empty text prints nothing. */
void card_line(FILE *out, struct arena *a, const char *name, str text);
/* A heading between parts of a card. */
void card_head(FILE *out, const char *text, bool color);
/* "- text" under a heading, wrapped; `indent` columns in. */
void card_item(FILE *out, struct arena *a, int indent, str text);

/* Colours by meaning; empty strings without colour. */
enum tone { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_FAINT, TONE_BOLD };
const char *tone_on(enum tone tone, bool color);
const char *tone_off(bool color);

/* A copy in which control characters (but not newlines, when kept) are '?'. */
str plain_text(struct arena *a, str s);
/* How sure something is: "87 %", and "over 99 %" for what rounding would call certain. */
str sure_text(struct arena *a, double p);
/* "8.6 kB", "23.9 MB". */
str size_text(struct arena *a, size_t bytes);
/* Columns a UTF-8 text takes, counting one for each character. */
size_t text_columns(str s);

#endif
