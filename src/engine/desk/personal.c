/* What is personal in a text, by its form: mail addresses, telephone numbers, IBANs and cards. */
#include "engine/desk/desk.h"

enum { MAIL_MAX = 254, SPANS_MAX = 2000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool in_local(char c)
{
    return is_letter(c) || is_digit(c) || (c && strchr("._%+-'", c));
}

static bool in_domain(char c)
{
    return is_letter(c) || is_digit(c) || c == '.' || c == '-';
}

/* Around an '@' at `at`. */
static bool mail_at(str s, size_t at, size_t least, struct personal_span *out)
{
    size_t from = at, to = at + 1;
    while (from > least && in_local(s.ptr[from - 1]) && at - from < MAIL_MAX) from--;
    while (to < s.len && in_domain(s.ptr[to]) && to - at < MAIL_MAX) to++;
    while (to > at + 1 && (s.ptr[to - 1] == '.' || s.ptr[to - 1] == '-')) to--;
    bool dotted = str_find(str_cut(s, at, to - at), STR("."), 0) > 1;
    *out = (struct personal_span){ PERSONAL_MAIL, from, to - from };
    return from < at && to > at + 3 && dotted;
}

/* A run of digits with the marks people put between them, begun at a digit or '+'. */
struct digits {
    char d[40];
    size_t count, to, groups;
    bool plus, date;
};

static struct digits digits_at(str s, size_t at)
{
    struct digits g = { .plus = s.ptr[at] == '+', .to = at };
    size_t dots = 0;
    for (size_t i = at + g.plus; i < s.len && g.count < sizeof g.d; i++) {
        char c = s.ptr[i], before = i > at ? s.ptr[i - 1] : ' ';
        if (is_digit(c)) {
            if (!g.count || !is_digit(before)) g.groups++;
            g.d[g.count++] = c;
            g.to = i + 1;
            continue;
        }
        if (!strchr(" -/.()", c) || (!is_digit(before) && before != ')' && before != ' ' && c != ' ')) break;
        dots += c == '.' || (c == '-' && g.count == 4) || (c == '-' && g.count == 6);
    }
    g.date = dots >= 2 && g.count <= 8; /* 31.12.2026 and 2026-12-31 */
    return g;
}

static bool luhn(const struct digits *g)
{
    int sum = 0;
    for (size_t i = 0; i < g->count; i++) {
        int d = g->d[g->count - 1 - i] - '0';
        if (i % 2) d = d * 2 > 9 ? d * 2 - 9 : d * 2;
        sum += d;
    }
    return sum % 10 == 0;
}

static bool number_at(str s, size_t at, struct personal_span *out)
{
    struct digits g = digits_at(s, at);
    *out = (struct personal_span){ PERSONAL_CARD, at, g.to - at };
    if (!g.plus && g.count >= 13 && g.count <= 19 && luhn(&g)) return true;
    out->kind = PERSONAL_PHONE;
    bool begins = g.plus || g.d[0] == '0' || g.groups >= 3;
    return begins && !g.date && g.count >= 8 && g.count <= 15 && (g.plus || g.groups >= 2 || g.d[0] == '0');
}

/* Two letters, two check digits, up to 30 letters and digits in groups; ISO 7064 modulo 97. */
static bool iban_at(str s, size_t at, struct personal_span *out)
{
    char text[40];
    size_t n = 0, to = at;
    for (size_t i = at; i < s.len && n < 34; i++) {
        char c = s.ptr[i];
        if (c == ' ' && n >= 4 && i + 1 < s.len &&
            (is_digit(s.ptr[i + 1]) || (s.ptr[i + 1] >= 'A' && s.ptr[i + 1] <= 'Z')))
            continue;
        if (!is_digit(c) && !(c >= 'A' && c <= 'Z')) break;
        text[n++] = c;
        to = i + 1;
        unsigned rest = 0;
        if (n < 15) continue;
        for (size_t k = 0; k < n; k++) {
            char v = text[(k + 4) % n];
            rest = is_digit(v) ? (rest * 10 + (unsigned)(v - '0')) % 97 : (rest * 100 + (unsigned)(v - 'A' + 10)) % 97;
        }
        bool ends = to == s.len || !(is_digit(s.ptr[to]) || is_letter(s.ptr[to]));
        if (rest == 1 && ends) {
            *out = (struct personal_span){ PERSONAL_IBAN, at, to - at };
            return true;
        }
    }
    return false;
}

static bool span_at(str s, size_t at, size_t least, struct personal_span *out)
{
    char c = s.ptr[at], before = at ? s.ptr[at - 1] : ' ';
    bool apart = !is_letter(before) && !is_digit(before);
    if (c == '@') return mail_at(s, at, least, out);
    if (apart && c >= 'A' && c <= 'Z' && at + 4 < s.len && s.ptr[at + 1] >= 'A' && s.ptr[at + 1] <= 'Z' &&
        is_digit(s.ptr[at + 2]) && is_digit(s.ptr[at + 3]))
        return iban_at(s, at, out);
    return apart && before != '#' && (is_digit(c) || (c == '+' && at + 1 < s.len && is_digit(s.ptr[at + 1]))) &&
           number_at(s, at, out);
}

size_t desk_personal(str text, struct personal_span *out, size_t max)
{
    size_t n = 0, least = 0;
    for (size_t at = 0; at < text.len && n < max; at++) {
        struct personal_span found;
        if (!span_at(text, at, least, &found)) continue;
        out[n++] = found;
        least = found.from + found.len;
        at = least - 1;
    }
    return n;
}

static str without_name(str s, str name, struct arena *a)
{
    struct buf b = buf_init(4 * s.len + 64);
    for (size_t at = 0; at < s.len;) {
        bool here = name.len > 2 && str_eq_nocase(str_cut(s, at, name.len), name);
        if (here) buf_add(&b, STR("[name]"));
        else buf_char(&b, s.ptr[at]);
        at += here ? name.len : 1;
    }
    return buf_take(&b, a);
}

str desk_redact(str text, str name, struct arena *a)
{
    static const char *const words[] = { "[mail]", "[phone]", "[iban]", "[card]" };
    struct personal_span *spans = ARENA_ARRAY(a, struct personal_span, SPANS_MAX);
    size_t n = desk_personal(text, spans, SPANS_MAX), at = 0;
    if (n == SPANS_MAX) return STR("[too much personal data to show]");
    struct buf b = buf_init(4 * text.len + 64);
    for (size_t i = 0; i < n; i++) {
        buf_add(&b, str_cut(text, at, spans[i].from - at));
        buf_add(&b, str_of(words[spans[i].kind]));
        at = spans[i].from + spans[i].len;
    }
    buf_add(&b, str_cut(text, at, text.len));
    str masked = buf_take(&b, a), part, rest = name;
    masked = without_name(masked, str_trim(name), a);
    while (rest.len && str_next(&rest, ' ', &part)) masked = without_name(masked, part, a);
    return masked;
}
