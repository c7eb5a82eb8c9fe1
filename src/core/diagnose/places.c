/* The pipelines that may have to do with an incident, what is known of each, and how they hang together. */
#include "core/diagnose/diagnose_internal.h"

/* How far back a sign still belongs to this incident, and how much later than its effect a cause may be seen: runs of
 * one moment are recorded in the order in which they end. */
static const usec look_back_min = USEC_HOUR, onset_slack = USEC_SECOND;
/* Measured series are seen in rows of up to some minutes. */
static const usec measured_slack = 5 * USEC_MINUTE;

static int64_t number(struct rows *r, int col)
{
    return rows_null(r, col) ? -1 : rows_i64(r, col);
}

static struct diag_run read_run(struct rows *r, struct arena *a)
{
    return (struct diag_run){
        .id = rows_dup(r, 0, a),
        .step = rows_dup(r, 1, a),
        .failed = STR_IS(rows_str(r, 2), "failed"),
        .started = rows_i64(r, 3),
        .duration = number(r, 4),
        .exit_code = number(r, 5),
        .signal = number(r, 6),
        .rows = number(r, 7),
        .bytes = number(r, 8),
        .peak_kb = number(r, 9),
        .cpu_us = number(r, 10),
        .sync_us = number(r, 11),
        .output = rows_dup(r, 12, a),
        .detail = rows_dup(r, 13, a),
        .seq = rows_i64(r, 14),
    };
}

static struct diag_finding read_finding(struct rows *r, struct arena *a)
{
    return (struct diag_finding){
        .seq = rows_i64(r, 0),
        .severity = rows_i64(r, 1),
        .series = rows_dup(r, 2, a),
        .pipeline = rows_dup(r, 3, a),
        .step = rows_dup(r, 4, a),
        .run = rows_dup(r, 5, a),
        .kind = rows_dup(r, 6, a),
        .summary = rows_dup(r, 7, a),
        .started = rows_i64(r, 8),
        .ended = rows_i64(r, 9),
        .has_value = !rows_null(r, 10),
        .has_range = !rows_null(r, 11) && !rows_null(r, 12),
        .value = rows_f64(r, 10),
        .low = rows_f64(r, 11),
        .high = rows_f64(r, 12),
        .score = rows_f64(r, 13),
        .evidence = rows_dup(r, 14, a),
    };
}

static size_t read_findings(struct diag *d, struct rows *r)
{
    size_t first = d->finding_count;
    while (rows_next(r)) {
        if (d->finding_count == FINDINGS_MAX) {
            rows_end(r);
            break;
        }
        d->findings[d->finding_count++] = read_finding(r, d->a);
    }
    return first;
}

/* Stored series of the pipeline that were measured while the incident settled (core/measured.h). */
static void read_measured(struct diag *d, str pipeline)
{
    struct rows *r = tx_query(d->tx, SQL_MEASURED_OF_PIPELINE, V(d->incident), V(pipeline));
    while (rows_next(r)) {
        if (d->finding_count == FINDINGS_MAX) {
            rows_end(r);
            return;
        }
        d->findings[d->finding_count++] = (struct diag_finding){
            .seq = rows_i64(r, 0),
            .severity = SEV_LOW,
            .series = rows_dup(r, 1, d->a),
            .pipeline = pipeline,
            .step = STR(""),
            .run = STR(""),
            .kind = STR("measured"),
            .started = rows_i64(r, 2),
            .ended = rows_i64(r, 2),
            .has_value = true,
            .value = rows_f64(r, 3),
            .has_range = true,
            .low = rows_f64(r, 4),
            .high = rows_f64(r, 5),
            .score = rows_f64(r, 6),
            .size = rows_f64(r, 7),
            .excess = rows_f64(r, 8),
            .summary = rows_dup(r, 9, d->a),
            .evidence = STR(""),
        };
    }
}

