/* The files of a recorded case. */
#include <math.h>
#include <sys/stat.h>

#include "base/json.h"
#include "edge/files.h"
#include "edge/recorded/recorded.h"

enum { CALLS_MAX = 100000, CHANGES_MAX = 1000 };

/* --- Finding --- */

static bool is_folder(str path, struct arena *a)
{
    struct stat st;
    return stat(str_z(a, path), &st) == 0 && S_ISDIR(st.st_mode);
}

static bool exists(str path, struct arena *a)
{
    struct stat st;
    return stat(str_z(a, path), &st) == 0 && S_ISREG(st.st_mode);
}

/* The first of `names` (ended by NULL) that is there, in the folder or up to `above` folders further up; "" when none
 * is. */
static str find(str folder, const char *const *names, int above, struct arena *a)
{
    str at = folder;
    for (int up = 0; up <= above; up++) {
        for (const char *const *n = names; *n; n++) {
            str path = str_fmt(a, STR_FMT "/%s", STR_ARG(at), *n);
            if (exists(path, a)) return path;
        }
        at = str_fmt(a, STR_FMT "/..", STR_ARG(at));
    }
    return STR("");
}

static err read_table(str path, struct arena *a, const struct recorded_table **out)
{
    struct recorded_table *t = ARENA_NEW(a, struct recorded_table);
    str text;
    err e = file_read(path, RECORDED_FILE_MAX, a, &text);
    if (!e.code) e = recorded_table_read(text, a, t);
    *out = t;
    return err_wrap(e, STR_FMT, STR_ARG(path));
}

/* --- Graph and changes --- */

static void add_call(struct recorded_call *calls, size_t *n, str caller, str callee)
{
    if (*n < CALLS_MAX && caller.len && callee.len) calls[(*n)++] = (struct recorded_call){ caller, callee };
}

static str end_of(json *edge, size_t i, const char *name, const char *other)
{
    if (yyjson_is_arr(edge)) return json_str(yyjson_arr_get(edge, i), STR_NONE);
    str s = json_get_str(edge, name);
    return s.len ? s : json_get_str(edge, other);
}

static err json_graph(str text, struct arena *a, struct recorded_call *calls, size_t *n)
{
    json *root, *edge;
    err e = json_parse(text, a, &root);
    if (e.code) return e;
    json *edges = yyjson_is_arr(root) ? root : json_get(root, "edges");
    if (!yyjson_is_arr(edges)) return err_make(ERR_INPUT, "a graph is a list of edges");
    size_t i, max;
    yyjson_arr_foreach(edges, i, max, edge)
        add_call(calls, n, end_of(edge, 0, "from", "caller"), end_of(edge, 1, "to", "callee"));
    return OK;
}

/* An adjacency matrix is a table whose first column names the row: without a name of its own it is no column. */
static err matrix_graph(str text, struct arena *a, struct recorded_call *calls, size_t *n)
{
    str head, line, name, cell;
    if (!str_next(&text, '\n', &head)) return err_make(ERR_INPUT, "an empty graph");
    head = str_trim(head);
    str *names = ARENA_ARRAY(a, str, RECORDED_COLUMNS_MAX + 1);
    size_t columns = 0;
    while (columns <= RECORDED_COLUMNS_MAX && recorded_cell(&head, &cell)) names[columns++] = cell;
    while (str_next(&text, '\n', &line)) {
        line = str_trim(line);
        if (!recorded_cell(&line, &name)) continue;
        for (size_t c = 1; recorded_cell(&line, &cell); c++) {
            double v;
            if (c < columns && !str_to_f64(cell, &v).code && v > 0) add_call(calls, n, name, names[c]);
        }
    }
    return OK;
}

err recorded_graph(str text, struct arena *a, struct recorded_call **out, size_t *count)
{
    *count = 0;
    *out = arena_try(a, sizeof **out *
                            (text.len < CALLS_MAX ? text.len + 1 : CALLS_MAX)); /* a call takes more bytes than one */
    if (!*out) return err_make(ERR_LIMIT, "no room for a graph");
    str start = str_trim(text);
    bool is_json = start.len && (start.ptr[0] == '[' || start.ptr[0] == '{');
    return is_json ? json_graph(text, a, *out, count) : matrix_graph(text, a, *out, count);
}

