/* What a failed step printed and its last good run did not. */
#include "core/diagnose/diagnose_internal.h"
#include "engine/detect/log_say.h"

enum { TAIL_KEPT = 8192, SHOWN_BYTES = 240 };

static const double support = 0.2; /* a new line fits a cause; what names it is the line itself */
static const double crash = 0.35;  /* an exception nobody knows the words of, but that was not there before */

/* A tail that was cut begins in the middle of a line. */
static str whole_lines(str tail)
{
    const char *nl = tail.len >= TAIL_KEPT ? memchr(tail.ptr, '\n', tail.len) : NULL;
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
    hint_add(d, &(struct hint){
                    .kind = kind,
                    .place = place,
                    .step = run->step,
                    .witness = WITNESS_TIMING,
                    .strength = support,
                    .seq = run->seq,
                    .text = str_fmt(d->a, "new since the last good run (" STR_FMT "): " STR_FMT, STR_ARG(n->since),
                                    STR_ARG(line)),
                });
}

/* No known words: an exception or a fatal error that is new is at least the step's own failure. */
void news_crash(struct diag *d, const struct news *n, size_t place, const struct diag_run *run)
{
    if (!n->known || n->diff.guessed) return;
    for (size_t i = 0; i < n->diff.ranked_count; i++) {
        str line = str_utf8_prefix(str_trim(log_said(n->diff.ranked[i].text)), SHOWN_BYTES);
        if (log_say_read(line).trouble < 3) continue;
        hint_add(d, &(struct hint){
                        .kind = CAUSE_CODE_ERROR,
                        .place = place,
                        .step = run->step,
                        .witness = WITNESS_MEASURED,
                        .strength = crash,
                        .seq = run->seq,
                        .text = str_fmt(d->a, STR_FMT " said, and its last good run (" STR_FMT ") did not: " STR_FMT,
                                        STR_ARG(run->step), STR_ARG(n->since), STR_ARG(line)),
                        .title = STR("it ended with an error that its last good run did not have"),
                    });
        return;
    }
}