/* --- What is usual --- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static struct usual middle(int64_t *v, size_t n)
{
    if (n == 0) return (struct usual){ 0 };
    qsort(v, n, sizeof *v, by_size);
    int64_t low = v[(n - 1) / 2], high = v[n / 2];
    return (struct usual){ .mid = low + (high - low) / 2, .n = n };
}

bool step_has(const struct usual *u)
{
    return u->n >= HISTORY_MIN;
}

static struct usuals history(struct diag *d, str pipeline, const struct diag_run *run)
{
    enum { COLUMNS = 5 };
    int64_t v[COLUMNS][HISTORY_MAX];
    size_t n[COLUMNS] = { 0 };
    struct rows *r = tx_query(d->tx, SQL_DIAG_HISTORY, V(pipeline), V(run->step), V(run->started));
    for (int seen = 0; seen < HISTORY_MAX && rows_next(r); seen++)
        for (int c = 0; c < COLUMNS; c++)
            if (!rows_null(r, c)) v[c][n[c]++] = rows_i64(r, c);
    rows_end(r);
    return (struct usuals){
        .rows = middle(v[0], n[0]),
        .duration = middle(v[1], n[1]),
        .peak_kb = middle(v[2], n[2]),
        .cpu_us = middle(v[3], n[3]),
        .sync_us = middle(v[4], n[4]),
    };
}

/* --- The steps of a place --- */

static struct diag_step *step_of(struct place *p, str step)
{
    for (size_t i = 0; i < p->step_count; i++)
        if (str_eq(p->steps[i].run.step, step)) return &p->steps[i];
    return NULL;
}

static void step_add(struct place *p, const struct diag_run *run)
{
    if (p->step_count < PLACE_STEPS_MAX && !step_of(p, run->step)) p->steps[p->step_count++].run = *run;
}

/* The runs that findings name, and the latest moment they began at (0: findings name no runs). */
static usec named_runs(struct diag *d, struct place *p)
{
    usec latest = 0;
    for (size_t i = d->finding_count; i-- > 0;) { /* newest first: it is the one that stands */
        const struct diag_finding *f = &d->findings[i];
        if (!f->run.len || !str_eq(f->pipeline, p->pipeline)) continue;
        struct rows *r = tx_query(d->tx, SQL_DIAG_RUN, V(f->run), V(p->pipeline));
        if (!rows_next(r)) continue;
        struct diag_run run = read_run(r, d->a);
        rows_end(r);
        if (run.started > latest) latest = run.started;
        step_add(p, &run);
    }
    return latest;
}

static void newest_runs(struct diag *d, struct place *p, usec up_to)
{
    struct rows *r = tx_query(d->tx, SQL_DIAG_RUNS, V(p->pipeline), V(up_to));
    while (rows_next(r)) {
        if (step_of(p, rows_str(r, 1))) continue;
        struct diag_run run = read_run(r, d->a);
        step_add(p, &run);
    }
}

static void sort_steps(struct place *p)
{
    for (size_t i = 1; i < p->step_count; i++) {
        struct diag_step s = p->steps[i];
        size_t at = i;
        for (; at > 0 && p->steps[at - 1].run.started > s.run.started; at--) p->steps[at] = p->steps[at - 1];
        p->steps[at] = s;
    }
}

/* A step that a later failure kept from running shows a run of an earlier pass; the order of start still holds. */
static void load_steps(struct diag *d, struct place *p)
{
    usec latest = named_runs(d, p);
    newest_runs(d, p, latest ? latest : d->now);
    sort_steps(p);
    for (size_t i = 0; i < p->step_count; i++) p->steps[i].usual = history(d, p->pipeline, &p->steps[i].run);
}

/* --- Does it deviate? --- */

static void sign(struct place *p, usec when, int64_t seq, str text)
{
    if (when >= p->onset) return;
    p->onset = when;
    p->symptom_seq = seq;
    p->symptom = text;
}

