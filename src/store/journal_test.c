#include "tests/test.h"

#include "store/journal.h"
#include "store/merkle.h"

static struct sha256 leaf_of(int i)
{
    char text[16];
    int n = snprintf(text, sizeof text, "%d", i);
    str parts[] = { { "\0", 1 }, { text, (size_t)n } };
    return sha256_parts(parts, 2);
}

/* The definition of RFC 6962, 2.1, word for word: split at the largest power of two smaller than n. */
static struct sha256 root_of(int from, int n)
{
    if (n == 0) return sha256_of(STR_NONE);
    if (n == 1) return leaf_of(from);
    int k = 1;
    while (k * 2 < n) k *= 2;
    struct sha256 left = root_of(from, k), right = root_of(from + k, n - k);
    str parts[] = { { "\1", 1 }, { (const char *)left.b, SHA256_LEN }, { (const char *)right.b, SHA256_LEN } };
    return sha256_parts(parts, 3);
}

TEST(the_frontier_gives_the_roots_of_rfc_6962)
{
    struct merkle m = { 0 };
    for (int n = 0; n < 130; n++) {
        struct sha256 want = root_of(0, n), got = merkle_root(&m);
        CHECK(memcmp(want.b, got.b, SHA256_LEN) == 0);
        struct merkle loaded;
        CHECK_OK(merkle_load(&loaded, n, merkle_frontier(&m)));
        struct sha256 again = merkle_root(&loaded);
        CHECK(memcmp(want.b, again.b, SHA256_LEN) == 0);
        merkle_add(&m, leaf_of(n));
    }
    struct merkle bad;
    CHECK_ERR(merkle_load(&bad, 5, STR("short")), ERR_CORRUPT);
}

TEST(an_entry_hash_is_what_the_header_says)
{
    /* Computed by hand from the definition: 0x00, 32 zero bytes, then length and bytes of each field. */
    static const char bytes[] = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                "\0\0\0\1" "1" "\0\0\0\2" "42" "\0\0\0\1" "k" "\0\0\0\1" "s" "\0\0\0\1" "a" "\0\0\0\0"
                                "\0\0\0\1" "0" "\0\0\0\2" "{}";
    struct sha256 zero = { 0 };
    struct entry e = {
        .seq = 1, .time = 42, .kind = STR("k"), .subject = STR("s"), .actor = STR("a"), .body = STR("{}")
    };
    struct sha256 got = journal_hash(&e, &zero), want = sha256_of((str){ bytes, sizeof bytes - 1 });
    CHECK(memcmp(got.b, want.b, SHA256_LEN) == 0);
}

struct given {
    struct entry e;
    int64_t seq;
};

static err add(struct tx *tx, void *ctx)
{
    struct given *g = ctx;
    g->seq = journal_add(tx, &g->e);
    return OK;
}

static err read_back(struct tx *tx, void *ctx)
{
    (void)ctx;
    struct entry_list list = journal_read(tx, 0, 1000, tx_arena(tx));
    struct sha256 before = { 0 };
    CHECK_I64(list.count, 3);
    for (size_t i = 0; i < list.count; i++) {
        struct sha256 h = journal_hash(&list.items[i], &before);
        CHECK(memcmp(h.b, list.items[i].hash.b, SHA256_LEN) == 0);
        CHECK_I64(list.items[i].seq, i + 1);
        before = h;
    }
    CHECK_STR(list.items[1].subject, "sub\xc3\xa9");
    struct entry e;
    CHECK(journal_get(tx, 3, tx_arena(tx), &e));
    CHECK_STR(e.correlation, "inc-1");
    CHECK_I64(e.cause, 1);
    CHECK(!journal_get(tx, 4, tx_arena(tx), &e));
    CHECK_I64(journal_next_seq(tx), 4);
    return OK;
}

TEST(entries_chain_and_read_back_as_given)
{
    struct env env = env_os();
    struct store *s = NULL;
    CHECK_OK(store_open(&(struct store_opts){ 0 }, &env, &s));
    struct given g[] = {
        { .e = { .kind = STR("a"), .body = STR("{\"x\":1}") } },
        { .e = { .kind = STR("b"), .subject = STR("sub\xc3\xa9"), .actor = STR("me"), .body = STR("{}") } },
        { .e = { .kind = STR("c"), .correlation = STR("inc-1"), .cause = 1, .body = STR("{}") } },
    };
    for (size_t i = 0; i < 3; i++) {
        CHECK_OK(store_run(s, add, &g[i]));
        CHECK_I64(g[i].seq, i + 1);
    }
    CHECK_OK(store_run(s, read_back, NULL));
    store_close(s);
}

TEST(what_an_export_could_not_hold_is_refused)
{
    struct env env = env_os();
    struct store *s = NULL;
    CHECK_OK(store_open(&(struct store_opts){ 0 }, &env, &s));
    char *big = mem_new((1 << 20) + 1);
    memset(big, 'x', (1 << 20) + 1);
    struct given too_big = { .e = { .kind = STR("k"), .body = { big, (1 << 20) + 1 } } };
    struct given bad_text = { .e = { .kind = STR("k"), .subject = STR("\xff"), .body = STR("{}") } };
    struct given with_nul = { .e = { .kind = STR("k"), .actor = STR("a\0b"), .body = STR("{}") } };
    struct given no_kind = { .e = { .body = STR("{}") } };
    CHECK_ERR(store_run(s, add, &too_big), ERR_LIMIT);
    CHECK_ERR(store_run(s, add, &bad_text), ERR_INPUT);
    CHECK_ERR(store_run(s, add, &with_nul), ERR_INPUT);
    CHECK_ERR(store_run(s, add, &no_kind), ERR_INPUT);
    CHECK_I64(store_stats(s).last_seq, 0);
    mem_free(big);
    store_close(s);
}
