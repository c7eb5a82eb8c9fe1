/* What the adapters share, against a network that is made up: second tries, limits, hostile answers. That they speak
 * with servers is in tests/vectors_test.py. */
#include "edge/vectors/remote.h"

#include "edge/documents/vector_store_kit.h"
#include "edge/vectors/vectors.h"

static const struct vector_store_kind *const kinds[] = { &vector_store_qdrant, &vector_store_weaviate,
                                                         &vector_store_pinecone, &vector_store_chroma };
enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- the network ---- */

struct net {
    struct env env; /* first: the function is given it */
    usec now;
    const char *const *bodies; /* one after another, the last for ever */
    size_t bodies_count;
    int status;        /* of all after the first `busy` */
    int busy, busy_status;
    err fails;
    int asked;
    str last_body;     /* in a */
    bool key_seen;
    struct arena a;
};

static usec net_now(struct env *env)
{
    return ((struct net *)env)->now;
}

static err net_http(struct env *env, const struct http_request *q, struct arena *a, struct http_reply *out)
{
    struct net *n = (struct net *)env;
    size_t at = (size_t)n->asked++;
    CHECK(q->from_operator && q->timeout > 0 && q->timeout <= 20 * USEC_SECOND && q->reply_max > 0);
    n->key_seen = false;
    for (size_t i = 0; i < q->header_count; i++) n->key_seen |= str_find(q->headers[i], STR("s3cret"), 0) >= 0;
    CHECK(str_find(q->url, STR("s3cret"), 0) < 0 && str_find(q->body, STR("s3cret"), 0) < 0);
    n->last_body = str_dup(&n->a, q->body);
    if (n->fails.code) return n->fails;
    if (n->busy) {
        n->busy--;
        *out = (struct http_reply){ .status = n->busy_status };
        return OK;
    }
    const char *body = n->bodies_count ? n->bodies[at < n->bodies_count ? at : n->bodies_count - 1] : "";
    *out = (struct http_reply){ .status = n->status, .body = str_dup(a, str_of(body)) };
    return OK;
}

static void *opened(const struct vector_store_kind *kind, struct net *n)
{
    void *self = NULL;
    arena_done(&n->a);
    n->a = arena_init(64 << 20);
    n->env = env_os();
    n->env.now = net_now, n->env.http = net_http;
    if (!n->status) n->status = 200;
    (void)setenv("WEIR_TEST_KEY", "s3cret", 1);
    struct vector_store_opts opts = { .env = &n->env, .url = STR("http://store:1/"), .collection = STR("weir"),
                                      .secret = STR("env:WEIR_TEST_KEY"), .dim = VECTOR_KIT_DIM };
    CHECK_OK(kind->open(&opts, &self));
    return self;
}

/* What each is like when it is there and has two hits, the second of which is somebody else's. */
static const char *const looks[KINDS] = {
    "{\"result\":{\"config\":{\"params\":{\"vectors\":{\"size\":64,\"distance\":\"Cosine\"}}}}}",
    "{\"vectorIndexConfig\":{\"distance\":\"cosine\"}}",
    "{\"dimension\":64,\"metric\":\"cosine\"}",
    "{\"id\":\"0a-b\",\"dimension\":null,\"configuration_json\":{\"hnsw\":{\"space\":\"cosine\"}}}",
};
static const char *const others[KINDS] = {
    "{\"result\":{\"config\":{\"params\":{\"vectors\":{\"size\":65,\"distance\":\"Cosine\"}}}}}",
    "{\"vectorIndexConfig\":{\"distance\":\"dot\"}}",
    "{\"dimension\":64,\"metric\":\"euclidean\"}",
    "{\"id\":\"../x\",\"dimension\":64,\"configuration_json\":{\"hnsw\":{\"space\":\"cosine\"}}}",
};

static err ask(const struct vector_store_kind *kind, void *self, struct net *n, struct vector_near *out, size_t *found)
{
    struct vector_kit k = { .a = arena_init(1 << 20) };
    struct vector_question q = { .vector = vector_kit_at(&k, 0), .role = STR("viewer"), .now = 7, .k = 100 };
    err e = kind->near(self, &q, &n->a, out, found);
    arena_done(&k.a);
    return e;
}

/* ---- tests ---- */

