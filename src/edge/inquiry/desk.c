#include "edge/inquiry/desk_internal.h"

#include "base/hash.h"

/* ---- opening ---- */

static err erase_again(struct inquiry_desk *d)
{
    struct tx *tx = NULL;
    struct arena a = arena_init(256 << 20);
    err e = store_read(d->opts.store, &tx);
    if (e.code) return e;
    struct rows *r = tx_query_n(tx, SQL_INQUIRY_ERASED, TX_NO_VALS);
    while (!e.code && rows_next(r)) {
        struct person one;
        if (!persons_key(d->persons, rows_str(r, 0), &one).code) e = persons_erase(d->persons, rows_str(r, 0));
        person_wipe(&one);
    }
    rows_end(r);
    if (!e.code) e = tx_err(tx);
    store_read_end(tx);
    arena_done(&a);
    return e;
}

err desk_open(const struct desk_opts *opts, struct inquiry_desk **out)
{
    struct inquiry_desk *d = mem_new(sizeof *d);
    struct arena a = arena_init(1 << 16);
    d->opts = *opts;
    d->marks = text_marks_new();
    str path = opts->data_dir.len ? str_fmt(&a, STR_FMT "/" PERSONS_FILE, STR_ARG(opts->data_dir)) : STR("");
    err e = persons_open(path, opts->env, &d->persons);
    if (!e.code) e = inquiry_classifier_open(opts->rules, opts->models, opts->encoder, &d->classifier);
    if (!e.code) e = erase_again(d);
    arena_done(&a);
    if (e.code) desk_close(d);
    else *out = d;
    return e;
}

void desk_close(struct inquiry_desk *d)
{
    if (!d) return;
    inquiry_classifier_close(d->classifier);
    persons_close(d->persons);
    text_marks_free(d->marks);
    mem_free(d);
}

struct inquiry_classifier *desk_classifier(struct inquiry_desk *d)
{
    return d->classifier;
}

err desk_rehearsal(struct inquiry_desk *d, const struct registry_use *models, size_t count,
                   struct inquiry_classifier **out)
{
    err e = inquiry_classifier_open(d->opts.rules, d->opts.models, d->opts.encoder, out);
    if (!e.code) axis_models_use(inquiry_classifier_models(*out), models, count);
    return e;
}

/* ---- arriving ---- */

static void axis_scores(const struct desk_axis *axis, const char *key, struct jw *w)
{
    jw_open(w, key);
    for (size_t i = 0; i < axis->count; i++) {
        char name[80];
        (void)snprintf(name, sizeof name, STR_FMT, STR_ARG(str_cut(axis->items[i].label, 0, 64)));
        jw_f64(w, name, (double)(int64_t)(axis->items[i].p * 10000 + 0.5) / 10000);
    }
    jw_close(w);
}

void verdict_scores(const struct desk_verdict *v, struct jw *w)
{
    axis_scores(&v->category, "category", w);
    axis_scores(&v->sentiment, "sentiment", w);
    axis_scores(&v->urgency, "urgency", w);
}

static str keyed(const struct person *one, str what, str text, struct arena *a)
{
    struct sha256 sub = hmac_sha256((str){ (const char *)one->key, SEAL_KEY_LEN }, what);
    struct sha256 d = hmac_sha256((str){ (const char *)sub.b, SHA256_LEN }, text);
    return hex_text((str){ (const char *)d.b, SHA256_LEN / 2 }, a);
}

static err seal_mail(struct inquiry_desk *d, const struct person *one, const struct inquiry_mail *m, struct arena *a,
                     str *out)
{
    struct buf b = buf_init(4 * INQUIRY_BODY_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "subject", str_utf8_prefix(m->subject, INQUIRY_SUBJECT_MAX));
    jw_str(&w, "body", str_utf8_prefix(m->body, INQUIRY_BODY_MAX));
    jw_str(&w, "sender_email", str_utf8_prefix(m->sender_email, 320));
    jw_str(&w, "sender_name", str_utf8_prefix(m->sender_name, 200));
    jw_str(&w, "message_id", str_utf8_prefix(m->message_id, 1000));
    jw_i64(&w, "sent", m->sent);
    jw_close(&w);
    err e = b.full ? err_make(ERR_LIMIT, "the inquiry is too large")
                   : person_seal(d->persons, one, str_of(one->id), buf_view(&b), a, out);
    buf_done(&b);
    return e;
}

