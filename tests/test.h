/* Tests on cmocka with self-registration: TEST(name) { CHECK(...); }. One binary per x_test.c, TAP on stdout. */
#ifndef WEIR_TESTS_TEST_H
#define WEIR_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/str.h"

/* Register a test; called before main by TEST. */
void test_add(const char *name, void (*run)(void **));

#define TEST(name)                                                                                                     \
    static void name(void);                                                                                            \
    static void name##_run(void **state)                                                                               \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        name();                                                                                                        \
    }                                                                                                                  \
    __attribute__((constructor)) static void name##_add(void)                                                          \
    {                                                                                                                  \
        test_add(#name, name##_run);                                                                                   \
    }                                                                                                                  \
    static void name(void)

#define CHECK(cond)                                                                                                    \
    do {                                                                                                               \
        if (!(cond)) test_failed(__FILE__, __LINE__, "%s", #cond);                                                     \
    } while (0)
#define CHECK_OK(expr)                                                                                                 \
    do {                                                                                                               \
        err check_e = (expr);                                                                                          \
        if (check_e.code) test_failed(__FILE__, __LINE__, "%s: %s: %s", #expr, err_name(check_e.code), check_e.msg);   \
    } while (0)
#define CHECK_ERR(expr, want)                                                                                          \
    do {                                                                                                               \
        err check_e = (expr);                                                                                          \
        if (check_e.code != (want))                                                                                    \
            test_failed(__FILE__, __LINE__, "%s: got %s, want %s", #expr, err_name(check_e.code), #want);              \
    } while (0)
#define CHECK_I64(got, want)                                                                                           \
    do {                                                                                                               \
        long long check_g = (long long)(got), check_w = (long long)(want);                                             \
        if (check_g != check_w) test_failed(__FILE__, __LINE__, "%s is %lld, want %lld", #got, check_g, check_w);      \
    } while (0)
#define CHECK_STR(got, want)                                                                                           \
    do {                                                                                                               \
        str check_g = (got), check_w = str_of(want);                                                                   \
        if (!str_eq(check_g, check_w))                                                                                 \
            test_failed(__FILE__, __LINE__, "%s is '" STR_FMT "', want '" STR_FMT "'", #got, STR_ARG(check_g),         \
                        STR_ARG(check_w));                                                                             \
    } while (0)
/* Leave the test here; scripts/count_tests.py counts it as skipped, and wants the reason in tests/skips.txt. Only in
 * the test function itself: cmocka's own skip() prints "not ok". */
#define SKIP(why)                                                                                                      \
    do {                                                                                                               \
        (void)printf("# skipped: %s\n", why);                                                                          \
        (void)fflush(stdout);                                                                                          \
        return;                                                                                                        \
    } while (0)

PRINTF_LIKE(3, 4) void test_failed(const char *file, int line, const char *fmt, ...);
/* A fresh folder for this test's files, removed when the program ends. The string lives until then. */
str test_dir(void);
/* A count for long loops: `quick` in `make test`, `full` when WEIR_TEST_FULL is set. */
int test_count(int quick, int full);
/* ../shared/data (or $WEIR_DATA) plus `rel`, or empty when it is absent: then SKIP("no data"). */
str test_data(const char *rel);

#endif
