/* weir drift of what a model saw or said: --embedding, --text, --error, --proba with --label. */
#include <math.h>
#include <stdio.h>

#include "edge/cli/drift.h"
#include "edge/cli/table.h"
#include "edge/tables/table_model.h"

enum { OUT_MAX = 1 << 20, TERMS_SHOWN = 8 };

/* What one option asks for: look, then tell in words or in JSON. */
struct model_look {
    struct cli *cli;
    const struct drift_names *names;
    struct arena *a;
    struct jw *w; /* NULL: words */
    bool drift;
};

static str chance(double p, struct arena *a)
{
    return p < 0.001 ? str_fmt(a, "%.0e", p) : str_fmt(a, "%.3f", p);
}

/* --- Embeddings and text --- */

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
    jw_bool(w, "drift", r->drift);
}

static str terms_text(const struct vectors_report *r, bool current, struct arena *a)
{
    str all = STR("");
    size_t shown = 0;
    for (size_t i = 0; i < r->domain.term_count && shown < TERMS_SHOWN; i++) {
        if ((r->domain.terms[i].weight > 0) != current) continue;
        str name = plain_text(a, r->names[i]);
        all = str_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(all), shown++ ? ", " : "", STR_ARG(name));
    }
    return all;
}

static void tell_domain(struct model_look *l, const struct vectors_report *r, const char *what)
{
    (void)printf("%s: %s; %zu rows now, %zu in the reference were compared\n", what, r->drift ? "drift" : "as before",
                 r->domain.current, r->domain.reference);
    card_line(stdout, l->a, "classifier",
              str_fmt(l->a, "tells a row's side with AUC %.3f (0.5 is guessing), chance " STR_FMT, r->domain.auc,
                      STR_ARG(chance(r->domain.p, l->a))));
    if (!r->drift) return;
    card_line(stdout, l->a, "now", terms_text(r, true, l->a));
    card_line(stdout, l->a, "before", terms_text(r, false, l->a));
}

static err look_embedding(struct model_look *l)
{
    struct vectors_report r;
    err e = table_embedding(l->names->ref, l->names->cur, cli_str(l->cli, "embedding"), l->a, &r);
    if (e.code) return e;
    l->drift = l->drift || r.drift;
    if (!l->w) {
        tell_domain(l, &r, "embedding");
        card_line(
            stdout, l->a, "distance",
            str_fmt(l->a, "MMD^2 %.2g beyond chance, chance " STR_FMT, r.mmd.excess, STR_ARG(chance(r.mmd.p, l->a))));
        return OK;
    }
    jw_open(l->w, "embedding");
    jw_f64(l->w, "mmd2", r.mmd.distance);
    jw_f64(l->w, "mmd2_excess", r.mmd.excess);
    jw_f64(l->w, "mmd_p", r.mmd.p);
    json_domain(l->w, &r);
    jw_close(l->w);
    return OK;
}

static err look_text(struct model_look *l)
{
    struct vectors_report r;
    err e = table_text(l->names->ref, l->names->cur, cli_str(l->cli, "text"), l->a, &r);
    if (e.code) return e;
    l->drift = l->drift || r.drift;
    if (!l->w) {
        tell_domain(l, &r, "text");
        return OK;
    }
    jw_open(l->w, "text");
    json_domain(l->w, &r);
    jw_close(l->w);
    return OK;
}

/* --- Errors --- */

static void json_errors(struct jw *w, const struct errors_report *r)
{
    jw_open(w, "errors");
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
    jw_bool(w, "drift", r->drift);
    jw_close(w);
}

static err look_errors(struct model_look *l)
{
    struct errors_report r;
    err e = table_errors(l->names->ref, l->names->cur, cli_str(l->cli, "error"), &r);
    if (e.code) return e;
    l->drift = l->drift || r.drift;
    if (l->w) {
        json_errors(l->w, &r);
        return OK;
    }
    (void)printf("errors: %s; mean %.4g over %llu rows now, %.4g over %llu in the reference\n",
                 r.drift ? "drift" : "as before", r.mean[1], (unsigned long long)r.rows[1], r.mean[0],
                 (unsigned long long)r.rows[0]);
    for (size_t i = 0; i < r.alarm_count && i < MODEL_ALARMS_MAX; i++) {
        const struct stream_alarm *x = &r.alarms[i];
        bool now = x->at >= r.rows[0];
        uint64_t row = x->changed >= r.rows[0] ? x->changed - r.rows[0] : x->changed;
        bool there = x->changed >= r.rows[0];
        card_item(stdout, l->a, 2,
                  str_fmt(l->a, "%s about row %llu of the %s%s",
                          x->rank_after > x->rank_before ? "larger from" : "smaller from", (unsigned long long)row + 1,
                          there ? "second file" : "first file", now == there ? "" : ", seen in the second"));
    }
    return OK;
}

