#include "edge/notify/notify.h"

#include "base/hash.h"
#include "core/words.h"
#include "edge/http_client.h"
#include "sim/fake_http.h"
#include "sim/fake_smtp.h"
#include "test.h"

static struct env env;
static struct arena arena;

static void fresh(void)
{
    env = env_os();
    http_client_install(&env, NULL);
    arena_done(&arena);
    arena = arena_init(16 << 20);
}

static struct notice notice(void)
{
    return (struct notice){ .incident = STR("inc-7"), .event = STR("approval"), .title = STR("orders/load failed"),
                            .text = STR("column amount is gone"), .severity = STR("CRITICAL"),
                            .url = STR("https://weir.example/#/incidents/inc-7"), .key = STR("k1") };
}

/* ---- Slack ---- */

static json *slack(const struct notice *n)
{
    json *root = NULL;
    CHECK_OK(json_parse(slack_body(n, &arena), &arena, &root));
    return root;
}

static json *block(json *root, size_t i)
{
    return yyjson_arr_get(json_get(root, "blocks"), i);
}

TEST(slack_gets_blocks_with_the_text_escaped)
{
    fresh();
    struct notice n = notice();
    n.text = STR("a < b && c > d <!channel> \"quoted\"\nnext");
    json *root = slack(&n);
    CHECK_STR(json_get_str(root, "text"), "CRITICAL: orders/load failed");
    CHECK_STR(json_get_str(json_get(block(root, 0), "text"), "type"), "plain_text");
    CHECK_STR(json_get_str(json_get(block(root, 1), "text"), "text"),
              "a &lt; b &amp;&amp; c &gt; d &lt;!channel&gt; \"quoted\"\nnext");
    json *button = yyjson_arr_get_first(json_get(block(root, 3), "elements"));
    CHECK_STR(json_get_str(button, "url"), "https://weir.example/#/incidents/inc-7");
}

TEST(slack_limits_hold_whatever_the_text)
{
    fresh();
    struct buf b = buf_init(1 << 20);
    for (int i = 0; i < 20000; i++) buf_add(&b, i % 2 ? STR("&") : STR("\xc3\xbc"));
    struct notice n = notice();
    n.title = n.text = n.incident = buf_view(&b);
    n.url = STR("javascript:alert(1)");
    json *root = slack(&n);
    CHECK(json_get_str(json_get(block(root, 0), "text"), "text").len <= 150);
    CHECK(json_get_str(json_get(block(root, 1), "text"), "text").len <= 3000);
    CHECK(str_utf8_valid(json_get_str(json_get(block(root, 1), "text"), "text")));
    CHECK_I64(yyjson_arr_size(json_get(root, "blocks")), 3); /* no button for what is no web address */
    buf_done(&b);
}

/* Any bytes give one valid JSON text whose strings are escaped. */
TEST(slack_survives_any_bytes)
{
    unsigned seed = 99;
    (void)printf("# seed %u\n", seed);
    for (int i = 0; i < 500; i++) {
        char text[400];
        size_t len = (size_t)rand_r(&seed) % sizeof text;
        for (size_t k = 0; k < len; k++) text[k] = (char)(rand_r(&seed) >> 4);
        fresh();
        struct notice n = notice();
        n.text = n.title = (str){ text, len };
        str shown = json_get_str(json_get(block(slack(&n), 1), "text"), "text");
        CHECK(len == 0 || (str_find(shown, STR("<"), 0) < 0 && str_find(shown, STR(">"), 0) < 0));
    }
}

/* ---- mail ---- */

static struct str_list people(str *items, size_t count)
{
    return (struct str_list){ items, count };
}

static str decoded_body(str mail)
{
    struct buf b = buf_init(1 << 20);
    str rest = str_cut(mail, (size_t)str_find(mail, STR("\r\n\r\n"), 0) + 4, mail.len), line = STR_NONE, out = STR_NONE;
    while (str_next(&rest, '\n', &line)) {
        CHECK(line.len <= 77);
        buf_add(&b, str_trim(line));
    }
    CHECK_OK(base64_bytes(buf_view(&b), &arena, &out));
    buf_done(&b);
    return out;
}

