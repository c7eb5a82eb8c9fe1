/* What a model saw and said, for programs. */
#include "edge/cli/drift_model.h"

static void json_domain(struct jw *w, const struct vectors_report *r)
{
    jw_i64(w, "reference_rows", (int64_t)r->domain.reference);
    jw_i64(w, "current_rows", (int64_t)r->domain.current);
    jw_f64(w, "auc", r->domain.auc);
    jw_f64(w, "auc_p", r->domain.p);
    jw_array(w, "terms");
    for (size_t i = 0; i < r->domain.term_count; i++) {
        jw_open(w, NULL);
        jw_str(w, "name", r->names[i]);
        jw_f64(w, "weight", r->domain.terms[i].weight);
        jw_close(w);
    }
    jw_array_end(w);
}

static void json_errors(struct jw *w, const struct errors_report *r)
{
    jw_f64(w, "reference_mean", r->mean[0]);
    jw_f64(w, "current_mean", r->mean[1]);
    jw_i64(w, "changes", (int64_t)r->alarm_count);
    jw_i64(w, "changes_in_current", (int64_t)r->in_current);
    jw_array(w, "first_changes");
    for (size_t i = 0; i < r->alarm_count && i < MODEL_ALARMS_MAX; i++) {
        jw_open(w, NULL);
        jw_i64(w, "row", (int64_t)r->alarms[i].changed + 1);
        jw_i64(w, "seen_at_row", (int64_t)r->alarms[i].at + 1);
        jw_f64(w, "rank_before", r->alarms[i].rank_before);
        jw_f64(w, "rank_after", r->alarms[i].rank_after);
        jw_close(w);
    }
    jw_array_end(w);
}

static void json_performance(struct jw *w, const struct performance_report *r)
{
    jw_i64(w, "reference_rows", (int64_t)r->rows[0]);
    jw_i64(w, "current_rows", (int64_t)r->rows[1]);
    jw_bool(w, "calibrated", r->calibrated);
    jw_i64(w, "chunk_rows", (int64_t)r->chunk);
    jw_i64(w, "chunks", (int64_t)r->chunks);
    jw_array(w, "metrics");
    for (unsigned m = 0; m < CBPE_METRICS; m++) {
        const struct cbpe_estimate *x = &r->now[m];
        jw_open(w, NULL);
        jw_strz(w, "metric", cbpe_metric_text((enum cbpe_metric)m));
        jw_f64(w, "estimate", x->value);
        jw_f64(w, "low", x->low);
        jw_f64(w, "high", x->high);
        jw_f64(w, "realized", x->realized);
        jw_f64(w, "expected_low", r->limits[m].low);
        jw_f64(w, "expected_high", r->limits[m].high);
        jw_bool(w, "alert", x->alert);
        jw_i64(w, "chunks_outside", (int64_t)r->alerts[m]);
        jw_close(w);
    }
    jw_array_end(w);
}

static void json_embedding(struct jw *w, const struct vectors_report *r)
{
    jw_f64(w, "mmd2", r->mmd.distance);
    jw_f64(w, "mmd2_excess", r->mmd.excess);
    jw_f64(w, "mmd_p", r->mmd.p);
    json_domain(w, r);
}

static void json_view(struct jw *w, const struct model_report *r, enum model_view view)
{
    switch (view) {
    case VIEW_EMBEDDING: json_embedding(w, &r->embedding); break;
    case VIEW_TEXT: json_domain(w, &r->text); break;
    case VIEW_ERROR: json_errors(w, &r->errors); break;
    case VIEW_PROBA: json_performance(w, &r->performance); break;
    case MODEL_VIEWS: break;
    }
}

void drift_model_json(const struct drift_names *names, const struct model_report *r, struct jw *w)
{
    jw_open(w, NULL);
    for (int k = 0; k < 2; k++) {
        jw_open(w, k ? "current" : "reference");
        jw_str(w, "file", k ? names->cur : names->ref);
        jw_i64(w, "rows", (int64_t)r->rows[k]);
        jw_close(w);
    }
    for (unsigned v = 0; v < MODEL_VIEWS; v++) {
        if (!r->asked[v]) continue;
        jw_open(w, drift_model_look((enum model_view)v));
        jw_str(w, "name", r->told[v].name);
        jw_bool(w, "drift", r->drift[v]);
        jw_str(w, "what", r->told[v].what);
        json_view(w, r, (enum model_view)v);
        jw_close(w);
    }
    jw_i64(w, "drifted", (int64_t)r->drifted);
    jw_bool(w, "drift", r->drifted > 0);
    jw_close(w);
}
