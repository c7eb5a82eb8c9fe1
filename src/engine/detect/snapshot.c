/* Saved state. The bytes come back from a file, so nothing in them may lead outside the arrays or into endless work. */
#include "engine/detect/detect.h"
#include "engine/detect/novelty.h"
#include "engine/detect/pattern.h"
#include "engine/detect/real.h"

void detect_save(const struct detect_series *s, struct detect_snapshot *out)
{
    out->version = DETECT_VERSION;
    out->size = sizeof *out;
    memcpy(&out->series, s, sizeof *s);
}

static bool floats_ok(const float *v, size_t n, float low, float high)
{
    for (size_t i = 0; i < n; i++)
        if (!(v[i] >= low && v[i] <= high)) return false; /* also NaN */
    return true;
}

static bool rarity_ok(const struct detect_rarity *t)
{
    return t->top <= DETECT_TAIL_BINS && floats_ok(&t->total, 1, 0, 1e6f) &&
           floats_ok(t->count, DETECT_TAIL_BINS, 0, 1e6f);
}

static bool seen_ok(const struct detect_series *s)
{
    for (unsigned i = 0; i < DETECT_VIEWS; i++)
        if (!novelty_ok(&s->seen[i])) return false;
    return true;
}

static bool recent_ok(const struct detect_series *s)
{
    return floats_ok(s->recent.residual, DETECT_LONG, -100, 100) && floats_ok(s->recent.jump, DETECT_JUMPS, 0, 1e37f) &&
           floats_ok(s->rest.peak, DETECT_REST_BLOCKS, 0, 1) && s->rest.block < DETECT_REST_BLOCKS &&
           s->flat.equal <= s->flat.samples && pattern_ok(&s->pattern);
}

static bool rhythm_ok(const struct detect_rhythm *r)
{
    const float most = 1e37f, days = 1e4f;
    return floats_ok(r->day, DETECT_DAY_BINS, -most, most) && floats_ok(r->day_n, DETECT_DAY_BINS, 0, days) &&
           floats_ok(r->week, DETECT_WEEK_BINS, -most, most) && floats_ok(r->week_n, DETECT_WEEK_BINS, 0, days) &&
           r->today.number >= 0 && r->this_week.number >= 0;
}

static bool numbers_ok(const struct detect_series *s)
{
    const double all[] = { s->interval,
                           s->level,
                           s->spread,
                           s->jump,
                           s->fast,
                           s->size,
                           s->previous,
                           s->raw,
                           s->score,
                           s->flat.value,
                           s->rhythm.today.value,
                           s->rhythm.this_week.value,
                           s->episode.value,
                           s->episode.low,
                           s->episode.high,
                           s->episode.score,
                           s->episode.once_in };
    const double sums[] = { s->rhythm.day_xy, s->rhythm.day_xx, s->rhythm.week_xy, s->rhythm.week_xx };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!(real_abs(all[i]) <= 1e40)) return false;
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        if (!(real_abs(sums[i]) <= 1e90)) return false;
    return s->interval >= 0 && s->spread >= 0 && s->jump >= 0 && s->size >= 0;
}

/* 0 stands for "not yet". */
static bool past(const struct detect_series *s, usec t)
{
    return t == 0 || (t > 0 && t <= s->newest);
}

static bool times_ok(const struct detect_series *s)
{
    if (s->first < 0 || s->last < s->first || s->newest < (s->samples ? s->last : -1) || s->newest > USEC_MAX)
        return false;
    for (unsigned i = 0; i < DETECT_THRESHOLDS_MAX; i++)
        if (!past(s, s->limits[i].since) || !past(s, s->limits[i].start) || !past(s, s->limits[i].last) ||
            s->limits[i].worst != s->limits[i].worst)
            return false;
    return past(s, s->episode.start) && s->episode.start <= s->episode.end && past(s, s->episode.end) &&
           past(s, s->deviated) && (!s->open || s->deviated >= s->episode.start) && s->longest >= 0 &&
           s->longest <= USEC_MAX && s->episode.part < DETECT_LEARNED;
}

/* The config may have changed since. What was known of a threshold that is now another one is of no use; nor is
 * anything learned from values when rates are judged now. */
static void adopt(struct detect_series *s, const struct detect_config *config)
{
    if (s->config.counter != config->counter) {
        detect_init(s, config);
        return;
    }
    for (uint32_t i = 0; i < DETECT_THRESHOLDS_MAX; i++) {
        bool kept =
            i < config->threshold_count && i < s->config.threshold_count &&
            /* The same bits: NaN is a limit that is not set. NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
            memcmp(&config->thresholds[i], &s->config.thresholds[i], sizeof config->thresholds[i]) == 0;
        if (!kept) memset(&s->limits[i], 0, sizeof s->limits[i]);
    }
    s->config = *config;
}

err detect_load(struct detect_series *s, const struct detect_config *config, str bytes)
{
    uint32_t head[2];
    if (bytes.len < sizeof head) return err_make(ERR_CORRUPT, "a detector snapshot of %zu bytes", bytes.len);
    memcpy(head, bytes.ptr, sizeof head);
    if (head[0] > DETECT_VERSION) return err_make(ERR_TOO_NEW, "detector snapshot version %u", head[0]);
    if (head[0] < DETECT_VERSION || head[1] != sizeof(struct detect_snapshot) ||
        bytes.len != sizeof(struct detect_snapshot))
        return err_make(ERR_CORRUPT, "detector snapshot version %u of %zu bytes", head[0], bytes.len);
    struct detect_series *in = s;
    memcpy(in, bytes.ptr + offsetof(struct detect_snapshot, series), sizeof *in);
    if (!times_ok(in) || !numbers_ok(in) || !rhythm_ok(&in->rhythm) || !rarity_ok(&in->strengths) || !seen_ok(in) ||
        !recent_ok(in)) {
        detect_init(s, config);
        return err_make(ERR_CORRUPT, "detector snapshot holds impossible numbers");
    }
    adopt(s, config);
    return OK;
}
