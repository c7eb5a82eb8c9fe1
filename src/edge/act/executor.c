#include "edge/act/executor.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/cond.h"
#include "base/log.h"
#include "edge/act/recover.h"

enum { THREADS_DEFAULT = 3, THREADS_MAX = 8, ARENA_MAX = 64 << 20, OUTCOME_TRIES = 100, LOST_MAX = 1024 };
#define POLL_EVERY (5 * USEC_SECOND)      /* should a wake be missed */
#define BUSY_AGAIN (200 * USEC_MS)        /* to look again whether a run has ended */
#define BUSY_PATIENCE USEC_MINUTE
#define RUN_LOST_AFTER USEC_HOUR          /* a run that began longer ago is not waited for */
#define ERROR_PAUSE USEC_SECOND
#define ADOPT_MAX (6 * USEC_HOUR)
#define KILL_AFTER (5 * USEC_SECOND)

/* One effect in a worker's hands. Strings live in its arena. */
struct job {
    struct effect effect;
    bool interrupted;      /* an earlier life started it */
    int64_t pid, pid_start;
    struct arena arena;
};

struct worker {
    struct executor *x;
    pthread_t thread;
    struct job job;
    str lock;              /* what nobody else may touch now; empty = idle */
    int child;             /* pid of its child, 0 = none */
};

struct executor {
    struct executor_opts opts;
    struct worker workers[THREADS_MAX];
    size_t count;
    pthread_mutex_t choose; /* one worker chooses at a time; taken before `lock`, and held while the store is read */
    pthread_mutex_t lock;   /* of all that follows, and of lock and child of the workers; never held while waiting */
    pthread_cond_t turn;
    struct job *lost;      /* started in an earlier life, not yet looked at */
    size_t lost_count;
    bool stopping, ending; /* ending: patience is over, children are ended */
    uint64_t wakes;
    usec not_before;       /* after an error: monotonic */
    struct executor_stats stats;
};

/* ---- choosing ---- */

/* The part of a target that effects must not share: a pipeline whole, a channel. */
static str lock_of(str target)
{
    ptrdiff_t slash = str_find(target, STR("/"), 0);
    return slash > 0 ? str_cut(target, 0, (size_t)slash) : target;
}

static bool locked(struct executor *x, str target)
{
    bool found = false;
    (void)pthread_mutex_lock(&x->lock);
    for (size_t i = 0; i < x->count && !found; i++)
        found = x->workers[i].lock.len && str_eq(x->workers[i].lock, lock_of(target));
    (void)pthread_mutex_unlock(&x->lock);
    return found;
}

static struct effect read_row(struct rows *r, struct arena *a)
{
    return (struct effect){ .id = rows_dup(r, 0, a), .kind = rows_dup(r, 1, a), .remedy = rows_dup(r, 2, a),
                            .target = rows_dup(r, 3, a), .args = rows_dup(r, 4, a), .key = rows_dup(r, 5, a),
                            .incident = rows_dup(r, 6, a), .attempt = rows_i64(r, 7), .due = rows_i64(r, 8) };
}

static bool touches(str kind)
{
    return STR_IS(kind, "apply") || STR_IS(kind, "undo");
}

/* Two loads at once do harm: a remedy that runs steps waits for a run under way, for a while. */
static bool busy(const struct executor *x, struct tx *tx, const struct effect *f, usec now)
{
    const struct remedy *r = remedy_find(f->remedy);
    if (!r || !r->runs_steps || !touches(f->kind)) return false;
    return now < f->due + x->opts.busy_patience &&
           tx_get_i64(tx, SQL_RUN_BUSY, 0, V(lock_of(f->target)), V(now - RUN_LOST_AFTER)) > 0;
}

static bool take_lost(struct executor *x, struct job *job)
{
    for (size_t i = 0; i < x->lost_count; i++) {
        if (locked(x, x->lost[i].effect.target)) continue;
        *job = x->lost[i];
        x->lost[i] = x->lost[--x->lost_count];
        return true;
    }
    return false;
}

