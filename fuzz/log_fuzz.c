/* Any text is lines of a log: tokens lie inside their line, templates stay within their memory, and an early answer
 * always leads to a template that is known. The first two bytes: how many templates there is room for. */
#include <assert.h>

#include "engine/detect/log_watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tokens(str line)
{
    struct log_line l;
    log_line_read(line, &l);
    assert(l.n <= LOG_TOKENS_MAX);
    for (size_t i = 0; i < l.n; i++) {
        const struct log_token *t = &l.token[i];
        assert(t->len > 0 && t->at + t->len <= line.len && t->value_at + t->value_len <= line.len);
        assert(i == 0 || t->at >= l.token[i - 1].at);
    }
    struct log_line again;
    log_line_read(line, &again);
    assert(log_line_hash(&l) == log_line_hash(&again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) return 0;
    uint32_t max = LOG_TEMPLATES_MIN + data[0] % 64, last = 0, i = 0;
    struct arena a = arena_init(16 << 20);
    struct log_watch *w = log_watch_new(&a, max);
    str text = { (const char *)data + 1, size - 1 }, line;
    uint64_t lines = 0, counted = 0;
    while (str_next(&text, '\n', &line)) {
        struct log_alarm out[LOG_ALARMS_MAX];
        struct log_hit hit;
        check_tokens(line);
        size_t n = log_watch_add(w, line, log_line_time(line), &hit, out);
        assert(n <= LOG_ALARMS_MAX && hit.id != 0);
        for (size_t k = 0; k < n; k++) assert(out[k].kind < LOG_ALARM_KINDS && out[k].bits > 0);
        last = hit.id;
        lines++;
    }
    struct log_template_info info;
    if (last) assert(log_template_root(log_watch_templates(w), last) != 0);
    while (log_templates_next(log_watch_templates(w), &i, &info)) {
        counted += info.count;
        assert(info.first <= info.last && info.last <= lines);
        (void)log_template_text(log_watch_templates(w), info.id, &a);
    }
    assert(counted <= lines);
    arena_done(&a);
    return 0;
}
