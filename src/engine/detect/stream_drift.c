#include "engine/detect/stream_drift.h"

#include <math.h>
#include <stdlib.h>

#include "engine/detect/real.h"

static_assert(STREAM_KNOTS == 63, "rank_of halves 64 six times");

void stream_drift_init(struct stream_drift *s, double delta)
{
    memset(s, 0, sizeof *s);
    adwin_init(&s->window, delta);
}

static double rank_of(const struct stream_drift *s, double value)
{
    unsigned below = 0; /* knots smaller than the value */
    for (unsigned half = 32; half; half /= 2) below += s->knot[below + half - 1] < value ? half : 0;
    bool equal = below < STREAM_KNOTS && s->knot[below] == value;
    return s->rank[2 * below + equal];
}

static int ascending(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Knots at equal shares of the sorted reference, the smallest and the largest among them; a value that is there twice,
 * once. */
static unsigned choose_knots(struct stream_drift *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < STREAM_KNOTS; i++) {
        double v = s->reference[i * (STREAM_LEARN - 1) / (STREAM_KNOTS - 1)];
        if (!n || s->knot[n - 1] != v) s->knot[n++] = v;
    }
    for (unsigned i = n; i < STREAM_KNOTS; i++) s->knot[i] = INFINITY;
    return n;
}

/* The middle rank of every knot and of every space between two. */
static void choose_ranks(struct stream_drift *s, unsigned knots)
{
    unsigned at = 0;
    for (unsigned k = 0; k <= knots; k++) {
        unsigned from = at;
        while (at < STREAM_LEARN && (k == knots || s->reference[at] < s->knot[k])) at++;
        s->rank[2 * k] = (double)(from + at) / (2.0 * STREAM_LEARN);
        if (k == knots) break;
        from = at;
        while (at < STREAM_LEARN && s->reference[at] == s->knot[k]) at++;
        s->rank[2 * k + 1] = (double)(from + at) / (2.0 * STREAM_LEARN);
    }
}

/* The reference is complete: its values are the first of the window. */
static void start_window(struct stream_drift *s)
{
    double arrived[STREAM_LEARN];
    memcpy(arrived, s->reference, sizeof arrived);
    qsort(s->reference, STREAM_LEARN, sizeof *s->reference, ascending);
    choose_ranks(s, choose_knots(s));
    adwin_init(&s->window, s->window.delta);
    for (unsigned i = 0; i < STREAM_LEARN; i++) (void)adwin_add(&s->window, rank_of(s, arrived[i]));
}

static bool alarm(struct stream_drift *s, struct stream_alarm *out)
{
    double median = s->reference[STREAM_LEARN / 2 - 1] / 2 + s->reference[STREAM_LEARN / 2] / 2;
    *out = (struct stream_alarm){ .at = s->values - 1,
                                  .changed = s->values - s->window.since,
                                  .before = median,
                                  .rank_before = s->window.before,
                                  .rank_after = s->window.after };
    s->alarms++;
    s->learned = 0;
    return true;
}

bool stream_drift_add(struct stream_drift *s, double value, struct stream_alarm *out)
{
    if (!isfinite(value)) {
        s->odd++;
        return false;
    }
    s->values++;
    if (s->learned < STREAM_LEARN) {
        s->reference[s->learned++] = value;
        if (s->learned == STREAM_LEARN) start_window(s);
        return false;
    }
    return adwin_add(&s->window, rank_of(s, value)) && alarm(s, out);
}

static bool map_sound(const struct stream_drift *s)
{
    for (unsigned i = 0; i < 2 * STREAM_KNOTS + 1; i++)
        if (!(s->rank[i] >= 0 && s->rank[i] <= 1)) return false;
    for (unsigned i = 0; i < STREAM_KNOTS; i++)
        if (s->knot[i] != s->knot[i] || (i && s->knot[i] < s->knot[i - 1])) return false;
    return true;
}

bool stream_drift_load(struct stream_drift *s, str bytes)
{
    struct stream_drift in;
    if (bytes.len != sizeof in) return false;
    memcpy(&in, bytes.ptr, sizeof in);
    if (!adwin_sound(&in.window) || in.learned > STREAM_LEARN || !map_sound(&in)) return false;
    for (unsigned i = 0; i < in.learned; i++)
        if (!isfinite(in.reference[i])) return false;
    *s = in;
    return true;
}
