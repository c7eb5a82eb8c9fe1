#include "engine/text/text_entities.h"

#include <stdbool.h>

/* Each form says how many bytes at the head of `s` it takes, 0: it is not there. What stands before is no part of a
 * word. */
typedef size_t form_fn(str s);

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_alnum(char c)
{
    return is_digit(c) || (((unsigned char)c | 0x20U) >= 'a' && ((unsigned char)c | 0x20U) <= 'z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (((unsigned char)c | 0x20U) >= 'a' && ((unsigned char)c | 0x20U) <= 'f');
}

static char at(str s, size_t i)
{
    return i < s.len ? s.ptr[i] : 0;
}

static size_t digits(str s, size_t from, size_t max)
{
    size_t n = 0;
    while (n < max && is_digit(at(s, from + n))) n++;
    return n;
}

/* Nothing that belongs to a word follows. */
static size_t ended(str s, size_t n)
{
    return n && !is_alnum(at(s, n)) && at(s, n) != '_' && (unsigned char)at(s, n) < 0x80 ? n : 0;
}

static bool starts(str s, const char *word)
{
    str w = str_of(word);
    return s.len >= w.len && str_eq_nocase(str_cut(s, 0, w.len), w);
}

static size_t url(str s)
{
    size_t n = starts(s, "https://")  ? 8
               : starts(s, "http://") ? 7
               : starts(s, "ftp://")  ? 6
               : starts(s, "www.")    ? 4
                                      : 0;
    size_t from = n;
    while (n && n < s.len && (unsigned char)s.ptr[n] > 0x20 && !strchr("<>\"'`{}|\\^", s.ptr[n])) n++;
    while (n > from && strchr(".,;:!?)]", s.ptr[n - 1])) n--; /* the sentence's, not the address's */
    return n > from + 2 ? n : 0;
}

static size_t email(str s)
{
    size_t n = 0, dots = 0, last;
    while (is_alnum(at(s, n)) || (n && at(s, n) && strchr("._%+-", at(s, n)))) n++;
    if (n == 0 || n > 64 || at(s, n) != '@' || s.ptr[n - 1] == '.') return 0;
    last = ++n;
    for (; is_alnum(at(s, n)) || at(s, n) == '-' || (at(s, n) == '.' && is_alnum(at(s, n + 1))); n++)
        if (s.ptr[n] == '.') dots++, last = n + 1;
    return dots && n - last >= 2 ? n : 0;
}

static size_t uuid(str s)
{
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? at(s, i) != '-' : !is_hex(at(s, i))) return 0;
    }
    return ended(s, 36);
}

static size_t ip4(str s)
{
    size_t n = 0;
    for (int part = 0; part < 4; part++) {
        size_t k = digits(s, n, 3);
        int value = 0;
        for (size_t i = 0; i < k; i++) value = 10 * value + (s.ptr[n + i] - '0');
        if (k == 0 || value > 255 || (part < 3 && at(s, n + k) != '.')) return 0;
        n += k + (part < 3);
    }
    if (at(s, n) == '.' && is_digit(at(s, n + 1))) return 0;
    if (at(s, n) == ':' && is_digit(at(s, n + 1))) n += 1 + digits(s, n + 1, 5);
    else if (at(s, n) == '/' && is_digit(at(s, n + 1))) n += 1 + digits(s, n + 1, 2);
    return ended(s, n);
}

static size_t ip6(str s)
{
    size_t n = 0, colons = 0, run = 0;
    bool gap = false;
    for (; is_hex(at(s, n)) || at(s, n) == ':'; n++) {
        run = s.ptr[n] == ':' ? 0 : run + 1;
        if (run > 4) return 0;
        if (s.ptr[n] != ':') continue;
        colons++;
        gap = gap || at(s, n + 1) == ':';
    }
    return (colons == 7 || (gap && colons >= 2 && colons < 8)) && n > 3 ? ended(s, n) : 0;
}

static size_t ip(str s)
{
    size_t n = ip4(s);
    return n ? n : ip6(s);
}

