#include "edge/server/auth.h"

#include "sim/env_sim.h"
#include "test.h"

struct world {
    struct env_sim sim;
    struct store *store;
    struct auth *auth;
    struct arena arena;
};

struct key {
    const char *name, *key, *role;
    bool revoked;
};

static err add_keys(struct tx *tx, void *ctx)
{
    (void)ctx;
    static const struct key keys[] = { { "ann", "ann's key", "admin", false },
                                       { "bob", "bob's key", "ingest", false },
                                       { "eve", "eve's key", "admin", true } };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct sha256 h = sha256_of(str_of(keys[i].key));
        str hex = hex_text((str){ (const char *)h.b, SHA256_LEN }, tx_arena(tx));
        (void)tx_exec(tx, SQL_KEY_ADD, V(keys[i].name), V(keys[i].name), V(hex), V(keys[i].role), V(1), V((int)i));
        if (keys[i].revoked) (void)tx_exec(tx, SQL_KEY_REVOKE, V(keys[i].name), V(2));
    }
    return tx_err(tx);
}

static err revoke_ann(struct tx *tx, void *ctx)
{
    (void)ctx;
    (void)tx_exec(tx, SQL_KEY_REVOKE, V("ann"), V(2));
    return tx_err(tx);
}

static void world_open(struct world *w)
{
    *w = (struct world){ .arena = arena_init(1 << 20) };
    env_sim_init(&w->sim, 1);
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR("") }, &w->sim.env, &w->store));
    CHECK_OK(store_run(w->store, add_keys, NULL));
    w->auth = auth_open(w->store, &w->sim.env, NULL, 5);
}

static void world_close(struct world *w)
{
    auth_close(w->auth);
    store_close(w->store);
    arena_done(&w->arena);
    env_sim_done(&w->sim);
}

/* The only header of a request. */
static const char *header_name, *header_value;

static str one_header(const struct request *req, const char *name)
{
    (void)req;
    return header_name && str_eq_nocase(str_of(name), str_of(header_name)) ? str_of(header_value) : STR_NONE;
}

static err who(struct world *w, const char *name, const char *value, struct who *out)
{
    struct request req = { .header = one_header, .arena = &w->arena, .client = STR("10.0.0.1") };
    header_name = name;
    header_value = value;
    return auth_who(w->auth, &req, out);
}

TEST(keys_open_by_header_or_bearer_and_carry_their_role)
{
    struct world w;
    struct who me;
    world_open(&w);
    for (int i = 0; i < 2; i++) { /* from the store, then from the cache */
        CHECK_OK(who(&w, "x-api-key", "ann's key", &me));
        CHECK_STR(me.name, "ann");
        CHECK_I64(me.role, ROLE_ADMIN);
    }
    CHECK_OK(who(&w, "authorization", "bearer bob's key", &me));
    CHECK_I64(me.role, ROLE_INGEST);
    CHECK_I64(auth_stats(w.auth).verified, 2);
    CHECK_ERR(who(&w, "x-api-key", "eve's key", &me), ERR_DENIED);
    CHECK_ERR(who(&w, "x-api-key", "", &me), ERR_DENIED);
    CHECK_ERR(who(&w, "Authorization", "Basic YTpi", &me), ERR_DENIED);
    CHECK_ERR(who(&w, NULL, NULL, &me), ERR_DENIED);
    world_close(&w);
}

TEST(a_revoked_key_ends_at_once_and_without_being_told_in_seconds)
{
    struct world w;
    struct who me = { .name = STR("ann"), .role = ROLE_ADMIN };
    world_open(&w);
    str session = auth_session_new(w.auth, &me, &w.arena);
    const char *cookie = str_z(&w.arena, str_fmt(&w.arena, "weir_session=" STR_FMT, STR_ARG(session)));
    CHECK_OK(who(&w, "x-api-key", "ann's key", &me));
    CHECK_OK(store_run(w.store, revoke_ann, NULL));
    CHECK_OK(who(&w, "x-api-key", "ann's key", &me)); /* the cache has not heard */
    env_sim_advance(&w.sim, 6 * USEC_SECOND);
    CHECK_ERR(who(&w, "x-api-key", "ann's key", &me), ERR_DENIED);
    CHECK_OK(who(&w, "cookie", cookie, &me));
    auth_forget(w.auth, STR("ann"));
    CHECK_ERR(who(&w, "cookie", cookie, &me), ERR_DENIED);
    world_close(&w);
}

TEST(guessing_is_limited_by_address_and_counted)
{
    struct world w;
    struct who me;
    world_open(&w);
    CHECK_OK(auth_key(w.auth, STR("bob's key"), STR("10.0.0.9"), &w.arena, &me));
    for (int i = 0; i < 5; i++) CHECK_ERR(auth_key(w.auth, STR("guess"), STR("10.0.0.9"), &w.arena, &me), ERR_DENIED);
    CHECK_ERR(auth_key(w.auth, STR("guess"), STR("10.0.0.9"), &w.arena, &me), ERR_FULL);
    CHECK_ERR(auth_key(w.auth, STR("ann's key"), STR("10.0.0.9"), &w.arena, &me), ERR_FULL); /* not even looked at */
    CHECK_OK(auth_key(w.auth, STR("bob's key"), STR("10.0.0.9"), &w.arena, &me));            /* verified before */
    CHECK_OK(auth_key(w.auth, STR("ann's key"), STR("10.0.0.10"), &w.arena, &me));
    env_sim_advance(&w.sim, USEC_MINUTE);
    CHECK_ERR(auth_key(w.auth, STR("guess"), STR("10.0.0.9"), &w.arena, &me), ERR_DENIED);
    CHECK_I64(auth_stats(w.auth).failed, 6);
    CHECK_I64(auth_stats(w.auth).limited, 2);
    world_close(&w);
}

