/* Commands against a server that answers from a script: what they ask, and what they make of the answer. */
#include "edge/cli/client.h"

#include <fcntl.h>
#include <unistd.h>

#include "edge/cli/commands.h"
#include "edge/cli/cli_kit.h"

enum { ASKED_MAX = 16 };
#define NOW INT64_C(1777874400000000) /* 2026-05-04T06:00:00Z */

static struct {
    const char *path_part; /* of the request it answers */
    int status;
    const char *body;
} script[ASKED_MAX];
static struct {
    char method[8], url[512], body[512], headers[512];
} asked[ASKED_MAX];
static size_t asked_count;
static enum err_code fail_with;

static err fake_http(struct env *env, const struct http_request *q, struct arena *a, struct http_reply *reply)
{
    (void)env;
    (void)a;
    if (fail_with) return err_make(fail_with, "connection refused");
    if (asked_count == ASKED_MAX) return err_make(ERR_IO, "asked too often");
    (void)snprintf(asked[asked_count].method, sizeof asked->method, STR_FMT, STR_ARG(q->method));
    (void)snprintf(asked[asked_count].url, sizeof asked->url, STR_FMT, STR_ARG(q->url));
    (void)snprintf(asked[asked_count].body, sizeof asked->body, STR_FMT, STR_ARG(q->body));
    size_t at = 0;
    asked[asked_count].headers[0] = 0;
    for (size_t i = 0; i < q->header_count && at + q->headers[i].len + 2 < sizeof asked->headers; i++)
        at += (size_t)snprintf(asked[asked_count].headers + at, sizeof asked->headers - at, STR_FMT "\n",
                               STR_ARG(q->headers[i]));
    asked_count++;
    *reply = (struct http_reply){ .status = 404,
                                  .body = STR("{\"title\":\"no such thing\",\"detail\":\"there is no such thing\"}") };
    for (size_t i = 0; i < ASKED_MAX && script[i].path_part; i++) {
        if (str_find(q->url, str_of(script[i].path_part), 0) < 0) continue;
        *reply = (struct http_reply){ .status = script[i].status, .body = str_of(script[i].body) };
        break;
    }
    return OK;
}

static usec fake_wall(struct env *env)
{
    (void)env;
    return NOW;
}

static char text[1 << 20];

static int run(const char *const *words)
{
    static const char *const always[] = { "--server", "http://127.0.0.1:9/", "--data-dir", "/nowhere", NULL };
    char *argv[32] = { mem_dup_z(STR("weir")) };
    int argc = 1;
    for (size_t i = 0; words[i]; i++) argv[argc++] = mem_dup_z(str_of(words[i]));
    for (size_t i = 0; always[i]; i++) argv[argc++] = mem_dup_z(str_of(always[i]));
    struct env env = env_os();
    env.http = fake_http;
    env.wall = fake_wall;
    asked_count = 0;
    int rc = cli_captured(argc, argv, commands, &env, text, sizeof text);
    for (int i = 0; i < argc; i++) mem_free(argv[i]);
    return rc;
}

#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })
#define HAS(part)                                                                                                      \
    do {                                                                                                               \
        if (!strstr(text, (part))) test_failed(__FILE__, __LINE__, "no '%s' in:\n%s", (part), text);                  \
    } while (0)

static void answer(const char *path_part, int status, const char *body)
{
    memset(script, 0, sizeof script);
    script[0].path_part = path_part;
    script[0].status = status;
    script[0].body = body;
}

static const char incident[] =
    "{\"id\":\"inc-12\",\"severity\":\"CRITICAL\",\"state\":\"mitigating\",\"pipeline\":\"orders\",\"title\":\"load "
    "fails: column amount is gone\",\"opened\":1777874340000000,"
    "\"resolved\":null,\"resolution\":\"\",\"case_id\":\"case-14\",\"causes\":[{\"rank\":1,\"kind\":\"schema.missing_"
    "column\",\"subject\":\"orders/load\",\"score\":0.93,"
    "\"title\":\"the column amount is gone\",\"evidence\":[{\"seq\":9,\"text\":\"load exits with "
    "1\"},{\"seq\":7,\"text\":\"the header\\u001b[31m lost amount\"}]}],"
    "\"proposals\":[{\"id\":\"pro-15\",\"summary\":\"use the last good file\",\"leaves\":\"undoable\"}],"
    "\"decisions\":[{\"id\":\"dec-16\",\"proposal\":\"pro-15\",\"verdict\":\"escalate\",\"rule\":\"critical\","
    "\"because\":\"a critical incident needs a person\",\"confidence\":0.86,\"cost_usd\":0}],"
    "\"approvals\":[{\"id\":\"apr-17\",\"state\":\"pending\",\"expires\":1777878000000000}],"
    "\"effects\":[{\"kind\":\"probe\",\"remedy\":\"command.run\",\"target\":\"orders\",\"state\":\"done\",\"started\":"
    "1777874341000000,\"ended\":1777874341500000,\"outcome\":{\"summary\":\"ok\"}}],"
    "\"findings\":[{\"summary\":\"load "
    "failed\",\"kind\":\"exit\",\"severity\":\"CRITICAL\",\"time\":1777874340000000}]}";

