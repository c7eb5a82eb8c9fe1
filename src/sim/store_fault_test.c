/* The store on a disk that fails. What was acknowledged stays, whatever fails once; what reopens always verifies. */
#include "sim/vfs_fault.h"
#include "store/journal.h"
#include "test.h"

enum { ALONE = 6, TOGETHER = 10, WORKS = ALONE + TOGETHER };

struct work {
    int number;
    err result; /* ERR_STOPPED: never submitted */
};

struct session {
    struct env env;
    str dir;
    bool sync_normal;
    struct work works[WORKS];
};

static err add(struct tx *tx, void *ctx)
{
    const struct work *w = ctx;
    (void)journal_add(tx, &(struct entry){ .kind = STR("work"),
                                           .subject = str_fmt(tx_arena(tx), "w%d", w->number),
                                           .actor = STR("t"),
                                           .body = STR("{\"pad\":\"0123456789012345678901234567890123456789\"}") });
    return OK;
}

static void note_result(err result, void *ctx)
{
    ((struct work *)ctx)->result = result;
}

static struct store *open_store(struct session *s, err *e)
{
    struct store *store = NULL;
    *e = store_open(&(struct store_opts){ .dir = s->dir, .sync_normal = s->sync_normal }, &s->env, &store);
    return store;
}

/* Some work alone, some in a group; then close, as far as the disk lets it. */
static void run_session(struct session *s)
{
    err e;
    struct store *store = open_store(s, &e);
    if (!store) return;
    for (int i = 0; i < ALONE; i++) s->works[i].result = store_run(store, add, &s->works[i]);
    for (int i = ALONE; i < WORKS; i++) {
        e = store_submit(store, add, note_result, &s->works[i]);
        if (e.code) s->works[i].result = e;
    }
    store_close(store); /* runs what is queued */
}

/* A bit for each work that is in the journal. */
static uint32_t works_in(struct tx *tx)
{
    struct arena a = arena_init(1 << 20);
    struct entry_list list = journal_read(tx, 0, 1000, &a);
    uint32_t there = 0;
    for (size_t i = 0; i < list.count; i++) {
        int64_t n = -1;
        CHECK_OK(str_to_i64(str_cut(list.items[i].subject, 1, 9), &n));
        CHECK((there >> n & 1) == 0); /* nothing is there twice */
        there |= 1u << n;
    }
    CHECK_OK(tx_err(tx));
    arena_done(&a);
    return there;
}

/* Reopen on a disk that is well again: everything acknowledged is there and the journal verifies. Gives how many are
 * lost. */
static int lost_after(struct session *s, const char *what, int64_t nth)
{
    err e;
    struct tx *tx;
    struct audit_report report;
    struct store *store = open_store(s, &e);
    if (!store) test_failed(__FILE__, __LINE__, "%s %lld: does not open again: %s", what, (long long)nth, e.msg);
    CHECK_OK(store_read(store, &tx));
    CHECK_OK(journal_verify(tx, &(struct audit_opts){ 0 }, &report));
    if (report.problem[0]) test_failed(__FILE__, __LINE__, "%s %lld: %s", what, (long long)nth, report.problem);
    uint32_t there = works_in(tx);
    store_read_end(tx);
    int lost = 0;
    for (int i = 0; i < WORKS; i++) lost += !s->works[i].result.code && (there >> i & 1) == 0;
    struct work more = { .number = 31 };
    CHECK_OK(store_run(store, add, &more)); /* and it goes on */
    store_close(store);
    return lost;
}

static struct session session_make(const char *vfs)
{
    struct session s = { .env = env_os(), .dir = test_dir() };
    s.env.sqlite_vfs = vfs;
    for (int i = 0; i < WORKS; i++)
        s.works[i] = (struct work){ .number = i, .result = err_make(ERR_STOPPED, "not submitted") };
    return s;
}

/* Let change 1, 2, 3, ... be the one that fails, until a session ends before its plan is reached. Gives how many were.
 */
static int64_t each_change(struct vfs_fault *disk, const char *vfs, enum vfs_fault_kind fault, int64_t step)
{
    bool fired = true;
    int64_t nth = 1;
    for (; fired; nth += step) {
        struct session s = session_make(vfs);
        vfs_fault_plan(disk, (struct vfs_plan){ .at = nth, .fault = fault });
        run_session(&s);
        fired = vfs_fault_fired(disk);
        if (fault == FAULT_POWER_OFF) vfs_fault_power_on(disk, (uint64_t)(nth % 3)); /* 0: all is taken back */
        vfs_fault_plan(disk, (struct vfs_plan){ 0 });
        int lost = lost_after(&s, "change", nth);
        if (lost)
            test_failed(__FILE__, __LINE__, "fault %d at change %lld: %d acknowledged works lost", (int)fault,
                        (long long)nth, lost);
    }
    return nth / step;
}

