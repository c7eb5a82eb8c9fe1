#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"

static enum log_level shown = LOG_INFO;

void log_set_level(enum log_level level)
{
    shown = level;
}

void log_line(enum log_level level, const char *fmt, ...)
{
    static const char *const names[] = { "error", "warn", "info", "debug" };
    if (level > shown) return;
    struct timespec ts;
    (void)clock_gettime(CLOCK_REALTIME, &ts);
    char when[TIME_TEXT_MAX], line[2048];
    (void)time_text((usec)ts.tv_sec * USEC_SECOND + ts.tv_nsec / 1000, when);
    int n = snprintf(line, sizeof line, "%s %s ", when, names[level]);
    va_list ap;
    va_start(ap, fmt);
    int m = vsnprintf(line + n, sizeof line - (size_t)n - 1, fmt, ap);
    va_end(ap);
    size_t len = (size_t)n + (m < 0 ? 0 : (size_t)m);
    if (len > sizeof line - 2) len = sizeof line - 2;
    for (size_t i = (size_t)n; i < len; i++) /* a log line stays one line, whatever the data */
        if ((unsigned char)line[i] < ' ') line[i] = ' ';
    line[len] = '\n';
    (void)!write(STDERR_FILENO, line, len + 1); /* one write: lines of threads do not mix */
}
