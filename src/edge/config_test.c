#include "edge/config.h"

#include "edge/documents/vector_store.h"
#include "test.h"

static const char *const *variables; /* "NAME=value", ended by NULL */

static const char *get(const char *name)
{
    for (size_t i = 0; variables && variables[i]; i++) {
        str rest = str_of(variables[i]), key;
        (void)str_next(&rest, '=', &key);
        if (str_eq(key, str_of(name))) return rest.ptr;
    }
    return NULL;
}

static struct config *load(const char *text, const char *set)
{
    struct arena a = arena_init(1 << 20);
    struct config *c = NULL;
    struct config_opts opts = {
        .path = STR("conf/weir.yaml"), .text = str_of(text), .data_dir = STR("/data"), .set = str_of(set), .getenv = get
    };
    CHECK_OK(config_load(&opts, &a, NULL, &c));
    arena_done(&a);
    return c;
}

TEST(the_example_is_the_defaults)
{
    struct arena a = arena_init(1 << 20);
    struct config *c = NULL, *d = NULL;
    struct config_opts file = { .path = STR(WEIR_SOURCE_DIR "/examples/weir.yaml"), .data_dir = STR("/data") },
                       none = { .path = STR(""), .data_dir = STR("/data") };
    CHECK_OK(config_load(&file, &a, NULL, &c));
    CHECK_OK(config_load(&none, &a, NULL, &d));
    struct buf x = buf_init(1 << 20), y = buf_init(1 << 20);
    struct jw w = jw_init(&x), v = jw_init(&y);
    jw_open(&w, NULL);
    jw_open(&v, NULL);
    c->path = d->path = STR("");
    config_json(c, &w);
    config_json(d, &v);
    CHECK(str_eq(buf_view(&x), buf_view(&y)));
    CHECK_STR(config_server_url(c, &a), "http://127.0.0.1:8090");
    CHECK_I64(c->settle, 10 * USEC_SECOND);
    CHECK_I64(c->samples_max_bytes, INT64_C(10) << 30);
    CHECK_I64(c->journal_retention, 400 * USEC_DAY);
    CHECK(c->free_disk_floor == 5.0 && c->sync == 0 && c->log_level == LOG_INFO);
    buf_done(&x);
    buf_done(&y);
    config_free(c);
    config_free(d);
    arena_done(&a);
}

/* The commented example documents every option of the table. */
TEST(the_example_names_every_option)
{
    static char text[1 << 16];
    FILE *f = fopen(WEIR_SOURCE_DIR "/examples/weir.yaml", "r");
    CHECK(f != NULL);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    (void)fclose(f);
    size_t count;
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++) {
        const char *dot = strrchr(options[i].name, '.');
        char key[64];
        (void)snprintf(key, sizeof key, "%s:", dot ? dot + 1 : options[i].name);
        if (!strstr(text, key)) test_failed(__FILE__, __LINE__, "%s is missing", options[i].name);
    }
}

TEST(sources_of_documents_are_one_place_each)
{
    struct config *c = load("knowledge:\n  reindex_documents: 5\n  sources:\n"
                            "  - {name: guides, folder: /srv/guides, roles: [operator, approver]}\n"
                            "  - {name: book, git: 'git@example.com:team/book', branch: main, every: 1m}\n", "");
    CHECK_I64(c->knowledge.reindex_documents, 5);
    CHECK_I64(c->knowledge.source_count, 2);
    CHECK_STR(c->knowledge.sources[0].roles, "[\"operator\",\"approver\"]");
    CHECK_I64(c->knowledge.sources[0].every, 30 * USEC_SECOND);
    CHECK_STR(c->knowledge.sources[1].branch, "main");
    CHECK_STR(c->knowledge.sources[1].roles, "[]");
    config_free(c);
}