/* Letters are 10 to 35, the first four go to the end, and the whole is 1 modulo 97. */
static bool iban_holds(const char *c, size_t n)
{
    unsigned rest = 0;
    for (size_t i = 0; i < n; i++) {
        char x = c[(i + 4) % n];
        unsigned v = is_digit(x) ? (unsigned)(x - '0') : (unsigned)(x - 'A') + 10;
        rest = (rest * (v > 9 ? 100 : 10) + v) % 97;
    }
    return rest == 1;
}

static size_t iban(str s)
{
    char c[34];
    size_t n = 0, k = 0, found = 0;
    if (!is_upper(at(s, 0)) || !is_upper(at(s, 1)) || !is_digit(at(s, 2)) || !is_digit(at(s, 3))) return 0;
    for (; k < sizeof c; n++) {
        if (at(s, n) == ' ' && n % 5 == 4) continue;
        if (!is_digit(at(s, n)) && !is_upper(at(s, n))) break;
        c[k++] = s.ptr[n];
        if (k >= 15 && ended(s, n + 1) && iban_holds(c, k)) found = n + 1;
    }
    return found;
}

static bool luhn(const char *c, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++) {
        int v = c[n - 1 - i] - '0';
        if (i % 2) v = 2 * v > 9 ? 2 * v - 9 : 2 * v;
        sum += v;
    }
    return sum % 10 == 0;
}

static size_t card(str s)
{
    char c[19];
    size_t n = 0, k = 0;
    if (at(s, 0) < '2' || at(s, 0) > '6') return 0;
    for (; k < sizeof c; n++) {
        if ((at(s, n) == ' ' || at(s, n) == '-') && is_digit(at(s, n + 1)) && k) continue;
        if (!is_digit(at(s, n))) break;
        c[k++] = s.ptr[n];
    }
    return k >= 13 && luhn(c, k) ? ended(s, n) : 0;
}

static const char *const months[] = { "january", "february", "march",     "april",   "may",      "june",
                                      "july",    "august",   "september", "october", "november", "december" };

/* The letters of a month or of its first three. */
static size_t month(str s, size_t from)
{
    str rest = str_cut(s, from, s.len);
    for (size_t i = 0; i < 12; i++) {
        size_t all = strlen(months[i]);
        if (starts(rest, months[i]) && !is_alnum(at(rest, all))) return all;
        if (rest.len >= 3 && str_eq_nocase(str_cut(rest, 0, 3), (str){ months[i], 3 }) && !is_alnum(at(rest, 3)))
            return 3;
    }
    return 0;
}

static int number(str s, size_t from, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n; i++) v = 10 * v + (s.ptr[from + i] - '0');
    return v;
}

/* 2024-05-01 with an optional time; 1.5.2024, 01/05/24. */
static size_t date_of_numbers(str s)
{
    size_t a = digits(s, 0, 4), b = digits(s, a + 1, 2), c;
    char mark = at(s, a);
    if (a == 0 || b == 0 || !mark || !strchr("-./", mark) || at(s, a + 1 + b) != mark) return 0;
    c = digits(s, a + b + 2, 4);
    if (!((a == 4 && c > 0 && c <= 2) || (a <= 2 && (c == 4 || c == 2)))) return 0;
    int first = number(s, 0, a), middle = number(s, a + 1, b), last = number(s, a + b + 2, c);
    int day = a == 4 ? last : first > middle ? first : middle, mon = a == 4 ? middle : first > middle ? middle : first;
    size_t n = a + b + c + 2;
    if (day < 1 || day > 31 || mon < 1 || mon > 12) return 0;
    if ((at(s, n) == 'T' || at(s, n) == ' ') && digits(s, n + 1, 2) == 2 && at(s, n + 3) == ':' &&
        digits(s, n + 4, 2) == 2) {
        n += 6;
        if (at(s, n) == ':' && digits(s, n + 1, 2) == 2) n += 3;
        if (at(s, n) == 'Z') n++;
    }
    return ended(s, n);
}

