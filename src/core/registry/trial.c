/* Trials: a challenger judges beside the champion, in a shadow or, for a share of the cases, in its place. */
#include "core/registry/registry_internal.h"

bool trial_get(struct cx *cx, str model, struct trial *out)
{
    struct rows *r = tx_query(cx->tx, SQL_MODEL_TRIAL_GET, V(model));
    bool there = rows_next(r);
    if (there)
        *out = (struct trial){ .version = rows_i64(r, 0),
                               .champion = rows_i64(r, 1),
                               .share = rows_f64(r, 2),
                               .judged = rows_i64(r, 3),
                               .agreed = rows_i64(r, 4) };
    rows_end(r);
    return there;
}

struct trial_counts trial_counts(struct cx *cx, str model)
{
    struct trial_counts n = { 0 };
    struct rows *r = tx_query(cx->tx, SQL_MODEL_TRIAL_COUNTS, V(model));
    if (rows_next(r))
        n = (struct trial_counts){ .labelled = rows_i64(r, 0),
                                   .champion = rows_i64(r, 1),
                                   .challenger = rows_i64(r, 2),
                                   .wins = rows_i64(r, 3),
                                   .losses = rows_i64(r, 4) };
    rows_end(r);
    return n;
}

static void forget(struct cx *cx, str model)
{
    tx_exec(cx->tx, SQL_MODEL_TRIAL_DROP, V(model));
    tx_exec(cx->tx, SQL_MODEL_TRIAL_ITEM_DROP, V(model));
    tx_exec(cx->tx, SQL_MODEL_ALIAS_DROP, V(model), V(MODEL_CHALLENGER));
}

void trial_end(struct cx *cx, str model, str reason)
{
    struct trial t = { 0 };
    struct body b;
    if (!trial_get(cx, model, &t)) return;
    struct trial_counts n = trial_counts(cx, model);
    body_open(&b);
    jw_i64(&b.w, "version", t.version);
    jw_i64(&b.w, "champion", t.champion);
    jw_f64(&b.w, "share", t.share);
    jw_i64(&b.w, "judged", t.judged);
    jw_i64(&b.w, "agreed", t.agreed);
    jw_i64(&b.w, "labelled", n.labelled);
    jw_i64(&b.w, "right", n.challenger);
    jw_i64(&b.w, "champion_right", n.champion);
    jw_i64(&b.w, "wins", n.wins);
    jw_i64(&b.w, "losses", n.losses);
    jw_str(&b.w, "reason", reason);
    (void)cx_derive(cx, &b, "model.trial.ended", model, "weir", correlation_of(cx, model), cx->seq);
    forget(cx, model);
}

static err check_tried(struct cx *cx, int64_t version, double share, int64_t champion)
{
    struct version v;
    err e = version_get(cx, version, &v);
    if (e.code) return e;
    if (!champion) return err_make(ERR_CONFLICT, "no version is in use that it could be tried beside: promote one");
    if (version == champion) return err_make(ERR_CONFLICT, "version %lld is in use already", (long long)version);
    return share >= 0 && share <= 1 ? OK : err_make(ERR_INPUT, "share: expected 0 to 1");
}

/* Another share begins anew: cases of before had other odds. */
err input_model_tried(struct cx *cx)
{
    str name = cx->in->subject, comment = body_text(cx, "comment");
    int64_t version = json_get_i64(cx->body, "version", 0), champion = alias_get(cx, MODEL_CHAMPION);
    double share = json_get_f64(cx->body, "share", 0);
    struct trial t;
    bool on = trial_get(cx, name, &t);
    err e = version ? check_tried(cx, version, share, champion)
            : on    ? OK
                    : err_make(ERR_NOT_FOUND, "no trial of '" STR_FMT "' is on", STR_ARG(str_cut(name, 0, 64)));
    if (e.code) return e;
    if (on && version == t.version && share == t.share) return OK;
    cx_enter(cx, correlation_of(cx, name), 0);
    if (on) trial_end(cx, name, comment.len ? comment : version ? STR("another begins") : STR("stopped"));
    if (!version) return OK;
    tx_exec(cx->tx, SQL_MODEL_TRIAL_SET, V(name), V(version), V(champion), V(share), V(cx->seq), V(cx->now));
    alias_set(cx, MODEL_CHALLENGER, version);
    return OK;
}

/* ---- cases ---- */

static void trial_case(struct cx *cx, json *one, int64_t item)
{
    struct trial t;
    str model = json_str(json_get(one, "model"), STR("")), mine = json_str(json_get(one, "challenger"), STR("")),
        other = json_str(json_get(one, "champion"), STR(""));
    if (!trial_get(cx, model, &t) || t.version != json_get_i64(one, "version", 0)) return;
    tx_exec(cx->tx, SQL_MODEL_TRIAL_JUDGED, V(model), V((int64_t)str_eq(mine, other)));
    if (t.judged < TRIAL_JUDGED_MAX && mine.len && other.len)
        tx_exec(cx->tx, SQL_MODEL_TRIAL_ITEM_ADD, V(model), V(item), V(str_utf8_prefix(other, 64)),
                V(str_utf8_prefix(mine, 64)), V(json_bool(json_get(one, "used"), false)),
                V(json_bool(json_get(one, "fair"), false)));
}

void trial_cases(struct cx *cx, json *trials, int64_t item)
{
    size_t i, n;
    json *one;
    yyjson_arr_foreach(trials, i, n, one) trial_case(cx, one, item);
}

/* The newest word of a person counts. A challenger that loses beyond chance is out. */
void trial_truth(struct cx *cx, str model, int64_t item, str truth)
{
    if (!truth.len ||
        tx_exec(cx->tx, SQL_MODEL_TRIAL_ITEM_TRUTH, V(model), V(item), V(str_utf8_prefix(truth, 64))) != 1)
        return;
    struct trial_counts n = trial_counts(cx, model);
    if (n.losses > n.wins && sign_evidence(n.wins + n.losses, n.wins) >= BETTER_EVIDENCE)
        trial_end(cx, model, STR("it is worse than the one in use, beyond chance"));
}