TEST(every_store_of_vectors_is_told_by_its_name)
{
    size_t n = 0;
    for (; vector_store_kind_at(n); n++) {
        char text[256];
        const char *name = vector_store_kind_at(n)->name, *url = n ? ", url: 'https://x', key: 'env:K'" : "";
        if (strcmp(name, "pgvector") == 0) url = ", url: 'postgresql://weir@db/weir', key: 'env:K'";
        (void)snprintf(text, sizeof text, "knowledge: {store: {kind: %s%s}}\n", name, url);
        struct config *c = load(text, "");
        CHECK_I64(c->knowledge.store, n);
        CHECK_STR(c->knowledge.store_collection, "weir");
        config_free(c);
    }
    struct config *c = load("knowledge: {store: {kind: qdrant, url: 'http://[::1]:6333/', key: 'file:/k'}}\n", "");
    CHECK_STR(c->knowledge.store_key, "file:/k");
    config_free(c);
    CHECK(n > 1);
}

TEST(the_file_yields_to_the_environment_and_that_to_set)
{
    variables = (const char *const[]){ "WEIR_INCIDENT_SETTLE=20s", "WEIR_ENGINE_THREADS=2",
                                       "WEIR_NET_ALLOW=10.0.0.0/8, fd00::/8", NULL };
    struct config *c = load("incident: {settle: 5s, quiet: 1m}\nengine: {threads: 1}\npolicy: p.yaml\nrunbooks: /abs\n",
                            "engine.threads=3\nlog.level=debug");
    CHECK_I64(c->settle, 20 * USEC_SECOND);
    CHECK_I64(c->quiet, USEC_MINUTE);
    CHECK_I64(c->engine_threads, 3);
    CHECK_I64(c->log_level, LOG_DEBUG);
    CHECK_I64(c->net_allow.count, 2);
    CHECK_STR(c->net_allow.items[1], "fd00::/8");
    CHECK_STR(c->policy, "conf/p.yaml"); /* relative to the file */
    CHECK_STR(c->runbooks, "/abs");
    CHECK_STR(c->data_dir, "/data");
    config_free(c);
    variables = NULL;
}

TEST(parts_are_read)
{
    struct config *c =
        load("scrape:\n  - {job: node, url: \"http://localhost:9100/metrics\", every: 5s, labels: {env: prod, n: 1}}\n"
             "notify:\n  - {name: team, kind: slack, url: \"env:SLACK\", min_severity: HIGH, events: [opened]}\n"
             "  - {name: mail, kind: smtp, host: m, from: a@b, to: [c@d, e@f], tls: tls}\n"
             "  - {name: hook, kind: webhook, url: \"https://x/y\", secret: \"file:/s\"}\n",
             "");
    CHECK_I64(c->scrape_count, 1);
    CHECK_I64(c->scrapes[0].timeout, 5 * USEC_SECOND);
    CHECK_STR(c->scrapes[0].labels[1], "n=1");
    CHECK_I64(c->channel_count, 3);
    CHECK_I64(c->channels[0].min_severity, 3);
    CHECK_I64(c->channels[1].port, 465);
    CHECK_STR(c->channels[1].to.items[1], "e@f");
    CHECK_STR(c->channels[2].secret, "file:/s");
    config_free(c);
}

