#include "edge/flow/schedules_file.h"

#include "base/hash.h"
#include "core/flow/schedule.h"
#include "edge/config_internal.h"
#include "edge/files.h"
#include "edge/program_yaml.h"

enum { DOCUMENT_MAX = 900 * 1024, STEP_MAX = 64 * 1024 };

static const struct schedule_config built_in[] = {
    { .name = STR_INIT("daily_ingestion"),
      .does = STR_INIT("daily_ingestion"),
      .cron = STR_INIT("@daily"),
      .timeout = USEC_HOUR,
      .retry = 5 * USEC_MINUTE,
      .retries = 3,
      .catch_up = true,
      .on_with_inquiries = true },
    { .name = STR_INIT("batch_classify_inquiries"),
      .does = STR_INIT("batch_classify_inquiries"),
      .cron = STR_INIT("@hourly"),
      .timeout = 30 * USEC_MINUTE,
      .retry = 5 * USEC_MINUTE,
      .retries = 1,
      .catch_up = true,
      .on_with_inquiries = true },
    { .name = STR_INIT("model_retraining"),
      .does = STR_INIT("model_retraining"),
      .cron = STR_INIT("@weekly"),
      .timeout = 2 * USEC_HOUR,
      .retry = 10 * USEC_MINUTE,
      .retries = 1,
      .catch_up = true,
      .on_with_inquiries = true },
};
enum { BUILT_IN = sizeof built_in / sizeof *built_in };

void config_default_schedules(struct config *c)
{
    for (size_t i = 0; i < BUILT_IN; i++) c->schedules[i] = built_in[i];
    c->schedule_count = BUILT_IN;
}

/* ---- reading ---- */

static struct schedule_config *named(struct config *c, str name)
{
    for (size_t i = 0; i < c->schedule_count; i++)
        if (str_eq(c->schedules[i].name, name)) return &c->schedules[i];
    return NULL;
}

static void read_cron(struct reading *r, const struct yaml *node, struct schedule_config *s)
{
    struct cron cron;
    str text = yaml_str(r->check, node, STR_NONE);
    if (!text.ptr) return;
    err e = cron_parse(text, &cron);
    if (e.code) yaml_bad(r->check, node, "%s", e.msg);
    else s->cron = text;
}

static void read_zone(struct reading *r, const struct yaml *node, struct schedule_config *s)
{
    str bytes, zone = yaml_str(r->check, node, STR_NONE);
    if (!zone.ptr) return;
    struct arena a = arena_init(1 << 18);
    err e = STR_IS(zone, "UTC") ? OK : zone_read(zone, &a, &bytes);
    if (e.code) yaml_bad(r->check, node, "%s", e.msg);
    else s->zone = zone;
    arena_done(&a);
}

/* Times and limits, for all of them. */
static void read_common(struct reading *r, const struct yaml *node, struct schedule_config *s)
{
    static const char *const missed[] = { "once", "skip", NULL };
    struct yaml_check *c = r->check;
    read_cron(r, yaml_get(node, "cron"), s);
    read_zone(r, yaml_get(node, "timezone"), s);
    s->timeout = yaml_duration(c, yaml_get(node, "timeout"), USEC_SECOND, 7 * USEC_DAY, s->timeout);
    s->retries = yaml_i64(c, yaml_get(node, "retries"), 0, SCHEDULE_RETRIES_MAX, s->retries);
    s->retry = yaml_duration(c, yaml_get(node, "retry_after"), USEC_SECOND, 6 * USEC_HOUR, s->retry);
    s->catch_up = yaml_word(c, yaml_get(node, "missed"), missed, !s->catch_up) == 0;
    const struct yaml *paused = yaml_get(node, "paused");
    if (!paused) return;
    s->on = !yaml_bool(c, paused, false);
    s->on_with_inquiries = false;
}

/* The step that runs: what the executor of remedies starts, too. */
static void read_step(struct reading *r, const struct yaml *node, struct schedule_config *s)
{
    struct buf b = buf_init(STEP_MAX);
    struct jw w = jw_init(&b);
    struct yaml_writer out = { .c = r->check, .w = &w, .dir = r->dir.len ? r->dir : STR(".") };
    jw_open(&w, NULL);
    jw_str(&w, "name", s->name);
    program_put(&out, node);
    jw_i64(&w, "timeout_us", s->timeout);
    jw_close(&w);
    if (b.full) yaml_bad(r->check, node, "the command and its environment are over %d KiB", STEP_MAX >> 10);
    s->step = str_dup(r->check->arena, buf_view(&b));
    buf_done(&b);
}

