/* model_retraining: what people labelled becomes a model of each axis (category, sentiment, urgency), trained by the
 * code of `weir text train` and judged, beside what is in use, on inquiries of writers it learned nothing from. It is
 * promoted when the desk with it is right more often by at least a hundredth, and by more than luck
 * (core/registry/better.h); the one before stays for `weir models rollback`.
 *
 *   check_metrics -> collect_labels -> train -> evaluate -> promote
 *
 * Training cannot be interrupted; the number of labels bounds it. It uses the C library's rand(), so one run at a time,
 * which a schedule is. */
#include "core/inquiry/inquiry.h"
#include "core/registry/better.h"
#include "edge/flow/labels.h"
#include "edge/flow/work.h"
#include "edge/text/text_file.h"
#include "edge/text/text_train.h"

enum { LABELS_LEAST = 100, LABELS_NEW = 20, HELD_LEAST = 20, MODEL_MAX = REGISTRY_FILE_MAX };
#define MARGIN .01

static const char *const model_names[LABEL_AXES] = { INQUIRY_MODEL_CATEGORY, INQUIRY_MODEL_SENTIMENT,
                                                     INQUIRY_MODEL_URGENCY };

struct retraining {
    struct flow_work *w;
    struct flow_result *out;
    struct labels labels;
    int64_t before[LABEL_AXES];   /* labels that the last run saw */
    bool wanted[LABEL_AXES];
    struct buf model[LABEL_AXES]; /* bytes; empty = none was trained */
    int64_t champion[LABEL_AXES];
    struct registry_scores scores[LABEL_AXES];
    str said[LABEL_AXES];         /* what came of it, for people */
};

static str all_said(struct retraining *t)
{
    struct buf b = buf_init(1 << 14);
    for (int i = 0; i < LABEL_AXES; i++)
        buf_fmt(&b, "%s%s: " STR_FMT, i ? "; " : "", label_axis[i], STR_ARG(t->said[i]));
    return buf_take(&b, t->w->a);
}

/* ---- check_metrics ---- */

static void read_before(struct retraining *t, struct tx *tx)
{
    struct rows *r = tx_query(tx, SQL_API_SCHEDULE_RUNS, V(t->w->schedule), V(INT64_MAX), V((int64_t)50));
    bool found = false;
    while (!found && rows_next(r)) {
        json *detail = NULL;
        found = STR_IS(rows_str(r, 6), "ok") && !json_parse(rows_dup(r, 11, t->w->a), t->w->a, &detail).code;
        for (int i = 0; found && i < LABEL_AXES; i++)
            t->before[i] = json_get_i64(json_get(detail, "labels"), label_axis[i], 0);
    }
    if (found) rows_end(r);
}

/* What people said of the labels so far: the share they corrected, by axis. */
static str corrections(struct retraining *t, struct tx *tx)
{
    int64_t right[LABEL_AXES] = { 0 }, wrong[LABEL_AXES] = { 0 };
    struct buf b = buf_init(1 << 12);
    struct rows *r = tx_query_n(tx, SQL_INQUIRY_TALLIES, TX_NO_VALS);
    while (rows_next(r))
        for (int i = 0; i < LABEL_AXES; i++) {
            if (!str_eq(rows_str(r, 1), str_of(label_axis[i]))) continue;
            if (STR_IS(rows_str(r, 0), "confirmed")) right[i] = rows_i64(r, 2);
            if (STR_IS(rows_str(r, 0), "corrected")) wrong[i] = rows_i64(r, 2);
        }
    for (int i = 0; i < LABEL_AXES; i++)
        buf_fmt(&b, "%s: %lld confirmed, %lld corrected by people\n", label_axis[i], (long long)right[i],
                (long long)wrong[i]);
    return buf_take(&b, t->w->a);
}

static bool check_metrics(struct retraining *t)
{
    struct flow_step step;
    struct tx *tx = NULL;
    str says = STR("");
    flow_step_begin(t->w, "check_metrics", &step);
    err e = store_read(t->w->places->door.store, &tx);
    if (!e.code) {
        read_before(t, tx);
        says = corrections(t, tx);
        e = tx_err(tx);
    }
    store_read_end(tx);
    return flow_step_end(t->w, &step, e, -1, says, t->out);
}

