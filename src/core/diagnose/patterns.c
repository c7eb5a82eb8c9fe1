#include "core/diagnose/patterns.h"

enum { LINE_BYTES_MAX = 1024, LINES_MAX = 400, SHOWN_MAX = 240, CAPTURE_MAX = 128 };

struct cursor {
    str line;
    size_t at;
    struct capture *caps;
    size_t count;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool alnum(char c)
{
    c = lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool word_byte(char c)
{
    return alnum(c) || (unsigned char)c >= 0x80 || (c && strchr("_.-:/@$+", c));
}

static bool border(str line, size_t at)
{
    return at == 0 || at >= line.len || !alnum(line.ptr[at - 1]) || !alnum(line.ptr[at]);
}

static bool line_begins(str line, size_t at)
{
    return str_trim(str_cut(line, 0, at)).len == 0;
}

/* How many bytes at the cursor belong to a capture that came after `quote` (0: none). */
static size_t capture_len(str rest, char quote)
{
    size_t n = 0, max = rest.len < CAPTURE_MAX ? rest.len : CAPTURE_MAX;
    if (quote) {
        while (n < max && rest.ptr[n] != quote) n++;
        return n;
    }
    while (n < max && word_byte(rest.ptr[n])) n++;
    while (n && (rest.ptr[n - 1] == '.' || rest.ptr[n - 1] == ':')) n--;
    return n;
}

/* p stands on '{'. Gives the byte after '}', or NULL when nothing can be captured here. */
static const char *capture_take(const char *p, char before, struct cursor *c)
{
    const char *close = strchr(p, '}');
    char quote = before == '\'' || before == '"' || before == '`' ? before : 0;
    size_t n = capture_len(str_cut(c->line, c->at, c->line.len), quote);
    if (n == 0) return NULL;
    if (c->count < CLUE_CAPTURES)
        c->caps[c->count++] = (struct capture){ str_span(p + 1, close), str_cut(c->line, c->at, n) };
    c->at += n;
    return close + 1;
}

/* Match `p` at the cursor up to the next '*' or the end; gives where it stopped in p, or NULL. */
static const char *segment(const char *p, struct cursor *c)
{
    char before = 0;
    while (*p && *p != '*') {
        char was = *p;
        if (*p == '{') {
            p = capture_take(p, before, c);
            if (!p) return NULL;
        } else if (*p == '~' || *p == '^') {
            bool here = *p == '~' ? border(c->line, c->at) : line_begins(c->line, c->at);
            if (!here) return NULL;
            p++;
        } else {
            if (c->at >= c->line.len || lower(c->line.ptr[c->at]) != *p) return NULL;
            c->at++;
            p++;
        }
        before = was;
    }
    return p;
}

/* Find the segment at or after the cursor, as early as possible. */
static const char *segment_find(const char *p, struct cursor *c)
{
    bool literal = *p && !strchr("{~^", *p);
    for (size_t at = c->at; at <= c->line.len; at++) {
        if (literal && (at == c->line.len || lower(c->line.ptr[at]) != *p)) continue;
        struct cursor tried = *c;
        tried.at = at;
        const char *stopped = segment(p, &tried);
        if (!stopped) continue;
        *c = tried;
        return stopped;
    }
    return NULL;
}

bool pattern_match(const char *pattern, str line, struct capture *caps, size_t *count)
{
    struct cursor c = { .line = line, .caps = caps };
    const char *p = pattern;
    while (*p) {
        p = segment_find(p, &c);
        if (!p) return false;
        if (*p == '*') p++;
    }
    *count = c.count;
    return true;
}

static bool says_more(const struct pattern *p, const struct pattern *than)
{
    if (!than || p->percent != than->percent) return !than || p->percent > than->percent;
    return strlen(p->text) > strlen(than->text);
}

const struct pattern *pattern_of_line(str line, struct capture *caps, size_t *count)
{
    const struct pattern *best = NULL;
    line = str_cut(line, 0, LINE_BYTES_MAX);
    *count = 0;
    for (size_t i = 0; i < pattern_count; i++) {
        struct capture got[CLUE_CAPTURES];
        size_t n = 0;
        if (!says_more(&patterns[i], best) || !pattern_match(patterns[i].text, line, got, &n)) continue;
        best = &patterns[i];
        *count = n;
        memcpy(caps, got, sizeof got[0] * n);
    }
    return best;
}

/* A program that warns goes on: what it warned of is rarely what it died of. */
static const char *const warning_words[] = { "~warn~", "~warning~", "deprecat", "retrying", "will retry", "retry in ",
                                             "~info~", "~debug~", "~notice~", "fallback", "falling back" };

static bool is_warning(str line)
{
    struct capture unused[CLUE_CAPTURES];
    size_t n;
    for (size_t i = 0; i < sizeof warning_words / sizeof warning_words[0]; i++)
        if (pattern_match(warning_words[i], line, unused, &n)) return true;
    return false;
}

/* Frames of a stack, rulers under a quoted source line and blank lines put no distance between an error and the end. */
static bool is_padding(str line)
{
    line = str_trim(line);
    if (line.len == 0 || str_starts(line, STR("at ")) || str_starts(line, STR("File \""))) return true;
    if (str_starts(line, STR("... ")) && str_ends(line, STR(" more"))) return true;
    for (size_t i = 0; i < line.len; i++)
        if (alnum(line.ptr[i])) return false;
    return true;
}

struct scan {
    struct clue clues[CAUSE_COUNT]; /* strongest so far of each kind */
    int newest_error;               /* distance from the end of the last line that is an error, -1 = none yet */
};

/* Discounts by the number of lines between: pairs of "up to this many" and factor. */
static const struct step {
    int lines;
    double factor;
} before_error[] = { { 0, 1.0 }, { 3, 0.95 }, { 10, 0.75 }, { 40, 0.55 }, { LINES_MAX, 0.4 } },
  before_end[] = { { 5, 1.0 }, { 20, 0.9 }, { 60, 0.8 }, { LINES_MAX, 0.7 } };

static double factor_of(const struct step *steps, int lines)
{
    while (lines > steps->lines && steps->lines < LINES_MAX) steps++;
    return steps->factor;
}

static void scan_line(struct scan *s, str line, int from_end)
{
    struct clue c = { .line = str_utf8_prefix(str_trim(line), SHOWN_MAX) };
    c.pattern = pattern_of_line(line, c.captures, &c.capture_count);
    if (!c.pattern) return;
    bool warning = is_warning(str_cut(line, 0, LINE_BYTES_MAX));
    if (s->newest_error < 0 && !warning) s->newest_error = from_end;
    int anchor = s->newest_error < 0 ? 0 : s->newest_error;
    c.strength =
        c.pattern->percent / 100.0 * factor_of(before_error, from_end - anchor) * factor_of(before_end, anchor);
    if (warning) c.strength *= 0.3;
    struct clue *kept = &s->clues[c.pattern->kind];
    if (c.strength > kept->strength) *kept = c;
}

/* Take the last line off *rest. */
static str last_line(str *rest)
{
    const char *nl = rest->len ? memrchr(rest->ptr, '\n', rest->len) : NULL;
    str line = nl ? str_span(nl + 1, rest->ptr + rest->len) : *rest;
    rest->len = nl ? (size_t)(nl - rest->ptr) : 0;
    return line;
}

size_t clues_in(str output, struct clue *out, size_t max)
{
    struct scan s = { .newest_error = -1 };
    int from_end = 0;
    for (int lines = 0; output.len && lines < LINES_MAX; lines++) {
        str line = last_line(&output);
        scan_line(&s, line, from_end);
        from_end += !is_padding(line);
    }
    if (max > CLUES_MAX) max = CLUES_MAX;
    size_t n = 0;
    while (n < max) {
        struct clue *best = NULL;
        for (size_t k = 0; k < CAUSE_COUNT; k++)
            if (s.clues[k].strength > (best ? best->strength : 0)) best = &s.clues[k];
        if (!best) break;
        out[n++] = *best;
        best->strength = 0;
    }
    return n;
}

str clue_capture(const struct clue *c, const char *name)
{
    for (size_t i = 0; i < c->capture_count; i++)
        if (str_eq(c->captures[i].name, str_of(name))) return c->captures[i].value;
    return STR_NONE;
}