static void read_own(struct reading *r, const struct yaml *node, str name)
{
    static const char *const keys[] = { "name",    "cron", "timezone", "argv",    "cwd",         "user",
                                        "env",     "timeout", "retries", "retry_after", "missed", "paused", NULL };
    struct config *c = r->config;
    yaml_keys(r->check, node, keys);
    if (c->schedule_count == SCHEDULES_DECLARED_MAX) {
        yaml_bad(r->check, node, "more than %d schedules", SCHEDULES_DECLARED_MAX - BUILT_IN);
        return;
    }
    struct schedule_config *s = &c->schedules[c->schedule_count++];
    *s = (struct schedule_config){ .name = name, .does = STR("command"), .on = true, .catch_up = true,
                                   .timeout = USEC_HOUR, .retry = USEC_MINUTE };
    (void)yaml_need(r->check, node, "cron");
    read_common(r, node, s);
    read_step(r, node, s);
}

static void read_one(struct reading *r, const struct yaml *node, const struct yaml *list, size_t at)
{
    static const char *const keys[] = { "name",    "cron",        "timezone", "timeout",
                                        "retries", "retry_after", "missed",   "paused", NULL };
    if (!yaml_is_map(r->check, node)) return;
    const struct yaml *name = yaml_need(r->check, node, "name");
    str text = yaml_name(r->check, name, STR_NONE);
    if (!text.ptr) return;
    for (size_t i = 0; i < at; i++) {
        const struct yaml *other = yaml_get(&list->items[i], "name");
        if (!other || !str_eq(other->text, text)) continue;
        yaml_bad(r->check, name, "a schedule named '" STR_FMT "' stands above already, on line %d", STR_ARG(text),
                 other->line);
        return;
    }
    struct schedule_config *s = named(r->config, text);
    if (!s) {
        read_own(r, node, text);
        return;
    }
    const struct yaml *argv = yaml_get(node, "argv");
    if (argv) yaml_bad_key(r->check, argv, "'" STR_FMT "' is built in: it runs no command; give another name",
                           STR_ARG(text));
    else yaml_keys(r->check, node, keys);
    read_common(r, node, s);
}

void config_read_schedules(struct reading *r, const struct yaml *node)
{
    if (!yaml_is_list(r->check, node)) return;
    for (size_t i = 0; i < node->count; i++) read_one(r, &node->items[i], node, i);
}

/* Inquiries are set up: the built-in schedules have something to do. */
static bool schedules_wanted(const struct config *c)
{
    return c->inquiries.routing.len || c->inquiries.words.len || c->inquiries.models.len || c->inquiries.folder.len ||
           c->inquiries.imap_url.len;
}

void config_check_schedules(struct reading *r)
{
    struct config *c = r->config;
    for (size_t i = 0; i < c->schedule_count; i++) {
        if (!c->schedules[i].zone.len) c->schedules[i].zone = c->timezone;
        if (c->schedules[i].on_with_inquiries) c->schedules[i].on = schedules_wanted(c);
    }
}

/* ---- the document ---- */

static void put_one(struct jw *w, const struct schedule_config *s)
{
    jw_open(w, NULL);
    jw_str(w, "name", s->name);
    jw_str(w, "does", s->does);
    jw_str(w, "cron", s->cron);
    jw_str(w, "zone", s->zone);
    jw_bool(w, "on", s->on);
    jw_bool(w, "catch_up", s->catch_up);
    jw_i64(w, "timeout_us", s->timeout);
    jw_i64(w, "retries", s->retries);
    jw_i64(w, "retry_us", s->retry);
    if (s->step.len) jw_raw(w, "step", s->step);
    jw_close(w);
}

static bool named_before(const struct config *c, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (str_eq(c->schedules[i].zone, c->schedules[at].zone)) return true;
    return false;
}

static err put_zones(const struct config *c, struct jw *w, struct arena *a)
{
    err e = OK;
    jw_open(w, "zones");
    for (size_t i = 0; i < c->schedule_count && !e.code; i++) {
        str bytes, zone = c->schedules[i].zone;
        if (STR_IS(zone, "UTC") || named_before(c, i)) continue;
        e = zone_read(zone, a, &bytes);
        if (!e.code) jw_key_str(w, zone, base64_text(bytes, a));
    }
    jw_close(w);
    return e;
}

err schedules_document(const struct config *c, struct arena *a, str *out)
{
    struct buf b = buf_init(DOCUMENT_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_array(&w, "schedules");
    for (size_t i = 0; i < c->schedule_count; i++) put_one(&w, &c->schedules[i]);
    jw_array_end(&w);
    err e = put_zones(c, &w, a);
    jw_close(&w);
    if (!e.code && b.full) e = err_make(ERR_LIMIT, "all schedules together are over %d KiB", DOCUMENT_MAX >> 10);
    *out = buf_take(&b, a);
    return e;
}
