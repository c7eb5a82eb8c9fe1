/* What a failed step printed and its last good run did not. */
#include "core/diagnose/diagnose_internal.h"
#include "engine/detect/log_say.h"

enum { TAIL_KEPT = 8192, SHOWN_BYTES = 240, WORDS_BYTES = 1 << 16, LINE_BYTES = 1024 };

static const double support = 0.2; /* a new line fits a cause; what names it is the line itself */
/* An exception nobody knows the words of, but that was not there before; a line that only its own writer calls an
 * error. */
static const double crash = 0.35, complaint = 0.3;

/* A tail that was cut begins in the middle of a line. What is longer comes from a recorded case, and is whole. */
static str whole_lines(str tail)
{
    const char *nl = tail.len == TAIL_KEPT ? memchr(tail.ptr, '\n', tail.len) : NULL;
    return nl ? str_span(nl + 1, tail.ptr + tail.len) : tail;
}

struct news news_of(struct diag *d, str pipeline, const struct diag_run *run)
{
    struct news n = { 0 };
    struct rows *r = tx_query(d->tx, SQL_DIAG_LAST_GOOD, V(pipeline), V(run->step), V(run->started));
    if (rows_next(r)) {
        n.since = rows_dup(r, 0, d->a);
        n.before = whole_lines(rows_dup(r, 1, d->a));
    }
    rows_end(r);
    n.known =
        n.since.len > 0 && run->output.len > 0 && !log_diff(n.before, whole_lines(run->output), d->a, &n.diff).code;
    return n;
}

/* The lines that carry the error, the last of them when they are many. */
static str fresh_words(struct diag *d, const struct news *n)
{
    size_t from = n->diff.count;
    for (size_t bytes = 0; from > 0 && bytes < WORDS_BYTES; from--)
        bytes += str_cut(n->diff.lines[from - 1].text, 0, LINE_BYTES).len + 1;
    struct buf b = buf_init(2 * WORDS_BYTES);
    for (size_t i = from; i < n->diff.count; i++) {
        buf_add(&b, log_said(str_cut(n->diff.lines[i].text, 0, LINE_BYTES)));
        buf_char(&b, '\n');
    }
    return buf_take(&b, d->a);
}

str news_words(struct diag *d, const struct news *n, str output)
{
    if (output.len <= TAIL_KEPT) return output;
    if (n->known && !n->diff.guessed) return fresh_words(d, n);
    return whole_lines(str_cut(output, output.len - TAIL_KEPT, output.len));
}

/* Did the last good run print this line, too (whatever the numbers in it)? */
bool news_had(const struct news *n, struct diag *d, str line)
{
    struct log_diff one;
    return n->known && !log_diff(n->before, line, d->a, &one).code && one.fail_lines > 0 && one.fresh == 0;
}

/* `kind` was read from `line`, which the last good run did not print. */
void news_support(struct diag *d, const struct news *n, size_t place, const struct diag_run *run, enum cause_kind kind,
                  str line)
{
    if (!n->known) return;
    hint_of_run(d, place, run, (struct hint){
        .kind = kind,
        .witness = WITNESS_TIMING,
        .strength = support,
        .text = str_fmt(d->a, "new since the last good run (" STR_FMT "): " STR_FMT, STR_ARG(n->since),
                        STR_ARG(line)),
    });
}

/* The best new line that tells of an exception, else the best that is called an error; count when there is none. */
static size_t gravest(const struct log_diff *diff, bool *crashed)
{
    size_t called = diff->ranked_count;
    *crashed = false;
    for (size_t i = 0; i < diff->ranked_count; i++) {
        struct log_say say = log_say_read(diff->ranked[i].text);
        *crashed = say.trouble >= 3;
        if (*crashed) return i;
        if (say.level == LOG_LEVEL_ERROR && say.trouble > 0 && called == diff->ranked_count) called = i;
    }
    return called;
}

/* No known words: an exception or an error that is new is at least the step's own failure. */
void news_crash(struct diag *d, const struct news *n, size_t place, const struct diag_run *run)
{
    bool crashed;
    size_t at = n->known && !n->diff.guessed ? gravest(&n->diff, &crashed) : n->diff.ranked_count;
    if (at == n->diff.ranked_count) return;
    str line = str_utf8_prefix(str_trim(log_said(n->diff.ranked[at].text)), SHOWN_BYTES);
    hint_of_run(d, place, run, (struct hint){
        .kind = CAUSE_CODE_ERROR,
        .witness = WITNESS_MEASURED,
        .strength = crashed ? crash : complaint,
        .text = str_fmt(d->a, STR_FMT " said, and its last good run (" STR_FMT ") did not: " STR_FMT,
                        STR_ARG(run->step), STR_ARG(n->since), STR_ARG(line)),
        .title = STR("it ended with an error that its last good run did not have"),
    });
}
