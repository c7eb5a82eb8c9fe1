#include "edge/jwt/jwt.h"

#include "reference/jwt_tokens.h"
#include "sim/env_sim.h"
#include "test.h"

/* An issuer as a test wants it. */
static const char *answer; /* NULL: nobody there */
static int status, asked;

static err test_http(struct env *env, const struct http_request *req, struct arena *a, struct http_reply *out)
{
    (void)env;
    asked++;
    CHECK_STR(req->url, "https://login.example.com/jwks");
    CHECK(req->from_operator && req->timeout <= 5 * USEC_SECOND && req->reply_max <= JWT_KEYS_BYTES_MAX);
    if (!answer) return err_make(ERR_NOT_FOUND, "nobody there");
    *out = (struct http_reply){ .status = status, .body = str_dup(a, str_of(answer)) };
    return OK;
}

struct world {
    struct env_sim sim;
    struct config_jwt config;
    struct jwt *jwt;
    struct arena arena;
};

static void world_open(struct world *w)
{
    *w = (struct world){ .arena = arena_init(1 << 20) };
    env_sim_init(&w->sim, 1);
    env_sim_set_wall(&w->sim, JWT_NOW);
    w->sim.env.http = test_http;
    w->config = (struct config_jwt){ .issuer = STR(JWT_ISSUER),
                                     .audience = STR(JWT_AUDIENCE),
                                     .keys_url = STR("https://login.example.com/jwks"),
                                     .roles_claim = STR("roles"),
                                     .leeway = 30 * USEC_SECOND,
                                     .refresh = USEC_HOUR,
                                     .refresh_least = USEC_MINUTE };
    answer = jwt_set;
    status = 200;
    asked = 0;
}

/* The monotonic clock goes on; civil time stays that of the tokens. */
static void pass(struct world *w, usec by)
{
    env_sim_advance(&w->sim, by);
    env_sim_set_wall(&w->sim, JWT_NOW);
}

static void world_close(struct world *w)
{
    jwt_close(w->jwt);
    arena_done(&w->arena);
    env_sim_done(&w->sim);
}

static err ask(struct world *w, const char *token, struct jwt_person *out)
{
    return jwt_check(w->jwt, str_of(token), &w->arena, out);
}

static const char *bad_one(const char *name)
{
    for (size_t i = 0; i < sizeof jwt_bad / sizeof *jwt_bad; i++)
        if (strcmp(jwt_bad[i].name, name) == 0) return jwt_bad[i].token;
    test_failed(__FILE__, __LINE__, "no token %s", name);
    return NULL;
}

TEST(keys_are_fetched_and_name_people_with_their_issuer)
{
    struct world w;
    struct jwt_person p;
    world_open(&w);
    CHECK_OK(jwt_open(&w.config, &w.sim.env, &w.jwt));
    CHECK_I64(asked, 0); /* the network is the thread's */
    CHECK_ERR(ask(&w, jwt_good[0].token, &p), ERR_TIMEOUT);
    jwt_tick(w.jwt);
    CHECK_OK(ask(&w, jwt_good[0].token, &p));
    CHECK_STR(p.name, "https://login.example.com/#anna");
    CHECK_I64(p.role, ROLE_APPROVER);
    CHECK_I64(p.valid, 630 * USEC_SECOND);
    jwt_tick(w.jwt);
    CHECK_I64(asked, 1);
    pass(&w, USEC_HOUR);
    jwt_tick(w.jwt);
    CHECK_I64(asked, 2);
    world_close(&w);
}

TEST(an_unknown_key_is_looked_for_but_not_often)
{
    struct world w;
    struct jwt_person p;
    world_open(&w);
    const char *unknown = bad_one("another kid");
    CHECK_OK(jwt_open(&w.config, &w.sim.env, &w.jwt));
    jwt_tick(w.jwt);
    for (int i = 0; i < 10; i++) { /* just read: nobody is asked again */
        CHECK_ERR(ask(&w, unknown, &p), ERR_NOT_FOUND);
        jwt_tick(w.jwt);
    }
    CHECK_I64(asked, 1);
    pass(&w, USEC_MINUTE);
    CHECK_ERR(ask(&w, unknown, &p), ERR_TIMEOUT); /* come again: it is being looked for */
    CHECK_ERR(ask(&w, unknown, &p), ERR_TIMEOUT);
    jwt_tick(w.jwt);
    CHECK_I64(asked, 2);
    CHECK_ERR(ask(&w, unknown, &p), ERR_NOT_FOUND);
    CHECK_OK(ask(&w, jwt_good[1].token, &p));
    world_close(&w);
}

