#include "edge/documents/vector_store_kit.h"

TEST(the_built_in_store_keeps_its_promises)
{
    vector_store_keeps_its_promises(&vector_store_built_in, &(struct vector_store_opts){ .dim = VECTOR_KIT_DIM });
    CHECK(vector_store_kind_of(STR("built-in")) == &vector_store_built_in);
    CHECK(vector_store_kind_of(STR("nowhere")) == NULL);
}

TEST(ids_tell_apart_what_differs_anywhere)
{
    uint64_t id = vector_item_id(STR("a"), 1, STR("t"), STR("x"), STR("[]"));
    CHECK(id == vector_item_id(STR("a"), 1, STR("t"), STR("x"), STR("[]")));
    CHECK(id != vector_item_id(STR("a"), 2, STR("t"), STR("x"), STR("[]")));
    CHECK(id != vector_item_id(STR("a"), 1, STR("tx"), STR(""), STR("[]")));
    CHECK(id != vector_item_id(STR("a"), 1, STR("t"), STR("x"), STR("[\"admin\"]")));
}

static uint64_t chance = 11;

static void fill(float *v)
{
    for (size_t d = 0; d < VECTOR_KIT_DIM; d++) {
        chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        v[d] = (float)((double)(chance >> 11) / 9007199254740992.0 * 2 - 1);
    }
}

static struct vector_item random_item(struct arena *a, uint64_t id)
{
    float v[VECTOR_KIT_DIM];
    int8_t *bytes = arena_new(a, VECTOR_KIT_DIM);
    struct vector_item item = { .id = id, .document = STR("d"), .title = STR("t"), .text = STR("x") };
    fill(v);
    item.vector.bytes = bytes;
    vector_pack(v, VECTOR_KIT_DIM, bytes, &item.vector.scale, &item.vector.sum);
    return item;
}

static void rest_to_the_end(void *s)
{
    for (bool more = true; more;) CHECK_OK(vector_store_built_in.rest(s, &more));
}

static size_t in_graph(void *s)
{
    size_t bytes, n;
    vector_store_built_in.size(s, &bytes, &n);
    return n;
}

/* The graph comes when there are enough, goes with a change, and is not asked while some may not find some. */
TEST(a_graph_is_made_where_there_are_many_and_they_rest)
{
    enum { N = 2000, FROM = 1500, K = 10 };
    struct arena a = arena_init(64 << 20);
    void *s = NULL;
    struct vector_near exact[K], about[K];
    size_t n[2], same = 0;
    CHECK_OK(vector_store_built_in.open(&(struct vector_store_opts){ .dim = VECTOR_KIT_DIM, .graph_from = FROM }, &s));
    for (uint64_t i = 1; i <= N; i++) {
        struct vector_item item = random_item(&a, i * 977);
        if (i == FROM) rest_to_the_end(s);
        if (i == FROM) CHECK_I64(in_graph(s), 0); /* one too few */
        CHECK_OK(vector_store_built_in.put(s, &item, 1));
    }
    struct vector_question q = { .vector = random_item(&a, 1).vector, .role = STR("viewer"), .now = 1, .k = K };
    CHECK_OK(vector_store_built_in.near(s, &q, &a, exact, &n[0]));
    rest_to_the_end(s);
    CHECK_I64(in_graph(s), N);
    CHECK_OK(vector_store_built_in.near(s, &q, &a, about, &n[1]));
    for (size_t i = 0; i < K; i++)
        for (size_t k = 0; k < K; k++) same += exact[i].id == about[k].id;
    CHECK(n[0] == K && n[1] == K && same >= K - 2);
    uint64_t gone = exact[0].id;
    CHECK_OK(vector_store_built_in.drop(s, &gone, 1));
    CHECK_I64(in_graph(s), 0);
    rest_to_the_end(s);
    CHECK_I64(in_graph(s), N - 1);
    CHECK_OK(vector_store_built_in.near(s, &q, &a, about, &n[1]));
    for (size_t i = 0; i < n[1]; i++) CHECK(about[i].id != gone);
    struct vector_item secret = random_item(&a, 5);
    str only = STR("approver");
    secret.roles = &only, secret.role_count = 1;
    CHECK_OK(vector_store_built_in.put(s, &secret, 1));
    rest_to_the_end(s);
    CHECK_I64(in_graph(s), 0);
    vector_store_built_in.close(s);
    arena_done(&a);
}

TEST(what_a_store_does_not_take_is_an_error)
{
    struct arena a = arena_init(1 << 20);
    void *s = NULL;
    CHECK_ERR(vector_store_built_in.open(&(struct vector_store_opts){ .dim = 0 }, &s), ERR_INPUT);
    CHECK_OK(vector_store_built_in.open(&(struct vector_store_opts){ .dim = VECTOR_KIT_DIM }, &s));
    struct vector_item item = random_item(&a, 3);
    err e = OK;
    for (int i = 0; i < 70 && !e.code; i++) {
        str role = str_fmt(&a, "role-%d", i);
        item.roles = &role, item.role_count = 1;
        e = vector_store_built_in.put(s, &item, 1);
    }
    CHECK_I64(e.code, ERR_LIMIT);
    vector_store_built_in.close(s);
    vector_store_built_in.close(NULL);
    arena_done(&a);
}
