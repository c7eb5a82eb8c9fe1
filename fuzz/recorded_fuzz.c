/* A recording and a graph of any bytes are refused or give tables whose rows and columns are all there, and symptoms
 * that are finite. */
#include <assert.h>
#include <math.h>

#include "edge/recorded/recorded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void measure(const struct recorded_table *t, struct arena *a)
{
    struct recorded_case c = { .normal = { t, 0, t->row_count * 2 / 3 },
                               .window = { t, t->row_count * 2 / 3, t->row_count } };
    struct recorded_facts facts;
    struct recorded_suspects suspects;
    recorded_measure(&c, a, &facts);
    recorded_suspects(&facts, a, &suspects);
    for (size_t i = 0; i < facts.symptom_count; i++)
        assert(isfinite(facts.symptoms[i].s.d.score) && facts.symptoms[i].s.size > 0);
    for (size_t i = 0; i < suspects.count; i++) assert(suspects.items[i].sure >= 0 && suspects.items[i].sure <= 1);
}

static void read_json(str text, struct arena *a)
{
    struct recorded_change *changes;
    struct recorded_case c = { 0 };
    size_t n;
    usec at = 0;
    arena_reset(a);
    if (!recorded_changes(text, a, &changes, &n).code)
        for (size_t i = 0; i < n; i++) assert(changes[i].time >= 0 && changes[i].kind.len && changes[i].service.ptr);
    if (!recorded_target(text, a, &c, &at).code) assert(at >= 0 && c.target.ptr && c.metric.ptr && c.statistic.ptr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init(64 << 20);
    struct recorded_table t;
    struct recorded_call *calls;
    size_t n;
    str text = { (const char *)data, size };
    if (!recorded_table_read(text, &a, &t).code) {
        assert(t.row_count > 0 && t.column_count > 0);
        for (size_t c = 0; c < t.column_count; c++) assert(recorded_series(&t, &t.columns[c]));
        for (size_t r = 0; r < t.row_count; r++) assert(t.time[r] >= 0);
        measure(&t, &a);
    }
    arena_reset(&a);
    if (!recorded_graph(text, &a, &calls, &n).code) {
        struct recorded_call *drawn;
        for (size_t i = 0; i < n; i++) assert(calls[i].caller.len && calls[i].callee.len);
        str seen[] = { n ? calls[0].caller : STR("a"), n ? calls[n - 1].callee : STR("b") };
        size_t m = recorded_bridge(calls, n, seen, 2, &a, &drawn);
        for (size_t i = 0; i < m; i++) assert(drawn[i].caller.len && drawn[i].callee.len);
    }
    read_json(text, &a);
    arena_done(&a);
    return 0;
}
