/* The page of what a model saw and said: words and columns that tell the files apart, errors along the rows, estimates
 * against what is expected. */
#include <math.h>

#include "edge/cli/drift_model.h"

enum { WIDTH = 640, HEIGHT = 160, ROOM = 8, RANGE_HEIGHT = 24 };

static void svg_open(struct buf *b, int height, const char *class, const char *label)
{
    buf_fmt(b, "<svg viewBox=\"0 0 %d %d\" class=\"%s\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s\">",
            WIDTH, height, class, label);
}

/* ---- embeddings and text ---- */

/* Where the AUC lies between guessing and certainty, and from where on it matters. */
static void auc_scale(struct buf *b, const struct domain_result *d)
{
    double at = (fmin(1, fmax(0.5, d->auc)) - 0.5) * 2 * WIDTH, from = (MODEL_AUC - 0.5) * 2 * WIDTH;
    svg_open(b, RANGE_HEIGHT, "range", "How well the files can be told apart");
    buf_fmt(b,
            "<path class=\"axis\" d=\"M0 12H%d\"/><rect class=\"c\" stroke=\"none\" x=\"0\" y=\"6\" width=\"%.1f\" "
            "height=\"12\"/>",
            WIDTH, at);
    buf_fmt(b, "<path class=\"axis\" stroke-width=\"2\" d=\"M%.1f 0V%d\"/></svg>", from, RANGE_HEIGHT);
    buf_fmt(b,
            "<div class=\"ends\"><span>0.5: guessing</span><span>AUC %.3f; matters from %.2f</span><span>1: "
            "certain</span></div>",
            d->auc, MODEL_AUC);
}

static void terms(struct buf *b, const struct vectors_report *r)
{
    double most = 1e-9;
    for (size_t i = 0; i < r->domain.term_count; i++) most = fmax(most, fabs(r->domain.terms[i].weight));
    for (size_t i = 0; i < r->domain.term_count; i++) {
        double w = r->domain.terms[i].weight;
        buf_add(b, STR("<div class=\"word\"><span>"));
        drift_page_text(b, r->names[i]);
        buf_fmt(b, "</span><span><i class=\"%s\" style=\"width:%.1f%%\"></i></span><span>%s</span></div>",
                w > 0 ? "c" : "r", fabs(w) / most * 100, w > 0 ? "more now" : "less now");
    }
}

static void vectors(struct buf *b, const struct vectors_report *r, bool distance)
{
    auc_scale(b, &r->domain);
    if (r->drift) terms(b, r);
    buf_fmt(b, "<p class=\"dim\">%zu rows now, %zu in the reference; chance of such an AUC ", r->domain.current,
            r->domain.reference);
    drift_page_text(b, str_of(drift_chance(r->domain.p).text));
    if (distance) {
        buf_fmt(b, "; MMD&sup2; %.3g beyond chance, its chance ", r->mmd.excess);
        drift_page_text(b, str_of(drift_chance(r->mmd.p).text));
    }
    buf_add(b, STR("</p>"));
}

/* ---- errors ---- */

static void trace_line(struct buf *b, const struct model_trace *t, size_t from, size_t to, double low, double high,
                       double per_row, const char *class)
{
    buf_fmt(b,
            "<path class=\"%s\" fill=\"none\" style=\"fill:none\" stroke-width=\"1.5\" "
            "vector-effect=\"non-scaling-stroke\" d=\"",
            class);
    for (size_t i = from; i < to && i < t->count; i++) {
        double rows = i + 1 == t->count ? (double)t->last : (double)t->step,
               x = ((double)(i * t->step) + rows / 2) * per_row;
        buf_fmt(b, "%c%.1f %.1f", i == from ? 'M' : 'L', x,
                HEIGHT - ROOM - (t->mean[i] - low) / (high - low) * (HEIGHT - 2 * ROOM));
    }
    buf_add(b, STR("\"/>"));
}

static void errors(struct buf *b, const struct errors_report *r)
{
    const struct model_trace *t = &r->trace;
    double low = 0, high = 1e-9, total = (double)(r->rows[0] + r->rows[1]), per_row = WIDTH / total;
    size_t second = (size_t)(r->rows[0] / t->step);
    for (size_t i = 0; i < t->count; i++) low = fmin(low, t->mean[i]), high = fmax(high, t->mean[i]);
    svg_open(b, HEIGHT, "plot", "Mean error along the rows of both files");
    for (size_t i = 0; i < r->alarm_count && i < MODEL_ALARMS_MAX; i++)
        buf_fmt(b, "<path class=\"mark\" vector-effect=\"non-scaling-stroke\" d=\"M%.1f 0V%d\"/>",
                (double)r->alarms[i].changed * per_row, HEIGHT);
    trace_line(b, t, 0, second + 1, low, high, per_row, "r");
    trace_line(b, t, second, t->count, low, high, per_row, "c");
    buf_fmt(b, "<path class=\"axis\" d=\"M0 %dH%d\"/></svg>", HEIGHT - ROOM, WIDTH);
    buf_fmt(b,
            "<div class=\"ends\"><span>row 1 of the reference</span><span>%.4g to %.4g</span><span>last row "
            "now</span></div>",
            low, high);
    buf_fmt(b,
            "<p class=\"dim\">Each point is the mean error of %llu rows; %.4g over %llu rows now, %.4g over %llu in "
            "the reference. A dashed line: "
            "the errors change there.</p>",
            (unsigned long long)t->step, r->mean[1], (unsigned long long)r->rows[1], r->mean[0],
            (unsigned long long)r->rows[0]);
}

