/* A verdict in words: one sentence about what changed most. */
#include <math.h>

#include "engine/detect/drift.h"

/* "12.1 %", "0.4 %": shares for people. */
static str percent(double share, struct arena *a)
{
    double p = fabs(share) * 100;
    return str_fmt(a, p >= 10 ? "%.0f %%" : p >= 0.95 ? "%.1f %%" : "%.2g %%", p);
}

static str both(const char *what, double was, double is, struct arena *a)
{
    return str_fmt(a, "%s %.4g, was %.4g", what, is, was);
}

static str spreads_text(double change, double sd, struct arena *a)
{
    if (!(sd > 0) || !isfinite(change / sd) || fabs(change / sd) < 0.005) return STR("");
    return str_fmt(a, " (%+.2g sd)", change / sd);
}

/* Which of the four moments moved most, in the words of what people compute. */
static str shape_text(const struct drift_numbers *d, struct arena *a)
{
    const struct drift_side *r = &d->side[0], *c = &d->side[1];
    int most = 0;
    for (int k = 1; k < DRIFT_MOMENTS; k++)
        if (fabs(d->moment[k]) > fabs(d->moment[most])) most = k;
    if (most == 0) {
        bool mean_agrees =
            (c->mean > r->mean) == (d->moment[0] > 0); /* ranks and means may point apart when tails are heavy */
        double was = mean_agrees ? r->mean : r->quantile[3], is = mean_agrees ? c->mean : c->quantile[3];
        str change = spreads_text(is - was, r->sd, a), text = both(mean_agrees ? "mean" : "median", was, is, a);
        return str_fmt(a, STR_FMT STR_FMT, STR_ARG(text), STR_ARG(change));
    }
    if (most == 1) return both("spread (sd)", r->sd, c->sd, a);
    return str_fmt(a, "shape: %s; between the quartiles %.4g to %.4g, was %.4g to %.4g",
                   most == 2 ? "lopsided" : "middle and tails", c->quantile[2], c->quantile[4], r->quantile[2],
                   r->quantile[4]);
}

static str tail_text(double excess, double at, const char *side, struct arena *a)
{
    str share = percent(excess, a);
    return str_fmt(a, STR_FMT " %s rows at %.4g or %s", STR_ARG(share), excess > 0 ? "more" : "fewer", at, side);
}

static str share_text(const char *what, double was_hits, double was_rows, double is_hits, double is_rows,
                      struct arena *a)
{
    str was = percent(was_rows > 0 ? was_hits / was_rows : 0, a), is = percent(is_rows > 0 ? is_hits / is_rows : 0, a);
    return str_fmt(a, STR_FMT " %s, was " STR_FMT, STR_ARG(is), what, STR_ARG(was));
}

static str repeat_text(const struct drift_numbers *d, struct arena *a)
{
    double factor = exp2(fabs(d->grid)), was = d->side[0].distinct, is = d->side[1].distinct;
    str more = str_fmt(a, factor < 10 ? "values repeat %.2g times %s often" : "values repeat %.0f times %s often",
                       factor, d->grid > 0 ? "as" : "less");
    if (was < 0 || is < 0) return more;
    return str_fmt(a, STR_FMT ": %.0f different ones, were %.0f", STR_ARG(more), is, was);
}

static str range_text(const struct drift_numbers *d, struct arena *a)
{
    const double *was = d->side[0].quantile, *is = d->side[1].quantile;
    bool low = d->below > d->above;
    str rows = percent(low ? d->below : d->above, a);
    return str_fmt(a, STR_FMT " of rows lie %s %.4g, the %s value before; now up to %.4g", STR_ARG(rows),
                   low ? "below" : "above", low ? was[0] : was[DRIFT_SUMMARY - 1], low ? "least" : "greatest",
                   low ? is[0] : is[DRIFT_SUMMARY - 1]);
}

str drift_sentence_numbers(const struct drift_numbers *d, const struct drift_verdict *v, struct arena *a)
{
    const struct drift_side *r = &d->side[0], *c = &d->side[1];
    switch (v->loudest) {
    case DRIFT_LOW: return tail_text(d->low_excess, d->low_at, "less", a);
    case DRIFT_HIGH: return tail_text(d->high_excess, d->high_at, "more", a);
    case DRIFT_RANGE: return range_text(d, a);
    case DRIFT_GRID: return repeat_text(d, a);
    case DRIFT_MISSING: return share_text("missing", r->missing, r->rows, c->missing, c->rows, a);
    case DRIFT_ODD: return share_text("are no finite numbers", r->odd, r->rows, c->odd, c->rows, a);
    default: return shape_text(d, a);
    }
}

static str one_sided_text(const char *what, const struct drift_share *s, int side, double share, size_t count,
                          struct arena *a)
{
    str rows = percent(share, a), word = str_utf8_prefix(str_of(s->text), 30);
    if (count < 2)
        return str_fmt(a, "%s \"" STR_FMT "\": %s" STR_FMT " of rows", what, STR_ARG(word), side ? "" : "was ",
                       STR_ARG(rows));
    return str_fmt(a, "%zu %ss, first \"" STR_FMT "\": %s" STR_FMT " of rows", count, what, STR_ARG(word),
                   side ? "" : "were ", STR_ARG(rows));
}

static str move_text(const struct drift_counts *d, const struct drift_share *s, struct arena *a)
{
    double was = s->count[0] / (d->rows[0] - d->missing[0]), is = s->count[1] / (d->rows[1] - d->missing[1]);
    str w = percent(was, a), i = percent(is, a), word = str_utf8_prefix(str_of(s->text), 30);
    return str_fmt(a, "\"" STR_FMT "\" " STR_FMT ", was " STR_FMT, STR_ARG(word), STR_ARG(i), STR_ARG(w));
}

str drift_sentence_words(const struct drift_counts *d, const struct drift_verdict *v, struct arena *a)
{
    switch (v->loudest) {
    case DRIFT_NEW: return one_sided_text("new value", &d->newest, 1, d->new_share, d->new_count, a);
    case DRIFT_VANISHED: return one_sided_text("vanished value", &d->gone, 0, d->vanished_share, d->vanished_count, a);
    case DRIFT_MISSING: return share_text("missing", d->missing[0], d->rows[0], d->missing[1], d->rows[1], a);
    default: break;
    }
    if (d->top_count == 0) return STR("no values to compare");
    str first = move_text(d, &d->top[0], a), second = d->top_count > 1 ? move_text(d, &d->top[1], a) : STR("");
    return str_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(first), second.len ? "; " : "", STR_ARG(second));
}
