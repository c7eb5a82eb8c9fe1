/* Earlier incidents that looked the same: they make a cause likelier that something else shows, never one by themselves. */
#include "core/diagnose/diagnose_internal.h"

static const double each = 0.15, most = 0.3;

void look_precedent(struct diag *d)
{
    double strength[CAUSE_COUNT] = { 0 };
    struct rows *r = tx_query(d->tx, SQL_DIAG_PRECEDENTS, V(d->fingerprint), V(d->incident));
    while (rows_next(r)) {
        enum cause_kind kind = cause_of(rows_str(r, 2));
        if (kind == CAUSE_UNKNOWN || strength[kind] >= most) continue;
        strength[kind] += each;
        str resolution = rows_str(r, 3);
        for (size_t p = 0; p < d->place_count; p++) {
            if (!place_deviates(&d->places[p])) continue;
            hint_add(d, &(struct hint){
                            .kind = kind,
                            .place = p,
                            .witness = WITNESS_PRECEDENT,
                            .strength = strength[kind],
                            .seq = rows_i64(r, 1),
                            .text = str_fmt(d->a, STR_FMT " looked the same; it was %s%s" STR_FMT, STR_ARG(rows_str(r, 0)),
                                            cause_text(kind), resolution.len ? " and ended by " : "", STR_ARG(resolution)),
                        });
        }
    }
}