TEST(ids_go_there_and_back_and_those_of_others_are_none)
{
    char text[REMOTE_ID_LEN + 1];
    uint64_t ids[] = { 1, UINT64_MAX, UINT64_C(0x0123456789abcdef) }, back;
    for (size_t i = 0; i < 3; i++) {
        remote_id(ids[i], text);
        CHECK(remote_id_read(str_of(text), &back) && back == ids[i]);
    }
    CHECK_STR(str_of(text), "01234567-89ab-4cde-8f00-776569722e31");
    text[0] = 'A';
    CHECK(!remote_id_read(str_of(text), &back));
    CHECK(!remote_id_read(STR("01234567-89ab-4cde-8f00-776569722e32"), &back));
    CHECK(!remote_id_read(STR("00000000-0000-4000-8000-776569722e31"), &back)); /* 0 is none */
    CHECK(!remote_id_read(STR(""), &back));
}

TEST(a_busy_server_is_asked_again_and_counted)
{
    struct net n = { .busy = 2, .busy_status = 503, .bodies = looks, .bodies_count = 1 };
    struct vector_store_counts c;
    struct vector_near out[VECTOR_STORE_NEAR_MAX];
    size_t found = 9;
    void *self = opened(&vector_store_qdrant, &n);
    CHECK_OK(ask(&vector_store_qdrant, self, &n, out, &found)); /* two refusals, the look, the question */
    CHECK_I64(n.asked, 4);
    CHECK_I64(found, 0);
    CHECK(n.key_seen);
    vector_store_qdrant.counts(self, &c);
    CHECK(c.calls == 4 && c.retries == 2);
    n.busy = 3, n.busy_status = 429;
    CHECK_ERR(ask(&vector_store_qdrant, self, &n, out, &found), ERR_LIMIT); /* no more than three */
    CHECK_I64(n.asked, 7);
    vector_store_qdrant.close(self);
    arena_done(&n.a);
}

TEST(one_that_is_away_does_not_keep_searches_waiting)
{
    struct vector_near out[VECTOR_STORE_NEAR_MAX];
    size_t found = 9;
    struct net n = { .fails = { .code = ERR_TIMEOUT, .msg = "slow" } };
    void *self = opened(&vector_store_pinecone, &n);
    CHECK_ERR(ask(&vector_store_pinecone, self, &n, out, &found), ERR_TIMEOUT); /* not asked twice */
    CHECK(n.asked == 1 && found == 0);
    CHECK_ERR(ask(&vector_store_pinecone, self, &n, out, &found), ERR_IO);
    CHECK_I64(n.asked, 1); /* nobody was asked */
    n.now = 11 * USEC_SECOND, n.fails = OK, n.bodies = &looks[2], n.bodies_count = 1;
    CHECK_OK(ask(&vector_store_pinecone, self, &n, out, &found));
    vector_store_pinecone.close(self);
    arena_done(&n.a);
}

TEST(the_text_of_a_passage_stays_here_and_who_may_find_it_goes)
{
    for (size_t i = 0; i < KINDS; i++) {
        static const str roles[] = { STR_INIT("approver"), STR_INIT("*") };
        struct net n = { .bodies = (const char *const[]){ looks[i], "[{\"result\":{}}]" }, .bodies_count = 2 };
        struct vector_kit k = { .a = arena_init(1 << 20) };
        struct vector_item item = vector_kit_item(&k, 3);
        void *self = opened(kinds[i], &n);
        item.roles = roles, item.role_count = 2;
        CHECK_OK(kinds[i]->put(self, &item, 1));
        CHECK(str_find(n.last_body, STR("Text number"), 0) < 0 && str_find(n.last_body, STR("doc-3.md"), 0) > 0);
        CHECK(str_find(n.last_body, STR("approver"), 0) > 0 && str_find(n.last_body, STR("*"), 0) < 0);
        kinds[i]->close(self);
        arena_done(&k.a);
        arena_done(&n.a);
    }
}

TEST(a_collection_of_another_kind_is_refused)
{
    for (size_t i = 0; i < KINDS; i++) {
        struct net n = { .bodies = &others[i], .bodies_count = 1 };
        uint64_t id = 5;
        void *self = opened(kinds[i], &n);
        CHECK_ERR(kinds[i]->drop(self, &id, 1), i == 3 ? ERR_CORRUPT : ERR_INPUT);
        n.bodies = &looks[i];
        CHECK_OK(kinds[i]->drop(self, &id, 1)); /* and is looked at again */
        kinds[i]->close(self);
        arena_done(&n.a);
    }
}

#define HIT "01234567-89ab-4cde-8f00-776569722e31"
#define NEXT "11234567-89ab-4cde-8f00-776569722e31"

