#include "engine/knowledge/shelf.h"

#include <math.h>

#include "test.h"

enum { DIM = 64 };

struct fixture {
    struct arena a;
    struct terms *t;
    struct shelf *s;
};

static struct fixture *begin(size_t dim)
{
    struct fixture *f = mem_new(sizeof *f);
    f->a = arena_init(16 << 20);
    CHECK_OK(terms_open(&f->t));
    CHECK_OK(shelf_new(&f->a, f->t, dim, &f->s));
    return f;
}

static void end(struct fixture *f)
{
    terms_close(f->t);
    arena_done(&f->a);
    mem_free(f);
}

/* A vector along one axis, or between two. */
static struct packed axis(struct fixture *f, size_t one, size_t other)
{
    float v[DIM] = { 0 };
    v[one] = 0.8F;
    v[other] += other == one ? 0.2F : 0.6F;
    int8_t *bytes = arena_new(&f->a, DIM);
    struct packed p = { .bytes = bytes };
    vector_pack(v, DIM, bytes, &p.scale, &p.sum);
    return p;
}

static void add(struct fixture *f, uint32_t document, const char *title, const char *text, struct packed v)
{
    CHECK_OK(shelf_add(
        f->s,
        &(struct shelf_passage){
            .document = document, .title = str_of(title), .text = str_of(text), .vector = v, .title_vector = v }));
}

static size_t ask(struct fixture *f, const char *question, struct packed v, struct shelf_hit **hits)
{
    size_t n = 0;
    struct shelf_question q = { .text = str_of(question), .vector = v, .k = 10 };
    CHECK_OK(shelf_search(f->s, f->t, &q, &f->a, hits, &n));
    return n;
}

static const struct packed none = { 0 };

TEST(words_alone_find_the_passage_and_say_why)
{
    struct fixture *f = begin(0);
    add(f, 0, "Disk full", "The volume has no space left. Remove old files.", none);
    add(f, 1, "Pod restarts", "KubePodCrashLooping fires when a pod crashes again and again.", none);
    add(f, 2, "Consumer lag", "The consumer of a stream is behind.", none);
    CHECK_OK(shelf_finish(f->s));
    struct shelf_hit *h = NULL;
    size_t n = ask(f, "why does my Pod crash?", none, &h);
    CHECK_I64(n, 1);
    CHECK_I64(h[0].document, 1);
    CHECK(h[0].score > 0.99 && isnan(h[0].cosine));
    CHECK_I64(h[0].reason_count, 2);
    CHECK_STR(h[0].reason[0].word, "Pod");
    CHECK(fabs(h[0].reason[0].share + h[0].reason[1].share - 1) < 1e-9);
    CHECK(h[0].covered > 0.2 && h[0].covered < 0.7); /* why, does and my are nowhere */
    CHECK_I64(ask(f, "zebra", none, &h), 0);
    CHECK_I64(ask(f, "", none, &h), 0);
    end(f);
}

TEST(of_a_document_the_best_passage_is_given)
{
    struct fixture *f = begin(0);
    add(f, 0, "Guide", "About tables and columns.", none);
    add(f, 0, "Guide", "Schema drift: a column was renamed, the schema changed.", none);
    add(f, 1, "Other", "A column.", none);
    CHECK_OK(shelf_finish(f->s));
    struct shelf_hit *h = NULL;
    CHECK_I64(ask(f, "schema column renamed", none, &h), 2);
    CHECK_I64(h[0].document, 0);
    CHECK_I64(h[0].passage, 1);
    end(f);
}

TEST(vectors_find_what_shares_no_word)
{
    struct fixture *f = begin(DIM);
    add(f, 0, "Storage", "The volume is exhausted.", axis(f, 1, 2));
    add(f, 1, "Network", "Packets are dropped.", axis(f, 5, 6));
    add(f, 2, "No vector", "Nothing here.", none);
    CHECK_OK(shelf_finish(f->s));
    struct shelf_hit *h = NULL;
    CHECK_I64(ask(f, "disk full", axis(f, 1, 1), &h), 2);
    CHECK_I64(h[0].document, 0);
    CHECK(h[0].cosine > 0.7 && h[1].cosine < 0.1);
    CHECK_I64(h[0].reason_count, 0);
    CHECK_I64(ask(f, "packets", axis(f, 1, 1), &h), 2); /* words and vector disagree: both are there */
    CHECK_I64(ask(f, "nothing", none, &h), 1);
    end(f);
}

