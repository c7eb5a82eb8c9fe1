/* Mail over SMTP: libcurl speaks it. With starttls or tls nothing is said in the clear, also when the server would
 * rather. */
#include <curl/curl.h>

#include "edge/files.h"
#include "edge/notify/notify.h"
#include "edge/tls_trust.h"

#define TIMEOUT_MS 20000L

struct upload {
    str text;
    size_t at;
    bool asked; /* the server has taken the envelope and gets the text: from here on it may have arrived */
};

static size_t give_text(char *out, size_t size, size_t n, void *ctx)
{
    struct upload *u = ctx;
    str part = str_cut(u->text, u->at, size * n);
    if (part.len) memcpy(out, part.ptr, part.len);
    u->at += part.len;
    u->asked = true;
    return part.len;
}

static void set_security(CURL *c, const struct notify_channel *ch)
{
    (void)curl_easy_setopt(c, CURLOPT_USE_SSL, ch->tls == SMTP_STARTTLS ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    (void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    (void)curl_easy_setopt(c, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    tls_trust(c);
    (void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, TIMEOUT_MS / 2);
}

static void set_envelope(CURL *c, const struct notify_channel *ch, const struct curl_slist *to, str password,
                         struct arena *a)
{
    bool v6 = str_find(ch->host, STR(":"), 0) >= 0;
    const char *scheme = ch->tls == SMTP_TLS ? "smtps" : "smtp";
    (void)curl_easy_setopt(c, CURLOPT_URL,
                           str_fmt(a, "%s://%s" STR_FMT "%s:%lld", scheme, v6 ? "[" : "", STR_ARG(ch->host),
                                   v6 ? "]" : "", (long long)ch->port)
                               .ptr);
    (void)curl_easy_setopt(c, CURLOPT_MAIL_FROM, str_fmt(a, "<" STR_FMT ">", STR_ARG(ch->from)).ptr);
    (void)curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
    if (!ch->user.len) return;
    (void)curl_easy_setopt(c, CURLOPT_USERNAME, str_z(a, ch->user));
    (void)curl_easy_setopt(c, CURLOPT_PASSWORD, str_z(a, password));
}

static err perform(CURL *c, struct upload *u)
{
    char detail[CURL_ERROR_SIZE] = "";
    (void)curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    (void)curl_easy_setopt(c, CURLOPT_READFUNCTION, give_text);
    (void)curl_easy_setopt(c, CURLOPT_READDATA, u);
    (void)curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)u->text.len);
    (void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
    CURLcode code = curl_easy_perform(c);
    if (code == CURLE_OK) return OK;
    long reply = 0;
    (void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &reply);
    const char *why = detail[0] ? detail : curl_easy_strerror(code);
    bool refused = reply >= 500, later = reply >= 400 && reply < 500;
    if (refused || code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED) return err_make(ERR_DENIED, "%s", why);
    if (later) return err_make(ERR_FULL, "%s", why);
    return err_make(u->asked ? ERR_IO : ERR_NOT_FOUND, "%s", why);
}

static err read_secret(const struct notify_channel *ch, struct arena *a, str *out)
{
    *out = STR_NONE;
    err e = ch->password.len ? secret_read(ch->password, a, out) : OK;
    return e.code ? err_make(ERR_NOT_FOUND, "%s", e.msg) : OK;
}

err notify_smtp(struct env *env, const struct notify_channel *ch, const struct notice *n, struct arena *a)
{
    struct upload u = { .at = 0 };
    struct curl_slist *to = NULL;
    str password = STR_NONE;
    err e = mail_text(ch, n, env->wall(env), a, &u.text); /* checks the addresses, too */
    if (!e.code) e = read_secret(ch, a, &password);
    if (e.code) return e;
    CURL *c = curl_easy_init();
    if (!c) return err_make(ERR_NOT_FOUND, "no mail client");
    for (size_t i = 0; i < ch->to.count; i++)
        to = curl_slist_append(to, str_fmt(a, "<" STR_FMT ">", STR_ARG(ch->to.items[i])).ptr);
    set_security(c, ch);
    set_envelope(c, ch, to, password, a);
    e = perform(c, &u);
    curl_easy_cleanup(c);
    curl_slist_free_all(to);
    return e;
}