TEST(an_incident_is_a_readable_card)
{
    answer("/api/v1/incidents/inc-12", 200, incident);
    CHECK_I64(RUN("incidents", "inc-12"), EXIT_FINE);
    CHECK_STR(str_of(asked[0].url), "http://127.0.0.1:9/api/v1/incidents/inc-12");
    HAS("CRITICAL  inc-12  mitigating");
    HAS("1 min ago");
    HAS("schema.missing_column at orders/load, 0.93");
    HAS("load exits with 1 (entry 9)");
    HAS("escalate: use the last good file");
    HAS("rule critical: a critical incident needs a person");
    HAS("weir approve apr-17");
    HAS("probe command.run orders: done in 500 ms; ok");
    CHECK(!strchr(text, 0x1b)); /* no text from outside steers the terminal */
    str rest = str_of(text), line;
    while (str_next(&rest, '\n', &line)) CHECK(line.len <= 80);
    CHECK_I64(RUN("incidents", "inc-12", "--json"), EXIT_FINE);
    CHECK(str_eq(str_trim(str_of(text)), str_of(incident)));
}

TEST(lists_ask_for_a_page_and_filter)
{
    answer("/api/v1/incidents", 200,
           "{\"items\":[{\"id\":\"inc-1\",\"severity\":\"HIGH\",\"state\":\"open\",\"pipeline\":\"orders\",\"title\":"
           "\"late\",\"cause\":\"\",\"opened\":1777874399999999}],\"next_cursor\":null}");
    CHECK_I64(RUN("incidents", "--pipeline", "a b&c", "--limit", "7"), EXIT_FINE);
    CHECK_STR(str_of(asked[0].url), "http://127.0.0.1:9/api/v1/incidents?limit=7&state=active&pipeline=a%20b%26c");
    HAS("inc-1  HIGH      open   orders    late");
    CHECK_I64(RUN("incidents", "--all"), EXIT_FINE);
    CHECK_STR(str_of(asked[0].url), "http://127.0.0.1:9/api/v1/incidents?limit=50");
    answer("/api/v1/pipelines", 200,
           "{\"items\":[{\"name\":\"orders\",\"health\":\"ok\",\"tier\":1,\"every_us\":300000000,\"source\":\"shop\","
           "\"destination\":\"wh\",\"last_seen\":1777874399000000}],\"next_cursor\":null}");
    CHECK_I64(RUN("pipelines"), EXIT_FINE);
    HAS("orders  ok         1  5 min  shop    wh           1 s ago");
}

TEST(the_beginning_of_a_runs_id_is_enough)
{
    memset(script, 0, sizeof script);
    script[0].path_part = "/pipelines/a/runs";
    script[0].body =
        "{\"items\":[{\"id\":\"01a1fe05-77eb-772a-974a-f0407142fab9\",\"pipeline\":\"a\",\"started\":1777874100000000},"
        "{\"id\":\"01a1fe05-77eb-772b-974a-f0407142fab9\",\"pipeline\":\"a\",\"started\":1777874100000000}]}";
    script[1].path_part = "/pipelines?limit=200";
    script[1].body = "{\"items\":[{\"name\":\"a\"}]}";
    script[2].path_part = "/runs/01a1fe05-77eb-772b-974a-f0407142fab9";
    script[2].body =
        "{\"id\":\"01a1fe05-77eb-772b-974a-f0407142fab9\",\"pipeline\":\"a\",\"state\":\"ok\",\"output\":\"\"}";
    for (int i = 0; i < 3; i++) script[i].status = 200;
    CHECK_I64(RUN("runs"), EXIT_FINE);
    HAS("01a1fe05-77eb-772b  a");
    CHECK_I64(RUN("runs", "show", "01a1fe05-77eb-772b"), EXIT_FINE);
    HAS("01a1fe05-77eb-772b-974a-f0407142fab9");
    CHECK_I64(RUN("runs", "show", "01a1fe05-77eb"), EXIT_FOUND);
    HAS("2 runs begin with '01a1fe05-77eb'");
}

