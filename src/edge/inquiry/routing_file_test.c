#include "edge/inquiry/routing_file.h"

#include "core/inquiry/routing.h"
#include "edge/files.h"
#include "test.h"

/* The shape that everybody who writes such a file has seen. */
static const char issue[] =
    "category_to_department: {technical_support: technical_support, billing: finance, sales: sales}\n"
    "escalation_rules:\n"
    "  - name: critical_negative\n"
    "    conditions: {urgency: [critical], sentiment: [negative]}\n"
    "    action: {department: escalation, priority_boost: 20}\n";

static struct routing *load(const char *text)
{
    struct arena a = arena_init(YAML_ARENA_MAX);
    struct yaml_check c = yaml_check_init(STR("r.yaml"), &a);
    struct routing *r = NULL;
    str rules = STR_NONE;
    bool fine = routing_check(&c, str_of(text), STR("UTC"), &rules);
    CHECK_OK(yaml_result(&c));
    CHECK(fine);
    CHECK_OK(routing_load(rules, &r));
    arena_done(&a);
    return r;
}

TEST(the_shortest_file_routes)
{
    struct routing *r = load(issue);
    struct arena a = arena_init(1 << 20);
    struct routed route;
    struct route_facts f = { .category = STR("billing"), .urgency = STR("critical"), .sentiment = STR("neutral"),
                             .language = STR("en"), .channel = STR("api"), .confidence = 0.9 };
    route_decide(r, &f, &a, &route);
    CHECK_STR(route.department, "finance");
    f.sentiment = STR("negative");
    route_decide(r, &f, &a, &route);
    CHECK_STR(route.department, "escalation");
    CHECK_I64(route.priority, 100);
    routing_free(r);
    arena_done(&a);
}

TEST(the_example_shows_every_key_and_is_fine)
{
    struct arena a = arena_init(YAML_ARENA_MAX);
    struct routing *r = NULL;
    str rules;
    CHECK_OK(routing_file_read(STR(WEIR_SOURCE_DIR "/examples/routing_rules.yaml"), STR("UTC"), &a, &rules));
    CHECK_OK(routing_load(rules, &r));
    CHECK(r->consultant_count >= 3 && r->rule_count >= 2 && r->hours.tz && r->sla_in_hours);
    routing_free(r);
    arena_done(&a);
}

TEST(what_is_wrong_is_named_with_line_and_column)
{
    static const struct {
        const char *text, *problem;
    } rows[] = {
        { "", "the file is empty" },
        { "escalation_rules: []\n", "category_to_department" },
        { "category_to_department: {a: b}\nescalation_rule: []\n",
          "r.yaml:2:1: no such key 'escalation_rule'; did you mean 'escalation_rules'?" },
        { "category_to_department: {a: b}\nescalation_rules:\n  - name: x\n    conditions: {urgency: [criticle]}\n    "
          "action: {}\n",
          "r.yaml:4:28:" },
        { "category_to_department: {a: b}\nescalation_rules:\n  - name: x\n    conditions: {urgenci: [low]}\n    "
          "action: {}\n",
          "did you mean 'urgency'" },
        { "category_to_department: {a: b}\nescalation_rules:\n  - {name: x, conditions: {}, action: {}}\n  - {name: x, "
          "conditions: {}, action: {}}\n",
          "stands above already, on line 3" },
        { "category_to_department: {a: b}\nsla: {high: 4}\n", "r.yaml:2:13:" },
        { "category_to_department: {a: b}\nworking_hours: {from: '18:00', to: '09:00'}\n", "end after they begin" },
        { "category_to_department: {a: b}\nworking_hours: {from: 9am}\n", "a time such as 08:30" },
        { "category_to_department: {a: b}\nworking_hours: {timezone: Europe/Nowhere}\n", "r.yaml:2:27:" },
        { "category_to_department: {a: b}\nworking_hours: {days: [monday]}\n", "mon" },
        { "category_to_department: {a: b}\nconfidence_threshold: 70\n", "r.yaml:2:23:" },
        { "category_to_department: {a: b}\nconsultants: [{name: ana}]\n", "department" },
        { "category_to_department: [a, b]\n", "expected a map" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a = arena_init(YAML_ARENA_MAX);
        struct yaml_check c = yaml_check_init(STR("r.yaml"), &a);
        str rules = STR_NONE;
        CHECK(!routing_check(&c, str_of(rows[i].text), STR("UTC"), &rules));
        err e = yaml_result(&c);
        if (str_find(str_of(e.msg), str_of(rows[i].problem), 0) < 0)
            test_failed(__FILE__, __LINE__, "%s: %s", rows[i].text, e.msg);
        arena_done(&a);
    }
}
