/* Inquiries over HTTP. Who may see what people wrote is the same as who may work on it: viewers get texts with personal
 * data masked, operators the whole. */
#include "edge/inquiry/api.h"

#include "edge/inquiry/desk.h"
#include "edge/server/reply.h"
#include "edge/server/server.h"
#include "edge/text/text_reading.h"

static const struct col columns[] = {
    { "seq", COL_INT },          { "received", COL_INT },
    { "updated", COL_INT },      { "state", COL_TEXT },
    { "channel", COL_TEXT },     { "person", COL_TEXT },
    { "language", COL_TEXT },    { "model", COL_TEXT },
    { "category", COL_TEXT },    { "category_score", COL_REAL },
    { "sentiment", COL_TEXT },   { "sentiment_score", COL_REAL },
    { "urgency", COL_TEXT },     { "urgency_score", COL_REAL },
    { "labelled_by", COL_TEXT }, { "department", COL_TEXT },
    { "consultant", COL_TEXT },  { "priority", COL_INT },
    { "due", COL_INT },          { "level", COL_INT },
    { "thread", COL_INT },       { "duplicate_of", COL_INT },
    { "repeats", COL_INT },      { "topics", COL_JSON },
    { "reason", COL_JSON },      { .name = NULL },
};
enum { AT_SEQ = 0, AT_PERSON = 5, AT_CATEGORY = 8, AT_DEPARTMENT = 15, AT_THREAD = 20 };
#define LIKELY 0.95
static const struct col thread_columns[] = {
    { "seq", COL_INT },       { "received", COL_INT },    { "state", COL_TEXT },      { "category", COL_TEXT },
    { "urgency", COL_TEXT },  { "department", COL_TEXT }, { "consultant", COL_TEXT }, { .name = NULL },
};

static struct inquiry_desk *desk_of(const struct request *req)
{
    return server_desk(req->ctx);
}

static bool sees_all(const struct request *req)
{
    return req->role >= ROLE_OPERATOR;
}

static err read_text(const struct request *req, struct tx *tx, int64_t seq, struct inquiry_text *out)
{
    err e = desk_open_text(desk_of(req), tx, seq, req->arena, out);
    if (!e.code && !sees_all(req)) inquiry_text_redact(out, req->arena);
    return e;
}

/* What it is about: of its own lines, so that quoted mails and signatures do not speak. */
static void write_gist(struct jw *w, const struct inquiry_text *t, struct arena *a)
{
    struct text_reading *r = ARENA_NEW(a, struct text_reading);
    str said = str_trim(desk_said(STR(""), t->body, a));
    text_read_gist(said, r);
    text_gist_write(w, said, r);
}

enum { SPANS_MAX = 100 };

static void write_span(struct jw *w, const char *kind, str text)
{
    jw_open(w, NULL);
    jw_strz(w, "kind", kind);
    jw_str(w, "text", text);
    jw_close(w);
}

/* In the order of the body. What is masked already has nothing personal in it. */
static void write_spans(struct jw *w, str body, struct arena *a)
{
    static const char *const names[PERSONAL_KINDS] = { "mail", "phone", "iban", "card" };
    struct personal_span *own = ARENA_ARRAY(a, struct personal_span, SPANS_MAX);
    struct text_entity *named = ARENA_ARRAY(a, struct text_entity, SPANS_MAX);
    size_t n = desk_personal(body, own, SPANS_MAX), m = text_entities(body, named, SPANS_MAX);
    jw_array(w, "personal");
    for (size_t i = 0; i < n; i++) write_span(w, names[own[i].kind], str_cut(body, own[i].from, own[i].len));
    jw_array_end(w);
    jw_array(w, "entities");
    for (size_t i = 0; i < m; i++)
        write_span(w, text_entity_names[named[i].kind], str_cut(body, named[i].from, named[i].len));
    jw_array_end(w);
}

/* The fewest labels that have 95 % between them, by the desk's own word; it told them most probable first. */
static void write_likely(struct jw *w, const char *axis, json *scores)
{
    json *key, *p;
    size_t i, n;
    double sum = 0;
    jw_array(w, axis);
    json_obj_foreach(scores, i, n, key, p)
    {
        if (sum < LIKELY) jw_str(w, NULL, json_str(key, STR("")));
        sum += json_f64(p, 0);
    }
    jw_array_end(w);
}

