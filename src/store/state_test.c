#include "store/state.h"

#include "store/snapshot.h"
#include "tests/test.h"

struct blocks {
    struct arena a;
    str items[64];
    size_t count, at;
};

static err keep_block(void *ctx, str bytes)
{
    struct blocks *b = ctx;
    CHECK(b->count < 64);
    b->items[b->count++] = str_dup(&b->a, bytes);
    return OK;
}

static err give_block(void *ctx, str *bytes)
{
    struct blocks *b = ctx;
    *bytes = b->at < b->count ? b->items[b->at++] : STR("");
    return OK;
}

static err fill(struct tx *tx, void *ctx)
{
    int from = *(int *)ctx;
    struct arena *a = tx_arena(tx);
    for (int i = from; i < from + 300; i++) {
        str id = str_fmt(a, "k%d", (i * 7919) % 1000);
        char *text = arena_new(a, 4000);
        memset(text, 'a' + i % 26, 3999);
        tx_exec(tx, SQL_META_SET, V(id), V(str_cut(str_of(text), 0, (size_t)(i * 13) % 4000)));
    }
    tx_exec(tx, SQL_REMEDY_RECORD_ADD, V("cause"), V("remedy"), V("p\xc3\xbc"), V(1), V(0));
    tx_exec(tx, SQL_RUNBOOK_ADD, V(str_fmt(a, "r%d", from)), V("Title"), V("a text of words"), V(""), V(1));
    return OK;
}

static struct store *memory(struct env *env)
{
    struct store *s = NULL;
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR("") }, env, &s));
    return s;
}

static struct state_facts write_state(struct store *s, struct blocks *b)
{
    struct tx *tx = NULL;
    struct state_facts facts;
    CHECK_OK(store_read(s, &tx));
    CHECK_OK(state_write(tx, b ? keep_block : NULL, b, &facts));
    store_read_end(tx);
    return facts;
}

static const struct state_place place = { .seq = 41, .time = 1000, .hash = { { 7 } } };

static err read_work(struct tx *tx, void *ctx)
{
    return state_read(tx, &place, give_block, ctx);
}

TEST(a_state_that_is_read_back_is_the_same_state)
{
    struct env env = env_os();
    struct store *s = memory(&env), *t = memory(&env);
    struct blocks b = { .a = arena_init(64 << 20) };
    int from = 0;
    CHECK_OK(store_run(s, fill, &from));
    struct state_facts facts = write_state(s, &b);
    CHECK(facts.blocks == (int64_t)b.count && b.count > 1);
    from = 500;
    CHECK_OK(store_run(t, fill, &from)); /* what was there goes */
    struct state_facts back = write_state(t, NULL);
    CHECK(memcmp(&facts.digest, &back.digest, sizeof facts.digest) != 0);
    CHECK_OK(store_run(t, read_work, &b));
    back = write_state(t, NULL);
    CHECK(memcmp(&facts.digest, &back.digest, sizeof facts.digest) == 0);
    CHECK_I64(back.blocks, facts.blocks);
    struct tx *tx = NULL;
    CHECK_OK(store_read(t, &tx));
    CHECK_I64(store_stats(t).last_seq, place.seq);
    store_read_end(tx);
    store_close(s);
    store_close(t);
    arena_done(&b.a);
}

TEST(the_digest_sees_any_change_and_compare_names_the_table)
{
    struct env env = env_os();
    struct store *s = memory(&env), *t = memory(&env);
    struct arena a = arena_init(1 << 20);
    struct tx *x = NULL, *y = NULL;
    int from = 0;
    str table;
    CHECK_OK(store_run(s, fill, &from));
    CHECK_OK(store_run(t, fill, &from));
    CHECK_OK(store_read(s, &x));
    CHECK_OK(store_read(t, &y));
    CHECK_OK(state_compare(x, y, &a, &table));
    CHECK_STR(table, "");
    store_read_end(x);
    store_read_end(y);
    from = 1;
    CHECK_OK(store_run(t, fill, &from));
    CHECK_OK(store_read(s, &x));
    CHECK_OK(store_read(t, &y));
    CHECK_OK(state_compare(x, y, &a, &table));
    CHECK_STR(table, "core_meta");
    store_read_end(x);
    store_read_end(y);
    store_close(s);
    store_close(t);
    arena_done(&a);
}

/* Any byte changed, any end cut off: refused, or read as another state, never a crash. Nothing of a refused one stays.
 */
TEST(a_damaged_state_is_refused)
{
    struct env env = env_os();
    struct store *s = memory(&env), *t = memory(&env);
    struct arena a = arena_init(64 << 20);
    struct blocks whole = { .a = arena_init(64 << 20) };
    int from = 0;
    CHECK_OK(store_run(s, fill, &from));
    (void)write_state(s, &whole);
    struct state_facts empty = write_state(t, NULL);
    for (size_t cut = 0; cut < 60; cut++) {
        struct blocks b = { .items = { str_cut(whole.items[0], 0, cut * 97) }, .count = 1 };
        CHECK_ERR(store_run(t, read_work, &b), ERR_CORRUPT);
        struct state_facts after = write_state(t, NULL);
        CHECK(memcmp(&after.digest, &empty.digest, sizeof empty.digest) == 0);
    }
    for (size_t at = 0; at < 200; at++) {
        struct blocks b = { .count = whole.count };
        memcpy(b.items, whole.items, sizeof b.items);
        str copy = str_dup(&a, whole.items[0]);
        ((char *)(uintptr_t)copy.ptr)[at] ^= 0x55;
        b.items[0] = copy;
        err e = store_run(t, read_work, &b);
        (void)e; /* a changed letter of a text is another state, and the digest says so */
        arena_reset(&a);
    }
    store_close(s);
    store_close(t);
    arena_done(&a);
    arena_done(&whole.a);
}
