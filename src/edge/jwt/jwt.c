#include "edge/jwt/jwt.h"

#include <pthread.h>

#include "base/cond.h"
#include "base/log.h"
#include "edge/files.h"
#include "edge/metric_text.h"

enum { WAKE_EVERY_S = 2, ARENA_MAX = 1 << 20 };
#define READ_TIMEOUT (5 * USEC_SECOND)
#define BELIEVED_BEYOND USEC_DAY

struct jwt {
    struct env *env;
    struct arena arena; /* of what follows */
    struct config_jwt config;
    struct jwt_rules rules;
    pthread_rwlock_t keys_lock;
    struct jwt_keys *keys;
    usec read_at; /* when they were; under keys_lock */
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    bool stop, wanted, reading, tried;
    usec tried_at;
    int64_t accepted, refused, reads, read_errors;
};

/* ---- the keys ---- */

static err read_address(struct jwt *j, struct arena *a, str *text)
{
    struct http_reply reply;
    str header = STR("Accept: application/jwk-set+json, application/json");
    struct http_request req = { .method = STR("GET"),
                                .url = j->config.keys_url,
                                .headers = &header,
                                .header_count = 1,
                                .timeout = READ_TIMEOUT,
                                .reply_max = JWT_KEYS_BYTES_MAX,
                                .from_operator = true };
    err e = j->env->http(j->env, &req, a, &reply);
    if (!e.code && reply.status != 200) e = err_make(ERR_IO, "it answers %d", reply.status);
    *text = reply.body;
    return e;
}

static str source(const struct jwt *j)
{
    const struct config_jwt *c = &j->config;
    return c->secret.len ? STR("its secret") : c->keys_url.len ? c->keys_url : c->keys;
}

static err read_keys(struct jwt *j, struct jwt_keys **out)
{
    struct arena a = arena_init(4 * (size_t)JWT_KEYS_BYTES_MAX + ARENA_MAX);
    str text = STR_NONE;
    err e = j->config.secret.len     ? secret_read(j->config.secret, &a, &text)
            : j->config.keys_url.len ? read_address(j, &a, &text)
                                      : file_read(j->config.keys, JWT_KEYS_BYTES_MAX, &a, &text);
    if (!e.code) e = j->config.secret.len ? jwt_keys_secret(text, out) : jwt_keys_read(text, out);
    arena_done(&a);
    return e;
}

static err replace_keys(struct jwt *j)
{
    struct jwt_keys *fresh = NULL, *old;
    err e = read_keys(j, &fresh);
    if (e.code) return e;
    size_t count = jwt_keys_count(fresh), passed_over = jwt_keys_passed_over(fresh);
    (void)pthread_rwlock_wrlock(&j->keys_lock);
    old = j->keys;
    j->keys = fresh;
    j->read_at = j->env->now(j->env);
    (void)pthread_rwlock_unlock(&j->keys_lock);
    if (!old || jwt_keys_count(old) != count)
        log_info("jwt.keys usable=%zu passed_over=%zu", count, passed_over);
    jwt_keys_free(old);
    return OK;
}

static void lock(struct jwt *j)
{
    (void)pthread_mutex_lock(&j->lock);
}

static void unlock(struct jwt *j)
{
    (void)pthread_mutex_unlock(&j->lock);
}

/* A failed read is tried again as soon as an unknown key would be. */
static bool is_due(struct jwt *j, usec now)
{
    (void)pthread_rwlock_rdlock(&j->keys_lock);
    bool known = j->keys != NULL;
    usec read_at = j->read_at;
    (void)pthread_rwlock_unlock(&j->keys_lock);
    if (!j->tried) return true;
    bool old = !known || now - read_at >= j->config.refresh;
    return (old || j->wanted) && now - j->tried_at >= j->config.refresh_least;
}

void jwt_tick(struct jwt *j)
{
    usec now = j->env->now(j->env);
    lock(j);
    bool due = is_due(j, now);
    if (due) {
        j->tried = j->reading = true;
        j->tried_at = now;
    }
    unlock(j);
    if (!due) return;
    err e = replace_keys(j);
    if (e.code) log_warn("jwt.keys_not_read from=" STR_FMT " error=%s", STR_ARG(source(j)), e.msg);
    lock(j);
    j->wanted = j->reading = false;
    j->reads++;
    j->read_errors += e.code != ERR_NONE;
    unlock(j);
}

/* A token names a key that is not there. True: it is being looked for. */
static bool want_keys(struct jwt *j)
{
    lock(j);
    bool may = !j->config.secret.len && (!j->tried || j->env->now(j->env) - j->tried_at >= j->config.refresh_least);
    if (may) j->wanted = true;
    bool looking = j->wanted || j->reading;
    if (may) (void)pthread_cond_signal(&j->wake);
    unlock(j);
    return looking;
}

/* ---- checking ---- */

static err check_with_keys(struct jwt *j, str token, usec wall, struct arena *a, struct jwt_claims *out)
{
    (void)pthread_rwlock_rdlock(&j->keys_lock);
    usec age = j->config.secret.len ? 0 : j->env->now(j->env) - j->read_at;
    bool believed = j->keys && age <= j->config.refresh + BELIEVED_BEYOND;
    err e = believed ? jwt_token_check(token, j->keys, &j->rules, wall, a, out)
                     : err_make(ERR_TIMEOUT, "cannot be checked: the issuer's keys could not be read");
    (void)pthread_rwlock_unlock(&j->keys_lock);
    return e;
}

