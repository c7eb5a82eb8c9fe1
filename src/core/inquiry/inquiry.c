/* An inquiry arrives: it is known already, or it repeats one, or it goes on with a thread, or it is new; then it is
 * routed. All of that hangs on what the entry says and on the tables, never on the text, which nobody here can read.
 */
#include "core/inquiry/inquiry_internal.h"
#include "core/registry/registry.h"

enum { REPEAT_NEAR_PERCENT = 90 };
static const usec repeat_within = 7 * USEC_DAY, thread_within = 30 * USEC_DAY;

str inquiry_id(struct cx *cx, int64_t seq)
{
    return str_fmt(cx->a, "inq-%lld", (long long)seq);
}

bool inquiry_active(const struct inquiry *q)
{
    return STR_IS(q->state, "review") || STR_IS(q->state, "open");
}

void tally(struct cx *cx, const char *name, str word, int64_t n)
{
    tx_exec(cx->tx, SQL_INQUIRY_TALLY_ADD, V(name), V(word), V(n));
}

static bool sketch_read(json *v, int64_t out[SKETCH_LEN])
{
    size_t i, n;
    json *one;
    if (yyjson_arr_size(v) != SKETCH_LEN) return false;
    yyjson_arr_foreach(v, i, n, one) out[i] = json_i64(one, 0);
    return true;
}

/* How near two sketches are, 0..1: the share of places in which they agree (Broder's estimate of the Jaccard index). */
static double sketch_near(const int64_t *a, const int64_t *b)
{
    int same = 0;
    for (int i = 0; i < SKETCH_LEN; i++) same += a[i] == b[i];
    return (double)same / SKETCH_LEN;
}

static str text_of(struct cx *cx, const char *key)
{
    return json_str(json_get(cx->body, key), STR(""));
}

err inquiry_get(struct cx *cx, str id, struct inquiry *out)
{
    int64_t seq = 0;
    bool named = str_starts(id, STR("inq-")) && !str_to_i64(str_cut(id, 4, id.len), &seq).code;
    struct rows *r = named ? tx_query(cx->tx, SQL_INQUIRY_GET, V(seq)) : NULL;
    if (!r || !rows_next(r))
        return err_make(ERR_NOT_FOUND, "no inquiry '" STR_FMT "'", STR_ARG(str_cut(id, 0, 60)));
    *out = (struct inquiry){
        .seq = rows_i64(r, 0),
        .received = rows_i64(r, 1),
        .id = str_dup(cx->a, id),
        .state = rows_dup(r, 2, cx->a),
        .channel = rows_dup(r, 3, cx->a),
        .person = rows_dup(r, 4, cx->a),
        .language = rows_dup(r, 5, cx->a),
        .category = rows_dup(r, 6, cx->a),
        .category_score = rows_f64(r, 7),
        .sentiment = rows_dup(r, 8, cx->a),
        .sentiment_score = rows_f64(r, 9),
        .urgency = rows_dup(r, 10, cx->a),
        .urgency_score = rows_f64(r, 11),
        .labelled_by = rows_dup(r, 12, cx->a),
        .department = rows_dup(r, 13, cx->a),
        .consultant = rows_dup(r, 14, cx->a),
        .priority = rows_i64(r, 15),
        .due = rows_i64(r, 16),
        .level = rows_i64(r, 17),
        .thread = rows_i64(r, 18),
        .duplicate_of = rows_i64(r, 19),
        .topics = rows_dup(r, 20, cx->a),
    };
    rows_end(r);
    return OK;
}

/* What an earlier one of the same person is to this one. */
struct relation {
    int64_t repeats; /* seq of the one it repeats, 0 = none */
    int64_t thread;  /* seq of the first of its thread, 0 = it begins one */
};

static bool repeats(struct cx *cx, const int64_t *sketch, str kept)
{
    int64_t other[SKETCH_LEN];
    json *v = NULL;
    return !json_parse(kept, cx->a, &v).code && sketch_read(v, other) &&
           sketch_near(sketch, other) * 100 >= REPEAT_NEAR_PERCENT;
}

static void relate_to_own(struct cx *cx, struct relation *out)
{
    int64_t sketch[SKETCH_LEN];
    bool sketched = sketch_read(json_get(cx->body, "sketch"), sketch);
    bool answers = json_bool(json_get(cx->body, "answers"), false);
    str key = text_of(cx, "subject_key");
    struct rows *r = tx_query(cx->tx, SQL_INQUIRY_RECENT, V(text_of(cx, "person")), V(cx->now - thread_within));
    while (rows_next(r)) {
        str state = rows_str(r, 2);
        bool over = STR_IS(state, "closed") || STR_IS(state, "duplicate");
        if (!out->thread && answers && key.len && str_eq(key, rows_str(r, 4))) out->thread = rows_i64(r, 3);
        if (!out->repeats && sketched && !over && rows_i64(r, 1) >= cx->now - repeat_within &&
            repeats(cx, sketch, rows_str(r, 5)))
            out->repeats = rows_i64(r, 0);
    }
    rows_end(r);
}

static struct relation relate(struct cx *cx)
{
    struct relation out = { 0 };
    size_t i, n;
    json *ref;
    yyjson_arr_foreach(json_get(cx->body, "refs"), i, n, ref) {
        struct inquiry q;
        int64_t seq = tx_get_i64(cx->tx, SQL_INQUIRY_BY_MESSAGE, 0, V(json_str(ref, STR(""))));
        if (seq && !out.thread && !inquiry_get(cx, inquiry_id(cx, seq), &q).code) out.thread = q.thread;
    }
    relate_to_own(cx, &out);
    return out;
}