/* ---- collect_labels ---- */

static bool goes_on(const void *ctx)
{
    return flow_goes_on(ctx);
}

static bool want(struct retraining *t, int i)
{
    const struct labels *l = &t->labels;
    int64_t given = (int64_t)l->given[i], fresh = given - t->before[i];
    if (given < LABELS_LEAST)
        t->said[i] = str_fmt(t->w->a, "%lld labels, %d are needed", (long long)given, LABELS_LEAST);
    else if (t->before[i] && fresh < LABELS_NEW)
        t->said[i] = str_fmt(t->w->a, "%lld new labels, %d are waited for", (long long)fresh, LABELS_NEW);
    else if (l->learn[i].classes < 2)
        t->said[i] = str_fmt(t->w->a, "fewer than two labels have %d examples", LABEL_CLASS_LEAST);
    else if (l->held_count[i] < HELD_LEAST)
        t->said[i] = str_fmt(t->w->a, "%zu labels held back, %d are needed", l->held_count[i], HELD_LEAST);
    else return true;
    return false;
}

static bool collect(struct retraining *t)
{
    struct flow_step step;
    int64_t rows = 0;
    flow_step_begin(t->w, "collect_labels", &step);
    err e = labels_collect(t->w->places->desk, t->w->places->door.store, goes_on, t->w, &t->labels);
    for (int i = 0; !e.code && i < LABEL_AXES; i++) {
        t->wanted[i] = want(t, i);
        if (t->wanted[i]) t->said[i] = STR("to be trained");
        if ((int64_t)t->labels.given[i] > rows) rows = (int64_t)t->labels.given[i];
    }
    return flow_step_end(t->w, &step, e, rows, str_fmt(t->w->a, STR_FMT "\n", STR_ARG(all_said(t))), t->out);
}

/* ---- train ---- */

static err add_vectors(struct text_data *d, str path)
{
    struct text_encoder n;
    err e = text_encoder_open(path, false, &n);
    if (!e.code && n.scratch) text_encoder_rows(&n, TEXT_LAYERS, d, NULL);
    text_encoder_close(&n);
    return e;
}

static err train_one(struct retraining *t, int i)
{
    struct text_report report;
    struct text_train_opts o = { .seed = 1, .refused = 0.005 };
    err e = add_vectors(&t->labels.learn[i], t->w->places->encoder);
    if (!e.code) e = text_train(&t->labels.learn[i], &o, &t->model[i], &report);
    if (!e.code && t->model[i].full) e = err_make(ERR_LIMIT, "the model is over %d MiB", MODEL_MAX >> 20);
    if (!e.code)
        t->said[i] = str_fmt(t->w->a, "%zu texts, accuracy in five folds %.3f", t->labels.learn[i].rows,
                             report.fused.rows ? report.fused.accuracy : report.sparse.accuracy);
    return err_wrap(e, "%s", label_axis[i]);
}

static bool train(struct retraining *t)
{
    struct flow_step step;
    int64_t rows = 0;
    flow_step_begin(t->w, "train", &step);
    err e = OK;
    for (int i = 0; !e.code && i < LABEL_AXES; i++) {
        if (!t->wanted[i]) continue;
        e = flow_goes_on(t->w) ? train_one(t, i) : flow_why_stopped(t->w);
        rows += (int64_t)t->labels.learn[i].rows;
    }
    return flow_step_end(t->w, &step, e, rows, str_fmt(t->w->a, STR_FMT "\n", STR_ARG(all_said(t))), t->out);
}

/* ---- evaluate ---- */

/* The champions of all axes; that of `axis` is left out when `path` is given, and this is there instead. */
static err models_of(struct retraining *t, int axis, str path, struct registry_use *use, size_t *n)
{
    *n = 0;
    for (int i = 0; i < LABEL_AXES; i++) {
        struct registry_use u = { .name = str_of(model_names[i]), .kind = STR("text"), .rehearsal = true };
        err e = registry_find(t->w->places->registry, u.name, MODEL_CHAMPION, t->w->a, &u.version, &u.path);
        if (e.code && e.code != ERR_NOT_FOUND) return e;
        if (i == axis && !path.len) t->champion[i] = e.code ? 0 : u.version;
        if (i == axis && path.len) u.path = path, u.version = INT64_MAX;
        if (u.path.len) use[(*n)++] = u;
    }
    return OK;
}

