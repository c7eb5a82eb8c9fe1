/* webhook.call: a declared address is called. Only one that declares `dedupes` is called again under its key when the
 * reply was lost; for the others nobody knows what happened, and a person looks. */
#include "edge/act/act.h"

#include "edge/act/signed_post.h"
#include "edge/files.h"

enum { TRIES = 3 };
#define FIRST_PAUSE USEC_SECOND
#define TIMEOUT_DEFAULT (10 * USEC_SECOND)

static json *declared(const struct act *x)
{
    return act_declared(x, "webhooks", json_get_str(x->args, "webhook"));
}

/* The secret it signs with; empty when none is declared. */
static err secret_of(json *hook, struct arena *a, str *out)
{
    str reference = json_get_str(hook, "secret");
    *out = STR_NONE;
    return reference.len ? secret_read(reference, a, out) : OK;
}

static void probe(struct act *x, struct act_reply *out)
{
    json *hook = declared(x);
    str secret = STR_NONE, name = json_get_str(x->args, "webhook");
    err e = hook ? secret_of(hook, x->a, &secret) : OK;
    str why = !hook ? STR("the webhook is not declared") : e.code ? str_dup(x->a, str_of(e.msg)) : STR("ok");
    act_probed(x, out, why, str_fmt(x->a, "would call the webhook " STR_FMT, STR_ARG(name)));
}

static str body_of(struct act *x)
{
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    json *payload = json_get(x->args, "payload");
    jw_open(&w, NULL);
    jw_str(&w, "effect", x->effect->id);
    jw_str(&w, "kind", x->effect->kind);
    jw_str(&w, "key", x->effect->key);
    jw_str(&w, "incident", x->effect->incident);
    jw_str(&w, "pipeline", x->pipeline);
    jw_str(&w, "webhook", json_get_str(x->args, "webhook"));
    jw_raw(&w, "payload", payload ? json_text(payload, x->a) : STR("{}"));
    jw_close(&w);
    return buf_take(&b, x->a);
}

/* What is known after one try. */
static bool settled(struct act *x, err e, int status, struct act_reply *out)
{
    str name = json_get_str(x->args, "webhook");
    bool never_sent = e.code == ERR_NOT_FOUND || e.code == ERR_DENIED || e.code == ERR_INPUT;
    out->unknown = e.code && !never_sent;
    if (e.code) act_failed(x, out, "the webhook " STR_FMT ": %s", STR_ARG(name), e.msg);
    else if (status >= 200 && status < 300)
        act_ok(x, out, "the webhook " STR_FMT " answered %d", STR_ARG(name), status);
    else act_failed(x, out, "the webhook " STR_FMT " answered %d", STR_ARG(name), status);
    return !e.code && status < 500 && status != 429;
}

static void apply(struct act *x, struct act_reply *out)
{
    json *hook = declared(x);
    struct signed_post post = { .url = json_get_str(hook, "url"), .key = x->effect->key,
                                .timeout = json_get_i64(hook, "timeout_us", TIMEOUT_DEFAULT) };
    err e = hook ? secret_of(hook, x->a, &post.secret) : err_make(ERR_NOT_FOUND, "it is not declared");
    if (e.code) {
        act_failed(x, out, "nothing was done: %s", e.msg);
        return;
    }
    post.body = body_of(x);
    bool again = json_bool(json_get(hook, "dedupes"), false);
    if (!act_claim(x, 0, 0)) return;
    for (int i = 0; i < (again ? TRIES : 1); i++) {
        int status = 0;
        e = signed_send(x->door->env, &post, x->a, &status);
        if (settled(x, e, status, out)) return;
        if (i + 1 < TRIES && again && x->pause && !x->pause(x->host, FIRST_PAUSE << i)) return;
    }
}

const struct remedy remedy_webhook = { "webhook.call", LEAVES_LASTING, false, probe, apply, act_verify_steps, NULL };
