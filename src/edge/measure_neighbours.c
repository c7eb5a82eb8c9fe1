/* The stored series of the pipelines around an incident, measured against what was usual. */
#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "edge/measurer.h"
#include "edge/observe/judge.h"
#include "edge/observe/samples.h"
#include "edge/recorded/recorded.h"

enum {
    SERIES_MAX = 256,
    PIPELINE_SERIES_MAX = 32,
    NORMAL_ROWS = 720,
    UNSURE_ROWS = 5,
    WINDOW_ROWS_MAX = 240,
    GAPS_MAX = 3600,
    SUMMARY_MAX = 240,
    BODY_MAX = 1 << 20,
};

static const usec time_max = USEC_SECOND, row_default = USEC_MINUTE, row_min = USEC_SECOND, row_max = USEC_HOUR;

struct neighbourhood {
    const struct measurer_opts *opts;
    const struct measured_wish *wish;
    struct arena *a;
    struct series_info *series; /* of one pipeline one after another */
    size_t count, left_out;
    struct recorded_table table;
};

/* --- Which series, and in what rows --- */

static err list_series(struct neighbourhood *n)
{
    n->series = ARENA_ARRAY(n->a, struct series_info, SERIES_MAX);
    for (size_t p = 0; p < n->wish->count; p++) {
        struct series_list list = { 0 };
        size_t own = 0;
        err e = samples_series(n->opts->ingest, n->wish->pipelines[p], STR(""), STR(""), PIPELINE_SERIES_MAX + 1, n->a,
                               &list);
        if (e.code) return e;
        for (size_t i = 0; i < list.count; i++) {
            if (!judge_wanted(list.items[i].name)) continue;
            if (n->count < SERIES_MAX && own < PIPELINE_SERIES_MAX) n->series[n->count++] = list.items[i], own++;
            else n->left_out++;
        }
    }
    return OK;
}

static int by_size(const void *a, const void *b)
{
    usec x = *(const usec *)a, y = *(const usec *)b;
    return (x > y) - (x < y);
}

/* The usual time between two samples of the series that raised the alarm, in the time before; 0 = they are too few to
 * tell. */
static usec usual_gap(struct neighbourhood *n, usec span)
{
    struct samples_view view;
    usec from = n->wish->onset > span ? n->wish->onset - span : 0, gaps[GAPS_MAX];
    if (samples_read(n->opts->ingest, n->wish->series, from, n->wish->onset, GAPS_MAX, n->a, &view).code) return 0;
    size_t count = 0;
    for (size_t i = 1; i < view.count; i++) gaps[count++] = view.points[i].time - view.points[i - 1].time;
    if (count < 3) return 0;
    qsort(gaps, count, sizeof *gaps, by_size);
    return gaps[count / 2];
}

static usec row_length(struct neighbourhood *n)
{
    usec gap = usual_gap(n, USEC_HOUR);
    if (!gap) gap = usual_gap(n, 2 * USEC_DAY);
    if (!gap) gap = row_default;
    return gap < row_min ? row_min : gap > row_max ? row_max : gap;
}

static err read_table(struct neighbourhood *n, size_t *read)
{
    struct env *env = n->opts->env;
    usec width = row_length(n), since = env->wall(env) - n->wish->onset;
    usec rows = since > 0 ? since / width + 1 : 1;
    struct recorded_table *t = &n->table;
    t->row_count = NORMAL_ROWS + (size_t)(rows < WINDOW_ROWS_MAX ? rows : WINDOW_ROWS_MAX);
    struct samples_rows what = { .from = n->wish->onset - NORMAL_ROWS * width, .width = width, .rows = t->row_count,
                                 .until = env->now(env) + time_max };
    err e = samples_rows_read(n->opts->ingest, &what, n->series, n->count, n->a, &t->values, read);
    if (e.code) return e;
    t->time = ARENA_ARRAY(n->a, usec, t->row_count);
    for (size_t i = 0; i < t->row_count; i++) t->time[i] = what.from + (usec)i * width;
    t->columns = ARENA_ARRAY(n->a, struct recorded_column, *read + 1);
    for (t->column_count = 0; t->column_count < *read; t->column_count++) {
        const struct series_info *s = &n->series[t->column_count];
        t->columns[t->column_count] = (struct recorded_column){
            .service = s->pipeline, .metric = s->text, .statistic = STR(""), .kind = metric_kind_of(s->name)
        };
    }
    n->left_out += n->count - *read;
    return OK;
}