/* The oldest effect that may run now. *next: when to look again (wall clock). */
static bool take_due(struct executor *x, struct job *job, usec now, usec *next)
{
    struct tx *tx = NULL;
    bool found = false;
    err e = store_read(x->opts.door.store, &tx);
    if (e.code) goto failed;
    struct rows *r = tx_query_n(tx, SQL_EFFECT_DUE, TX_NO_VALS);
    while (!found && rows_next(r)) {
        usec due = rows_i64(r, 8);
        if (due > now) {
            *next = due < *next ? due : *next;
            break;
        }
        if (locked(x, rows_str(r, 3))) continue;
        struct job one = { .arena = arena_init(ARENA_MAX) };
        one.effect = read_row(r, &one.arena);
        found = !busy(x, tx, &one.effect, now);
        if (found) *job = one;
        else arena_done(&one.arena);
        if (!found && now + BUSY_AGAIN < *next) *next = now + BUSY_AGAIN;
    }
    rows_end(r);
    e = tx_err(tx);
    store_read_end(tx);
    if (!e.code) return found;
    if (found) arena_done(&job->arena);
failed:
    (void)pthread_mutex_lock(&x->lock);
    x->stats.errors++;
    (void)pthread_mutex_unlock(&x->lock);
    *next = now + ERROR_PAUSE;
    log_warn("executor.read_failed error=%s", e.msg);
    return false;
}

/* With the lock held: until there is something new, at most so long. */
static void rest(struct executor *x, usec limit)
{
    (void)cond_wait_for(&x->turn, &x->lock, limit);
}

static bool choose(struct worker *w, usec now, usec *next)
{
    struct executor *x = w->x;
    (void)pthread_mutex_lock(&x->choose);
    bool found = take_lost(x, &w->job) || take_due(x, &w->job, now, next);
    if (found) {
        (void)pthread_mutex_lock(&x->lock);
        w->lock = lock_of(w->job.effect.target);
        x->stats.running++;
        (void)pthread_mutex_unlock(&x->lock);
    }
    (void)pthread_mutex_unlock(&x->choose);
    return found;
}

/* Wait for work; false when it is time to go. */
static bool next_job(struct worker *w)
{
    struct executor *x = w->x;
    struct env *env = x->opts.door.env;
    for (;;) {
        (void)pthread_mutex_lock(&x->lock);
        for (usec pause = 0; !x->stopping && (pause = x->not_before - env->now(env)) > 0;) rest(x, pause);
        uint64_t seen = x->wakes;
        bool stop = x->stopping;
        (void)pthread_mutex_unlock(&x->lock);
        usec now = env->wall(env), next = now + POLL_EVERY;
        if (stop) return false;
        if (choose(w, now, &next)) return true;
        (void)pthread_mutex_lock(&x->lock);
        if (seen == x->wakes && !x->stopping) rest(x, next > now ? next - now : 1);
        (void)pthread_mutex_unlock(&x->lock);
    }
}

/* ---- doing ---- */

static str outcome_body(const struct act_reply *r, struct arena *a)
{
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_bool(&w, "ok", r->ok && !r->unknown);
    jw_bool(&w, "unknown", r->unknown);
    jw_str(&w, "summary", r->summary);
    jw_str(&w, "digest", r->digest);
    jw_raw(&w, "detail", r->detail.len ? r->detail : STR("{}"));
    jw_close(&w);
    return buf_take(&b, a);
}

static bool pause_for(void *ctx, usec wait)
{
    struct worker *w = ctx;
    struct executor *x = w->x;
    if (x->opts.pause_max && wait > x->opts.pause_max) wait = x->opts.pause_max;
    usec until = x->opts.door.env->now(x->opts.door.env) + wait;
    (void)pthread_mutex_lock(&x->lock);
    usec left = wait;
    while (left > 0 && !x->stopping) {
        rest(x, left);
        left = until - x->opts.door.env->now(x->opts.door.env);
    }
    bool go = !x->stopping;
    (void)pthread_mutex_unlock(&x->lock);
    return go;
}

static void child_changed(void *ctx, int pid)
{
    struct worker *w = ctx;
    (void)pthread_mutex_lock(&w->x->lock);
    w->child = pid;
    if (pid > 0 && w->x->ending) (void)kill(-pid, SIGTERM); /* the next step of a remedy that is to end */
    (void)pthread_mutex_unlock(&w->x->lock);
}

static bool stopping(struct executor *x)
{
    (void)pthread_mutex_lock(&x->lock);
    bool s = x->stopping;
    (void)pthread_mutex_unlock(&x->lock);
    return s;
}

/* A child of an earlier life: its end is seen, its exit code is not. False: weir stops before it ended. */
static bool wait_for(struct executor *x, int pid)
{
    struct env *env = x->opts.door.env;
    usec until = env->now(env) + ADOPT_MAX;
    int fd = pidfd_open(pid, 0);
    if (fd < 0) return true;
    bool ended = false;
    while (!ended && !stopping(x) && env->now(env) < until) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        ended = poll(&p, 1, (int)(BUSY_AGAIN / USEC_MS)) > 0;
    }
    (void)close(fd);
    return ended || env->now(env) >= until;
}

