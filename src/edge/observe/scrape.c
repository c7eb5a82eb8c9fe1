#include "edge/observe/scrape.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/cond.h"
#include "base/hash.h"
#include "base/log.h"
#include "edge/http_client.h"
#include "edge/observe/exposition.h"
#include "edge/observe/ingest_internal.h"

enum {
    PAGE_MAX_BYTES = 16 << 20,
    ARENA_BYTES = 512 << 20,
    THREADS_MAX = 8,
    OWN_LABELS_MAX = LABELS_MAX + 3,
    OWN_SERIES = 3
};

/* A series that a target showed, to be able to end it. */
struct shown {
    uint64_t hash;
    struct batch_series series;
};

struct scrape_state {
    const struct scrape_target *target;
    struct label labels[OWN_LABELS_MAX]; /* what every series of this target carries; sorted */
    uint32_t label_count;
    struct arena text;        /* of labels */
    struct arena shown_text;  /* of shown */
    struct shown *shown;      /* by hash */
    size_t shown_count;
    usec due;
};

struct scraper {
    struct ingest *in;
    struct env *env;
    struct scrape_state **targets;
    size_t target_count, thread_count;
    pthread_t threads[THREADS_MAX];
    pthread_mutex_t lock;
    pthread_cond_t wake;
    _Atomic bool stop;
    _Atomic int64_t scrapes, failed;
};

/* host:port of an address, as Prometheus names an instance. */
static str instance_of(str url)
{
    str rest = url_place(url);
    ptrdiff_t slash = str_find(rest, STR("/"), 0);
    return slash < 0 ? rest : str_cut(rest, 0, (size_t)slash);
}

static void own_label(struct scrape_state *st, str name, str value)
{
    if (!value.len || st->label_count == OWN_LABELS_MAX) return;
    for (uint32_t i = 0; i < st->label_count; i++)
        if (str_eq(st->labels[i].name, name)) return; /* what was written first counts: the configured labels */
    st->labels[st->label_count++] = (struct label){ str_dup(&st->text, name), str_dup(&st->text, value) };
}

struct scrape_state *scrape_state_new(const struct scrape_target *target)
{
    struct scrape_state *st = mem_new(sizeof *st);
    st->target = target;
    st->text = arena_init(1 << 20);
    st->shown_text = arena_init(ARENA_BYTES);
    for (size_t i = 0; i < target->label_count; i++) {
        str value = target->labels[i], name;
        if (str_next(&value, '=', &name)) own_label(st, name, value);
    }
    own_label(st, STR("pipeline"), target->pipeline);
    own_label(st, STR("job"), target->job);
    own_label(st, STR("instance"), instance_of(target->url));
    if (labels_tidy(st->labels, &st->label_count).code)
        st->label_count = 0; /* the configuration was checked when it was read */
    return st;
}

void scrape_state_free(struct scrape_state *st)
{
    if (!st) return;
    arena_done(&st->text);
    arena_done(&st->shown_text);
    mem_free(st);
}

static bool is_own(const struct scrape_state *st, str name)
{
    for (uint32_t i = 0; i < st->label_count; i++)
        if (str_eq(st->labels[i].name, name)) return true;
    return false;
}

/* The target's labels are added; one of the same name on the page is kept as exported_NAME. */
static err add_labels(const struct scrape_state *st, struct batch_series *s, struct arena *a)
{
    struct label *all = arena_try(a, (s->label_count + st->label_count) * sizeof *all + 1);
    if (!all) return err_make(ERR_LIMIT, "the page is larger than allowed");
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->label_count; i++) {
        all[n] = s->labels[i];
        if (is_own(st, all[n].name)) all[n].name = str_fmt(a, "exported_" STR_FMT, STR_ARG(all[n].name));
        n++;
    }
    for (uint32_t i = 0; i < st->label_count; i++) all[n++] = st->labels[i];
    err e = labels_tidy(all, &n);
    s->labels = all;
    s->label_count = n;
    return e;
}

static err fetch(const struct scrape_target *t, struct env *env, struct arena *a, str *page)
{
    static const str headers[] = { STR_INIT("Accept: text/plain;version=0.0.4;q=1,*/*;q=0.1") };
    struct http_request req = { .method = STR("GET"),
                                .url = t->url,
                                .headers = headers,
                                .header_count = 1,
                                .timeout = t->timeout,
                                .reply_max = PAGE_MAX_BYTES,
                                .from_operator = true };
    struct http_reply reply = { 0 };
    err e = env->http(env, &req, a, &reply);
    if (!e.code && reply.status != 200) e = err_make(ERR_INPUT, "the target answered %d", reply.status);
    *page = reply.body;
    return e;
}

