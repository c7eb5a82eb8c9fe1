#include "engine/detect/log_line.h"

struct scan {
    const char *begin, *p, *end;
    uint32_t gap;
    struct log_line *out;
};

enum { PERIOD_MAX = 8, VALUE_MAX = 512 };

uint64_t log_mix(uint64_t hash, uint64_t position)
{
    uint64_t x = hash + position * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
    return x ^ x >> 32;
}

uint64_t log_line_hash(const struct log_line *l)
{
    uint64_t h = l->n + ((uint64_t)l->end_gap << 32);
    for (size_t i = 0; i < l->n; i++) h += log_mix(l->token[i].hash, i) + log_mix(l->token[i].gap, i + 1000);
    return h;
}

/* Up to three bytes as they are; a longer gap is mixed, with the top bit set. A repeated byte counts once. */
static uint32_t gap_add(uint32_t gap, char c)
{
    if ((gap & 0xff) == (uint8_t)c && !(gap >> 31)) return gap;
    if (gap >> 16) return ((gap * 0x01000193u) ^ (uint8_t)c) | 0x80000000u;
    return gap << 8 | (uint8_t)c;
}

/* Between two values these make one value of them: "1, 2", "10:11", "a - b". */
static bool gap_joins(uint32_t gap)
{
    switch (gap) {
    case 0:
    case ' ':
    case ',':
    case ':':
    case '-':
    case '|':
    case ';':
    case ',' << 8 | ' ':
    case ':' << 8 | ' ':
    case ' ' << 16 | '-' << 8 | ' ': return true;
    default: return false;
    }
}

static str token_text(const struct scan *s, const struct log_token *t)
{
    return (str){ s->begin + t->at, t->len };
}

/* A number takes the words of a date before it with it. */
static void pop_date_words(struct scan *s)
{
    struct log_line *o = s->out;
    while (o->n > 0 && s->gap == ' ') {
        struct log_token *t = &o->token[o->n - 1];
        if (t->kind != LOG_WORD || t->keyed || !log_is_date_word(token_text(s, t))) return;
        s->gap = t->gap;
        o->n--;
    }
}

/* Does the new token end a value rather than begin something? A unit, a time zone, the next of a list of values. */
static bool belongs_to_last(const struct scan *s, const struct log_token *t)
{
    if (s->out->n == 0) return false;
    const struct log_token *last = &s->out->token[s->out->n - 1];
    if (last->kind != LOG_VALUE && !last->keyed) return false;
    if (t->kind == LOG_VALUE) return gap_joins(s->gap);
    if (t->kind != LOG_WORD || t->keyed || s->gap != ' ') return false;
    str w = token_text(s, t);
    return log_is_unit(w) || log_is_zone_word(w);
}

static bool varies(const struct log_token *t)
{
    return t->kind != LOG_WORD || t->keyed;
}

/* ", " and "', '": between the members of a list. */
static bool is_list_gap(uint32_t gap)
{
    static const char *const gaps[] = { ",", ", ", "','", "', '", "\",\"", "\", \"" };
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        uint32_t want = 0;
        for (const char *c = gaps[i]; *c; c++) want = gap_add(want, *c);
        if (gap == want) return true;
    }
    return false;
}

/* "'mail-3', 'search-11'": names behind a name in a list are as many as there happen to be. */
static bool lists_on(const struct log_line *o)
{
    const struct log_token *t = &o->token[o->n - 1];
    return o->n > 1 && t->kind == LOG_NAME && t[-1].kind == LOG_NAME && !t->keyed && is_list_gap(t->gap);
}

/* "blk_1 blk_2" or "node-1 4 <ok> node-2 5 <ok>": the last k tokens repeat the k before them. */
static void drop_repeat(struct log_line *o)
{
    const struct log_token *t = o->token;
    if (lists_on(o)) {
        o->n--;
        return;
    }
    for (size_t k = 1; k <= PERIOD_MAX && 2 * k <= o->n; k++) {
        if (t[o->n - 1].hash != t[o->n - 1 - k].hash) continue;
        bool same = true, any = false;
        for (size_t i = o->n - k; i < o->n && same; i++) {
            bool first = i == o->n - k; /* what stands between two repeats need not stand before the first */
            same =
                t[i].hash == t[i - k].hash && (t[i].gap == t[i - k].gap || (first && (k > 1 || gap_joins(t[i].gap))));
            any = any || varies(&t[i]);
        }
        if (!same || !any) continue;
        o->n -= k;
        return;
    }
}

