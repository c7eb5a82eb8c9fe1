/* Learning from what was said of documents. A re-index is the moment from which new judgements count in the ranking and
 * the server builds its index anew, sources read again: after so many documents, so many judgements, or so much time.
 *
 *      document, judgement --> counter --full--> "knowledge.reindexed" --> priors, counters at 0, clock set anew
 *                              clock -------------^
 */
#include "core/knowledge.h"

static const char *const counters[] = { "documents", "feedback" };

static int64_t counted(struct cx *cx, enum knowledge_counted what)
{
    return tx_get_i64(cx->tx, SQL_KNOWLEDGE_COUNTER_GET, 0, V(counters[what]));
}

static void reindex(struct cx *cx, str reason)
{
    struct body b;
    int64_t documents = counted(cx, KNOWLEDGE_DOCUMENTS), feedback = counted(cx, KNOWLEDGE_FEEDBACK);
    body_open(&b);
    jw_str(&b.w, "reason", reason);
    jw_i64(&b.w, "documents", documents);
    jw_i64(&b.w, "feedback", feedback);
    int64_t seq = cx_derive(cx, &b, "knowledge.reindexed", STR(""), "weir", STR(""), cx->seq);
    tx_exec(cx->tx, SQL_KNOWLEDGE_REINDEX_ADD, V(seq), V(cx->now), V(reason), V(documents), V(feedback));
    tx_exec_n(cx->tx, SQL_KNOWLEDGE_PRIOR_CLEAR, TX_NO_VALS);
    tx_exec_n(cx->tx, SQL_KNOWLEDGE_PRIOR_FILL, TX_NO_VALS);
    tx_exec_n(cx->tx, SQL_KNOWLEDGE_COUNTER_RESET, TX_NO_VALS);
    timer_set(cx, "reindex", STR(""), cx->now + core_settings(cx)->reindex_every);
}

void knowledge_count(struct cx *cx, enum knowledge_counted what)
{
    const struct settings *s = core_settings(cx);
    int64_t limit = what == KNOWLEDGE_DOCUMENTS ? s->reindex_documents : s->reindex_feedback;
    tx_exec(cx->tx, SQL_KNOWLEDGE_COUNTER_ADD, V(counters[what]));
    int64_t n = counted(cx, what), others = counted(cx, what == KNOWLEDGE_DOCUMENTS);
    if (n >= limit) reindex(cx, str_of(counters[what]));
    else if (n + others == 1 && !tx_get_i64_n(cx->tx, SQL_KNOWLEDGE_REINDEX_LAST, 0, TX_NO_VALS))
        timer_set(cx, "reindex", STR(""), cx->now + s->reindex_every); /* the first there is */
}

void timer_reindex(struct cx *cx, str subject)
{
    (void)subject;
    reindex(cx, STR("time"));
}

err input_knowledge_reindex(struct cx *cx)
{
    cx_enter(cx, STR(""), 0);
    reindex(cx, str_fmt(cx->a, "asked for by " STR_FMT, STR_ARG(cx->in->actor)));
    return OK;
}

void knowledge_mended(struct cx *cx, const struct incident *inc)
{
    str runbook = STR(""), question = STR("");
    struct rows *r = tx_query(cx->tx, SQL_CAUSE_RUNBOOK, V(inc->id));
    if (rows_next(r)) {
        runbook = rows_dup(r, 0, cx->a);
        question = rows_dup(r, 1, cx->a);
    }
    rows_end(r);
    if (!runbook.len) return;
    struct body b;
    str document = str_fmt(cx->a, "runbook:" STR_FMT, STR_ARG(runbook));
    body_open(&b);
    jw_str(&b.w, "question", question);
    jw_bool(&b.w, "worked", true);
    int64_t seq = cx_derive(cx, &b, "knowledge.proven", document, "weir", inc->id, cx->seq);
    tx_exec(cx->tx, SQL_KNOWLEDGE_FEEDBACK_ADD, V(seq), V(cx->now), V(question), V(document), V(true), V(true),
            V("weir"), V(""), V(inc->id));
    knowledge_count(cx, KNOWLEDGE_FEEDBACK);
}