/* --- What came out --- */

static int by_change(const void *a, const void *b)
{
    const struct recorded_symptom *x = a, *y = b;
    if (x->s.size > y->s.size || x->s.size < y->s.size) return x->s.size > y->s.size ? -1 : 1;
    return str_cmp(x->metric, y->metric);
}

static str name_of(const struct neighbourhood *n, str text)
{
    for (size_t i = 0; i < n->count; i++)
        if (str_eq(n->series[i].text, text)) return n->series[i].name;
    return text;
}

static void write_one(struct jw *w, const struct neighbourhood *n, const struct recorded_symptom *x)
{
    const struct deviation *d = &x->s.d;
    struct recorded_symptom named = *x;
    named.metric = name_of(n, x->metric);
    jw_open(w, NULL);
    jw_str(w, "series", x->metric);
    jw_str(w, "pipeline", x->service);
    jw_i64(w, "started", x->onset);
    jw_f64(w, "value", d->middle + d->shift);
    jw_f64(w, "low", d->middle - BLAME_SCORE_MIN * d->spread);
    jw_f64(w, "high", d->middle + BLAME_SCORE_MIN * d->spread);
    jw_f64(w, "score", d->score);
    jw_f64(w, "size", x->s.size);
    jw_f64(w, "excess", x->s.excess);
    jw_str(w, "summary", str_utf8_prefix(recorded_sentence(&named, n->a), SUMMARY_MAX));
    jw_close(w);
}

/* The largest changes that fit. */
static str body_of(const struct neighbourhood *n, const struct recorded_facts *f,
                   const struct measured_neighbours *seen)
{
    for (size_t most = seen->off < MEASURED_SERIES_MAX ? seen->off : MEASURED_SERIES_MAX;; most /= 2) {
        struct buf b = buf_init(BODY_MAX);
        struct jw w = jw_init(&b);
        jw_open(&w, NULL);
        jw_i64(&w, "from", n->table.time[0]);
        jw_i64(&w, "to", n->table.time[n->table.row_count - 1]);
        jw_i64(&w, "read", (int64_t)seen->read);
        jw_i64(&w, "left_out", (int64_t)(seen->left_out + seen->off - most));
        jw_array(&w, "series");
        for (size_t i = 0; i < most; i++) write_one(&w, n, &f->symptoms[i]);
        jw_array_end(&w);
        jw_close(&w);
        bool fits = !b.full;
        str body = fits ? str_dup(n->a, buf_view(&b)) : STR("");
        buf_done(&b);
        if (fits || most == 0) return body;
    }
}

/* What is more than noise, by size; gives how many. */
static size_t pick(struct recorded_symptom *s, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (s[i].s.d.score >= BLAME_SCORE_MIN) s[n++] = s[i];
    if (n) qsort(s, n, sizeof *s, by_change);
    return n;
}

err measure_neighbours(const struct measurer_opts *opts, const struct measured_wish *w, struct arena *a, str *body,
                       struct measured_neighbours *out)
{
    struct neighbourhood n = { .opts = opts, .wish = w, .a = a };
    struct recorded_facts facts = { 0 };
    *body = STR("");
    *out = (struct measured_neighbours){ 0 };
    err e = list_series(&n);
    if (!e.code && n.count) e = read_table(&n, &out->read);
    out->left_out = n.left_out;
    if (e.code || !out->read) return e;
    struct recorded_case c = { .normal = { &n.table, 0, NORMAL_ROWS - UNSURE_ROWS },
                               .window = { &n.table, NORMAL_ROWS - 1, n.table.row_count },
                               .target = STR(""), .metric = STR(""), .statistic = STR(""), .output = STR("") };
    recorded_measure(&c, a, &facts);
    struct recorded_symptom *s = ARENA_ARRAY(a, struct recorded_symptom, facts.symptom_count + 1);
    for (size_t i = 0; i < facts.symptom_count; i++) s[i] = facts.symptoms[i];
    facts.symptoms = s;
    out->off = facts.symptom_count = pick(s, facts.symptom_count);
    *body = body_of(&n, &facts, out);
    return OK;
}
