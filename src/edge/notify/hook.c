/* A webhook that tells: the notice as JSON, signed (edge/act/signed_post.h). */
#include "edge/act/signed_post.h"
#include "edge/files.h"
#include "edge/notify/notify.h"

#define TIMEOUT (10 * USEC_SECOND)

static str body_of(const struct notice *n, struct arena *a)
{
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "key", n->key);
    jw_str(&w, "incident", n->incident);
    jw_str(&w, "event", n->event);
    jw_str(&w, "severity", n->severity);
    jw_str(&w, "title", n->title);
    jw_str(&w, "text", n->text);
    jw_str(&w, "url", n->url);
    jw_close(&w);
    return buf_take(&b, a);
}

static err read_address(str url, struct arena *a, str *out)
{
    if (str_starts(url, STR("env:")) || str_starts(url, STR("file:"))) return secret_read(url, a, out);
    *out = url;
    return OK;
}

err notify_webhook(struct env *env, const struct notify_channel *ch, const struct notice *n, struct arena *a)
{
    struct signed_post post = { .key = n->key, .timeout = TIMEOUT };
    int status = 0;
    err e = read_address(ch->url, a, &post.url);
    if (!e.code && ch->secret.len) e = secret_read(ch->secret, a, &post.secret);
    if (e.code) return err_make(ERR_NOT_FOUND, "%s", e.msg);
    post.body = body_of(n, a);
    e = signed_send(env, &post, a, &status);
    return e.code ? e : notify_status(status);
}
