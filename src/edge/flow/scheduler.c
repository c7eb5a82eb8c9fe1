#include "edge/flow/scheduler.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "base/cond.h"
#include "base/log.h"
#include "edge/act/child.h"

enum { AT_ONCE = 4, ARENA_MAX = 512 << 20, ID_MAX = 40, TRIES = 50 };
#define POLL_EVERY (500 * USEC_MS)
#define TIMEOUT_DEFAULT USEC_HOUR
#define KILL_AFTER (5 * USEC_SECOND)
#define ERROR_PAUSE (5 * USEC_SECOND) /* after the store refused: no look meanwhile */

struct slot {
    struct scheduler *s;
    pthread_t thread;
    bool used;
    atomic_bool over;
    atomic_int child;
    struct arena a; /* the run's own */
    char run[ID_MAX];
    str schedule, spec;
    int64_t attempt, pid, pid_start;
    usec planned;
    bool left_behind; /* by an earlier life */
};

struct scheduler {
    struct scheduler_opts opts;
    pthread_t thread;
    bool runs;
    pthread_mutex_t lock; /* of wake */
    pthread_cond_t wake;
    atomic_bool stopping;
    atomic_llong done, failed, refused;
    atomic_llong not_before; /* monotonic */
    struct slot slots[AT_ONCE];
};

static struct env *env_of(struct scheduler *s)
{
    return s->opts.places.door.env;
}

/* Sleep, or until weir stops. */
static void rest(struct scheduler *s, usec d)
{
    (void)pthread_mutex_lock(&s->lock);
    if (!atomic_load(&s->stopping)) (void)cond_wait_for(&s->wake, &s->lock, d);
    (void)pthread_mutex_unlock(&s->lock);
}

static void pause_looks(struct scheduler *s)
{
    atomic_store(&s->not_before, env_of(s)->now(env_of(s)) + ERROR_PAUSE);
}

/* ---- one run ---- */

static bool stopping(void *host)
{
    return atomic_load(&((struct slot *)host)->s->stopping);
}

static void child_changed(void *host, int pid)
{
    struct slot *slot = host;
    atomic_store(&slot->child, pid);
    if (pid > 0 && stopping(slot)) (void)kill(-pid, SIGTERM);
}

static str outcome(struct slot *slot, const struct flow_result *r)
{
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_bool(&w, "ok", r->ok);
    jw_bool(&w, "again", r->again);
    jw_str(&w, "summary", str_utf8_prefix(r->summary, 1000));
    jw_raw(&w, "detail", r->detail.len ? r->detail : STR("{}"));
    jw_close(&w);
    return buf_take(&b, &slot->a);
}

/* The outcome must not be lost for a queue that is full just now. */
static void tell(struct slot *slot, const struct flow_result *r)
{
    struct scheduler *s = slot->s;
    err e = OK;
    str body = outcome(slot, r);
    for (int i = 0; i < TRIES; i++) {
        e = door_input(&s->opts.places.door, "schedule.finished", str_of(slot->run), body);
        if (e.code != ERR_FULL && e.code != ERR_NO_SPACE) break;
        rest(s, 100 * USEC_MS);
    }
    atomic_fetch_add(r->ok ? &s->done : &s->failed, 1);
    if (e.code) {
        pause_looks(s); /* then it counts as left behind, and is told again */
        log_error("schedule.outcome_lost run=%s error=%s", slot->run, e.msg);
    } else if (!r->ok)
        log_warn("schedule.failed schedule=" STR_FMT " run=%s: " STR_FMT, STR_ARG(slot->schedule), slot->run,
                 STR_ARG(r->summary));
}