static const struct {
    const char *kind;
    unsigned shows;
} finding_shows[] = {
    { "exit", SHOWS_FAIL },     { "freshness", SHOWS_LATE }, { "duration", SHOWS_SLOW },
    { "schema", SHOWS_SCHEMA }, { "anomaly", SHOWS_SERIES }, { "threshold", SHOWS_SERIES },
    { "alert", SHOWS_SERIES },  { "drift", SHOWS_VALUES },   { "error_rate", SHOWS_SERIES },
};

static unsigned shows_finding(const struct diag_finding *f)
{
    if (STR_IS(f->kind, "volume"))
        return !f->has_value || !f->has_range ? SHOWS_LESS | SHOWS_MORE : f->value < f->low ? SHOWS_LESS : SHOWS_MORE;
    for (size_t i = 0; i < sizeof finding_shows / sizeof finding_shows[0]; i++)
        if (str_eq(f->kind, str_of(finding_shows[i].kind))) return finding_shows[i].shows;
    return SHOWS_SERIES;
}

static void signs_of_findings(struct diag *d, struct place *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct diag_finding *f = &d->findings[i];
        if (!str_eq(f->pipeline, p->pipeline)) continue;
        bool measured = STR_IS(f->kind, "measured");
        if (measured && p->in_incident) continue; /* it was found off already: that is the symptom */
        p->shows |= shows_finding(f);
        if (measured) p->slack = measured_slack;
        sign(p, STR_IS(f->kind, "freshness") ? f->ended : f->started, f->seq,
             f->summary); /* late when it is due, not before */
    }
}

static usec look_back(const struct diag *d, const struct place *p)
{
    usec span = 2 * p->every > look_back_min ? 2 * p->every : look_back_min;
    return d->onset > span ? d->onset - span : 0;
}

static void signs_of_runs(struct diag *d, struct place *p)
{
    usec newest = -1;
    for (size_t i = 0; i < p->step_count; i++) {
        const struct diag_run *run = &p->steps[i].run;
        if (run->started > newest) newest = run->started;
        if (!run->failed || run->started < look_back(d, p)) continue;
        p->shows |= SHOWS_FAIL;
        sign(p, run->started, run->seq,
             str_fmt(d->a, "step " STR_FMT " of " STR_FMT " failed", STR_ARG(run->step), STR_ARG(p->pipeline)));
    }
    if (newest < 0 || p->every <= 0 || p->every > USEC_DAY * 400) return;
    usec due = newest + p->every + p->every / 2;
    if (d->now <= due) return;
    p->shows |= SHOWS_LATE;
    sign(p, due, p->steps[p->step_count - 1].run.seq,
         str_fmt(d->a, STR_FMT " has not run since", STR_ARG(p->pipeline)));
}

static void signs_of_schema(struct diag *d, struct place *p)
{
    struct rows *r = tx_query(d->tx, SQL_DIAG_CHANGES, V(look_back(d, p)), V(d->now));
    while (rows_next(r)) {
        if (!STR_IS(rows_str(r, 3), "schema") || !str_eq(rows_str(r, 2), p->pipeline)) continue;
        p->shows |= SHOWS_SCHEMA;
        sign(p, rows_i64(r, 1), rows_i64(r, 0), rows_dup(r, 4, d->a));
    }
}

/* --- Collecting the places --- */

static size_t place_of(const struct diag *d, str pipeline)
{
    for (size_t i = 0; i < d->place_count; i++)
        if (str_eq(d->places[i].pipeline, pipeline)) return i;
    return DIAG_NONE;
}

static void read_pipeline(struct diag *d, struct place *p)
{
    struct rows *r = tx_query(d->tx, SQL_DIAG_PIPELINE, V(p->pipeline));
    if (!rows_next(r)) return;
    str spec = rows_dup(r, 0, d->a);
    p->every = rows_i64(r, 1);
    p->edge_seq = rows_i64(r, 2);
    rows_end(r);
    if (spec.len && json_parse(spec, d->a, &p->spec).code) p->spec = NULL;
}

