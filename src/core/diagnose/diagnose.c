#include "core/diagnose/diagnose_internal.h"

/* The sources of evidence. The order matters only where one reads what another found: the upstream source asks which
 * failures nothing else explains. */
static const struct source {
    const char *name;
    void (*look)(struct diag *d);
} sources[] = {
    { "exit", look_exit },         { "findings", look_findings }, { "drift", look_drift },
    { "volume", look_volume },
    { "memory", look_memory },     { "slow", look_slow },         { "services", look_services },
    { "upstream", look_upstream }, { "changes", look_changes },   { "precedent", look_precedent },
};

void hint_add(struct diag *d, const struct hint *h)
{
    if (d->hint_count < HINTS_MAX) {
        d->hints[d->hint_count++] = *h;
        return;
    }
    struct hint *weakest = &d->hints[0];
    for (size_t i = 1; i < HINTS_MAX; i++)
        if (d->hints[i].strength < weakest->strength) weakest = &d->hints[i];
    if (weakest->strength < h->strength) *weakest = *h;
}

void hint_of_run(struct diag *d, size_t place, const struct diag_run *run, struct hint h)
{
    h.place = place;
    h.step = run->step;
    h.seq = run->seq;
    hint_add(d, &h);
}

/* "pipeline/step" or "pipeline" */
static str where_text(struct diag *d, size_t place, str step)
{
    str pipeline = d->places[place].pipeline;
    if (!step.len || str_eq(step, pipeline)) return pipeline;
    return str_fmt(d->a, STR_FMT "/" STR_FMT, STR_ARG(pipeline), STR_ARG(step));
}

static void cause_write(struct diag *d, const struct candidate *c, struct cause *out)
{
    const struct hint *best = c->best;
    str says = best->title.len ? best->title : str_of(cause_sentence(c->kind));
    *out = (struct cause){
        .kind = c->kind,
        .pipeline = d->places[c->place].pipeline,
        .step = best->step.ptr ? best->step : STR(""),
        .score = c->score,
        .title = str_fmt(d->a, STR_FMT ": " STR_FMT, STR_ARG(where_text(d, c->place, best->step)), STR_ARG(says)),
        .detail = best->detail.ptr ? best->detail : STR(""),
    };
    path_write(d, c, out);
    out->runbook = runbook_find(d, out, best->text);
}

void diagnose_incident(struct tx *tx, str incident, struct runbook_index *books, struct arena *a,
                       struct cause_list *out)
{
    struct diag d = {
        .tx = tx,
        .a = a,
        .incident = incident,
        .books = books,
        .now = tx_time(tx),
        .findings = ARENA_ARRAY(a, struct diag_finding, FINDINGS_MAX),
        .places = ARENA_ARRAY(a, struct place, PLACES_MAX),
        .edges = ARENA_ARRAY(a, struct diag_edge, EDGES_MAX),
        .hints = ARENA_ARRAY(a, struct hint, HINTS_MAX),
        .candidates = ARENA_ARRAY(a, struct candidate, HINTS_MAX),
    };
    out->count = 0;
    if (!places_load(&d)) return;
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) sources[i].look(&d);
    candidates_rank(&d);
    for (size_t i = 0; i < d.candidate_count && out->count < CAUSES_MAX; i++) {
        cause_write(&d, &d.candidates[i], &out->items[out->count]);
        out->count++;
    }
}