static void work_on(struct slot *slot)
{
    struct scheduler *s = slot->s;
    struct flow_work w = {
        .places = &s->opts.places,
        .a = &slot->a,
        .run = str_of(slot->run),
        .schedule = slot->schedule,
        .attempt = slot->attempt,
        .planned = slot->planned,
        .stopping = stopping,
        .child_changed = child_changed,
        .host = slot,
    };
    struct flow_result r = { .ok = true, .again = true, .summary = STR("") };
    err e = json_parse(slot->spec, w.a, &w.spec);
    str does = json_str(json_get(w.spec, "does"), STR(""));
    flow_fn *work = flow_find(does);
    usec limit = json_get_i64(w.spec, "timeout_us", 0);
    w.until = env_of(s)->now(env_of(s)) + (limit > 0 ? limit : TIMEOUT_DEFAULT);
    if (!e.code && work != flow_command) {
        e = door_input(&w.places->door, "schedule.started", w.run, STR("{}"));
        w.claimed = !e.code;
        if (e.code) work = NULL;
    }
    if (work) work(&w, &r);
    else if (w.claimed)
        r = (struct flow_result){ .summary = str_fmt(w.a, "weir cannot do '" STR_FMT "'", STR_ARG(does)) };
    if (w.claimed) tell(slot, &r);
    else {
        atomic_fetch_add(&s->refused, 1);
        pause_looks(s);
        log_warn("schedule.not_begun schedule=" STR_FMT " run=%s", STR_ARG(slot->schedule), slot->run);
    }
}

/* ---- what an earlier life left behind ---- */

static const char lost_text[] = "weir stopped while it was under way; how it ended is not known";

/* Its steps that were under way end, too: as failed, for nobody saw them go well. */
static void end_steps(struct slot *slot)
{
    struct scheduler *s = slot->s;
    struct tx *tx = NULL;
    struct run_record runs[8];
    size_t n = 0;
    err e = store_read(s->opts.places.door.store, &tx);
    if (e.code) return;
    struct rows *r = tx_query(tx, SQL_RUN_OF_EFFECT, V(slot->run));
    while (rows_next(r)) {
        if (!STR_IS(rows_str(r, 1), "running") || n == 8) continue;
        runs[n] = (struct run_record){ .pipeline = slot->schedule, .step = rows_dup(r, 0, &slot->a),
                                       .attempt = slot->attempt, .effect = str_of(slot->run), .sync_us = -1,
                                       .output = str_of(lost_text), .result = { .exit_code = 1 } };
        (void)snprintf(runs[n++].id, sizeof runs->id, STR_FMT, STR_ARG(rows_str(r, 4)));
    }
    store_read_end(tx);
    for (size_t i = 0; i < n; i++) {
        runs[i].started = runs[i].ended = env_of(s)->wall(env_of(s)); /* the row keeps its own beginning */
        e = door_input(&s->opts.places.door, "run.finished", str_of(runs[i].id),
                       run_finished_body(&runs[i], false, &slot->a));
        if (e.code) log_warn("schedule.step_not_ended run=%s error=%s", runs[i].id, e.msg);
    }
}

/* A child that outlived weir is waited for: two at once would be worse than one that is late. */
static void take_up(struct slot *slot)
{
    struct scheduler *s = slot->s;
    bool lives = true;
    while (lives && !atomic_load(&s->stopping)) {
        lives = slot->pid > 0 && process_alive((pid_t)slot->pid, slot->pid_start);
        if (lives) rest(s, USEC_SECOND);
    }
    if (lives) return; /* the next life looks again */
    end_steps(slot);
    tell(slot, &(struct flow_result){ .again = true, .summary = str_of(lost_text) });
}

static void *slot_main(void *ctx)
{
    struct slot *slot = ctx;
    if (slot->left_behind) take_up(slot);
    else work_on(slot);
    atomic_store(&slot->over, true);
    (void)pthread_mutex_lock(&slot->s->lock);
    (void)pthread_cond_signal(&slot->s->wake);
    (void)pthread_mutex_unlock(&slot->s->lock);
    return NULL;
}

/* ---- the dispatcher ---- */

static void reap(struct scheduler *s, bool all)
{
    for (size_t i = 0; i < AT_ONCE; i++) {
        struct slot *slot = &s->slots[i];
        if (!slot->used || (!all && !atomic_load(&slot->over))) continue;
        (void)pthread_join(slot->thread, NULL);
        arena_done(&slot->a);
        slot->used = false;
    }
}

static struct slot *free_slot(struct scheduler *s, str run)
{
    struct slot *found = NULL;
    for (size_t i = 0; i < AT_ONCE; i++) {
        if (s->slots[i].used && str_eq(run, str_of(s->slots[i].run))) return NULL;
        if (!s->slots[i].used && !found) found = &s->slots[i];
    }
    return found;
}