static const struct desk_axis *axis_of(const struct desk_verdict *v, int i)
{
    return i == LABEL_CATEGORY ? &v->category : i == LABEL_SENTIMENT ? &v->sentiment : &v->urgency;
}

static bool right(struct inquiry_classifier *c, const struct held_text *h, int axis)
{
    struct arena a = arena_init(16 << 20);
    struct desk_verdict v;
    struct judged_by by;
    inquiry_classify(c, h->subject, h->body, &a, &v, &by);
    bool ok = str_eq(axis_of(&v, axis)->items[0].label, h->label);
    arena_done(&a);
    return ok;
}

static err compare(struct retraining *t, int i, struct inquiry_classifier *now, struct inquiry_classifier *then)
{
    struct registry_scores *s = &t->scores[i];
    int64_t good = 0, was = 0;
    size_t n = t->labels.held_count[i];
    *s = (struct registry_scores){ .metric = STR("accuracy"), .paired = true, .rows = (int64_t)n,
                                   .champion = t->champion[i] };
    for (size_t k = 0; k < n; k++) {
        if (!flow_goes_on(t->w)) return flow_why_stopped(t->w);
        bool old = right(now, &t->labels.held[i][k], i), new = right(then, &t->labels.held[i][k], i);
        good += new;
        was += old;
        s->wins += new && !old;
        s->losses += old && !new;
    }
    s->score = (double)good / (double)n;
    s->before = (double)was / (double)n;
    return OK;
}

static str held_digest(struct retraining *t, int i)
{
    struct arena a = arena_init((size_t)1 << 30);
    size_t n = t->labels.held_count[i];
    str *parts = ARENA_ARRAY(&a, str, 3 * n + 1);
    for (size_t k = 0; k < n; k++) {
        parts[3 * k] = t->labels.held[i][k].subject;
        parts[3 * k + 1] = t->labels.held[i][k].body;
        parts[3 * k + 2] = t->labels.held[i][k].label;
    }
    struct sha256 d = sha256_parts(parts, 3 * n);
    arena_done(&a);
    return hex_text((str){ (const char *)d.b, sizeof d.b }, t->w->a);
}

static err evaluate_one(struct retraining *t, int i)
{
    struct registry_use use[LABEL_AXES];
    struct inquiry_classifier *now = NULL, *then = NULL;
    size_t n;
    str digest = STR("");
    err e = registry_keep(t->w->places->registry, buf_view(&t->model[i]), STR("text"), t->w->a, &digest);
    if (!e.code) e = models_of(t, i, STR(""), use, &n);
    if (!e.code) e = desk_rehearsal(t->w->places->desk, use, n, &now);
    if (!e.code) e = models_of(t, i, registry_path(t->w->places->registry, digest, t->w->a), use, &n);
    if (!e.code) e = desk_rehearsal(t->w->places->desk, use, n, &then);
    if (!e.code) e = compare(t, i, now, then);
    inquiry_classifier_close(now);
    inquiry_classifier_close(then);
    t->scores[i].held_back = held_digest(t, i);
    if (!e.code)
        t->said[i] = str_fmt(t->w->a, "right in %.1f %% of %lld held back, before %.1f %%", 100 * t->scores[i].score,
                             (long long)t->scores[i].rows, 100 * t->scores[i].before);
    return err_wrap(e, "%s", label_axis[i]);
}

static bool evaluate(struct retraining *t)
{
    struct flow_step step;
    int64_t rows = 0;
    flow_step_begin(t->w, "evaluate", &step);
    err e = OK;
    for (int i = 0; !e.code && i < LABEL_AXES; i++) {
        if (t->wanted[i]) e = evaluate_one(t, i);
        rows += t->scores[i].rows;
    }
    return flow_step_end(t->w, &step, e, rows, str_fmt(t->w->a, STR_FMT "\n", STR_ARG(all_said(t))), t->out);
}

