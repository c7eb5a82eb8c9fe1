#include "core/diagnose/recorded.h"

#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "store/journal.h"

/* --- Who is suspected --- */

struct names {
    str *items;
    size_t count;
};

static size_t name_index(struct names *n, str name)
{
    for (size_t i = 0; i < n->count; i++)
        if (str_eq(n->items[i], name)) return i;
    n->items[n->count] = name;
    return n->count++;
}

void recorded_suspects(const struct recorded_facts *f, struct arena *a, struct recorded_suspects *out)
{
    struct names services = { .items = ARENA_ARRAY(a, str, f->symptom_count + 2 * f->call_count + 1) };
    struct suspect_symptom *s = ARENA_ARRAY(a, struct suspect_symptom, f->symptom_count + 1);
    struct blame_edge *edges = ARENA_ARRAY(a, struct blame_edge, f->call_count + 1);
    for (size_t i = 0; i < f->symptom_count; i++) {
        const struct recorded_symptom *x = &f->symptoms[i];
        s[i] = (struct suspect_symptom){ .service = name_index(&services, x->service),
                                         .kind = x->kind,
                                         .score = x->s.d.score,
                                         .size = x->s.size,
                                         .excess = x->s.excess,
                                         .falls = x->s.d.shift < 0,
                                         .onset = x->onset };
    }
    for (size_t i = 0; i < f->call_count; i++)
        edges[i] =
            (struct blame_edge){ name_index(&services, f->calls[i].caller), name_index(&services, f->calls[i].callee) };
    struct suspect_options opts = { .target = f->target.len ? name_index(&services, f->target) : BLAME_NO_TARGET };
    struct suspect *found = ARENA_ARRAY(a, struct suspect, services.count + 1);
    opts.onset_slack = USEC_DAY; /* rows of one recording: the order of onsets only decides between equals */
    size_t n = suspects_rank(s, f->symptom_count, services.count, edges, f->call_count, &opts, a, found);
    out->items = ARENA_ARRAY(a, struct recorded_suspect, n + 1);
    out->count = n;
    for (size_t i = 0; i < n; i++)
        out->items[i] = (struct recorded_suspect){ &f->symptoms[found[i].symptom], found[i].sure };
}

/* --- Written as an incident --- */

static int64_t entry(struct tx *tx, const char *kind, str subject)
{
    return journal_add(tx, &(struct entry){ .kind = str_of(kind),
                                            .subject = subject,
                                            .actor = STR("recording"),
                                            .correlation = STR(""),
                                            .body = STR("{}") });
}

str recorded_sentence(const struct recorded_symptom *x, struct arena *a)
{
    const struct deviation *d = &x->s.d;
    double value = d->middle + d->shift;
    return str_fmt(a, STR_FMT " of " STR_FMT " is %.4g, usually %.4g (%.3g spreads off)", STR_ARG(x->metric),
                   STR_ARG(x->service), value, d->middle, fabs(d->score));
}

static void write_finding(struct tx *tx, const struct recorded_symptom *x, size_t i, str incident, struct arena *a)
{
    const struct deviation *d = &x->s.d;
    str id = str_fmt(a, "finding-%zu", i + 1),
        evidence = str_fmt(a, "{\"excess\":%.9g,\"size\":%.9g}", x->s.excess, x->s.size);
    int64_t seq = entry(tx, "finding", id);
    double reach = BLAME_SCORE_MIN * d->spread;
    tx_exec(tx, SQL_FINDING_ADD, V(id), V(seq), V(x->onset), V(x->metric), V(x->service), V(""), V(""), V("anomaly"),
            V("recorded"), V(SEV_HIGH), V(x->onset), V(x->onset), V(d->middle + d->shift), V(d->middle - reach),
            V(d->middle + reach), V(d->score), V(recorded_sentence(x, a)), V(evidence), V(incident), V(""), V(0));
}

static bool is_target(const struct recorded_facts *f, const struct recorded_symptom *x)
{
    return f->target.len && str_eq(x->service, f->target);
}

