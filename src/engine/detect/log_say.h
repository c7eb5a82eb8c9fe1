/* What one line of output says about success and failure: its level, its words, and how it hangs together with the
 * lines before it. English, as programs write it; the lists are in log_say.c. Pure. */
#ifndef WEIR_ENGINE_DETECT_LOG_SAY_H
#define WEIR_ENGINE_DETECT_LOG_SAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum log_level { LOG_LEVEL_NONE, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

struct log_say {
    enum log_level level; /* what stands at its beginning: [ERROR], WARN, fatal: ... */
    uint8_t trouble;      /* words of failure: 0 none .. 3 an exception, a fatal error; "0 errors" is none */
    bool outcome; /* says only that something failed, not what or why: "BUILD FAILED in 14s", "3 passed, 1 failed" */
    char heading; /* a title over what follows, by what marks it: ':' "Failures:", '=' "=== FAILURES ==="; 0: none */
    bool step;            /* names the step of a build that failed */
    bool indented;        /* by two columns or a tab, after time and level: goes on with what stands above */
    bool frame;           /* of a stack: "at org.x.Y(Z.java:12)", "File "x.py", line 3", "Caused by:", "src/x.php:31" */
    bool under;           /* "  12:7  error  ...": a complaint about the file that is named above */
    bool item;            /* "1) ...": a failure's number in a list of them */
    bool pointer;         /* "      ^~~~": shows where in the line above */
    bool ruler;           /* punctuation without a word: "   |", "^~~~" */
    bool blank;           /* nothing but white space, after time and level */
};

struct log_say log_say_read(str line);
/* The line without time stamps, columns and colours at its start: what a program itself wrote. A view. */
str log_said(str line);

#endif