static void write_likely_all(struct jw *w, str scores, struct arena *a)
{
    static const char *const axes[] = { "category", "sentiment", "urgency" };
    json *root = NULL;
    bool read = !json_parse(scores, a, &root).code;
    jw_open(w, "likely");
    for (int i = 0; i < 3; i++) write_likely(w, axes[i], read ? json_get(root, axes[i]) : NULL);
    jw_close(w);
}

static void write_text(struct jw *w, const struct inquiry_text *t, bool whole, struct arena *a)
{
    jw_str(w, "subject", t->subject);
    jw_str(w, "sender_email", t->sender_email);
    jw_str(w, "sender_name", t->sender_name);
    jw_bool(w, "erased", t->erased);
    if (!whole) return;
    jw_str(w, "body", t->body);
    jw_i64(w, "sent", t->sent);
    jw_raw(w, "scores", t->scores);
    jw_raw(w, "words", t->words);
    write_likely_all(w, t->scores, a);
    write_spans(w, t->body, a);
    write_gist(w, t, a);
}

/* The row that stands in r, and its text. */
static err write_inquiry(struct view *v, struct rows *r, bool whole)
{
    struct inquiry_text t;
    int64_t seq = rows_i64(r, AT_SEQ);
    char id[32];
    (void)snprintf(id, sizeof id, "inq-%lld", (long long)seq);
    jw_strz(&v->w, "id", id);
    row_write(&v->w, r, columns);
    err e = read_text(v->req, v->tx, seq, &t);
    if (!e.code) write_text(&v->w, &t, whole, v->req->arena);
    return e;
}

/* ---- one ---- */

static bool id_seq(str id, int64_t *seq)
{
    return str_starts(id, STR("inq-")) && !str_to_i64(str_cut(id, 4, id.len), seq).code;
}

static void reply_one(struct request *req, struct response *res, int64_t seq, bool whole)
{
    struct view v;
    if (!view_open(&v, req, res)) return;
    struct rows *r = tx_query(v.tx, SQL_API_INQUIRY, V(seq));
    if (!rows_next(r)) {
        view_missing(&v, "inquiry", str_fmt(req->arena, "inq-%lld", (long long)seq));
        return;
    }
    str person = rows_dup(r, AT_PERSON, req->arena);
    int64_t thread = rows_i64(r, AT_THREAD);
    jw_open(&v.w, NULL);
    err e = write_inquiry(&v, r, whole);
    rows_end(r);
    if (e.code) tx_fail(v.tx, e);
    if (whole) view_list(&v, "others", thread_columns, tx_query(v.tx, SQL_API_INQUIRY_THREAD, V(person), V(thread)));
    jw_close(&v.w);
    view_close(&v);
}

static void get(struct request *req, struct response *res)
{
    int64_t seq = 0;
    if (id_seq(req->path_args[0], &seq)) reply_one(req, res, seq, true);
    else
        http_problem_err(res,
                         err_make(ERR_NOT_FOUND, "no inquiry " STR_FMT, STR_ARG(str_cut(req->path_args[0], 0, 60))));
}

/* ---- arriving ---- */

static struct inquiry_mail mail_of(json *v, str channel)
{
    struct inquiry_mail m = {
        .channel = channel,
        .subject = json_str(json_get(v, "subject"), STR("")),
        .body = json_str(json_get(v, "body"), STR("")),
        .sender_email = json_str(json_get(v, "sender_email"), STR("")),
        .sender_name = json_str(json_get(v, "sender_name"), STR("")),
        .message_id = json_str(json_get(v, "message_id"), STR("")),
        .sent = json_get_i64(v, "sent", 0),
    };
    size_t i, n;
    json *ref;
    yyjson_arr_foreach(json_get(v, "references"), i, n, ref)
        if (m.ref_count < INQUIRY_REFS_MAX) m.refs[m.ref_count++] = json_str(ref, STR(""));
    return m;
}