TEST(a_mail_is_well_formed)
{
    fresh();
    str to[] = { STR("a@example.org"), STR("b@example.org") }, mail = STR_NONE;
    struct notify_channel ch = { .from = STR("weir@example.org"), .to = people(to, 2) };
    struct notice n = notice();
    CHECK_OK(mail_text(&ch, &n, 1777874400 * USEC_SECOND, &arena, &mail));
    CHECK(str_starts(mail,
                     STR("From: weir <weir@example.org>\r\nTo: a@example.org,\r\n b@example.org\r\n"
                         "Subject: [weir] CRITICAL: orders/load failed\r\nDate: Mon, 04 May 2026 06:00:00 +0000\r\n")));
    CHECK(str_find(mail, STR("\r\nContent-Transfer-Encoding: base64\r\n\r\n"), 0) > 0);
    CHECK(str_starts(decoded_body(mail), STR("orders/load failed\r\n\r\ncolumn amount is gone\r\n")));
}

TEST(a_title_starts_no_header)
{
    fresh();
    str to[] = { STR("a@example.org") }, mail = STR_NONE;
    struct notify_channel ch = { .from = STR("weir@example.org"), .to = people(to, 1) };
    struct notice n = notice();
    n.title = STR("x\r\nBcc: everybody@example.org\r\n\r\n.\r\nQUIT gr\xc3\xbc\xc3\x9f"
                  "e \xff and a title that goes on and on and on");
    CHECK_OK(mail_text(&ch, &n, 0, &arena, &mail));
    CHECK(str_find(mail, STR("Bcc"), 0) < 0 && str_find(mail, STR("QUIT"), 0) < 0);
    CHECK(str_find(mail, STR("Subject: =?utf-8?B?"), 0) > 0);
    str rest = str_cut(mail, 0, (size_t)str_find(mail, STR("\r\n\r\n"), 0)), line = STR_NONE;
    while (str_next(&rest, '\n', &line)) CHECK(line.len <= 78);
}

TEST(an_address_ends_no_command)
{
    fresh();
    static const char *const wrong[] = { "a@b>\r\nRCPT TO:<c@d", "a@b\nc", "", "nobody", "a@b, c@d", "<a@b>", "a@b c" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        str to[] = { str_of(wrong[i]) }, mail = STR_NONE;
        struct notify_channel ch = { .from = STR("weir@example.org"), .to = people(to, 1) };
        struct notice n = notice();
        CHECK_ERR(mail_text(&ch, &n, 0, &arena, &mail), ERR_INPUT);
        ch.from = to[0];
        to[0] = STR("a@example.org");
        CHECK_ERR(mail_text(&ch, &n, 0, &arena, &mail), ERR_INPUT);
    }
}

static err send_mail(const struct fake_smtp_opts *opts, enum smtp_tls tls, const char *password, str *lines)
{
    struct fake_smtp *s = NULL;
    str to[] = { STR("a@example.org"), STR("b@example.org") };
    fresh();
    CHECK_OK(fake_smtp_start(opts, &s));
    CHECK(setenv("WEIR_TEST_MAIL", "pass word", 1) == 0);
    struct notify_channel ch = { .name = STR("mail"),
                                 .kind = CHANNEL_SMTP,
                                 .host = STR("127.0.0.1"),
                                 .port = fake_smtp_port(s),
                                 .tls = tls,
                                 .from = STR("weir@example.org"),
                                 .to = people(to, 2) };
    if (password) ch.user = STR("weir");
    if (password) ch.password = str_of(password);
    struct notice n = notice();
    err e = notify_smtp(&env, &ch, &n, &arena);
    *lines = fake_smtp_lines(s, &arena);
    fake_smtp_stop(s);
    return e;
}

