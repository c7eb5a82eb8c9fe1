/* Series and samples as the API shows them, and ingest's numbers as Prometheus reads them. */
#include <math.h>

#include "edge/metric_text.h"
#include "edge/observe/observe.h"
#include "edge/observe/samples.h"

static void write_series(struct jw *w, const struct series_info *s)
{
    jw_str(w, "id", s->id);
    jw_str(w, "name", s->name);
    jw_str(w, "series", s->text);
    jw_str(w, "pipeline", s->pipeline);
    jw_raw(w, "labels", s->labels);
    jw_str(w, "source", s->source);
    jw_i64(w, "first_seen", s->first_seen);
    jw_i64(w, "last_seen", s->last_seen);
}

err samples_api_list(struct ingest *in, str pipeline, str cursor, int64_t limit, struct arena *a, struct buf *out)
{
    struct series_list list;
    if (limit < 1 || limit > 500) return err_make(ERR_INPUT, "limit must be 1 to 500");
    err e = samples_series(in, pipeline, STR(""), cursor, (size_t)limit + 1, a, &list);
    if (e.code) return e;
    size_t n = list.count > (size_t)limit ? (size_t)limit : list.count;
    struct jw w = jw_init(out);
    jw_open(&w, NULL);
    jw_array(&w, "items");
    for (size_t i = 0; i < n; i++) {
        jw_open(&w, NULL);
        write_series(&w, &list.items[i]);
        jw_close(&w);
    }
    jw_array_end(&w);
    if (list.count > n) jw_str(&w, "next_cursor", list.items[n - 1].text);
    else jw_null(&w, "next_cursor");
    jw_close(&w);
    return OK;
}

err samples_api_read(struct ingest *in, str id, usec from, usec to, int64_t points, struct arena *a, struct buf *out)
{
    struct samples_view v;
    if (points < 1 || points > SAMPLES_POINTS_MAX)
        return err_make(ERR_INPUT, "points must be 1 to %d", SAMPLES_POINTS_MAX);
    err e = samples_read(in, id, from, to, (size_t)points, a, &v);
    if (e.code) return e;
    struct jw w = jw_init(out);
    jw_open(&w, NULL);
    write_series(&w, &v.series);
    jw_array(&w, "points");
    for (size_t i = 0; i < v.count; i++) {
        jw_open(&w, NULL);
        jw_i64(&w, "time", v.points[i].time);
        jw_f64(&w, "min", v.points[i].min);
        jw_f64(&w, "max", v.points[i].max);
        jw_f64(&w, "avg", v.points[i].avg);
        jw_i64(&w, "count", v.points[i].count);
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_close(&w);
    return OK;
}

static void sender_lines(struct buf *out, const struct ingest_stats *st, const char *name, const char *help,
                         int64_t (*of)(const struct sender_stats *))
{
    metric_head(out, name, "counter", help);
    for (size_t i = 0; i < st->sender_count; i++) {
        buf_fmt(out, "%s{sender=", name);
        metric_label(out, str_of(st->senders[i].name));
        buf_fmt(out, "} %lld\n", (long long)of(&st->senders[i]));
    }
}

static int64_t accepted_of(const struct sender_stats *s)
{
    return s->accepted;
}

static int64_t duplicates_of(const struct sender_stats *s)
{
    return s->duplicates;
}

static void refused_lines(struct buf *out, const struct ingest_stats *st)
{
    metric_head(out, "weir_samples_refused_total", "counter", "Samples refused, by sender and reason.");
    for (size_t i = 0; i < st->sender_count; i++) {
        for (int r = 0; r < INGEST_REASONS; r++) {
            if (!st->senders[i].refused[r]) continue;
            buf_add(out, STR("weir_samples_refused_total{sender="));
            metric_label(out, str_of(st->senders[i].name));
            buf_fmt(out, ",reason=\"%s\"} %lld\n", ingest_reason_text((enum ingest_reason)r),
                    (long long)st->senders[i].refused[r]);
        }
    }
}

void ingest_metrics(struct ingest *in, struct buf *out)
{
    struct ingest_stats *st = mem_new(sizeof *st);
    ingest_stats(in, st);
    const struct {
        const char *name, *type, *help;
        int64_t value;
    } rows[] = {
        { "weir_series_live", "gauge", "Series that are judged now.", st->series_live },
        { "weir_samples_judged_total", "counter", "Samples the detectors have taken.", st->samples_judged },
        { "weir_findings_raised_total", "counter", "Findings committed by the engine threads.", st->findings },
        { "weir_findings_refused_total", "counter", "Findings the core did not take.", st->findings_refused },
        { "weir_engine_store_waits_total", "counter", "Times an engine thread found the store busy.", st->store_waits },
        { "weir_sample_lag_bytes", "gauge", "Sample log that is not judged yet.", st->lag_bytes },
        { "weir_sample_log_bytes", "gauge", "Sample log on disk.", st->log_bytes },
        { "weir_samples_db_bytes", "gauge", "samples.db, in use.", st->db_bytes },
        { "weir_sample_gaps_total", "counter", "Places where the sample log had lost something.", st->gaps },
        { "weir_sample_gap_bytes_total", "counter", "Bytes lost there.", st->gap_bytes },
        { "weir_sample_checkpoints_total", "counter", "Times a shard was brought into samples.db.", st->checkpoints },
        { "weir_sample_checkpoint_errors_total", "counter", "Times that failed.", st->checkpoint_errors },
        { "weir_sample_chunks_expired_total", "counter", "Chunks deleted by age or size.", st->chunks_expired },
        { "weir_detectors_reset_total", "counter", "Detectors whose saved state did not load.", st->detectors_reset },
        { "weir_samples_read_only", "gauge", "1 after a failed write to disk.", st->read_only },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        metric_one(out, rows[i].name, rows[i].type, rows[i].help, rows[i].value);
    sender_lines(out, st, "weir_samples_accepted_total", "Samples taken, by sender.", accepted_of);
    sender_lines(out, st, "weir_samples_duplicate_total", "Samples that were known already, by sender.", duplicates_of);
    refused_lines(out, st);
    mem_free(st);
}
