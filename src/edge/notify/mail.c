/* The text of a mail: RFC 5322 headers, a body that is base64 so that no line of it can mean anything to SMTP. */
#include "base/hash.h"
#include "edge/notify/notify.h"

enum { SUBJECT_MAX = 200, WORD_BYTES = 42, LINE_BYTES = 57, BODY_MAX = 1 << 16 };

/* An address goes into commands and headers as it is: nothing in it may end either. */
static bool address_ok(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || strchr("<>\",;:\\()[]\x7f", s.ptr[i])) return false;
    return s.len > 0 && s.len <= 254 && str_find(s, STR("@"), 0) > 0;
}

static bool plain(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || (unsigned char)s.ptr[i] > 0x7e) return false;
    return str_find(s, STR("=?"), 0) < 0;
}

/* Plain, or encoded words (RFC 2047) on lines of their own: a title can start no header. */
static void add_subject(struct buf *b, str s, struct arena *a)
{
    s = str_utf8_prefix(s, SUBJECT_MAX);
    buf_add(b, STR("Subject: "));
    if (plain(s) && s.len < 60) {
        buf_add(b, s);
    } else {
        for (bool first = true; s.len; first = false) {
            str word = str_utf8_prefix(s, WORD_BYTES);
            if (!word.len) word = str_cut(s, 0, 1); /* bytes that are no UTF-8 */
            str text = base64_text(word, a);
            buf_fmt(b, "%s=?utf-8?B?" STR_FMT "?=", first ? "" : "\r\n ", STR_ARG(text));
            s = str_cut(s, word.len, s.len);
        }
    }
    buf_add(b, STR("\r\n"));
}

static void add_date(struct buf *b, usec wall)
{
    static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    int64_t day = wall / USEC_DAY, year = 0, second = wall % USEC_DAY / USEC_SECOND;
    int month = 1, mday = 1;
    civil_from_days(day, &year, &month, &mday);
    buf_fmt(b, "Date: %s, %02d %s %04lld %02lld:%02lld:%02lld +0000\r\n", days[day % 7], mday, months[month - 1],
            (long long)year, (long long)second / 3600, (long long)second / 60 % 60, (long long)second % 60);
}

static void add_body(struct buf *b, const struct notice *n, struct arena *a)
{
    str text = str_fmt(a,
                       STR_FMT "\r\n\r\n" STR_FMT "\r\n\r\nseverity: " STR_FMT "\r\nincident: " STR_FMT
                               "\r\nevent: " STR_FMT "\r\n" STR_FMT "\r\n",
                       STR_ARG(n->title), STR_ARG(str_utf8_prefix(n->text, BODY_MAX / 2)), STR_ARG(n->severity),
                       STR_ARG(n->incident), STR_ARG(n->event), STR_ARG(n->url));
    for (size_t at = 0; at < text.len; at += LINE_BYTES) {
        buf_add(b, base64_text(str_cut(text, at, LINE_BYTES), a));
        buf_add(b, STR("\r\n"));
    }
}

static err add_people(struct buf *b, const struct notify_channel *ch)
{
    if (!address_ok(ch->from)) return err_make(ERR_INPUT, "the sender is not a mail address");
    if (!ch->to.count) return err_make(ERR_INPUT, "there is nobody to send to");
    buf_fmt(b, "From: weir <" STR_FMT ">\r\nTo: ", STR_ARG(ch->from));
    for (size_t i = 0; i < ch->to.count; i++) {
        if (!address_ok(ch->to.items[i])) return err_make(ERR_INPUT, "receiver %zu is not a mail address", i + 1);
        buf_fmt(b, "%s" STR_FMT, i ? ",\r\n " : "", STR_ARG(ch->to.items[i]));
    }
    buf_add(b, STR("\r\n"));
    return OK;
}

err mail_text(const struct notify_channel *ch, const struct notice *n, usec wall, struct arena *a, str *out)
{
    struct buf b = buf_init(4 * BODY_MAX);
    struct sha256 id = sha256_of(n->key);
    str hex = hex_text((str){ (char *)id.b, 16 }, a),
        domain = str_cut(ch->from, (size_t)(str_find(ch->from, STR("@"), 0) + 1), 254);
    err e = add_people(&b, ch);
    add_subject(&b, str_fmt(a, "[weir] " STR_FMT ": " STR_FMT, STR_ARG(n->severity), STR_ARG(n->title)), a);
    add_date(&b, wall);
    buf_fmt(&b, "Message-ID: <" STR_FMT "@" STR_FMT ">\r\n", STR_ARG(hex),
            STR_ARG(domain)); /* a copy is known as one */
    buf_add(&b, STR("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    "Content-Transfer-Encoding: base64\r\n\r\n"));
    add_body(&b, n, a);
    if (!e.code && b.full) e = err_make(ERR_LIMIT, "the mail is too long");
    if (!e.code) *out = str_dup(a, buf_view(&b));
    buf_done(&b);
    return e;
}
