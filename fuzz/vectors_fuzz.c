/* Bytes as what a store of vectors answers: parts between zero bytes are the answers, one after another, the first byte
 * of each its status. Whatever they are, no more than asked comes back, best first, each once. */
#include <assert.h>

#include "edge/documents/vector_store.h"
#include "edge/vectors/vectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DIM = 4, K = 5 };
static const struct vector_store_kind *const kinds[] = { &vector_store_qdrant, &vector_store_weaviate,
                                                         &vector_store_pinecone, &vector_store_chroma };

struct net {
    struct env env; /* first */
    str rest;
};

/* None that is asked for again: that would wait. */
static err answer(struct env *env, const struct http_request *q, struct arena *a, struct http_reply *out)
{
    static const int statuses[] = { 200, 200, 200, 201, 404, 409, 400, 500 };
    struct net *n = (struct net *)env;
    str part;
    (void)q;
    if (!str_next(&n->rest, 0, &part) || !part.len) return err_make(ERR_DENIED, "no more");
    *out = (struct http_reply){ .status = statuses[part.ptr[0] & 7], .body = str_dup(a, str_cut(part, 1, part.len)) };
    return OK;
}

static void take(void *ctx, uint64_t id)
{
    (void)ctx;
    assert(id);
}

static void use(const struct vector_store_kind *kind, void *self)
{
    static const int8_t bytes[DIM] = { 1, 2, 3, 4 };
    struct arena a = arena_init(1 << 20);
    struct vector_near out[K];
    size_t found = 0;
    uint64_t id = 9;
    struct vector_item item = { .id = 9, .document = STR("d"), .title = STR("t"), .text = STR("x"),
                                .vector = { bytes, 0.01F, 10 } };
    struct vector_question q = { .vector = item.vector, .role = STR("viewer"), .now = 5, .k = K };
    err e = kind->near(self, &q, &a, out, &found);
    assert(found <= K && (!e.code || !found));
    for (size_t i = 0; i < found; i++) {
        assert(out[i].id && out[i].cosine >= -1 && out[i].cosine <= 1 && (!i || out[i].cosine <= out[i - 1].cosine));
        for (size_t k = 0; k < i; k++) assert(out[k].id != out[i].id);
    }
    e = kind->each(self, take, NULL);
    if (!e.code) e = kind->put(self, &item, 1);
    if (!e.code) e = kind->drop(self, &id, 1);
    arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 32768) return 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        void *self = NULL;
        struct net n = { .env = env_os(), .rest = { (const char *)data, size } };
        n.env.http = answer;
        struct vector_store_opts opts = { .env = &n.env, .url = STR("http://x"), .collection = STR("weir"),
                                          .dim = DIM };
        assert(!kinds[i]->open(&opts, &self).code);
        use(kinds[i], self);
        kinds[i]->close(self);
    }
    return 0;
}
