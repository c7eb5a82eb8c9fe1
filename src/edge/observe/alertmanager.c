#include "edge/observe/alertmanager.h"

#include "base/hash.h"

enum { ALERTS_MAX = 10000, PAIRS_MAX = 64, ALERT_BYTES_MAX = 128 * 1024, SCRATCH_MAX = 1 << 20 };

struct pairs {
    struct label items[PAIRS_MAX];
    uint32_t count;
};

/* Words that teams put into the label `severity`. */
static const struct {
    const char *word, *severity;
} severities[] = {
    { "critical", "CRITICAL" }, { "page", "CRITICAL" },  { "emergency", "CRITICAL" }, { "disaster", "CRITICAL" },
    { "error", "HIGH" },        { "high", "HIGH" },      { "major", "HIGH" },         { "warning", "MEDIUM" },
    { "warn", "MEDIUM" },       { "medium", "MEDIUM" },  { "minor", "LOW" },          { "info", "LOW" },
    { "low", "LOW" },           { "none", "LOW" },
};

static const char *severity_word(str word)
{
    for (size_t i = 0; i < sizeof severities / sizeof *severities; i++)
        if (str_eq_nocase(word, str_of(severities[i].word))) return severities[i].severity;
    return "MEDIUM";
}

/* Text pairs of an object, sorted; other values and what is beyond the limits is left out. */
static void read_pairs(json *object, struct pairs *out)
{
    size_t i, max;
    json *key, *value;
    out->count = 0;
    if (!yyjson_is_obj(object)) return;
    json_obj_foreach(object, i, max, key, value)
    {
        str k = json_str(key, STR_NONE), v = json_str(value, STR_NONE);
        uint32_t at = out->count;
        if (at == PAIRS_MAX || !v.len || !k.len) continue;
        while (at > 0 && str_cmp(out->items[at - 1].name, k) > 0) at--;
        memmove(&out->items[at + 1], &out->items[at], sizeof *out->items * (out->count - at));
        out->items[at] = (struct label){ k, str_utf8_prefix(v, VALUE_BYTES_MAX) };
        out->count++;
    }
}

static str pair(const struct pairs *p, const char *name)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (str_eq(p->items[i].name, str_of(name))) return p->items[i].value;
    return STR_NONE;
}

static str first_of(str a, str b, str c)
{
    return a.len ? a : b.len ? b : c;
}

static void write_pairs(struct jw *w, const char *key, const struct pairs *p)
{
    jw_open(w, key);
    for (uint32_t i = 0; i < p->count; i++) jw_key_str(w, p->items[i].name, p->items[i].value);
    jw_close(w);
}

/* Alertmanager sends a fingerprint; others get one of the same kind, over the sorted labels. */
static err fingerprint_of(json *alert, const struct pairs *labels, struct arena *a, str *out)
{
    *out = json_get_str(alert, "fingerprint");
    if (out->len && out->len <= 64) return OK;
    struct arena scratch = arena_init(SCRATCH_MAX);
    struct sha256 h = sha256_of(series_text(STR("alert"), labels->items, labels->count, &scratch));
    err e = str_keep(a, hex_text((str){ (const char *)h.b, 8 }, &scratch), out);
    arena_done(&scratch);
    return e;
}

/* An open alert's end is the zero time of Go, year 1, or absent: 0. */
static err read_span(json *alert, usec *starts, usec *ends)
{
    str from = json_get_str(alert, "startsAt"), to = json_get_str(alert, "endsAt");
    *ends = 0;
    if (!from.len) return err_make(ERR_INPUT, "startsAt is missing");
    err e = time_parse(from, starts);
    if (e.code) return err_wrap(e, "startsAt");
    if (!to.len || str_starts(to, STR("0001-01-01"))) return OK;
    e = time_parse(to, ends);
    return e.code ? err_wrap(e, "endsAt") : OK;
}

static err alert_body(json *alert, const struct pairs *labels, const struct pairs *notes, usec starts, usec ends,
                      struct arena *a, str *out)
{
    struct buf b = buf_init(ALERT_BYTES_MAX);
    struct jw w = jw_init(&b);
    str name = pair(labels, "alertname");
    jw_open(&w, NULL);
    jw_str(&w, "status", json_get_str(alert, "status"));
    jw_str(&w, "pipeline", first_of(pair(labels, "pipeline"), pair(labels, "job"), name));
    jw_strz(&w, "severity", severity_word(pair(labels, "severity")));
    jw_str(&w, "title", first_of(pair(notes, "summary"), name, STR("alert")));
    write_pairs(&w, "labels", labels);
    write_pairs(&w, "annotations", notes);
    jw_i64(&w, "starts", starts);
    jw_i64(&w, "ends", ends);
    jw_close(&w);
    err e = b.full ? err_make(ERR_LIMIT, "the alert is larger than %d bytes", ALERT_BYTES_MAX)
                   : str_keep(a, buf_view(&b), out);
    buf_done(&b);
    return e;
}

static err read_alert(json *alert, str actor, struct arena *a, struct input *out)
{
    struct pairs labels, notes;
    usec starts, ends;
    str status = json_get_str(alert, "status");
    if (!STR_IS(status, "firing") && !STR_IS(status, "resolved"))
        return err_make(ERR_INPUT, "status is neither firing nor resolved");
    err e = read_span(alert, &starts, &ends);
    if (e.code) return e;
    read_pairs(json_get(alert, "labels"), &labels);
    read_pairs(json_get(alert, "annotations"), &notes);
    if (!labels.count) return err_make(ERR_INPUT, "the alert has no labels");
    *out = (struct input){ .kind = STR("alert.received"), .actor = actor };
    e = alert_body(alert, &labels, &notes, starts, ends, a, &out->body);
    return e.code ? e : fingerprint_of(alert, &labels, a, &out->subject);
}

err alertmanager_read(json *body, str actor, struct arena *a, struct input_list *out)
{
    json *alerts = json_get(body, "alerts");
    if (!yyjson_is_arr(alerts)) return err_make(ERR_INPUT, "the body is not an object with an array \"alerts\"");
    size_t n = yyjson_arr_size(alerts), i, max;
    if (n > ALERTS_MAX) return err_make(ERR_LIMIT, "more than %d alerts in one call", ALERTS_MAX);
    *out = (struct input_list){ .items = arena_try(a, n * sizeof *out->items),
                                .refused = arena_try(a, sizeof *out->refused) };
    if (a->full) return err_make(ERR_LIMIT, "the body is larger than allowed");
    json *alert;
    yyjson_arr_foreach(alerts, i, max, alert)
    {
        err e = read_alert(alert, actor, a, &out->items[out->count]);
        if (e.code) refuse(out->refused, a, i, e);
        else out->count++;
    }
    return OK;
}
