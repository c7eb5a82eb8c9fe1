#include "edge/witness.h"

#include "core/core.h"
#include "edge/edge_kit.h"
#include "edge/http_client.h"
#include "edge/notify/notify.h"
#include "sim/fake_http.h"
#include "sim/fake_smtp.h"
#include "store/journal.h"
#include "store/note.h"
#include "test.h"

static const char a_note[] =
    "weir/1a2b3c4d\n1234\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n2026-05-04T06:00:01.250000Z\n\n"
    "\xe2\x80\x94 weir/1a2b3c4d Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+"
    "zyWE+xeMcTOAYQ8=\n";

/* A weir with a journal of its own, a clock that is set, and a signer. */
struct world {
    struct env env;
    struct store *store;
    struct core *core;
    struct signer signer;
    struct config *config;
    struct arena a;
    struct witness_tally tally;
};

static usec wall_now;

static usec set_wall(struct env *env)
{
    (void)env;
    return wall_now;
}

static err put(void *ctx, const char *kind, str subject, str body)
{
    struct world *w = ctx;
    return kit_put(w->store, w->core, kind, subject, body);
}

static err sign_work(struct tx *tx, void *ctx)
{
    struct world *w = ctx;
    str note;
    return journal_checkpoint(tx, &w->signer, tx_arena(tx), &note);
}

static void open_world(struct world *w, str config)
{
    *w = (struct world){ .env = env_os(), .core = core_new(), .a = arena_init(16 << 20) };
    http_client_install(&w->env, NULL);
    wall_now = INT64_C(1777874400) * USEC_SECOND;
    w->env.wall = set_wall;
    CHECK_OK(config_load(&(struct config_opts){ .path = STR("weir.yaml"), .text = config }, &w->a, NULL, &w->config));
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR("") }, &w->env, &w->store));
    CHECK_OK(signer_open(str_fmt(&w->a, STR_FMT "/journal.key", STR_ARG(test_dir())), &w->env, &w->signer));
    CHECK_OK(put(w, "weir.started", STR(""), STR("{\"logic_version\":1}")));
    CHECK_OK(store_run(w->store, sign_work, w));
}

static void close_world(struct world *w)
{
    store_close(w->store);
    core_free(w->core);
    config_free(w->config);
    arena_done(&w->a);
}

static void look(struct world *w)
{
    struct witness_opts opts = { w->store, &w->env, w->config, put, w };
    witness_send_due(&opts, &w->tally);
}

/* What came fits the journal and is signed by its key. */
static void check_message(struct world *w, str message)
{
    struct tx *tx = NULL;
    struct audit_report report;
    str note;
    CHECK_OK(witness_find(message, &w->a, &note));
    CHECK_OK(store_read(w->store, &tx));
    struct audit_opts opts = { .key = { (const char *)w->signer.public_key, ED25519_PUBLIC_LEN }, .note = note };
    CHECK_OK(journal_verify(tx, &opts, &report));
    CHECK_STR(str_of(report.problem), "");
    CHECK(report.note_used);
    store_read_end(tx);
}

/* The text that a chat shows of a message's blocks. */
static str slack_text(struct world *w, str body)
{
    json *v = NULL;
    CHECK_OK(json_parse(body, &w->a, &v));
    return json_get_str(json_get(yyjson_arr_get(json_get(v, "blocks"), 1), "text"), "text");
}

/* The mail as a client saves it: what came after DATA. */
static str mail_of(struct fake_smtp *s, struct arena *a)
{
    str lines = fake_smtp_lines(s, a);
    ptrdiff_t at = str_find(lines, STR("From: "), 0), end = str_find(lines, STR("\n.\n"), 0);
    if (end < 0) end = str_find(lines, STR("\n.\r\n"), 0);
    CHECK(at > 0);
    return str_cut(lines, (size_t)at, end > at ? (size_t)(end - at) : lines.len);
}

