/* What people wrote and what they say of it. Documents come in cut into passages; a search is the edge's, which keeps
 * an index of these tables. Nothing here reads the texts: what a document says can start nothing. */
#include "core/knowledge.h"

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

static err unknown_document(str id)
{
    return err_make(ERR_NOT_FOUND, "no document '" STR_FMT "'", STR_ARG(str_utf8_prefix(id, 100)));
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

err knowledge_store(struct cx *cx, str id)
{
    json *passages = json_get(cx->body, "passages");
    size_t count = yyjson_arr_size(passages);
    tx_exec(cx->tx, SQL_KNOWLEDGE_DOCUMENT_DROP, V(id));
    tx_exec(cx->tx, SQL_KNOWLEDGE_PASSAGE_DROP, V(id));
    if (count)
        tx_exec(cx->tx, SQL_KNOWLEDGE_DOCUMENT_ADD, V(id), V(cx->seq), V(cx->now), V(text_of(cx, "title")),
                V(text_of(cx, "source")), V(text_of(cx, "version")), V(text_of(cx, "format")), V(text_of(cx, "hash")),
                V(roles_of(cx)), V(json_get_i64(cx->body, "valid_from", 0)), V(json_get_i64(cx->body, "valid_to", 0)),
                V((int64_t)count));
    err e = add_passages(cx, id, passages);
    if (!e.code) knowledge_count(cx, KNOWLEDGE_DOCUMENTS);
    return e;
}

/* A document's passages; none removes it. The same version again changes nothing and leaves no entry. */
err input_knowledge_loaded(struct cx *cx)
{
    str id = cx->in->subject, hash = text_of(cx, "hash"), roles = roles_of(cx), title = text_of(cx, "title");
    usec from = json_get_i64(cx->body, "valid_from", 0), to = json_get_i64(cx->body, "valid_to", 0);
    size_t count = yyjson_arr_size(json_get(cx->body, "passages"));
    if (!id.len || id.len > ID_BYTES_MAX) return err_make(ERR_INPUT, "a document's id has 1 to %d bytes", ID_BYTES_MAX);
    if (to && to <= from) return err_make(ERR_INPUT, "valid_to: must be after valid_from");
    if (count && tx_get_i64(cx->tx, SQL_KNOWLEDGE_SAME, 0, V(id), V(hash), V(roles), V(from), V(to),
                            V(text_of(cx, "version")), V(text_of(cx, "source")), V(title)))
        return OK;
    if (!count && !tx_get_i64(cx->tx, SQL_KNOWLEDGE_KNOWN, 0, V(id))) return unknown_document(id);
    cx_enter(cx, STR(""), 0);
    return knowledge_store(cx, id);
}

/* The digest of a passage's text, so that what was said of it holds as long as it reads the same; "" without one. */
static err passage_of(struct cx *cx, str document, str *digest)
{
    json *ordinal = json_get(cx->body, "passage");
    *digest = STR("");
    if (!ordinal) return OK;
    if (!yyjson_is_int(ordinal)) return err_make(ERR_INPUT, "passage: expected its number");
    struct rows *r = tx_query(cx->tx, SQL_KNOWLEDGE_PASSAGE_TEXT, V(document), V(json_i64(ordinal, -1)));
    bool there = rows_next(r);
    if (there) *digest = sha256_hex(rows_str(r, 0), cx->a);
    rows_end(r);
    return there ? OK : err_make(ERR_NOT_FOUND, "the document has no passage %lld", (long long)json_i64(ordinal, -1));
}

err input_knowledge_feedback(struct cx *cx)
{
    str id = cx->in->subject, question = json_get_str(cx->body, "question"), passage = STR("");
    json *worked = json_get(cx->body, "worked");
    if (!tx_get_i64(cx->tx, SQL_KNOWLEDGE_KNOWN_ANY, 0, V(id))) return unknown_document(id);
    if (question.len > QUESTION_BYTES_MAX)
        return err_make(ERR_LIMIT, "the question is over %d bytes", QUESTION_BYTES_MAX);
    err e = passage_of(cx, id, &passage);
    if (e.code) return e;
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_KNOWLEDGE_FEEDBACK_ADD, V(cx->seq), V(cx->now), V(question), V(id),
            V(json_bool(json_get(cx->body, "used"), false)),
            yyjson_is_bool(worked) ? V(json_bool(worked, false)) : VAL_NONE, V(cx->in->actor), V(passage), V(""));
    knowledge_count(cx, KNOWLEDGE_FEEDBACK);
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
