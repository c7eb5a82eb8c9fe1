/* Drafts: documents that incidents left, and what a person said of them. */
#include "edge/documents/submit.h"
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"

enum { BODY_ROOM = 2 << 20, READ_MEMORY = 128 << 20 };

#define DRAFT_COLUMNS                                                                                                  \
    { "id", COL_TEXT }, { "seq", COL_INT }, { "time", COL_INT }, { "incident", COL_TEXT }, { "pipeline", COL_TEXT },   \
        { "cause", COL_TEXT }, { "title", COL_TEXT }, { "state", COL_TEXT }, { "decided", COL_INT },                   \
        { "decided_by", COL_TEXT }, { "comment", COL_TEXT },                                                           \
    {                                                                                                                  \
        "document", COL_TEXT                                                                                           \
    }
static const struct col list_columns[] = { DRAFT_COLUMNS, { .name = NULL } };
static const struct col draft_columns[] = { DRAFT_COLUMNS, { "text", COL_TEXT }, { .name = NULL } };

static void list(struct request *req, struct response *res)
{
    str state = http_query(req, "state");
    struct val vals[] = { V(http_query_i64(req, "cursor", INT64_MAX)), V(state.ptr ? state : STR("")),
                          V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_DRAFTS, list_columns, 1, vals, 3);
}

static void show(struct request *req, struct response *res)
{
    reply_object(req, res, "draft", draft_columns, SQL_API_DRAFT);
}

/* The newest draft of an incident is the one that was asked for. */
static void ask(struct request *req, struct response *res)
{
    int64_t seq = 0;
    struct buf body = buf_init(64);
    buf_add(&body, STR("{}"));
    str incident = json_get_str(req->json, "incident"), id = STR("");
    bool ok = reply_input(req, res, STR("knowledge.draft"), incident, &body, &seq);
    buf_done(&body);
    struct view v;
    if (!ok || !view_open(&v, req, res)) return;
    struct rows *r = tx_query(v.tx, SQL_API_DRAFT_OF_INCIDENT, V(incident));
    if (rows_next(r)) id = rows_dup(r, 0, req->arena);
    rows_end(r);
    jw_open(&v.w, NULL);
    jw_i64(&v.w, "seq", seq);
    jw_str(&v.w, "id", id);
    jw_close(&v.w);
    view_close(&v);
}

static err stored_text(struct request *req, str *text)
{
    struct tx *tx = NULL;
    err e = store_read(server_of(req)->opts.store, &tx);
    if (e.code) return e;
    struct rows *r = tx_query(tx, SQL_KNOWLEDGE_CANDIDATE_GET, V(req->path_args[0]));
    bool there = rows_next(r);
    if (there) *text = rows_dup(r, 3, req->arena);
    rows_end(r);
    e = tx_err(tx);
    store_read_end(tx);
    return e.code || there ? e
                           : err_make(ERR_NOT_FOUND, "no draft " STR_FMT, STR_ARG(str_cut(req->path_args[0], 0, 60)));
}

/* The document as it is to be: the person's words where some were given, else those of the draft. */
static err approved_body(struct request *req, struct arena *a, struct buf *out)
{
    struct block_list blocks = { .a = a };
    json *roles = json_get(req->json, "roles");
    str text = STR("");
    err e = stored_text(req, &text);
    if (e.code) return e;
    text = json_str(json_get(req->json, "text"), text);
    struct submission s = { .id = req->path_args[0],
                            .title = json_str(json_get(req->json, "title"), STR("")),
                            .source = str_fmt(a, "draft:" STR_FMT, STR_ARG(req->path_args[0])),
                            .version = STR(""),
                            .roles = roles ? json_text(roles, a) : STR("[]"),
                            .comment = json_str(json_get(req->json, "comment"), STR("")) };
    e = document_blocks(FORMAT_MARKDOWN, text, &blocks);
    return e.code ? e : submit_body(&s, FORMAT_MARKDOWN, &blocks, a, out);
}

static void approve(struct request *req, struct response *res)
{
    int64_t seq = 0;
    struct arena a = arena_init(READ_MEMORY);
    struct buf body = buf_init(BODY_ROOM);
    err e = approved_body(req, &a, &body);
    if (e.code) http_problem_rule(res, e);
    else if (reply_input(req, res, STR("knowledge.approved"), req->path_args[0], &body, &seq))
        reply_seq(res, seq, NULL);
    buf_done(&body);
    arena_done(&a);
}

static void reject(struct request *req, struct response *res)
{
    reply_comment(req, res, STR("knowledge.rejected"), NULL);
}

const struct route api_draft_routes[] = {
    { "GET", "/api/v1/knowledge/drafts", ROLE_OPERATOR, "knowledge", "Documents drafted from incidents, newest first",
      QUERY_PAGE_SEQ " state:enum(waiting|approved|rejected)", NULL, "Draft[]", 200, 0, list },
    { "GET", "/api/v1/knowledge/drafts/{id}", ROLE_OPERATOR, "knowledge", "A draft with its text", NULL, NULL,
      "DraftDetail", 200, 0, show },
    { "POST", "/api/v1/knowledge/drafts", ROLE_OPERATOR, "knowledge", "Draft a document from an incident that is over",
      NULL, "NewDraft", "Created", 201, 64 << 10, ask },
    { "POST", "/api/v1/knowledge/drafts/{id}/approve", ROLE_APPROVER, "knowledge",
      "Make it a document, with other words where they are given", NULL, "ApprovedDraft", "Seq", 200, 4 << 20,
      approve },
    { "POST", "/api/v1/knowledge/drafts/{id}/reject", ROLE_APPROVER, "knowledge", "Make it no document", NULL,
      "Comment", "Seq", 200, 64 << 10, reject },
    ROUTES_END,
};