static void submit(struct request *req, struct response *res)
{
    struct inquiry_mail m = mail_of(req->json, STR("api"));
    struct input in;
    int64_t seq = 0;
    usec began = desk_now(desk_of(req));
    err e = desk_prepare(desk_of(req), &m, req->actor, req->arena, &in);
    if (!e.code) e = http_input(req, &in, &seq);
    if (!e.code) desk_submitted(desk_of(req), desk_now(desk_of(req)) - began);
    if (e.code) {
        http_problem_rule(res, e);
        return;
    }
    if (!seq) {
        http_problem_err(res, err_make(ERR_CONFLICT, "this message id is known already"));
        return;
    }
    reply_one(req, res, seq, false);
    res->location = str_fmt(req->arena, "/api/v1/inquiries/inq-%lld", (long long)seq);
}

static size_t prepare_all(struct request *req, struct input *inputs, size_t *index, struct input_result *results)
{
    static const char *const channels[] = { "api", "file", "mbox", NULL };
    str channel = json_str(json_get(req->json, "channel"), STR("api"));
    size_t i, n, count = 0;
    json *one;
    for (int k = 0; channels[k]; k++)
        if (str_eq(channel, str_of(channels[k]))) channel = str_of(channels[k]);
    yyjson_arr_foreach(json_get(req->json, "items"), i, n, one)
    {
        struct inquiry_mail m = mail_of(one, channel);
        struct arena a = arena_init(8 << 20);
        results[i] = (struct input_result){ .result = desk_prepare(desk_of(req), &m, req->actor, &a, &inputs[count]) };
        if (!results[i].result.code) {
            inputs[count].body = str_dup(req->arena, inputs[count].body);
            index[count++] = i;
        }
        arena_done(&a);
    }
    return count;
}

static void submit_batch(struct request *req, struct response *res)
{
    size_t n = yyjson_arr_size(json_get(req->json, "items"));
    struct input *inputs = ARENA_ARRAY(req->arena, struct input, n + 1);
    struct input_result *results = ARENA_ARRAY(req->arena, struct input_result, n + 1),
                        *applied = ARENA_ARRAY(req->arena, struct input_result, n + 1);
    size_t *index = ARENA_ARRAY(req->arena, size_t, n + 1), count = prepare_all(req, inputs, index, results);
    if (count) http_inputs(req, inputs, count, applied);
    for (size_t i = 0; i < count; i++) {
        results[index[i]] = applied[i];
        if (!applied[i].result.code || err_lasting(applied[i].result)) continue;
        http_problem_err(res, applied[i].result);
        return;
    }
    reply_batch(res, results, n);
}

/* Judge a text and keep nothing of it. */
static void classify(struct request *req, struct response *res)
{
    struct desk_verdict v;
    struct judged_by by;
    str text = json_str(req->json, STR(""));
    inquiry_classify(desk_classifier(desk_of(req)), STR(""), text, req->arena, &v, &by);
    struct jw w = jw_init(&res->body);
    const struct desk_axis *const axes[] = { &v.category, &v.sentiment, &v.urgency };
    static const char *const names[] = { "category", "sentiment", "urgency" }, *const scores[] = { "category_score",
                                                                                                   "sentiment_score",
                                                                                                   "urgency_score" };
    jw_open(&w, NULL);
    for (int i = 0; i < 3; i++) {
        jw_str(&w, names[i], axes[i]->items[0].label);
        jw_f64(&w, scores[i], axes[i]->items[0].p);
    }
    jw_str(&w, "language", v.language);
    jw_str(&w, "model", by.name);
    jw_array(&w, "why");
    for (size_t i = 0; i < v.why_count; i++) jw_str(&w, NULL, v.why[i]);
    jw_array_end(&w);
    if (STR_IS(http_query(req, "include_all_scores"), "true")) {
        jw_open(&w, "all_scores");
        verdict_scores(&v, &w);
        jw_close(&w);
    }
    jw_close(&w);
}

/* ---- lists and search ---- */

enum { SEARCH_STEP = 200 };
#define SEARCH_TIME (USEC_SECOND / 2) /* of one page; the next goes on from there */

struct search {
    struct view v;
    str words[8];
    size_t word_count;
    int64_t left, cursor; /* rows still wanted; below which seq to go on */
    usec until;           /* when words are searched */
    bool more;
};

static str query_or_none(const struct request *req, const char *name)
{
    str s = http_query(req, name);
    return s.ptr ? s : STR("");
}

/* One step of rows below the cursor. Each text is opened in memory that goes again at once. False when there are no
 * more. */
