/* What every store of vectors must do, as tests: call vector_store_keeps_its_promises for each kind, with an empty
 * collection of vectors of VECTOR_KIT_DIM numbers. */
#ifndef WEIR_EDGE_DOCUMENTS_VECTOR_STORE_KIT_H
#define WEIR_EDGE_DOCUMENTS_VECTOR_STORE_KIT_H

#include "base/buf.h"
#include "edge/documents/vector_store.h"
#include "test.h"

enum { VECTOR_KIT_DIM = 64, VECTOR_KIT_ITEMS = 40 };

struct vector_kit {
    const struct vector_store_kind *kind;
    void *self;
    struct arena a;
    struct vector_item items[VECTOR_KIT_ITEMS];
};

/* Item i lies at an angle that grows with i, so what is near to item 0 is 1, then 2, ... */
static inline struct packed vector_kit_at(struct vector_kit *k, double i)
{
    float v[VECTOR_KIT_DIM] = { 0 };
    double x = i / VECTOR_KIT_ITEMS;
    v[0] = (float)(1 - x);
    v[1] = (float)x;
    int8_t *bytes = arena_new(&k->a, VECTOR_KIT_DIM);
    struct packed p = { .bytes = bytes };
    vector_pack(v, VECTOR_KIT_DIM, bytes, &p.scale, &p.sum);
    return p;
}

static inline struct vector_item vector_kit_item(struct vector_kit *k, int64_t i)
{
    struct vector_item item = { .document = str_fmt(&k->a, "doc-%lld.md", (long long)i),
                                .title = STR("Title \"quoted\" & <b>"),
                                .text = str_fmt(&k->a, "Text number %lld; ünïcödé, 'quotes' and $1.", (long long)i),
                                .passage = i,
                                .vector = vector_kit_at(k, (double)i) };
    item.id = vector_item_id(item.document, i, item.title, item.text, STR(""));
    return item;
}

/* Numbers of the items found, in their order, as text: "0 1 2". */
static inline str vector_kit_ask(struct vector_kit *k, const char *role, usec now, size_t n)
{
    struct vector_near out[VECTOR_STORE_NEAR_MAX];
    size_t found = 0;
    struct buf b = buf_init(1 << 16);
    struct vector_question q = { .vector = vector_kit_at(k, 0), .role = str_of(role), .now = now, .k = n };
    CHECK_OK(k->kind->near(k->self, &q, &k->a, out, &found));
    for (size_t i = 0; i < found; i++) {
        size_t at = 0;
        while (at < VECTOR_KIT_ITEMS && k->items[at].id != out[i].id) at++;
        buf_fmt(&b, "%s%zu", i ? " " : "", at);
        if (i) CHECK(out[i].cosine <= out[i - 1].cosine);
    }
    if (found) CHECK(out[0].cosine > 0.97F && out[0].cosine < 1.03F);
    return buf_take(&b, &k->a);
}

static inline void vector_kit_count(void *ctx, uint64_t id)
{
    (void)id;
    ++*(size_t *)ctx;
}

static inline size_t vector_kit_size(struct vector_kit *k)
{
    size_t n = 0;
    CHECK_OK(k->kind->each(k->self, vector_kit_count, &n));
    return n;
}

static inline void vector_store_keeps_its_promises(const struct vector_store_kind *kind,
                                                   const struct vector_store_opts *opts)
{
    static const str approver[] = { STR_INIT("approver"), STR_INIT("lead") };
    struct vector_kit k = { .kind = kind, .a = arena_init(64 << 20) };
    CHECK_OK(kind->open(opts, &k.self));
    CHECK_STR(vector_kit_ask(&k, "viewer", 1, 5), ""); /* empty */
    for (int64_t i = 0; i < VECTOR_KIT_ITEMS; i++) k.items[i] = vector_kit_item(&k, i);
    k.items[1].roles = approver, k.items[1].role_count = 2;
    k.items[2].valid_from = 1000;
    k.items[3].valid_to = 1000;
    CHECK_OK(kind->put(k.self, k.items, VECTOR_KIT_ITEMS));
    CHECK_I64(vector_kit_size(&k), VECTOR_KIT_ITEMS);
    CHECK_STR(vector_kit_ask(&k, "viewer", 1, 4), "0 3 4 5");
    CHECK_STR(vector_kit_ask(&k, "viewer", 1000, 4), "0 2 4 5"); /* from its first to before its last */
    CHECK_STR(vector_kit_ask(&k, "approver", 999, 4), "0 1 3 4");
    CHECK_STR(vector_kit_ask(&k, "admin", 1000, 4), "0 1 2 4");
    CHECK_OK(kind->put(k.self, &k.items[1], 1)); /* again: replaced, not doubled */
    CHECK_I64(vector_kit_size(&k), VECTOR_KIT_ITEMS);
    uint64_t gone[] = { k.items[0].id, 12345, k.items[4].id, k.items[0].id };
    CHECK_OK(kind->drop(k.self, gone, 4));
    CHECK_I64(vector_kit_size(&k), VECTOR_KIT_ITEMS - 2);
    CHECK_STR(vector_kit_ask(&k, "lead", 1000, 3), "1 2 5");
    CHECK_OK(kind->put(k.self, k.items, 1));
    CHECK_STR(vector_kit_ask(&k, "viewer", 2000, 2), "0 2");
    CHECK_STR(vector_kit_ask(&k, "viewer", 2000, 0), "");
    for (int64_t i = 0; i < VECTOR_KIT_ITEMS; i++) CHECK_OK(kind->drop(k.self, &k.items[i].id, 1));
    CHECK_I64(vector_kit_size(&k), 0);
    CHECK_STR(vector_kit_ask(&k, "admin", 1000, 5), "");
    kind->close(k.self);
    arena_done(&k.a);
}

#endif
