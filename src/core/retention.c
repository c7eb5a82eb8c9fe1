#include "core/retention.h"

#include "core/replay.h"
#include "store/snapshot.h"

/* ---- pieces of work ---- */

static err enter_snapshot(struct tx *tx, void *ctx)
{
    const str *body = ctx;
    struct core *core = core_new();
    int64_t seq = 0;
    err e = core_apply(core, tx, &(struct input){ STR("journal.snapshot"), STR(""), STR("weir"), *body }, &seq);
    core_free(core);
    return e;
}

struct cut {
    usec before;
    int64_t erased;
};

static err cut_once(struct tx *tx, void *ctx)
{
    struct cut *cut = ctx;
    cut->erased = journal_retain(tx, cut->before);
    return OK;
}

/* ---- snapshots ---- */

/* The state that `from` sees becomes the snapshot of entry seq; it counts once its entry is in. */
static err keep_state(struct tx *from, int64_t seq, struct store *store)
{
    struct arena a = arena_init(1 << 16);
    str body;
    err e = snapshot_write(from, seq, CORE_LOGIC_VERSION, store, &a, &body);
    if (!e.code) e = store_run(store, enter_snapshot, &body);
    arena_done(&a);
    return e;
}

err retention_snapshot(struct store *store)
{
    struct tx *tx = NULL;
    err e = store_read(store, &tx);
    if (e.code) return e;
    int64_t seq = journal_last_seq(tx);
    e = tx_err(tx);
    if (!e.code && seq) e = keep_state(tx, seq, store);
    store_read_end(tx);
    return err_wrap(e, "keep the state");
}

err retention_logic_changed(struct store *store, bool *changed)
{
    struct tx *tx = NULL;
    struct arena a = arena_init(1 << 16);
    json *v = NULL;
    *changed = false;
    err e = store_read(store, &tx);
    if (e.code) return e;
    struct rows *r = tx_query_n(tx, SQL_ENTRY_STARTED_LAST, TX_NO_VALS);
    if (rows_next(r)) {
        str body = rows_str(r, 0);
        *changed =
            !body.ptr || json_parse(body, &a, &v).code || json_get_i64(v, "logic_version", 0) != CORE_LOGIC_VERSION;
    }
    rows_end(r);
    e = tx_err(tx);
    store_read_end(tx);
    arena_done(&a);
    return e;
}

/* Of the snapshots of this logic: the newest up to `through` to begin at, and whether there is one at it or after. */
static void choose(const struct snapshot_list *list, int64_t through, int64_t *base, bool *covered)
{
    *base = 0;
    *covered = false;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].logic != CORE_LOGIC_VERSION) continue;
        if (list->items[i].seq <= through) *base = list->items[i].seq;
        *covered = *covered || list->items[i].seq == through;
    }
}

/* A snapshot of this logic after that entry will do when the entries up to it cannot be made again. */
static bool later_one(const struct snapshot_list *list, int64_t seq)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].logic == CORE_LOGIC_VERSION && list->items[i].seq > seq) return true;
    return false;
}

static err replay_to(struct store *store, struct store *work, int64_t base, int64_t through,
                     struct replay_report *report)
{
    struct tx *tx = NULL;
    err e = store_read(store, &tx);
    if (e.code) return e;
    e = replay_verify(tx, work, &(struct replay_opts){ .from = base, .through = through }, report);
    store_read_end(tx);
    if (!e.code && report->bad_seq) e = err_make(ERR_CORRUPT, "replay differs: %s", report->problem);
    return e;
}

static err keep_replayed(struct store *store, struct store *work, int64_t through)
{
    struct tx *tx = NULL;
    err e = store_read(work, &tx);
    if (e.code) return e;
    e = keep_state(tx, through, store);
    store_read_end(tx);
    return e;
}

static err read_snapshots(struct store *store, struct arena *a, struct snapshot_list *out)
{
    struct tx *tx = NULL;
    err e = store_read(store, &tx);
    if (e.code) return e;
    *out = snapshots(tx, a);
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

static err prepare(struct store *store, struct store *work, int64_t through, struct retention_report *out)
{
    struct arena a = arena_init(1 << 16);
    struct snapshot_list list;
    struct replay_report report = { 0 };
    int64_t base = 0;
    bool covered = false;
    err e = read_snapshots(store, &a, &list);
    if (!e.code) choose(&list, through, &base, &covered);
    if (!e.code && !covered) {
        e = replay_to(store, work, base, through, &report);
        if (!e.code && !report.blind) {
            e = keep_replayed(store, work, through);
            out->snapshot = through;
        } else if (!e.code && !later_one(&list, through)) {
            e = retention_snapshot(store);
        }
    }
    arena_done(&a);
    return e;
}

/* What replay can still begin at: snapshots of this logic from the cut on, or the newest before it when there is none.
 */
static err trim(struct store *store, int64_t through)
{
    struct arena a = arena_init(1 << 16);
    struct snapshot_list list;
    err e = read_snapshots(store, &a, &list);
    size_t kept = 0;
    for (size_t i = 0; !e.code && i < list.count; i++)
        if (list.items[i].logic == CORE_LOGIC_VERSION && list.items[i].seq >= through)
            list.items[kept++] = list.items[i];
    list.count = kept;
    if (!e.code && kept) e = snapshot_trim(store, &list);
    arena_done(&a);
    return e;
}

err retention_due(struct store *store, usec before, int64_t *through)
{
    struct tx *tx = NULL;
    *through = 0;
    err e = store_read(store, &tx);
    if (e.code) return e;
    *through = journal_retain_through(tx, before);
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

err retention_run(struct store *store, struct store *work, usec before, struct retention_report *out)
{
    *out = (struct retention_report){ 0 };
    err e = retention_due(store, before, &out->through);
    if (e.code || !out->through) return e;
    e = prepare(store, work, out->through, out);
    struct cut cut = { .before = before };
    for (bool more = true; more && !e.code;) {
        e = store_run(store, cut_once, &cut);
        out->erased += cut.erased;
        more = cut.erased > 0;
    }
    if (!e.code) e = trim(store, out->through);
    return err_wrap(e, "retention");
}
