#include "edge/observe/feed.h"

#include <pthread.h>

#include "base/hash.h"
#include "edge/observe/ingest_internal.h"

enum { SLICE_ROWS = 32768, TIMERS_MAX = 1000 * 1000 };

/* What one sample raised, with what orders it among the others. */
struct raised {
    usec time;
    uint32_t series; /* rank of its text among all series */
    uint32_t ordinal;
    struct input in;
};

struct judging {
    struct feeding *f;
    size_t number;
    pthread_t id;
    bool running;
    struct arena arena; /* of one slice */
    struct raised *items;
    size_t count, cap;
};

struct feeding {
    const struct feed_opts *opts;
    struct store *store;
    struct core *core;
    const struct feed_data *d;
    struct feed_result *result;
    size_t threads;
    struct judging *judging;
    struct judge_rules *rules;
    struct judge **judges;        /* by series */
    struct series_info *infos;
    uint32_t *rank;
    struct arena text;
    size_t from, to;              /* the slice */
    bool stop;
    pthread_mutex_t gate;         /* held until all threads are there: a barrier cannot be left */
    pthread_barrier_t start, end; /* of a slice */
    usec now;                     /* recorded time so far */
};

/* ---- judging a slice, in parallel ---- */

static void keep(struct judging *j, const struct feed_row *row, const struct detect_alarm *alarm, uint32_t ordinal)
{
    struct feeding *f = j->f;
    if (j->count == j->cap) {
        j->cap = j->cap ? 2 * j->cap : 64;
        j->items = mem_grow(j->items, j->cap * sizeof *j->items);
    }
    struct input in = judge_finding(f->judges[row->series], &f->infos[row->series], alarm, STR("weir"), &j->arena);
    j->items[j->count++] = (struct raised){ row->time, f->rank[row->series], ordinal, in };
}

static void judge_slice(struct judging *j)
{
    struct feeding *f = j->f;
    struct detect_alarm alarms[DETECT_ALARMS_MAX];
    bool lost;
    for (size_t i = f->from; i < f->to; i++) {
        const struct feed_row *row = &f->d->rows[i];
        if (row->series % f->threads != j->number) continue;
        struct judge **judge = &f->judges[row->series];
        if (!*judge) *judge = judge_new(f->rules, &f->infos[row->series], STR_NONE, &lost);
        size_t n = judge_sample(*judge, row->time, row->value, alarms);
        for (uint32_t k = 0; k < n; k++) keep(j, row, &alarms[k], k);
    }
}

static void *judging_main(void *ctx)
{
    struct judging *j = ctx;
    (void)pthread_mutex_lock(&j->f->gate);
    bool stop = j->f->stop;
    (void)pthread_mutex_unlock(&j->f->gate);
    while (!stop) {
        (void)pthread_barrier_wait(&j->f->start);
        if (j->f->stop) break;
        judge_slice(j);
        (void)pthread_barrier_wait(&j->f->end);
    }
    return NULL;
}

static int raised_order(const void *a, const void *b)
{
    const struct raised *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    if (x->series != y->series) return x->series < y->series ? -1 : 1;
    return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

/* Everything the threads raised in this slice, in order. The array is the caller's to free; the texts live until the
 * next slice. */
static struct raised *collect(struct feeding *f, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < f->threads; i++) *count += f->judging[i].count;
    struct raised *all = mem_new((*count + 1) * sizeof *all);
    size_t at = 0;
    for (size_t i = 0; i < f->threads; i++) {
        if (f->judging[i].count) memcpy(all + at, f->judging[i].items, f->judging[i].count * sizeof *all);
        at += f->judging[i].count;
    }
    qsort(all, *count, sizeof *all, raised_order);
    return all;
}

/* ---- admission, one by one ---- */

static err fire_work(struct tx *tx, void *ctx)
{
    return core_fire_due(((struct feeding *)ctx)->core, tx);
}