static void perform(struct act *a, const struct executor_opts *o, struct act_reply *out)
{
    str kind = a->effect->kind;
    const struct remedy *r = remedy_find(a->effect->remedy);
    if (STR_IS(kind, "notify")) {
        if (o->notify) o->notify(a, out);
        else act_failed(a, out, "there are no channels");
    } else if (!r) act_failed(a, out, "there is no remedy " STR_FMT, STR_ARG(a->effect->remedy));
    else if (STR_IS(kind, "probe")) r->probe(a, out);
    else if (STR_IS(kind, "verify")) r->verify(a, out);
    else if (STR_IS(kind, "apply")) r->apply(a, out);
    else if (STR_IS(kind, "undo") && r->undo) r->undo(a, out);
    else act_failed(a, out, STR_FMT " of " STR_FMT " cannot be done", STR_ARG(kind), STR_ARG(a->effect->remedy));
}

/* False: leave it as it is, the next life looks at it again. */
static bool recover(struct worker *w, struct act *a, struct act_reply *out)
{
    int survivor = 0;
    enum recovery plan = recover_plan(a, w->job.pid, w->job.pid_start, &survivor);
    a->claimed = true;
    if (plan == RECOVER_AGAIN) {
        perform(a, &w->x->opts, out);
        return true;
    }
    out->unknown = true;
    if (plan == RECOVER_WAIT) {
        log_info("executor.adopted effect=" STR_FMT " pid=%d", STR_ARG(a->effect->id), survivor);
        (void)pthread_mutex_lock(&w->x->lock);
        w->x->stats.adopted++;
        (void)pthread_mutex_unlock(&w->x->lock);
        if (!wait_for(w->x, survivor)) return false;
        out->summary =
            str_fmt(a->a, "weir restarted while process %d did it; it has ended, how is not known", survivor);
    } else {
        out->summary = STR("weir stopped while it was under way; what came of it is not known");
    }
    return true;
}

/* The outcome must not be lost for a queue that is full just now. */
static err write_outcome(struct worker *w, str body)
{
    err e = OK;
    for (int i = 0; i < OUTCOME_TRIES; i++) {
        e = door_input(&w->x->opts.door, "effect.outcome", w->job.effect.id, body);
        if (e.code != ERR_FULL && e.code != ERR_NO_SPACE) break;
        (void)pause_for(w, 100 * USEC_MS);
    }
    return e;
}

static void count(struct executor *x, const struct act_reply *r, err e, bool refused)
{
    int64_t *one = refused      ? &x->stats.refused
                   : r->unknown ? &x->stats.unknown
                   : r->ok      ? &x->stats.done
                                : &x->stats.failed;
    (void)pthread_mutex_lock(&x->lock);
    (*one)++;
    x->stats.errors += e.code != ERR_NONE && !refused;
    if (e.code && e.code != ERR_CONFLICT) x->not_before = x->opts.door.env->now(x->opts.door.env) + ERROR_PAUSE;
    (void)pthread_mutex_unlock(&x->lock);
}

static void do_job(struct worker *w)
{
    struct executor *x = w->x;
    struct act a = { .door = &x->opts.door,
                     .effect = &w->job.effect,
                     .a = &w->job.arena,
                     .child_changed = child_changed,
                     .pause = pause_for,
                     .host = w,
                     .notify_ctx = x->opts.notify_ctx };
    struct act_reply reply = { .summary = STR("") };
    err e = act_prepare(&a);
    if (e.code) act_failed(&a, &reply, "nothing was done: %s", e.msg);
    else if (!w->job.interrupted) perform(&a, &x->opts, &reply);
    else if (!recover(w, &a, &reply)) return;
    if (e.code && w->job.interrupted) reply.unknown = true;
    if (a.claim_error.code) {
        log_warn("executor.claim_refused effect=" STR_FMT " error=%s", STR_ARG(a.effect->id), a.claim_error.msg);
        count(x, &reply, a.claim_error, true);
        return;
    }
    e = write_outcome(w, outcome_body(&reply, a.a));
    if (e.code) log_error("executor.outcome_lost effect=" STR_FMT " error=%s", STR_ARG(a.effect->id), e.msg);
    count(x, &reply, e, false);
}

