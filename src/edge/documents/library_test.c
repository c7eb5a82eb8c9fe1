#include "edge/documents/library.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/core_kit.h"
#include "edge/documents/library_internal.h"
#include "edge/model/model_kit.h"

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

/* ---- what was said, and memory ---- */

TEST(what_was_said_counts_from_the_reindex_on)
{
    struct world w = world_ready();
    struct arena a = arena_init(8 << 20);
    struct library_hit *h = NULL;
    struct library *l = begin(&w);
    load(&w, "a", "Gearbox", "The gearbox hums.", "");
    load(&w, "b", "Gearbox", "The gearbox hums. ", "");
    CHECK_OK(give(&w, "knowledge.feedback", "b", "{\"question\":\"q\",\"used\":true,\"worked\":true,\"passage\":0}"));
    CHECK_I64(ask(l, "gearbox", "viewer", &a, &h), 2);
    CHECK_STR(h[0].document, "a");
    CHECK(h[0].hit.prior == 0 && library_stats(l).reindexed == 0);
    CHECK_OK(give(&w, "knowledge.reindex", "", "{}"));
    CHECK_I64(ask(l, "gearbox", "viewer", &a, &h), 2);
    CHECK_STR(h[0].document, "b");
    CHECK(h[0].hit.prior > 0 && h[0].hit.prior < PRIOR_MARGIN && h[0].said.helped == 1 &&
          library_stats(l).reindexed > 0);
    load(&w, "b", "Gearbox", "Other words of a gearbox.", ""); /* the passage is another, the document is the same */
    CHECK_I64(ask(l, "gearbox", "viewer", &a, &h), 2);
    CHECK(h[0].said.helped + h[1].said.helped == 1);
    library_close(l);
    arena_done(&a);
    world_done(&w);
}

TEST(what_does_not_fit_is_left_out_and_told)
{
    struct world w = world_ready();
    struct arena a = arena_init(8 << 20);
    struct library_hit *h = NULL;
    struct library *l = NULL;
    struct library_opts opts = { .store = w.store, .env = w.env, .data_dir = STR(""), .memory_max = 100000 };
    CHECK_OK(library_open(&opts, &l));
    for (int i = 0; i < 300; i++) {
        char id[16], text[600];
        (void)snprintf(id, sizeof id, "d%03d", i);
        (void)snprintf(text, sizeof text, "gearbox %0500d", i);
        load(&w, id, "T", text, "");
    }
    CHECK(ask(l, "gearbox", "viewer", &a, &h) > 5); /* those that fit are found */
    struct library_stats s = library_stats(l);
    CHECK(s.left_out > 50 && s.left_out + s.documents == 300);
    library_close(l);
    arena_done(&a);
    world_done(&w);
}

/* ---- with the encoder ---- */

struct meaning {
    struct world w;
    struct arena a;
    struct library *l;
    char dir[64];
};

static bool meaning_begin(struct meaning *m, const struct vector_store_kind *kind)
{
    str model = model_kit();
    if (!model.len) return false;
    *m = (struct meaning){ .w = world_ready(), .a = arena_init(64 << 20), .dir = "/tmp/weir-library-XXXXXX" };
    CHECK(mkdtemp(m->dir) != NULL);
    str path = model_file_path(str_of(m->dir), &m->a);
    CHECK(mkdir(str_fmt(&m->a, "%s/models", m->dir).ptr, 0700) == 0);
    CHECK(symlink(model.ptr, path.ptr) == 0);
    CHECK_OK(library_open(
        &(struct library_opts){ .store = m->w.store, .env = m->w.env, .data_dir = str_of(m->dir), .vectors = kind },
        &m->l));
    load(&m->w, "a", "Storage", "The volume is exhausted: no room is left on it.", "");
    load(&m->w, "b", "Network", "Packets are dropped on the way.", "");
    load(&m->w, "c", "Secret disk", "A disk without any space, for approvers.", ",\"roles\":[\"approver\"]");
    (void)pthread_mutex_lock(&m->l->lock);
    CHECK_OK(library_load(m->l));
    (void)pthread_mutex_unlock(&m->l->lock);
    library_encode_all(m->l, &m->a);
    return true;
}