static void begin(struct scheduler *s, struct slot *slot, struct rows *r, bool left_behind)
{
    slot->s = s;
    slot->a = arena_init(ARENA_MAX);
    (void)snprintf(slot->run, sizeof slot->run, STR_FMT, STR_ARG(rows_str(r, 0)));
    slot->schedule = rows_dup(r, 1, &slot->a);
    slot->attempt = rows_i64(r, 3);
    slot->pid = rows_i64(r, 4);
    slot->pid_start = rows_i64(r, 5);
    slot->planned = rows_i64(r, 6);
    slot->spec = rows_dup(r, 8, &slot->a);
    slot->left_behind = left_behind;
    atomic_store(&slot->over, false);
    atomic_store(&slot->child, 0);
    slot->used = pthread_create(&slot->thread, NULL, slot_main, slot) == 0;
    if (slot->used) return;
    arena_done(&slot->a);
    log_warn("schedule.no_thread run=%s: it waits", slot->run);
}

/* Whatever is running and not in a slot was left behind by an earlier life. */
static err look(struct scheduler *s)
{
    struct tx *tx = NULL;
    err e = store_read(s->opts.places.door.store, &tx);
    if (e.code) return e;
    struct rows *r = tx_query_n(tx, SQL_SCHEDULE_WORK, TX_NO_VALS);
    while (rows_next(r)) {
        struct slot *slot = free_slot(s, rows_str(r, 0));
        if (slot) begin(s, slot, r, STR_IS(rows_str(r, 2), "running"));
    }
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

static void *run(void *ctx)
{
    struct scheduler *s = ctx;
    usec every = s->opts.poll_every ? s->opts.poll_every : POLL_EVERY;
    while (!atomic_load(&s->stopping)) {
        bool can = !store_stats(s->opts.places.door.store).read_only &&
                   env_of(s)->now(env_of(s)) >= atomic_load(&s->not_before);
        err e = can ? look(s) : OK; /* before slots are freed: one that just ended is not taken for left behind */
        if (e.code && e.code != ERR_STOPPED) log_warn("schedule.look_failed error=%s", e.msg);
        reap(s, false);
        rest(s, every);
    }
    return NULL;
}

err scheduler_start(const struct scheduler_opts *opts, struct scheduler **out)
{
    struct scheduler *s = mem_new(sizeof *s);
    s->opts = *opts;
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->wake, NULL);
    s->runs = pthread_create(&s->thread, NULL, run, s) == 0;
    if (s->runs) *out = s;
    else scheduler_stop(s);
    return s->runs ? OK : err_make(ERR_LIMIT, "no thread for schedules");
}

static void signal_children(struct scheduler *s, int sig)
{
    for (size_t i = 0; i < AT_ONCE; i++) {
        int pid = s->slots[i].used ? atomic_load(&s->slots[i].child) : 0;
        if (pid > 0) (void)kill(-pid, sig);
    }
}

static bool all_over(struct scheduler *s)
{
    for (size_t i = 0; i < AT_ONCE; i++)
        if (s->slots[i].used && !atomic_load(&s->slots[i].over)) return false;
    return true;
}

void scheduler_stop(struct scheduler *s)
{
    if (!s) return;
    (void)pthread_mutex_lock(&s->lock);
    atomic_store(&s->stopping, true);
    (void)pthread_cond_broadcast(&s->wake);
    (void)pthread_mutex_unlock(&s->lock);
    if (s->runs) (void)pthread_join(s->thread, NULL);
    signal_children(s, SIGTERM);
    usec until = s->runs ? env_of(s)->now(env_of(s)) + KILL_AFTER : 0;
    while (s->runs && !all_over(s) && env_of(s)->now(env_of(s)) < until)
        (void)nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    signal_children(s, SIGKILL);
    reap(s, true);
    (void)pthread_cond_destroy(&s->wake);
    (void)pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

void scheduler_metrics(struct scheduler *s, struct buf *out)
{
    buf_fmt(out,
            "# HELP weir_schedule_runs_total Attempts of schedules' runs that ended, by outcome.\n"
            "# TYPE weir_schedule_runs_total counter\n"
            "weir_schedule_runs_total{outcome=\"ok\"} %lld\nweir_schedule_runs_total{outcome=\"failed\"} %lld\n"
            "weir_schedule_runs_total{outcome=\"not_begun\"} %lld\n",
            (long long)atomic_load(&s->done), (long long)atomic_load(&s->failed), (long long)atomic_load(&s->refused));
}
