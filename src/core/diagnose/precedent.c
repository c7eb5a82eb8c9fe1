/* Earlier incidents that looked the same: they make a cause likelier that something else shows, never one by
 * themselves. How they ended counts: a remedy that mended it speaks for the cause it was meant for, one that failed
 * speaks against it, and what was over by itself says little. */
#include "core/diagnose/diagnose_internal.h"

static const double mended = 0.15, over = 0.05, failed = 0.1, most = 0.3;

/* Ended by nothing that weir did: on its own, or by somebody's word. */
static bool over_anyhow(str resolution)
{
    return !resolution.len || STR_IS(resolution, "recovered") || str_starts(resolution, STR("closed by "));
}

static void support(struct diag *d, enum cause_kind kind, double strength, int64_t seq, str text)
{
    for (size_t p = 0; p < d->place_count; p++) {
        if (!place_deviates(&d->places[p])) continue;
        hint_add(d, &(struct hint){ .kind = kind,
                                    .place = p,
                                    .witness = WITNESS_PRECEDENT,
                                    .strength = strength,
                                    .seq = seq,
                                    .text = text });
    }
}

static double at_most(double x, double limit)
{
    return x < limit ? x : limit;
}

void look_precedent(struct diag *d)
{
    double strength[CAUSE_COUNT] = { 0 };
    struct rows *r = tx_query(d->tx, SQL_DIAG_PRECEDENTS, V(d->fingerprint), V(d->incident));
    while (rows_next(r)) {
        enum cause_kind kind = cause_of(rows_str(r, 2));
        if (kind == CAUSE_UNKNOWN) continue;
        str resolution = rows_str(r, 3);
        bool anyhow = over_anyhow(resolution);
        if (anyhow && rows_i64(r, 5) > 0) {
            d->doubt[kind] = at_most(d->doubt[kind] + failed, most);
            continue;
        }
        if (strength[kind] >= most) continue;
        strength[kind] = at_most(strength[kind] + (anyhow ? over : mended), most);
        support(d, kind, strength[kind], rows_i64(r, 1),
                str_fmt(d->a, STR_FMT " looked the same; it was %s%s" STR_FMT, STR_ARG(rows_str(r, 0)),
                        cause_text(kind), resolution.len ? " and ended by " : "", STR_ARG(resolution)));
    }
}