TEST(every_kind_of_channel_delivers_what_audit_verify_takes)
{
    struct fake_http *http = NULL;
    struct fake_smtp *smtp = NULL;
    struct arena a = arena_init(1 << 20);
    struct world w;
    CHECK_OK(fake_http_start(NULL, NULL, &http));
    CHECK_OK(fake_smtp_start(&(struct fake_smtp_opts){ 0 }, &smtp));
    CHECK(setenv("WEIR_TEST_SLACK", fake_http_url(http, "/slack", &a).ptr, 1) == 0);
    open_world(&w, str_fmt(&a,
                           "journal: {witnesses: [hook, chat, mail]}\nnotify:\n"
                           "  - {name: hook, kind: webhook, url: 'http://127.0.0.1:%d/hook', min_severity: CRITICAL}\n"
                           "  - {name: chat, kind: slack, url: 'env:WEIR_TEST_SLACK', events: [checkpoint]}\n"
                           "  - {name: mail, kind: smtp, host: 127.0.0.1, port: %d, tls: none, from: w@example.com, "
                           "to: [k@example.com]}\n",
                           fake_http_port(http), fake_smtp_port(smtp)));
    look(&w);
    CHECK_I64(w.tally.sent, 3);
    CHECK_I64(fake_http_count(http), 2);
    check_message(&w, fake_http_request(http, 0, &w.a).body);
    check_message(&w, slack_text(&w, fake_http_request(http, 1, &w.a).body));
    check_message(&w, mail_of(smtp, &w.a));
    close_world(&w);
    fake_http_stop(http);
    fake_smtp_stop(smtp);
    arena_done(&a);
}

static struct fake_reply busy_at_first(const struct fake_request *req, void *ctx)
{
    (void)req;
    int *calls = ctx;
    return (struct fake_reply){ .status = ++*calls == 1 ? 503 : 200, .body = STR("") };
}

TEST(a_witness_is_told_once_in_its_time_and_again_after_a_failure)
{
    struct fake_http *http = NULL;
    struct arena a = arena_init(1 << 20);
    struct world w;
    int calls = 0;
    CHECK_OK(fake_http_start(busy_at_first, &calls, &http));
    open_world(&w, str_fmt(&a,
                           "journal: {witnesses: hook, witness_every: 1h}\nnotify:\n"
                           "  - {name: hook, kind: webhook, url: 'http://127.0.0.1:%d/hook'}\n",
                           fake_http_port(http)));
    look(&w);
    CHECK(w.tally.failed == 1 && w.tally.sent == 0);
    look(&w);
    CHECK_I64(w.tally.sent, 1);
    CHECK_OK(store_run(w.store, sign_work, &w)); /* a newer one, but too early */
    look(&w);
    CHECK_I64(w.tally.sent, 1);
    wall_now += USEC_HOUR;
    look(&w);
    CHECK_I64(w.tally.sent, 2);
    wall_now += USEC_HOUR; /* nothing new was signed */
    look(&w);
    CHECK_I64(fake_http_count(http), 3);
    check_message(&w, fake_http_request(http, 2, &w.a).body);
    close_world(&w);
    fake_http_stop(http);
    arena_done(&a);
}

TEST(a_checkpoint_is_found_in_what_people_save)
{
    static const char *const wraps[] = {
        "%s", "\n\n  %s", "Keep this message.\n\n%s\nbye\n", "{\"text\":\"ignored\"}\n%s",
    };
    struct arena a = arena_init(1 << 20);
    str note, quoted = STR(""), rest = str_of(a_note), line;
    for (size_t i = 0; i < sizeof wraps / sizeof *wraps; i++) {
        struct buf b = buf_init(1 << 16);
        str wrap = str_of(wraps[i]);
        ptrdiff_t at = str_find(wrap, STR("%s"), 0);
        buf_add(&b, str_cut(wrap, 0, (size_t)at));
        buf_add(&b, str_of(a_note));
        buf_add(&b, str_cut(wrap, (size_t)at + 2, wrap.len));
        CHECK_OK(witness_find(buf_view(&b), &a, &note));
        CHECK_STR(note, a_note);
        buf_done(&b);
    }
    while (rest.len && str_next(&rest, '\n', &line))
        quoted = str_fmt(&a, STR_FMT "> " STR_FMT "\r\n", STR_ARG(quoted), STR_ARG(line));
    CHECK_OK(witness_find(quoted, &a, &note));
    CHECK_STR(note, a_note);
    arena_done(&a);
}

TEST(what_holds_no_checkpoint_is_refused)
{
    static const char *const texts[] = { "",
                                         "hello",
                                         "{}",
                                         "{\"text\":7}",
                                         "weir/1a2b3c4d\n1234\n",
                                         "a\nb\nc\nd\n\n\xe2\x80\x94 x y\n",
                                         "Content-Transfer-Encoding: base64\n\n!!!!\n",
                                         "\xe2\x80\x94 weir/1a2b3c4d AAAA\n" };
    struct arena a = arena_init(1 << 20);
    str note;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_ERR(witness_find(str_of(texts[i]), &a, &note), ERR_INPUT);
    arena_done(&a);
}
