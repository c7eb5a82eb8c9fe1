/* Optimizer: what could help. Every remedy it can name stands in the declaration of the pipeline; it fits a cause by
 * the words under `mends`, or, for running a step again, by the table below. The best (most confident, then cheapest)
 * comes first.
 */
#include "core/agents/confidence.h"
#include "core/agents/effects.h"

enum { PROPOSALS_MAX = 6, STEPS_MAX = 64 };

/* Causes that running again can mend: the first by waiting, the others because the work itself is repeated. */
static const struct again {
    enum cause_kind cause;
    const char *remedy;
} agains[] = {
    { CAUSE_SOURCE_TIMEOUT, "job.retry" }, { CAUSE_SOURCE_UNREACHABLE, "job.retry" },
    { CAUSE_LOCK, "job.retry" },           { CAUSE_SERVICE_DEGRADED, "job.retry" },
    { CAUSE_UPSTREAM_LATE, "job.retry" },  { CAUSE_DATA_DUPLICATED, "job.rerun" },
    { CAUSE_DATA_MISSING, "job.rerun" },   { CAUSE_UPSTREAM_FAILED, "job.rerun" },
};

struct candidate {
    const char *remedy;
    str args, summary;
    const char *leaves;
    double confidence, cost_usd;
};

struct work {
    struct step *s;
    struct cx *cx;
    json *spec;
    const struct cause *cause;
    str steps;        /* JSON array: the failing step and those after it */
    bool repeatable;  /* all of them */
    double cost_usd;  /* of running them */
    str failed_run;
    struct candidate items[PROPOSALS_MAX];
    size_t count;
};

static bool mends(json *declared, enum cause_kind cause)
{
    size_t i, n;
    json *word;
    yyjson_arr_foreach(json_get(declared, "mends"), i, n, word) {
        if (str_eq(json_str(word, STR_NONE), str_of(cause_text(cause)))) return true;
    }
    return false;
}

static str json_of(struct cx *cx, struct buf *b)
{
    str text = str_dup(cx->a, buf_view(b));
    buf_done(b);
    return text;
}

/* The steps from `first` on (all of them when it is not declared), and whether each may be repeated. */
static void collect_steps(struct work *w, str first)
{
    json *steps = json_get(w->spec, "steps"), *step;
    size_t i, n;
    bool from = false, declared = false;
    yyjson_arr_foreach(steps, i, n, step) declared |= str_eq(json_get_str(step, "name"), first);
    struct buf b = buf_init(1 << 16);
    struct jw out = jw_init(&b);
    jw_array(&out, NULL);
    w->repeatable = yyjson_arr_size(steps) > 0;
    yyjson_arr_foreach(steps, i, n, step) {
        from |= !declared || str_eq(json_get_str(step, "name"), first);
        if (!from) continue;
        jw_str(&out, NULL, json_get_str(step, "name"));
        w->repeatable &= json_bool(json_get(step, "repeatable"), false);
        w->cost_usd += json_get_f64(step, "cost_usd", 0.01);
    }
    jw_array_end(&out);
    w->steps = json_of(w->cx, &b);
}

static void offer(struct work *w, const struct candidate *c)
{
    if (w->count < PROPOSALS_MAX) w->items[w->count++] = *c;
}

static double confidence(struct work *w, const char *remedy)
{
    return remedy_confidence(w->cx->tx, w->cause, str_of(remedy), w->cause->pipeline);
}

static void args_begin(struct work *w, struct buf *b, struct jw *out)
{
    *b = buf_init(1 << 16);
    *out = jw_init(b);
    jw_open(out, NULL);
    jw_str(out, "pipeline", w->cause->pipeline);
}

/* Exponential: 1 s, 2 s, 4 s ... after each attempt on the same target within the cool-down, at most 5 min. */
static usec retry_delay(struct work *w, str target)
{
    const usec first = USEC_SECOND / 2, most = 5 * USEC_MINUTE;
    int64_t before = tx_get_i64(w->cx->tx, SQL_EFFECT_RECENT_APPLIES, 0, V(target), V("job.retry"), V(0),
                                V(w->cx->now - USEC_HOUR));
    usec delay = first << (before < 10 ? before : 10);
    return delay < most ? delay : most;
}

