/* weir/log.h over engine/detect: templates of lines, and their alarms. */
#include "weir/log.h"

#include <assert.h>

#include "engine/detect/log_diff.h"
#include "engine/detect/log_watch.h"
#include "engine/public/public.h"

static_assert(WEIR_LOG_ALARMS_MAX >= (int)LOG_ALARMS_MAX, "room for the alarms of one line");

enum { SLACK = 512 }; /* what the arena and rounding take */

/* The watch and its tables follow it in the same memory. */
struct weir_log {
    struct log_watch *watch;
};

size_t weir_log_size(uint32_t max)
{
    uint32_t most = max < LOG_TEMPLATES_MIN ? LOG_TEMPLATES_MIN : max > LOG_TEMPLATES_MOST ? LOG_TEMPLATES_MOST : max;
    return sizeof(struct weir_log) + log_watch_size(most) + SLACK;
}

int weir_log_init(void *memory, size_t size, uint32_t max, weir_log **out, struct weir_error *error)
{
    err e = public_room(memory, size, weir_log_size(max), 1);
    if (!e.code && (max < LOG_TEMPLATES_MIN || max > LOG_TEMPLATES_MOST))
        e = err_make(ERR_INPUT, "max: %u is not in %d .. %d", max, LOG_TEMPLATES_MIN, LOG_TEMPLATES_MOST);
    if (e.code) return public_error(e, error);
    struct arena a = arena_over(memory, size);
    *out = ARENA_NEW(&a, struct weir_log);
    (*out)->watch = log_watch_new(&a, max);
    return public_error(OK, error);
}

size_t weir_log_add(weir_log *log, struct weir_text line, int64_t time, uint32_t *id, struct weir_log_alarm *alarms)
{
    struct log_alarm raised[LOG_ALARMS_MAX];
    struct log_hit hit;
    size_t n = log_watch_add(log->watch, (str){ line.ptr, line.len }, time, &hit, raised);
    *id = hit.id;
    for (size_t i = 0; i < n; i++)
        alarms[i] = (struct weir_log_alarm){ .kind = (int)raised[i].kind,
                                             .id = raised[i].template,
                                             .after = raised[i].after,
                                             .line = raised[i].line,
                                             .bits = raised[i].bits,
                                             .value = raised[i].value,
                                             .high = raised[i].high };
    return n;
}

uint32_t weir_log_root(const weir_log *log, uint32_t id)
{
    return log_template_root(log_watch_templates(log->watch), id);
}

int weir_log_next(const weir_log *log, uint32_t *at, struct weir_log_template *out)
{
    struct log_template_info info;
    if (!log_templates_next(log_watch_templates(log->watch), at, &info)) return 0;
    *out = (struct weir_log_template){ .id = info.id, .count = info.count, .first = info.first, .last = info.last,
                                       .sample = { info.sample.ptr, info.sample.len } };
    return 1;
}

size_t weir_log_text(const weir_log *log, uint32_t id, char *out, size_t size)
{
    char memory[2 * LOG_SAMPLE_MAX + SLACK];
    struct arena a = arena_over(memory, sizeof memory);
    str said = log_template_text(log_watch_templates(log->watch), id, &a);
    str kept = str_utf8_prefix(said, size ? size - 1 : 0);
    if (size) {
        if (kept.len) memcpy(out, kept.ptr, kept.len);
        out[kept.len] = 0;
    }
    return kept.len;
}

const char *weir_log_alarm_name(int kind)
{
    return kind >= 0 && kind < LOG_ALARM_KINDS ? log_alarm_text((enum log_alarm_kind)kind) : "";
}

/* ---- a passed and a failed run ---- */

static size_t count_lines(struct weir_text t)
{
    size_t n = 1;
    for (size_t i = 0; i < t.len; i++) n += t.ptr[i] == '\n' || t.ptr[i] == '\r';
    return n;
}

size_t weir_log_diff_memory(struct weir_text pass, struct weir_text fail)
{
    return (count_lines(pass) + count_lines(fail)) * (160 + 2 * sizeof(struct weir_log_line)) + (1 << 20);
}

static struct weir_log_line *put_lines(struct arena *a, const struct log_diff_line *from, size_t n)
{
    struct weir_log_line *to = arena_try(a, n * sizeof *to + 1);
    for (size_t i = 0; to && i < n; i++)
        to[i] = (struct weir_log_line){ .number = from[i].row,
                                        .text = { from[i].text.ptr, from[i].text.len },
                                        .score = from[i].score,
                                        .begins = from[i].begins };
    return to;
}

int weir_log_diff(struct weir_text pass, struct weir_text fail, struct weir_memory memory, struct weir_log_diff *out,
                  struct weir_error *error)
{
    struct log_diff d;
    struct arena a = public_arena(memory);
    err e = log_diff((str){ pass.ptr, pass.len }, (str){ fail.ptr, fail.len }, &a, &d);
    if (e.code) return public_error(e, error);
    *out = (struct weir_log_diff){ .pass_lines = d.pass_lines,
                                   .fail_lines = d.fail_lines,
                                   .fresh = d.fresh,
                                   .guessed = d.guessed,
                                   .lines = put_lines(&a, d.lines, d.count),
                                   .count = d.count,
                                   .ranked = put_lines(&a, d.ranked, d.ranked_count),
                                   .ranked_count = d.ranked_count };
    if (!out->lines || !out->ranked) e = err_make(ERR_LIMIT, "memory: %zu bytes are too few", memory.size);
    return public_error(e, error);
}