static void push(struct scan *s, struct log_token t)
{
    if (t.kind == LOG_VALUE) pop_date_words(s);
    bool last = belongs_to_last(s, &t);
    t.gap = s->gap;
    s->gap = 0;
    if (last) return;
    if (s->out->n == LOG_TOKENS_MAX) {
        s->out->cut = true;
        s->p = s->end;
        return;
    }
    s->out->token[s->out->n++] = t;
    drop_repeat(s->out);
}

static void push_value(struct scan *s, const char *from, const char *to)
{
    uint32_t at = (uint32_t)(from - s->begin), len = (uint32_t)(to - from);
    push(s, (struct log_token){
                .hash = log_value_hash, .at = at, .len = len, .value_at = at, .value_len = len, .kind = LOG_VALUE });
}

static uint8_t class_at(const struct scan *s, const char *p)
{
    return p < s->end ? log_class_of[(uint8_t)*p] : LOG_BLANK;
}

/* 12:30:45, a4:5e:60:01, fe80::1: groups of hexadecimal digits with at least two colons, among them a decimal one. */
static const char *colons_end(const struct scan *s)
{
    const char *p = s->p;
    size_t colons = 0, group = 0, digits = 0;
    for (; p < s->end && p < s->p + 48; p++) {
        uint8_t class = class_at(s, p);
        if (*p == ':') {
            colons++;
            group = 0;
        } else if (class == LOG_DIGIT || class == LOG_HEX) {
            digits += class == LOG_DIGIT;
            if (++group > 4) return NULL;
        } else {
            break;
        }
    }
    if (colons < 2 || digits < 1) return NULL;
    if (p[-1] == ':') p--;
    uint8_t next = class_at(s, p);
    return next == LOG_LETTER || (next == LOG_JOIN && *p != '.' && *p != '%' && *p != '/' && *p != '-' && *p != '+')
               ? NULL
               : p;
}

/* A cheap look ahead: the first of the groups ends within five bytes. */
static bool may_have_colons(const struct scan *s)
{
    for (const char *p = s->p, *end = s->end - p > 5 ? p + 5 : s->end; p < end; p++) {
        if (*p == ':') return true;
        uint8_t class = log_class_of[(uint8_t)*p];
        if (class != LOG_HEX && class != LOG_DIGIT) return false;
    }
    return false;
}

static bool closes(char c)
{
    return c == ')' || c == ']' || c == '}' || c == '>';
}

static bool opens(char c)
{
    return c == '(' || c == '[' || c == '{' || c == '<';
}

/* The end of a value after "key=": quoted, or up to a blank, comma or semicolon outside of brackets. */
static const char *value_end(const struct scan *s, const char *from)
{
    const char *max = s->end - from > VALUE_MAX ? from + VALUE_MAX : s->end, *first_blank = NULL;
    if (from < max && (*from == '"' || *from == '\'')) {
        const char *close = memchr(from + 1, *from, (size_t)(max - from - 1));
        if (close) return close + 1;
    }
    int depth = 0;
    for (const char *p = from; p < max; p++) {
        bool blank = log_class_of[(uint8_t)*p] == LOG_BLANK;
        if (blank && !first_blank) first_blank = p;
        if (opens(*p))
            depth++;
        else if (depth == 0 && (blank || *p == ',' || *p == ';' || *p == '"' || closes(*p)))
            return p;
        else if (closes(*p))
            depth--;
    }
    return depth > 0 && first_blank ? first_blank : max;
}

static const char *skip_blanks(const struct scan *s, const char *p)
{
    while (p < s->end && log_class_of[(uint8_t)*p] == LOG_BLANK) p++;
    return p;
}

static bool is_equals(const struct scan *s, const char *p)
{
    return p < s->end && *p == '=' && (p + 1 == s->end || (p[1] != '=' && p[1] != '>' && p[1] != '~'));
}

/* Is there another "key=" right here? Then the key before it has no value. */
static bool is_key(const struct scan *s, const char *p)
{
    const char *q = p;
    while (q < s->end && log_in_word(log_class_of[(uint8_t)*q])) q++;
    return q > p && is_equals(s, q);
}

/* A flag is a choice between two statements rather than a value. */
static bool is_boolean(str v)
{
    return str_eq_nocase(v, STR("true")) || str_eq_nocase(v, STR("false"));
}

/* "key=value" and "key = value" as one token; false when the word at p..end is no key. */
static bool push_keyed(struct scan *s, struct log_token *t, const char *word_end)
{
    const char *eq = skip_blanks(s, word_end), *from;
    bool spaced = eq > word_end;
    if (!is_equals(s, eq)) return false;
    from = eq + 1;
    const char *next = skip_blanks(s, from);
    if (spaced && next == from) return false; /* "a =b" */
    if (spaced && !is_key(s, next)) from = next;
    const char *to = from < s->end && log_class_of[(uint8_t)*from] == LOG_BLANK ? from : value_end(s, from);
    if (is_boolean(str_span(from, to))) return false;
    t->keyed = true;
    t->hash = log_mix(t->hash, '=');
    t->value_at = (uint32_t)(from - s->begin);
    t->value_len = (uint32_t)(to - from);
    s->p = to;
    push(s, *t);
    return true;
}

