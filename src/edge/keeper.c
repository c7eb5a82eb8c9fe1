#include "edge/keeper.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/log.h"
#include "core/retention.h"
#include "edge/act/spool.h"
#include "edge/beat.h"
#include "edge/memory.h"
#include "edge/witness.h"

enum { CLOCK_STEP_S = 2 };
#define IDLE_MEMORY ((size_t)64 << 20) /* free, but still held */
#define RETENTION_FIRST (10 * USEC_MINUTE) /* after a start: then a busy restart is over */

struct keeper {
    struct keeper_opts opts;
    struct beat beat;
    bool ran;
    pthread_mutex_t lock; /* of config */
    const struct config *config;
    /* The thread's own. */
    bool begun;
    usec signed_at, drained_at, witness_at, retain_at, ahead;
    atomic_llong failed, sent, not_sent; /* of what is below, counted once each time */
};

static const struct config *config_of(struct keeper *k)
{
    (void)pthread_mutex_lock(&k->lock);
    const struct config *c = k->config;
    (void)pthread_mutex_unlock(&k->lock);
    return c;
}

static void failed(struct keeper *k, const char *what, err e)
{
    if (e.code == ERR_STOPPED) return;
    atomic_fetch_add(&k->failed, 1);
    log_warn("keeper.failed what=%s error=%s", what, e.msg);
}

/* ---- checkpoints ---- */

static err sign_work(struct tx *tx, void *ctx)
{
    struct keeper *k = ctx;
    str note = STR_NONE;
    return journal_checkpoint(tx, k->opts.signer, tx_arena(tx), &note);
}

static void sign(struct keeper *k)
{
    err e = store_run(k->opts.store, sign_work, k);
    if (e.code) failed(k, "checkpoint", e);
}

/* A look a minute is enough, and sooner where they are to be told more often than that. */
static void tell_witnesses(struct keeper *k, usec now)
{
    const struct config *c = config_of(k);
    struct witness_opts opts = { k->opts.store, k->opts.env, c, k->opts.input, k->opts.ctx };
    struct witness_tally tally = { 0 };
    if (now < k->witness_at) return;
    witness_send_due(&opts, &tally);
    atomic_fetch_add(&k->sent, tally.sent);
    atomic_fetch_add(&k->not_sent, tally.failed);
    k->witness_at = now + (c->witness_every < USEC_MINUTE ? c->witness_every : USEC_MINUTE);
}

/* ---- retention ---- */

static void retain(struct keeper *k)
{
    const struct config *c = config_of(k);
    struct arena a = arena_init(1 << 16);
    str dir = str_fmt(&a, STR_FMT "/retention", STR_ARG(c->data_dir));
    struct retention_report report = { 0 };
    struct store *work = NULL;
    usec before = k->opts.env->wall(k->opts.env) - c->journal_retention;
    int64_t through = 0;
    err e = retention_due(k->opts.store, before, &through);
    store_clear(dir); /* of an attempt that did not end */
    if (!e.code && through) e = store_open(&(struct store_opts){ .dir = dir, .sync_normal = true }, k->opts.env, &work);
    if (!e.code && through) e = retention_run(k->opts.store, work, before, &report);
    store_close(work);
    store_clear(dir);
    if (e.code) failed(k, "retention", e);
    if (report.erased)
        log_info("retention.done bodies=%lld through=%lld", (long long)report.erased, (long long)report.through);
    arena_done(&a);
}

static void keep_state(struct keeper *k)
{
    err e = retention_snapshot(k->opts.store);
    if (e.code) failed(k, "snapshot", e);
    else log_info("snapshot.taken reason=new_logic");
}

/* ---- the clock ---- */

static void note_clock_step(struct keeper *k, usec from, usec to)
{
    struct arena a = arena_init(4096);
    str body = str_fmt(&a, "{\"from\":%lld,\"to\":%lld}", (long long)from, (long long)to);
    err e = k->opts.input(k->opts.ctx, "clock.stepped", STR(""), body);
    if (e.code) failed(k, "clock", e);
    log_warn("clock.stepped by_ms=%lld", (long long)((to - from) / USEC_MS));
    arena_done(&a);
}

