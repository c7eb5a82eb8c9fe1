/* batch_classify_inquiries: what is open, no person has labelled, and an older model or other words judged, is judged
 * by what judges now. A step of that name is there only when there is something to do, so that its durations compare.
 */
#include "edge/flow/work.h"

enum { AT_ONCE = 200, MOST = 5000, ARENA_MAX = 16 << 20 };

struct tally {
    int64_t judged, same, gone; /* same: on trial, judged so already; gone: erased, closed or labelled meanwhile */
};

struct outdated {
    int64_t seq;
    char model[200];
};

static err find(struct flow_work *w, str name, int64_t after, struct outdated *out, size_t *n)
{
    struct tx *tx = NULL;
    *n = 0;
    err e = store_read(w->places->door.store, &tx);
    if (e.code) return e;
    struct rows *r = tx_query(tx, SQL_INQUIRY_OUTDATED, V(name), V(after), V((int64_t)AT_ONCE));
    while (*n < AT_ONCE && rows_next(r)) {
        out[*n].seq = rows_i64(r, 0);
        (void)snprintf(out[(*n)++].model, sizeof out->model, STR_FMT, STR_ARG(rows_str(r, 1)));
    }
    rows_end(r);
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

static err open_count(struct flow_work *w, int64_t *n)
{
    struct tx *tx = NULL;
    err e = store_read(w->places->door.store, &tx);
    if (e.code) return e;
    *n = tx_get_i64_n(tx, SQL_INQUIRY_OPEN_COUNT, 0, TX_NO_VALS);
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

/* What changed meanwhile is no fault of this run. */
static err judge(struct flow_work *w, const struct outdated *one, struct tally *t)
{
    struct arena a = arena_init(ARENA_MAX);
    struct input in;
    str name = STR("");
    err e = desk_judge_again(w->places->desk, one->seq, &a, &name, &in);
    bool same = !e.code && str_eq(name, str_of(one->model));
    if (!e.code && !same) e = door_input(&w->places->door, "inquiry.judged", in.subject, in.body);
    arena_done(&a);
    t->same += same;
    t->judged += !e.code && !same;
    if (e.code != ERR_NOT_FOUND && e.code != ERR_CONFLICT) return e;
    t->gone++;
    return OK;
}

static err judge_all(struct flow_work *w, str name, struct outdated *some, size_t n, struct tally *t)
{
    err e = OK;
    while (!e.code && n && t->judged + t->same + t->gone < MOST) {
        for (size_t i = 0; i < n && !e.code; i++) e = flow_goes_on(w) ? judge(w, &some[i], t) : flow_why_stopped(w);
        if (!e.code) e = find(w, name, some[n - 1].seq, some, &n);
    }
    return e;
}

void flow_rejudge(struct flow_work *w, struct flow_result *out)
{
    struct flow_step step;
    struct tally t = { 0 };
    struct outdated some[AT_ONCE];
    int64_t open = 0;
    size_t n = 0;
    str name = desk_judge_name(w->places->desk, w->a);
    flow_step_begin(w, "find", &step);
    err e = open_count(w, &open);
    if (!e.code) e = find(w, name, 0, some, &n);
    if (!flow_step_end(w, &step, e, open, str_fmt(w->a, "%lld open and not labelled\n", (long long)open), out)) return;
    if (!n) {
        out->summary = str_fmt(w->a, "nothing to do: all %lld open ones were judged by " STR_FMT, (long long)open,
                               STR_ARG(name));
        return;
    }
    flow_step_begin(w, "classify", &step);
    e = judge_all(w, name, some, n, &t);
    out->summary = str_fmt(w->a, "%lld judged again by " STR_FMT ", %lld by one on trial stay, %lld were gone",
                           (long long)t.judged, STR_ARG(name), (long long)t.same, (long long)t.gone);
    (void)flow_step_end(w, &step, e, -1, str_fmt(w->a, STR_FMT "\n", STR_ARG(out->summary)), out);
}
