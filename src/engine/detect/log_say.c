#include "engine/detect/log_say.h"

#include "engine/detect/log_word.h"

enum { PREFIX_MAX = 160, WORD_KEPT = 24, LEVEL_WITHIN = 3, WORDS_LOOKED_AT = 400, RULER_MAX = 20 };

/* --- Where the text begins --- */

static bool digits_at(const char *p, const char *end, size_t n)
{
    if ((size_t)(end - p) < n) return false;
    for (size_t i = 0; i < n; i++)
        if (p[i] < '0' || p[i] > '9') return false;
    return true;
}

/* The end of a clock at p, with its fraction and zone: 13:01:04.37Z, 13:01:04,378; NULL when there is none. */
static const char *clock_end(const char *p, const char *end)
{
    if (!digits_at(p, end, 2) || end - p < 5 || p[2] != ':' || !digits_at(p + 3, end, 2)) return NULL;
    p += 3;
    while (p < end && ((*p >= '0' && *p <= '9') || *p == ':' || *p == '.' || *p == ',' || *p == 'Z' || *p == '+')) p++;
    return p;
}

/* The end of a date at p and of what parts it from a clock: "2021-12-01T", "2021/12/01 ", "2021-12-01, ", "21/12/01 ".
 */
static const char *date_end(const char *p, const char *end)
{
    size_t year = digits_at(p, end, 4) ? 4 : 2;
    if (!digits_at(p, end, year) || end - p < (ptrdiff_t)year + 7) return NULL;
    char sep = p[year];
    if ((sep != '-' && sep != '/') || !digits_at(p + year + 1, end, 2) || p[year + 3] != sep) return NULL;
    if (!digits_at(p + year + 4, end, 2)) return NULL;
    p += year + 6;
    if (p < end && *p == ',') p++;
    return p < end && (*p == 'T' || *p == ' ') ? p + 1 : NULL;
}

/* Only where a line begins is a clock alone its time. */
static const char *stamp_end(const char *p, const char *end, bool first)
{
    const char *after = date_end(p, end);
    if (after && (first || digits_at(p, end, 4))) return clock_end(after, end);
    return first && end - p >= 8 && p[5] == ':' ? clock_end(p, end) : NULL;
}

/* What closes a stamp: " UTC]", "]", "|". */
static const char *close_stamp(const char *p, const char *end)
{
    const char *q = p;
    while (q < end && q - p < 7 && (*q == ' ' || *q == '+' || (*q >= 'A' && *q <= 'Z') || (*q >= '0' && *q <= '9')))
        q++;
    if (q < end && *q == ']') p = q;
    return p < end && (*p == ']' || *p == '|') ? p + 1 : p;
}