TEST(one_time_links_work_once_and_not_for_ever)
{
    struct world w;
    struct who me;
    world_open(&w);
    str token = auth_token_new(w.auth, STR("visitor"), ROLE_APPROVER, &w.arena);
    CHECK_OK(auth_token_use(w.auth, token, STR("c"), &w.arena, &me));
    CHECK_STR(me.name, "visitor");
    CHECK_ERR(auth_token_use(w.auth, token, STR("c"), &w.arena, &me), ERR_DENIED);
    token = auth_token_new(w.auth, STR("visitor"), ROLE_APPROVER, &w.arena);
    env_sim_advance(&w.sim, 11 * USEC_MINUTE);
    CHECK_ERR(auth_token_use(w.auth, token, STR("c"), &w.arena, &me), ERR_DENIED);
    world_close(&w);
}

TEST(sessions_are_bounded_and_end)
{
    struct world w;
    struct who me = { .name = STR("ann"), .role = ROLE_ADMIN };
    world_open(&w);
    str first = auth_session_new(w.auth, &me, &w.arena);
    for (int i = 0; i < 1000; i++, env_sim_advance(&w.sim, USEC_MS)) (void)auth_session_new(w.auth, &me, &w.arena);
    CHECK_I64(auth_stats(w.auth).sessions, 256);
    CHECK_ERR(who(&w, "cookie", str_z(&w.arena, str_fmt(&w.arena, "weir_session=" STR_FMT, STR_ARG(first))), &me),
              ERR_DENIED);
    env_sim_advance(&w.sim, SESSION_HOURS * USEC_HOUR + USEC_SECOND);
    CHECK_I64(auth_stats(w.auth).sessions, 0);
    world_close(&w);
}

TEST(only_addresses_localhost_and_listed_names_are_hosts)
{
    static const char *const good[] = { "127.0.0.1", "127.0.0.1:8090", "[::1]:8090",     "[::1]",
                                        "localhost", "LocalHost:1",    "192.168.3.4:80", "weir.example:443" };
    static const char *const bad[] = { "",
                                       ":80",
                                       "evil.example",
                                       "localhost.evil.example",
                                       "127.0.0.1.evil.example",
                                       "127.0.0.1:80x",
                                       "a@127.0.0.1",
                                       "[::1",
                                       "[::1]x",
                                       "2130706433",
                                       "0x7f.1",
                                       "localhost:80:80",
                                       "127.0.0.1 ",
                                       "weir.example." };
    str hosts[] = { STR("weir.example") };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) CHECK_OK(auth_host_check(str_of(good[i]), hosts, 1));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_ERR(auth_host_check(str_of(bad[i]), hosts, 1), ERR_DENIED);
}

TEST(other_origins_are_refused)
{
    str host = STR("127.0.0.1:8090");
    CHECK_OK(auth_origin_check(STR_NONE, host, STR_NONE, false, false));
    CHECK_OK(auth_origin_check(STR("http://127.0.0.1:8090"), host, STR("same-origin"), false, false));
    CHECK_OK(auth_origin_check(STR_NONE, host, STR("cross-site"), true, true)); /* a link was followed */
    CHECK_ERR(auth_origin_check(STR_NONE, host, STR("cross-site"), true, false), ERR_DENIED);
    CHECK_ERR(auth_origin_check(STR_NONE, host, STR("cross-site"), false, true), ERR_DENIED);
    static const char *const bad[] = { "null",
                                       "",
                                       "http://127.0.0.1:8091",
                                       "http://evil.example",
                                       "ftp://127.0.0.1:8090",
                                       "127.0.0.1:8090",
                                       "http://127.0.0.1:8090.evil.example" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_ERR(auth_origin_check(str_of(bad[i]), host, STR_NONE, true, false), ERR_DENIED);
}

TEST(roles_may_what_they_may)
{
    CHECK(role_may(ROLE_ADMIN, ROLE_APPROVER, false) && role_may(ROLE_OPERATOR, ROLE_INGEST, false));
    CHECK(role_may(ROLE_VIEWER, ROLE_INGEST, true) && !role_may(ROLE_VIEWER, ROLE_INGEST, false));
    CHECK(!role_may(ROLE_INGEST, ROLE_VIEWER, true) && role_may(ROLE_INGEST, ROLE_INGEST, false) &&
          !role_may(ROLE_OPERATOR, ROLE_APPROVER, false));
    enum role r = ROLE_PUBLIC;
    CHECK(role_of(STR("approver"), &r) && r == ROLE_APPROVER && !role_of(STR("public"), &r) && !role_of(STR(""), &r));
}
