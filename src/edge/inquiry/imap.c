/* The mailbox: libcurl speaks IMAP. One connection a look: search, then for each mail fetch, hand over, mark. */
#include <curl/curl.h>

#include "base/buf.h"
#include "base/log.h"
#include "edge/files.h"
#include "edge/http_client.h"
#include "edge/inquiry/intake_file.h"
#include "edge/inquiry/intake_internal.h"
#include "edge/mail/mail.h"
#include "edge/tls_trust.h"

#define TIMEOUT_MS 30000L
enum { MAILS_A_LOOK = 200, REPLY_MAX = 1 << 20 };

struct mailbox {
    CURL *curl;
    struct arena a;
    str url; /* with the mailbox */
    struct buf reply;
};

static size_t keep(char *bytes, size_t size, size_t n, void *ctx)
{
    struct buf *b = ctx;
    buf_add(b, (str){ bytes, size * n });
    return b->full ? 0 : size * n;
}

/* "imap://host/INBOX": percent-encoded, so that no name leaves its place. */
static str mailbox_url(CURL *c, str url, str mailbox, struct arena *a)
{
    char *name = curl_easy_escape(c, str_z(a, mailbox), (int)mailbox.len);
    while (str_ends(url, STR("/"))) url.len--;
    str out = str_fmt(a, STR_FMT "/%s", STR_ARG(url), name ? name : "INBOX");
    curl_free(name);
    return out;
}

static err open_box(const struct intake_opts *o, struct mailbox *box)
{
    str password = STR("");
    *box =
        (struct mailbox){ .a = arena_init(1 << 20), .curl = curl_easy_init(), .reply = buf_init(MAIL_MAX + REPLY_MAX) };
    CURL *c = box->curl;
    if (!c) return err_make(ERR_IO, "no mail client");
    err e = o->imap_password.len ? secret_read(o->imap_password, &box->a, &password) : OK;
    if (e.code) return e;
    box->url = mailbox_url(c, o->imap_url, o->imap_mailbox, &box->a);
    (void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "imap,imaps");
    /* imap:// goes on with STARTTLS where the server is not on this machine: a password is not sent in the clear. */
    bool local = str_starts(o->imap_url, STR("imap://")) && url_is_local(o->imap_url);
    (void)curl_easy_setopt(c, CURLOPT_USE_SSL, local ? (long)CURLUSESSL_TRY : (long)CURLUSESSL_ALL);
    tls_trust(c);
    (void)curl_easy_setopt(c, CURLOPT_USERNAME, str_z(&box->a, o->imap_user));
    (void)curl_easy_setopt(c, CURLOPT_PASSWORD, str_z(&box->a, password));
    (void)curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(c, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, TIMEOUT_MS / 3);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, &box->reply);
    return OK;
}

static void close_box(struct mailbox *box)
{
    curl_easy_cleanup(box->curl);
    buf_done(&box->reply);
    arena_done(&box->a);
}

/* command NULL: fetch what the address names. */
static err ask(struct mailbox *box, const char *url, const char *command)
{
    char detail[CURL_ERROR_SIZE] = "";
    buf_clear(&box->reply);
    (void)curl_easy_setopt(box->curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(box->curl, CURLOPT_CUSTOMREQUEST, command);
    (void)curl_easy_setopt(box->curl, CURLOPT_ERRORBUFFER, detail);
    CURLcode code = curl_easy_perform(box->curl);
    (void)curl_easy_setopt(box->curl, CURLOPT_ERRORBUFFER, NULL);
    if (code == CURLE_OK) return OK;
    bool denied = code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED || code == CURLE_PEER_FAILED_VERIFICATION;
    return err_make(denied            ? ERR_DENIED
                    : box->reply.full ? ERR_LIMIT
                                      : ERR_IO,
                    "%s", detail[0] ? detail : curl_easy_strerror(code));
}

/* "* SEARCH 3 7 12" */
static size_t read_uids(str reply, int64_t *out, size_t max)
{
    size_t n = 0;
    str line, word;
    while (reply.len && str_next(&reply, '\n', &line)) {
        str rest = str_trim(line);
        if (!str_starts(rest, STR("* SEARCH"))) continue;
        rest = str_cut(rest, 8, rest.len);
        while (rest.len && n < max && str_next(&rest, ' ', &word)) {
            int64_t uid;
            if (!str_to_i64(word, &uid).code && uid > 0 && uid <= UINT32_MAX) out[n++] = uid;
        }
    }
    return n;
}

static err mark(struct mailbox *box, int64_t uid)
{
    return ask(box, box->url.ptr, str_fmt(&box->a, "UID STORE %lld +FLAGS.SILENT ($weir)", (long long)uid).ptr);
}

static err take_one(struct intake *in, struct mailbox *box, int64_t uid)
{
    struct arena a = arena_init((size_t)4 * MAIL_MAX);
    struct inquiry_mail m;
    err e = ask(box, str_fmt(&a, STR_FMT "/;UID=%lld", STR_ARG(box->url), (long long)uid).ptr, NULL);
    if (e.code == ERR_LIMIT) {
        log_warn("inquiry.imap mail %lld is over %d MiB: left out", (long long)uid, MAIL_MAX >> 20);
        atomic_fetch_add(&in->refused, 1);
        e = OK;
    } else if (!e.code && !intake_mail(buf_view(&box->reply), STR("imap"), &a, &m))
        atomic_fetch_add(&in->passed_over, 1);
    else if (!e.code) e = intake_take(in, &m, "imap");
    arena_done(&a);
    return e.code ? e : mark(box, uid);
}

err intake_imap_look(struct intake *in)
{
    int64_t uids[MAILS_A_LOOK];
    size_t n = 0;
    struct mailbox box;
    err e = open_box(&in->opts, &box);
    if (!e.code) e = ask(&box, box.url.ptr, "UID SEARCH UNDELETED UNKEYWORD $weir");
    if (!e.code) n = read_uids(buf_view(&box.reply), uids, MAILS_A_LOOK);
    for (size_t i = 0; i < n && !e.code; i++) {
        struct arena_mark at = arena_mark(&box.a);
        e = take_one(in, &box, uids[i]);
        arena_rewind(&box.a, at);
    }
    close_box(&box);
    return e;
}
