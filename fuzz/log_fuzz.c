/* Any text is lines of a log: tokens lie inside their line, templates stay within their memory, and an early answer
 * always leads to a template that is known. The first byte: how many templates there is room for, and whether alarms
 * are looked for, too. */
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

static void check_templates(const struct log_templates *t, uint32_t last, uint64_t lines, struct arena *a)
{
    struct log_template_info info;
    uint64_t counted = 0;
    if (last) assert(log_template_root(t, last) != 0);
    for (uint32_t i = 0; log_templates_next(t, &i, &info);) {
        counted += info.count;
        assert(info.first <= info.last && info.last <= lines);
        (void)log_template_text(t, info.id, a);
    }
    assert(counted <= lines);
}

static uint32_t watch(struct log_watch *w, str line)
{
    struct log_alarm out[LOG_ALARMS_MAX];
    struct log_hit hit;
    size_t n = log_watch_add(w, line, log_line_time(line), &hit, out);
    assert(n <= LOG_ALARMS_MAX);
    for (size_t k = 0; k < n; k++) assert(out[k].kind < LOG_ALARM_KINDS && out[k].bits > 0);
    return hit.id;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) return 0;
    uint32_t max = LOG_TEMPLATES_MIN + data[0] % 32, last = 0;
    struct arena a = arena_init(32 << 20);
    struct log_watch *w = data[0] > 240 ? log_watch_new(&a, max) : NULL; /* its tables take a while to clear */
    struct log_templates *t = w ? NULL : log_templates_new(&a, max);
    str text = { (const char *)data + 1, size - 1 }, line;
    uint64_t lines = 0;
    for (; str_next(&text, '\n', &line); lines++) {
        struct log_line l;
        check_tokens(line);
        log_line_read(line, &l);
        last = w ? watch(w, line) : log_templates_add(t, &l, line).id;
        assert(last != 0);
    }
    check_templates(w ? log_watch_templates(w) : t, last, lines, &a);
    arena_done(&a);
    return 0;
}