/* 5 May 2024, 5. May, May 5th, 2024, May 2024. */
static size_t date_of_words(str s)
{
    size_t n = digits(s, 0, 2), m, k;
    if (n) {
        if (at(s, n) == '.' || starts(str_cut(s, n, 2), "th") || starts(str_cut(s, n, 2), "st") ||
            starts(str_cut(s, n, 2), "nd") || starts(str_cut(s, n, 2), "rd"))
            n += at(s, n) == '.' ? 1 : 2;
        if (at(s, n) != ' ' || !(m = month(s, n + 1))) return 0;
        n += 1 + m;
        return at(s, n) == ' ' && digits(s, n + 1, 5) == 4 ? n + 5 : n;
    }
    if (!(m = month(s, 0)) || at(s, m) != ' ' || !(k = digits(s, m + 1, 4)) || k == 3) return 0;
    n = m + 1 + k;
    if (k == 4) return ended(s, n);
    if (starts(str_cut(s, n, 2), "th") || starts(str_cut(s, n, 2), "st") || starts(str_cut(s, n, 2), "nd") ||
        starts(str_cut(s, n, 2), "rd"))
        n += 2;
    if (at(s, n) == ',' && at(s, n + 1) == ' ' && digits(s, n + 2, 5) == 4) n += 6;
    return ended(s, n);
}

static size_t date(str s)
{
    size_t n = date_of_numbers(s);
    return n ? n : date_of_words(s);
}

static size_t amount(str s, size_t from)
{
    size_t n = digits(s, from, 12);
    while (n && (at(s, from + n) == ',' || at(s, from + n) == '.') && is_digit(at(s, from + n + 1)))
        n += 1 + digits(s, from + n + 1, 12);
    return n;
}

static const char *const currencies[] = { "$",   "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5", "USD", "EUR",
                                          "GBP", "CHF",          "JPY",      "CAD",      "AUD", NULL };
static const char *const money_words[] = { "dollars", "dollar",       "euros", "euro",     "pounds", "cents",
                                           "USD",     "EUR",          "GBP",   "CHF",      "JPY",    "CAD",
                                           "AUD",     "\xE2\x82\xAC", "$",     "\xC2\xA3", NULL };

static size_t money(str s)
{
    for (const char *const *c = currencies; *c; c++) {
        size_t from = strlen(*c), n;
        if (s.len < from || memcmp(s.ptr, *c, from) != 0) continue;
        from += at(s, from) == ' ';
        if ((n = amount(s, from))) return from + n;
    }
    size_t n = amount(s, 0);
    for (const char *const *c = money_words; n && *c; c++) {
        size_t from = n + (at(s, n) == ' ');
        if (starts(str_cut(s, from, s.len), *c) && !is_alnum(at(s, from + strlen(*c)))) return from + strlen(*c);
    }
    return 0;
}

/* A few capitals, an optional dash or underscore, digits; 0x and hexadecimal; HTTP and a status; WORDS_IN_CAPITALS that
 * begin or end as errors do. */
static size_t error(str s)
{
    static const char *const before[] = { "http ", "error code ", "error ", "exit code ", "status ", NULL };
    size_t n = 0, caps = 0;
    if (at(s, 0) == '0' && at(s, 1) == 'x') {
        for (n = 2; is_hex(at(s, n));) n++;
        return n >= 6 ? ended(s, n) : 0;
    }
    for (const char *const *b = before; *b; b++) {
        size_t k = strlen(*b), d = starts(s, *b) ? digits(s, k, 6) : 0;
        if (d) return ended(s, k + d);
    }
    while (is_upper(at(s, caps))) caps++;
    bool dash = at(s, caps) == '-' || at(s, caps) == '_';
    size_t d = digits(s, caps + dash, 8);
    if (caps >= 1 && caps <= 6 && d >= (dash ? 3 : 4) && at(s, caps + dash + d) != '-')
        return ended(s, caps + dash + d);
    for (n = 0; is_upper(at(s, n)) || is_digit(at(s, n)) || at(s, n) == '_';) n++;
    bool told = starts(s, "ERR_") || starts(s, "E_") || (n > 6 && memcmp(s.ptr + n - 6, "_ERROR", 6) == 0);
    return told && n > 4 ? ended(s, n) : 0;
}

static size_t version(str s)
{
    size_t n = at(s, 0) == 'v' || at(s, 0) == 'V', parts = 0, marked = n;
    if (starts(s, "version ")) n = 8, marked = 1;
    for (size_t k; (k = digits(s, n, 5)) && parts < 5; n += k) {
        parts++;
        if (at(s, n + k) != '.' || !is_digit(at(s, n + k + 1))) {
            n += k;
            break;
        }
        k++;
    }
    if (parts + marked < 3) return 0;
    if (at(s, n) == '-' && is_alnum(at(s, n + 1)))
        for (n++; is_alnum(at(s, n)) || at(s, n) == '.';) n++;
    while (n && s.ptr[n - 1] == '.') n--;
    return ended(s, n);
}