/* The target's own first, whatever it shows: somebody says it hurts. Then by size. */
static bool goes_before(const struct recorded_facts *f, const struct recorded_symptom *x,
                        const struct recorded_symptom *y)
{
    if (is_target(f, x) != is_target(f, y)) return is_target(f, x);
    return x->s.size > y->s.size;
}

static size_t pick(const struct recorded_facts *f, const struct recorded_symptom **out)
{
    size_t n = 0;
    for (size_t i = 0; i < f->symptom_count; i++) {
        const struct recorded_symptom *x = &f->symptoms[i];
        if (x->s.d.score < BLAME_SCORE_MIN && !is_target(f, x)) continue;
        if (n == RECORDED_FINDINGS_MAX && !goes_before(f, x, out[n - 1])) continue;
        size_t at = n < RECORDED_FINDINGS_MAX ? n++ : n - 1;
        for (; at > 0 && goes_before(f, x, out[at - 1]); at--) out[at] = out[at - 1];
        out[at] = x;
    }
    return n;
}

static str node(str service, struct arena *a)
{
    return str_fmt(a, "pipeline:" STR_FMT, STR_ARG(service));
}

static bool is_off(const struct recorded_symptom *const *picked, size_t n, str service)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(picked[i]->service, service)) return true;
    return false;
}

/* Trouble travels only to services that are off. The graph came as a whole: it has one entry. */
static void write_calls(struct tx *tx, const struct recorded_facts *f, const struct recorded_symptom *const *picked,
                        size_t n, struct arena *a)
{
    int64_t seq = f->call_count ? entry(tx, "lineage.seen", STR("calls")) : 0;
    for (size_t i = 0; i < f->call_count; i++) {
        const struct recorded_call *c = &f->calls[i];
        if (is_off(picked, n, c->caller))
            tx_exec(tx, SQL_LINEAGE_ADD, V(node(c->callee, a)), V(node(c->caller, a)), V(seq));
    }
}

static void write_run(struct tx *tx, const char *id, str where, bool failed, usec at, str output)
{
    int64_t seq = entry(tx, "run.finished", where);
    tx_exec(tx, SQL_RUN_FINISH, V(id), V(where), V(where), V(1), V(failed ? "failed" : "ok"), V(at), V(at), V(0),
            V((int64_t)failed), VAL_NONE, VAL_NONE, VAL_NONE, VAL_NONE, VAL_NONE, VAL_NONE, V(""), V(output), V("{}"),
            V(seq));
}

static void write_context(struct tx *tx, const struct recorded_facts *f, str where, struct arena *a)
{
    for (size_t i = 0; i < f->change_count; i++) {
        const struct recorded_change *c = &f->changes[i];
        int64_t seq = entry(tx, "change.seen", c->service);
        tx_exec(tx, SQL_CHANGE_ADD, V(str_fmt(a, "change-%zu", i + 1)), V(seq), V(c->time), V(c->service), V(c->kind),
                V(c->summary), V(c->detail.len ? c->detail : STR("{}")));
    }
    if (f->output.len && f->passed.len) write_run(tx, "pass.log", where, false, f->at - USEC_MINUTE, f->passed);
    if (f->output.len) write_run(tx, "fail.log", where, true, f->at, f->output);
}

void recorded_diagnose(struct tx *tx, const struct recorded_facts *f, struct arena *a, struct cause_list *out)
{
    const str incident = STR("recorded-1");
    str where = f->target; /* "": the incident is of none of them */
    const struct recorded_symptom *picked[RECORDED_FINDINGS_MAX];
    size_t n = pick(f, picked);
    int64_t seq = entry(tx, "incident.opened", incident);
    tx_exec(tx, SQL_INCIDENT_ADD, V(incident), V(seq), V("recorded"), V(SEV_HIGH), V(where), V("recorded case"),
            V(f->at));
    for (size_t i = 0; i < n; i++) write_finding(tx, picked[i], i, incident, a);
    write_calls(tx, f, picked, n, a);
    write_context(tx, f, where, a);
    diagnose_incident(tx, incident, NULL, a, out);
}