static const char *skip_colour(const char *p, const char *end)
{
    while (p + 1 < end && p[0] == 27 && p[1] == '[') {
        p += 2;
        while (p < end && !((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')) p++;
        if (p < end) p++;
    }
    return p;
}

str log_said(str line)
{
    if (!line.ptr) return STR("");
    const char *p = line.ptr, *end = line.ptr + line.len, *max = line.len > PREFIX_MAX ? line.ptr + PREFIX_MAX : end;
    for (const char *q = p; q < max; q++) {
        bool first = q == p || (q == p + 1 && *p == '[');
        const char *after = *q >= '0' && *q <= '9' ? stamp_end(q, end, first) : NULL;
        if (!after) continue;
        after = close_stamp(after, end);
        p = after < end && *after == ' ' ? after + 1 : after;
        break;
    }
    p = skip_colour(p, end);
    return str_span(p, end);
}

/* --- Words --- */

struct word {
    str text;            /* as written, without the punctuation around it */
    char low[WORD_KEPT]; /* in small letters, cut */
    size_t len;          /* of low */
    bool number, zero;
    char after; /* the byte behind it */
};

/* "name.......Failed": dots that lead from a name to what is said of it. */
static bool is_leader(const char *p, const char *end)
{
    return end - p > 2 && p[0] == '.' && p[1] == '.' && p[2] == '.';
}

/* A sign of U+2000 to U+2BFF: dashes, bullets, boxes, ticks, no letters. */
static bool is_sign(const char *p, const char *end)
{
    return end - p > 2 && (uint8_t)p[0] == 0xE2 && (uint8_t)p[1] < 0xB0;
}

/* The next word from *p on; false at the end. Joined words ("error-prone", "a/error.log") are one. */
static bool next_word(const char **p, const char *end, struct word *w)
{
    const char *from = *p;
    for (;;) {
        from = skip_colour(from, end);
        if (from >= end) return false;
        bool sign = is_sign(from, end);
        uint8_t class = log_class_of[(uint8_t)*from];
        if (!sign && class >= LOG_LETTER && class <= LOG_DIGIT) break;
        from += sign ? 3 : 1;
    }
    const char *to = from;
    while (to < end && log_in_word(log_class_of[(uint8_t)*to]) && !is_leader(to, end) && !is_sign(to, end)) to++;
    *p = to;
    while (to > from && log_class_of[(uint8_t)to[-1]] == LOG_JOIN) to--;
    *w = (struct word){ .text = str_span(from, to), .after = to < end ? *to : 0 };
    w->number = log_class_of[(uint8_t)*from] == LOG_DIGIT;
    w->zero = w->text.len == 1 && *from == '0';
    for (size_t i = 0; i < w->text.len; i++) {
        char c = from[i];
        if (i < WORD_KEPT) w->low[w->len++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    return true;
}

static bool in_list(const struct word *w, const str *list, size_t n)
{
    if (w->text.len > WORD_KEPT) return false;
    for (size_t i = 0; i < n; i++)
        if (list[i].len == w->len && memcmp(list[i].ptr, w->low, w->len) == 0) return true;
    return false;
}

#define IN_LIST(word, list) in_list((word), (list), sizeof(list) / sizeof(list)[0])
#define S STR_INIT

static bool is_grave(const struct word *w) /* 3: nothing goes on after these */
{
    static const str list[] = { S("fatal"),    S("panic"),     S("panicked"), S("traceback"),
                                S("segfault"), S("exception"), S("aborted") };
    if (IN_LIST(w, list)) return true;
    if (memchr(w->text.ptr, '/', w->text.len) || w->text.len < 7) return false;
    return str_ends(w->text, STR("Exception")) || (w->text.len > 5 && str_ends(w->text, STR("Error")));
}

static bool is_failure(const struct word *w) /* 2 */
{
    static const str list[] = {
        S("error"),      S("errors"),      S("fail"),         S("failed"),       S("fails"),        S("failure"),
        S("failures"),   S("err"),         S("assertion"),    S("denied"),       S("undefined"),    S("unresolved"),
        S("killed"),     S("crashed"),     S("refused"),      S("unable"),       S("cannot"),       S("can't"),
        S("couldn't"),   S("timeout"),     S("abort"),        S("assert"),       S("invalid"),      S("illegal"),
        S("overflow"),   S("unreachable"), S("unsatisfied"),  S("mismatch"),     S("problem"),      S("unexpected"),
        S("rejected"),   S("forbidden"),   S("unauthorized"), S("unrecognized"), S("incompatible"), S("violation"),
        S("violations"), S("corrupt"),     S("corrupted")
    };
    return IN_LIST(w, list);
}

/* Two words that say it together. */
static bool is_pair(const struct word *a, const struct word *b)
{
    static const str pairs[] = { S("not found"),        S("could not"),   S("no such"),       S("does not"),
                                 S("did not"),          S("timed out"),   S("is not"),        S("no space"),
                                 S("not exist"),        S("went wrong"),  S("must be"),       S("not allowed"),
                                 S("not recognized"),   S("no matching"), S("not supported"), S("out of"),
                                 S("missing required"), S("has no") };
    if (a->len + 1 + b->len > 2 * WORD_KEPT) return false;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        str p = pairs[i];
        if (p.len != a->len + 1 + b->len || memcmp(p.ptr, a->low, a->len) != 0 || p.ptr[a->len] != ' ') continue;
        if (memcmp(p.ptr + a->len + 1, b->low, b->len) == 0) return true;
    }
    return false;
}

/* A line made of these alone reports a failure and explains nothing. */
static bool is_outcome_word(const struct word *w)
{
    static const str list[] = {
        S("build"),  S("finished"),  S("failure"),   S("failures"), S("failed"),   S("fail"),        S("error"),
        S("errors"), S("process"),   S("completed"), S("with"),     S("exit"),     S("code"),        S("an"),
        S("a"),      S("exception"), S("in"),        S("status"),   S("exited"),   S("job"),         S("the"),
        S("tests"),  S("test"),      S("run"),       S("skipped"),  S("of"),       S("and"),         S("passed"),
        S("out"),    S("result"),    S("s"),         S("ms"),       S("command"),  S("compilation"), S("was"),
        S("has"),    S("total"),     S("time"),      S("returned"), S("what"),     S("went"),        S("wrong"),
        S("there"),  S("were"),      S("done"),      S("ok"),       S("examples"), S("example"),     S("failing"),
        S("files"),  S("suites")
    };
    return w->number || IN_LIST(w, list);
}

/* "Stack trace:" is no level: in small letters one of the quiet ones counts only where the line begins. */
static enum log_level level_of(const struct word *w, bool first)
{
    static const str errors[] = { S("error"), S("fatal"), S("severe"), S("critical"),
                                  S("err"),   S("crit"),  S("emerg"),  S("panic") };
    static const str warnings[] = { S("warn"), S("warning") };
    static const str infos[] = { S("info"), S("debug"), S("trace"), S("notice"), S("verbose") };
    bool upper = w->text.len > 1 && log_class_of[(uint8_t)w->text.ptr[1]] >= LOG_LETTER && w->text.ptr[1] >= 'A' &&
                 w->text.ptr[1] <= 'Z';
    if (!upper && w->after != ':' && w->after != ']') return LOG_LEVEL_NONE;
    if (IN_LIST(w, errors)) return LOG_LEVEL_ERROR;
    if (IN_LIST(w, warnings)) return LOG_LEVEL_WARNING;
    return IN_LIST(w, infos) && (first || upper || w->after == ']') ? LOG_LEVEL_INFO : LOG_LEVEL_NONE;
}

/* --- The line --- */

static bool is_frame(str said)
{
    static const str starts[] = { S("at "), S("Caused by"), S("... "), S("File \""), S("from "), S("goroutine ") };
    str s = str_trim(said);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (str_starts(s, starts[i])) return true;
    return false;
}

/* Short: a long one divides sections, as a blank line does. */
static bool is_ruler(str said)
{
    str s = str_trim(said);
    return s.len > 0 && s.len < RULER_MAX;
}

/* How runners of tests in many languages number what failed. */
static bool is_item(str said)
{
    str s = str_trim(said);
    size_t n = 0;
    while (n < s.len && n < 4 && s.ptr[n] >= '0' && s.ptr[n] <= '9') n++;
    return n > 0 && n + 2 < s.len && s.ptr[n] == ')' && s.ptr[n + 1] == ' ';
}

/* "26 |     let x = 1;": a line of source, with its number at the margin. */
static bool is_quoted(str said)
{
    size_t i = 0;
    while (i < said.len && said.ptr[i] >= '0' && said.ptr[i] <= '9') i++;
    if (i == 0 || i > 6) return false;
    while (i < said.len && said.ptr[i] == ' ') i++;
    return i < said.len && said.ptr[i] == '|';
}

static bool is_indented(str said)
{
    if (is_quoted(said)) return true;
    return said.len > 2 && (said.ptr[0] == '\t' || (said.ptr[0] == ' ' && said.ptr[1] == ' '));
}

/* --- Places in files --- */

static const char *digits_back(const char *from, const char *p)
{
    while (p > from && p[-1] >= '0' && p[-1] <= '9') p--;
    return p;
}

/* Is [from, p) a file's path? It has a letter, and a point or a slash, and is no address of a network. */
static bool is_path(const char *from, const char *p)
{
    bool letter = false, mark = false;
    for (const char *q = from; q < p; q++) {
        letter = letter || ((*q | 0x20) >= 'a' && (*q | 0x20) <= 'z');
        mark = mark || *q == '.' || *q == '/';
    }
    return letter && mark && !(p - from > 4 && memcmp(from, "http", 4) == 0);
}

/* "12:7": where the file is named above. */
static bool is_bare_place(str word)
{
    const char *from = word.ptr, *p = word.ptr + word.len, *column = digits_back(from, p);
    return column < p && column - from > 1 && column[-1] == ':' && digits_back(from, column - 1) == from;
}

/* How much of a place the word is: 0 none, 1 "a/b.c:12", 2 with a column, "a/b.c:12:7:" or "a/b.c(12,7):". */
static int place_in(str word)
{
    const char *from = word.ptr, *p = word.ptr + word.len, *d;
    while (p > from && (p[-1] == ':' || p[-1] == ')')) p--;
    int numbers = 0;
    for (; numbers < 2 && (d = digits_back(from, p)) < p && d > from; p = d - 1, numbers++)
        if (d[-1] != ':' && d[-1] != ',' && d[-1] != '(') break;
    return numbers && is_path(from, p) ? numbers : 0;
}

/* Compilers and linters of every language say where, then what: behind a place with a column stands a complaint. */
static const char *complaint_of(str said)
{
    const char *p = said.ptr, *end = said.ptr + said.len;
    for (int word = 0; word < 2; word++) { /* "e: file.kt:3:7 ..." has its place second */
        const char *to = p < end ? memchr(p, ' ', (size_t)(end - p)) : NULL;
        if (!to) return NULL;
        if (place_in(str_span(p, to)) == 2) return to + 1;
        p = to + 1;
    }
    return NULL;
}

/* "src/x.php:31", "/go/src/x.go:45 +0x5b": nothing but where. */
static bool is_place_alone(str s)
{
    const char *blank = s.len ? memchr(s.ptr, ' ', s.len) : NULL;
    str word = blank ? str_span(s.ptr, blank) : s, rest = str_cut(s, word.len, s.len);
    return (!rest.len || str_starts(rest, STR(" +0x"))) && word.len && memchr(word.ptr, '/', word.len) &&
           place_in(word);
}

static void take_place(struct log_say *out, str said)
{
    str trimmed = str_trim(said), first = trimmed;
    if (is_place_alone(trimmed)) out->frame = true;
    bool bare = out->indented && str_next(&trimmed, ' ', &first) && is_bare_place(first);
    const char *says = bare ? trimmed.ptr : out->indented ? NULL : complaint_of(said), *end = said.ptr + said.len;
    struct word w;
    if (!says || !next_word(&says, end, &w)) return;
    out->under = bare;
    static const str mild[] = { S("warning"), S("warn"), S("note"), S("info"), S("remark"), S("hint") };
    if (!IN_LIST(&w, mild)) out->trouble = out->trouble ? out->trouble : 1;
    else if (w.low[0] == 'w') out->level = LOG_LEVEL_WARNING;
}

/* --- Counts and titles --- */

/* What is gathered over the words of a line. */
struct gather {
    size_t words, counted;
    bool told;  /* a word of trouble that no count goes with, and that says what */
    bool ahead; /* the word before is a number that begins the line or a part of it: "1" of "3 passed, 1 failed" */
};

static bool is_failing(const struct word *w)
{
    return w->len >= 3 && (memcmp(w->low, "fai", 3) == 0 || memcmp(w->low, "err", 3) == 0);
}

/* "Failures: 2", "ERROR=1" */
static bool counts_after(const struct word *w, const char *end)
{
    const char *p = w->text.ptr + w->text.len;
    if (!is_failing(w) || p == end || (*p != ':' && *p != '=')) return false;
    while (p < end && (*p == ':' || *p == '=' || *p == ' ')) p++;
    return p < end && *p >= '1' && *p <= '9';
}

static bool begins_part(const struct word *w, const char *from)
{
    const char *p = w->text.ptr;
    if (!w->number || (p > from && strchr(":-.", p[-1]))) return false; /* "12:7" is a place, "1.4-2" a version */
    while (p > from && p[-1] == ' ') p--;
    return p == from || strchr(",;:([=-|", p[-1]);
}

/* Is the line drawn on both sides of its words, three times the same sign at least: "=== x ===", also by signs of more
 * bytes? */
static bool is_drawn(str s)
{
    size_t n = 1; /* bytes of the sign */
    while (n < 4 && n < s.len && ((uint8_t)s.ptr[n] & 0xC0) == 0x80) n++;
    if (s.len < 7 * n || (n == 1 && !strchr("=-_#*~", s.ptr[0]))) return false;
    return memcmp(s.ptr, s.ptr + n, 2 * n) == 0 && memcmp(s.ptr, s.ptr + s.len - n, n) == 0;
}

/* "Failures:", "=== FAILURES ===": what marks it, when it is short enough for a title. */
static char heading_of(str said)
{
    str s = str_trim(said);
    if (s.len < 3 || (said.ptr[0] == ' ' && said.ptr[1] == ' ') || said.ptr[0] == '\t') return 0;
    char first = s.ptr[0], last = s.ptr[s.len - 1];
    if (last == ':') return first == '*' ? 0 : ':'; /* of a list of remarks, each has its own */
    return is_drawn(s) ? first : 0;
}

static void take_word(struct log_say *out, struct gather *g, const struct word *w, const struct word *before,
                      const char *end)
{
    if (g->words < LEVEL_WITHIN && out->level == LOG_LEVEL_NONE) out->level = level_of(w, g->words == 0);
    bool counted = counts_after(w, end);
    bool none = (before->zero && !counted) || (before->len == 2 && memcmp(before->low, "no", 2) == 0);
    const char *after = w->text.ptr + w->text.len; /* "Failures: 0" */
    while (after < end && (*after == ':' || *after == ' ' || *after == '=')) after++;
    none = none || (after < end && *after == '0' && after[-1] != w->text.ptr[w->text.len - 1] &&
                    (after + 1 == end || log_class_of[(uint8_t)after[1]] != LOG_DIGIT));
    counted = counted || (g->ahead && is_failing(w) && w->after != ':'); /* "a.c:12: error: ..." counts nothing */
    none = none || (w->after == '=' && !counted); /* a setting: timeout=10 */
    uint8_t trouble = is_grave(w) ? 3 : is_failure(w) ? 2 : is_pair(before, w) ? 1 : 0;
    if (none || !trouble) return;
    if (trouble > out->trouble) out->trouble = trouble;
    if (counted) g->counted++;
    else g->told = g->told || !is_outcome_word(w);
}

struct log_say log_say_read(str line)
{
    enum { HEADING_WORDS = 5 };
    str said = log_said(line);
    const char *p = said.ptr, *end = said.ptr + said.len;
    struct log_say out = { .outcome = true, .indented = is_indented(said), .frame = is_frame(said), .blank = true };
    struct gather g = { 0 };
    struct word w, before = { 0 };
    bool build_step = false;
    for (; g.words < WORDS_LOOKED_AT && next_word(&p, end, &w); g.words++) {
        take_word(&out, &g, &w, &before, end);
        build_step = build_step || (g.words < 2 && w.len == 4 &&
                                    (memcmp(w.low, "step", 4) == 0 || memcmp(w.low, "task", 4) == 0));
        if (!(g.words == 0 && out.level != LOG_LEVEL_NONE)) out.blank = false;
        out.outcome = out.outcome && is_outcome_word(&w);
        g.ahead = begins_part(&w, said.ptr);
        before = w;
    }
    bool tally = g.counted > 0 && !g.told && out.level != LOG_LEVEL_ERROR;
    if (g.words > 0 && g.words <= HEADING_WORDS && !tally && (out.outcome || !out.trouble))
        out.heading = heading_of(said);
    out.outcome = (out.outcome && out.trouble > 0) || tally;
    out.item = is_item(said);
    out.pointer = out.blank && out.indented && memchr(said.ptr, '^', said.len);
    out.ruler = out.blank && out.level == LOG_LEVEL_NONE && is_ruler(said);
    out.step = build_step && out.trouble > 0 && out.level == LOG_LEVEL_NONE;
    take_place(&out, said);
    return out;
}
