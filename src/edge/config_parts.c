/* The parts of weir.yaml that are more than single options: scrape targets, notification channels, and what must hold
 * between options. */
#include <arpa/inet.h>

#include "core/words.h"
#include "edge/config_internal.h"
#include "edge/files.h"
#include "edge/net_addr.h"

bool config_is_url(str s)
{
    return str_starts(s, STR("http://")) || str_starts(s, STR("https://"));
}

bool config_is_reference(str s)
{
    return str_starts(s, STR("env:")) || str_starts(s, STR("file:"));
}

static str url_read(struct yaml_check *c, const struct yaml *node)
{
    str s = yaml_str(c, node, STR_NONE);
    bool host = config_is_url(s) && s.len > strlen("https://x");
    if (s.ptr && !host)
        yaml_bad(c, node, "expected an address such as http://localhost:9100/metrics, got '" STR_FMT "'",
                 STR_ARG(str_cut(s, 0, 60)));
    return host ? s : STR("");
}

str config_reference(struct yaml_check *c, const struct yaml *node)
{
    str s = yaml_str(c, node, STR_NONE);
    if (s.ptr && !config_is_reference(s))
        yaml_bad(c, node, "expected a secret's place, env:NAME or file:PATH; a secret is never written out here");
    return config_is_reference(s) ? s : STR("");
}

static bool label_name_ok(str s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool letter = (s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') || s.ptr[i] == '_';
        if (!letter && (i == 0 || s.ptr[i] < '0' || s.ptr[i] > '9')) return false;
    }
    return s.len > 0;
}

static void labels_read(struct yaml_check *c, const struct yaml *node, struct scrape_target *t)
{
    if (!yaml_is_map(c, node)) return;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *item = &node->items[i];
        str value = yaml_str(c, item, STR(""));
        if (!label_name_ok(item->key))
            yaml_bad_key(c, item, "expected a label's name of letters, digits and _, got '" STR_FMT "'",
                         STR_ARG(str_cut(item->key, 0, 40)));
        else if (t->label_count == LABELS_MAX) yaml_bad_key(c, item, "more than %d labels", LABELS_MAX);
        else t->labels[t->label_count++] = str_fmt(c->arena, STR_FMT "=" STR_FMT, STR_ARG(item->key), STR_ARG(value));
    }
}

static void scrape_read(struct reading *r, const struct yaml *node)
{
    static const char *const keys[] = { "job", "url", "pipeline", "every", "timeout", "labels", NULL };
    struct yaml_check *c = r->check;
    struct scrape_target *t = &r->config->scrapes[r->config->scrape_count++];
    *t = (struct scrape_target){ .pipeline = STR("") };
    if (!yaml_is_map(c, node)) return;
    yaml_keys(c, node, keys);
    t->url = url_read(c, yaml_need(c, node, "url"));
    t->job = yaml_name(c, yaml_need(c, node, "job"), STR(""));
    t->pipeline = yaml_name(c, yaml_get(node, "pipeline"), STR(""));
    t->every = yaml_duration(c, yaml_get(node, "every"), USEC_SECOND, USEC_DAY, 15 * USEC_SECOND);
    usec usual = t->every < 10 * USEC_SECOND ? t->every : 10 * USEC_SECOND;
    t->timeout = yaml_duration(c, yaml_get(node, "timeout"), 100 * USEC_MS, t->every, usual);
    labels_read(c, yaml_get(node, "labels"), t);
    for (size_t i = 0; i + 1 < r->config->scrape_count; i++)
        if (t->job.len && str_eq(r->config->scrapes[i].job, t->job) && str_eq(r->config->scrapes[i].url, t->url))
            yaml_bad(c, node, "this target stands above already");
}

void config_read_scrapes(struct reading *r, const struct yaml *node)
{
    if (!yaml_is_list(r->check, node)) return;
    for (size_t i = 0; i < node->count; i++) {
        if (r->config->scrape_count == SCRAPES_MAX) {
            yaml_bad(r->check, &node->items[i], "more than %d targets", SCRAPES_MAX);
            return;
        }
        scrape_read(r, &node->items[i]);
    }
}

static const char *const severity_words[] = { "LOW", "MEDIUM", "HIGH", "CRITICAL", NULL };
static const char *const event_words[] = { "opened", "approval", "decided", "resolved", "checkpoint", "inquiry", NULL };
static const char *const tls_words[] = { "starttls", "tls", "none", NULL }; /* as enum smtp_tls */