/* ---- promote ---- */

static err record(struct retraining *t, int i, int64_t *version)
{
    const struct registry_scores *s = &t->scores[i];
    const struct registry_metric metrics[] = { { "accuracy", s->score }, { "rows", (double)s->rows } };
    struct registry_version v = {
        .name = str_of(model_names[i]),
        .kind = STR("text"),
        .data = STR(""),
        .code = STR("weir " WEIR_VERSION),
        .held_back = s->held_back,
        .origin = t->w->schedule,
        .comment = str_fmt(t->w->a, "from %zu labels of people", t->labels.learn[i].rows),
        .parent = s->champion,
        .metrics = metrics,
        .metric_count = 2,
    };
    return registry_register(t->w->places->registry, &v, buf_view(&t->model[i]), t->w->schedule, version);
}

/* The first of its name has nobody of the registry to beat; it must beat the words alone by the same rule. */
static err decide(struct retraining *t, int i, int64_t version, struct registry_verdict *v)
{
    const struct registry_scores *s = &t->scores[i];
    struct better_facts f = { .metric = s->metric, .score = s->score, .before = s->before, .margin = MARGIN,
                              .paired = true, .wins = s->wins, .losses = s->losses };
    str why;
    if (version == s->champion) {
        (void)snprintf(v->why, sizeof v->why, "it is in use already");
        return OK;
    }
    if (!s->champion && !better_decide(&f, t->w->a, &why)) {
        (void)snprintf(v->why, sizeof v->why, STR_FMT, STR_ARG(why));
        return OK;
    }
    return registry_promote(t->w->places->registry, str_of(model_names[i]), version, MARGIN, s, t->w->schedule, v);
}

static err promote_one(struct retraining *t, int i)
{
    struct registry_verdict v = { .promoted = false };
    int64_t version = 0;
    err e = record(t, i, &version);
    if (!e.code) e = decide(t, i, version, &v);
    if (!e.code)
        t->said[i] = str_fmt(t->w->a, "version %lld %s: %s", (long long)version,
                             v.promoted ? "is in use now" : "is kept beside", v.why);
    return err_wrap(e, "%s", label_axis[i]);
}

static bool promote(struct retraining *t)
{
    struct flow_step step;
    flow_step_begin(t->w, "promote", &step);
    err e = OK;
    for (int i = 0; !e.code && i < LABEL_AXES; i++)
        if (t->wanted[i]) e = promote_one(t, i);
    return flow_step_end(t->w, &step, e, -1, str_fmt(t->w->a, STR_FMT "\n", STR_ARG(all_said(t))), t->out);
}

static str detail_of(struct retraining *t)
{
    struct buf b = buf_init(1 << 14);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_open(&w, "labels"); /* that it learned from, or had learned from before */
    for (int i = 0; i < LABEL_AXES; i++)
        jw_i64(&w, label_axis[i], t->wanted[i] ? (int64_t)t->labels.given[i] : t->before[i]);
    jw_close(&w);
    for (int i = 0; i < LABEL_AXES; i++) jw_str(&w, label_axis[i], t->said[i]);
    jw_close(&w);
    return buf_take(&b, t->w->a);
}

void flow_retrain(struct flow_work *w, struct flow_result *out)
{
    struct retraining *t = mem_new(sizeof *t);
    *t = (struct retraining){ .w = w, .out = out };
    for (int i = 0; i < LABEL_AXES; i++) {
        t->model[i] = buf_init(MODEL_MAX);
        t->said[i] = STR("");
    }
    bool on = check_metrics(t) && collect(t);
    bool any = t->wanted[0] || t->wanted[1] || t->wanted[2];
    if (on && any) on = train(t) && evaluate(t) && promote(t);
    if (on) {
        out->summary = all_said(t);
        out->detail = detail_of(t);
    }
    labels_done(&t->labels);
    for (int i = 0; i < LABEL_AXES; i++) buf_done(&t->model[i]);
    mem_free(t);
}
