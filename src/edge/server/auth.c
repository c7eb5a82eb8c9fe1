#include "edge/server/auth.h"

#include <arpa/inet.h>
#include <pthread.h>

enum {
    KEYS_CACHED = 64,
    SESSIONS_MAX = 256,
    TOKENS_MAX = 16,
    ADDRESSES_MAX = 512,
    NAME_MAX_LEN = JWT_NAME_MAX, /* cut names would make one of two people */
    KEY_LEN_MAX = 512
};
#define KEY_FRESH (5 * USEC_SECOND) /* a key revoked by another way than the API stops working after this */
#define TOKEN_LIFE (10 * USEC_MINUTE)

/* A secret that was handed out or verified: kept as its digest only. */
struct grant {
    struct sha256 digest;
    char name[NAME_MAX_LEN];
    enum role role;
    usec until; /* 0 = free */
    usec ends;  /* of what it stands for; that of a key is looked at again before */
};

struct address {
    uint64_t id;
    usec window; /* start of the running minute */
    int64_t failures;
};

struct auth {
    pthread_mutex_t lock;
    struct store *store;
    struct env *env;
    struct jwt *jwt;
    int64_t failures_max;
    struct grant keys[KEYS_CACHED], sessions[SESSIONS_MAX], tokens[TOKENS_MAX];
    struct address addresses[ADDRESSES_MAX];
    struct auth_stats stats;
};

struct auth *auth_open(struct store *store, struct env *env, struct jwt *jwt, int64_t failures_per_minute)
{
    struct auth *a = mem_new(sizeof *a);
    (void)pthread_mutex_init(&a->lock, NULL);
    a->store = store;
    a->env = env;
    a->jwt = jwt;
    a->failures_max = failures_per_minute;
    return a;
}

void auth_close(struct auth *a)
{
    if (!a) return;
    (void)pthread_mutex_destroy(&a->lock);
    mem_free(a);
}

static void lock(struct auth *a)
{
    (void)pthread_mutex_lock(&a->lock);
}

static void unlock(struct auth *a)
{
    (void)pthread_mutex_unlock(&a->lock);
}

/* ---- grants: small tables, the one that ends first makes room ---- */

static struct grant *grant_find(struct grant *table, size_t n, const struct sha256 *digest, usec now)
{
    struct grant *found = NULL;
    for (size_t i = 0; i < n; i++) { /* every slot is compared, so the time tells nothing */
        str have = { (const char *)table[i].digest.b, SHA256_LEN }, want = { (const char *)digest->b, SHA256_LEN };
        if (secret_eq(have, want) && table[i].until > now) found = &table[i];
    }
    return found;
}

static void grant_put(struct grant *table, size_t n, const struct sha256 *digest, const struct who *who, usec until)
{
    struct grant *slot = &table[0];
    for (size_t i = 1; i < n; i++)
        if (table[i].until < slot->until) slot = &table[i];
    *slot = (struct grant){ .digest = *digest, .role = who->role, .until = until, .ends = who->until };
    str name = str_utf8_prefix(who->name, sizeof slot->name - 1);
    memcpy(slot->name, name.ptr, name.len);
}

static void grant_give(const struct grant *g, struct arena *arena, struct who *out)
{
    *out = (struct who){ .name = str_dup(arena, str_of(g->name)), .role = g->role, .until = g->ends };
}

static str secret_new(struct auth *a, struct arena *arena)
{
    uint8_t bytes[32];
    env_random_bytes(a->env, bytes, sizeof bytes);
    return hex_text((str){ (const char *)bytes, sizeof bytes }, arena);
}

/* ---- failed attempts ---- */

static struct address *address_slot(struct auth *a, str client)
{
    uint64_t id = hash64(client) | 1;
    struct address *s = &a->addresses[id % ADDRESSES_MAX];
    usec now = a->env->now(a->env);
    if (s->id != id && now - s->window < USEC_MINUTE && s->failures > 0) return s; /* shared until the minute is over */
    if (s->id != id || now - s->window >= USEC_MINUTE) *s = (struct address){ .id = id, .window = now };
    return s;
}

static err attempt_allowed(struct auth *a, str client)
{
    lock(a);
    bool ok = address_slot(a, client)->failures < a->failures_max;
    a->stats.limited += !ok;
    unlock(a);
    return ok ? OK : err_make(ERR_FULL, "too many failed logins from this address, try again in a minute");
}

static err attempt_failed(struct auth *a, str client, const char *what)
{
    lock(a);
    address_slot(a, client)->failures++;
    a->stats.failed++;
    unlock(a);
    return err_make(ERR_DENIED, "%s", what);
}

/* ---- keys ---- */