TEST(a_mail_is_delivered)
{
    str lines = STR_NONE;
    CHECK_OK(send_mail(&(struct fake_smtp_opts){ 0 }, SMTP_PLAIN, NULL, &lines));
    CHECK(str_find(lines, STR("MAIL FROM:<weir@example.org>"), 0) >= 0);
    CHECK(str_find(lines, STR("RCPT TO:<a@example.org>\nRCPT TO:<b@example.org>\nDATA\n"), 0) >= 0);
    CHECK(str_find(lines, STR("Subject: [weir] CRITICAL: orders/load failed\n"), 0) >= 0);
}

TEST(a_password_is_read_when_it_is_needed)
{
    str lines = STR_NONE;
    CHECK_OK(send_mail(&(struct fake_smtp_opts){ 0 }, SMTP_PLAIN, "env:WEIR_TEST_MAIL", &lines));
    CHECK(str_find(lines, STR("AHdlaXIAcGFzcyB3b3Jk"), 0) >= 0); /* \0weir\0pass word */
    CHECK_ERR(send_mail(&(struct fake_smtp_opts){ 0 }, SMTP_PLAIN, "env:WEIR_NOT_SET", &lines), ERR_NOT_FOUND);
    CHECK_STR(lines, "");
}

TEST(without_tls_nothing_is_said_when_tls_was_asked_for)
{
    str lines = STR_NONE;
    CHECK_ERR(send_mail(&(struct fake_smtp_opts){ 0 }, SMTP_STARTTLS, "env:WEIR_TEST_MAIL", &lines), ERR_DENIED);
    CHECK(str_find(lines, STR("AUTH"), 0) < 0 && str_find(lines, STR("MAIL"), 0) < 0);
}

TEST(what_a_mail_server_says_decides_what_is_known)
{
    str lines = STR_NONE;
    CHECK_ERR(send_mail(&(struct fake_smtp_opts){ .rcpt_reply = "550 no such user" }, SMTP_PLAIN, NULL, &lines),
              ERR_DENIED);
    CHECK_ERR(send_mail(&(struct fake_smtp_opts){ .rcpt_reply = "450 later" }, SMTP_PLAIN, NULL, &lines), ERR_FULL);
    CHECK_ERR(send_mail(&(struct fake_smtp_opts){ .end_reply = "" }, SMTP_PLAIN, NULL, &lines),
              ERR_IO); /* perhaps taken */
    fresh();
    str to[] = { STR("a@example.org") };
    struct notify_channel ch = {
        .host = STR("127.0.0.1"), .port = 9, .tls = SMTP_PLAIN, .from = STR("w@x"), .to = people(to, 1)
    };
    struct notice n = notice();
    CHECK_ERR(notify_smtp(&env, &ch, &n, &arena), ERR_NOT_FOUND);
}

/* ---- through the executor's door ---- */

static struct store *store;
static int claims;

static err claim(void *ctx, struct tx *tx, const struct input *in, int64_t *seq)
{
    (void)ctx;
    (void)tx;
    *seq = 1;
    claims += STR_IS(in->kind, "effect.started");
    return OK;
}

static bool no_pause(void *ctx, usec wait)
{
    (void)ctx;
    (void)wait;
    return true;
}

struct answers {
    int status[8];
    _Atomic int at;
};

static struct fake_reply answer(const struct fake_request *req, void *ctx)
{
    struct answers *a = ctx;
    (void)req;
    return (struct fake_reply){ .status = a->status[a->at++], .body = STR("ok") };
}

static struct act_reply tell(const struct notify_channel *ch, const char *args)
{
    struct act_door door = { .store = store, .env = &env, .apply = claim };
    struct effect f = { .id = STR("eff-1"),
                        .kind = STR("notify"),
                        .remedy = STR("ops"),
                        .target = STR("ops"),
                        .key = STR("k1"),
                        .args = str_of(args) };
    struct notify_channels all = { ch, 1 };
    struct act x = { .door = &door, .effect = &f, .a = &arena, .pause = no_pause, .notify_ctx = &all };
    struct act_reply out = { 0 };
    CHECK_OK(json_parse(f.args, &arena, &x.args));
    claims = 0;
    notify_effect(&x, &out);
    return out;
}