static err next_due(struct feeding *f, usec *due)
{
    struct tx *tx = NULL;
    err e = store_read(f->store, &tx);
    if (e.code) return e;
    *due = core_next_due(f->core, tx);
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

/* Fire the core's timers that are due up to `until`, each at its own time. */
static err fire_until(struct feeding *f, usec until)
{
    usec due = 0;
    for (int fired = 0;; fired++) {
        err e = next_due(f, &due);
        if (e.code || due > until) return e;
        if (fired == TIMERS_MAX)
            return err_make(ERR_LIMIT, "more than %d timers fell due between two rows", TIMERS_MAX);
        if (due > f->now) f->now = due;
        e = store_run_at(f->store, f->now, fire_work, f);
        if (e.code) return err_wrap(e, "a timer of the core");
    }
}

struct admission {
    struct core *core;
    const struct input *in;
    int64_t seq;
};

static err admit_work(struct tx *tx, void *ctx)
{
    struct admission *a = ctx;
    return core_apply(a->core, tx, a->in, &a->seq);
}

static bool lasting(err e)
{
    return e.code == ERR_INPUT || e.code == ERR_NOT_FOUND || e.code == ERR_CONFLICT || e.code == ERR_LIMIT ||
           e.code == ERR_DENIED;
}

/* An input the core refuses is counted; the rest goes on. */
static err admit(struct feeding *f, usec time, const struct input *in)
{
    struct admission a = { .core = f->core, .in = in };
    err e = fire_until(f, time);
    if (e.code) return e;
    if (time > f->now) f->now = time;
    e = store_run_at(f->store, f->now, admit_work, &a);
    if (!lasting(e)) return e;
    if (!f->result->refused++) f->result->first_refusal = e;
    return OK;
}

/* Findings and recorded events of one slice; at equal times an event comes first: it may be the reason. */
static err admit_slice(struct feeding *f, const struct raised *all, size_t count, size_t *event, usec until)
{
    size_t i = 0;
    err e = OK;
    const struct feed_data *d = f->d;
    while (!e.code) {
        bool more_events = *event < d->event_count && d->events[*event].time <= until;
        if (more_events && (i == count || d->events[*event].time <= all[i].time)) {
            e = admit(f, d->events[*event].time, &d->events[*event].in);
            f->result->events++;
            ++*event;
        } else if (i < count) {
            e = admit(f, all[i].time, &all[i].in);
            f->result->findings += STR_IS(all[i].in.kind, "finding");
            i++;
        } else {
            break;
        }
    }
    return e;
}

/* ---- the whole ---- */

static int text_order(const void *a, const void *b, void *ctx)
{
    const struct feed_data *d = ctx;
    return str_cmp(d->series[*(const uint32_t *)a].text, d->series[*(const uint32_t *)b].text);
}

static str label_of(const struct feed_series *s, const char *name)
{
    for (uint32_t i = 0; i < s->label_count; i++)
        if (str_eq(s->labels[i].name, str_of(name))) return s->labels[i].value;
    return STR_NONE;
}

static struct series_info info_of(const struct feed_series *s, struct arena *a)
{
    struct sha256 h = sha256_of(s->text);
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    for (uint32_t i = 0; i < s->label_count; i++) jw_key_str(&w, s->labels[i].name, s->labels[i].value);
    jw_close(&w);
    str pipeline = label_of(s, "pipeline"), job = label_of(s, "job");
    struct series_info info = { .id = hex_text((str){ (const char *)h.b, SERIES_ID_LEN / 2 }, a),
                                .text = s->text,
                                .name = s->name,
                                .labels = str_dup(a, buf_view(&b)),
                                .pipeline = pipeline.len ? pipeline
                                            : job.len    ? job
                                                         : s->name,
                                .source = STR("feed"),
                                .kind = s->kind };
    buf_done(&b);
    return info;
}

static err prepare(struct feeding *f)
{
    size_t n = f->d->series_count;
    f->text = arena_init((size_t)1 << 30);
    f->judges = mem_new((n + 1) * sizeof *f->judges);
    f->infos = mem_new((n + 1) * sizeof *f->infos);
    f->rank = mem_new((n + 1) * sizeof *f->rank);
    uint32_t *order = mem_new((n + 1) * sizeof *order);
    for (uint32_t i = 0; i < n; i++) {
        order[i] = i;
        f->infos[i] = info_of(&f->d->series[i], &f->text);
    }
    qsort_r(order, n, sizeof *order, text_order, (void *)(uintptr_t)f->d);
    for (uint32_t i = 0; i < n; i++) f->rank[order[i]] = i;
    mem_free(order);
    return judge_rules_parse(f->opts->pipelines_json, STR_NONE, &f->rules);
}

static err start_threads(struct feeding *f)
{
    f->judging = mem_new(f->threads * sizeof *f->judging);
    (void)pthread_barrier_init(&f->start, NULL, (unsigned)f->threads + 1);
    (void)pthread_barrier_init(&f->end, NULL, (unsigned)f->threads + 1);
    (void)pthread_mutex_lock(&f->gate);
    for (size_t i = 0; i < f->threads && !f->stop; i++) {
        struct judging *j = &f->judging[i];
        *j = (struct judging){ .f = f, .number = i, .arena = arena_init((size_t)4 << 30) };
        j->running = pthread_create(&j->id, NULL, judging_main, j) == 0;
        f->stop = !j->running;
    }
    (void)pthread_mutex_unlock(&f->gate);
    return f->stop ? err_make(ERR_IO, "cannot start a thread") : OK;
}

static void join_threads(struct feeding *f)
{
    bool waiting = !f->stop; /* at the barrier, all of them */
    f->stop = true;
    if (waiting) (void)pthread_barrier_wait(&f->start);
    for (size_t i = 0; i < f->threads; i++) {
        struct judging *j = &f->judging[i];
        if (j->running) (void)pthread_join(j->id, NULL);
        arena_done(&j->arena);
        mem_free(j->items);
    }
    (void)pthread_barrier_destroy(&f->start);
    (void)pthread_barrier_destroy(&f->end);
    mem_free(f->judging);
}

static void finish(struct feeding *f)
{
    if (f->judging) join_threads(f);
    for (size_t i = 0; i < f->d->series_count; i++) judge_free(f->judges[i]);
    judge_rules_drop(f->rules);
    (void)pthread_mutex_destroy(&f->gate);
    mem_free(f->judges);
    mem_free(f->infos);
    mem_free(f->rank);
    arena_done(&f->text);
}

static err run_slice(struct feeding *f, size_t *event, bool last)
{
    const struct feed_data *d = f->d;
    size_t count;
    for (size_t i = 0; i < f->threads; i++) {
        f->judging[i].count = 0;
        arena_reset(&f->judging[i].arena);
    }
    (void)pthread_barrier_wait(&f->start);
    (void)pthread_barrier_wait(&f->end);
    struct raised *all = collect(f, &count);
    usec until =
        last ? USEC_MAX : d->rows[f->to - 1].time - 1; /* rows of this very time may follow in the next slice */
    err e = admit_slice(f, all, count, event, until);
    mem_free(all);
    return e;
}

static str document_body(str text, struct arena *a)
{
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "text", text);
    jw_close(&w);
    return buf_take(&b, a);
}