static usec time_in(json *v)
{
    usec t = 0;
    if (yyjson_is_str(v)) return time_parse(json_str(v, STR_NONE), &t).code ? 0 : t;
    double s = json_f64(v, 0);
    return s > 0 && s < 1e11 ? (usec)(s * 1e6) : s > 0 && s < 1e17 ? (usec)(s < 1e14 ? s * 1e3 : s) : 0;
}

err recorded_changes(str text, struct arena *a, struct recorded_change **out, size_t *count)
{
    json *root, *v;
    *count = 0;
    *out = arena_try(a, sizeof **out * CHANGES_MAX);
    if (!*out) return err_make(ERR_LIMIT, "no room for changes");
    err e = json_parse(text, a, &root);
    if (e.code) return e;
    if (!yyjson_is_arr(root)) return err_make(ERR_INPUT, "changes are a list");
    size_t i, max;
    yyjson_arr_foreach(root, i, max, v)
    {
        if (*count == CHANGES_MAX) break;
        str service = json_get_str(v, "service"), kind = json_get_str(v, "kind");
        if (!service.len) service = json_get_str(v, "pipeline");
        json *detail = json_get(v, "detail");
        (*out)[(*count)++] =
            (struct recorded_change){ .time = time_in(json_get(v, "time")),
                                      .service = service.len ? service : STR(""),
                                      .kind = kind.len ? kind : STR("deploy"),
                                      .summary = json_str(json_get(v, "summary"), STR("a change")),
                                      .detail = detail ? json_text(detail, a) : STR("") };
    }
    return OK;
}

/* --- Where it hurts, and where the window begins --- */

err recorded_target(str text, struct arena *a, struct recorded_case *c, usec *at)
{
    json *root;
    err e = json_parse(text, a, &root);
    if (e.code) return e;
    json *t = json_get(root, "target");
    c->target = json_str(json_get(t, "node"), STR(""));
    c->metric = json_str(json_get(t, "metric"), STR(""));
    c->statistic = json_str(json_get(t, "agg"), STR(""));
    *at = time_in(json_get(t, "timestamp"));
    return OK;
}

static err read_target(str path, struct arena *a, struct recorded_case *c, usec *at)
{
    str text;
    usec told = 0;
    err e = file_read(path, RECORDED_FILE_MAX, a, &text);
    if (!e.code) e = recorded_target(text, a, c, &told);
    if (!*at) *at = told;
    return err_wrap(e, STR_FMT, STR_ARG(path));
}

/* Is it "METRIC.STATISTIC" of a column? */
static bool names_both(str given, const struct recorded_column *c)
{
    size_t n = c->metric.len;
    return c->statistic.len && given.len == n + 1 + c->statistic.len && str_starts(given, c->metric) &&
           given.ptr[n] == '.' && str_ends(given, c->statistic);
}

/* "SERVICE" when a service is called so, else the longest "SERVICE" of "SERVICE.METRIC" or "SERVICE.METRIC.STATISTIC"
 * that is one. */
static err name_target(str given, struct recorded_case *c)
{
    const struct recorded_table *t = c->window.table;
    size_t best = 0;
    for (size_t i = 0; i < t->column_count; i++) {
        str s = t->columns[i].service;
        bool whole = str_eq(s, given), part = s.len < given.len && str_starts(given, s) && given.ptr[s.len] == '.';
        if ((whole || part) && s.len > best) best = s.len;
    }
    if (!best) return err_make(ERR_NOT_FOUND, "no series of " STR_FMT " in the recording", STR_ARG(given));
    c->target = str_cut(given, 0, best);
    c->metric = best < given.len ? str_cut(given, best + 1, given.len) : STR("");
    for (size_t i = 0; i < t->column_count; i++) {
        if (!names_both(c->metric, &t->columns[i])) continue;
        c->statistic = t->columns[i].statistic;
        c->metric = t->columns[i].metric;
    }
    return OK;
}

