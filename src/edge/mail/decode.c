/* From bytes on the wire to UTF-8. */
#include <errno.h>
#include <iconv.h>

#include "base/buf.h"
#include "edge/mail/mail_internal.h"

enum { DECODED_MAX = 4 << 20 };

static int digit64(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

str mail_base64(str text, struct arena *a)
{
    struct buf out = buf_init(DECODED_MAX);
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < text.len; i++) {
        int v = digit64(text.ptr[i]);
        if (text.ptr[i] == '=') have = 0; /* padding; another run may follow */
        if (v < 0) continue;
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        buf_char(&out, (char)(bits >> have & 0xff));
    }
    return buf_take(&out, a);
}

static int digit16(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* At '=': a byte, a soft line end, or a mere equals sign. Gives how many bytes were used. */
static size_t quoted_one(str s, struct buf *out)
{
    size_t i = 1;
    while (i < s.len && (s.ptr[i] == ' ' || s.ptr[i] == '\t' || s.ptr[i] == '\r')) i++;
    if (i < s.len && s.ptr[i] == '\n') return i + 1;
    int high = s.len > 2 ? digit16(s.ptr[1]) : -1, low = s.len > 2 ? digit16(s.ptr[2]) : -1;
    if (high < 0 || low < 0) {
        if (s.len > 1) buf_char(out, '=');
        return 1;
    }
    buf_char(out, (char)(high * 16 + low));
    return 3;
}

str mail_quoted(str text, bool header, struct arena *a)
{
    struct buf out = buf_init(DECODED_MAX);
    for (size_t at = 0; at < text.len;) {
        char c = text.ptr[at];
        if (c == '=') {
            at += quoted_one(str_cut(text, at, text.len), &out);
            continue;
        }
        buf_char(&out, header && c == '_' ? ' ' : c);
        at++;
    }
    return buf_take(&out, a);
}

static str latin1(str text, struct arena *a)
{
    struct buf out = buf_init(2 * DECODED_MAX);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x80) buf_char(&out, (char)(0xc0 | c >> 6));
        buf_char(&out, (char)(c < 0x80 ? c : 0x80 | (c & 0x3f)));
    }
    return buf_take(&out, a);
}

/* Bytes that the character set does not have become a question mark. */
static bool convert(iconv_t cd, str text, struct buf *out)
{
    char chunk[4096];
    char *from = (char *)(uintptr_t)text.ptr;
    size_t left = text.len;
    while (left) {
        char *to = chunk;
        size_t room = sizeof chunk;
        size_t rc = iconv(cd, &from, &left, &to, &room);
        buf_add(out, str_span(chunk, to));
        if (out->full) return true;
        if (rc == (size_t)-1 && errno != E2BIG) {
            buf_char(out, '?');
            from++;
            left--;
        }
    }
    return true;
}

str mail_utf8(str text, str charset, struct arena *a)
{
    static const str plain[] = { STR_INIT(""), STR_INIT("utf-8"), STR_INIT("utf8"), STR_INIT("us-ascii"),
                                 STR_INIT("ascii") };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (str_eq_nocase(charset, plain[i])) return str_utf8_valid(text) ? text : latin1(text, a);
    char name[40];
    if (charset.len >= sizeof name) return latin1(text, a);
    for (size_t i = 0; i < charset.len; i++) /* "//IGNORE" and the like are no names */
        if (charset.ptr[i] == '/' || charset.ptr[i] < 0x21) return latin1(text, a);
    (void)snprintf(name, sizeof name, STR_FMT, STR_ARG(charset));
    iconv_t cd = iconv_open("UTF-8", name);
    if (cd == (iconv_t)-1) return latin1(text, a);
    struct buf out = buf_init(DECODED_MAX);
    (void)convert(cd, text, &out);
    (void)iconv_close(cd);
    str got = buf_take(&out, a);
    return str_utf8_valid(got) ? got : latin1(text, a);
}
