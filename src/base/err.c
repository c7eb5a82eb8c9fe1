#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

PRINTF_LIKE(2, 0) static err format(enum err_code code, const char *fmt, va_list ap)
{
    err e = { .code = code };
    (void)vsnprintf(e.msg, sizeof e.msg, fmt, ap);
    return e;
}

static err append(err e, const char *tail)
{
    size_t len = strlen(e.msg);
    const char *const parts[] = { ": ", tail };
    for (size_t i = 0; i < 2; i++)
        for (const char *p = parts[i]; *p && len < sizeof e.msg - 1; p++) e.msg[len++] = *p;
    e.msg[len] = 0;
    return e;
}

err err_make(enum err_code code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    err e = format(code, fmt, ap);
    va_end(ap);
    return e;
}

err err_wrap(err cause, const char *fmt, ...)
{
    if (!cause.code) return cause;
    va_list ap;
    va_start(ap, fmt);
    err e = format(cause.code, fmt, ap);
    va_end(ap);
    return append(e, cause.msg[0] ? cause.msg : err_text(cause.code));
}

err err_errno(const char *fmt, ...)
{
    int saved = errno;
    va_list ap;
    va_start(ap, fmt);
    err e = format(saved == ENOSPC || saved == EDQUOT ? ERR_NO_SPACE : ERR_IO, fmt, ap);
    va_end(ap);
    return append(e, strerror(saved));
}

bool err_lasting(err e)
{
    return e.code == ERR_INPUT || e.code == ERR_NOT_FOUND || e.code == ERR_CONFLICT || e.code == ERR_LIMIT ||
           e.code == ERR_DENIED;
}

#define ERR_CASE_TEXT(code, text) [code] = text,
#define ERR_CASE_NAME(code, text) [code] = #code,

const char *err_text(enum err_code code)
{
    static const char *const texts[] = { "fine", ERR_LIST(ERR_CASE_TEXT) };
    return texts[code];
}

const char *err_name(enum err_code code)
{
    static const char *const names[] = { "ERR_NONE", ERR_LIST(ERR_CASE_NAME) };
    return names[code] + strlen("ERR_");
}
