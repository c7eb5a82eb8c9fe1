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

/* The end of 2021-12-01T13:01:04.37Z or 2021-12-01 13:01:04,378 at p, or NULL. */
static const char *stamp_end(const char *p, const char *end)
{
    if (end - p < 19 || !digits_at(p, end, 4) || p[4] != '-' || !digits_at(p + 5, end, 2) || p[7] != '-') return NULL;
    if (!digits_at(p + 8, end, 2) || (p[10] != 'T' && p[10] != ' ') || !digits_at(p + 11, end, 2) || p[13] != ':')
        return NULL;
    p += 14;
    while (p < end && ((*p >= '0' && *p <= '9') || *p == ':' || *p == '.' || *p == ',' || *p == 'Z' || *p == '+')) p++;
    return p;
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
        const char *after = *q >= '0' && *q <= '9' ? stamp_end(q, end) : NULL;
        if (!after) continue;
        if (after < end && (*after == ']' || *after == '|')) after++;
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

/* The next word from *p on; false at the end. Joined words ("error-prone", "a/error.log") are one. */
static bool next_word(const char **p, const char *end, struct word *w)
{
    const char *from = *p;
    for (;;) {
        from = skip_colour(from, end);
        if (from >= end) return false;
        uint8_t class = log_class_of[(uint8_t)*from];
        if (class >= LOG_LETTER && class <= LOG_DIGIT) break;
        from++;
    }
    const char *to = from;
    while (to < end && log_in_word(log_class_of[(uint8_t)*to])) to++;
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
    static const str list[] = { S("error"),       S("errors"),      S("fail"),    S("failed"),    S("fails"),
                                S("failure"),     S("failures"),    S("err"),     S("assertion"), S("denied"),
                                S("undefined"),   S("unresolved"),  S("killed"),  S("crashed"),   S("refused"),
                                S("unable"),      S("cannot"),      S("can't"),   S("couldn't"),  S("timeout"),
                                S("abort"),       S("assert"),      S("invalid"), S("illegal"),   S("overflow"),
                                S("unreachable"), S("unsatisfied"), S("mismatch") };
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
    static const str list[] = { S("build"),   S("finished"), S("failure"),  S("failures"),    S("failed"), S("fail"),
                                S("error"),   S("errors"),   S("process"),  S("completed"),   S("with"),   S("exit"),
                                S("code"),    S("an"),       S("a"),        S("exception"),   S("in"),     S("status"),
                                S("exited"),  S("job"),      S("the"),      S("tests"),       S("test"),   S("run"),
                                S("skipped"), S("of"),       S("and"),      S("passed"),      S("out"),    S("result"),
                                S("s"),       S("ms"),       S("command"),  S("compilation"), S("was"),    S("has"),
                                S("total"),   S("time"),     S("returned"), S("what"),        S("went"),   S("wrong") };
    return w->number || IN_LIST(w, list);
}

static enum log_level level_of(const struct word *w)
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
    return IN_LIST(w, infos) ? LOG_LEVEL_INFO : LOG_LEVEL_NONE;
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

static bool is_indented(str said)
{
    return said.len > 2 && (said.ptr[0] == '\t' || (said.ptr[0] == ' ' && said.ptr[1] == ' '));
}

static void take_word(struct log_say *out, const struct word *w, const struct word *before, size_t nth, const char *end)
{
    if (nth < LEVEL_WITHIN && out->level == LOG_LEVEL_NONE) out->level = level_of(w);
    bool none = before->zero || (before->len == 2 && memcmp(before->low, "no", 2) == 0);
    const char *after = w->text.ptr + w->text.len; /* "Failures: 0" */
    while (after < end && (*after == ':' || *after == ' ' || *after == '=')) after++;
    none = none || (after < end && *after == '0' && after[-1] != w->text.ptr[w->text.len - 1] &&
                    (after + 1 == end || log_class_of[(uint8_t)after[1]] != LOG_DIGIT));
    none = none || w->after == '='; /* a setting: timeout=10 */
    uint8_t trouble = is_grave(w) ? 3 : is_failure(w) ? 2 : is_pair(before, w) ? 1 : 0;
    if (!none && trouble > out->trouble) out->trouble = trouble;
}

struct log_say log_say_read(str line)
{
    str said = log_said(line);
    const char *p = said.ptr, *end = said.ptr + said.len;
    struct log_say out = { .outcome = true, .indented = is_indented(said), .frame = is_frame(said), .blank = true };
    struct word w, before = { 0 };
    bool build_step = false;
    for (size_t nth = 0; nth < WORDS_LOOKED_AT && next_word(&p, end, &w); nth++) {
        take_word(&out, &w, &before, nth, end);
        build_step =
            build_step || (nth < 2 && w.len == 4 && (memcmp(w.low, "step", 4) == 0 || memcmp(w.low, "task", 4) == 0));
        if (!(nth == 0 && out.level != LOG_LEVEL_NONE)) out.blank = false;
        out.outcome = out.outcome && is_outcome_word(&w);
        before = w;
    }
    out.ruler = out.blank && out.level == LOG_LEVEL_NONE && is_ruler(said);
    out.outcome = out.outcome && out.trouble > 0;
    out.step = build_step && out.trouble > 0 && out.level == LOG_LEVEL_NONE;
    return out;
}
