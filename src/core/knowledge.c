/* What people wrote and what they say of it. Documents come in cut into passages; a search is the edge's, which keeps
 * an index of these tables. Nothing here reads the texts: what a document says can start nothing. */
#include "core/core_internal.h"

enum { ID_BYTES_MAX = 1000, QUESTION_BYTES_MAX = 2000 };

static str text_of(struct cx *cx, const char *key)
{
    return json_str(json_get(cx->body, key), STR(""));
}

static str roles_of(struct cx *cx)
{
    json *roles = json_get(cx->body, "roles");
    return yyjson_is_arr(roles) ? json_text(roles, cx->a) : STR("[]");
}

static err add_passages(struct cx *cx, str id, json *passages)
{
    size_t i, n;
    json *p;
    yyjson_arr_foreach(passages, i, n, p)
    {
        str text = json_get_str(p, "text");
        if (!text.len) return err_make(ERR_INPUT, "passage %zu has no text", i);
        tx_exec(cx->tx, SQL_KNOWLEDGE_PASSAGE_ADD, V(id), V((int64_t)i), V(json_str(json_get(p, "path"), STR(""))),
                V(text));
    }
    return OK;
}

/* A document's passages; none removes it. The same version again changes nothing and leaves no entry. */
err input_knowledge_loaded(struct cx *cx)
{
    str id = cx->in->subject, hash = text_of(cx, "hash"), roles = roles_of(cx), title = text_of(cx, "title");
    usec from = json_get_i64(cx->body, "valid_from", 0), to = json_get_i64(cx->body, "valid_to", 0);
    json *passages = json_get(cx->body, "passages");
    size_t count = yyjson_arr_size(passages);
    if (!id.len || id.len > ID_BYTES_MAX) return err_make(ERR_INPUT, "a document's id has 1 to %d bytes", ID_BYTES_MAX);
    if (to && to <= from) return err_make(ERR_INPUT, "valid_to: must be after valid_from");
    if (count && tx_get_i64(cx->tx, SQL_KNOWLEDGE_SAME, 0, V(id), V(hash), V(roles), V(from), V(to),
                            V(text_of(cx, "version")), V(text_of(cx, "source")), V(title)))
        return OK;
    if (!count && !tx_get_i64(cx->tx, SQL_KNOWLEDGE_KNOWN, 0, V(id)))
        return err_make(ERR_NOT_FOUND, "no document '" STR_FMT "'", STR_ARG(str_utf8_prefix(id, 100)));
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_KNOWLEDGE_DOCUMENT_DROP, V(id));
    tx_exec(cx->tx, SQL_KNOWLEDGE_PASSAGE_DROP, V(id));
    if (!count) return OK;
    tx_exec(cx->tx, SQL_KNOWLEDGE_DOCUMENT_ADD, V(id), V(cx->seq), V(cx->now), V(title), V(text_of(cx, "source")),
            V(text_of(cx, "version")), V(text_of(cx, "format")), V(hash), V(roles), V(from), V(to), V((int64_t)count));
    return add_passages(cx, id, passages);
}

err input_knowledge_feedback(struct cx *cx)
{
    str id = cx->in->subject, question = json_get_str(cx->body, "question");
    json *worked = json_get(cx->body, "worked");
    if (!tx_get_i64(cx->tx, SQL_KNOWLEDGE_KNOWN, 0, V(id)))
        return err_make(ERR_NOT_FOUND, "no document '" STR_FMT "'", STR_ARG(str_utf8_prefix(id, 100)));
    if (question.len > QUESTION_BYTES_MAX)
        return err_make(ERR_LIMIT, "the question is over %d bytes", QUESTION_BYTES_MAX);
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_KNOWLEDGE_FEEDBACK_ADD, V(cx->seq), V(cx->now), V(question), V(id),
            V(json_bool(json_get(cx->body, "used"), false)),
            yyjson_is_bool(worked) ? V(json_bool(worked, false)) : VAL_NONE, V(cx->in->actor));
    return OK;
}

/* A question that no document covers: the edge judged so, and what it found is recorded as it was. */
err input_knowledge_missed(struct cx *cx)
{
    str question = json_get_str(cx->body, "question");
    if (!question.len || question.len > QUESTION_BYTES_MAX)
        return err_make(ERR_INPUT, "a question has 1 to %d bytes", QUESTION_BYTES_MAX);
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_KNOWLEDGE_GAP_ADD, V(cx->seq), V(cx->now), V(question),
            V(json_get_f64(cx->body, "covered", 0)));
    return OK;
}