err inquiry_check_labels(struct cx *cx)
{
    static const char *const scores[] = { "category_score", "sentiment_score", "urgency_score" };
    if (word_index(sentiment_words, text_of(cx, "sentiment")) < 0)
        return err_make(ERR_INPUT, "sentiment is none of negative, neutral, positive");
    if (word_index(urgency_words, text_of(cx, "urgency")) < 0)
        return err_make(ERR_INPUT, "urgency is none of low, medium, high, critical");
    if (!text_of(cx, "category").len || text_of(cx, "category").len > 64)
        return err_make(ERR_INPUT, "a category has 1 to 64 characters");
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) {
        double v = json_get_f64(cx->body, scores[i], -1);
        if (!(v >= 0 && v <= 1)) return err_make(ERR_INPUT, "%s is not from 0 to 1", scores[i]);
    }
    return OK;
}

static err check_received(struct cx *cx)
{
    err e = inquiry_check_labels(cx);
    if (e.code) return e;
    if (!text_of(cx, "person").len) return err_make(ERR_INPUT, "the person is missing");
    if (tx_get_i64(cx->tx, SQL_INQUIRY_IS_ERASED, 0, V(text_of(cx, "person"))))
        return err_make(ERR_CONFLICT, "this person was erased meanwhile");
    return OK;
}

static str list_text(struct cx *cx, const char *key)
{
    json *v = json_get(cx->body, key);
    return yyjson_is_arr(v) ? json_text(v, cx->a) : STR("[]");
}

static void add_row(struct cx *cx, const struct inquiry *q)
{
    json *b = cx->body;
    tx_exec(cx->tx, SQL_INQUIRY_ADD, V(q->seq), V(cx->now), V(q->state), V(q->channel), V(q->person), V(q->language),
            V(text_of(cx, "model")), V(q->category), V(q->category_score), V(q->sentiment), V(q->sentiment_score),
            V(q->urgency), V(q->urgency_score), V(""), V(""), V((int64_t)0), V((int64_t)0), V(q->thread),
            V(q->duplicate_of), V(q->topics), V("[]"), V(text_of(cx, "message")), V(text_of(cx, "subject_key")),
            V(json_get(b, "sketch") ? list_text(cx, "sketch") : STR("[]")));
}

/* Tenths of the confidence: "0.8" counts what is from 0.8 to 0.9. */
static void count_arrival(struct cx *cx, const struct inquiry *q)
{
    int tenth = (int)(q->category_score * 10);
    tally(cx, "received", q->channel, 1);
    tally(cx, "state", q->state, 1);
    tally(cx, "category", q->category, 1);
    tally(cx, "sentiment", q->sentiment, 1);
    tally(cx, "urgency", q->urgency, 1);
    tally(cx, "language", q->language, 1);
    tally(cx, "confidence", str_fmt(cx->a, "0.%d", tenth > 9 ? 9 : tenth), 1);
    tally(cx, "confidence_sum", STR("thousandths"), (int64_t)(q->category_score * 1000));
}

static struct inquiry arrived(struct cx *cx, const struct relation *rel)
{
    json *b = cx->body;
    return (struct inquiry){
        .seq = cx->seq,
        .id = inquiry_id(cx, cx->seq),
        .received = cx->now,
        .state = rel->repeats ? STR("duplicate") : STR("open"),
        .channel = text_of(cx, "channel"),
        .person = text_of(cx, "person"),
        .language = text_of(cx, "language"),
        .category = text_of(cx, "category"),
        .category_score = json_get_f64(b, "category_score", 0),
        .sentiment = text_of(cx, "sentiment"),
        .sentiment_score = json_get_f64(b, "sentiment_score", 0),
        .urgency = text_of(cx, "urgency"),
        .urgency_score = json_get_f64(b, "urgency_score", 0),
        .labelled_by = STR(""),
        .department = STR(""),
        .consultant = STR(""),
        .thread = rel->thread ? rel->thread : cx->seq,
        .duplicate_of = rel->repeats,
        .topics = list_text(cx, "topics"),
    };
}

static void note_repeat(struct cx *cx, const struct inquiry *q)
{
    struct body b;
    body_open(&b);
    jw_str(&b.w, "of", inquiry_id(cx, q->duplicate_of));
    cx_derive(cx, &b, "inquiry.repeated", q->id, "weir", q->id, cx->seq);
    tx_exec(cx->tx, SQL_INQUIRY_REPEAT, V(q->duplicate_of), V(cx->now));
    tally(cx, "repeated", q->channel, 1);
}

err input_inquiry_received(struct cx *cx)
{
    err e = check_received(cx);
    if (e.code) return e;
    if (tx_get_i64(cx->tx, SQL_INQUIRY_BY_MESSAGE, 0, V(text_of(cx, "message")))) return OK; /* the same mail again */
    struct relation rel = relate(cx);
    cx_enter(cx, cx_next_id(cx, "inq"), 0);
    struct inquiry q = arrived(cx, &rel);
    add_row(cx, &q);
    count_arrival(cx, &q);
    trial_cases(cx, json_get(cx->body, "trials"), q.seq);
    if (rel.repeats) note_repeat(cx, &q);
    else inquiry_route(cx, &q, cx->seq);
    return OK;
}