/* The documents that the server would have loaded stand before the first row. */
static err load_documents(struct feeding *f, usec time)
{
    const struct {
        const char *kind;
        str text;
    } docs[] = { { "policy", f->opts->policy }, { "pipelines", f->opts->pipelines_json } };
    for (size_t i = 0; i < sizeof docs / sizeof *docs; i++) {
        if (!docs[i].text.len) continue;
        struct input in = { STR("document.loaded"), str_of(docs[i].kind), STR("feed"),
                            document_body(docs[i].text, &f->text) };
        size_t refused = f->result->refused;
        err e = admit(f, time, &in);
        if (!e.code && f->result->refused > refused) e = f->result->first_refusal;
        if (e.code) return e;
    }
    return OK;
}

static usec first_time(const struct feed_data *d)
{
    usec t = d->row_count ? d->rows[0].time : USEC_MAX;
    return d->event_count && d->events[0].time < t ? d->events[0].time : t;
}

static err run_all(struct feeding *f)
{
    const struct feed_data *d = f->d;
    size_t event = 0;
    err e = load_documents(f, first_time(d));
    for (f->from = 0; !e.code && f->from < d->row_count; f->from = f->to) {
        f->to = f->from + SLICE_ROWS < d->row_count ? f->from + SLICE_ROWS : d->row_count;
        e = run_slice(f, &event, f->to == d->row_count);
        if (f->opts->progress) f->opts->progress(f->opts->progress_ctx, f->to, d->row_count);
    }
    if (!e.code && !d->row_count) e = admit_slice(f, NULL, 0, &event, USEC_MAX);
    usec last = d->row_count ? d->rows[d->row_count - 1].time : 0;
    if (d->event_count && d->events[d->event_count - 1].time > last) last = d->events[d->event_count - 1].time;
    if (!e.code) e = fire_until(f, last + (f->opts->tail ? f->opts->tail : 15 * USEC_MINUTE));
    return e;
}

