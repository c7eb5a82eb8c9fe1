/* What is new in the output of a failed run, compared with one that passed: which lines carry the error, in which order
 * to read them.
 *
 * 1. A line is fresh when no line of the passed run has the same masked form (log_line.h), so that times, sizes and ids
 * do not count. In a line that speaks of failure, zero and not zero differ ("1 failed" is not "0 failed").
 * 2. Fresh lines that speak of trouble (log_say.h), name a place in a file and complain, or stand right above a stack
 * begin a block. It goes on over stack frames, indented and unlabelled fresh lines and lines of level error, and ends
 * at a line known from the passed run or of a lower level, or back at the margin after a stack. A heading ("Failures:")
 * or a numbered item ("1) ...") opens a section: all that is new in it belongs, also after blank lines. Up to three new
 * lines between two marked ones belong to them.
 * 3. Lines that only say or count that something failed ("BUILD FAILED in 14s", "3 passed, 1 failed") stay out. When
 * nothing else is left, the fresh lines as such are the answer.
 *
 * Plain line difference on masked lines is what the comparison of build logs in CiDiff (Hubner et al., ISSTA 2025)
 * begins with, too; there are no learned weights here. Lines end with LF, CR LF or CR (a progress bar is many lines).
 * Pure; time and memory are linear. Thread: any. */
#ifndef WEIR_ENGINE_DETECT_LOG_DIFF_H
#define WEIR_ENGINE_DETECT_LOG_DIFF_H

#include "base/arena.h"

enum { LOG_DIFF_LINES_MAX = 1 << 22, LOG_DIFF_RANKED_MAX = 100 };

struct log_diff_line {
    uint32_t number; /* in the failed run, from 1; every line end counts */
    uint32_t row;    /* as editors count: LF only */
    str text;        /* a view into `fail` */
    double score;    /* 0..1, the higher the more it says */
    bool begins;     /* the first of a block */
};

struct log_diff {
    size_t pass_lines, fail_lines, fresh;
    struct log_diff_line *lines; /* those that carry the error, in order */
    size_t count;
    struct log_diff_line *ranked; /* the best of them, different ones, best first; at most LOG_DIFF_RANKED_MAX */
    size_t ranked_count;
    bool guessed; /* no line speaks of trouble: these are just what is new */
};

/* Both texts may be empty. `a` needs about 100 bytes a line. Errors: ERR_LIMIT (more than LOG_DIFF_LINES_MAX lines, or
 * the arena's cap). */
MUST_USE err log_diff(str pass, str fail, struct arena *a, struct log_diff *out);

#endif
