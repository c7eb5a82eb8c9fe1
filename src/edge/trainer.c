#include "edge/trainer.h"

#include "base/hash.h"
#include "base/log.h"
#include "edge/beat.h"
#include "edge/observe/judge.h"
#include "edge/observe/train.h"

enum { PIPELINES_MAX = 1000, SERIES_MAX = 1000, ARENA_MAX = 512 << 20 };
#define WAKE_EVERY (2 * USEC_SECOND)

struct trainer {
    struct trainer_opts opts;
    struct beat beat;
    /* The thread's own. */
    int64_t learned_to;
    usec looked_at;
    struct sha256 known; /* of the models in force */
};

/* --- One look --- */

struct look {
    const struct trainer_opts *opts;
    struct arena *a;
    struct tx *tx;
    struct samples_db *db;
    struct models models, fresh;        /* in force; what is to come */
    struct models tried, rejected;      /* challengers that lost: as recorded, and now */
};

static err active_models(struct tx *tx, const char *kind, struct arena *a, str *text)
{
    struct rows *r = tx_query(tx, SQL_DOCUMENT_ACTIVE, V(kind));
    *text = rows_next(r) ? rows_dup(r, 1, a) : STR("");
    rows_end(r);
    return tx_err(tx);
}

static err train_one(struct look *l, const struct series_info *s)
{
    const struct model *old = models_find(&l->models, s->text);
    struct model challenger;
    bool promoted;
    struct arena_mark mark = arena_mark(l->a);
    err e = train_series(l->db, l->tx, s, old ? old->sensitivity : 1, l->a, &challenger, &promoted);
    if (e.code || (!promoted && !challenger.why.len)) {
        arena_rewind(l->a, mark);
        return e;
    }
    if (!promoted) {
        l->rejected.items[l->rejected.count++] = challenger;
        log_info("model.rejected series=" STR_FMT " sensitivity=%g: " STR_FMT, STR_ARG(s->text), challenger.sensitivity,
                 STR_ARG(challenger.why));
        return OK;
    }
    challenger.version = l->models.version + 1;
    l->fresh.items[l->fresh.count++] = challenger;
    log_info("model.promoted series=" STR_FMT " sensitivity=%g score=%.3f before=%.3f", STR_ARG(s->text),
             challenger.sensitivity, challenger.score, challenger.before);
    return OK;
}

static err train_pipeline(struct look *l, str pipeline)
{
    struct series_list list = { 0 };
    err e = samples_db_list(l->db, pipeline, STR(""), STR(""), SERIES_MAX, l->a, &list);
    for (size_t i = 0; !e.code && i < list.count && l->fresh.count + l->rejected.count < SERIES_MAX; i++)
        if (judge_wanted(list.items[i].name)) e = train_one(l, &list.items[i]);
    return e;
}

static err load(const struct look *l, const char *kind, const struct models *m)
{
    struct buf b = buf_init(2 * (size_t)MODELS_BYTES_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "text", models_text(m, l->a));
    jw_close(&w);
    err e = l->opts->input(l->opts->ctx, "document.loaded", str_of(kind), buf_view(&b));
    buf_done(&b);
    return e;
}

/* What lost is recorded beside what won. Series without news keep what they have. */
static err record(struct look *l)
{
    err e = OK;
    if (l->rejected.count) {
        l->rejected.version = l->tried.version + 1;
        l->rejected.learned_to = l->fresh.learned_to;
        models_add(&l->rejected, &l->tried, &l->fresh);
        e = load(l, "models_tried", &l->rejected);
    }
    if (e.code || !l->fresh.count) return e;
    l->fresh.version = l->models.version + 1;
    models_add(&l->fresh, &l->models, NULL);
    return load(l, "models", &l->fresh);
}