err feed_run(const struct feed_opts *opts, struct store *store, struct core *core, const struct feed_data *d,
             struct feed_result *out)
{
    struct feeding f = { .opts = opts, .store = store, .core = core, .d = d, .result = out, .threads = opts->threads };
    *out = (struct feed_result){ .samples = d->row_count };
    if (f.threads < 1) f.threads = 1;
    if (f.threads > 64) f.threads = 64;
    if (!d->row_count && !d->event_count) return OK;
    (void)pthread_mutex_init(&f.gate, NULL);
    err e = prepare(&f);
    if (!e.code) e = start_threads(&f);
    if (!e.code) e = run_all(&f);
    finish(&f);
    return e;
}

/* ---- keeping the rows ---- */

static int by_series(const void *a, const void *b)
{
    const struct feed_row *x = a, *y = b;
    if (x->series != y->series) return x->series < y->series ? -1 : 1;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static err keep_series(struct samples_db *db, const struct feed_series *s, uint32_t *next_ref,
                       const struct feed_row *rows, size_t n)
{
    struct arena a = arena_init(4 << 20);
    struct series_info row = info_of(s, &a), known;
    struct gathered *items = mem_new(n * sizeof *items);
    bool old = !samples_db_series(db, row.text, &a, &known).code;
    row.ref = old ? known.ref : (*next_ref)++;
    row.first_seen = rows[0].time;
    row.last_seen = rows[n - 1].time;
    for (size_t i = 0; i < n; i++)
        items[i] = (struct gathered){ { row.ref, rows[i].time, rows[i].value }, (uint32_t)i };
    err e = samples_db_put_series(db, &row);
    if (!e.code) e = put_chunks(db, items, n, -1);
    mem_free(items);
    arena_done(&a);
    return e;
}

err feed_keep_samples(str dir, struct env *env, const struct feed_data *d)
{
    struct samples_db *db = NULL;
    uint32_t next_ref = 0;
    err e = samples_db_open(dir, env, &db);
    if (!e.code) e = samples_db_last_ref(db, &next_ref);
    if (e.code || !d->row_count) {
        samples_db_close(db);
        return e;
    }
    next_ref++;
    struct feed_row *rows = mem_new(d->row_count * sizeof *rows);
    memcpy(rows, d->rows, d->row_count * sizeof *rows);
    qsort(rows, d->row_count, sizeof *rows, by_series);
    e = samples_db_begin(db);
    if (!e.code) {
        for (size_t i = 0, n; i < d->row_count && !e.code; i += n) {
            for (n = 1; i + n < d->row_count && rows[i + n].series == rows[i].series; n++) {}
            e = keep_series(db, &d->series[rows[i].series], &next_ref, rows + i, n);
        }
        e = samples_db_end(db, e);
    }
    mem_free(rows);
    samples_db_close(db);
    return e;
}