/* --- Performance --- */

static void json_performance(struct jw *w, const struct performance_report *r)
{
    jw_open(w, "performance");
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
    jw_bool(w, "drift", r->drift);
    jw_close(w);
}

static str fraction(double v, struct arena *a)
{
    return isnan(v) ? STR("-") : str_fmt(a, "%.3f", v);
}

static void tell_performance(struct model_look *l, const struct performance_report *r)
{
    static const char *const heads[] = { "metric",   "verdict",   ">estimate", "band",
                                         "expected", ">realized", ">chunks",   NULL };
    struct arena *a = l->a;
    struct table t = table_init(a, heads, cli_color(l->cli));
    (void)printf("performance: %s; %llu rows now, %llu labelled ones in the reference\n\n",
                 r->drift ? "drift" : "as before", (unsigned long long)r->rows[1], (unsigned long long)r->rows[0]);
    for (unsigned m = 0; m < CBPE_METRICS; m++) {
        const struct cbpe_estimate *x = &r->now[m];
        str band = str_fmt(a, "%.3f..%.3f", x->low, x->high),
            limits = str_fmt(a, "%.3f..%.3f", r->limits[m].low, r->limits[m].high);
        table_row(&t, (const str[]){ str_of(cbpe_metric_text((enum cbpe_metric)m)), x->alert ? STR("drift") : STR("-"),
                                     fraction(x->value, a), band, limits, fraction(x->realized, a),
                                     str_fmt(a, "%zu/%zu", r->alerts[m], r->chunks) });
    }
    table_print(&t, stdout);
}

static err look_performance(struct model_look *l)
{
    struct performance_report r;
    err e =
        table_performance(l->names->ref, l->names->cur, cli_str(l->cli, "proba"), cli_str(l->cli, "label"), l->a, &r);
    if (e.code) return e;
    l->drift = l->drift || r.drift;
    if (l->w)
        json_performance(l->w, &r);
    else
        tell_performance(l, &r);
    return OK;
}

/* --- The options --- */

static const struct look_row {
    const char *option;
    err (*look)(struct model_look *l);
} looks[] = {
    { "embedding", look_embedding }, { "text", look_text }, { "error", look_errors }, { "proba", look_performance }
};
enum { LOOKS = sizeof looks / sizeof *looks };

bool drift_model_asked(const struct cli *cli)
{
    bool asked = cli_has(cli, "label");
    for (size_t i = 0; i < LOOKS; i++) asked = asked || cli_has(cli, looks[i].option);
    return asked;
}

int drift_model(struct cli *cli, const struct drift_names *names)
{
    if (cli_has(cli, "label") != cli_has(cli, "proba"))
        return cli_fail(cli, EXIT_USAGE, "--proba COLUMN and --label COLUMN belong together");
    if (cli_has(cli, "html") || cli_has(cli, "pipeline"))
        return cli_fail(
            cli, EXIT_USAGE,
            "--html and --pipeline are of the comparison of columns: run it without the columns of a model");
    struct arena a = arena_init((size_t)1 << 30);
    struct buf b = buf_init(OUT_MAX);
    struct jw w = jw_init(&b);
    struct model_look l = { .cli = cli, .names = names, .a = &a, .w = cli_json(cli) ? &w : NULL };
    err e = OK;
    jw_open(&w, NULL);
    for (size_t i = 0, told = 0; i < LOOKS && !e.code; i++) {
        if (!cli_has(cli, looks[i].option)) continue;
        if (told++ && !l.w) (void)putchar('\n');
        e = looks[i].look(&l);
    }
    jw_bool(&w, "drift", l.drift);
    jw_close(&w);
    if (!e.code && l.w) (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
    arena_done(&a);
    if (e.code) return cli_fail_err(cli, e);
    return l.drift ? EXIT_FOUND : EXIT_FINE;
}