static bool search_step(struct search *s, str person)
{
    struct request *req = s->v.req;
    struct rows *r = tx_query(s->v.tx, SQL_API_INQUIRIES, V(s->cursor), V(query_or_none(req, "state")),
                              V(query_or_none(req, "department")), V(query_or_none(req, "category")),
                              V(query_or_none(req, "urgency")), V(query_or_none(req, "consultant")), V(person),
                              V(query_or_none(req, "sentiment")), V((int64_t)SEARCH_STEP));
    size_t seen = 0;
    while (rows_next(r)) {
        struct arena_mark mark = arena_mark(req->arena);
        bool fits = true;
        if (!s->left || (s->word_count && seen && desk_now(desk_of(req)) > s->until)) {
            s->more = true;
            rows_end(r);
            return false;
        }
        seen++;
        s->cursor = rows_i64(r, AT_SEQ);
        err e = OK;
        if (s->word_count)
            e = desk_text_has(desk_of(req), s->v.tx, s->cursor, s->words, s->word_count, req->arena, &fits);
        if (!e.code && fits) {
            s->left--;
            jw_open(&s->v.w, NULL);
            e = write_inquiry(&s->v, r, false);
            jw_close(&s->v.w);
        }
        if (e.code) tx_fail(s->v.tx, e);
        arena_rewind(req->arena, mark);
    }
    return seen == SEARCH_STEP;
}

static void list(struct request *req, struct response *res)
{
    struct search s = { .left = http_limit(req), .cursor = http_query_i64(req, "cursor", INT64_MAX) };
    struct person one = { .id = "" };
    str sender = http_query(req, "sender"), rest = http_query(req, "q"), part;
    if ((sender.len || rest.len) && !sees_all(req)) {
        http_problem_err(res, err_make(ERR_DENIED, "texts and senders are searched by operators only"));
        return;
    }
    if (sender.len && desk_person(desk_of(req), sender, &one).code) (void)snprintf(one.id, sizeof one.id, "nobody");
    while (rest.len && s.word_count < 8 && str_next(&rest, ' ', &part))
        if (part.len) s.words[s.word_count++] = part;
    if (!view_open(&s.v, req, res)) return;
    jw_open(&s.v.w, NULL);
    jw_array(&s.v.w, "items");
    s.until = desk_now(desk_of(req)) + SEARCH_TIME;
    while (search_step(&s, str_of(one.id))) {}
    jw_array_end(&s.v.w);
    if (s.more) jw_strz(&s.v.w, "next_cursor", str_fmt(req->arena, "%lld", (long long)s.cursor).ptr);
    else jw_null(&s.v.w, "next_cursor");
    jw_close(&s.v.w);
    view_close(&s.v);
    person_wipe(&one);
}

/* ---- what people do ---- */

/* The fields of the request that are texts, as the input's body; then the inquiry as it is now. */
static void act(struct request *req, struct response *res, str kind, const char *const *fields)
{
    int64_t seq = 0, about = 0;
    struct buf body = buf_init(1 << 16);
    struct jw w = jw_init(&body);
    jw_open(&w, NULL);
    for (int i = 0; fields[i]; i++) {
        str v = json_get_str(req->json, fields[i]);
        if (v.ptr) jw_str(&w, fields[i], v);
    }
    jw_close(&w);
    if (reply_input(req, res, kind, req->path_args[0], &body, &seq) && id_seq(req->path_args[0], &about))
        reply_one(req, res, about, false);
    buf_done(&body);
}

/* False, and told, when the field names what does not exist. What the inquiry has already may be said again. */
static bool names_known(struct request *req, struct response *res, const char *field, int column,
                        err (*check)(struct inquiry_desk *d, str name, struct arena *a))
{
    struct tx *tx = NULL;
    int64_t seq = 0;
    bool found = false, same = false;
    str name = json_get_str(req->json, field);
    if (!name.len || !id_seq(req->path_args[0], &seq)) return true;
    err e = store_read(server_store(req->ctx), &tx);
    if (!e.code) {
        struct rows *r = tx_query(tx, SQL_API_INQUIRY, V(seq));
        found = rows_next(r);
        same = found && str_eq(rows_str(r, column), name);
        rows_end(r);
        store_read_end(tx);
    }
    if (!e.code && found && !same) e = check(desk_of(req), name, req->arena);
    if (e.code) http_problem_rule(res, e);
    return !e.code;
}