/* Somebody else's id, one twice, cosines that are none, an order that is none. */
TEST(answers_are_judged)
{
    static const char *const answers[KINDS] = {
        "{\"result\":{\"points\":[{\"id\":7,\"score\":1},{\"id\":\"" HIT "\",\"score\":0.25},{\"id\":\"" HIT
        "\",\"score\":0.5},{\"id\":\"" NEXT "\",\"score\":1.05},{\"id\":\"" NEXT "\",\"score\":\"x\"},3,null]}}",
        "{\"data\":{\"Get\":{\"Weir\":[{\"_additional\":{\"id\":\"x\",\"distance\":0}},{\"_additional\":{\"id\":\"" HIT
        "\",\"distance\":0.75}},{\"_additional\":{\"id\":\"" NEXT "\",\"distance\":-0.05}},{}]}}}",
        "{\"matches\":[{\"id\":\"" HIT "\",\"score\":0.25},{\"id\":\"" NEXT "\",\"score\":1e300},{\"id\":\"" NEXT
        "\",\"score\":1}]}",
        "{\"ids\":[[\"" HIT "\",\"" NEXT "\",\"x\",\"" NEXT "\"]],\"distances\":[[0.75,0]]}",
    };
    for (size_t i = 0; i < KINDS; i++) {
        struct vector_near out[VECTOR_STORE_NEAR_MAX];
        size_t found = 9;
        struct net n = { .bodies = (const char *const[]){ looks[i], answers[i] }, .bodies_count = 2 };
        void *self = opened(kinds[i], &n);
        CHECK_OK(ask(kinds[i], self, &n, out, &found));
        CHECK_I64(found, 2);
        CHECK(out[0].id == UINT64_C(0x1123456789abcdef) && out[1].id == UINT64_C(0x0123456789abcdef));
        CHECK(out[0].cosine <= 1 && out[0].cosine > 0.99F && out[1].cosine > 0.24F && out[1].cosine < 0.26F);
        kinds[i]->close(self);
        arena_done(&n.a);
    }
}

TEST(what_is_no_json_and_what_is_refused_is_an_error)
{
    for (size_t i = 0; i < KINDS; i++) {
        static const char *const junk = "<html>";
        struct net n = { .bodies = &junk, .bodies_count = 1 };
        struct vector_near out[VECTOR_STORE_NEAR_MAX];
        size_t found = 9;
        void *self = opened(kinds[i], &n);
        CHECK_ERR(ask(kinds[i], self, &n, out, &found), ERR_CORRUPT);
        n.status = 403;
        CHECK_ERR(ask(kinds[i], self, &n, out, &found), ERR_DENIED);
        n.status = 500;
        CHECK_ERR(ask(kinds[i], self, &n, out, &found), ERR_IO);
        CHECK_I64(found, 0);
        kinds[i]->close(self);
        kinds[i]->close(NULL);
        arena_done(&n.a);
    }
}

TEST(a_list_without_end_ends)
{
    static const char *const same = "{\"vectors\":[{\"id\":\"" HIT "\"}],\"pagination\":{\"next\":\"again\"}}";
    struct net n = { .bodies = (const char *const[]){ looks[2], same }, .bodies_count = 2 };
    size_t count = 0;
    void *self = opened(&vector_store_pinecone, &n);
    CHECK_ERR(vector_store_pinecone.each(self, vector_kit_count, &count), ERR_LIMIT);
    CHECK(count > 0 && count < 200000);
    vector_store_pinecone.close(self);
    arena_done(&n.a);
}

TEST(a_store_that_cannot_be_is_told_at_once)
{
    struct env env = env_os();
    void *self = NULL;
    struct vector_store_opts opts = { .env = &env, .url = STR("http://x"), .collection = STR("weir"), .dim = 4 };
    for (size_t i = 0; i < KINDS; i++) {
        struct vector_store_opts o = opts;
        CHECK(vector_store_kind_at(i + 1) == kinds[i] && vector_store_kind_of(str_of(kinds[i]->name)) == kinds[i]);
        o.url = STR("");
        CHECK_ERR(kinds[i]->open(&o, &self), ERR_INPUT);
        o = opts, o.dim = 0;
        CHECK_ERR(kinds[i]->open(&o, &self), ERR_INPUT);
        o = opts, o.secret = STR("env:WEIR_NOT_THERE");
        CHECK(kinds[i]->open(&o, &self).code != ERR_NONE);
        CHECK(self == NULL);
    }
    CHECK(vector_store_kind_at(KINDS + 1) == &vector_store_pgvector && !vector_store_kind_at(KINDS + 2));
}