static void put_texts(struct jw *w, const char *key, const str *items, size_t n)
{
    jw_array(w, key);
    for (size_t i = 0; i < n; i++) jw_str(w, NULL, items[i]);
    jw_array_end(w);
}

static void put_marks(struct inquiry_desk *d, const struct person *one, const struct inquiry_mail *m, struct arena *a,
                      struct jw *w)
{
    int64_t sketch[DESK_SKETCH_LEN];
    uint64_t key;
    str core;
    struct sha256 sub = hmac_sha256((str){ (const char *)one->key, SEAL_KEY_LEN }, STR("sketch"));
    memcpy(&key, sub.b, sizeof key);
    bool answers = desk_subject(str_cut(m->subject, 0, INQUIRY_SUBJECT_MAX), &core);
    if (m->message_id.len) jw_str(w, "message", persons_digest(d->persons, m->message_id, a));
    jw_array(w, "refs");
    for (size_t i = 0; i < m->ref_count; i++) jw_str(w, NULL, persons_digest(d->persons, m->refs[i], a));
    jw_array_end(w);
    if (core.len) jw_str(w, "subject_key", keyed(one, STR("subject"), core, a));
    jw_bool(w, "answers", answers);
    desk_sketch(str_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(core), STR_ARG(str_utf8_prefix(m->body, INQUIRY_BODY_MAX))),
                key, a, sketch);
    jw_array(w, "sketch");
    for (int i = 0; i < DESK_SKETCH_LEN; i++) jw_i64(w, NULL, sketch[i]);
    jw_array_end(w);
}

static void put_label(struct jw *w, const char *key, const char *score_key, const struct desk_axis *axis)
{
    jw_str(w, key, axis->items[0].label);
    jw_f64(w, score_key, (double)(int64_t)(axis->items[0].p * 10000 + 0.5) / 10000);
}

static void put_verdict(const struct desk_verdict *v, const struct judged_by *by, struct jw *w)
{
    jw_str(w, "language", v->language.len ? v->language : STR("und")); /* undetermined, ISO 639 */
    jw_str(w, "model", by->name);
    jw_bool(w, "encoded", by->encoded);
    put_label(w, "category", "category_score", &v->category);
    put_label(w, "sentiment", "sentiment_score", &v->sentiment);
    put_label(w, "urgency", "urgency_score", &v->urgency);
    jw_open(w, "scores");
    verdict_scores(v, w);
    jw_close(w);
    put_texts(w, "topics", v->topics, v->topic_count);
    put_texts(w, "why", v->why, v->why_count);
    axis_trials_write(by, w);
}

/* Whoever gives no address is a person of their own. */
static err writer_of(struct inquiry_desk *d, const struct inquiry_mail *m, struct arena *a, struct person *out)
{
    str address = str_trim(m->sender_email);
    if (!address.len) address = str_fmt(a, "nobody/%016llx", (unsigned long long)d->opts.env->random(d->opts.env));
    return persons_of(d->persons, address, true, out);
}

err desk_prepare(struct inquiry_desk *d, const struct inquiry_mail *m, str actor, struct arena *a, struct input *out)
{
    struct person one = { .id = "" };
    struct desk_verdict v;
    struct judged_by by;
    str sealed;
    if (!str_trim(m->subject).len && !str_trim(m->body).len) return err_make(ERR_INPUT, "subject and body are empty");
    inquiry_classify(d->classifier, m->subject, m->body, a, &v, &by);
    err e = writer_of(d, m, a, &one);
    if (!e.code) e = seal_mail(d, &one, m, a, &sealed);
    if (e.code) return e;
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "channel", m->channel);
    jw_strz(&w, "person", one.id);
    put_verdict(&v, &by, &w);
    put_marks(d, &one, m, a, &w);
    jw_i64(&w, "bytes", (int64_t)(m->subject.len + m->body.len));
    jw_str(&w, "sealed", sealed);
    jw_close(&w);
    person_wipe(&one);
    if (b.full) e = err_make(ERR_LIMIT, "the inquiry is too large");
    *out = (struct input){ STR("inquiry.received"), STR(""), actor, buf_take(&b, a) };
    return e;
}

struct one_input {
    struct inquiry_desk *d;
    struct input in;
    int64_t seq;
};

static err input_work(struct tx *tx, void *ctx)
{
    struct one_input *one = ctx;
    return one->d->opts.apply(one->d->opts.ctx, tx, &one->in, &one->seq);
}

