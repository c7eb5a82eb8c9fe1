#include "engine/detect/log_word.h"

#define P LOG_PUNCT
#define J LOG_JOIN
#define B LOG_BLANK
#define L LOG_LETTER
#define H LOG_HEX
#define D LOG_DIGIT
#define E LOG_ESC
const uint8_t log_class_of[256] = {
    B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, E, B, B, B, B,
    B, J, P, J, J, J, J, P, P, P, J, J, P, J, J, J, D, D, D, D, D, D, D, D, D, D, P, P, P, P, P, J, /* space..? */
    J, H, H, H, H, H, H, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, P, J, P, J, J, /* @..._ */
    P, H, H, H, H, H, H, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, P, P, P, J, B, /* `...DEL */
    L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
};
#undef P
#undef J
#undef B
#undef L
#undef H
#undef D
#undef E

/* What one pass over a word counts. */
struct counts {
    uint32_t digits, letters, other_letters;              /* other: not a..f */
    uint32_t numbers;                                     /* runs of digits */
    uint32_t switches;                                    /* from letter to digit or back, with nothing between */
    uint32_t dots, slashes, backslashes, at_signs, joins; /* joins: all that is neither letter nor digit */
};

static const uint64_t hash_start = 0x8ebc6af09c88c6e3u;

struct hasher {
    uint64_t h, eight; /* the last bytes, mixed in eight at a time */
    uint32_t n;
};

static inline void hash_byte(struct hasher *k, uint8_t byte)
{
    k->eight = k->eight << 8 | byte;
    if (++k->n % 8) return;
    k->h = (k->h ^ k->eight) * 0x9fb21c651e98df25u;
    k->h ^= k->h >> 32;
    k->eight = 0;
}

static uint64_t hash_end(const struct hasher *k)
{
    uint64_t h = (k->h ^ k->eight) * 0x9fb21c651e98df25u;
    h = (h ^ h >> 32 ^ k->n) * 0xd6e8feb86659fd93u;
    return h ^ h >> 32;
}

static void count_join(uint8_t byte, struct counts *c)
{
    c->joins++;
    c->dots += byte == '.';
    c->slashes += byte == '/';
    c->backslashes += byte == '\\';
    c->at_signs += byte == '@';
}

static uint64_t count(const char *p, size_t n, struct counts *c)
{
    struct hasher k = { .h = hash_start };
    uint8_t before = LOG_JOIN;
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = (uint8_t)p[i], class = log_class_of[byte];
        if (class == LOG_LETTER || class == LOG_HEX) {
            c->letters++;
            c->other_letters += class == LOG_LETTER;
            c->switches += before == LOG_DIGIT;
            before = LOG_LETTER;
        } else if (class == LOG_DIGIT) {
            c->digits++;
            c->switches += before == LOG_LETTER;
            bool goes_on = before == LOG_DIGIT;
            before = LOG_DIGIT;
            if (goes_on) continue;
            c->numbers++;
            byte = '#';
        } else {
            bool sign = (byte == '-' || byte == '+') && before == LOG_JOIN && i + 1 < n &&
                        log_class_of[(uint8_t)p[i + 1]] == LOG_DIGIT;
            count_join(byte, c);
            before = LOG_JOIN;
            if (sign) continue;
        }
        hash_byte(&k, byte);
    }
    return hash_end(&k);
}

static bool is_path(str w, const struct counts *c)
{
    char a = w.ptr[0], b = w.len > 1 ? w.ptr[1] : 0;
    if (c->backslashes && w.len > 2 && (a == '\\' || c->backslashes > 1)) return true;
    if (!c->slashes || w.len < 2) return false;
    return a == '/' || ((a == '.' || a == '~') && (b == '/' || b == '.')) || c->slashes > 1 || c->dots || c->digits;
}

static bool is_hex(str w, const struct counts *c)
{
    if (w.len > 2 && w.ptr[0] == '0' && (w.ptr[1] | 0x20) == 'x') return c->other_letters == 1;
    if (c->other_letters || c->dots || c->slashes) return false;
    return c->digits ? c->digits + c->letters >= 5 : c->letters >= 8 && !c->joins;
}

enum { ID_DIGITS = 6 }; /* a million values: nobody names a million things */

static bool is_id(str w, const struct counts *c)
{
    uint8_t first = log_class_of[(uint8_t)w.ptr[0]];
    if (first == LOG_JOIN && w.len > 1 && w.ptr[0] != '_') first = log_class_of[(uint8_t)w.ptr[1]]; /* a sign, @0x12 */
    /* job_1445144423722_0020_m_000003; a single number may be short in one line and long in the next, and stays a name
     */
    if (c->numbers >= 3 || (c->numbers == 2 && c->digits >= ID_DIGITS)) return true;
    return first == LOG_DIGIT || c->switches >= 4 || c->dots;   /* with a dot: a host, a file, a version */
}

static bool is_exception(str w)
{
    return str_ends(w, STR("Exception")) || str_ends(w, STR("Error"));
}