static const struct {
    const char *text, *set, *want;
} at_fault[] = {
    { "sever: {listen: x}\n", "", "c.yaml:1:1: no such key 'sever'; did you mean 'server'?" },
    { "server:\n  lisen: 127.0.0.1:1\n", "", "c.yaml:2:3: no such key 'lisen'; did you mean 'listen'?" },
    { "server: {rate_limit: {per_kee: 1}}\n", "", "c.yaml:1:23: no such key 'per_kee'; did you mean 'per_key'?" },
    { "server: {rate_limt: {}}\n", "", "c.yaml:1:10: no such key 'rate_limt'; did you mean 'rate_limit'?" },
    { "server: {rate_limit: 5}\n", "", "c.yaml:1:22: expected" },
    { "", "server.rate_limit.per_key=-1", "--set server.rate_limit.per_key: expected" },
    { "auth: {jwt: {audience: weir}}\n", "", "auth.jwt.issuer: expected the issuer" },
    { "auth: {jwt: {issuer: \"https://a b\", audience: weir, keys: k}}\n", "",
      "c.yaml:1:23: expected at most 200 characters without blanks" },
    { "auth: {jwt: {issuer: i, keys: k}}\n", "", "auth.jwt.audience: expected an audience" },
    { "auth: {jwt: {issuer: i, audience: weir}}\n", "", "auth.jwt.keys: expected exactly one of" },
    { "auth: {jwt: {issuer: i, audience: weir, keys: k, secret: \"env:S\"}}\n", "",
      "c.yaml:1:47: expected exactly one of" },
    { "auth: {jwt: {issuer: i, audience: weir, keys_url: \"http://x/jwks\"}}\n", "",
      "c.yaml:1:52: expected an https address" },
    { "auth: {jwt: {issuer: i, audience: weir, secret: hunter2}}\n", "", "c.yaml:1:49: expected a secret's place" },
    { "auth: {jwt: {issuer: i, audience: weir, keys: k, roles: [a=admin, b=root]}}\n", "",
      "c.yaml:1:67: expected VALUE=ROLE" },
    { "server:\n  listen: nowhere\n", "", "c.yaml:2:11: expected an address and port" },
    { "server:\n  listen: 0.0.0.0:8090\n", "", "c.yaml:2:11: beyond this machine weir listens only with tls_cert" },
    { "server:\n  listen: \"[::]:8090\"\n", "", "c.yaml:2:12: beyond this machine" },
    { "server:\n  tls_cert: a.pem\n", "", "c.yaml:2:13: expected both tls_cert and tls_key" },
    { "server:\n  body_max: 16\n", "", "c.yaml:2:13: expected a size such as" },
    { "server:\n  body_max: 1B\n", "", "c.yaml:2:13: expected a size from 1024" },
    { "incident: {settle: 10}\n", "", "c.yaml:1:20: expected a duration such as" },
    { "store: {sync: ful}\n", "", "c.yaml:1:15: expected full or normal, got 'ful'; did you mean 'full'?" },
    { "store: {free_disk_floor: 5}\n", "", "c.yaml:1:26: expected 0% to 50%, got '5'" },
    { "timezone: Mars/Base\n", "", "c.yaml:1:11: there is no timezone 'Mars/Base'" },
    { "", "timezone=Mars/Base", "timezone: there is no timezone 'Mars/Base'" },
    { "net:\n  allow: [10.0.0.0/8, ten]\n", "", "c.yaml:2:23: expected a network such as 10.0.0.0/8, got 'ten'" },
    { "net: {allow: [10.0.0.0/33]}\n", "", "c.yaml:1:15: expected a network" },
    { "notify:\n  - {name: t, kind: slack, url: \"https://hooks.slack.com/T0/SECRET\"}\n", "",
      "c.yaml:2:34: expected a secret's place" },
    { "notify:\n  - {name: t, kind: slac}\n", "",
      "c.yaml:2:21: expected slack, smtp or webhook, got 'slac'; did you mean 'slack'?" },
    { "scrape:\n  - {job: a, url: \"ftp://x\"}\n", "", "c.yaml:2:20: expected an address such as" },
    { "knowledge: {sources: [{name: a}]}\n", "", "c.yaml:1:24: expected folder: or git:, one of them" },
    { "knowledge: {sources: [{name: a, git: 'ext::sh -c id'}]}\n", "", "c.yaml:1:39: expected https://" },
    { "knowledge: {sources: [{name: a, git: 'https://u:hunter2@x/y'}]}\n", "",
      "c.yaml:1:39: a token does not stand in an address" },
    { "knowledge: {sources: [{name: a, git: 'https://hunter2@x/y'}]}\n", "", "c.yaml:1:39: a token does not stand" },
    { "knowledge: {sources: [{name: a, git: 'https://x/y', token: hunter2}]}\n", "",
      "c.yaml:1:60: expected a secret's place" },
    { "knowledge: {sources: [{name: a, git: 'http://x/y', token: 'env:T'}]}\n", "",
      "c.yaml:1:60: a token is not sent without TLS" },
    { "knowledge: {sources: [{name: a, git: 'git@x:y', token: 'env:T'}]}\n", "", "c.yaml:1:57: a token is for https" },
    { "knowledge: {sources: [{name: a, git: 'https://x/y', user: 'a:b', token: 'env:T'}]}\n", "",
      "c.yaml:1:60: expected a name without a colon" },
    { "knowledge: {sources: [{name: a, git: 'https://x/y', user: a}]}\n", "", "c.yaml:1:59: expected a name" },
    { "knowledge: {sources: [{name: a, folder: /x, roles: [boss]}]}\n", "", "c.yaml:1:53: expected viewer" },
    { "knowledge: {store: {kind: qdrant}}\n", "", "knowledge.store.url: expected the address of the store" },
    { "knowledge: {store: {url: 'http://x:1'}}\n", "", "knowledge.store.kind: expected the kind of store" },
    { "knowledge: {store: {kind: qdrant, url: 'http://x:1', key: 'env:K'}}\n", "",
      "c.yaml:1:41: a key is not sent without TLS" },
    { "knowledge: {store: {kind: qdrant, url: 'https://x:1', key: hush}}\n", "",
      "c.yaml:1:60: expected a secret's place, env:NAME or file:PATH; it is never" },
    { "knowledge: {store: {kind: chroma, url: 'http://x:1', collection: ../x}}\n", "",
      "c.yaml:1:66: expected 3 to 60 letters" },
    { "knowledge: {store: {kind: pgvector, url: 'https://x'}}\n", "",
      "c.yaml:1:43: expected the address of a database" },
    { "knowledge: {store: {kind: pgvector, url: 'postgresql://u:hush@h/d'}}\n", "",
      "c.yaml:1:43: a password does not stand" },
    { "knowledge: {store: {kind: qdrnt}}\n", "",
      "c.yaml:1:27: expected built-in, qdrant, weaviate, pinecone, chroma" },
    { "scrape: x\n", "", "c.yaml:1:9: expected a list" },
    { "", "server.lisen=x", "--set: there is no option 'server.lisen'; did you mean 'server.listen'?" },
    { "", "server.listen", "--set server.listen: expected NAME=VALUE" },
    { "", "engine.threads=many", "--set engine.threads: expected a whole number from 0 to 64, got 'many'" },
    { "", "server.listen=0.0.0.0:1", "server.listen: beyond this machine" },
    { "a: 1\na: 2\n", "", "c.yaml:2:1: the key 'a' stands here twice" },
};