TEST(acknowledged_work_survives_any_one_failed_change)
{
    struct vfs_fault *disk = vfs_fault_new("fault-io");
    int64_t n = each_change(disk, "fault-io", FAULT_IO, test_count(7, 1));
    CHECK(n > 10);
    vfs_fault_free(disk);
}

TEST(acknowledged_work_survives_a_full_disk)
{
    struct vfs_fault *disk = vfs_fault_new("fault-full");
    int64_t n = each_change(disk, "fault-full", FAULT_FULL, test_count(7, 1));
    CHECK(n > 10);
    vfs_fault_free(disk);
}

TEST(acknowledged_work_survives_a_power_cut_at_any_change)
{
    struct vfs_fault *disk = vfs_fault_new("fault-power");
    int64_t n = each_change(disk, "fault-power", FAULT_POWER_OFF, test_count(7, 1));
    CHECK(n > 10);
    vfs_fault_free(disk);
}

/* The tests above would notice: without the sync at COMMIT, a power cut does lose what was said to be safe. */
TEST(the_power_cut_takes_what_was_not_synced)
{
    struct vfs_fault *disk = vfs_fault_new("fault-normal");
    bool fired = true;
    int lost = 0;
    for (int64_t nth = 1; fired && !lost; nth += 2) {
        struct session s = session_make("fault-normal");
        s.sync_normal = true;
        vfs_fault_plan(disk, (struct vfs_plan){ .at = nth, .fault = FAULT_POWER_OFF });
        run_session(&s);
        fired = vfs_fault_fired(disk);
        vfs_fault_power_on(disk, 0);
        lost = lost_after(&s, "change", nth);
    }
    CHECK(lost > 0);
    vfs_fault_free(disk);
}

TEST(a_full_disk_refuses_work_and_the_store_goes_on_when_there_is_room)
{
    struct vfs_fault *disk = vfs_fault_new("fault-room");
    struct session s = session_make("fault-room");
    struct work w = { .number = 1 };
    err e;
    struct store *store = open_store(&s, &e);
    CHECK_OK(e);
    CHECK_OK(store_run(store, add, &w));
    vfs_fault_plan(disk, (struct vfs_plan){ .at = 1, .fault = FAULT_FULL });
    for (w.number = 2; w.number < 5; w.number++) CHECK_ERR(store_run(store, add, &w), ERR_NO_SPACE);
    CHECK(!store_stats(store).read_only);
    vfs_fault_plan(disk, (struct vfs_plan){ 0 });
    CHECK_OK(store_run(store, add, &w));
    CHECK_I64(store_stats(store).last_seq, 2);
    store_close(store);
    CHECK_I64(lost_after(&s, "room", 0), 0);
    vfs_fault_free(disk);
}

TEST(after_a_failed_sync_nothing_is_written_any_more_and_readers_go_on)
{
    struct vfs_fault *disk = vfs_fault_new("fault-sync");
    struct session s = session_make("fault-sync");
    struct work w = { .number = 1 };
    struct tx *tx;
    err e;
    struct store *store = open_store(&s, &e);
    CHECK_OK(e);
    CHECK_OK(store_run(store, add, &w));
    int64_t syncs = vfs_fault_syncs(disk);
    for (int64_t nth = 1; !store_stats(store).read_only; nth++) { /* the writes of the commit, then its sync */
        CHECK(nth < 20);
        vfs_fault_plan(disk, (struct vfs_plan){ .at = nth, .fault = FAULT_IO });
        w.number++;
        CHECK(store_run(store, add, &w).code != ERR_NONE);
    }
    syncs = vfs_fault_syncs(disk);
    CHECK_ERR(store_run(store, add, &w), ERR_READ_ONLY);
    CHECK_ERR(store_submit(store, add, NULL, &w), ERR_READ_ONLY);
    CHECK_I64(vfs_fault_syncs(disk), syncs); /* never tried again */
    CHECK_OK(store_read(store, &tx));
    CHECK_I64(journal_last_seq(tx), 1);
    store_read_end(tx);
    store_close(store);
    CHECK_I64(vfs_fault_syncs(disk), syncs); /* not even at the end */
    vfs_fault_plan(disk, (struct vfs_plan){ 0 });
    CHECK_I64(lost_after(&s, "sync", 0), 0);
    vfs_fault_free(disk);
}
