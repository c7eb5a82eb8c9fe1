/* What a model saw and said, for a terminal. */
#include <math.h>
#include <stdio.h>

#include "edge/cli/drift_model.h"
#include "edge/cli/table.h"

static void tell_domain(struct arena *a, const struct vectors_report *r, const char *what)
{
    (void)printf("%s: %s; %zu rows now, %zu in the reference were compared\n", what, r->drift ? "drift" : "as before",
                 r->domain.current, r->domain.reference);
    card_line(stdout, a, "classifier",
              str_fmt(a, "tells a row's side with AUC %.3f (0.5 is guessing), chance %s", r->domain.auc,
                      drift_chance(r->domain.p).text));
    if (!r->drift) return;
    card_line(stdout, a, "now", drift_model_terms(r, true, a));
    card_line(stdout, a, "before", drift_model_terms(r, false, a));
}

static void tell_embedding(struct arena *a, const struct vectors_report *r)
{
    tell_domain(a, r, "embedding");
    card_line(stdout, a, "distance",
              str_fmt(a, "MMD^2 %.2g beyond chance, chance %s", r->mmd.excess, drift_chance(r->mmd.p).text));
}

static void tell_errors(struct arena *a, const struct errors_report *r)
{
    (void)printf("errors: %s; mean %.4g over %llu rows, was %.4g over %llu\n",
                 r->drift ? "drift" : "as before", r->mean[1], (unsigned long long)r->rows[1], r->mean[0],
                 (unsigned long long)r->rows[0]);
    for (size_t i = 0; i < r->alarm_count && i < MODEL_ALARMS_MAX; i++) {
        const struct stream_alarm *x = &r->alarms[i];
        bool seen_in_second = x->at >= r->rows[0], in_second = x->changed >= r->rows[0];
        uint64_t row = in_second ? x->changed - r->rows[0] : x->changed;
        card_item(stdout, a, 2,
                  str_fmt(a, "%s about row %llu of the %s%s",
                          x->rank_after > x->rank_before ? "larger from" : "smaller from", (unsigned long long)row + 1,
                          in_second ? "second file" : "first file",
                          seen_in_second == in_second ? "" : ", seen in the second"));
    }
}

static str fraction(double v, struct arena *a)
{
    return isnan(v) ? STR("-") : str_fmt(a, "%.3f", v);
}

static void tell_performance(struct cli *cli, const struct performance_report *r)
{
    static const char *const heads[] = { "metric",   "verdict",   ">estimate", "band",
                                         "expected", ">realized", ">chunks",   NULL };
    struct arena *a = cli_arena(cli);
    struct table t = table_init(a, heads, cli_color(cli));
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

void drift_model_tell(struct cli *cli, const struct model_report *r)
{
    struct arena *a = cli_arena(cli);
    for (unsigned v = 0, told = 0; v < MODEL_VIEWS; v++) {
        if (!r->asked[v]) continue;
        if (told++) (void)putchar('\n');
        switch ((enum model_view)v) {
        case VIEW_EMBEDDING: tell_embedding(a, &r->embedding); break;
        case VIEW_TEXT: tell_domain(a, &r->text, "text"); break;
        case VIEW_ERROR: tell_errors(a, &r->errors); break;
        case VIEW_PROBA: tell_performance(cli, &r->performance); break;
        case MODEL_VIEWS: break;
        }
    }
}