static const char args[] =
    "{\"incident\":\"inc-7\",\"event\":\"approval\",\"title\":\"t\",\"text\":\"x\",\"severity\":\"HIGH\",\"url\":\"\"}";

TEST(a_channel_is_told_what_it_wants_once)
{
    struct answers a = { .status = { 200, 200, 503, 429, 200, 400, 0 } };
    struct fake_http *s = NULL;
    fresh();
    CHECK_OK(store_open(&(struct store_opts){ .queue_max = 0 }, &env, &store));
    CHECK_OK(fake_http_start(answer, &a, &s));
    CHECK(setenv("WEIR_TEST_SLACK", fake_http_url(s, "/services/T/B/x", &arena).ptr, 1) == 0);
    CHECK(setenv("WEIR_TEST_KEY", "hush", 1) == 0);
    struct notify_channel ch = {
        .name = STR("ops"), .kind = CHANNEL_SLACK, .url = STR("env:WEIR_TEST_SLACK"), .min_severity = SEV_LOW
    };
    struct act_reply r = tell(&ch, args);
    CHECK(r.ok && claims == 1);
    CHECK_STR(r.summary, "told ops");
    CHECK_STR(fake_http_request(s, 0, &arena).path, "/services/T/B/x");

    struct notify_channel hook = { .name = STR("ops"),
                                   .kind = CHANNEL_WEBHOOK,
                                   .url = fake_http_url(s, "/hook", &arena),
                                   .secret = STR("env:WEIR_TEST_KEY"),
                                   .min_severity = SEV_LOW };
    CHECK(tell(&hook, args).ok);
    struct fake_request got = fake_http_request(s, 1, &arena);
    CHECK_STR(fake_header(&got, "idempotency-key"), "k1");
    CHECK(str_starts(fake_header(&got, "x-weir-signature"), STR("v1=")));

    r = tell(&hook, args); /* 503, 429, 200 */
    CHECK(r.ok && claims == 1);
    CHECK_I64(fake_http_count(s), 5);
    r = tell(&hook, args); /* 400 */
    CHECK(!r.ok && !r.unknown);
    r = tell(&hook, args); /* the connection is cut: it may have arrived, so it is not sent again */
    CHECK(!r.ok && r.unknown);
    CHECK_I64(fake_http_count(s), 7);

    ch.min_severity = SEV_CRITICAL;
    r = tell(&ch, args);
    CHECK(r.ok && claims == 0);
    str decided[] = { STR("decided") };
    ch.min_severity = SEV_LOW;
    ch.events = people(decided, 1);
    CHECK(tell(&ch, args).ok && claims == 0);
    CHECK_I64(fake_http_count(s), 7);
    ch.name = STR("other");
    CHECK(!tell(&ch, args).ok && claims == 0);
    fake_http_stop(s);
    store_close(store);
}

/* The address of a Slack webhook is a secret, a password is one: no failure says them. */
TEST(no_failure_tells_a_secret)
{
    fresh();
    CHECK_OK(store_open(&(struct store_opts){ .queue_max = 0 }, &env, &store));
    CHECK(setenv("WEIR_TEST_SLACK", "http://127.0.0.1:9/services/T0SECRET/B/x", 1) == 0);
    struct notify_channel ch = {
        .name = STR("ops"), .kind = CHANNEL_SLACK, .url = STR("env:WEIR_TEST_SLACK"), .min_severity = SEV_LOW
    };
    struct act_reply r = tell(&ch, args);
    CHECK(!r.ok && !r.unknown && str_find(r.summary, STR("T0SECRET"), 0) < 0);
    CHECK(setenv("WEIR_TEST_SLACK", "http://bad host/T0SECRET", 1) == 0);
    r = tell(&ch, args);
    CHECK(!r.ok && str_find(r.summary, STR("T0SECRET"), 0) < 0);
    store_close(store);
}