static void smtp_read(struct yaml_check *c, const struct yaml *node, struct notify_channel *ch)
{
    static const char *const keys[] = { "name", "kind", "min_severity", "events", "host", "port",
                                        "tls",  "user", "password",     "from",   "to",   NULL };
    yaml_keys(c, node, keys);
    ch->host = yaml_str(c, yaml_need(c, node, "host"), STR(""));
    ch->tls = (enum smtp_tls)yaml_word(c, yaml_get(node, "tls"), tls_words, SMTP_STARTTLS);
    ch->port = yaml_i64(c, yaml_get(node, "port"), 1, 65535, ch->tls == SMTP_TLS ? 465 : 587);
    ch->user = yaml_str(c, yaml_get(node, "user"), STR(""));
    ch->password = config_reference(c, yaml_get(node, "password"));
    ch->from = yaml_str(c, yaml_need(c, node, "from"), STR(""));
    config_list(c, yaml_need(c, node, "to"), 50, &ch->to);
    for (size_t i = 0; i < ch->to.count; i++)
        if (str_find(ch->to.items[i], STR("@"), 0) < 1)
            yaml_bad(c, yaml_get(node, "to"), "expected a mail address, got '" STR_FMT "'",
                     STR_ARG(str_cut(ch->to.items[i], 0, 60)));
    if (ch->user.len && !yaml_get(node, "password"))
        yaml_bad(c, yaml_get(node, "user"), "expected a password: beside user:");
    if (ch->password.len && ch->tls == SMTP_PLAIN)
        yaml_bad(c, yaml_get(node, "password"), "a password is not sent without TLS: expected tls: starttls or tls");
}

static void slack_read(struct yaml_check *c, const struct yaml *node, struct notify_channel *ch)
{
    static const char *const keys[] = { "name", "kind", "min_severity", "events", "url", NULL };
    yaml_keys(c, node, keys);
    ch->url = config_reference(c, yaml_need(c, node, "url")); /* a Slack address is itself a secret */
}

static void webhook_read(struct yaml_check *c, const struct yaml *node, struct notify_channel *ch)
{
    static const char *const keys[] = { "name", "kind", "min_severity", "events", "url", "secret", NULL };
    const struct yaml *url = yaml_need(c, node, "url");
    yaml_keys(c, node, keys);
    ch->url = config_is_reference(yaml_str(c, url, STR(""))) ? url->text : url_read(c, url);
    ch->secret = config_reference(c, yaml_get(node, "secret"));
}

static void events_read(struct yaml_check *c, const struct yaml *node, struct notify_channel *ch)
{
    config_list(c, node, 6, &ch->events);
    for (size_t i = 0; node && node->type == YAML_LIST && i < node->count; i++)
        (void)yaml_word(c, &node->items[i], event_words, 0);
    if (node && node->type == YAML_TEXT) (void)yaml_word(c, node, event_words, 0);
}

static void channel_read(struct reading *r, const struct yaml *node)
{
    static const char *const kinds[] = { "slack", "smtp", "webhook", NULL }; /* as enum channel_kind */
    static void (*const readers[])(struct yaml_check *, const struct yaml *,
                                   struct notify_channel *) = { slack_read, smtp_read, webhook_read };
    struct yaml_check *c = r->check;
    struct notify_channel *ch = &r->config->channels[r->config->channel_count++];
    *ch = (struct notify_channel){ .kind = CHANNEL_SLACK };
    if (!yaml_is_map(c, node)) return;
    const struct yaml *name = yaml_need(c, node, "name");
    ch->name = yaml_name(c, name, STR(""));
    ch->min_severity = yaml_word(c, yaml_get(node, "min_severity"), severity_words, 0) + SEV_LOW;
    events_read(c, yaml_get(node, "events"), ch);
    int kind = yaml_word(c, yaml_need(c, node, "kind"), kinds, -1);
    if (kind >= 0) {
        ch->kind = (enum channel_kind)kind;
        readers[kind](c, node, ch);
    }
    for (size_t i = 0; i + 1 < r->config->channel_count; i++)
        if (ch->name.len && str_eq(r->config->channels[i].name, ch->name))
            yaml_bad(c, name, "a channel named '" STR_FMT "' stands above already", STR_ARG(ch->name));
}

void config_read_channels(struct reading *r, const struct yaml *node)
{
    if (!yaml_is_list(r->check, node)) return;
    for (size_t i = 0; i < node->count; i++) {
        if (r->config->channel_count == CHANNELS_MAX) {
            yaml_bad(r->check, &node->items[i], "more than %d channels", CHANNELS_MAX);
            return;
        }
        channel_read(r, &node->items[i]);
    }
}

/* What must hold between options. */

