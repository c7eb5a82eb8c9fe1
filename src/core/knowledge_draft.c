/* Drafts: what an incident taught, as the beginning of a document. Nothing of it is found by a search before a person
 * approves it, and who that was is in the journal.
 *
 *      incident over, cause known --> "knowledge.drafted", waiting --approved--> document incidents/INC.md
 *                                                                  --rejected--> kept with the reason
 */
#include "core/knowledge.h"

enum { DRAFT_BYTES_MAX = 200 << 10, WAITING_MAX = 100, LINE_BYTES_MAX = 2000 };
#define DECIDED_LATELY (90 * USEC_DAY)

/* Text of others on one line: it becomes no heading, no list and no code of ours. */
static void line(struct buf *out, const char *before, str text)
{
    text = str_trim(str_utf8_prefix(text, LINE_BYTES_MAX));
    if (!text.len) return;
    buf_add(out, str_of(before));
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        buf_char(out, (unsigned char)c < ' ' || c == '`' ? ' ' : c);
    }
    buf_char(out, '\n');
}

static void heading(struct buf *out, const char *text)
{
    buf_fmt(out, "\n## %s\n\n", text);
}

static void symptoms(struct cx *cx, str incident, struct buf *out)
{
    heading(out, "Symptom");
    struct rows *r = tx_query(cx->tx, SQL_KNOWLEDGE_DRAFT_FINDINGS, V(incident));
    while (rows_next(r)) line(out, "- ", rows_str(r, 0));
    rows_end(r);
}

static void evidence(struct cx *cx, str text, struct buf *out)
{
    json *list = NULL, *one;
    size_t i, n;
    err e = json_parse(text, cx->a, &list);
    if (e.code) tx_fail(cx->tx, e);
    else yyjson_arr_foreach(list, i, n, one) line(out, "  - ", json_get_str(one, "text"));
}

/* The first cause with what showed it; the others are what else it could have been. */
static void causes(struct cx *cx, str incident, struct buf *out)
{
    heading(out, "Likely causes");
    struct rows *r = tx_query(cx->tx, SQL_KNOWLEDGE_DRAFT_CAUSES, V(incident));
    for (size_t i = 0; rows_next(r); i++) {
        line(out, i ? "- else: " : "- ", rows_str(r, 0));
        if (!i) evidence(cx, rows_dup(r, 1, cx->a), out);
    }
    rows_end(r);
}

static void remedies(struct cx *cx, str incident, str how, struct buf *out)
{
    heading(out, "What was done");
    struct rows *r = tx_query(cx->tx, SQL_KNOWLEDGE_DRAFT_EFFECTS, V(incident));
    while (rows_next(r)) {
        str kind = rows_dup(r, 0, cx->a), remedy = rows_dup(r, 1, cx->a), state = rows_dup(r, 2, cx->a);
        line(out, "- ",
             str_fmt(cx->a, STR_FMT " " STR_FMT ": " STR_FMT, STR_ARG(kind), STR_ARG(remedy), STR_ARG(state)));
    }
    rows_end(r);
    line(out, "- it ended by: ", how);
}

static str draft_text(struct cx *cx, const struct incident *inc, str how)
{
    struct buf out = buf_init(DRAFT_BYTES_MAX);
    line(&out, "# ", inc->title);
    buf_char(&out, '\n');
    line(&out, "Causes: ", inc->cause);
    symptoms(cx, inc->id, &out);
    causes(cx, inc->id, &out);
    remedies(cx, inc->id, how, &out);
    heading(&out, "Prevention");
    line(&out, "", str_fmt(cx->a, "(to be written by who was there; drafted from " STR_FMT ")", STR_ARG(inc->id)));
    return buf_take(&out, cx->a);
}

static void draft(struct cx *cx, const struct incident *inc, str how)
{
    str id = cx_next_id(cx, "draft"), text = draft_text(cx, inc, how);
    struct body b;
    body_open(&b);
    jw_str(&b.w, "title", inc->title);
    jw_str(&b.w, "text", text);
    int64_t seq = cx_derive(cx, &b, "knowledge.drafted", id, "weir", inc->id, cx->seq);
    tx_exec(cx->tx, SQL_KNOWLEDGE_CANDIDATE_ADD, V(id), V(seq), V(cx->now), V(inc->id), V(inc->pipeline), V(inc->cause),
            V(inc->title), V(text));
}