err jwt_check(struct jwt *j, str token, struct arena *a, struct jwt_person *out)
{
    struct jwt_claims claims;
    usec wall = j->env->wall(j->env);
    err e = check_with_keys(j, token, wall, a, &claims);
    bool keys_missing = e.code == ERR_NOT_FOUND || e.code == ERR_TIMEOUT;
    if (keys_missing && want_keys(j))
        e = err_make(ERR_TIMEOUT, "is signed with a key that is not known yet; the issuer's keys are being read");
    lock(j);
    j->accepted += !e.code;
    j->refused += e.code != ERR_NONE;
    unlock(j);
    if (e.code) return err_make(e.code, "the token %s", e.msg);
    *out = (struct jwt_person){ .name = str_fmt(a, STR_FMT "#" STR_FMT, STR_ARG(j->rules.issuer),
                                                STR_ARG(claims.subject)),
                                .role = claims.role,
                                .valid = claims.expires - wall };
    return OK;
}

/* ---- life ---- */

/* The configuration may be reloaded while tokens are checked. */
static void config_copy(struct jwt *j, const struct config_jwt *from)
{
    struct config_jwt *c = &j->config;
    *c = *from;
    str *const texts[] = { &c->issuer, &c->audience, &c->keys, &c->keys_url, &c->secret, &c->roles_claim };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) *texts[i] = str_dup(&j->arena, *texts[i]);
    c->roles.items = ARENA_ARRAY(&j->arena, str, from->roles.count + 1);
    for (size_t i = 0; i < from->roles.count; i++) c->roles.items[i] = str_dup(&j->arena, from->roles.items[i]);
}

static void rules_fill(struct jwt *j)
{
    const struct config_jwt *c = &j->config;
    struct jwt_role *roles = ARENA_ARRAY(&j->arena, struct jwt_role, c->roles.count + 1);
    for (size_t i = 0; i < c->roles.count; i++) {
        str pair = c->roles.items[i];
        size_t at = pair.len;
        while (at > 0 && pair.ptr[at - 1] != '=') at--;
        roles[i].value = str_cut(pair, 0, at ? at - 1 : 0);
        if (!role_of(str_cut(pair, at, pair.len), &roles[i].role)) roles[i].role = ROLE_PUBLIC;
    }
    j->rules = (struct jwt_rules){ .issuer = c->issuer,
                                   .audience = c->audience,
                                   .roles_claim = c->roles_claim,
                                   .roles = roles,
                                   .role_count = c->roles.count,
                                   .leeway = c->leeway };
}

err jwt_open(const struct config_jwt *config, struct env *env, struct jwt **out)
{
    *out = NULL;
    if (!config->issuer.len) return OK;
    struct jwt *j = mem_new(sizeof *j);
    j->env = env;
    j->arena = arena_init(ARENA_MAX);
    config_copy(j, config);
    (void)pthread_rwlock_init(&j->keys_lock, NULL);
    (void)pthread_mutex_init(&j->lock, NULL);
    (void)pthread_cond_init(&j->wake, NULL);
    rules_fill(j);
    err e = config->keys_url.len ? OK : replace_keys(j);
    j->tried = !config->keys_url.len;
    j->tried_at = env->now(env);
    e = err_wrap(e, "auth.jwt: " STR_FMT, STR_ARG(source(j)));
    if (e.code) jwt_close(j);
    else *out = j;
    return e;
}

static void *jwt_main(void *ctx)
{
    struct jwt *j = ctx;
    lock(j);
    while (!j->stop) {
        unlock(j);
        jwt_tick(j);
        lock(j);
        if (!j->stop && !j->wanted) (void)cond_wait_for(&j->wake, &j->lock, WAKE_EVERY_S * USEC_SECOND);
    }
    unlock(j);
    return NULL;
}

err jwt_start(struct jwt *j)
{
    if (!j || j->config.secret.len) return OK;
    j->running = pthread_create(&j->thread, NULL, jwt_main, j) == 0;
    return j->running ? OK : err_make(ERR_IO, "a thread does not start");
}

void jwt_close(struct jwt *j)
{
    if (!j) return;
    lock(j);
    j->stop = true;
    (void)pthread_cond_signal(&j->wake);
    unlock(j);
    if (j->running) (void)pthread_join(j->thread, NULL);
    jwt_keys_free(j->keys);
    (void)pthread_rwlock_destroy(&j->keys_lock);
    (void)pthread_mutex_destroy(&j->lock);
    (void)pthread_cond_destroy(&j->wake);
    arena_done(&j->arena);
    mem_free(j);
}

void jwt_metrics(struct jwt *j, struct buf *out)
{
    (void)pthread_rwlock_rdlock(&j->keys_lock);
    size_t count = jwt_keys_count(j->keys);
    (void)pthread_rwlock_unlock(&j->keys_lock);
    lock(j);
    const struct {
        const char *name, *type, *help;
        int64_t v;
    } rows[] = {
        { "weir_jwt_keys", "gauge", "Keys of the issuer of bearer tokens.", (int64_t)count },
        { "weir_jwt_accepted_total", "counter", "Tokens that were checked and are good.", j->accepted },
        { "weir_jwt_refused_total", "counter", "Tokens that were checked and are not.", j->refused },
        { "weir_jwt_key_reads_total", "counter", "Times the issuer's keys were read.", j->reads },
        { "weir_jwt_key_read_errors_total", "counter", "Times they could not be.", j->read_errors },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        metric_one(out, rows[i].name, rows[i].type, rows[i].help, rows[i].v);
    unlock(j);
}