static bool listen_read(str s, str *host, int64_t *port)
{
    ptrdiff_t colon = -1;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == ':') colon = (ptrdiff_t)i;
    if (colon < 1 || str_to_i64(str_cut(s, (size_t)colon + 1, s.len), port).code || *port < 0 || *port > 65535)
        return false;
    *host = str_cut(s, 0, (size_t)colon);
    bool six = host->ptr[0] == '[' && host->ptr[host->len - 1] == ']';
    if (six) *host = str_cut(*host, 1, host->len - 2);
    unsigned char addr[16];
    char text[64];
    if (host->len >= sizeof text || !host->len) return false;
    (void)snprintf(text, sizeof text, STR_FMT, STR_ARG(*host));
    return inet_pton(six ? AF_INET6 : AF_INET, text, addr) == 1 || (!six && STR_IS(*host, "localhost"));
}

static bool is_loopback(str host)
{
    return str_starts(host, STR("127.")) || STR_IS(host, "::1") || STR_IS(host, "localhost");
}

/* Why the server's options do not go together, or nothing; *key names the option. */
static str server_problem(const struct config *c, const char **key)
{
    str host;
    int64_t port;
    *key = "listen";
    if (!listen_read(c->listen, &host, &port))
        return STR("expected an address and port such as 127.0.0.1:8090 or [::1]:8090");
    *key = c->tls_cert.len ? "tls_cert" : "tls_key";
    if (!c->tls_cert.len != !c->tls_key.len) return STR("expected both tls_cert and tls_key");
    *key = "listen";
    if (is_loopback(host) || c->tls_cert.len || c->behind_proxy) return STR_NONE;
    return STR("beyond this machine weir listens only with tls_cert and tls_key, or with behind_proxy: yes when a "
               "proxy in front ends TLS");
}

void config_placed_problem(struct reading *r, str option, const struct yaml *node, str value, str problem)
{
    if (node && (!value.ptr || str_eq(node->text, value)))
        config_problem(r, str_fmt(r->a, STR_FMT ":%d:%d: " STR_FMT, STR_ARG(r->check->file), node->line, node->column,
                                  STR_ARG(problem)));
    else config_problem(r, str_fmt(r->a, STR_FMT ": " STR_FMT, STR_ARG(option), STR_ARG(problem)));
}

static void check_server(struct reading *r)
{
    const char *key;
    struct config *c = r->config;
    str problem = server_problem(c, &key), value = str_eq(str_of(key), STR("listen")) ? c->listen : STR_NONE;
    const struct yaml *node = yaml_get(yaml_get(r->root, "server"), key);
    if (problem.len) config_placed_problem(r, str_fmt(r->a, "server.%s", key), node, value, problem);
}

static void check_network(struct reading *r, str net)
{
    struct net_allow read = { .count = 0 };
    if (!net_allow_add(&read, net).code) return;
    const struct yaml *list = yaml_get(yaml_get(r->root, "net"), "allow"), *node = list;
    for (size_t i = 0; list && list->type == YAML_LIST && i < list->count; i++)
        if (str_eq(list->items[i].text, net)) node = &list->items[i];
    config_placed_problem(
        r, STR("net.allow"), node, net,
        str_fmt(r->a, "expected a network such as 10.0.0.0/8, got '" STR_FMT "'", STR_ARG(str_cut(net, 0, 60))));
}

static void check_witness(struct reading *r, str name)
{
    const struct config *c = r->config;
    for (size_t i = 0; i < c->channel_count; i++)
        if (str_eq(c->channels[i].name, name)) return;
    const struct yaml *list = yaml_get(yaml_get(r->root, "journal"), "witnesses"), *node = list;
    for (size_t i = 0; list && list->type == YAML_LIST && i < list->count; i++)
        if (str_eq(list->items[i].text, name)) node = &list->items[i];
    config_placed_problem(r, STR("journal.witnesses"), node, name,
                   str_fmt(r->a, "expected the name of a channel under notify:, got '" STR_FMT "'",
                           STR_ARG(str_cut(name, 0, 40))));
}

void config_check_all(struct reading *r)
{
    struct config *c = r->config;
    struct arena a = arena_init(1 << 20);
    str zone;
    check_server(r);
    config_check_jwt(r);
    config_check_vectors(r);
    (void)listen_read(c->listen, &c->host, &c->port);
    for (size_t i = 0; i < c->net_allow.count; i++) check_network(r, c->net_allow.items[i]);
    for (size_t i = 0; i < c->witnesses.count; i++) check_witness(r, c->witnesses.items[i]);
    err e = STR_IS(c->timezone, "UTC") ? OK : zone_read(c->timezone, &a, &zone);
    if (e.code) config_placed_problem(r, STR("timezone"), yaml_get(r->root, "timezone"), c->timezone, str_of(e.msg));
    arena_done(&a);
    config_check_schedules(r);
}