static void offer_again(struct work *w)
{
    if (yyjson_arr_size(json_get(w->spec, "steps")) == 0) return;
    for (size_t i = 0; i < sizeof agains / sizeof *agains; i++) {
        if (agains[i].cause != w->cause->kind) continue;
        bool retry = strcmp(agains[i].remedy, "job.retry") == 0;
        struct buf b;
        struct jw out;
        args_begin(w, &b, &out);
        jw_str(&out, "step", w->cause->step);
        jw_str(&out, "run", w->failed_run);
        str target = str_fmt(w->cx->a, STR_FMT "/" STR_FMT, STR_ARG(w->cause->pipeline), STR_ARG(w->cause->step));
        if (retry) jw_i64(&out, "delay_us", retry_delay(w, target));
        jw_raw(&out, "steps", w->steps);
        jw_close(&out);
        struct candidate c = {
            .remedy = agains[i].remedy,
            .args = json_of(w->cx, &b),
            .leaves = w->repeatable ? "nothing" : "lasting",
            .confidence = confidence(w, agains[i].remedy),
            .cost_usd = w->cost_usd,
            .summary = str_fmt(w->cx->a, "%s " STR_FMT "%s" STR_FMT "%s", retry ? "retry" : "run",
                               STR_ARG(w->cause->pipeline), w->cause->step.len ? " from step " : "",
                               STR_ARG(w->cause->step), retry ? ", after a pause" : " again"),
        };
        offer(w, &c);
    }
}

/* How far a knob is moved at once: memory doubles, batches grow tenfold, concurrency halves, a cache is switched. */
static bool next_value(json *knob, str now, struct cx *cx, str *out)
{
    str effect = json_get_str(knob, "effect"), type = json_get_str(knob, "type");
    if (STR_IS(type, "bool")) {
        *out = STR_IS(now, "true") ? STR("false") : STR("true");
        return true;
    }
    int64_t v = 0;
    if (str_to_i64(now, &v).code) return false;
    int64_t want = STR_IS(effect, "batch_size") ? v * 10 : STR_IS(effect, "concurrency") ? v / 2 : v * 2;
    int64_t low = json_get_i64(knob, "min", 0), high = json_get_i64(knob, "max", INT64_MAX);
    if (want < low) want = low;
    if (want > high) want = high;
    *out = str_fmt(cx->a, "%lld", (long long)want);
    return want != v;
}

static void offer_knob(struct work *w, json *knob)
{
    str name = json_get_str(knob, "name"), value;
    struct rows *r = tx_query(w->cx->tx, SQL_KNOB_GET, V(w->cause->pipeline), V(name));
    str now = rows_next(r) ? rows_dup(r, 0, w->cx->a) : json_get_str(knob, "default");
    rows_end(r);
    if (!next_value(knob, now, w->cx, &value)) return;
    struct buf b;
    struct jw out;
    args_begin(w, &b, &out);
    jw_str(&out, "step", w->cause->step);
    jw_str(&out, "knob", name);
    jw_str(&out, "value", value);
    jw_str(&out, "before", now);
    if (w->repeatable) jw_raw(&out, "steps", w->steps);
    jw_close(&out);
    struct candidate c = {
        .remedy = "knob.set",
        .args = json_of(w->cx, &b),
        .leaves = "undoable",
        .confidence = confidence(w, "knob.set"),
        .cost_usd = w->cost_usd,
        .summary = str_fmt(w->cx->a, "set " STR_FMT " of " STR_FMT " from " STR_FMT " to " STR_FMT "%s", STR_ARG(name),
                           STR_ARG(w->cause->pipeline), STR_ARG(now), STR_ARG(value),
                           w->repeatable ? " and run the step again" : ""),
    };
    offer(w, &c);
}

static void offer_command(struct work *w, json *command)
{
    bool rerun = json_bool(json_get(command, "rerun"), false);
    str name = json_get_str(command, "name"), leaves = json_str(json_get(command, "leaves"), STR("lasting"));
    struct buf b;
    struct jw out;
    args_begin(w, &b, &out);
    jw_str(&out, "step", w->cause->step);
    jw_str(&out, "command", name);
    if (rerun) jw_raw(&out, "steps", w->steps);
    jw_close(&out);
    bool lasting = rerun && !w->repeatable;
    struct candidate c = {
        .remedy = "command.run",
        .args = json_of(w->cx, &b),
        .leaves = lasting ? "lasting" : str_z(w->cx->a, leaves),
        .confidence = confidence(w, "command.run"),
        .cost_usd = 0.01 + (rerun ? w->cost_usd : 0),
        .summary = str_fmt(w->cx->a, "run the declared command " STR_FMT " of " STR_FMT "%s", STR_ARG(name),
                           STR_ARG(w->cause->pipeline), rerun ? ", then its steps again" : ""),
    };
    offer(w, &c);
}

static void offer_webhook(struct work *w, json *webhook)
{
    str name = json_get_str(webhook, "name");
    struct buf b;
    struct jw out;
    args_begin(w, &b, &out);
    jw_str(&out, "webhook", name);
    jw_open(&out, "payload");
    jw_str(&out, "incident", w->s->c->incident.id);
    jw_strz(&out, "cause", cause_text(w->cause->kind));
    jw_close(&out);
    jw_close(&out);
    struct candidate c = {
        .remedy = "webhook.call",
        .args = json_of(w->cx, &b),
        .leaves = str_z(w->cx->a, json_str(json_get(webhook, "leaves"), STR("lasting"))),
        .confidence = confidence(w, "webhook.call"),
        .cost_usd = 0.01,
        .summary = str_fmt(w->cx->a, "call the declared webhook " STR_FMT " of " STR_FMT, STR_ARG(name),
                           STR_ARG(w->cause->pipeline)),
    };
    offer(w, &c);
}