static bool is_url(const struct scan *s, const char *word_end)
{
    return s->end - word_end > 3 && word_end[0] == ':' && word_end[1] == '/' && word_end[2] == '/';
}

static const char *url_end(const struct scan *s, const char *p)
{
    while (p < s->end && (log_in_word(log_class_of[(uint8_t)*p]) || *p == ':' || *p == '=' || *p == '(')) p++;
    while (p[-1] == ':' || p[-1] == '.') p--;
    return p;
}

/* node-17:9092, mx.example.net:25, localhost:8080: a name and a number of two to five digits are a place, and a value.
 * A bare word is not taken: "PendingReds:10" is a key and its value. NULL when none stands here. */
static const char *place_end(const struct scan *s, str word, enum log_kind kind)
{
    const char *p = word.ptr + word.len + 1;
    bool place = kind == LOG_NAME || str_eq(word, STR("localhost"));
    if (!place || p >= s->end || p[-1] != ':') return NULL;
    const char *digits = p;
    while (class_at(s, p) == LOG_DIGIT) p++;
    if (p - digits < 2 || p - digits > 5) return NULL;
    uint8_t next = class_at(s, p);
    if (next == LOG_LETTER || next == LOG_HEX) return NULL;
    return p;
}

static void gap_span(struct scan *s, const char *to)
{
    for (; s->p < to; s->p++) s->gap = gap_add(s->gap, *s->p);
}

static void read_word(struct scan *s)
{
    const char *from = s->p, *colons = may_have_colons(s) ? colons_end(s) : NULL;
    if (colons) {
        s->p = colons;
        push_value(s, from, colons);
        return;
    }
    struct log_word w = log_word_read(s->p, s->end);
    const char *to = from + w.len;
    if (w.len == 0) {
        while (to < s->end && log_in_word(log_class_of[(uint8_t)*to])) to++;
        gap_span(s, to);
    } else if (w.kind != LOG_VALUE && is_url(s, to)) {
        s->p = url_end(s, to);
        push_value(s, from, s->p);
    } else if (w.kind == LOG_VALUE) {
        s->p = to;
        push_value(s, from, to);
    } else if ((colons = place_end(s, str_span(from, to), w.kind))) {
        s->p = colons;
        push_value(s, from, colons);
    } else {
        struct log_token t = {
            .hash = w.hash, .at = (uint32_t)(from - s->begin), .len = (uint32_t)w.len, .kind = (uint8_t)w.kind
        };
        if (push_keyed(s, &t, to)) return;
        t.keyed = s->end - to > 2 && to[0] == '.' && to[1] == '.'; /* "caused by icbi......0": dots lead to its value */
        s->p = to;
        push(s, t);
    }
}

/* "<1 sec", ">5": the sign is the number's; "<5>" is in brackets. */
static bool is_bound(const struct scan *s)
{
    if ((*s->p != '<' && *s->p != '>') || class_at(s, s->p + 1) != LOG_DIGIT || (s->gap && (s->gap & 0xff) != ' '))
        return false;
    const char *p = s->p + 1;
    while (class_at(s, p) == LOG_DIGIT) p++;
    return p == s->end || *p != '>';
}

/* ESC [ ... letter */
static const char *escape_end(const struct scan *s)
{
    const char *p = s->p + 1;
    if (p < s->end && *p == '[') {
        p++;
        while (p < s->end && ((*p >= '0' && *p <= '9') || *p == ';')) p++;
        if (p < s->end) p++;
    }
    return p;
}

void log_line_read(str line, struct log_line *out)
{
    if (!line.ptr) line = STR("");
    if (line.len > LOG_LINE_MAX) line.len = LOG_LINE_MAX;
    struct scan s = { .begin = line.ptr, .p = line.ptr, .end = line.ptr + line.len, .out = out };
    out->n = 0;
    out->cut = false;
    while (s.p < s.end) {
        switch (log_class_of[(uint8_t)*s.p]) {
        case LOG_BLANK:
            s.gap = gap_add(s.gap, ' ');
            s.p++;
            break;
        case LOG_PUNCT:
            if (!is_bound(&s)) s.gap = gap_add(s.gap, *s.p);
            s.p++;
            break;
        case LOG_ESC: s.p = escape_end(&s); break;
        default: read_word(&s);
        }
    }
    if ((s.gap & 0xff) == ' ') s.gap >>= 8;
    out->end_gap = s.gap;
}
