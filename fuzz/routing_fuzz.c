/* Any bytes are routing rules or their problems, and words of the desk or theirs; rules that are fine can be loaded by
 * the core and route whatever comes within their limits. */
#include <assert.h>

#include "core/inquiry/routing.h"
#include "edge/inquiry/routing_file.h"
#include "engine/desk/desk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void route_some(const struct routing *r, struct arena *a)
{
    for (int i = 0; i < URGENCIES; i++) {
        struct routed out;
        struct route_facts f = { .category = STR("billing"),
                                 .urgency = str_of(urgency_words[i]),
                                 .sentiment = STR("negative"),
                                 .language = STR("en"),
                                 .channel = STR("api"),
                                 .confidence = 0.9,
                                 .now = INT64_C(1777874400) * USEC_SECOND };
        int64_t load[ROUTING_CONSULTANTS_MAX] = { 0 };
        usec opens;
        route_decide(r, &f, a, &out);
        assert(out.priority >= 0 && out.priority <= 100 && out.department.len && out.due > f.now &&
               out.why_count <= ROUTE_WHY_MAX);
        int who = consultant_choose(r, out.department, &f, load, &opens);
        assert(who < (int)r->consultant_count);
    }
}

static void check_routing(str text, struct arena *a)
{
    struct yaml_check c = yaml_check_init(STR("f.yaml"), a);
    str rules = STR_NONE;
    struct routing *r = NULL;
    bool fine = routing_check(&c, text, STR("UTC"), &rules);
    assert(fine == !c.count);
    if (!fine) return;
    assert(!routing_load(rules, &r).code);
    route_some(r, a);
    routing_free(r);
}

static void check_words(str text, struct arena *a)
{
    struct yaml_check c = yaml_check_init(STR("w.yaml"), a);
    const struct desk_rules *r = desk_rules_read(&c, text, a);
    struct desk_verdict v;
    assert(!r == !!c.count);
    if (!r) return;
    desk_judge(r, STR("An invoice"), text, a, &v);
    for (size_t i = 0; i < v.category.count; i++) assert(v.category.items[i].p >= 0 && v.category.items[i].p <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init((size_t)6 * YAML_ARENA_MAX);
    str text = { (const char *)data, size };
    struct routing *r = NULL;
    if (size > 1 << 14) return 0;
    check_routing(text, &a);
    if (!routing_load(text, &r).code) route_some(r, &a); /* a document of the journal, however it came there */
    routing_free(r);
    check_words(text, &a);
    arena_done(&a);
    return 0;
}