static int by_hash(const void *a, const void *b)
{
    uint64_t x = ((const struct shown *)a)->hash, y = ((const struct shown *)b)->hash;
    return (x > y) - (x < y);
}

static uint64_t series_hash_of(const struct batch_series *s)
{
    uint64_t h = hash64(s->name);
    for (uint32_t i = 0; i < s->label_count; i++)
        h = hash64_more(hash64_more(hash64_more(h, s->labels[i].name), STR("=")), s->labels[i].value);
    return h;
}

/* Room for the page's series, the series about the scrape, and an end for each that was shown before. */
static err widen(const struct scrape_state *st, struct batch *b, struct arena *a)
{
    size_t most = b->series_count + OWN_SERIES + st->shown_count;
    struct batch_series *series = arena_try(a, most * sizeof *series);
    struct point *points = arena_try(a, (b->point_count + OWN_SERIES + st->shown_count) * sizeof *points);
    if (!b->refused) b->refused = arena_try(a, sizeof *b->refused);
    if (a->full) return err_make(ERR_LIMIT, "the page is larger than allowed");
    if (b->series_count) memcpy(series, b->series, b->series_count * sizeof *series);
    if (b->point_count) memcpy(points, b->points, b->point_count * sizeof *points);
    b->series = series;
    b->points = points;
    return OK;
}

static void add_point(struct batch *b, struct batch_series s, usec time, double value)
{
    s.first = (uint32_t)b->point_count;
    s.count = 1;
    b->points[b->point_count++] = (struct point){ time, value };
    b->series[b->series_count++] = s;
}

/* What the target showed last time and does not show now ends here. `seen` is sorted by hash. */
static void end_vanished(const struct scrape_state *st, const struct shown *seen, size_t n, usec now, struct batch *b)
{
    for (size_t i = 0; i < st->shown_count; i++)
        if (!n || !bsearch(&st->shown[i], seen, n, sizeof *seen, by_hash))
            add_point(b, st->shown[i].series, now, stale_marker());
}

static void remember(struct scrape_state *st, const struct shown *seen, size_t n)
{
    struct arena *a = &st->shown_text;
    arena_reset(a);
    st->shown = ARENA_ARRAY(a, struct shown, n);
    st->shown_count = n;
    for (size_t i = 0; i < n; i++) {
        struct batch_series s = seen[i].series;
        struct label *labels = ARENA_ARRAY(a, struct label, s.label_count);
        for (uint32_t k = 0; k < s.label_count; k++)
            labels[k] = (struct label){ str_dup(a, s.labels[k].name), str_dup(a, s.labels[k].value) };
        s.name = str_dup(a, s.name);
        s.labels = labels;
        st->shown[i] = (struct shown){ seen[i].hash, s };
    }
}

static err label_all(const struct scrape_state *st, struct batch *b, struct arena *a, struct shown **seen)
{
    *seen = arena_try(a, b->series_count * sizeof **seen + 1);
    if (!*seen) return err_make(ERR_LIMIT, "the page is larger than allowed");
    for (size_t i = 0; i < b->series_count; i++) {
        err e = add_labels(st, &b->series[i], a);
        if (e.code) return e;
        (*seen)[i] = (struct shown){ series_hash_of(&b->series[i]), b->series[i] };
    }
    qsort(*seen, b->series_count, sizeof **seen, by_hash);
    return OK;
}

static struct batch_series about(const struct scrape_state *st, str name)
{
    return (struct batch_series){
        .name = name, .labels = st->labels, .label_count = st->label_count, .kind = SERIES_GAUGE
    };
}

