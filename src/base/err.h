/* Errors are small values: a code to branch on and a sentence for people. No allocation, no lifetime. */
#ifndef WEIR_BASE_ERR_H
#define WEIR_BASE_ERR_H

#include <stdbool.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt_at, args_at) __attribute__((format(printf, fmt_at, args_at)))

#define ERR_LIST(X)                                                                                                    \
    X(ERR_IO, "input or output failed")                                                                                \
    X(ERR_CORRUPT, "stored data does not decode")                                                                      \
    X(ERR_TOO_NEW, "written by a later version")                                                                       \
    X(ERR_INPUT, "the input is not valid")                                                                             \
    X(ERR_LIMIT, "a limit was reached")                                                                                \
    X(ERR_FULL, "a queue is full, try again later")                                                                    \
    X(ERR_DENIED, "not allowed")                                                                                       \
    X(ERR_NOT_FOUND, "no such thing")                                                                                  \
    X(ERR_CONFLICT, "the state does not allow it")                                                                     \
    X(ERR_TIMEOUT, "took too long")                                                                                    \
    X(ERR_STOPPED, "shutting down")                                                                                    \
    X(ERR_READ_ONLY, "the store is read-only")                                                                         \
    X(ERR_NO_SPACE, "the disk is full")

#define ERR_ENUM(code, text) code,
enum err_code { ERR_NONE, ERR_LIST(ERR_ENUM) };
#undef ERR_ENUM

typedef struct {
    enum err_code code;
    char msg[252];
} err;

#define OK ((err){ .code = ERR_NONE })

/* An error with a sentence; longer sentences are cut. */
MUST_USE PRINTF_LIKE(2, 3) err err_make(enum err_code code, const char *fmt, ...);
/* "what was being done: cause"; keeps the code. An OK stays OK. */
MUST_USE PRINTF_LIKE(2, 3) err err_wrap(err cause, const char *fmt, ...);
/* As err_make, with ": strerror(errno)" appended; ENOSPC and EDQUOT become ERR_NO_SPACE. */
MUST_USE PRINTF_LIKE(1, 2) err err_errno(const char *fmt, ...);
/* The same input would meet it again; any other error is worth another try. */
bool err_lasting(err e);
/* The sentence of a code, such as "no such thing". */
const char *err_text(enum err_code code);
/* The code's short name for machines, such as "NOT_FOUND". */
const char *err_name(enum err_code code);

#endif
