/* The promises of a store of vectors, kept by one that runs, named by WEIR_VECTORS_KIND, _URL and, where the
 * server wants one, _KEY. vectors_test.py starts the servers. The collection has to be empty and is empty
 * afterwards. */
#include "edge/documents/vector_store_kit.h"
#include "edge/http_client.h"

static const struct vector_store_kind *kind(void)
{
    const char *name = getenv("WEIR_VECTORS_KIND");
    return vector_store_kind_of(str_of(name ? name : ""));
}

static struct vector_store_opts opts_for(struct env *env)
{
    const char *url = getenv("WEIR_VECTORS_URL");
    *env = env_os();
    http_client_install(env, NULL);
    return (struct vector_store_opts){ .env = env, .url = str_of(url ? url : ""), .collection = STR("weir_test"),
                                       .secret = getenv("WEIR_VECTORS_KEY") ? STR("env:WEIR_VECTORS_KEY") : STR(""),
                                       .dim = VECTOR_KIT_DIM };
}

TEST(the_store_keeps_its_promises)
{
    struct env env;
    struct vector_store_opts opts = opts_for(&env);
    CHECK(kind() != NULL);
    vector_store_keeps_its_promises(kind(), &opts);
    vector_store_keeps_its_promises(kind(), &opts); /* also in a collection that is there */
}

/* More than a page, and more than a part. */
TEST(many_are_put_listed_and_dropped)
{
    enum { MANY = 1203 };
    struct env env;
    struct vector_store_opts opts = opts_for(&env);
    struct vector_kit k = { .kind = kind(), .a = arena_init(64 << 20) };
    struct vector_item *items = ARENA_ARRAY(&k.a, struct vector_item, MANY);
    uint64_t *ids = ARENA_ARRAY(&k.a, uint64_t, MANY);
    CHECK_OK(k.kind->open(&opts, &k.self));
    for (int64_t i = 0; i < MANY; i++) {
        items[i] = vector_kit_item(&k, i);
        if (i == 7) items[i].title = (str){ "a zero byte\0 in a title", 23 };
        items[i].vector = vector_kit_at(&k, (double)i / MANY);
        ids[i] = items[i].id;
    }
    for (size_t i = 0; i < MANY; i += VECTOR_STORE_BATCH)
        CHECK_OK(k.kind->put(k.self, items + i, MANY - i < VECTOR_STORE_BATCH ? MANY - i : VECTOR_STORE_BATCH));
    CHECK_I64(vector_kit_size(&k), MANY);
    struct vector_near out[VECTOR_STORE_NEAR_MAX];
    size_t found = 0;
    struct vector_question q = { .vector = items[0].vector, .role = STR("it's \"me\"\\"), .now = 5,
                                 .k = VECTOR_STORE_NEAR_MAX };
    CHECK_OK(k.kind->near(k.self, &q, &k.a, out, &found));
    CHECK_I64(found, VECTOR_STORE_NEAR_MAX);
    for (size_t i = 0; i < MANY; i += VECTOR_STORE_BATCH)
        CHECK_OK(k.kind->drop(k.self, ids + i, MANY - i < VECTOR_STORE_BATCH ? MANY - i : VECTOR_STORE_BATCH));
    CHECK_I64(vector_kit_size(&k), 0);
    k.kind->close(k.self);
    arena_done(&k.a);
}

TEST(another_dimension_is_told)
{
    struct env env;
    struct vector_store_opts opts = opts_for(&env);
    struct vector_kit k = { .kind = kind(), .a = arena_init(1 << 20) };
    struct vector_item item = vector_kit_item(&k, 1);
    void *self = NULL;
    CHECK_OK(k.kind->open(&opts, &self));
    CHECK_OK(k.kind->put(self, &item, 1));
    opts.dim = VECTOR_KIT_DIM / 2;
    void *other = NULL;
    CHECK_OK(k.kind->open(&opts, &other));
    CHECK_ERR(k.kind->put(other, &item, 1), ERR_INPUT);
    CHECK_OK(k.kind->drop(self, &item.id, 1));
    k.kind->close(other);
    k.kind->close(self);
    arena_done(&k.a);
}
