#include "core/measured.h"

#include <math.h>

#include "core/incident/incident.h"

/* --- What is to be measured --- */

static void add_pipeline(struct measured_wish *w, str name)
{
    for (size_t i = 0; i < w->count; i++)
        if (str_eq(w->pipelines[i], name)) return;
    if (w->count < MEASURED_PIPELINES_MAX) w->pipelines[w->count++] = name;
}

static void add_neighbours(struct tx *tx, struct arena *a, struct measured_wish *w)
{
    struct cx cx = { .tx = tx, .a = a };
    struct rows *r = tx_query(tx, SQL_API_INCIDENT_PIPELINES, V(w->incident));
    while (rows_next(r)) add_pipeline(w, rows_dup(r, 0, a));
    size_t own = w->count;
    for (size_t i = 0; i < own; i++) {
        str up[MEASURED_PIPELINES_MAX];
        size_t n = lineage_near(&cx, w->pipelines[i], true, up, MEASURED_PIPELINES_MAX);
        for (size_t k = 0; k < n; k++) add_pipeline(w, up[k]);
    }
}

static bool onset_of(struct tx *tx, struct arena *a, struct measured_wish *w)
{
    struct rows *r = tx_query(tx, SQL_MEASURED_ONSET, V(w->incident));
    bool found = rows_next(r);
    if (found) w->series = rows_dup(r, 0, a), w->onset = rows_i64(r, 1);
    rows_end(r);
    return found;
}

size_t measured_wishes(struct tx *tx, usec until, struct arena *a, struct measured_wish out[MEASURED_WISHES_MAX])
{
    size_t asked = 0, n = 0;
    struct rows *r = tx_query(tx, SQL_MEASURED_DUE, V(until));
    while (asked < MEASURED_WISHES_MAX && rows_next(r))
        out[asked++] = (struct measured_wish){ .incident = rows_dup(r, 0, a), .due = rows_i64(r, 1) };
    rows_end(r);
    for (size_t i = 0; i < asked; i++) {
        struct measured_wish w = out[i];
        if (!onset_of(tx, a, &w)) continue; /* runs and events speak for themselves */
        add_neighbours(tx, a, &w);
        if (w.count > 1) out[n++] = w;
    }
    return n;
}

/* --- What was measured --- */

static bool number(json *v, const char *key, double *out)
{
    *out = json_get_f64(v, key, NAN);
    return isfinite(*out);
}

static err keep(struct cx *cx, json *v, size_t at)
{
    static const char *const names[] = { "value", "low", "high", "score", "size", "excess" };
    double x[sizeof names / sizeof *names];
    str series = json_get_str(v, "series"), pipeline = json_get_str(v, "pipeline");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!number(v, names[i], &x[i])) return err_make(ERR_INPUT, "series %zu: '%s' is no number", at + 1, names[i]);
    if (!series.len || !pipeline.len) return err_make(ERR_INPUT, "series %zu has no name or no pipeline", at + 1);
    tx_exec(cx->tx, SQL_MEASURED_ADD, V(cx->in->subject), V((int64_t)at), V(cx->seq), V(series), V(pipeline),
            V(json_get_i64(v, "started", 0)), V(x[0]), V(x[1]), V(x[2]), V(x[3]), V(x[4]), V(x[5]),
            V(json_str(json_get(v, "summary"), series)));
    return OK;
}

err input_series_measured(struct cx *cx)
{
    struct incident inc;
    str id = str_dup(cx->a, cx->in->subject);
    json *list = json_get(cx->body, "series"), *v;
    if (!incident_get(cx, id, &inc)) return err_make(ERR_NOT_FOUND, "no incident '" STR_FMT "'", STR_ARG(id));
    if (inc.settled) return err_make(ERR_CONFLICT, "incident '" STR_FMT "' has settled", STR_ARG(id));
    if (yyjson_arr_size(list) > MEASURED_SERIES_MAX) return err_make(ERR_LIMIT, "over %d series", MEASURED_SERIES_MAX);
    cx_enter(cx, id, 0);
    tx_exec(cx->tx, SQL_MEASURED_CLEAR, V(id));
    err e = OK;
    size_t i, n;
    yyjson_arr_foreach(list, i, n, v) if (!e.code) e = keep(cx, v, i);
    return e;
}