static void meaning_end(struct meaning *m)
{
    library_close(m->l);
    (void)unlink(model_file_path(str_of(m->dir), &m->a).ptr);
    (void)unlink(str_fmt(&m->a, "%s/knowledge.vectors", m->dir).ptr);
    (void)rmdir(str_fmt(&m->a, "%s/models", m->dir).ptr);
    CHECK(rmdir(m->dir) == 0);
    arena_done(&m->a);
    world_done(&m->w);
}

TEST(the_store_of_vectors_follows_the_documents)
{
    struct meaning m;
    struct library_hit *h = NULL;
    if (!meaning_begin(&m, NULL)) SKIP("no model");
    CHECK_I64(library_stats(m.l).near, 3);
    CHECK(ask(m.l, "disk space used up", "viewer", &m.a, &h) == 2); /* no word in common */
    CHECK_STR(h[0].document, "a");
    CHECK(h[0].hit.cosine > 0.3 && h[0].hit.lexical == 0);
    load(&m.w, "a", "Storage", "A cake with cherries.", "");
    CHECK_OK(give(&m.w, "knowledge.loaded", "b",
                  "{\"title\":\"\",\"source\":\"\",\"format\":\"\",\"hash\":\"\",\"passages\":[]}"));
    (void)ask(m.l, "bakery", "viewer", &m.a, &h); /* loads what is new; its vector is not there yet */
    library_encode_all(m.l, &m.a);
    CHECK_I64(library_stats(m.l).near, 2); /* the new words, and the secret; the old ones are dropped */
    CHECK_I64(ask(m.l, "sweet baked dessert", "viewer", &m.a, &h), 1);
    CHECK_STR(h[0].document, "a");
    meaning_end(&m);
}

/* Two that do not keep the promise: one never answers, one gives every id to everybody. */
static uint64_t kept_ids[16];
static size_t kept_count;

static err keep_ids(void *self, const struct vector_item *items, size_t n)
{
    for (size_t i = 0; i < n && kept_count < 16; i++) kept_ids[kept_count++] = items[i].id;
    return vector_store_built_in.put(self, items, n);
}

static err no_answer(void *self, const struct vector_question *q, struct arena *a, struct vector_near *out,
                     size_t *found)
{
    (void)self, (void)q, (void)a, (void)out;
    *found = 0;
    return err_make(ERR_TIMEOUT, "no answer");
}

static err all_of_them(void *self, const struct vector_question *q, struct arena *a, struct vector_near *out,
                       size_t *found)
{
    (void)self, (void)q, (void)a;
    *found = 0;
    out[(*found)++] = (struct vector_near){ 4711, 1 };
    for (size_t i = 0; i < kept_count; i++) out[(*found)++] = (struct vector_near){ kept_ids[i], 1 };
    return OK;
}

static int refusals;

static err refuse_once(void *self, const struct vector_item *items, size_t n)
{
    return refusals++ ? vector_store_built_in.put(self, items, n) : err_make(ERR_IO, "not now");
}

TEST(what_a_store_did_not_take_is_put_again)
{
    struct meaning m;
    struct vector_store_kind busy = vector_store_built_in;
    busy.put = refuse_once;
    refusals = 0;
    if (!meaning_begin(&m, &busy)) SKIP("no model");
    library_encode_all(m.l, &m.a);
    CHECK(refusals > 1 && library_stats(m.l).near_failed == 1);
    CHECK_I64(library_stats(m.l).near, 3);
    meaning_end(&m);
}

TEST(a_store_that_fails_or_lies_shows_nothing_that_is_not_to_be_seen)
{
    struct meaning m;
    struct library_hit *h = NULL;
    struct vector_store_kind silent = vector_store_built_in, lying = vector_store_built_in;
    silent.near = no_answer;
    lying.put = keep_ids;
    lying.near = all_of_them;
    if (!meaning_begin(&m, &silent)) SKIP("no model");
    CHECK_I64(ask(m.l, "packets", "viewer", &m.a, &h), 1); /* by words */
    CHECK_STR(h[0].document, "b");
    CHECK_I64(library_stats(m.l).near_failed, 1);
    meaning_end(&m);
    (void)meaning_begin(&m, &lying);
    CHECK_I64(kept_count, 3);
    size_t n = ask(m.l, "disk space", "viewer", &m.a, &h);
    CHECK_I64(n, 2);
    for (size_t i = 0; i < n; i++) CHECK(!STR_IS(h[i].document, "c"));
    CHECK_I64(ask(m.l, "disk space", "approver", &m.a, &h), 3);
    meaning_end(&m);
}
