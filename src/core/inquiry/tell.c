/* Telling people of inquiries that press. A message names the inquiry, its labels and its department; whoever opens the
 * link sees the text as their role allows. */
#include "core/agents/effects.h"
#include "core/agents/notice.h"
#include "core/inquiry/inquiry_internal.h"

static void send(struct cx *cx, str about, str title, str text, int severity)
{
    struct casefile c = { .id = STR(""), .incident.id = about, .steps = cx->seq };
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "incident", about);
    jw_strz(&w, "event", "inquiry");
    jw_str(&w, "title", title);
    jw_str(&w, "text", text);
    jw_strz(&w, "severity", severity_text(severity));
    jw_str(&w, "url", str_fmt(cx->a, STR_FMT "/#/inquiries" STR_FMT STR_FMT, STR_ARG(core_settings(cx)->page_url),
                              STR_ARG(about.len ? STR("/") : STR("")), STR_ARG(about)));
    jw_close(&w);
    notice_to_all(cx, &c, "inquiry", buf_take(&b, cx->a));
}

static str what_happened(struct cx *cx, const struct inquiry *q, const char *event)
{
    return str_fmt(cx->a, STR_FMT " %s", STR_ARG(q->id),
                   strcmp(event, "late") == 0 ? "was not answered in time" : "was escalated");
}

static str in_short(struct cx *cx, const struct inquiry *q)
{
    return str_fmt(cx->a, STR_FMT ", " STR_FMT ", urgency " STR_FMT ", priority %lld, with " STR_FMT "%s",
                   STR_ARG(q->category), STR_ARG(q->sentiment), STR_ARG(q->urgency), (long long)q->priority,
                   STR_ARG(q->department), q->consultant.len ? "" : ": nobody has it yet");
}

void inquiry_tell(struct cx *cx, const struct inquiry *q, const char *event)
{
    if (!core_settings(cx)->channel_count) return;
    int64_t sent = tx_get_i64(cx->tx, SQL_INQUIRY_NOTICE_SINCE, 0, V(cx->now - USEC_HOUR));
    bool now = sent < NOTICES_AN_HOUR;
    if (!tx_exec(cx->tx, SQL_INQUIRY_NOTICE_ADD, V(q->seq), V(event), V(cx->now), V((int64_t)now))) return;
    int urgency = word_index(urgency_words, q->urgency);
    if (now) send(cx, q->id, what_happened(cx, q, event), in_short(cx, q), SEV_LOW + (urgency < 0 ? 1 : urgency));
    else if (!tx_get_i64(cx->tx, SQL_TIMER_DUE_NOW, 0, V("inquiry_notices/"), V(USEC_MAX)))
        timer_set(cx, "inquiry_notices", STR(""), cx->now + USEC_HOUR);
}

/* Those that were answered or closed meanwhile are not told any more. */
void inquiry_notices_due(struct cx *cx, str subject)
{
    (void)subject;
    int64_t all = 0;
    str parts = STR("");
    struct rows *r = tx_query_n(cx->tx, SQL_INQUIRY_NOTICE_LEFT, TX_NO_VALS);
    while (rows_next(r)) {
        all += rows_i64(r, 1);
        parts = str_fmt(cx->a, STR_FMT "%s%lld " STR_FMT, STR_ARG(parts), parts.len ? ", " : "",
                        (long long)rows_i64(r, 1), STR_ARG(rows_str(r, 0)));
    }
    rows_end(r);
    tx_exec_n(cx->tx, SQL_INQUIRY_NOTICE_SUM, TX_NO_VALS);
    if (!all || !core_settings(cx)->channel_count) return;
    str title = str_fmt(cx->a, "%lld more inquiries wait for somebody", (long long)all);
    send(cx, STR(""), title, str_fmt(cx->a, STR_FMT "; each was one too many for a message of its own", STR_ARG(parts)),
         SEV_HIGH);
}