static void assign(struct request *req, struct response *res)
{
    if (!names_known(req, res, "department", AT_DEPARTMENT, desk_check_department)) return;
    act(req, res, STR("inquiry.assigned"), (const char *const[]){ "department", "consultant", "comment", NULL });
}

static void label(struct request *req, struct response *res)
{
    if (!names_known(req, res, "category", AT_CATEGORY, desk_check_category)) return;
    act(req, res, STR("inquiry.relabelled"),
        (const char *const[]){ "category", "sentiment", "urgency", "comment", NULL });
}

static void answer(struct request *req, struct response *res)
{
    act(req, res, STR("inquiry.answered"), (const char *const[]){ "comment", NULL });
}

static void close_one(struct request *req, struct response *res)
{
    act(req, res, STR("inquiry.closed"), (const char *const[]){ "comment", NULL });
}

static void erase(struct request *req, struct response *res)
{
    int64_t seq = 0;
    err e = desk_erase(desk_of(req), json_get_str(req->json, "sender_email"), req->actor, &seq);
    if (e.code) http_problem_rule(res, e);
    else reply_seq(res, seq, NULL);
}

#define STATES "state:enum(review|open|answered|closed|duplicate|active|labelled)"
/* What encodes, or opens texts for as long as it takes: on threads of their own (a list without q is not kept waiting).
 */
const struct route inquiry_encode_routes[] = {
    { "POST", "/api/v1/inquiries/submit", ROLE_INGEST, "inquiries",
      "An inquiry arrives: it is judged, routed and durable when this returns", NULL, "NewInquiry", "Inquiry", 201,
      1 << 20, submit },
    { "POST", "/api/v1/inquiries/classify", ROLE_INGEST, "inquiries",
      "Judge a text and keep nothing; the body is a JSON string", "include_all_scores:enum(true|false)", "Text",
      "Classified", 200, 1 << 20, classify },
    { "GET", "/api/v1/inquiries", ROLE_VIEWER, "inquiries",
      "Inquiries, newest first; q searches what was written, a page for half a second: with fewer items than "
      "asked for it may have a next one; state=active is review and open",
      QUERY_PAGE_SEQ
      " " STATES " department:string(0..64) category:string(0..64) urgency:enum(low|medium|high|critical) "
      "sentiment:enum(negative|neutral|positive) consultant:string(0..64) sender:string(0..320) q:string(0..200)",
      NULL, "Inquiry[]", 200, 0, list },
    ROUTES_END,
};
const struct route inquiry_routes[] = {
    { "GET", "/api/v1/inquiries/{id}", ROLE_VIEWER, "inquiries",
      "One inquiry with its text, scores, why it went where it is, and its thread", NULL, NULL, "InquiryDetail", 200, 0,
      get },
    { "POST", "/api/v1/inquiries/{id}/assign", ROLE_OPERATOR, "inquiries", "Send it to a department, or a consultant",
      NULL, "Assign", "Inquiry", 200, 64 << 10, assign },
    { "POST", "/api/v1/inquiries/{id}/label", ROLE_OPERATOR, "inquiries",
      "Correct or confirm labels: it is routed again, and models learn from it", NULL, "InquiryLabel", "Inquiry", 200,
      64 << 10, label },
    { "POST", "/api/v1/inquiries/{id}/answer", ROLE_OPERATOR, "inquiries", "It was answered: the clock stops", NULL,
      "Comment", "Inquiry", 200, 64 << 10, answer },
    { "POST", "/api/v1/inquiries/{id}/close", ROLE_OPERATOR, "inquiries", "Close it", NULL, "Comment", "Inquiry", 200,
      64 << 10, close_one },
    { "POST", "/api/v1/inquiries/erase", ROLE_ADMIN, "inquiries",
      "Erase all that an address wrote: its key is deleted, for good", NULL, "Erase", "Seq", 200, 64 << 10, erase },
    ROUTES_END,
};
const struct route inquiry_batch_routes[] = {
    { "POST", "/api/v1/inquiries/batch", ROLE_INGEST, "inquiries", "Several inquiries; those that can be read are kept",
      NULL, "InquiryBatch", "Batch", 200, 0, submit_batch },
    ROUTES_END,
};
