#include "edge/http_client.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <pthread.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "edge/tls_trust.h"

enum { HEADERS_MAX = 32, LINE_MAX_BYTES = 16384, REPLY_DEFAULT = 1 << 20, CONNECT_MS_MAX = 10000 };
#define TIMEOUT_DEFAULT (30 * USEC_SECOND)

/* One exchange, as the callbacks see it. */
struct exchange {
    const struct net_allow *allow;
    bool from_operator, literal; /* literal: the URL names an address, not a host */
    struct buf body;
    char refused[ADDR_TEXT_MAX + 32]; /* why no socket was made, "" = it was */
};

static bool address_ok(struct exchange *x, const struct sockaddr *sa, socklen_t len)
{
    enum addr_class class = addr_classify(sa, len);
    if (class == ADDR_PUBLIC || (x->allow && net_allow_has(x->allow, sa, len))) return true;
    if (x->from_operator && class != ADDR_OTHER && (x->literal || class != ADDR_LINK_LOCAL)) return true;
    char text[ADDR_TEXT_MAX];
    str t = addr_text(sa, len, text);
    (void)snprintf(x->refused, sizeof x->refused, STR_FMT " (%s)", STR_ARG(t), addr_class_text(class));
    return false;
}

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *at)
{
    (void)purpose;
    if (!address_ok(ctx, &at->addr, at->addrlen)) return CURL_SOCKET_BAD;
    return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
}

static int close_socket(void *ctx, curl_socket_t fd)
{
    (void)ctx;
    return close(fd);
}

static size_t take_body(char *data, size_t size, size_t n, void *ctx)
{
    struct exchange *x = ctx;
    buf_add(&x->body, (str){ data, size * n });
    return x->body.full ? 0 : size * n;
}

static bool token_ok(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!isupper((unsigned char)s.ptr[i])) return false;
    return s.len > 0 && s.len < 16;
}

/* No line can be smuggled into the request. */
static bool line_ok(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f) return false;
    return s.len > 0 && s.len <= LINE_MAX_BYTES;
}

static bool is_literal(const char *host)
{
    char ip[INET6_ADDRSTRLEN + 1];
    unsigned char bytes[16];
    size_t len = strlen(host);
    if (host[0] == '[' && len >= 2 && len - 2 < sizeof ip) {
        memcpy(ip, host + 1, len - 2);
        ip[len - 2] = 0;
        return inet_pton(AF_INET6, ip, bytes) == 1;
    }
    return inet_pton(AF_INET, host, bytes) == 1;
}

