/* What the desk's counters say. */
#include <stddef.h>

#include "edge/inquiry/watch.h"

#define COUNT(field) offsetof(struct desk_counts, field)

static const struct cause {
    const char *name, *before, *between, *after, *expected; /* before, per cent, between, how many, after */
    size_t part, whole; /* where in struct desk_counts */
    double unit;        /* of the part */
    double limit;
    bool below;         /* wrong below the limit, not above */
    size_t minutes;
    int64_t least;      /* of fewer nothing is said */
} causes[WATCH_ALARMS] = {
    { "errors", "", " % of ", " calls about inquiries failed within five minutes", "at most 5 %", COUNT(errors),
      COUNT(requests), 1, 0.05, false, 5, 20 },
    { "slow", "", " % of ", " submitted inquiries took over 2 s within five minutes", "at most 5 %", COUNT(slow),
      COUNT(submits), 1, 0.05, false, 5, 20 },
    { "confidence", "the mean confidence in categories is ", " % for ", " inquiries of an hour", "60 % or more",
      COUNT(confidence), COUNT(received), 1000, 0.6, true, 60, 20 },
    { "escalations", "", " escalations for each 100 of ", " inquiries of an hour", "at most 20", COUNT(escalated),
      COUNT(received), 1, 0.2, false, 60, 20 },
    { "intake", "", " % of ", " looks for inquiries failed within 15 minutes", "at most 50 %", COUNT(looks_failed),
      COUNT(looks), 1, 0.5, false, 15, 3 },
};

const char *desk_cause_name(int cause)
{
    return causes[cause].name;
}

str desk_alarm_text(const struct desk_alarm *alarm, struct arena *a)
{
    const struct cause *c = &causes[alarm->cause];
    return str_fmt(a, "%s%.1f%s%lld%s; %s is expected", c->before, 100 * alarm->value, c->between,
                   (long long)alarm->of, c->after, c->expected);
}

static int64_t count_at(const struct desk_counts *c, size_t at)
{
    int64_t v;
    memcpy(&v, (const char *)c + at, sizeof v);
    return v;
}

static bool is_wrong(const struct desk_looks *s, const struct cause *c, double *value, int64_t *of)
{
    size_t back = c->minutes < s->count - 1 ? c->minutes : s->count - 1;
    const struct desk_counts *now = &s->ring[(s->next + WATCH_LOOKS - 1) % WATCH_LOOKS];
    const struct desk_counts *then = &s->ring[(s->next + 2 * WATCH_LOOKS - 1 - back) % WATCH_LOOKS];
    *of = count_at(now, c->whole) - count_at(then, c->whole);
    if (*of < c->least) return false;
    *value = (double)(count_at(now, c->part) - count_at(then, c->part)) / c->unit / (double)*of;
    return c->below ? *value < c->limit : *value > c->limit;
}

size_t desk_look(struct desk_looks *s, const struct desk_counts *now, usec wall, struct desk_alarm out[WATCH_ALARMS])
{
    size_t n = 0;
    s->ring[s->next] = *now;
    s->next = (s->next + 1) % WATCH_LOOKS;
    if (s->count < WATCH_LOOKS) s->count++;
    for (int i = 0; i < WATCH_ALARMS; i++) {
        struct desk_alarm alarm = { .cause = i };
        bool wrong = is_wrong(s, &causes[i], &alarm.value, &alarm.of);
        if (wrong && !s->cause[i].wrong && !s->cause[i].on) s->cause[i].since = wall;
        s->cause[i].wrong = wrong ? s->cause[i].wrong + 1 : 0;
        s->cause[i].right = wrong ? 0 : s->cause[i].right + 1;
        alarm.began = !s->cause[i].on && s->cause[i].wrong >= WATCH_HOLD;
        if (!alarm.began && !(s->cause[i].on && s->cause[i].right >= WATCH_HOLD)) continue;
        s->cause[i].on = alarm.began;
        alarm.start = s->cause[i].since;
        out[n++] = alarm;
    }
    return n;
}