static int by_size(const void *a, const void *b)
{
    usec x = *(const usec *)a, y = *(const usec *)b;
    return (x > y) - (x < y);
}

/* The usual time between two rows. */
static usec step_of(const struct recorded_table *t, struct arena *a)
{
    if (t->row_count < 2) return 0;
    usec *gaps = ARENA_ARRAY(a, usec, t->row_count);
    for (size_t i = 1; i < t->row_count; i++) gaps[i - 1] = t->time[i] - t->time[i - 1];
    qsort(gaps, t->row_count - 1, sizeof *gaps, by_size);
    return gaps[(t->row_count - 1) / 2] > 0 ? gaps[(t->row_count - 1) / 2] : 0;
}

/* A row tells of the time from its moment on: the window begins with the row that `at` falls into. */
static size_t row_of(const struct recorded_table *t, usec at, struct arena *a)
{
    usec step = step_of(t, a);
    return recorded_row(t, at > step ? at - step + 1 : at);
}

/* --- One file: where does it break? --- */

/* How far row `r` lies from what is usual in the first third, on average over the series, each at most 10 spreads. */
static void add_strangeness(const struct recorded_table *t, size_t column, double *scratch, double *sum)
{
    const double *v = t->values + column * t->row_count;
    struct deviation d;
    size_t first = t->row_count / 3;
    if (!deviation_of(v, first, v, t->row_count, 1e-300, scratch, &d)) return;
    double spread = fmax(d.spread, 0.02 * fabs(d.middle) + 1e-300);
    for (size_t r = 0; r < t->row_count; r++)
        if (isfinite(v[r])) sum[r] += fmin(10.0, fabs(v[r] - d.middle) / spread);
}

/* The cut of the largest cumulative sum against the mean (Page 1954), at least 20 rows from the beginning. */
static size_t find_break(const struct recorded_table *t, struct arena *a)
{
    double *sum = ARENA_ARRAY(a, double, t->row_count + 1), *scratch = ARENA_ARRAY(a, double, 2 * t->row_count + 1);
    for (size_t c = 0; c < t->column_count; c++) add_strangeness(t, c, scratch, sum);
    double mean = 0, below = 0, best = -1;
    for (size_t r = 0; r < t->row_count; r++) mean += sum[r] / (double)t->row_count;
    size_t at = t->row_count;
    for (size_t r = 0; r < t->row_count; r++) {
        double n = (double)r, left = (double)(t->row_count - r);
        if (r >= DEVIATION_NORMAL_MIN && r + 1 < t->row_count && below / sqrt(n * left) > best)
            best = below / sqrt(n * left), at = r;
        below += mean - sum[r];
    }
    return at;
}

static err cut_file(const struct recorded_table *t, usec at, struct arena *a, struct recorded_case *c)
{
    size_t row = at ? row_of(t, at, a) : find_break(t, a);
    if (row < DEVIATION_NORMAL_MIN || row >= t->row_count)
        return err_make(ERR_INPUT, "needs %d rows before the window and one in it; has %zu and %zu",
                        DEVIATION_NORMAL_MIN, row, t->row_count - row);
    c->normal = (struct recorded_rows){ t, 0, row };
    c->window = (struct recorded_rows){ t, row, t->row_count };
    return OK;
}

/* --- All of it --- */

static err load_metrics(const struct recorded_paths *p, str window, str normal, usec at, struct arena *a,
                        struct recorded_case *c)
{
    const struct recorded_table *w, *n;
    err e = read_table(window, a, &w);
    if (e.code) return e;
    if (!normal.len) return err_wrap(cut_file(w, at, a, c), STR_FMT, STR_ARG(p->path));
    e = read_table(normal, a, &n);
    if (e.code) return e;
    c->normal = (struct recorded_rows){ n, 0, n->row_count };
    c->window = (struct recorded_rows){ w, at ? row_of(w, at, a) : 0, w->row_count };
    if (c->window.from == w->row_count)
        return err_make(ERR_INPUT, STR_FMT ": no rows from the moment on", STR_ARG(window));
    return OK;
}