err desk_take(struct inquiry_desk *d, const struct inquiry_mail *m, str actor, int64_t *seq)
{
    struct arena a = arena_init(8 << 20);
    struct one_input one = { .d = d };
    err e = desk_prepare(d, m, actor, &a, &one.in);
    if (!e.code) e = store_run(d->opts.store, input_work, &one);
    *seq = one.seq;
    arena_done(&a);
    return e;
}

/* ---- reading ---- */

err desk_open_text(struct inquiry_desk *d, struct tx *tx, int64_t seq, struct arena *a, struct inquiry_text *out)
{
    struct entry entry;
    struct person one;
    json *body = NULL, *v = NULL;
    str text;
    *out = (struct inquiry_text){ .erased = true,
                                  .subject = STR(""),
                                  .body = STR(""),
                                  .sender_email = STR(""),
                                  .sender_name = STR(""),
                                  .message_id = STR(""),
                                  .scores = STR("{}"),
                                  .words = STR("[]") };
    if (!journal_get(tx, seq, a, &entry) || !entry.body.len) return tx_err(tx);
    err e = json_parse(entry.body, a, &body);
    if (e.code) return e;
    if (json_get(body, "scores")) out->scores = json_text(json_get(body, "scores"), a);
    if (json_get(body, "why")) out->words = json_text(json_get(body, "why"), a);
    e = persons_key(d->persons, json_get_str(body, "person"), &one);
    if (e.code == ERR_NOT_FOUND) return OK;
    if (!e.code) e = person_open(&one, str_of(one.id), json_get_str(body, "sealed"), a, &text);
    person_wipe(&one);
    if (!e.code) e = json_parse(text, a, &v);
    if (e.code) return err_wrap(e, "inquiry inq-%lld", (long long)seq);
    out->erased = false;
    out->subject = json_str(json_get(v, "subject"), STR(""));
    out->body = json_str(json_get(v, "body"), STR(""));
    out->sender_email = json_str(json_get(v, "sender_email"), STR(""));
    out->sender_name = json_str(json_get(v, "sender_name"), STR(""));
    out->message_id = json_str(json_get(v, "message_id"), STR(""));
    out->sent = json_get_i64(v, "sent", 0);
    return OK;
}

str desk_judge_name(struct inquiry_desk *d, struct arena *a)
{
    struct desk_verdict v;
    struct judged_by by;
    inquiry_classify(d->classifier, STR(""), STR(""), a, &v, &by);
    return by.name;
}

err desk_judge_again(struct inquiry_desk *d, int64_t seq, struct arena *a, str *name, struct input *out)
{
    struct inquiry_text t;
    struct desk_verdict v;
    struct judged_by by;
    struct tx *tx = NULL;
    err e = store_read(d->opts.store, &tx);
    if (e.code) return e;
    e = desk_open_text(d, tx, seq, a, &t);
    store_read_end(tx);
    if (!e.code && t.erased) e = err_make(ERR_NOT_FOUND, "it was erased");
    if (e.code) return e;
    inquiry_classify(d->classifier, t.subject, t.body, a, &v, &by);
    *name = by.name;
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    put_verdict(&v, &by, &w);
    jw_close(&w);
    *out =
        (struct input){ STR("inquiry.judged"), str_fmt(a, "inq-%lld", (long long)seq), STR("weir"), buf_take(&b, a) };
    return OK;
}

void inquiry_text_redact(struct inquiry_text *t, struct arena *a)
{
    t->subject = desk_redact(t->subject, t->sender_name, a);
    t->body = desk_redact(t->body, t->sender_name, a);
    if (t->sender_email.len) t->sender_email = STR("[mail]");
    if (t->sender_name.len) t->sender_name = STR("[name]");
    t->message_id = STR("");
}

err desk_person(struct inquiry_desk *d, str address, struct person *out)
{
    return persons_of(d->persons, address, false, out);
}

err desk_erase(struct inquiry_desk *d, str address, str actor, int64_t *seq)
{
    struct person one;
    struct one_input work = { .d = d };
    err e = desk_person(d, address, &one);
    if (e.code) return e;
    work.in = (struct input){ STR("inquiry.erased"), str_of(one.id), actor, STR("{}") };
    e = store_run(d->opts.store, input_work, &work);
    *seq = work.seq;
    if (!e.code) e = persons_erase(d->persons, str_of(one.id));
    text_marks_forget(d->marks);
    person_wipe(&one);
    return e;
}
