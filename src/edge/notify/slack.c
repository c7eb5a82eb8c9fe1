/* Slack: an incoming webhook with Block Kit. The address is the secret. */
#include "edge/files.h"
#include "edge/notify/notify.h"

enum { HEADER_MAX = 150, SECTION_MAX = 2900, URL_MAX = 2000 };
#define TIMEOUT (10 * USEC_SECOND)

/* Cut first, then escaped: a cut never splits an escape. The limit is for Slack's count, before escaping. */
static str escape(str s, size_t max, struct arena *a)
{
    struct buf b = buf_init(6 * SECTION_MAX);
    s = str_utf8_prefix(s, max);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '&') buf_add(&b, STR("&amp;"));
        else if (s.ptr[i] == '<') buf_add(&b, STR("&lt;"));
        else if (s.ptr[i] == '>') buf_add(&b, STR("&gt;"));
        else buf_char(&b, s.ptr[i]);
    }
    return buf_take(&b, a);
}

static void text_object(struct jw *w, const char *key, const char *type, str text)
{
    jw_open(w, key);
    jw_strz(w, "type", type);
    jw_str(w, "text", text);
    jw_close(w);
}

static void block(struct jw *w, const char *type)
{
    jw_open(w, NULL);
    jw_strz(w, "type", type);
}

static void add_button(struct jw *w, str url)
{
    if (url.len > URL_MAX || !(str_starts(url, STR("http://")) || str_starts(url, STR("https://")))) return;
    block(w, "actions");
    jw_array(w, "elements");
    block(w, "button");
    jw_strz(w, "action_id", "weir_open");
    text_object(w, "text", "plain_text", STR("Open in weir"));
    jw_str(w, "url", url);
    jw_close(w);
    jw_array_end(w);
    jw_close(w);
}

str slack_body(const struct notice *n, struct arena *a)
{
    struct buf b = buf_init(1 << 17);
    struct jw w = jw_init(&b);
    str headline = str_fmt(a, STR_FMT ": " STR_FMT, STR_ARG(n->severity), STR_ARG(n->title));
    jw_open(&w, NULL);
    jw_str(&w, "text", escape(headline, SECTION_MAX, a));
    jw_array(&w, "blocks");
    block(&w, "header");
    text_object(&w, "text", "plain_text", str_utf8_prefix(headline, HEADER_MAX));
    jw_close(&w);
    if (n->text.len) {
        block(&w, "section");
        text_object(&w, "text", "mrkdwn",
                    escape(n->text, SECTION_MAX / 5, a)); /* 3000 also when all of it is escaped */
        jw_close(&w);
    }
    block(&w, "context");
    jw_array(&w, "elements");
    str about = str_fmt(a, STR_FMT " \xc2\xb7 " STR_FMT, STR_ARG(n->incident), STR_ARG(n->event));
    text_object(&w, NULL, "mrkdwn", escape(about, HEADER_MAX, a));
    jw_array_end(&w);
    jw_close(&w);
    add_button(&w, n->url);
    jw_array_end(&w);
    jw_close(&w);
    return buf_take(&b, a);
}

err notify_slack(struct env *env, const struct notify_channel *ch, const struct notice *n, struct arena *a)
{
    str headers[] = { STR("Content-Type: application/json") };
    struct http_request req = { .method = STR("POST"), .headers = headers, .header_count = 1, .timeout = TIMEOUT,
                                .reply_max = 1 << 16, .from_operator = true };
    struct http_reply reply = { 0 };
    err e = secret_read(ch->url, a, &req.url);
    if (e.code) return err_make(ERR_NOT_FOUND, "%s", e.msg);
    req.body = slack_body(n, a);
    e = env->http(env, &req, a, &reply);
    return e.code ? e : notify_status(reply.status);
}
