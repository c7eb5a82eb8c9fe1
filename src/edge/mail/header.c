/* What stands in headers: encoded words, addresses, dates, parameters. */
#include "base/buf.h"
#include "edge/mail/mail_internal.h"

enum { HEADER_MAX = 64 << 10 };

/* "=?charset?B?text?=" at `at`; gives its length, 0 when it is none. */
static size_t word_at(str s, size_t at, struct arena *a, str *out)
{
    str charset, how, text, rest = str_cut(s, at + 2, s.len);
    if (!str_starts(str_cut(s, at, 2), STR("=?"))) return 0;
    if (!str_next(&rest, '?', &charset) || !str_next(&rest, '?', &how) || !rest.ptr) return 0;
    ptrdiff_t end = str_find(rest, STR("?="), 0);
    if (end < 0 || how.len != 1 || charset.len > 40) return 0;
    text = str_cut(rest, 0, (size_t)end);
    if (str_find(text, STR(" "), 0) >= 0) return 0;
    char kind = (char)(how.ptr[0] | 32);
    if (kind != 'b' && kind != 'q') return 0;
    ptrdiff_t star = str_find(charset, STR("*"), 0); /* a language may follow: "utf-8*en" */
    if (star >= 0) charset = str_cut(charset, 0, (size_t)star);
    str bytes = kind == 'b' ? mail_base64(text, a) : mail_quoted(text, true, a);
    *out = mail_utf8(bytes, charset, a);
    return (size_t)(rest.ptr + end + 2 - (s.ptr + at));
}

str mail_words(str header, struct arena *a)
{
    struct buf out = buf_init(4 * HEADER_MAX);
    bool after_word = false;
    header = str_cut(header, 0, HEADER_MAX);
    for (size_t at = 0; at < header.len;) {
        str word;
        size_t space = at;
        while (space < header.len && strchr(" \t\r\n", header.ptr[space]) && header.ptr[space]) space++;
        size_t took = space < header.len ? word_at(header, space, a, &word) : 0;
        if (took) { /* white space between two encoded words is none */
            if (!after_word && space > at) buf_char(&out, ' ');
            buf_add(&out, word);
            at = space + took;
        } else if (space > at) {
            buf_char(&out, ' ');
            at = space;
        } else buf_char(&out, header.ptr[at++]);
        after_word = took > 0;
    }
    str text = buf_take(&out, a);
    return str_utf8_valid(text) ? text : mail_utf8(text, STR("iso-8859-1"), a);
}

static str unquote(str s)
{
    s = str_trim(s);
    return s.len > 1 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"' ? str_trim(str_cut(s, 1, s.len - 2)) : s;
}

/* The first address ends at a comma that is in no quotes, brackets or parentheses. */
static str first_of(str s)
{
    bool quoted = false;
    int inside = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '"') quoted = !quoted;
        if (!quoted && (c == '(' || c == '<')) inside++;
        if (!quoted && (c == ')' || c == '>')) inside--;
        if (!quoted && inside <= 0 && (c == ',' || c == ';')) return str_cut(s, 0, i);
    }
    return s;
}

void mail_address(str header, struct arena *a, str *address, str *name)
{
    str s = str_trim(first_of(str_cut(header, 0, HEADER_MAX)));
    ptrdiff_t open = -1, close = -1, paren = str_find(s, STR("("), 0);
    for (size_t i = 0; i < s.len; i++) { /* the last pair: a name may hold brackets, too */
        if (s.ptr[i] == '<') open = (ptrdiff_t)i;
        if (s.ptr[i] == '>') close = (ptrdiff_t)i;
    }
    *name = STR("");
    if (open >= 0 && close > open) {
        *address = str_trim(str_cut(s, (size_t)open + 1, (size_t)(close - open) - 1));
        *name = str_trim(mail_words(unquote(str_cut(s, 0, (size_t)open)), a));
    } else if (paren > 0) {
        *address = str_trim(str_cut(s, 0, (size_t)paren));
        str rest = str_cut(s, (size_t)paren + 1, s.len), inner;
        (void)str_next(&rest, ')', &inner);
        *name = str_trim(mail_words(inner, a));
    } else *address = s;
    if (str_find(*address, STR("@"), 0) < 1) {
        if (!name->len) *name = str_trim(mail_words(*address, a));
        *address = STR("");
    }
}

static int64_t zone_of(str s)
{
    static const struct {
        const char *name;
        int hours;
    } zones[] = { { "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 },
                  { "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 } };
    int64_t hh = 0, mm = 0;
    if (s.len == 5 && (s.ptr[0] == '+' || s.ptr[0] == '-') && !str_to_i64(str_cut(s, 1, 2), &hh).code &&
        !str_to_i64(str_cut(s, 3, 2), &mm).code && hh < 24 && mm < 60)
        return (s.ptr[0] == '-' ? -1 : 1) * (hh * 60 + mm);
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (str_eq_nocase(s, str_of(zones[i].name))) return zones[i].hours * 60;
    return 0;
}

static bool clock_of(str s, int64_t *seconds)
{
    str rest = s, part;
    int64_t v[3] = { 0 };
    size_t n = 0;
    while (n < 3 && rest.len && str_next(&rest, ':', &part))
        if (str_to_i64(part, &v[n++]).code) return false;
    *seconds = v[0] * 3600 + v[1] * 60 + v[2];
    return n >= 2 && v[0] >= 0 && v[0] < 24 && v[1] >= 0 && v[1] < 60 && v[2] >= 0 && v[2] <= 60;
}

usec mail_date(str header)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    str parts[8], rest = header, part;
    size_t n = 0;
    while (n < 8 && rest.len && str_next(&rest, ' ', &part))
        if (str_trim(part).len) parts[n++] = str_trim(part);
    size_t at = n && (str_ends(parts[0], STR(",")) || parts[0].ptr[0] > '9') ? 1 : 0;
    int64_t day = 0, year = 0, seconds = 0;
    int month = 0;
    if (n < at + 4 || str_to_i64(parts[at], &day).code || str_to_i64(parts[at + 2], &year).code ||
        !clock_of(parts[at + 3], &seconds))
        return 0;
    for (int i = 0; i < 12; i++)
        if (str_eq_nocase(str_cut(parts[at + 1], 0, 3), (str){ months + 3 * i, 3 })) month = i + 1;
    if (year < 100) year += year < 50 ? 2000 : 1900;
    if (!month || day < 1 || day > 31 || year < 1970 || year > 9999) return 0;
    int64_t minutes = n > at + 4 ? zone_of(parts[at + 4]) : 0;
    int64_t t = days_from_civil(year, month, (int)day) * 86400 + seconds - minutes * 60;
    return t > 0 && t < USEC_MAX / USEC_SECOND ? t * USEC_SECOND : 0;
}

str mail_param(str header, const char *name, struct arena *a)
{
    str rest = header, part, want = str_of(name);
    (void)str_next(&rest, ';', &part);
    while (rest.len && str_next(&rest, ';', &part)) {
        str value = str_trim(part), key;
        (void)str_next(&value, '=', &key);
        if (value.ptr && str_eq_nocase(str_trim(key), want)) return str_dup(a, unquote(value));
    }
    return STR("");
}
