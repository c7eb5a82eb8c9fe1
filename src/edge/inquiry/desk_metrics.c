/* What the desk counts, for /metrics. */
#include "edge/inquiry/desk_internal.h"

#include "edge/metric_text.h"

enum { SUBMIT_SLOW = 7 }; /* 2 s */
static const double submit_bounds_ms[SUBMIT_BUCKETS] = { 2.5, 5, 10, 15, 50, 250, 1000, 2000, 10000 };

static void inference_metrics(struct inquiry_desk *d, struct buf *out)
{
    struct classify_stats s = inquiry_classify_stats(d->classifier);
    metric_histogram(out, "weir_inquiry_classify_seconds", "Time to judge an inquiry.",
                     &(struct metric_times){ classify_bounds_ms, s.buckets, CLASSIFY_BUCKETS, s.count, s.sum_us });
}

usec desk_now(struct inquiry_desk *d)
{
    return d->opts.env->now(d->opts.env);
}

void desk_submitted(struct inquiry_desk *d, usec took)
{
    for (int i = 0; i < SUBMIT_BUCKETS; i++)
        if ((double)took <= 1000 * submit_bounds_ms[i]) atomic_fetch_add(&d->submits[i], 1);
    atomic_fetch_add(&d->submit_count, 1);
    atomic_fetch_add(&d->submit_us, took);
}

void desk_count(struct inquiry_desk *d, int64_t *submits, int64_t *slow)
{
    int64_t fast = atomic_load(&d->submits[SUBMIT_SLOW]); /* first: it is never ahead of the count */
    *submits = atomic_load(&d->submit_count);
    *slow = *submits - fast;
}

static void submit_metrics(struct inquiry_desk *d, struct buf *out)
{
    int64_t up_to[SUBMIT_BUCKETS];
    struct metric_times t = { submit_bounds_ms, up_to, SUBMIT_BUCKETS, atomic_load(&d->submit_count),
                              atomic_load(&d->submit_us) };
    for (int i = 0; i < SUBMIT_BUCKETS; i++) up_to[i] = atomic_load(&d->submits[i]);
    metric_histogram(out, "weir_inquiry_submit_seconds", "From a submitted inquiry to its commit.", &t);
}

/* One family of the tallies; `word` is the label's name. */
static void tally_metrics(struct tx *tx, const char *tally, const char *name, const char *type, const char *word,
                          const char *help, struct buf *out)
{
    metric_head(out, name, type, help);
    struct rows *r = tx_query_n(tx, SQL_INQUIRY_TALLIES, TX_NO_VALS);
    while (rows_next(r)) {
        if (!str_eq(rows_str(r, 0), str_of(tally))) continue;
        buf_fmt(out, "%s{%s=", name, word);
        metric_label(out, rows_str(r, 1));
        buf_fmt(out, "} %lld\n", (long long)rows_i64(r, 2));
    }
}

/* How pressing what is open is, and since when the oldest one waits. */
static void queue_metrics(struct tx *tx, struct buf *out)
{
    static const char *const states[] = { "review", "open" };
    metric_head(out, "weir_inquiries_priority", "gauge",
                "Open inquiries by tens of their priority, the newest 10,000.");
    struct rows *r = tx_query_n(tx, SQL_INQUIRY_PRIORITIES, TX_NO_VALS);
    while (rows_next(r))
        buf_fmt(out, "weir_inquiries_priority{from=\"%lld\"} %lld\n", (long long)rows_i64(r, 0),
                (long long)rows_i64(r, 1));
    metric_head(out, "weir_inquiries_oldest_timestamp_seconds", "gauge", "When the oldest that waits came.");
    for (int i = 0; i < 2; i++) {
        int64_t received = tx_get_i64(tx, SQL_INQUIRY_OLDEST_WAITING, 0, V(states[i]));
        if (received)
            buf_fmt(out, "weir_inquiries_oldest_timestamp_seconds{state=\"%s\"} %.3f\n", states[i],
                    (double)received / 1e6);
    }
}

void desk_metrics(struct inquiry_desk *d, struct buf *out)
{
    static const struct {
        const char *tally, *name, *type, *word, *help;
    } rows[] = {
        { "received", "weir_inquiries_received_total", "counter", "channel", "Inquiries that arrived, by channel." },
        { "state", "weir_inquiries", "gauge", "state", "Inquiries by state." },
        { "category", "weir_inquiries_category", "gauge", "category", "Inquiries by category, as labelled now." },
        { "sentiment", "weir_inquiries_sentiment", "gauge", "sentiment", "Inquiries by sentiment, as labelled now." },
        { "urgency", "weir_inquiries_urgency", "gauge", "urgency", "Inquiries by urgency, as labelled now." },
        { "language", "weir_inquiries_language_total", "counter", "language", "Inquiries that arrived, by language." },
        { "confidence", "weir_inquiries_confidence_total", "counter", "from",
          "Inquiries by tenths of the category's confidence." },
        { "confidence_sum", "weir_inquiries_confidence_thousandths_total", "counter", "unit",
          "Sum of the category's confidences." },
        { "department", "weir_inquiries_routed_total", "counter", "department",
          "Inquiries that were sent to a department." },
        { "held", "weir_inquiries_held_total", "counter", "reason", "Inquiries held for a person to decide." },
        { "escalated", "weir_inquiries_escalated_total", "counter", "reason",
          "Escalations, by a rule or because the clock ran out." },
        { "repeated", "weir_inquiries_repeated_total", "counter", "channel",
          "Inquiries that repeat one that is open." },
        { "answered", "weir_inquiries_answered_total", "counter", "when", "Answers, in time or late." },
        { "corrected", "weir_inquiries_corrected_total", "counter", "label", "Labels that a person changed." },
        { "confirmed", "weir_inquiries_confirmed_total", "counter", "label", "Labels that a person confirmed." },
    };
    struct tx *tx = NULL;
    inference_metrics(d, out);
    axis_models_metrics(inquiry_classifier_models(d->classifier), out);
    submit_metrics(d, out);
    if (store_read(d->opts.store, &tx).code) return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tally_metrics(tx, rows[i].tally, rows[i].name, rows[i].type, rows[i].word, rows[i].help, out);
    queue_metrics(tx, out);
    store_read_end(tx);
}
