#include "edge/observe/train.h"

#include <math.h>

#include "base/hash.h"
#include "engine/chunk/chunk.h"

static const double candidates[] = { 0.25, 0.5, 0.71, 1, 1.41, 2, 4 };
enum { CANDIDATES = sizeof candidates / sizeof *candidates };
static const double outside_cost = 0.25;
static const usec margin = 30 * USEC_MINUTE;

struct trial { /* one candidate */
    struct detect_series detect;
    double outside[2]; /* alarms where nobody said anything, before and after the split */
};

struct training {
    struct backtest_incidents incidents; /* labelled, oldest first */
    uint8_t *hit;                        /* of each, a bit a candidate */
    usec split, first, last;
    struct trial *trials;
    struct sha256 data;
};

/* Keeps those that say something of this series. */
static err read_incidents(struct tx *tx, const struct series_info *series, struct arena *a,
                          struct backtest_incidents *out)
{
    *out = (struct backtest_incidents){ .items = arena_try(a, TRAIN_INCIDENTS_MAX * sizeof *out->items) };
    if (!out->items) return err_make(ERR_LIMIT, "%d incidents", TRAIN_INCIDENTS_MAX);
    struct rows *r =
        tx_query(tx, SQL_TRAIN_INCIDENTS, V(series->pipeline), V(series->text), V((int64_t)TRAIN_INCIDENTS_MAX));
    while (rows_next(r)) {
        struct backtest_incident x = backtest_incident_read(r, series->last_seen, margin, a);
        bool own = rows_i64(r, 7) > 0, nobody = rows_i64(r, 8) == 0;
        bool counts = (x.label == BACKTEST_REAL && (own || nobody)) || (x.label == BACKTEST_FALSE && own);
        if (counts && x.from >= series->first_seen && x.from <= series->last_seen) out->items[out->count++] = x;
    }
    rows_end(r);
    return tx_err(tx);
}

static void take_alarm(struct training *t, unsigned k, usec at)
{
    bool inside = false;
    for (size_t i = 0; i < t->incidents.count; i++) {
        if (at < t->incidents.items[i].from || at > t->incidents.items[i].to) continue;
        t->hit[i] |= (uint8_t)(1u << k);
        inside = true;
    }
    if (!inside) t->trials[k].outside[at >= t->split] += 1;
}

static err judge_chunk(void *ctx, str data)
{
    struct training *t = ctx;
    struct detect_alarm out[DETECT_ALARMS_MAX];
    struct chunk_reader r;
    usec at;
    double v;
    str parts[] = { { (const char *)t->data.b, SHA256_LEN }, data };
    err e = chunk_reader_init(&r, data);
    if (e.code) return e;
    t->data = sha256_parts(parts, 2);
    while (chunk_reader_next(&r, &at, &v)) {
        if (!t->first) t->first = at;
        if (at > t->last) t->last = at;
        for (unsigned k = 0; k < CANDIDATES; k++) {
            size_t n = detect_sample(&t->trials[k].detect, at, v, out);
            for (size_t i = 0; i < n; i++)
                if (!out[i].over) take_alarm(t, k, at);
        }
    }
    return r.corrupt ? err_make(ERR_CORRUPT, "a chunk of samples does not decode") : OK;
}

/* Over the older incidents (part 0) or those held back (part 1). */
static double score(const struct training *t, unsigned k, unsigned part, size_t held_from)
{
    size_t from = part ? held_from : 0, to = part ? t->incidents.count : held_from;
    double right = 0;
    for (size_t i = from; i < to; i++)
        right += ((t->hit[i] >> k & 1) != 0) == (t->incidents.items[i].label == BACKTEST_REAL);
    return (right - outside_cost * t->trials[k].outside[part]) / (double)(to - from);
}

static double away(unsigned k, double sensitivity)
{
    return fabs(log(candidates[k] / sensitivity));
}

static unsigned nearest(double sensitivity)
{
    unsigned best = 0;
    for (unsigned k = 1; k < CANDIDATES; k++)
        if (away(k, sensitivity) < away(best, sensitivity)) best = k;
    return best;
}

/* The best on the older part; of equals the one nearest to that of today. */
static unsigned challenger(const struct training *t, double sensitivity, size_t held_from)
{
    unsigned best = nearest(sensitivity);
    for (unsigned k = 0; k < CANDIDATES; k++) {
        double x = score(t, k, 0, held_from), y = score(t, best, 0, held_from);
        if (x > y || (x >= y && away(k, sensitivity) < away(best, sensitivity))) best = k;
    }
    return best;
}

static void decide(const struct training *t, double sensitivity, size_t held_from, struct arena *a, struct model *out,
                   bool *promoted)
{
    unsigned now = nearest(sensitivity), best = challenger(t, sensitivity, held_from);
    size_t held = t->incidents.count - held_from;
    out->sensitivity = candidates[best];
    out->score = score(t, best, 1, held_from);
    out->before = score(t, now, 1, held_from);
    out->labels = (int64_t)held_from;
    out->held_back = (int64_t)held;
    out->from = t->first;
    out->to = t->last;
    out->data = hex_text((str){ (const char *)t->data.b, SHA256_LEN }, a);
    *promoted = best != now && out->score >= out->before + TRAIN_MARGIN;
    if (*promoted || best == now) return;
    out->today = sensitivity;
    out->why = str_fmt(a, "best on %zu older labels, but %.2f on the %zu newer ones: %.2f would have been needed",
                       held_from, out->score, held, out->before + TRAIN_MARGIN);
}

err train_series(struct samples_db *db, struct tx *tx, const struct series_info *series, double sensitivity,
                 struct arena *a, struct model *out, bool *promoted)
{
    struct training t = { 0 };
    *out = (struct model){ .series = str_dup(a, series->text) };
    *promoted = false;
    err e = read_incidents(tx, series, a, &t.incidents);
    if (e.code || t.incidents.count < TRAIN_LABELS_MIN) return e;
    size_t held_from = t.incidents.count - t.incidents.count / 3;
    t.split = t.incidents.items[held_from].from;
    t.hit = arena_try(a, t.incidents.count);
    t.trials = arena_try(a, CANDIDATES * sizeof *t.trials);
    if (!t.hit || !t.trials) return err_make(ERR_LIMIT, "training of a series");
    for (unsigned k = 0; k < CANDIDATES; k++) {
        struct detect_config c = detect_config_default();
        c.counter = series->kind == SERIES_COUNTER;
        c.sensitivity = candidates[k];
        detect_init(&t.trials[k].detect, &c);
    }
    e = samples_db_chunks(db, series->ref, 0, USEC_MAX, judge_chunk, &t);
    if (!e.code) decide(&t, sensitivity, held_from, a, out, promoted);
    return err_wrap(e, "train " STR_FMT, STR_ARG(series->text));
}