/* Pipelines with labels that are newer than what was learned from; fresh.learned_to moves on. */
static err train_pipelines(struct look *l)
{
    str pipelines[PIPELINES_MAX];
    size_t n = 0;
    struct rows *r = tx_query(l->tx, SQL_TRAIN_LABELS, V(l->models.learned_to), V((int64_t)PIPELINES_MAX));
    while (rows_next(r) && n < PIPELINES_MAX) {
        if (rows_i64(r, 0) > l->fresh.learned_to) l->fresh.learned_to = rows_i64(r, 0);
        pipelines[n++] = rows_dup(r, 1, l->a);
    }
    rows_end(r);
    err e = tx_err(l->tx);
    if (e.code || !n) return e;
    l->fresh.items = arena_try(l->a, (l->models.count + SERIES_MAX) * sizeof *l->fresh.items);
    l->rejected.items = arena_try(l->a, (l->tried.count + SERIES_MAX) * sizeof *l->rejected.items);
    if (!l->fresh.items || !l->rejected.items) return err_make(ERR_LIMIT, "%zu models", l->models.count);
    e = samples_db_open_reader(l->opts->samples_dir, l->opts->env, &l->db);
    for (size_t i = 0; !e.code && i < n; i++) e = train_pipeline(l, pipelines[i]);
    samples_db_close(l->db);
    return e;
}

/* One look for new labels, on the caller's thread: gives how many series got another model. Errors: ERR_IO,
 * ERR_CORRUPT. */
static err trainer_look(const struct trainer_opts *opts, int64_t *learned_to, int64_t *promoted)
{
    struct arena a = arena_init(ARENA_MAX);
    struct look l = { .opts = opts, .a = &a };
    str text = STR("");
    err e = store_read(opts->store, &l.tx);
    if (!e.code) e = active_models(l.tx, "models_tried", &a, &text);
    if (!e.code) e = models_parse(text, &a, &l.tried);
    if (!e.code) e = active_models(l.tx, "models", &a, &text);
    if (!e.code) e = models_parse(text, &a, &l.models);
    if (l.models.learned_to < l.tried.learned_to) l.models.learned_to = l.tried.learned_to;
    if (l.models.learned_to < *learned_to) l.models.learned_to = *learned_to;
    l.fresh.learned_to = l.models.learned_to;
    if (!e.code) e = train_pipelines(&l);
    store_read_end(l.tx);
    *promoted = (int64_t)l.fresh.count;
    if (!e.code) e = record(&l);
    if (!e.code) *learned_to = l.fresh.learned_to;
    arena_done(&a);
    return e;
}

/* --- The thread --- */

/* The document in force may be another one than the engine works with: ours, or a person's rollback. */
static err watch_models(struct trainer *t)
{
    struct arena a = arena_init(ARENA_MAX);
    struct tx *tx = NULL;
    str text = STR("");
    err e = store_read(t->opts.store, &tx);
    if (!e.code) e = active_models(tx, "models", &a, &text);
    store_read_end(tx);
    struct sha256 now = sha256_of(text);
    if (!e.code && memcmp(&now, &t->known, sizeof now) != 0) {
        e = t->opts.in_force(t->opts.ctx);
        if (!e.code) t->known = now;
    }
    arena_done(&a);
    return e;
}

static void look(void *ctx)
{
    struct trainer *t = ctx;
    usec now = t->opts.env->now(t->opts.env);
    int64_t promoted = 0;
    err e = OK;
    if (now - t->looked_at >= t->opts.every) {
        e = trainer_look(&t->opts, &t->learned_to, &promoted);
        t->looked_at = now;
    }
    if (!e.code) e = watch_models(t);
    if (!e.code && t->opts.watch) e = t->opts.watch(t->opts.ctx);
    if (e.code && e.code != ERR_STOPPED) log_warn("trainer.failed error=%s", e.msg);
}

err trainer_start(const struct trainer_opts *opts, struct trainer **out)
{
    struct trainer *t = mem_new(sizeof *t);
    t->opts = *opts;
    t->looked_at = opts->env->now(opts->env);
    t->known = sha256_of(STR(""));
    t->beat = (struct beat){ .look = look, .ctx = t, .first = WAKE_EVERY, .every = WAKE_EVERY };
    err e = beat_start(&t->beat);
    if (e.code) mem_free(t);
    else *out = t;
    return e;
}

void trainer_stop(struct trainer *t)
{
    if (!t) return;
    beat_stop(&t->beat);
    mem_free(t);
}
