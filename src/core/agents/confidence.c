#include "core/agents/confidence.h"

#include "core/agents/priors.h"

static const double elsewhere = 0.5;

static struct track_record track_record_of(struct tx *tx, enum cause_kind cause, str remedy, str pipeline)
{
    struct track_record t = { 0 };
    prior_of(cause, remedy, &t.alpha, &t.beta);
    struct rows *r = tx_query(tx, SQL_REMEDY_TALLY, V(cause_text(cause)), V(remedy), V(pipeline));
    if (!rows_next(r)) return t;
    t.worked_here = rows_i64(r, 0);
    t.failed_here = rows_i64(r, 1);
    t.worked_elsewhere = rows_i64(r, 2);
    t.failed_elsewhere = rows_i64(r, 3);
    rows_end(r);
    return t;
}

/* (alpha + w) / (alpha + beta + w + f), where w and f count one here as 1 and one elsewhere as 1/2. In 0..1. */
static double track_record_mean(const struct track_record *r)
{
    double worked = r->alpha + (double)r->worked_here + elsewhere * (double)r->worked_elsewhere;
    double failed = r->beta + (double)r->failed_here + elsewhere * (double)r->failed_elsewhere;
    return worked / (worked + failed);
}

double remedy_confidence(struct tx *tx, const struct cause *cause, str remedy, str pipeline)
{
    struct track_record t = track_record_of(tx, cause->kind, remedy, pipeline);
    double c = cause->score * track_record_mean(&t);
    return (double)(int64_t)(c * 10000.0 + 0.5) / 10000.0;
}