static void *work(void *ctx)
{
    struct worker *w = ctx;
    struct executor *x = w->x;
    while (next_job(w)) {
        do_job(w);
        (void)pthread_mutex_lock(&x->choose); /* who chooses by a view older than this outcome still sees the lock */
        (void)pthread_mutex_lock(&x->lock);
        w->lock = STR_NONE;
        x->stats.running--;
        x->wakes++;
        (void)pthread_cond_broadcast(&x->turn); /* what waited for this pipeline may run */
        (void)pthread_mutex_unlock(&x->lock);
        (void)pthread_mutex_unlock(&x->choose);
        arena_done(&w->job.arena);
    }
    return NULL;
}

/* ---- life ---- */

static err read_lost(struct executor *x)
{
    struct tx *tx = NULL;
    err e = store_read(x->opts.door.store, &tx);
    if (e.code) return e;
    struct rows *r = tx_query_n(tx, SQL_EFFECT_INTERRUPTED, TX_NO_VALS);
    x->lost = mem_new(LOST_MAX * sizeof *x->lost);
    while (x->lost_count < LOST_MAX && rows_next(r)) {
        struct job *j = &x->lost[x->lost_count++];
        *j = (struct job){ .interrupted = true, .arena = arena_init(ARENA_MAX) };
        j->effect = read_row(r, &j->arena);
        j->pid = rows_i64(r, 9);
        j->pid_start = rows_i64(r, 10);
    }
    if (x->lost_count == LOST_MAX) rows_end(r); /* the rest stays started and is looked at the next time */
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

err executor_start(const struct executor_opts *opts, struct executor **out)
{
    struct executor *x = mem_new(sizeof *x);
    x->opts = *opts;
    if (!x->opts.busy_patience) x->opts.busy_patience = BUSY_PATIENCE;
    (void)pthread_mutex_init(&x->choose, NULL);
    (void)pthread_mutex_init(&x->lock, NULL);
    (void)pthread_cond_init(&x->turn, NULL);
    err e = read_lost(x);
    size_t want = opts->threads ? opts->threads : THREADS_DEFAULT;
    if (want > THREADS_MAX) want = THREADS_MAX;
    (void)pthread_mutex_lock(&x->lock);
    for (size_t i = 0; !e.code && i < want; i++) {
        x->workers[i].x = x;
        if (pthread_create(&x->workers[i].thread, NULL, work, &x->workers[i]))
            e = err_make(ERR_IO, "no thread for effects");
        else x->count++;
    }
    (void)pthread_mutex_unlock(&x->lock);
    if (e.code) executor_stop(x, 0);
    else *out = x;
    return err_wrap(e, "start the executor");
}

void executor_wake(struct executor *x)
{
    (void)pthread_mutex_lock(&x->lock);
    x->wakes++;
    (void)pthread_cond_broadcast(&x->turn);
    (void)pthread_mutex_unlock(&x->lock);
}

static void signal_children(struct executor *x, int sig)
{
    for (size_t i = 0; i < x->count; i++)
        if (x->workers[i].child > 0) (void)kill(-x->workers[i].child, sig);
}

static void wait_idle(struct executor *x, usec patience)
{
    struct env *env = x->opts.door.env;
    usec until = env->now(env) + patience;
    for (usec left = patience; x->stats.running > 0 && left > 0; left = until - env->now(env)) rest(x, left);
}

void executor_stop(struct executor *x, usec patience)
{
    if (!x) return;
    (void)pthread_mutex_lock(&x->lock);
    x->stopping = true;
    (void)pthread_cond_broadcast(&x->turn);
    wait_idle(x, patience);
    x->ending = true;
    signal_children(x, SIGTERM);
    wait_idle(x, KILL_AFTER);
    signal_children(x, SIGKILL);
    (void)pthread_mutex_unlock(&x->lock);
    for (size_t i = 0; i < x->count; i++) (void)pthread_join(x->workers[i].thread, NULL);
    for (size_t i = 0; i < x->lost_count; i++) arena_done(&x->lost[i].arena);
    mem_free(x->lost);
    (void)pthread_mutex_destroy(&x->lock);
    (void)pthread_mutex_destroy(&x->choose);
    (void)pthread_cond_destroy(&x->turn);
    mem_free(x);
}

struct executor_stats executor_stats(struct executor *x)
{
    (void)pthread_mutex_lock(&x->lock);
    struct executor_stats s = x->stats;
    (void)pthread_mutex_unlock(&x->lock);
    return s;
}