static str given_or(str given, str found)
{
    return given.len ? given : found;
}

static err load_rest(const struct recorded_paths *p, str folder, struct arena *a, struct recorded_case *c)
{
    static const char *const graphs[] = { "graph.csv", "graph.json", NULL },
                             *const changes[] = { "changes.json", NULL }, *const logs[] = { "fail.log", NULL },
                             *const good[] = { "pass.log", NULL };
    str graph = given_or(p->graph, folder.len ? find(folder, graphs, 2, a) : STR(""));
    str change = given_or(p->changes, folder.len ? find(folder, changes, 0, a) : STR(""));
    str log = given_or(p->log, folder.len ? find(folder, logs, 0, a) : STR("")), text;
    str pass = given_or(p->pass, folder.len ? find(folder, good, 0, a) : STR(""));
    err e = OK;
    if (graph.len) {
        e = file_read(graph, RECORDED_FILE_MAX, a, &text);
        if (!e.code) e = recorded_graph(text, a, &c->calls, &c->call_count);
        if (e.code) return err_wrap(e, STR_FMT, STR_ARG(graph));
    }
    if (change.len) {
        e = file_read(change, RECORDED_FILE_MAX, a, &text);
        if (!e.code) e = recorded_changes(text, a, &c->changes, &c->change_count);
        if (e.code) return err_wrap(e, STR_FMT, STR_ARG(change));
    }
    if (!e.code && log.len) e = file_read(log, RECORDED_LOG_MAX, a, &c->output);
    if (!e.code && log.len && pass.len) e = file_read(pass, RECORDED_LOG_MAX, a, &c->passed);
    return e;
}

/* A folder that holds a failed run's output, and no metrics: the run is the folder's. */
static err load_logs_only(const struct recorded_paths *p, str folder, usec at, struct arena *a, struct recorded_case *c)
{
    str name = str_trim(folder);
    while (name.len > 1 && name.ptr[name.len - 1] == '/') name.len--;
    const char *slash = memrchr(name.ptr, '/', name.len);
    c->target = given_or(p->target, slash && name.len > 1 ? str_span(slash + 1, name.ptr + name.len) : name);
    c->at = at ? at : USEC_DAY; /* no time is known, and none is needed */
    err e = load_rest(p, folder, a, c);
    if (!e.code && !c->output.len)
        e = err_make(ERR_NOT_FOUND, STR_FMT " holds no metrics.csv, anomalous.csv or fail.log with text in it",
                     STR_ARG(folder));
    return e;
}

err recorded_load(const struct recorded_paths *p, struct arena *a, struct recorded_case *out)
{
    static const char *const windows[] = { "metrics.csv", "anomalous.csv", "abnormal.csv", NULL },
                             *const targets[] = { "target.json", NULL },
                             *const normals[] = { "normal.csv", "noissue/metrics.csv", NULL };
    struct recorded_case c = {
        .target = STR(""), .metric = STR(""), .statistic = STR(""), .output = STR(""), .passed = STR("")
    };
    str folder = is_folder(p->path, a) ? p->path : STR(""), window = p->path, normal = p->normal;
    usec at = p->at;
    err e = OK;
    if (folder.len) {
        window = find(folder, windows, 0, a);
        normal = given_or(normal, find(folder, normals, 2, a));
        str target = find(folder, targets, 0, a);
        if (target.len) e = read_target(target, a, &c, &at);
        if (!e.code && !window.len) {
            e = load_logs_only(p, folder, at, a, &c);
            *out = c;
            return e;
        }
        if (e.code) return e;
    }
    e = load_metrics(p, window, normal, at, a, &c);
    if (!e.code && p->target.len) e = name_target(p->target, &c);
    if (!e.code) e = load_rest(p, folder, a, &c);
    c.at = at ? at : c.window.table ? c.window.table->time[c.window.to - 1] : 0;
    *out = c;
    return e;
}
