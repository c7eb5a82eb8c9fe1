#include "edge/documents/library.h"

#include <pthread.h>

#include "core/core_kit.h"

static struct library *begin(struct world *w)
{
    struct library *l = NULL;
    CHECK_OK(library_open(&(struct library_opts){ .store = w->store, .env = w->env, .data_dir = STR("") }, &l));
    return l;
}

static void load(struct world *w, const char *id, const char *title, const char *text, const char *more)
{
    char body[2000];
    (void)snprintf(
        body, sizeof body,
        "{\"title\":\"%s\",\"source\":\"t\",\"format\":\"text\",\"hash\":\"%s\",\"passages\":[{\"text\":\"%s\"}]%s}",
        title, text, text, more);
    CHECK_OK(give(w, "knowledge.loaded", id, body));
}

static size_t ask(struct library *l, const char *question, const char *role, struct arena *a, struct library_hit **hits)
{
    size_t n = 0;
    CHECK_OK(library_search(l, str_of(question), str_of(role), 10, a, hits, &n));
    return n;
}

TEST(documents_and_runbooks_are_found_as_soon_as_they_are_stored)
{
    struct world w = world_ready();
    struct arena a = arena_init(8 << 20);
    struct library_hit *h = NULL;
    struct library *l = begin(&w);
    CHECK_I64(ask(l, "disk", "viewer", &a, &h), 0);
    CHECK(!library_answered(h, 0));
    load(&w, "a", "Disk full", "Remove old files.", "");
    CHECK_I64(ask(l, "disk", "viewer", &a, &h), 1);
    CHECK_STR(h[0].document, "a");
    CHECK_STR(h[0].text, "Remove old files.");
    CHECK(library_answered(h, 1));
    CHECK_OK(give(&w, "runbook.loaded", "r.md",
                  "{\"title\":\"Slow disk\",\"body\":\"# Slow disk\\n\\nThe disk is slow.\"}"));
    CHECK_I64(ask(l, "slow disk", "viewer", &a, &h), 2);
    CHECK_STR(h[0].document, "runbook:r.md");
    load(&w, "a", "Network", "Packets are lost.", ""); /* replaced */
    CHECK_I64(ask(l, "disk", "viewer", &a, &h), 1);
    CHECK_OK(give(&w, "runbook.loaded", "r.md", "{\"title\":\"\",\"body\":\"\"}"));
    CHECK_I64(ask(l, "disk", "viewer", &a, &h), 0);
    library_close(l);
    arena_done(&a);
    world_done(&w);
}

/* The same search in a store with and without a document for others: the same documents, and scores of the same bits.
 */
TEST(what_one_may_not_read_changes_neither_order_nor_scores)
{
    struct library_hit *h[2];
    size_t n[2];
    struct arena a = arena_init(8 << 20);
    for (int i = 0; i < 2; i++) {
        struct world w = world_ready();
        load(&w, "a", "Orders", "The orders job loads the warehouse at night.", "");
        load(&w, "b", "Warehouse", "The warehouse is vacuumed; the disk fills.", "");
        if (i)
            for (int k = 0; k < 20; k++) { /* enough to move every idf and the mean length */
                char id[8];
                (void)snprintf(id, sizeof id, "c%d", k);
                load(&w, id, "Secret warehouse",
                     "warehouse disk disk credentials of the warehouse and many more words in it",
                     ",\"roles\":[\"approver\"]");
            }
        struct library *l = begin(&w);
        struct library_hit *others = NULL;
        if (i) CHECK(ask(l, "warehouse credentials", "approver", &a, &others) > 2);
        if (i) CHECK_STR(others[0].title, "Secret warehouse");
        if (i) CHECK(ask(l, "warehouse credentials", "admin", &a, &others) > 2);
        n[i] = ask(l, "warehouse disk credentials", "operator", &a, &h[i]);
        library_close(l);
        world_done(&w);
    }
    CHECK_I64(n[0], 2);
    CHECK_I64(n[1], 2);
    for (size_t i = 0; i < 2; i++) {
        CHECK(str_eq(h[0][i].document, h[1][i].document));
        CHECK(memcmp(&h[0][i].hit.score, &h[1][i].hit.score, sizeof(double)) == 0);
        CHECK(memcmp(&h[0][i].hit.lexical, &h[1][i].hit.lexical, sizeof(double)) == 0);
        CHECK(memcmp(&h[0][i].hit.covered, &h[1][i].hit.covered, sizeof(double)) == 0);
    }
    arena_done(&a);
}

static usec fake_wall;
static usec wall(struct env *env)
{
    (void)env;
    return fake_wall;
}

TEST(a_document_is_found_from_its_first_to_its_last_day)
{
    struct world w = world_ready();
    struct arena a = arena_init(8 << 20);
    struct library_hit *h = NULL;
    struct env env = *w.env;
    env.wall = wall;
    struct library *l = NULL;
    CHECK_OK(library_open(&(struct library_opts){ .store = w.store, .env = &env }, &l));
    load(&w, "a", "Freeze", "No deploys.", ",\"valid_from\":1000,\"valid_to\":2000");
    const struct {
        usec at;
        size_t n;
    } expect[] = { { 10, 0 }, { 999, 0 }, { 1000, 1 }, { 1999, 1 }, { 2000, 0 }, { 90000, 0 } };
    for (size_t i = 0; i < sizeof expect / sizeof *expect; i++) {
        fake_wall = expect[i].at;
        CHECK_I64(ask(l, "deploys", "viewer", &a, &h), expect[i].n);
    }
    library_close(l);
    arena_done(&a);
    world_done(&w);
}

struct told {
    pthread_mutex_t lock;
    int n;
};

static err count_missed(void *ctx, const char *kind, str subject, str body)
{
    struct told *t = ctx;
    (void)subject;
    (void)pthread_mutex_lock(&t->lock);
    t->n += strcmp(kind, "knowledge.missed") == 0 && str_find(body, STR("quantum"), 0) > 0;
    (void)pthread_mutex_unlock(&t->lock);
    return OK;
}

TEST(a_question_without_an_answer_is_told)
{
    struct world w = world_ready();
    struct arena a = arena_init(8 << 20);
    struct library_hit *h = NULL;
    struct library *l = NULL;
    struct told t = { .n = 0 };
    (void)pthread_mutex_init(&t.lock, NULL);
    CHECK_OK(
        library_open(&(struct library_opts){ .store = w.store, .env = w.env, .input = count_missed, .ctx = &t }, &l));
    load(&w, "a", "Disk full", "Remove old files.", "");
    CHECK_I64(ask(l, "disk is full", "viewer", &a, &h), 1);
    CHECK_I64(ask(l, "quantum entanglement of pods", "viewer", &a, &h), 0);
    CHECK_I64(library_stats(l).missed, 1);
    library_close(l); /* the thread tells what waits before it ends */
    CHECK_I64(t.n, 1);
    arena_done(&a);
    world_done(&w);
}