TEST(when_the_issuer_is_away_its_keys_live_on_but_not_for_ever)
{
    struct world w;
    struct jwt_person p;
    static const char *const answers[] = { NULL, "", "<html>", "{\"keys\":[]}" };
    world_open(&w);
    CHECK_OK(jwt_open(&w.config, &w.sim.env, &w.jwt));
    jwt_tick(w.jwt);
    for (size_t i = 0; i < 4; i++) {
        answer = answers[i];
        pass(&w, USEC_HOUR);
        jwt_tick(w.jwt);
        CHECK_OK(ask(&w, jwt_good[0].token, &p));
    }
    CHECK_I64(asked, 5);
    jwt_tick(w.jwt);
    CHECK_I64(asked, 5); /* the failed one is repeated, after a minute */
    pass(&w, USEC_MINUTE);
    answer = jwt_set;
    status = 302; /* and a redirect is no answer */
    jwt_tick(w.jwt);
    CHECK_I64(asked, 6);
    pass(&w, 22 * USEC_HOUR); /* 26 hours since they were read */
    CHECK_ERR(ask(&w, jwt_good[0].token, &p), ERR_TIMEOUT);
    status = 200;
    jwt_tick(w.jwt);
    CHECK_OK(ask(&w, jwt_good[0].token, &p));
    struct buf b = buf_init(1 << 16);
    jwt_metrics(w.jwt, &b);
    CHECK(str_find(buf_view(&b), STR("weir_jwt_key_read_errors_total 5\n"), 0) > 0);
    CHECK(str_find(buf_view(&b), STR("weir_jwt_keys 3\n"), 0) > 0);
    buf_done(&b);
    world_close(&w);
}

TEST(keys_of_a_file_and_a_secret_are_there_at_once)
{
    struct world w;
    struct jwt_person p;
    world_open(&w);
    w.config.keys_url = STR("");
    w.config.keys = STR(WEIR_SOURCE_DIR "/tests/files/jwks.json");
    str pair = STR("approver=admin");
    w.config.roles = (struct str_list){ &pair, 1 };
    CHECK_OK(jwt_open(&w.config, &w.sim.env, &w.jwt));
    CHECK_OK(jwt_start(w.jwt));
    CHECK_OK(ask(&w, jwt_good[2].token, &p));
    CHECK_I64(p.role, ROLE_ADMIN);
    jwt_close(w.jwt);
    w.config.keys = STR("");
    w.config.secret = STR("env:WEIR_JWT_TEST");
    w.jwt = NULL;
    (void)unsetenv("WEIR_JWT_TEST");
    CHECK_ERR(jwt_open(&w.config, &w.sim.env, &w.jwt), ERR_NOT_FOUND);
    (void)setenv("WEIR_JWT_TEST", "too short", 1);
    CHECK_ERR(jwt_open(&w.config, &w.sim.env, &w.jwt), ERR_INPUT);
    (void)setenv("WEIR_JWT_TEST", jwt_secret, 1);
    CHECK_OK(jwt_open(&w.config, &w.sim.env, &w.jwt));
    CHECK_OK(ask(&w, jwt_good[3].token, &p));
    CHECK_I64(asked, 0);
    world_close(&w);
}

TEST(without_an_issuer_there_are_no_tokens)
{
    struct world w;
    world_open(&w);
    w.config.issuer = STR("");
    CHECK_OK(jwt_open(&w.config, &w.sim.env, &w.jwt));
    CHECK(w.jwt == NULL);
    w.config.issuer = STR(JWT_ISSUER);
    w.config.keys_url = STR("");
    w.config.keys = STR("/nowhere/jwks.json");
    CHECK_ERR(jwt_open(&w.config, &w.sim.env, &w.jwt), ERR_NOT_FOUND);
    world_close(&w);
}
