#include "edge/observe/backtest.h"

#include <math.h>

#include "base/json.h"
#include "engine/chunk/chunk.h"

static enum backtest_label label_of(str body, struct arena *a)
{
    json *v;
    if (!body.len || json_parse(body, a, &v).code || !yyjson_is_bool(json_get(v, "real"))) return BACKTEST_UNLABELLED;
    return json_bool(json_get(v, "real"), false) ? BACKTEST_REAL : BACKTEST_FALSE;
}

/* id, pipeline, opened, resolved, first and last of its findings, label */
struct backtest_incident backtest_incident_read(struct rows *r, usec until, usec margin, struct arena *a)
{
    usec opened = rows_i64(r, 2), resolved = rows_null(r, 3) ? until : rows_i64(r, 3);
    usec first = rows_null(r, 4) ? opened : rows_i64(r, 4), last = rows_null(r, 5) ? resolved : rows_i64(r, 5);
    return (struct backtest_incident){ .id = rows_dup(r, 0, a),
                                       .pipeline = rows_dup(r, 1, a),
                                       .from = (first < opened ? first : opened) - margin,
                                       .to = (last > resolved ? last : resolved) + margin,
                                       .label = label_of(rows_str(r, 6), a) };
}

err backtest_incidents(struct tx *tx, usec from, usec to, usec margin, str pipeline, struct arena *a,
                       struct backtest_incidents *out)
{
    *out = (struct backtest_incidents){ .items = arena_try(a, BACKTEST_INCIDENTS_MAX * sizeof *out->items) };
    if (!pipeline.ptr) pipeline = STR(""); /* no pointer would be NULL to the store */
    if (!out->items) return err_make(ERR_LIMIT, "%d incidents", BACKTEST_INCIDENTS_MAX);
    struct rows *r =
        tx_query(tx, SQL_BACKTEST_INCIDENTS, V(to), V(from), V(pipeline), V((int64_t)BACKTEST_INCIDENTS_MAX + 1));
    while (rows_next(r)) {
        out->more = out->count == BACKTEST_INCIDENTS_MAX;
        if (out->more) break;
        out->items[out->count++] = backtest_incident_read(r, to, margin, a);
    }
    rows_end(r);
    return tx_err(tx);
}

struct run {
    const struct series_info *series;
    struct detect_series *detect;
    usec from, to;
    struct backtest_incidents *incidents;
    backtest_told *told;
    void *ctx;
    struct backtest_tally *tally;
    usec first, last;
};

/* The incident of the series' pipeline that a time lies in: a real one before a false one before one that nobody
 * labelled. */
static struct backtest_incident *incident_at(const struct run *r, usec t)
{
    static const int rank[] = { [BACKTEST_UNLABELLED] = 0, [BACKTEST_FALSE] = 1, [BACKTEST_REAL] = 2 };
    struct backtest_incident *best = NULL;
    for (size_t i = 0; i < r->incidents->count; i++) {
        struct backtest_incident *x = &r->incidents->items[i];
        if (t < x->from || t > x->to || !str_eq(x->pipeline, r->series->pipeline)) continue;
        if (!best || rank[x->label] > rank[best->label]) best = x;
    }
    return best;
}

static void take_alarm(struct run *r, const struct detect_alarm *alarm, usec t)
{
    struct backtest_incident *x = incident_at(r, t);
    enum backtest_label label = x ? x->label : BACKTEST_UNLABELLED;
    r->tally->alarms++;
    *(label == BACKTEST_REAL    ? &r->tally->hits
      : label == BACKTEST_FALSE ? &r->tally->false_alarms
                                : &r->tally->outside) += 1;
    if (x) x->hit = true;
    if (r->told) r->told(r->ctx, r->series, &(struct backtest_alarm){ *alarm, x });
}

static err judge_chunk(void *ctx, str data)
{
    struct run *r = ctx;
    struct detect_alarm out[DETECT_ALARMS_MAX];
    struct chunk_reader reader;
    usec t;
    double v;
    err e = chunk_reader_init(&reader, data);
    if (e.code) return e;
    while (chunk_reader_next(&reader, &t, &v)) {
        if (t > r->to) continue;
        size_t n = detect_sample(r->detect, t, v, out);
        if (t < r->from) continue;
        if (!r->first || t < r->first) r->first = t;
        if (t > r->last) r->last = t;
        r->tally->samples++;
        for (size_t i = 0; i < n; i++)
            if (!out[i].over) take_alarm(r, &out[i], t);
    }
    return reader.corrupt ? err_make(ERR_CORRUPT, "a chunk of samples does not decode") : OK;
}

static void mark_seen(const struct run *r)
{
    for (size_t i = 0; i < r->incidents->count; i++) {
        struct backtest_incident *x = &r->incidents->items[i];
        if (str_eq(x->pipeline, r->series->pipeline) && r->first && r->first <= x->to && r->last >= x->from)
            x->seen = true;
    }
    if (!r->first) return;
    if (!r->tally->first || r->first < r->tally->first) r->tally->first = r->first;
    if (r->last > r->tally->last) r->tally->last = r->last;
}

err backtest_series(struct samples_db *db, const struct series_info *series, const struct detect_config *config,
                    usec from, usec to, struct backtest_incidents *incidents, backtest_told *told, void *ctx,
                    struct backtest_tally *tally)
{
    struct run r = { .series = series,
                     .detect = mem_new(sizeof *r.detect),
                     .from = from,
                     .to = to,
                     .incidents = incidents,
                     .told = told,
                     .ctx = ctx,
                     .tally = tally };
    detect_init(r.detect, config);
    err e = samples_db_chunks(db, series->ref, 0, to, judge_chunk, &r);
    mark_seen(&r);
    mem_free(r.detect);
    return err_wrap(e, STR_FMT, STR_ARG(series->text));
}

struct backtest_score backtest_score(const struct backtest_incidents *incidents, const struct backtest_tally *tally)
{
    struct backtest_score s = { 0 };
    for (size_t i = 0; i < incidents->count; i++) {
        const struct backtest_incident *x = &incidents->items[i];
        if (x->label != BACKTEST_REAL || !x->seen) continue;
        s.real++;
        s.caught += x->hit;
    }
    int64_t labelled = tally->hits + tally->false_alarms;
    s.precision = labelled ? (double)tally->hits / (double)labelled : NAN;
    s.recall = s.real ? (double)s.caught / (double)s.real : NAN;
    return s;
}
