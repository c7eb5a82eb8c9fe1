/* From hints to ranked candidates. */
#include "core/diagnose/diagnose_internal.h"

/* SCORE_MIN: below it a cause is a guess, and weir says "unknown" instead. HOP: each hop away from where it hurts makes
 * a little less sure. EXPLAINED: what is left of a symptom that a cause further up explains. */
static const double score_max = 0.98, score_min = 0.25, hop = 0.97, explained = 0.6;

/* Causes that a moment in time can name without another witness. */
static bool timing_suffices(enum cause_kind kind)
{
    return kind == CAUSE_CHANGE;
}

static double rounded(double x)
{
    return (double)(int64_t)(x * 10000.0 + 0.5) / 10000.0;
}

static struct candidate *candidate_of(struct diag *d, enum cause_kind kind, size_t place)
{
    for (size_t i = 0; i < d->candidate_count; i++)
        if (d->candidates[i].kind == kind && d->candidates[i].place == place) return &d->candidates[i];
    struct candidate *c = &d->candidates[d->candidate_count++];
    *c = (struct candidate){ .kind = kind, .place = place };
    return c;
}

/* What shows a cause names it; what only supports it does not. */
static bool names_better(const struct hint *h, const struct hint *than)
{
    if (!than) return true;
    bool shows = h->witness <= WITNESS_MEASURED, than_shows = than->witness <= WITNESS_MEASURED;
    return shows != than_shows ? shows : h->strength > than->strength;
}

static void collect(struct diag *d)
{
    for (size_t i = 0; i < d->hint_count; i++) {
        const struct hint *h = &d->hints[i];
        struct candidate *c = candidate_of(d, h->kind, h->place);
        if (names_better(h, c->best)) c->best = h;
    }
}

static void score(struct diag *d, struct candidate *c)
{
    double most[WITNESS_COUNT] = { 0 }, left = 1.0;
    for (size_t i = 0; i < d->hint_count; i++) {
        const struct hint *h = &d->hints[i];
        if (h->kind == c->kind && h->place == c->place && h->strength > most[h->witness])
            most[h->witness] = h->strength;
    }
    for (size_t w = 0; w < WITNESS_COUNT; w++) left *= 1.0 - most[w];
    bool shown = most[WITNESS_DIRECT] > 0 || most[WITNESS_MEASURED] > 0 ||
                 (timing_suffices(c->kind) && most[WITNESS_TIMING] > 0);
    c->score = shown ? (1.0 - left) * (1.0 - d->doubt[c->kind]) : 0;
    if (c->score > score_max) c->score = score_max;
}

/* Hops from a place down to one of the incident's own, or -1 when the way is broken. */
static int hops_down(const struct diag *d, size_t place)
{
    int hops = 0;
    while (!d->places[place].in_incident) {
        if (!place_linked(d, place) || ++hops > HOPS_MAX) return -1;
        place = d->places[place].parent;
    }
    return hops;
}

static void weigh_distance(const struct diag *d, struct candidate *c)
{
    int hops = hops_down(d, c->place);
    if (hops < 0) c->score = 0;
    for (; hops > 0; hops--) c->score *= hop;
}

/* Does `up` explain `down`: is it further up an unbroken path, at least nearly as sure, and of a kind that travels so?
 */
static bool explains(const struct diag *d, const struct candidate *up, const struct candidate *down)
{
    unsigned effect = shows_of(down->kind);
    if (!effect || up->score < down->score * 0.8) return false;
    if (down->kind == CAUSE_SERVICE_DEGRADED) return false; /* blame has weighed them against each other already */
    size_t at = up->place;
    for (int hops = 0; at != down->place; hops++) {
        if (hops > HOPS_MAX || !place_linked(d, at)) return false;
        at = d->places[at].parent;
    }
    return up->place != down->place && carries(d->places[up->place].shows, effect);
}

static void explain_away(struct diag *d)
{
    double factor[HINTS_MAX];
    for (size_t i = 0; i < d->candidate_count; i++) {
        factor[i] = 1.0;
        for (size_t u = 0; u < d->candidate_count; u++)
            if (explains(d, &d->candidates[u], &d->candidates[i])) factor[i] = explained;
    }
    for (size_t i = 0; i < d->candidate_count; i++) d->candidates[i].score *= factor[i];
}

/* Best first; what began first goes before what came later, then the order of the words. */
static bool before(const struct diag *d, const struct candidate *a, const struct candidate *b)
{
    if (a->score > b->score || a->score < b->score) return a->score > b->score;
    usec x = d->places[a->place].onset, y = d->places[b->place].onset;
    if (x != y) return x < y;
    return a->place != b->place ? a->place < b->place : a->kind < b->kind;
}

static void sort(struct diag *d)
{
    for (size_t i = 1; i < d->candidate_count; i++) {
        struct candidate c = d->candidates[i];
        size_t at = i;
        for (; at > 0 && before(d, &c, &d->candidates[at - 1]); at--) d->candidates[at] = d->candidates[at - 1];
        d->candidates[at] = c;
    }
}

void candidates_rank(struct diag *d)
{
    collect(d);
    for (size_t i = 0; i < d->candidate_count; i++) {
        score(d, &d->candidates[i]);
        weigh_distance(d, &d->candidates[i]);
    }
    explain_away(d);
    for (size_t i = 0; i < d->candidate_count; i++) d->candidates[i].score = rounded(d->candidates[i].score);
    sort(d);
    while (d->candidate_count && d->candidates[d->candidate_count - 1].score < score_min) d->candidate_count--;
}
