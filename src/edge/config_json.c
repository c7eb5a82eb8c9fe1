/* The effective configuration, for `weir config check --json` and the API. */
#include "edge/config.h"

static void list_json(struct jw *w, const char *key, const struct str_list *l)
{
    jw_array(w, key);
    for (size_t i = 0; i < l->count; i++) jw_str(w, NULL, l->items[i]);
    jw_array_end(w);
}

static void value_json(const struct config *c, const struct config_option *o, const char *key, struct jw *w)
{
    const char *from = (const char *)c + o->at;
    switch (o->type) {
    case CONFIG_TEXT:
    case CONFIG_PATH: jw_str(w, key, *(const str *)(const void *)from); break;
    case CONFIG_INT:
    case CONFIG_BYTES: jw_i64(w, key, *(const int64_t *)(const void *)from); break;
    case CONFIG_DURATION:
        jw_f64(w, key, (double)*(const usec *)(const void *)from / (double)USEC_SECOND);
        break; /* seconds */
    case CONFIG_BOOL: jw_bool(w, key, *(const bool *)(const void *)from); break;
    case CONFIG_PERCENT: jw_f64(w, key, *(const double *)(const void *)from); break;
    case CONFIG_WORD: jw_strz(w, key, o->words[*(const int *)(const void *)from]); break;
    case CONFIG_LIST: list_json(w, key, (const struct str_list *)(const void *)from); break;
    }
}

enum { NAME_PARTS_MAX = 4 };

/* "auth.jwt.issuer" in its parts; how many. */
static size_t name_parts(const char *name, str parts[NAME_PARTS_MAX])
{
    str rest = str_of(name);
    size_t n = 0;
    while (n < NAME_PARTS_MAX && rest.len && str_next(&rest, '.', &parts[n])) n++;
    return n;
}

/* Options stand in the table section by section. */
static void options_json(const struct config *c, struct jw *w)
{
    size_t count, depth = 0;
    const struct config_option *options = config_options(&count);
    str open[NAME_PARTS_MAX], parts[NAME_PARTS_MAX];
    struct arena a = arena_init(1 << 16);
    for (size_t i = 0; i < count; i++) {
        size_t n = name_parts(options[i].name, parts), same = 0;
        while (same < depth && same + 1 < n && str_eq(open[same], parts[same])) same++;
        for (; depth > same; depth--) jw_close(w);
        for (; depth + 1 < n; depth++) {
            open[depth] = parts[depth];
            jw_open(w, str_z(&a, parts[depth]));
        }
        value_json(c, &options[i], str_z(&a, parts[n - 1]), w);
    }
    for (; depth > 0; depth--) jw_close(w);
    arena_done(&a);
}

static void scrapes_json(const struct config *c, struct jw *w)
{
    jw_array(w, "scrape");
    for (size_t i = 0; i < c->scrape_count; i++) {
        const struct scrape_target *t = &c->scrapes[i];
        jw_open(w, NULL);
        jw_str(w, "job", t->job);
        jw_str(w, "url", t->url);
        jw_str(w, "pipeline", t->pipeline);
        jw_f64(w, "every", (double)t->every / (double)USEC_SECOND);
        jw_f64(w, "timeout", (double)t->timeout / (double)USEC_SECOND);
        jw_array(w, "labels");
        for (size_t k = 0; k < t->label_count; k++) jw_str(w, NULL, t->labels[k]);
        jw_array_end(w);
        jw_close(w);
    }
    jw_array_end(w);
}

static void channels_json(const struct config *c, struct jw *w)
{
    static const char *const kinds[] = { "slack", "smtp", "webhook" };
    jw_array(w, "notify");
    for (size_t i = 0; i < c->channel_count; i++) {
        const struct notify_channel *ch = &c->channels[i];
        jw_open(w, NULL);
        jw_str(w, "name", ch->name);
        jw_strz(w, "kind", kinds[ch->kind]);
        if (ch->url.len) jw_str(w, "url", ch->url);
        if (ch->secret.len) jw_str(w, "secret", ch->secret);
        if (ch->kind == CHANNEL_SMTP) {
            jw_str(w, "host", ch->host);
            jw_i64(w, "port", ch->port);
            jw_str(w, "from", ch->from);
            list_json(w, "to", &ch->to);
        }
        jw_i64(w, "min_severity", ch->min_severity);
        list_json(w, "events", &ch->events);
        jw_close(w);
    }
    jw_array_end(w);
}

static void schedules_json(const struct config *c, struct jw *w)
{
    jw_array(w, "schedules");
    for (size_t i = 0; i < c->schedule_count; i++) {
        const struct schedule_config *s = &c->schedules[i];
        jw_open(w, NULL);
        jw_str(w, "name", s->name);
        jw_str(w, "cron", s->cron);
        jw_str(w, "timezone", s->zone);
        jw_bool(w, "paused", !s->on);
        jw_close(w);
    }
    jw_array_end(w);
}

void config_json(const struct config *c, struct jw *w)
{
    jw_str(w, "file", c->path);
    options_json(c, w);
    scrapes_json(c, w);
    channels_json(c, w);
    schedules_json(c, w);
}

str config_server_url(const struct config *c, struct arena *a)
{
    bool six = str_find(c->host, STR(":"), 0) >= 0;
    str host = STR_IS(c->host, "0.0.0.0") ? STR("127.0.0.1") : STR_IS(c->host, "::") ? STR("::1") : c->host;
    return str_fmt(a, "%s://%s" STR_FMT "%s:%lld", c->tls_cert.len ? "https" : "http", six ? "[" : "", STR_ARG(host),
                   six ? "]" : "", (long long)c->port);
}