TEST(runs_of_all_pipelines_are_merged_newest_first)
{
    memset(script, 0, sizeof script);
    script[0].path_part = "/pipelines/a/runs";
    script[0].body = "{\"items\":[{\"id\":\"r1\",\"pipeline\":\"a\",\"step\":\"s\",\"state\":\"ok\",\"started\":"
                     "1777874100000000,\"duration_us\":1500000,\"exit_code\":0,\"rows\":5}]}";
    script[1].path_part = "/pipelines/b/runs";
    script[1].body = "{\"items\":[{\"id\":\"r2\",\"pipeline\":\"b\",\"step\":\"s\",\"state\":\"failed\",\"started\":"
                     "1777874200000000,\"duration_us\":null,\"exit_code\":3,\"rows\":null}]}";
    script[2].path_part = "/pipelines?limit=200";
    script[2].body = "{\"items\":[{\"name\":\"a\"},{\"name\":\"b\"}]}";
    for (int i = 0; i < 3; i++) script[i].status = 200;
    CHECK_I64(RUN("runs"), EXIT_FINE);
    char *first = strstr(text, "r2"), *second = strstr(text, "r1");
    CHECK(first && second && first < second);
    HAS("failed (exit 3)");
    CHECK_I64(RUN("runs", "--json", "--limit", "1"), EXIT_FINE);
    CHECK(str_starts(str_of(text), STR("{\"items\":[{\"id\":\"r2\"")) && !strstr(text, "r1"));
    CHECK_I64(RUN("runs", "b", "--step", "s"), EXIT_FINE);
    CHECK_STR(str_of(asked[0].url), "http://127.0.0.1:9/api/v1/pipelines/b/runs?limit=50&step=s");
}

TEST(what_changes_something_carries_key_body_and_idempotency_key)
{
    (void)setenv("WEIR_KEY", "k123", 1);
    answer("/approve", 200, "{\"seq\":40}");
    CHECK_I64(RUN("approve", "apr-17", "-m", "looks \"fine\""), EXIT_FINE);
    CHECK_STR(str_of(asked[0].method), "POST");
    CHECK_STR(str_of(asked[0].url), "http://127.0.0.1:9/api/v1/approvals/apr-17/approve");
    CHECK_STR(str_of(asked[0].body), "{\"comment\":\"looks \\\"fine\\\"\"}");
    CHECK(strstr(asked[0].headers, "x-api-key: k123\n") && strstr(asked[0].headers, "Idempotency-Key: ") &&
          strstr(asked[0].headers, "Content-Type: application/json"));
    HAS("apr-17 approved");
    answer("/silences", 201, "{\"seq\":41,\"id\":\"sil-41\"}");
    CHECK_I64(RUN("silence", "add", "--pipeline", "orders", "--for", "2h", "--comment", "move"), EXIT_FINE);
    CHECK_STR(
        str_of(asked[0].body),
        "{\"pipeline\":\"orders\",\"kind\":\"\",\"ends\":1777881600000000,\"comment\":\"move\",\"maintenance\":false}");
    HAS("sil-41 holds for 2 h");
    answer("/silences/sil-41", 204, "");
    CHECK_I64(RUN("silence", "end", "sil-41"), EXIT_FINE);
    CHECK_STR(str_of(asked[0].method), "DELETE");
    answer("/keys", 201, "{\"name\":\"ci\",\"role\":\"ingest\",\"key\":\"wk_abc\",\"seq\":42}");
    CHECK_I64(RUN("keys", "add", "ci", "--role", "ingest"), EXIT_FINE);
    HAS("wk_abc\n");
    answer("/cases/case-14/fork", 201, "{\"seq\":43}");
    CHECK_I64(RUN("cases", "fork", "case-14", "--step", "2"), EXIT_FINE);
    CHECK_STR(str_of(asked[0].body), "{\"step\":2}");
    (void)unsetenv("WEIR_KEY");
}

TEST(a_refusal_is_told_in_the_servers_words)
{
    answer("nothing", 200, "");
    CHECK_I64(RUN("cases", "show", "case-99"), EXIT_FOUND);
    HAS("weir cases show: there is no such thing");
    answer("/incidents", 401, "{\"title\":\"not authenticated\"}");
    CHECK_I64(RUN("incidents"), EXIT_FOUND);
    HAS("the server wants a key; give a key with --key-file or WEIR_KEY");
    answer("/incidents", 503, "{\"title\":\"shutting down\"}");
    CHECK_I64(RUN("incidents"), EXIT_FAILED);
    answer("/incidents", 200, "<html>");
    CHECK_I64(RUN("incidents"), EXIT_FAILED);
    HAS("is no JSON; is that a weir server?");
    fail_with = ERR_IO;
    CHECK_I64(RUN("incidents"), EXIT_FAILED);
    HAS("no answer from http://127.0.0.1:9 (connection refused); is weir serve running?");
    fail_with = ERR_NONE;
    CHECK_I64(RUN("silence", "add", "--for", "1h"), EXIT_USAGE);
    CHECK_I64(RUN("silence", "add", "--pipeline", "x"), EXIT_USAGE);
    CHECK_I64(RUN("silence", "add", "--pipeline", "x", "--for", "soon"), EXIT_USAGE);
    CHECK_I64(RUN("cases", "fork", "c"), EXIT_USAGE);
    CHECK_I64((int)asked_count, 0);
}
