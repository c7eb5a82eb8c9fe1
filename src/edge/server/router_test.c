#include "edge/server/router.h"

#include "test.h"

static void nothing(struct request *req, struct response *res)
{
    (void)req;
    (void)res;
}

static const struct route table[] = {
    { "GET", "/api/runs", ROLE_VIEWER, "t", "", QUERY_PAGE, NULL, NULL, 200, 0, nothing },
    { "POST", "/api/runs", ROLE_INGEST, "t", "", NULL, NULL, NULL, 201, 0, nothing },
    { "GET", "/api/runs/{id}", ROLE_VIEWER, "t", "", NULL, NULL, NULL, 200, 0, nothing },
    { "POST", "/api/runs/batch", ROLE_INGEST, "t", "", NULL, NULL, NULL, 200, 0, nothing },
    { "DELETE", "/api/runs/{id}/steps/{step}", ROLE_ADMIN, "t", "", NULL, NULL, NULL, 204, 0, nothing },
    { "GET", "/", ROLE_PUBLIC, "t", "", NULL, NULL, NULL, 200, 0, nothing },
    ROUTES_END,
};

static struct router made(void)
{
    static struct router r;
    r = (struct router){ .count = 0 };
    CHECK_OK(router_add(&r, table));
    return r;
}

TEST(a_path_finds_its_route_and_the_methods_it_knows)
{
    static const struct {
        const char *method, *path;
        int route; /* index in the table, -1 = none */
        const char *arg, *allow;
    } cases[] = {
        { "GET", "/api/runs", 0, "", "GET, HEAD, POST, OPTIONS" },
        { "HEAD", "/api/runs", 0, "", "GET, HEAD, POST, OPTIONS" },
        { "POST", "/api/runs", 1, "", "GET, HEAD, POST, OPTIONS" },
        { "PUT", "/api/runs", -1, "", "GET, HEAD, POST, OPTIONS" },
        { "get", "/api/runs", -1, "", "GET, HEAD, POST, OPTIONS" },
        { "GET", "/api/runs/r1", 2, "r1", "GET, HEAD, OPTIONS" },
        { "GET", "/api/runs/a%2Fb%20c", 2, "a/b c", "GET, HEAD, OPTIONS" },
        { "POST", "/api/runs/batch", 3, "", "POST, OPTIONS" },
        { "GET", "/api/runs/batch", -1, "", "POST, OPTIONS" }, /* a literal is not a name */
        { "DELETE", "/api/runs/r1/steps/2", 4, "r1", "DELETE, OPTIONS" },
        { "GET", "/api/runs/", -1, "", "" },
        { "GET", "/api/runs//steps/1", -1, "", "" },
        { "GET", "/api", -1, "", "" },
        { "GET", "/api/runs/r1/steps", -1, "", "" },
        { "GET", "//api/runs", -1, "", "" },
        { "GET", "/", 5, "", "GET, HEAD, OPTIONS" },
    };
    struct router r = made();
    struct arena a = arena_init(65536);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct match m;
        CHECK_OK(router_find(&r, str_of(cases[i].method), str_of(cases[i].path), &a, &m));
        CHECK(m.route == (cases[i].route < 0 ? NULL : &table[cases[i].route]));
        CHECK_STR(str_of(m.allow), cases[i].allow);
        CHECK_STR(m.path_args[0].ptr ? m.path_args[0] : STR(""), cases[i].arg);
    }
    arena_done(&a);
}

TEST(bad_escapes_in_a_path_are_refused)
{
    static const char *const bad[] = { "/api/runs/%",     "/api/runs/%4",  "/api/runs/%zz",
                                       "/api/runs/a%00b", "/api/runs/%ff", "/api/runs/%c3%28" };
    struct router r = made();
    struct arena a = arena_init(65536);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct match m;
        CHECK_ERR(router_find(&r, STR("GET"), str_of(bad[i]), &a, &m), ERR_INPUT);
    }
    arena_done(&a);
}

static err query(const char *text, struct request *req)
{
    static struct arena a;
    arena_done(&a);
    a = arena_init(65536);
    *req = (struct request){ .arena = &a };
    return router_query(req, "limit:integer(1..200) state:enum(open|closed) name:string(2..4) after:integer",
                        str_of(text));
}

TEST(query_parameters_are_decoded_and_checked)
{
    static const char *const good[] = {
        "", "limit=1", "limit=200&state=open", "name=a%20b", "name=%c3%a4%c3%b6%c3%bc%c3%9f", "&&limit=3&", "after=-5"
    };
    static const char *const bad[] = { "limit=0",
                                       "limit=201",
                                       "limit=",
                                       "limit=1x",
                                       "limit=+1",
                                       "limit=1&limit=2",
                                       "state=Open",
                                       "state=open|closed",
                                       "name=a",
                                       "name=abcde",
                                       "nam=ab",
                                       "limit",
                                       "name=%zz",
                                       "after=9223372036854775808",
                                       "after=9007199254740992",
                                       "=1",
                                       "name=a%00b" };
    struct request req;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) CHECK_OK(query(good[i], &req));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK_ERR(query(bad[i], &req), ERR_INPUT);
    CHECK_OK(query("limit=7&name=a+b", &req));
    CHECK_I64(http_limit(&req), 7);
    CHECK_STR(http_query(&req, "name"), "a b");
    CHECK_I64(http_query_i64(&req, "after", 42), 42);
}

TEST(a_parameter_that_is_needed_is_asked_for)
{
    struct arena a = arena_init(1 << 16);
    struct request req = { .arena = &a };
    CHECK_ERR(router_query(&req, "limit:integer q!:string(1..9)", STR("limit=1")), ERR_INPUT);
    CHECK_ERR(router_query(&req, "q!:string(1..9)", STR("")), ERR_INPUT);
    req = (struct request){ .arena = &a };
    CHECK_OK(router_query(&req, "limit:integer q!:string(1..9)", STR("q=x")));
    CHECK_STR(http_query(&req, "q"), "x");
    arena_done(&a);
}

TEST(any_bytes_as_path_and_query_are_harmless)
{
    struct router r = made();
    struct env env = env_os();
    uint64_t seed = env.random(&env);
    (void)printf("# seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < test_count(20000, 500000); i++) {
        static const char letters[] = "/%&=+{}?a0bfi.l\xc3\x28";
        struct arena a = arena_init(65536);
        struct request req = { .arena = &a };
        struct match m;
        char s[24];
        for (size_t k = 0; k < sizeof s; k++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            s[k] = letters[(seed >> 40) % (sizeof letters - 1)];
        }
        if (!router_find(&r, STR("GET"), (str){ s, sizeof s }, &a, &m).code && m.route)
            CHECK(str_utf8_valid(m.path_args[0]));
        (void)router_query(&req, "a:integer b:string(0..9)", (str){ s, sizeof s }).code;
        CHECK(req.param_count <= PARAMS_MAX);
        arena_done(&a);
    }
}