TEST(problems_name_place_expectation_and_nearest_word)
{
    struct arena a = arena_init(8 << 20);
    for (size_t i = 0; i < sizeof at_fault / sizeof *at_fault; i++) {
        struct config *c = NULL;
        struct config_problems problems;
        struct config_opts opts = { .path = STR("c.yaml"),
                                    .text = str_of(at_fault[i].text),
                                    .set = str_of(at_fault[i].set) };
        err e = config_load(&opts, &a, &problems, &c);
        if (e.code != ERR_INPUT || !str_starts(problems.items[0], str_of(at_fault[i].want)))
            test_failed(__FILE__, __LINE__, "'%s' gives '%s', want '%s'", at_fault[i].text, e.msg, at_fault[i].want);
        for (size_t k = 0; k < problems.count; k++) CHECK(str_find(problems.items[k], STR("SECRET"), 0) < 0);
    }
    arena_done(&a);
}

TEST(beyond_loopback_needs_tls_or_a_proxy)
{
    struct config *c = load("server: {listen: \"0.0.0.0:80\", behind_proxy: yes}\n", "");
    struct arena a = arena_init(4096);
    CHECK_STR(config_server_url(c, &a), "http://127.0.0.1:80");
    config_free(c);
    c = load("server: {listen: \"[::]:443\", tls_cert: c.pem, tls_key: k.pem}\n", "");
    CHECK_STR(config_server_url(c, &a), "https://[::1]:443");
    config_free(c);
    c = load("server: {listen: \"0.0.0.0:80\"}\n",
             "server.behind_proxy=yes"); /* what is in force counts, not the file alone */
    config_free(c);
    arena_done(&a);
}