static err key_look_up(struct auth *a, const struct sha256 *digest, struct arena *arena, struct who *out)
{
    struct tx *tx;
    err e = store_read(a->store, &tx);
    if (e.code) return e;
    str hex = hex_text((str){ (const char *)digest->b, SHA256_LEN }, arena), name = STR_NONE;
    enum role role = ROLE_PUBLIC;
    struct rows *r = tx_query(tx, SQL_API_KEY_BY_HASH, V(hex));
    if (rows_next(r)) {
        if (secret_eq(rows_str(r, 2), hex) && role_of(rows_str(r, 1), &role)) name = rows_dup(r, 0, arena);
        rows_end(r);
    }
    e = tx_err(tx);
    store_read_end(tx);
    if (e.code) return e;
    *out = (struct who){ .name = name, .role = role, .until = USEC_MAX };
    return OK;
}

static bool key_cached(struct auth *a, const struct sha256 *digest, struct arena *arena, struct who *out)
{
    lock(a);
    struct grant *g = grant_find(a->keys, KEYS_CACHED, digest, a->env->now(a->env));
    if (g) grant_give(g, arena, out);
    unlock(a);
    return g != NULL;
}

static void key_verified(struct auth *a, const struct sha256 *digest, const struct who *who, usec fresh)
{
    lock(a);
    a->stats.verified++;
    grant_put(a->keys, KEYS_CACHED, digest, who, a->env->now(a->env) + fresh);
    unlock(a);
}

err auth_key(struct auth *a, str key, str client, struct arena *arena, struct who *out)
{
    key = str_cut(key, 0, KEY_LEN_MAX);
    struct sha256 digest = sha256_of(key);
    if (key_cached(a, &digest, arena, out)) return OK;
    err e = attempt_allowed(a, client);
    if (!e.code) e = key_look_up(a, &digest, arena, out);
    if (e.code) return e;
    if (!out->name.len) return attempt_failed(a, client, "the key is not known or was revoked");
    key_verified(a, &digest, out, KEY_FRESH);
    return OK;
}

/* A token that has expired, is for somebody else or was signed with a key the issuer made just now is nobody's guess.
 */
static err auth_bearer(struct auth *a, str token, str client, struct arena *arena, struct who *out)
{
    struct sha256 digest = sha256_of(token);
    struct jwt_person person;
    if (key_cached(a, &digest, arena, out)) return OK;
    err e = attempt_allowed(a, client);
    if (e.code) return e;
    e = jwt_check(a->jwt, token, arena, &person);
    if (e.code == ERR_DENIED) return attempt_failed(a, client, e.msg);
    if (e.code == ERR_CONFLICT || e.code == ERR_NOT_FOUND) return err_make(ERR_DENIED, "%s", e.msg);
    if (e.code) return e;
    *out = (struct who){ .name = person.name, .role = person.role, .until = a->env->now(a->env) + person.valid };
    key_verified(a, &digest, out, person.valid < KEY_FRESH ? person.valid : KEY_FRESH);
    return OK;
}

void auth_forget(struct auth *a, str name)
{
    lock(a);
    memset(a->keys, 0, sizeof a->keys);
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        if (name.len && str_eq(str_of(a->sessions[i].name), name)) a->sessions[i] = (struct grant){ .until = 0 };
    unlock(a);
}

/* ---- sessions and one-time tokens ---- */

str auth_session_new(struct auth *a, const struct who *who, struct arena *arena)
{
    str secret = secret_new(a, arena);
    struct sha256 digest = sha256_of(secret);
    struct who session = *who;
    session.until = a->env->now(a->env) + SESSION_HOURS * USEC_HOUR;
    lock(a);
    grant_put(a->sessions, SESSIONS_MAX, &digest, &session, session.until);
    unlock(a);
    return secret;
}

str auth_token_new(struct auth *a, str name, enum role role, struct arena *arena)
{
    str secret = secret_new(a, arena);
    struct sha256 digest = sha256_of(secret);
    struct who visitor = { .name = name, .role = role, .until = a->env->now(a->env) + TOKEN_LIFE };
    lock(a);
    grant_put(a->tokens, TOKENS_MAX, &digest, &visitor, visitor.until);
    unlock(a);
    return secret;
}

err auth_token_use(struct auth *a, str token, str client, struct arena *arena, struct who *out)
{
    err e = attempt_allowed(a, client);
    if (e.code) return e;
    struct sha256 digest = sha256_of(token);
    lock(a);
    struct grant *g = grant_find(a->tokens, TOKENS_MAX, &digest, a->env->now(a->env));
    if (g) {
        grant_give(g, arena, out);
        *g = (struct grant){ .until = 0 };
    }
    unlock(a);
    return g ? OK : attempt_failed(a, client, "this link was used already or has expired");
}

static str cookie_of(const struct request *req)
{
    str rest = req->header(req, "Cookie"), one;
    str name = STR("weir_session=");
    while (rest.len && str_next(&rest, ';', &one)) {
        one = str_trim(one);
        if (str_starts(one, name)) return str_cut(one, name.len, one.len);
    }
    return STR_NONE;
}

