/* What was changed shortly before it began. Nearness in time is a weak witness: it names no more than "a change", and
 * supports causes that changes bring about. */
#include "core/diagnose/diagnose_internal.h"

struct change {
    int64_t seq;
    usec time;
    str pipeline, kind, summary, detail;
};

/* How much a change says by its age at the onset; good runs in between speak for it. */
static const struct {
    usec age;
    double strength;
} ages[] = { { 10 * USEC_MINUTE, 0.5 }, { USEC_HOUR, 0.42 }, { 6 * USEC_HOUR, 0.32 }, { USEC_DAY, 0.26 } };

static const double own_change = 0.6;

static double suspicion(struct diag *d, const struct place *p, const struct change *c)
{
    usec age = p->onset - c->time;
    for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
        if (age > ages[i].age) continue;
        int64_t good = tx_get_i64(d->tx, SQL_DIAG_GOOD_RUNS, 0, V(p->pipeline), V(c->time), V(p->onset));
        return ages[i].strength / (double)(1 + (good < 100 ? good : 100));
    }
    return 0;
}

static void support(struct diag *d, size_t place, enum cause_kind kind, const struct change *c, double strength,
                    str text)
{
    hint_add(d, &(struct hint){ .kind = kind,
                                .place = place,
                                .witness = WITNESS_TIMING,
                                .strength = strength,
                                .seq = c->seq,
                                .text = text });
}

static bool lists(json *columns, str name)
{
    size_t i, n;
    json *v;
    yyjson_arr_foreach(columns, i, n, v) {
        if (str_eq_nocase(json_str(v, STR_NONE), name)) return true;
    }
    return false;
}

/* The first column that stood before and stands no longer. */
static str column_gone(json *detail)
{
    size_t i, n;
    json *v;
    yyjson_arr_foreach(json_get(detail, "before"), i, n, v) {
        if (!lists(json_get(detail, "after"), json_str(v, STR_NONE))) return json_str(v, STR_NONE);
    }
    return STR_NONE;
}

/* Who is known to name the column that is gone, and fails: lineage by column says that this is what it misses. */
static void readers(struct diag *d, str dataset, str column)
{
    const str prefix = STR("pipeline:");
    struct rows *r = tx_query(d->tx, SQL_DIAG_COLUMN_READERS, V(dataset), V(column));
    while (rows_next(r)) {
        str job = rows_str(r, 0);
        for (size_t p = 0; str_starts(job, prefix) && p < d->place_count; p++) {
            const struct place *at = &d->places[p];
            if (!str_eq(at->pipeline, str_cut(job, prefix.len, job.len)) || !place_deviates(at)) continue;
            str text = str_fmt(d->a, STR_FMT " reads " STR_FMT "." STR_FMT ", which is gone", STR_ARG(at->pipeline),
                               STR_ARG(dataset), STR_ARG(column));
            hint_add(d, &(struct hint){ .kind = CAUSE_SCHEMA_MISSING,
                                        .place = p,
                                        .witness = WITNESS_MEASURED,
                                        .strength = 0.7,
                                        .seq = rows_i64(r, 4),
                                        .text = text,
                                        .title = str_fmt(d->a, "column " STR_FMT " of " STR_FMT " is gone",
                                                         STR_ARG(column), STR_ARG(dataset)) });
        }
    }
}

/* Columns seen before and after: a fact, not only a moment. */
static void schema(struct diag *d, size_t place, const struct change *c, double strength)
{
    json *detail = NULL;
    str gone = json_parse(c->detail, d->a, &detail).code ? STR_NONE : column_gone(detail);
    str text =
        gone.len ? str_fmt(d->a, STR_FMT ": " STR_FMT " is gone", STR_ARG(c->summary), STR_ARG(gone)) : c->summary;
    hint_add(d, &(struct hint){
                    .kind = CAUSE_SCHEMA_CHANGED,
                    .place = place,
                    .witness = WITNESS_MEASURED,
                    .strength = 0.6,
                    .seq = c->seq,
                    .text = text,
                    .title = gone.len ? str_fmt(d->a, "a column is gone (" STR_FMT ")", STR_ARG(gone)) : c->summary,
                });
    if (gone.len) readers(d, json_get_str(detail, "dataset"), gone);
    for (size_t p = place, hops = 0; hops <= HOPS_MAX; hops++) { /* here and below it steps may miss the column */
        support(d, p, CAUSE_SCHEMA_MISSING, c, strength, text);
        if (!place_linked(d, p)) break;
        p = d->places[p].parent;
    }
}

static void look_at(struct diag *d, size_t place, const struct change *c)
{
    const struct place *p = &d->places[place];
    if (!place_deviates(p) || c->time > p->onset || (c->pipeline.len && !str_eq(c->pipeline, p->pipeline))) return;
    double strength = suspicion(d, p, c);
    if (strength <= 0) return;
    if (STR_IS(c->kind, "knob")) strength *= own_change; /* one of weir's remedies: it was verified when it was made */
    if (STR_IS(c->kind, "schema")) {
        schema(d, place, c, strength);
        return;
    }
    str text = str_fmt(d->a, STR_FMT " before it began: " STR_FMT, STR_ARG(duration_text(p->onset - c->time, d->a)),
                       STR_ARG(c->summary));
    hint_add(d, &(struct hint){
                    .kind = CAUSE_CHANGE,
                    .place = place,
                    .witness = WITNESS_TIMING,
                    .strength = strength,
                    .seq = c->seq,
                    .text = text,
                    .title = str_fmt(d->a, "it began right after a change (" STR_FMT ")", STR_ARG(c->summary)),
                });
    support(d, place, CAUSE_CODE_ERROR, c, strength, text);
    support(d, place, CAUSE_SCHEMA_MISSING, c, strength / 2, text);
}

void look_changes(struct diag *d)
{
    struct change changes[64];
    size_t n = 0;
    usec from = d->onset > USEC_DAY ? d->onset - USEC_DAY : 0;
    struct rows *r = tx_query(d->tx, SQL_DIAG_CHANGES, V(from), V(d->now));
    while (n < sizeof changes / sizeof changes[0] && rows_next(r))
        changes[n++] = (struct change){ rows_i64(r, 0),       rows_i64(r, 1),       rows_dup(r, 2, d->a),
                                        rows_dup(r, 3, d->a), rows_dup(r, 4, d->a), rows_dup(r, 5, d->a) };
    rows_end(r);
    for (size_t i = 0; i < n; i++)
        for (size_t p = 0; p < d->place_count; p++) look_at(d, p, &changes[i]);
}