static bool room(struct cx *cx)
{
    return tx_get_i64_n(cx->tx, SQL_KNOWLEDGE_CANDIDATE_WAITING, 0, TX_NO_VALS) < WAITING_MAX;
}

void knowledge_over(struct cx *cx, const struct incident *inc, str how)
{
    bool known = inc->cause.len && !STR_IS(inc->cause, "unknown");
    if (!inc->settled || !known || tx_get_i64(cx->tx, SQL_KNOWLEDGE_CANDIDATE_OF_INCIDENT, 0, V(inc->id))) return;
    if (tx_get_i64(cx->tx, SQL_KNOWLEDGE_CANDIDATE_ALIKE, 0, V(inc->pipeline), V(inc->cause),
                   V(cx->now - DECIDED_LATELY)))
        return;
    if (room(cx)) draft(cx, inc, how);
    else tx_exec(cx->tx, SQL_KNOWLEDGE_COUNTER_ADD, V("undrafted"));
}

/* A person asks for one: also where the cause is unknown, or a like one was decided on. */
err input_knowledge_draft(struct cx *cx)
{
    struct incident inc;
    str id = str_dup(cx->a, cx->in->subject), how = STR("");
    if (!incident_get(cx, id, &inc)) return err_make(ERR_NOT_FOUND, "no incident '" STR_FMT "'", STR_ARG(id));
    if (inc.state != INC_RESOLVED)
        return err_make(ERR_CONFLICT, "incident '" STR_FMT "' is not over yet: how it ends is what a document is for",
                        STR_ARG(id));
    if (tx_get_i64(cx->tx, SQL_KNOWLEDGE_CANDIDATE_OF_INCIDENT, 0, V(id)))
        return err_make(ERR_CONFLICT, "incident '" STR_FMT "' has a draft already", STR_ARG(id));
    if (!room(cx)) return err_make(ERR_LIMIT, "%d drafts wait already: decide on some first", WAITING_MAX);
    struct rows *r = tx_query(cx->tx, SQL_INCIDENT_RESOLUTION, V(id));
    if (rows_next(r)) how = rows_dup(r, 0, cx->a);
    rows_end(r);
    cx_enter(cx, id, 0);
    draft(cx, &inc, how);
    return OK;
}

static err candidate_waiting(struct cx *cx, str id, str *incident)
{
    struct rows *r = tx_query(cx->tx, SQL_KNOWLEDGE_CANDIDATE_GET, V(id));
    bool there = rows_next(r);
    str state = there ? rows_dup(r, 0, cx->a) : STR("");
    if (there) *incident = rows_dup(r, 1, cx->a);
    rows_end(r);
    if (!there) return err_make(ERR_NOT_FOUND, "no draft '" STR_FMT "'", STR_ARG(str_utf8_prefix(id, 60)));
    if (!STR_IS(state, "waiting"))
        return err_make(ERR_CONFLICT, "draft '" STR_FMT "' is " STR_FMT " already", STR_ARG(id), STR_ARG(state));
    if (STR_IS(cx->in->actor, "weir") || str_starts(cx->in->actor, STR("agent:")))
        return err_make(ERR_DENIED, "only a person decides on a draft");
    return OK;
}

static void decide(struct cx *cx, str id, const char *state, str document)
{
    tx_exec(cx->tx, SQL_KNOWLEDGE_CANDIDATE_DECIDE, V(id), V(state), V(cx->now), V(cx->in->actor),
            V(json_str(json_get(cx->body, "comment"), STR(""))), V(document));
}

/* The body is the document as the person wants it, cut into passages. */
err input_knowledge_approved(struct cx *cx)
{
    str id = str_dup(cx->a, cx->in->subject), incident = STR("");
    err e = candidate_waiting(cx, id, &incident);
    if (e.code) return e;
    if (!yyjson_arr_size(json_get(cx->body, "passages"))) return err_make(ERR_INPUT, "there is nothing to read in it");
    str document = str_fmt(cx->a, "incidents/" STR_FMT ".md", STR_ARG(incident));
    cx_enter(cx, incident, 0);
    decide(cx, id, "approved", document);
    return knowledge_store(cx, document);
}

err input_knowledge_rejected(struct cx *cx)
{
    str id = str_dup(cx->a, cx->in->subject), incident = STR("");
    err e = candidate_waiting(cx, id, &incident);
    if (e.code) return e;
    cx_enter(cx, incident, 0);
    decide(cx, id, "rejected", STR(""));
    return OK;
}