err scrape_once(struct scrape_state *st, struct ingest *in, struct env *env)
{
    struct arena a = arena_init(ARENA_BYTES);
    struct batch b = { 0 };
    struct shown *seen = NULL;
    struct ingest_result got;
    usec began = env->now(env), now = env->wall(env);
    str page = STR_NONE;
    err bad = fetch(st->target, env, &a, &page);
    if (!bad.code) bad = exposition_parse(page, now, &a, &b);
    if (!bad.code) bad = label_all(st, &b, &a, &seen);
    if (bad.code) b = (struct batch){ 0 };
    size_t shown = b.series_count;
    err e = widen(st, &b, &a);
    if (!e.code) {
        end_vanished(st, seen, shown, now, &b);
        add_point(&b, about(st, STR("up")), now, bad.code ? 0 : 1);
        add_point(&b, about(st, STR("scrape_duration_seconds")), now,
                  (double)(env->now(env) - began) / (double)USEC_SECOND);
        add_point(&b, about(st, STR("scrape_samples_scraped")), now, (double)shown);
        e = ingest_samples(in, str_fmt(&a, "scrape/" STR_FMT, STR_ARG(st->target->job)), &b, &got);
    }
    if (!e.code) remember(st, seen, shown);
    arena_done(&a);
    if (e.code) return e;
    return err_wrap(bad, "scrape " STR_FMT, STR_ARG(st->target->job)); /* not the address: it may carry a password */
}

/* ---- the threads ---- */

/* Targets of one interval do not all fall on the same second: the address says where in the interval its turn is. */
static usec first_due(const struct scrape_target *t, usec now)
{
    return now + (usec)(hash64(t->url) % (uint64_t)(t->every > 0 ? t->every : 1));
}

static usec run_due(struct scraper *s, size_t from)
{
    usec next = s->env->now(s->env) + USEC_SECOND;
    for (size_t i = from; i < s->target_count && !atomic_load(&s->stop); i += s->thread_count) {
        struct scrape_state *st = s->targets[i];
        usec now = s->env->now(s->env);
        if (st->due <= now) {
            err e = scrape_once(st, s->in, s->env);
            (void)atomic_fetch_add(&s->scrapes, 1);
            if (e.code) {
                (void)atomic_fetch_add(&s->failed, 1);
                log_warn("scrape.failed: %s", e.msg);
            }
            st->due += st->target->every;
            if (st->due < now) st->due = now + st->target->every; /* beats that were missed are not made up for */
        }
        if (st->due < next) next = st->due;
    }
    return next;
}

struct scrape_thread {
    struct scraper *scraper;
    size_t number;
};

static void *scrape_main(void *ctx)
{
    struct scrape_thread t = *(struct scrape_thread *)ctx;
    struct scraper *s = t.scraper;
    mem_free(ctx);
    while (!atomic_load(&s->stop)) {
        usec wait = run_due(s, t.number) - s->env->now(s->env);
        (void)pthread_mutex_lock(&s->lock);
        if (!atomic_load(&s->stop) && wait > 0) (void)cond_wait_for(&s->wake, &s->lock, wait);
        (void)pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

err scraper_start(const struct config *config, struct ingest *in, struct env *env, struct scraper **out)
{
    struct scraper *s = mem_new(sizeof *s);
    size_t want = config->scrape_count < THREADS_MAX ? config->scrape_count : THREADS_MAX;
    s->in = in;
    s->env = env;
    s->target_count = config->scrape_count;
    s->targets = mem_new((s->target_count + 1) * sizeof *s->targets);
    for (size_t i = 0; i < s->target_count; i++) {
        s->targets[i] = scrape_state_new(&config->scrapes[i]);
        s->targets[i]->due = first_due(&config->scrapes[i], env->now(env));
    }
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->wake, NULL);
    s->thread_count = want;
    for (size_t i = 0; i < want; i++) {
        struct scrape_thread *t = mem_new(sizeof *t);
        *t = (struct scrape_thread){ s, i };
        if (pthread_create(&s->threads[i], NULL, scrape_main, t) == 0) continue;
        mem_free(t);
        s->thread_count = i;
        scraper_stop(s);
        return err_make(ERR_IO, "cannot start a scraper thread");
    }
    *out = s;
    return OK;
}

void scraper_stop(struct scraper *s)
{
    if (!s) return;
    (void)pthread_mutex_lock(&s->lock);
    atomic_store(&s->stop, true);
    (void)pthread_cond_broadcast(&s->wake);
    (void)pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < s->thread_count; i++) (void)pthread_join(s->threads[i], NULL);
    for (size_t i = 0; i < s->target_count; i++) scrape_state_free(s->targets[i]);
    (void)pthread_cond_destroy(&s->wake);
    (void)pthread_mutex_destroy(&s->lock);
    mem_free(s->targets);
    mem_free(s);
}

struct scrape_stats scraper_stats(const struct scraper *s)
{
    if (!s) return (struct scrape_stats){ 0 };
    return (struct scrape_stats){ atomic_load(&s->scrapes), atomic_load(&s->failed) };
}