/* ---- performance ---- */

static double clipped(double v)
{
    return isnan(v) ? 0 : fmin(1, fmax(0, v));
}

static void metric(struct buf *b, const struct performance_report *r, unsigned m, double from)
{
    const struct cbpe_estimate *x = &r->now[m];
    const struct cbpe_spread *limits = &r->limits[m];
    double scale = WIDTH / (1 - from), a = (clipped(limits->low) - from) * scale,
           z = (clipped(limits->high) - from) * scale;
    double low = (clipped(x->low) - from) * scale, high = (clipped(x->high) - from) * scale,
           at = (clipped(x->value) - from) * scale;
    buf_fmt(b, "<div class=\"word\"><span class=\"%s\">%s</span>", x->alert ? "bad" : "",
            cbpe_metric_text((enum cbpe_metric)m));
    svg_open(b, RANGE_HEIGHT, "range", "Estimate and what is expected");
    buf_fmt(b,
            "<path class=\"axis\" d=\"M0 12H%d\"/><rect class=\"r\" fill-opacity=\".35\" stroke=\"none\" x=\"%.1f\" "
            "y=\"3\" width=\"%.1f\" height=\"18\"/>",
            WIDTH, a, fmax(1, z - a));
    buf_fmt(b, "<path class=\"c\" stroke-width=\"2\" vector-effect=\"non-scaling-stroke\" d=\"M%.1f 12H%.1f\"/>", low,
            high);
    buf_fmt(b, "<path class=\"c\" stroke-width=\"5\" vector-effect=\"non-scaling-stroke\" d=\"M%.1f 5V19\"/></svg>",
            at);
    buf_fmt(b, "<span>%.3f; %.3f to %.3f", x->value, limits->low, limits->high);
    buf_add(b, STR("</span></div>"));
}

static void performance(struct buf *b, const struct performance_report *r)
{
    double from = 1;
    for (unsigned m = 0; m < CBPE_METRICS; m++)
        if (!isnan(r->now[m].value)) from = fmin(from, fmin(clipped(r->now[m].low), clipped(r->limits[m].low)));
    from = fmin(0.9, floor(from * 10) / 10);
    for (unsigned m = 0; m < CBPE_METRICS; m++)
        if (!isnan(r->now[m].value)) metric(b, r, m, from);
    buf_fmt(b,
            "<p class=\"dim\">From %.1f to 1. The broad band is what the reference leads to expect, the line the "
            "estimate with three errors "
            "to both sides; estimated from %llu rows without their labels, learned from %llu with labels.</p>",
            from, (unsigned long long)r->rows[1], (unsigned long long)r->rows[0]);
}

/* ---- the page ---- */

static void view(struct buf *b, const struct model_report *r, enum model_view v)
{
    const struct drift_told *t = &r->told[v];
    buf_fmt(b, "<div class=\"card\"><h2>%s: ", drift_model_look(v));
    drift_page_text(b, t->name);
    buf_fmt(b, "</h2><p><span class=\"%s\">%s</span> ", r->drift[v] ? "bad" : "good",
            r->drift[v] ? "Drift:" : "As before:");
    drift_page_text(b, t->what);
    buf_add(b, STR("</p>"));
    switch (v) {
    case VIEW_EMBEDDING: vectors(b, &r->embedding, true); break;
    case VIEW_TEXT: vectors(b, &r->text, false); break;
    case VIEW_ERROR: errors(b, &r->errors); break;
    case VIEW_PROBA: performance(b, &r->performance); break;
    case MODEL_VIEWS: break;
    }
    buf_add(b, STR("</div>"));
}

void drift_model_page(const struct drift_names *names, const struct model_report *r, struct buf *out)
{
    drift_page_open(out, names, r->rows, r->drifted, r->count, "views of the model");
    for (unsigned v = 0; v < MODEL_VIEWS; v++)
        if (r->asked[v]) view(out, r, (enum model_view)v);
    drift_page_close(out);
}
