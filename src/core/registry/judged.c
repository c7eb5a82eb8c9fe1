/* Promotion: a version becomes the one in use when it is better than that by a stated margin, on cases neither learned
 * from; or because a person says so and why. Either way the record says what was compared. */
#include <math.h>

#include "core/registry/registry_internal.h"

static const double cases_max = 1e7;

static err number(struct cx *cx, const char *key, double *out)
{
    *out = json_get_f64(cx->body, key, NAN);
    return isfinite(*out) ? OK : err_make(ERR_INPUT, "%s: expected a number", key);
}

/* Scores that came with the input: both models on one held-back set. */
static err by_scores(struct cx *cx, const struct version *v, int64_t champion, struct better_facts *f)
{
    int64_t of = json_get_i64(cx->body, "champion", 0);
    str held_back = body_text(cx, "held_back");
    if (of != champion)
        return err_make(ERR_CONFLICT, "the scores are beside version %lld, but %lld is in use", (long long)of,
                        (long long)champion);
    if (held_back.len && str_eq(held_back, v->data))
        return err_make(ERR_INPUT, "it learned from this held-back data: such scores say nothing");
    err e = number(cx, "score", &f->score);
    if (!e.code && champion) e = number(cx, "before", &f->before);
    f->paired = json_get(cx->body, "wins") || json_get(cx->body, "losses");
    f->wins = json_get_i64(cx->body, "wins", -1);
    f->losses = json_get_i64(cx->body, "losses", -1);
    if (!e.code && f->paired && (f->wins < 0 || f->losses < 0 || (double)f->wins + (double)f->losses > cases_max))
        e = err_make(ERR_INPUT, "wins, losses: expected both, from 0 to 10,000,000 together");
    return e;
}

static err metric_of(struct cx *cx, const struct version *v, str metric, double *out)
{
    json *metrics = NULL;
    err e = json_parse(v->metrics, cx->a, &metrics);
    *out = json_get_f64(metrics, str_z(cx->a, metric), NAN);
    return e;
}

/* Metrics recorded with both versions, when they are of the same data. */
static err by_record(struct cx *cx, const struct version *v, int64_t champion, struct better_facts *f)
{
    struct version old = { .held_back = STR("") };
    err e = champion ? version_get(cx, champion, &old) : OK;
    if (!e.code) e = metric_of(cx, v, f->metric, &f->score);
    if (!e.code && champion) e = metric_of(cx, &old, f->metric, &f->before);
    if (e.code) return e;
    if (champion && (!v->held_back.len || !str_eq(v->held_back, old.held_back)))
        return err_make(ERR_CONFLICT, "no scores on the same held-back data are known: judge both on some first");
    if (isnan(f->score) || isnan(f->before))
        return err_make(ERR_CONFLICT, "no score '" STR_FMT "' is known: judge it on held-back data first",
                        STR_ARG(str_utf8_prefix(f->metric, 64)));
    return OK;
}

static bool by_trial(struct cx *cx, int64_t version, struct better_facts *f)
{
    struct trial t;
    if (!trial_get(cx, cx->in->subject, &t) || t.version != version || t.share <= 0) return false;
    struct trial_counts n = trial_counts(cx, cx->in->subject);
    if (!n.labelled) return false;
    f->metric = STR("right on trial");
    f->score = (double)n.challenger / (double)n.labelled;
    f->before = (double)n.champion / (double)n.labelled;
    f->wins = n.wins;
    f->losses = n.losses;
    f->paired = f->trial = true;
    return true;
}

static err read_facts(struct cx *cx, int64_t version, int64_t champion, struct better_facts *f)
{
    struct version v;
    err e = version_get(cx, version, &v);
    *f = (struct better_facts){ .metric = body_text(cx, "metric"),
                                .lower = json_bool(json_get(cx->body, "lower"), false),
                                .margin = json_get_f64(cx->body, "margin", 0) };
    if (!f->metric.len) f->metric = STR("accuracy");
    if (e.code || json_bool(json_get(cx->body, "force"), false)) return e;
    if (!(f->margin >= 0)) return err_make(ERR_INPUT, "margin: expected a number from 0");
    if (json_get(cx->body, "score")) return by_scores(cx, &v, champion, f);
    if (by_trial(cx, version, f)) return OK;
    return by_record(cx, &v, champion, f);
}

static void keep(struct cx *cx, int64_t version, int64_t champion, str why)
{
    struct body b;
    str name = cx->in->subject;
    body_open(&b);
    jw_i64(&b.w, "version", champion);
    jw_i64(&b.w, "tried", version);
    jw_str(&b.w, "reason", why);
    (void)cx_derive(cx, &b, "model.kept", name, "weir", correlation_of(cx, name), cx->seq);
}

err input_model_judged(struct cx *cx)
{
    int64_t version = json_get_i64(cx->body, "version", 0), champion = alias_get(cx, MODEL_CHAMPION);
    bool force = json_bool(json_get(cx->body, "force"), false);
    struct better_facts f;
    str comment = body_text(cx, "comment"), why;
    if (force && !comment.len) return err_make(ERR_INPUT, "comment: who promotes without proof says why");
    err e = read_facts(cx, version, champion, &f);
    if (!e.code && version == champion)
        e = err_make(ERR_CONFLICT, "version %lld is in use already", (long long)version);
    if (e.code) return e;
    cx_enter(cx, correlation_of(cx, cx->in->subject), 0);
    if (force) champion_move(cx, version, "forced", "model.promoted", comment);
    else if (!champion)
        champion_move(cx, version, "first", "model.promoted",
                      str_fmt(cx->a, STR_FMT " %.4g; nothing was in use", STR_ARG(f.metric), f.score));
    else if (better_decide(&f, cx->a, &why)) champion_move(cx, version, "promoted", "model.promoted", why);
    else keep(cx, version, champion, why);
    return OK;
}