static struct place *place_add(struct diag *d, str pipeline, bool in_incident)
{
    if (d->place_count == PLACES_MAX) return NULL;
    struct place *p = &d->places[d->place_count++];
    *p = (struct place){ .pipeline = pipeline, .in_incident = in_incident, .parent = DIAG_NONE, .onset = USEC_MAX };
    read_pipeline(d, p);
    size_t own = d->finding_count;
    if (in_incident) own = 0;
    else read_findings(d, tx_query(d->tx, SQL_DIAG_FINDINGS_NEAR, V(pipeline), V(look_back(d, p)), V(d->incident)));
    read_measured(d, pipeline);
    signs_of_findings(d, p, own, d->finding_count);
    load_steps(d, p);
    signs_of_runs(d, p);
    signs_of_schema(d, p);
    return p;
}

/* Is `a` on the way from `from` down to the incident? Then taking it as the one above would close a circle. */
static bool below(const struct diag *d, size_t a, size_t from)
{
    for (int hops = 0; from != DIAG_NONE && hops <= PLACES_MAX; hops++) {
        if (from == a) return true;
        from = d->places[from].parent;
    }
    return false;
}

/* `pipeline` feeds the place `at`, as entry `seq` shows. */
static void feeds(struct diag *d, size_t at, str pipeline, int64_t seq)
{
    size_t up = place_of(d, pipeline);
    if (up == DIAG_NONE) {
        if (!place_add(d, pipeline, false)) return;
        up = d->place_count - 1;
    }
    if (d->edge_count < EDGES_MAX) d->edges[d->edge_count++] = (struct diag_edge){ .down = at, .up = up };
    struct place *u = &d->places[up];
    if (u->parent != DIAG_NONE || below(d, up, at)) return;
    u->parent = at;
    u->edge_seq = seq;
}

struct feeder {
    str node;
    int64_t seq;
};
enum { FEEDERS_MAX = 64 };

static size_t feeders(struct diag *d, str node, struct feeder *out)
{
    size_t n = 0;
    struct rows *r = tx_query(d->tx, SQL_DIAG_FEEDS, V(node));
    while (n < FEEDERS_MAX && rows_next(r)) out[n++] = (struct feeder){ rows_dup(r, 0, d->a), rows_i64(r, 1) };
    rows_end(r);
    return n;
}

/* The pipelines above a node, nearest first, through datasets and declared jobs between them; a pipeline ends the way.
 */
static void feeds_of_node(struct diag *d, size_t at, str node)
{
    enum { NODES_MAX = 128, BETWEEN_MAX = 6 };
    const str prefix = STR("pipeline:");
    struct {
        str node;
        int hops;
    } queue[NODES_MAX] = { { node, 0 } };
    size_t count = 1;
    for (size_t i = 0; i < count; i++) {
        struct feeder up[FEEDERS_MAX];
        size_t n = feeders(d, queue[i].node, up);
        for (size_t k = 0; k < n; k++) {
            if (str_starts(up[k].node, prefix)) {
                feeds(d, at, str_cut(up[k].node, prefix.len, up[k].node.len), up[k].seq);
                continue;
            }
            bool known = queue[i].hops >= BETWEEN_MAX || count == NODES_MAX;
            for (size_t j = 0; j < count && !known; j++) known = str_eq(queue[j].node, up[k].node);
            if (known) continue;
            queue[count].node = up[k].node;
            queue[count++].hops = queue[i].hops + 1;
        }
    }
}

static void feeds_declared(struct diag *d, size_t at)
{
    size_t i, n;
    json *name;
    int64_t seq = d->places[at].edge_seq;
    yyjson_arr_foreach(json_get(d->places[at].spec, "after"), i, n, name) {
        if (yyjson_is_str(name)) feeds(d, at, json_str(name, STR_NONE), seq);
    }
}

