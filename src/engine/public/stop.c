/* How libweir stops when it finds itself broken: the host may define weir_promise_broken. It takes the place of
 * base/stop.c, and of the C library's assert. */
#include "base/stop.h"

#include <stdlib.h>

__attribute__((weak)) void weir_promise_broken(const char *why);
__attribute__((visibility("hidden"))) _Noreturn void __assert_fail(const char *expression, const char *file,
                                                                   unsigned line, const char *in);

_Noreturn void stop(const char *why)
{
    if (weir_promise_broken) weir_promise_broken(why);
    abort();
}

_Noreturn void __assert_fail(const char *expression, const char *file, unsigned line, const char *in)
{
    (void)file, (void)line, (void)in;
    stop(expression);
}
