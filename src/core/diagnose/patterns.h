/* What a failed program said: a table of patterns over the lines of its output, and the choice of the line that counts.
 *
 * A pattern is found anywhere in a line, whatever the case of ASCII letters. In it
 *   *        stands for any run of bytes, as short as fits
 *   {name}   captures: after a quote everything up to the same quote, else a run of word bytes (letters, digits, _ . -
 * : / @ $ + and bytes over 127, without a trailing dot or colon); at least 1, at most 128 bytes ~        a border: no
 * letter or digit on one of its two sides ^        only as the first byte: the start of the line (after white space)
 * Matching never goes back over more than one `*`, so a line of n bytes costs at most n times the pattern's length.
 */
#ifndef WEIR_CORE_DIAGNOSE_PATTERNS_H
#define WEIR_CORE_DIAGNOSE_PATTERNS_H

#include "core/words.h"

enum { CLUE_CAPTURES = 2, CLUES_MAX = 8 };

struct pattern {
    const char *text;
    enum cause_kind kind;
    int percent;       /* how sure this line alone makes us when it is the last word of a failed step */
    const char *means; /* for people, or NULL: the cause's own sentence says it */
};
extern const struct pattern patterns[];
extern const size_t pattern_count;

struct capture {
    str name;  /* "column", "host", "file", ...: points into the table */
    str value; /* points into the line */
};

struct clue {
    const struct pattern *pattern;
    str line;        /* points into the output, trimmed, at most 240 bytes */
    double strength; /* 0..1: the pattern's, discounted for warnings and for distance from the final error */
    struct capture captures[CLUE_CAPTURES];
    size_t capture_count;
};

/* Does `pattern` occur in `line`? Captures go to caps (room for CLUE_CAPTURES), their number to *count. */
bool pattern_match(const char *pattern, str line, struct capture *caps, size_t *count);
/* The row that says most about one line, or NULL. */
const struct pattern *pattern_of_line(str line, struct capture *caps, size_t *count);
/* The clues in the tail of a failed step's output, strongest first, one a kind of cause, at most `max` (up to
 * CLUES_MAX). Looks at the last 400 lines, 1 KiB of each. Thread: any. */
size_t clues_in(str output, struct clue *out, size_t max);
/* The value captured under `name`, or empty. */
str clue_capture(const struct clue *c, const char *name);

#endif