static bool has_part(CURLU *u, CURLUPart part)
{
    char *text = NULL;
    bool there = curl_url_get(u, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return there;
}

/* Parsed once, and the parsed form is what is used: nobody reads the URL differently later. */
static err read_url(CURLU *u, const char *url, struct exchange *x)
{
    char *scheme = NULL, *host = NULL;
    err e = OK;
    if (curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK) return err_make(ERR_INPUT, "the address is not a URL");
    if (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
        e = err_make(ERR_INPUT, "the address is not a URL");
    else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
        e = err_make(ERR_DENIED, "the scheme is %.16s, only http and https are used", scheme);
    else if (curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        e = err_make(ERR_INPUT, "the address names no host");
    else if (!x->from_operator && (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD)))
        e = err_make(ERR_DENIED, "a user name in the address is not accepted");
    else
        x->literal = is_literal(host);
    curl_free(scheme);
    curl_free(host);
    return e;
}

static err read_headers(const struct http_request *req, struct arena *a, struct curl_slist **out)
{
    if (req->header_count > HEADERS_MAX) return err_make(ERR_LIMIT, "more than %d request headers", HEADERS_MAX);
    *out = curl_slist_append(NULL, "Expect:"); /* no wait for "100 Continue" */
    for (size_t i = 0; i < req->header_count; i++) {
        if (!line_ok(req->headers[i]))
            return err_make(ERR_INPUT, "a request header is too long or holds a control character");
        *out = curl_slist_append(*out, str_z(a, req->headers[i]));
    }
    return OK;
}

static void set_limits(CURL *c, const struct http_request *req)
{
    usec timeout = req->timeout > 0 ? req->timeout : TIMEOUT_DEFAULT;
    long ms = (long)((timeout + USEC_MS - 1) / USEC_MS);
    (void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, ms);
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, ms < CONNECT_MS_MAX ? ms : (long)CONNECT_MS_MAX);
    (void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    tls_trust(c);
    (void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(c, CURLOPT_PROXY,
                           ""); /* also not from the environment: the address checked is the one used */
    (void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
}

static void set_callbacks(CURL *c, struct exchange *x)
{
    (void)curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    (void)curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, x);
    (void)curl_easy_setopt(c, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
}

static void set_body(CURL *c, const struct http_request *req, const char *method)
{
    bool get = strcmp(method, "GET") == 0, head = strcmp(method, "HEAD") == 0;
    if (req->body.len || !(get || head)) {
        (void)curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body.len);
        (void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, req->body.ptr ? req->body.ptr : "");
    }
    if (head) (void)curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    else (void)curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
}

/* What a failure says about the other side; all else is ERR_IO: it may have heard us. */
static const struct {
    CURLcode code;
    enum err_code kind;
} kinds[] = {
    { CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT },       { CURLE_URL_MALFORMAT, ERR_INPUT },
    { CURLE_COULDNT_RESOLVE_HOST, ERR_NOT_FOUND },   { CURLE_COULDNT_CONNECT, ERR_NOT_FOUND },
    { CURLE_SSL_CONNECT_ERROR, ERR_NOT_FOUND },      { CURLE_PEER_FAILED_VERIFICATION, ERR_NOT_FOUND },
};

static err explain(CURLcode code, const struct exchange *x, const char *detail)
{
    if (x->refused[0]) return err_make(ERR_DENIED, "%s may not be reached", x->refused);
    if (x->body.full) return err_make(ERR_LIMIT, "the reply is longer than %zu bytes", x->body.max);
    enum err_code kind = ERR_IO;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].code == code) kind = kinds[i].kind;
    return err_make(kind, "%s", detail[0] ? detail : curl_easy_strerror(code));
}

static str reply_header(CURL *c, const char *name, struct arena *a)
{
    struct curl_header *h = NULL;
    if (!name || curl_easy_header(c, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK) return STR("");
    return str_dup(a, str_cut(str_of(h->value), 0, LINE_MAX_BYTES));
}

static err perform(CURL *c, struct exchange *x, struct arena *a, struct http_reply *out)
{
    char detail[CURL_ERROR_SIZE] = "";
    long status = 0;
    (void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
    CURLcode code = curl_easy_perform(c);
    if (code != CURLE_OK) return explain(code, x, detail);
    (void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    char *copy = arena_try(a, x->body.len + 1);
    if (!copy) return err_make(ERR_LIMIT, "no room for a reply of %zu bytes", x->body.len);
    if (x->body.len) memcpy(copy, x->body.ptr, x->body.len);
    *out = (struct http_reply){ .status = (int)status, .body = { copy, x->body.len } };
    return OK;
}

static void curl_start(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static err http_exchange(struct env *env, const struct http_request *req, struct arena *a, struct http_reply *out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, curl_start);
    struct exchange x = { .allow = env->http_ctx, .from_operator = req->from_operator };
    x.body = buf_init(req->reply_max ? req->reply_max : REPLY_DEFAULT);
    struct curl_slist *headers = NULL;
    CURLU *u = curl_url();
    CURL *c = curl_easy_init();
    err e = OK;
    if (!u || !c) e = err_make(ERR_IO, "no HTTP client");
    else if (!line_ok(req->url)) e = err_make(ERR_INPUT, "the address is empty, too long or holds a control character");
    else if (!token_ok(req->method)) e = err_make(ERR_INPUT, "the method is not a word in capitals");
    if (!e.code) e = read_url(u, str_z(a, req->url), &x);
    if (!e.code) e = read_headers(req, a, &headers);
    if (e.code) goto done;
    (void)curl_easy_setopt(c, CURLOPT_CURLU, u);
    (void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(c, CURLOPT_USERAGENT, "weir/" WEIR_VERSION);
    set_limits(c, req);
    set_callbacks(c, &x);
    set_body(c, req, str_z(a, req->method));
    e = perform(c, &x, a, out);
    if (!e.code) out->header = reply_header(c, req->want_header, a);
done:
    curl_easy_cleanup(c);
    curl_url_cleanup(u);
    curl_slist_free_all(headers);
    buf_done(&x.body);
    return e;
}

void url_percent(struct buf *b, str s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '_' || c == '.' || c == '~';
        if (plain) buf_char(b, (char)c);
        else buf_add(b, (str){ (const char[]){ '%', hex[c >> 4], hex[c & 15] }, 3 });
    }
}

str url_place(str url)
{
    ptrdiff_t scheme = str_find(url, STR("://"), 0);
    if (scheme < 0) return url;
    str rest = str_cut(url, (size_t)scheme + 3, url.len);
    size_t end = 0, from = 0;
    while (end < rest.len && !strchr("/?#", rest.ptr[end])) end++;
    for (size_t i = 0; i < end; i++)
        if (rest.ptr[i] == '@') from = i + 1; /* the last one: a password may hold others */
    return str_cut(rest, from, rest.len);
}

bool url_is_local(str url)
{
    static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };
    str host = url_place(url);
    bool v6 = str_starts(host, STR("["));
    size_t end = 0;
    while (end < host.len && !strchr("/?#", host.ptr[end]) && (v6 || host.ptr[end] != ':'))
        if (host.ptr[end++] == ']') v6 = false;
    host = str_cut(host, 0, end);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq_nocase(host, str_of(names[i]))) return true;
    return false;
}

void http_client_install(struct env *env, const struct net_allow *allow)
{
    /* The context is only ever read: the cast drops what the general field cannot say. */
    env->http_ctx = (void *)(uintptr_t)allow;
    env->http = http_exchange;
}
