/* The evidence of a cause: from the symptom, hop by hop, to what shows the cause itself. */
#include "core/diagnose/diagnose_internal.h"

enum { WAY_MAX = EVIDENCE_MAX - WITNESS_COUNT + 1 };

static void put(struct cause *out, int64_t seq, str text)
{
    for (size_t i = 0; i < out->evidence_count; i++)
        if (out->evidence[i].seq == seq && str_eq(out->evidence[i].text, text)) return;
    if (seq > 0 && out->evidence_count < EVIDENCE_MAX)
        out->evidence[out->evidence_count++] = (struct evidence){ seq, text };
}

/* The places from the cause down to where it hurts; gives how many. Goes on below the incident's own places as long as
 * the path holds, so that the farthest symptom comes first. */
static size_t way_down(const struct diag *d, size_t place, size_t way[HOPS_MAX + 1])
{
    size_t n = 0;
    way[n++] = place;
    while (n <= HOPS_MAX && place_linked(d, place)) {
        place = d->places[place].parent;
        way[n++] = place;
    }
    return n;
}

static void put_way(struct diag *d, size_t place, struct cause *out)
{
    size_t way[HOPS_MAX + 1], n = way_down(d, place, way);
    bool with_edges = 2 * n - 1 <= WAY_MAX; /* a long way shows its stations only, a very long one its ends */
    for (size_t i = n; i-- > 0;) {
        const struct place *p = &d->places[way[i]];
        if (n > WAY_MAX && i >= WAY_MAX - 1 && i != n - 1) continue;
        put(out, p->symptom_seq, p->symptom);
        if (i == 0 || !with_edges) continue;
        const struct place *up = &d->places[way[i - 1]];
        put(out, up->edge_seq,
            str_fmt(d->a, STR_FMT " reads from " STR_FMT, STR_ARG(p->pipeline), STR_ARG(up->pipeline)));
    }
}

static const struct hint *strongest(const struct diag *d, const struct candidate *c, enum witness class)
{
    const struct hint *best = NULL;
    for (size_t i = 0; i < d->hint_count; i++) {
        const struct hint *h = &d->hints[i];
        if (h->kind == c->kind && h->place == c->place && h->witness == class &&
            (!best || h->strength > best->strength))
            best = h;
    }
    return best;
}

/* The witnesses that count: the strongest of each class, the clearest class last. */
static void put_hints(const struct diag *d, const struct candidate *c, struct cause *out)
{
    for (int class = WITNESS_COUNT - 1; class >= 0; class--) {
        const struct hint *h = strongest(d, c, (enum witness)class);
        if (h) put(out, h->seq, h->text);
    }
}

void path_write(struct diag *d, const struct candidate *c, struct cause *out)
{
    put_way(d, c->place, out);
    put_hints(d, c, out);
}
