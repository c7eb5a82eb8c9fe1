/* Tables whose columns changed: what a drift finding shows by itself. A column that is gone is a fault of the schema;
 * values that are distributed differently came in so, unless somebody upstream drifted first: then places.c and rank.c
 * prefer that. */
#include "core/diagnose/diagnose_internal.h"

struct drifts {
    json *removed, *first; /* of the evidence's list: the first column that is gone, the first that drifted otherwise */
};

static struct drifts drifts_of(json *evidence)
{
    struct drifts d = { NULL, NULL };
    size_t i, n;
    json *one;
    yyjson_arr_foreach(json_get(evidence, "drifts"), i, n, one)
    {
        bool removed = STR_IS(json_get_str(one, "part"), "removed"), added = STR_IS(json_get_str(one, "part"), "added");
        if (removed && !d.removed) d.removed = one;
        if (!removed && !added && !d.first) d.first = one;
    }
    return d;
}

static void hint(struct diag *d, size_t place, const struct diag_finding *f, enum cause_kind kind, json *column,
                 double strength)
{
    str name = str_utf8_prefix(json_get_str(column, "column"), 80),
        what = str_utf8_prefix(json_get_str(column, "what"), 200);
    str look =
        str_utf8_prefix(json_get_str(column, "look"), 40); /* what of a model was looked at, else a column of a table */
    if (!look.len) look = STR("column");
    hint_add(d, &(struct hint){
                    .kind = kind,
                    .place = place,
                    .step = f->step,
                    .witness = WITNESS_MEASURED,
                    .strength = strength,
                    .seq = f->seq,
                    .text = str_fmt(d->a, STR_FMT " " STR_FMT " of " STR_FMT ": " STR_FMT, STR_ARG(look), STR_ARG(name),
                                    STR_ARG(str_utf8_prefix(f->series, 120)), STR_ARG(what)),
                    .detail = json_text(column, d->a),
                });
}

void look_drift(struct diag *d)
{
    for (size_t i = 0; i < d->finding_count; i++) {
        const struct diag_finding *f = &d->findings[i];
        json *evidence = NULL;
        if (!STR_IS(f->kind, "drift") || json_parse(f->evidence, d->a, &evidence).code) continue;
        struct drifts found = drifts_of(evidence);
        for (size_t p = 0; p < d->place_count; p++) {
            if (!str_eq(d->places[p].pipeline, f->pipeline)) continue;
            if (found.removed) hint(d, p, f, CAUSE_SCHEMA_MISSING, found.removed, 0.9);
            if (found.first) hint(d, p, f, CAUSE_DATA_DRIFTED, found.first, found.removed ? 0.5 : 0.7);
        }
    }
}
