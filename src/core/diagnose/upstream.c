/* What feeds a place: a failed or late pipeline above it explains missing and late data here. Its own cause, found by
 * the other sources there, ranks above this one (rank.c); where nothing names that cause, this is what remains to be
 * said. */
#include "core/diagnose/diagnose_internal.h"

/* Did a step fail here that said nothing weir understands? Then the input may well be what is wrong. */
static bool fails_unexplained(const struct diag *d, size_t place)
{
    if (!(d->places[place].shows & SHOWS_FAIL)) return false;
    for (size_t i = 0; i < d->hint_count; i++)
        if (d->hints[i].place == place && d->hints[i].witness == WITNESS_DIRECT && d->hints[i].strength > 0.4)
            return false;
    return true;
}

static void learn_from_hints(struct diag *d)
{
    for (size_t i = 0; i < d->hint_count; i++) d->places[d->hints[i].place].shows |= shows_of(d->hints[i].kind);
    for (size_t p = 0; p < d->place_count; p++)
        if (fails_unexplained(d, p)) d->places[p].shows |= SHOWS_NO_INPUT;
}

/* The step that meets the missing input: the failed one, else the first. */
static str meets_input(const struct place *p)
{
    for (size_t i = 0; i < p->step_count; i++)
        if (p->steps[i].run.failed) return p->steps[i].run.step;
    return p->step_count ? p->steps[0].run.step : STR("");
}

void look_upstream(struct diag *d)
{
    learn_from_hints(d);
    for (size_t u = 0; u < d->place_count; u++) {
        const struct place *up = &d->places[u];
        bool failed = up->shows & SHOWS_FAIL;
        if (!(up->shows & (SHOWS_FAIL | SHOWS_LATE)) || !place_linked(d, u)) continue;
        str what = failed ? STR("failed") : STR("is late");
        hint_add(d, &(struct hint){
                        .kind = failed ? CAUSE_UPSTREAM_FAILED : CAUSE_UPSTREAM_LATE,
                        .place = up->parent,
                        .step = meets_input(&d->places[up->parent]),
                        .witness = WITNESS_MEASURED,
                        .strength = failed ? 0.82 : 0.76,
                        .seq = up->symptom_seq,
                        .text = str_fmt(d->a, STR_FMT ": " STR_FMT, STR_ARG(up->pipeline), STR_ARG(up->symptom)),
                        .title = str_fmt(d->a, STR_FMT ", which it reads from, " STR_FMT, STR_ARG(up->pipeline),
                                         STR_ARG(what)),
                        .detail = str_fmt(d->a, "{\"upstream\":\"" STR_FMT "\"}", STR_ARG(up->pipeline)),
                    });
    }
}