/* Two texts that read alike, and one that reads better: what was said turns the first two round and never the third. */
TEST(who_has_no_vector_yet_is_judged_by_words)
{
    struct fixture *f = begin(DIM);
    add(f, 0, "Service", "Something is slow or failing.", axis(f, 2, 5));
    add(f, 1, "Weather", "Rain and wind.", axis(f, 3, 6));
    add(f, 2, "Manual", "The pump of the turbine hums loudly.", none); /* came a moment ago */
    CHECK_OK(shelf_finish(f->s));
    struct shelf_hit *h = NULL;
    CHECK_I64(ask(f, "pump of the turbine", axis(f, 2, 7), &h), 3);
    CHECK_I64(h[0].document, 2);
    CHECK(h[0].score > 0.99 && h[0].score < 1.01 && isnan(h[0].cosine));
    CHECK_I64(h[1].document, 0);
    end(f);
}

TEST(what_was_said_moves_a_rank_by_its_margin_and_no_further)
{
    const struct said loved = { 1000000, 0 }, hated = { 0, 1000000 }, none_said = { 0, 0 };
    CHECK(prior_of(none_said, none_said) == 0);
    CHECK(prior_of(loved, loved) <= PRIOR_MARGIN && prior_of(loved, loved) > 0.99 * PRIOR_MARGIN);
    CHECK(prior_of(hated, hated) >= -PRIOR_MARGIN);
    CHECK(fabs(prior_of((struct said){ 1, 0 }, none_said) - PRIOR_MARGIN / 11) < 1e-12);
    CHECK(prior_of(loved, (struct said){ 0, 3 }) < prior_of(loved, none_said)); /* one passage of a good document */
    struct fixture *f = begin(0);
    const char *const texts[] = { "disk is slow", "disk is slow", "disk is slow and full of files" };
    const double priors[] = { 0, prior_of(loved, loved), prior_of(hated, hated) };
    for (uint32_t i = 0; i < 3; i++)
        CHECK_OK(shelf_add(f->s, &(struct shelf_passage){ .document = i, .title = STR("t"), .text = str_of(texts[i]),
                                                          .prior = priors[i] }));
    CHECK_OK(shelf_finish(f->s));
    struct shelf_hit *h = NULL;
    CHECK_I64(ask(f, "disk slow full files", none, &h), 3);
    CHECK_I64(h[0].document, 2);
    CHECK_I64(h[1].document, 1);
    CHECK_I64(h[2].document, 0);
    CHECK(fabs(h[1].score - h[2].score - priors[1]) < 1e-12 && h[1].prior == priors[1]);
    CHECK_I64(ask(f, "zebra", none, &h), 0); /* loved or not */
    end(f);
}

TEST(another_store_may_say_what_is_near)
{
    struct fixture *f = begin(DIM);
    add(f, 0, "Storage", "The volume is exhausted.", axis(f, 1, 2));
    add(f, 1, "Network", "Packets are dropped.", axis(f, 5, 6));
    shelf_near_elsewhere(f->s);
    CHECK_OK(shelf_finish(f->s));
    struct shelf_hit *h = NULL;
    size_t n = 0;
    const struct vector_hit near[] = { { 1, 0.2F }, { 77, 0.1F } }; /* one that is not here is left out */
    struct shelf_question q = {
        .text = STR("disk full"), .vector = axis(f, 5, 5), .near = near, .near_count = 2, .k = 5
    };
    CHECK_OK(shelf_search(f->s, f->t, &q, &f->a, &h, &n));
    CHECK_I64(n, 1);
    CHECK_I64(h[0].document, 1);
    CHECK(h[0].cosine > 0.7);
    q.near = NULL;
    CHECK_OK(shelf_search(f->s, f->t, &q, &f->a, &h, &n));
    CHECK_I64(n, 0);
    end(f);
}

TEST(identifiers_come_apart_for_the_encoder)
{
    struct arena a = arena_init(1 << 20);
    CHECK_STR(words_apart(STR("KubePodCrashLooping fired"), &a), "Kube Pod Crash Looping fired");
    CHECK_STR(words_apart(STR("HTTPServer error_rate"), &a), "HTTP Server error rate");
    CHECK_STR(words_apart(STR(""), &a), "");
    arena_done(&a);
}
