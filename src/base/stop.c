#include "base/stop.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void stop(const char *why)
{
    (void)fprintf(stderr, "weir: %s\n", why);
    abort();
}