static size_t reference(str s)
{
    static const char *const before[] = { "order",    "invoice",   "ticket",   "case",    "booking",
                                          "customer", "reference", "contract", "account", "claim",
                                          "incident", "request",   NULL };
    static const char *const between[] = { " number ", " no. ", " no ", " id ", " nr. ", " nr ",
                                           " #",       ": ",    " ",    "#",    NULL };
    size_t n = 0, caps = 0, from = 0, digit_count = 0;
    if (at(s, 0) == '#' && digits(s, 1, 12) >= 3) return ended(s, 1 + digits(s, 1, 12));
    for (const char *const *b = before; *b && !from; b++)
        for (const char *const *m = between; starts(s, *b) && *m && !from; m++)
            if (starts(str_cut(s, strlen(*b), s.len), *m)) from = strlen(*b) + strlen(*m);
    for (n = from; from && (is_alnum(at(s, n)) || (at(s, n) == '-' && is_alnum(at(s, n + 1)))); n++)
        digit_count += is_digit(s.ptr[n]);
    if (digit_count >= 3) return n;
    while (is_upper(at(s, caps))) caps++;
    for (n = caps; at(s, n) == '-' && digits(s, n + 1, 12);) n += 1 + digits(s, n + 1, 12);
    return caps >= 2 && caps <= 6 && n > caps + 2 ? ended(s, n) : 0;
}

static size_t phone(str s)
{
    size_t n = at(s, 0) == '+', count = 0, marks = n;
    for (; n < s.len && count < 16; n++) {
        char c = s.ptr[n];
        if (is_digit(c)) count++;
        else if (c && strchr(" -/()", c) && (is_digit(at(s, n + 1)) || at(s, n + 1) == '(' || c == ')')) marks++;
        else break;
    }
    while (n && strchr(" -/(", s.ptr[n - 1])) n--;
    return count >= 7 && count <= 15 && marks && (s.ptr[0] == '+' || s.ptr[0] == '0' || s.ptr[0] == '(') ? ended(s, n)
                                                                                                         : 0;
}

static form_fn *const forms[ENTITY_KINDS] = {
    [ENTITY_URL] = url,     [ENTITY_EMAIL] = email, [ENTITY_UUID] = uuid,   [ENTITY_IP] = ip,
    [ENTITY_IBAN] = iban,   [ENTITY_CARD] = card,   [ENTITY_DATE] = date,   [ENTITY_MONEY] = money,
    [ENTITY_ERROR] = error, [ENTITY_VERSION] = version, [ENTITY_REFERENCE] = reference, [ENTITY_PHONE] = phone,
};
const char *const text_entity_names[ENTITY_KINDS] = {
    [ENTITY_URL] = "url",     [ENTITY_EMAIL] = "email",     [ENTITY_UUID] = "uuid",           [ENTITY_IP] = "ip",
    [ENTITY_IBAN] = "iban",   [ENTITY_CARD] = "card",       [ENTITY_DATE] = "date",           [ENTITY_MONEY] = "money",
    [ENTITY_ERROR] = "error", [ENTITY_VERSION] = "version", [ENTITY_REFERENCE] = "reference", [ENTITY_PHONE] = "phone",
};

size_t text_entities(str text, struct text_entity *out, size_t max)
{
    size_t count = 0;
    bool inside = false; /* a word began before */
    for (size_t i = 0; i < text.len && count < max;) {
        str rest = str_cut(text, i, text.len - i < 512 ? text.len - i : 512);
        size_t n = 0;
        for (unsigned k = 0; k < ENTITY_KINDS && !n && !inside; k++)
            if ((n = forms[k](rest))) out[count++] = (struct text_entity){ k, (uint32_t)i, (uint32_t)n };
        char last = text.ptr[i + (n ? n - 1 : 0)];
        inside = is_alnum(last) || last == '_' || (unsigned char)last >= 0x80;
        i += n ? n : 1;
    }
    return count;
}