static void watch_clock(struct keeper *k, usec now)
{
    usec drift = k->opts.env->wall(k->opts.env) - now - k->ahead;
    if (drift <= CLOCK_STEP_S * USEC_SECOND && drift >= -CLOCK_STEP_S * USEC_SECOND) return;
    note_clock_step(k, now + k->ahead, now + k->ahead + drift);
    k->ahead += drift;
}

/* ---- the spool ---- */

static err take_report(void *ctx, str event)
{
    struct keeper *k = ctx;
    return beat_stopping(&k->beat) ? err_make(ERR_STOPPED, "weir stops") : k->opts.report(k->opts.ctx, event);
}

/* Reports of `weir run` from a time when nobody answered. Another process that delivers them, too, does no harm. */
static void drain_spool(struct keeper *k)
{
    char dir[4096];
    size_t count = 0;
    (void)snprintf(dir, sizeof dir, STR_FMT "/spool", STR_ARG(config_of(k)->data_dir));
    err e = spool_drain(dir, SPOOL_FILES_MAX, take_report, k, &count);
    if (e.code && e.code != ERR_CONFLICT) failed(k, "spool", e);
    if (count) log_info("spool.drained events=%zu", count);
}

/* ---- the thread ---- */

static void begin(struct keeper *k)
{
    drain_spool(k);
    if (k->opts.logic_changed) keep_state(k);
    k->begun = true;
}

static void look(void *ctx)
{
    struct keeper *k = ctx;
    if (!k->begun) {
        begin(k);
        return;
    }
    usec now = k->opts.env->now(k->opts.env);
    watch_clock(k, now);
    if (now - k->signed_at >= config_of(k)->checkpoint_every) {
        sign(k);
        k->signed_at = now;
    }
    tell_witnesses(k, now);
    if (now - k->drained_at >= USEC_MINUTE) {
        drain_spool(k);
        (void)memory_give_back(IDLE_MEMORY); /* after large bodies; the C library keeps what lies between used blocks */
        k->drained_at = now;
    }
    if (now >= k->retain_at) {
        retain(k);
        k->retain_at = now + USEC_DAY;
    }
}

void keeper_open(const struct keeper_opts *opts, struct keeper **out)
{
    struct keeper *k = mem_new(sizeof *k);
    k->opts = *opts;
    k->config = opts->config;
    (void)pthread_mutex_init(&k->lock, NULL);
    k->beat = (struct beat){ .look = look, .ctx = k, .every = USEC_SECOND };
    *out = k;
}

err keeper_start(struct keeper *k)
{
    k->signed_at = k->drained_at = k->opts.env->now(k->opts.env);
    k->retain_at = k->signed_at + RETENTION_FIRST;
    k->ahead = k->opts.env->wall(k->opts.env) - k->signed_at;
    err e = beat_start(&k->beat);
    k->ran = !e.code;
    return e;
}

void keeper_configure(struct keeper *k, const struct config *config)
{
    (void)pthread_mutex_lock(&k->lock);
    k->config = config;
    (void)pthread_mutex_unlock(&k->lock);
}

void keeper_halt(struct keeper *k)
{
    if (k) beat_stop(&k->beat);
}

void keeper_close(struct keeper *k)
{
    if (!k) return;
    keeper_halt(k);
    if (k->ran) sign(k);
    (void)pthread_mutex_destroy(&k->lock);
    mem_free(k);
}

void keeper_metrics(struct keeper *k, struct buf *out)
{
    buf_fmt(out,
            "# HELP weir_witness_sent_total Checkpoints that witnesses took.\n# TYPE weir_witness_sent_total counter\n"
            "weir_witness_sent_total %lld\n# HELP weir_witness_errors_total Tries that failed; they are made again.\n"
            "# TYPE weir_witness_errors_total counter\nweir_witness_errors_total %lld\n",
            (long long)atomic_load(&k->sent), (long long)atomic_load(&k->not_sent));
    buf_fmt(out,
            "# HELP weir_keeper_errors_total Checkpoints, snapshots and retentions that failed; the log says why.\n"
            "# TYPE weir_keeper_errors_total counter\nweir_keeper_errors_total %lld\n",
            (long long)atomic_load(&k->failed));
}
