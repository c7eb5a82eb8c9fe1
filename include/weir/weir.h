/* libweir: weir's detectors for other programs. Include this, or the header of the part you need.
 *
 *   weir/detect.h    samples of one series -> alarms that explain themselves; changes for good
 *   weir/drift.h     two samples of a column -> is it still distributed as it was?
 *   weir/log.h       lines -> templates; a passed and a failed run -> what is new
 *   weir/stream.h    numbers one by one -> has the stream changed? A model's mistakes likewise
 *   weir/estimate.h  probabilities of a classifier -> how well it does, before labels are known
 *   weir/lineage.h   SQL -> which tables and columns feed which
 *   weir/graph.h     what feeds what -> up, down, what a change of a column breaks
 *   weir/encode.h    sentences -> vectors that are near where the meanings are
 *   weir/classify.h  a text -> its class by a trained model, how sure that is, and why
 *   weir/names.h     texts -> classes that are known by their names alone
 *   weir/search.h    a question -> the passages that answer it, by words and vectors, and why
 *
 * Memory is yours: an object lives in memory that you give, whose size its weir_..._size() tells; a call that needs
 * room for its work takes a struct weir_memory, and what it returns points into that. Nothing is allocated, nothing is
 * global, no clock is read, nothing is printed. Any object may be used by any thread, by one at a time. Calls that can
 * fail return an enum weir_code and, when `error` is not NULL, a sentence. Times are microseconds since 1970. Text is
 * UTF-8 with its length, not terminated.
 *
 * When libweir finds itself broken (it should not) it calls weir_promise_broken(why) if the host defines that function,
 * which must not return; else abort(). */
#ifndef WEIR_WEIR_H
#define WEIR_WEIR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_API __attribute__((visibility("default")))

/* Grows by one with every change that a program compiled before it could notice. */
#define WEIR_ABI 1
WEIR_API int weir_abi(void);
/* Such as "0.1.0". */
WEIR_API const char *weir_version(void);

enum weir_code {
    WEIR_OK = 0,
    WEIR_CORRUPT = 2, /* saved bytes do not decode */
    WEIR_TOO_NEW = 3, /* saved by a later version */
    WEIR_INPUT = 4,   /* an argument is not valid; the sentence says which and what was expected */
    WEIR_LIMIT = 5    /* the memory given is too small, or the input is past a limit of the method */
};

struct weir_error {
    int code;
    char message[252];
};

struct weir_text {
    const char *ptr;
    size_t len;
};

struct weir_memory { /* for the work of one call and what it returns; used from the start each time */
    void *ptr;
    size_t size;
};

#ifdef __cplusplus
}
#endif

#endif