static const struct source {
    const char *list;
    void (*offer)(struct work *w, json *declared);
} sources[] = { { "knobs", offer_knob }, { "commands", offer_command }, { "webhooks", offer_webhook } };

static void offer_declared(struct work *w)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        size_t k, n;
        json *declared;
        yyjson_arr_foreach(json_get(w->spec, sources[i].list), k, n, declared) {
            if (mends(declared, w->cause->kind)) sources[i].offer(w, declared);
        }
    }
}

static bool before(const struct candidate *a, const struct candidate *b)
{
    return a->confidence > b->confidence || (a->confidence == b->confidence && a->cost_usd < b->cost_usd);
}

static void sort(struct work *w)
{
    for (size_t i = 1; i < w->count; i++) {
        struct candidate c = w->items[i];
        size_t at = i;
        for (; at > 0 && before(&c, &w->items[at - 1]); at--) w->items[at] = w->items[at - 1];
        w->items[at] = c;
    }
}

static void keep(struct work *w, const struct candidate *c, int64_t rank)
{
    struct cx *cx = w->cx;
    str id = cx_next_id(cx, "pro"), plan_parts[] = { str_of(c->remedy), STR("\n"), c->args };
    struct sha256 d = sha256_parts(plan_parts, 3);
    str plan = hex_text((str){ (char *)d.b, SHA256_LEN }, cx->a);
    struct body b;
    body_open(&b);
    jw_i64(&b.w, "rank", rank);
    jw_strz(&b.w, "remedy", c->remedy);
    jw_str(&b.w, "pipeline", w->cause->pipeline);
    jw_str(&b.w, "step", w->cause->step);
    jw_raw(&b.w, "args", c->args);
    jw_strz(&b.w, "cause", cause_text(w->cause->kind));
    jw_f64(&b.w, "confidence", c->confidence);
    jw_f64(&b.w, "cost_usd", c->cost_usd);
    jw_strz(&b.w, "leaves", c->leaves);
    jw_str(&b.w, "plan_hash", plan);
    jw_str(&b.w, "summary", c->summary);
    int64_t seq = cx_derive(cx, &b, "proposal.made", id, "agent:optimizer", w->s->c->incident.id, cx->seq);
    tx_exec(cx->tx, SQL_PROPOSAL_ADD, V(id), V(seq), V(w->s->c->id), V(w->s->c->incident.id), V(rank), V(c->remedy),
            V(w->cause->pipeline), V(w->cause->step), V(c->args), V(cause_text(w->cause->kind)), V(c->confidence),
            V(c->cost_usd), V(c->leaves), V(plan), V(c->summary));
    if (rank == 1) w->s->c->state.proposal = id;
}

static void find_failed_run(struct work *w)
{
    struct rows *r = tx_query(w->cx->tx, SQL_RUN_LAST_OF_STEP, V(w->cause->pipeline), V(w->cause->step));
    if (!rows_next(r)) return;
    w->failed_run = rows_dup(r, 0, w->cx->a);
    rows_end(r);
}

void agent_optimizer(struct step *s)
{
    struct case_state *state = &s->c->state;
    struct cause cause = {
        .kind = state->cause, .pipeline = state->cause_pipeline, .step = state->cause_step, .score = state->cause_score
    };
    struct work w = { .s = s, .cx = s->cx, .cause = &cause, .spec = core_pipeline_spec(s->cx, state->cause_pipeline),
                      .failed_run = STR("") };
    if (w.spec) {
        find_failed_run(&w);
        collect_steps(&w, cause.step);
        offer_again(&w);
        offer_declared(&w);
        sort(&w);
    }
    for (size_t i = 0; i < w.count; i++) keep(&w, &w.items[i], (int64_t)i + 1);
    state->proposals = (int64_t)w.count;
    state->rank = w.count ? 1 : 0;
    s->result = w.count ? "proposal" : "none";
    s->summary = w.count  ? str_fmt(s->cx->a, "%zu remed%s, best: " STR_FMT " (confidence %.2f)", w.count,
                                   w.count == 1 ? "y" : "ies", STR_ARG(w.items[0].summary), w.items[0].confidence)
                 : w.spec ? STR("no declared remedy mends this cause")
                          : STR("the pipeline is not declared in pipelines.yaml: it can be watched, not mended");
    if (!w.count) state->outcome = w.spec ? STR("no remedy") : STR("not declared");
}