static bool session_find(struct auth *a, str secret, struct arena *arena, struct who *out)
{
    struct sha256 digest = sha256_of(secret);
    lock(a);
    struct grant *g = grant_find(a->sessions, SESSIONS_MAX, &digest, a->env->now(a->env));
    if (g) grant_give(g, arena, out);
    unlock(a);
    if (g) out->by_cookie = true;
    return g != NULL;
}

void auth_session_end(struct auth *a, const struct request *req)
{
    struct sha256 digest = sha256_of(cookie_of(req));
    lock(a);
    struct grant *g = grant_find(a->sessions, SESSIONS_MAX, &digest, a->env->now(a->env));
    if (g) *g = (struct grant){ .until = 0 };
    unlock(a);
}

str auth_cookie(str session, bool tls, struct arena *arena)
{
    return str_fmt(arena, "Set-Cookie: weir_session=" STR_FMT "; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s",
                   STR_ARG(session), session.len ? SESSION_HOURS * 3600 : 0, tls ? "; Secure" : "");
}

err auth_who(struct auth *a, const struct request *req, struct who *out)
{
    str key = req->header(req, "x-api-key"), bearer = req->header(req, "Authorization"), cookie = cookie_of(req);
    if (!key.ptr && bearer.len > 7 && str_eq_nocase(str_cut(bearer, 0, 7), STR("Bearer ")))
        key = str_trim(str_cut(bearer, 7, bearer.len));
    bool token = key.ptr && a->jwt && !req->header(req, "x-api-key").ptr && jwt_is_token(key);
    if (token) return auth_bearer(a, key, req->client, req->arena, out);
    if (key.ptr) return auth_key(a, key, req->client, req->arena, out);
    if (cookie.len && session_find(a, cookie, req->arena, out)) return OK;
    return err_make(ERR_DENIED,
                    cookie.len ? "the session has ended, log in again"
                               : "a key is needed: send it as x-api-key, or as Authorization: Bearer");
}

struct auth_stats auth_stats(struct auth *a)
{
    lock(a);
    struct auth_stats s = a->stats;
    usec now = a->env->now(a->env);
    for (size_t i = 0; i < SESSIONS_MAX; i++) s.sessions += a->sessions[i].until > now;
    unlock(a);
    return s;
}

/* ---- Host and Origin ---- */

/* The name of "name:port" or "[v6]:port"; the brackets stay off. STR_NONE when the port is no number. */
static str host_name(str host)
{
    ptrdiff_t end = host.len && host.ptr[0] == '[' ? str_find(host, STR("]"), 0) : str_find(host, STR(":"), 0);
    bool v6 = host.len && host.ptr[0] == '[';
    if (v6 && end < 0) return STR_NONE;
    if (end < 0) return host;
    str port = str_cut(host, (size_t)end + (v6 ? 1 : 0), host.len);
    for (size_t i = 1; i < port.len; i++)
        if (port.ptr[i] < '0' || port.ptr[i] > '9') return STR_NONE;
    if (port.len && port.ptr[0] != ':') return STR_NONE;
    return v6 ? str_cut(host, 1, (size_t)end - 1) : str_cut(host, 0, (size_t)end);
}

/* An address cannot be rebound by DNS: the browser was told to go exactly there. */
static bool is_address(str name)
{
    char z[INET6_ADDRSTRLEN];
    struct in6_addr bytes;
    if (name.len >= sizeof z) return false;
    memcpy(z, name.ptr, name.len);
    z[name.len] = '\0';
    return inet_pton(AF_INET, z, &bytes) == 1 || inet_pton(AF_INET6, z, &bytes) == 1;
}

err auth_host_check(str host, const str *hosts, size_t host_count)
{
    str name = host_name(host);
    if (name.len && (is_address(name) || str_eq_nocase(name, STR("localhost")))) return OK;
    for (size_t i = 0; name.len && i < host_count; i++)
        if (str_eq_nocase(name, hosts[i])) return OK;
    return err_make(ERR_DENIED, "this server does not answer for the host \"" STR_FMT "\"; see server.hosts",
                    STR_ARG(str_utf8_prefix(host, 80)));
}

err auth_origin_check(str origin, str host, str site, bool reads, bool navigates)
{
    if (str_eq_nocase(site, STR("cross-site")) && !(reads && navigates))
        return err_make(ERR_DENIED, "requests from other sites are refused");
    if (!origin.ptr) return OK;
    ptrdiff_t at = str_find(origin, STR("://"), 0);
    str scheme = at < 0 ? STR_NONE : str_cut(origin, 0, (size_t)at);
    bool web = STR_IS(scheme, "http") || STR_IS(scheme, "https");
    if (web && str_eq_nocase(str_cut(origin, (size_t)at + 3, origin.len), host)) return OK;
    return err_make(ERR_DENIED, "requests from the origin \"" STR_FMT "\" are refused",
                    STR_ARG(str_utf8_prefix(origin, 80)));
}