/* Walk up from every place that deviates; the list grows while it is walked. */
static void walk_up(struct diag *d)
{
    for (size_t i = 0; i < d->place_count; i++) {
        if (!place_deviates(&d->places[i])) continue;
        str node = str_fmt(d->a, "pipeline:" STR_FMT, STR_ARG(d->places[i].pipeline));
        feeds_of_node(d, i, node);
        feeds_declared(d, i);
    }
}

static bool read_incident(struct diag *d)
{
    struct rows *r = tx_query(d->tx, SQL_DIAG_INCIDENT, V(d->incident));
    if (!rows_next(r)) return false;
    d->pipeline = rows_dup(r, 0, d->a);
    d->fingerprint = rows_dup(r, 1, d->a);
    d->onset = rows_i64(r, 2);
    rows_end(r);
    return true;
}

bool places_load(struct diag *d)
{
    if (!read_incident(d)) return false;
    read_findings(d, tx_query(d->tx, SQL_DIAG_FINDINGS, V(d->incident)));
    size_t own = d->finding_count;
    for (size_t i = 0; i < own; i++)
        if (d->findings[i].started < d->onset) d->onset = d->findings[i].started;
    place_add(d, d->pipeline, true);
    for (size_t i = 0; i < own; i++)
        if (place_of(d, d->findings[i].pipeline) == DIAG_NONE) place_add(d, d->findings[i].pipeline, true);
    walk_up(d);
    return true;
}

/* --- How faults travel --- */

static const unsigned cause_shows[CAUSE_COUNT] = {
    [CAUSE_SCHEMA_MISSING] = SHOWS_SCHEMA,    [CAUSE_SCHEMA_CHANGED] = SHOWS_SCHEMA,
    [CAUSE_DATA_DUPLICATED] = SHOWS_MORE,     [CAUSE_DATA_MISSING] = SHOWS_NO_INPUT,
    [CAUSE_DATA_INVALID] = SHOWS_VALUES,      [CAUSE_DATA_GROWN] = SHOWS_MORE,
    [CAUSE_DATA_DRIFTED] = SHOWS_VALUES,      [CAUSE_RESOURCE_MEMORY] = SHOWS_MEMORY,
    [CAUSE_RESOURCE_DISK_SLOW] = SHOWS_SLOW,  [CAUSE_RESOURCE_CPU] = SHOWS_SLOW,
    [CAUSE_UPSTREAM_FAILED] = SHOWS_NO_INPUT, [CAUSE_UPSTREAM_LATE] = SHOWS_LATE,
    [CAUSE_SERVICE_DEGRADED] = SHOWS_SERIES,
};

unsigned shows_of(enum cause_kind kind)
{
    return cause_shows[kind];
}

/* A pipeline that failed gives too little or too late, never a full disk; one that gave too much fills a memory. */
static const struct {
    unsigned up, down;
} carry[] = {
    { SHOWS_FAIL | SHOWS_LATE | SHOWS_NO_INPUT | SHOWS_LESS, SHOWS_LATE | SHOWS_NO_INPUT | SHOWS_LESS },
    { SHOWS_MORE, SHOWS_MORE | SHOWS_SLOW | SHOWS_MEMORY },
    { SHOWS_SCHEMA, SHOWS_SCHEMA | SHOWS_VALUES },
    { SHOWS_VALUES, SHOWS_VALUES },
    { SHOWS_SLOW, SHOWS_LATE | SHOWS_SLOW },
    { SHOWS_SERIES, SHOWS_SERIES },
};

bool carries(unsigned up, unsigned effect)
{
    for (size_t i = 0; i < sizeof carry / sizeof carry[0]; i++)
        if ((up & carry[i].up) && (effect & carry[i].down)) return true;
    return false;
}

bool place_linked(const struct diag *d, size_t u)
{
    const struct place *up = &d->places[u];
    if (up->parent == DIAG_NONE) return false;
    const struct place *down = &d->places[up->parent];
    return place_deviates(up) && place_deviates(down) && up->onset <= down->onset + onset_slack + up->slack &&
           carries(up->shows, down->shows);
}