static enum log_kind kind_of(str w, const struct counts *c)
{
    if (c->digits == 0 && c->joins == 0) return is_hex(w, c) ? LOG_VALUE : LOG_WORD;
    if (c->letters == 0 || is_path(w, c) || is_hex(w, c)) return LOG_VALUE;
    if (c->digits && is_id(w, c)) return LOG_VALUE;
    if (c->at_signs && c->dots) return LOG_VALUE;
    return c->digits || (c->dots >= 2 && !is_exception(w)) ? LOG_NAME : LOG_WORD;
}

static bool ends_a_sentence(char c)
{
    return c == '.' || c == '!' || c == '?';
}

/* Most words are nothing but letters: one pass, and nothing to decide. False when it is not one. */
static bool letters_only(const char *p, const char *end, struct log_word *out)
{
    struct hasher k = { .h = hash_start };
    const char *q = p;
    bool other = false;
    uint8_t class = LOG_BLANK;
    for (; q < end; q++) {
        class = log_class_of[(uint8_t)*q];
        if (class != LOG_LETTER && class != LOG_HEX) break;
        other = other || class == LOG_LETTER;
        hash_byte(&k, (uint8_t)*q);
    }
    if (q < end && log_in_word(class)) return false;
    struct counts c = { .letters = (uint32_t)(q - p), .other_letters = other };
    *out = (struct log_word){ .kind = kind_of(str_span(p, q), &c), .hash = hash_end(&k), .len = (size_t)(q - p) };
    return true;
}

struct log_word log_word_read(const char *p, const char *end)
{
    struct log_word word;
    if (letters_only(p, end, &word)) return word;
    size_t n = 0, max = (size_t)(end - p);
    while (n < max && log_in_word(log_class_of[(uint8_t)p[n]]) &&
           !(n > 0 && n + 1 < max && p[n] == '.' && p[n + 1] == '.'))
        n++;
    size_t len = n;
    while (len > 0 && ends_a_sentence(p[len - 1])) len--;
    struct counts c = { 0 };
    uint64_t h = count(p, len, &c);
    if (c.letters + c.digits == 0) return (struct log_word){ .kind = LOG_WORD, .len = 0 };
    return (struct log_word){ .kind = kind_of((str){ p, len }, &c), .hash = h, .len = len };
}

static bool in_list(str word, const str *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(word, list[i])) return true;
    return false;
}

#define IN_LIST(word, list) in_list((word), (list), sizeof(list) / sizeof(list)[0])

bool log_is_unit(str word)
{
    static const str units[] = {
        STR_INIT("ms"),   STR_INIT("us"),     STR_INIT("ns"),      STR_INIT("s"),       STR_INIT("sec"),
        STR_INIT("secs"), STR_INIT("second"), STR_INIT("seconds"), STR_INIT("min"),     STR_INIT("B"),
        STR_INIT("KB"),   STR_INIT("kB"),     STR_INIT("MB"),      STR_INIT("GB"),      STR_INIT("TB"),
        STR_INIT("KiB"),  STR_INIT("MiB"),    STR_INIT("GiB"),     STR_INIT("minutes"), STR_INIT("hours"),
    };
    return word.len <= 7 && IN_LIST(word, units);
}

bool log_is_date_word(str word)
{
    static const str names[] = {
        STR_INIT("Mon"), STR_INIT("Tue"), STR_INIT("Wed"), STR_INIT("Thu"), STR_INIT("Fri"),
        STR_INIT("Sat"), STR_INIT("Sun"), STR_INIT("Jan"), STR_INIT("Feb"), STR_INIT("Mar"),
        STR_INIT("Apr"), STR_INIT("May"), STR_INIT("Jun"), STR_INIT("Jul"), STR_INIT("Aug"),
        STR_INIT("Sep"), STR_INIT("Oct"), STR_INIT("Nov"), STR_INIT("Dec"),
    };
    return word.len == 3 && IN_LIST(word, names);
}

bool log_is_zone_word(str word)
{
    static const str names[] = {
        STR_INIT("UTC"), STR_INIT("GMT"), STR_INIT("EST"), STR_INIT("EDT"), STR_INIT("CST"), STR_INIT("CDT"),
        STR_INIT("MST"), STR_INIT("MDT"), STR_INIT("PST"), STR_INIT("PDT"), STR_INIT("CET"), STR_INIT("CEST"),
        STR_INIT("BST"), STR_INIT("JST"), STR_INIT("AM"),  STR_INIT("PM"),
    };
    return word.len <= 4 && IN_LIST(word, names);
}

bool log_is_label(str word)
{
    static const str nouns[] = {
        STR_INIT("user"),    STR_INIT("username"), STR_INIT("host"),   STR_INIT("hostname"), STR_INIT("name"),
        STR_INIT("named"),   STR_INIT("file"),     STR_INIT("device"), STR_INIT("client"),   STR_INIT("process"),
        STR_INIT("program"), STR_INIT("package"),  STR_INIT("domain"), STR_INIT("table"),    STR_INIT("topic"),
        STR_INIT("queue"),   STR_INIT("job"),      STR_INIT("key"),    STR_INIT("module"),   STR_INIT("column"),
        STR_INIT("schema"),  STR_INIT("database"), STR_INIT("task"),   STR_INIT("id"),
    };
    return word.len <= 8 && IN_LIST(word, nouns);
}
