/* The YAML of a policy, read, compiled and tried. */
#include "core/policy/policy_internal.h"

static const char *const verdict_words[] = { "execute", "monitor", "escalate", "deny", NULL }; /* as enum verdict */
static const char *const role_words[] = { "operator", "approver", "admin", NULL };

const char *verdict_text(enum verdict v)
{
    return verdict_words[v];
}

static void read_limits(struct yaml_check *c, const struct yaml *node, struct policy *p)
{
    static const char *const keys[] = { "act_alone_confidence",
                                        "budget_usd_per_day",
                                        "attempts_per_target",
                                        "cool_down",
                                        "approval_expires",
                                        "approver_role",
                                        NULL };
    struct policy_limits *l = &p->limits;
    if (yaml_is_map(c, node)) yaml_keys(c, node, keys);
    l->act_alone_confidence = yaml_f64(c, yaml_get(node, "act_alone_confidence"), 0, 1, 0.8);
    l->budget_usd_per_day = yaml_f64(c, yaml_get(node, "budget_usd_per_day"), 0, 1e9, 5);
    l->attempts_per_target = yaml_i64(c, yaml_get(node, "attempts_per_target"), 1, 100, 3);
    l->cool_down = yaml_duration(c, yaml_get(node, "cool_down"), USEC_SECOND, 30 * USEC_DAY, 30 * USEC_MINUTE);
    l->approval_expires =
        yaml_duration(c, yaml_get(node, "approval_expires"), USEC_MINUTE, 30 * USEC_DAY, 4 * USEC_HOUR);
    l->approver_role = str_of(role_words[yaml_word(c, yaml_get(node, "approver_role"), role_words, 1)]);
}

static void bad_expression(struct yaml_check *c, const struct yaml *node, const struct expr_problem *problem)
{
    struct yaml at = *node;
    bool one_line = !node->block && str_find(node->text, STR("\n"), 0) < 0;
    if (one_line) at.column += (int)problem->at;
    yaml_bad(c, &at, STR_FMT, STR_ARG(problem->text));
}

/* The condition: the text is checked, then SQLite compiles it, then, unless it is known, it is tried. */
static bool compile(struct yaml_check *c, const struct yaml *node, struct policy *p, struct rule *r)
{
    struct expr_problem problem = { 0 };
    str text = STR_NONE;
    r->when = yaml_str(c, node, STR_NONE);
    if (!r->when.ptr) return false;
    if (!expr_read(r->when, &p->limits, &p->arena, &r->expr, &problem)) {
        bad_expression(c, node, &problem);
        return false;
    }
    r->stmt = facts_db_prepare(p->db, expr_sql(&r->expr, 0, r->expr.count, &p->arena), &p->arena, &text);
    if (!r->stmt) {
        yaml_bad(c, node, "rule " STR_FMT " does not compile: " STR_FMT, STR_ARG(r->name),
                 STR_ARG(str_cut(text, 0, 120)));
        return false;
    }
    size_t before = c->count;
    if (!p->known) rule_try(c, node, p, r);
    return c->count == before;
}

static void read_rule(struct yaml_check *c, const struct yaml *node, struct policy *p)
{
    static const char *const keys[] = { "name", "when", "then", "because", NULL };
    if (!yaml_is_map(c, node)) {
        if (node->type == YAML_NULL) yaml_bad(c, node, "expected a rule, got nothing");
        return;
    }
    struct rule *r = &p->rules[p->rule_count];
    yaml_keys(c, node, keys);
    const struct yaml *name = yaml_need(c, node, "name");
    r->name = yaml_name(c, name, STR("?"));
    if (str_starts(r->name, STR("guard.")) || STR_IS(r->name, "default") || STR_IS(r->name, "error"))
        yaml_bad(c, name, "the name '" STR_FMT "' is taken by weir itself", STR_ARG(r->name));
    for (size_t i = 0; i < p->rule_count; i++)
        if (str_eq(p->rules[i].name, r->name))
            yaml_bad(c, name, "a rule named '" STR_FMT "' stands above already", STR_ARG(r->name));
    r->then = (enum verdict)yaml_word(c, yaml_need(c, node, "then"), verdict_words, VERDICT_DENY);
    const struct yaml *because = yaml_need(c, node, "because");
    r->because = yaml_str(c, because, STR("?"));
    if (r->because.len > 300) yaml_bad(c, because, "expected one sentence of at most 300 bytes");
    (void)compile(c, yaml_need(c, node, "when"), p, r);
    p->rule_count++; /* also when it is wrong: its statement is freed with the policy */
}

static void read_rules(struct yaml_check *c, const struct yaml *node, struct policy *p)
{
    if (!yaml_is_list(c, node)) return;
    for (size_t i = 0; i < node->count; i++) {
        if (p->rule_count == RULES_MAX) {
            yaml_bad(c, &node->items[i], "more than %d rules", RULES_MAX);
            return;
        }
        read_rule(c, &node->items[i], p);
    }
}

static void read_policy(struct yaml_check *c, const struct yaml *root, struct policy *p)
{
    static const char *const keys[] = { "version", "timezone", "limits", "windows", "rules", "zones", NULL };
    struct zones zones;
    if (!yaml_is_map(c, root)) {
        if (root->type == YAML_NULL) yaml_bad(c, root, "the policy is empty");
        return;
    }
    yaml_keys(c, root, keys);
    (void)yaml_i64(c, yaml_need(c, root, "version"), 1, 1, 1);
    zones_read(c, yaml_get(root, "zones"), &p->arena, &zones);
    p->tz = zones_get(c, &zones, yaml_get(root, "timezone"), tz_utc());
    read_limits(c, yaml_get(root, "limits"), p);
    windows_read(c, yaml_get(root, "windows"), &zones, p);
    read_rules(c, yaml_need(c, root, "rules"), p);
}

static struct policy *check_text(struct yaml_check *check, str yaml, bool known)
{
    struct policy *p = mem_new(sizeof *p);
    p->arena = arena_init(POLICY_ARENA_MAX);
    p->db = facts_db_open();
    p->tz = tz_utc();
    p->known = known;
    struct yaml_check own = yaml_check_init(check->file, &p->arena); /* the tree must live as long as the policy */
    const struct yaml *root = yaml_parse(&own, yaml);
    if (root) read_policy(&own, root, p);
    for (size_t i = 0; i < own.count; i++) {
        struct yaml at = { .line = own.items[i].line, .column = own.items[i].column };
        yaml_bad(check, &at, STR_FMT, STR_ARG(own.items[i].text));
    }
    check->more += own.more;
    if (!own.count) return p;
    policy_free(p);
    return NULL;
}

struct policy *policy_check(struct yaml_check *check, str yaml)
{
    return check_text(check, yaml, false);
}

static err load(str yaml, str file_name, bool known, struct policy **out)
{
    struct arena a = arena_init(1 << 20);
    struct yaml_check check = yaml_check_init(file_name, &a);
    struct policy *p = check_text(&check, yaml, known);
    err e = yaml_result(&check);
    arena_done(&a);
    if (!e.code) *out = p;
    return e;
}

err policy_load(str yaml, str file_name, struct policy **out)
{
    return load(yaml, file_name, false, out);
}

err policy_load_known(str yaml, str file_name, struct policy **out)
{
    return load(yaml, file_name, true, out);
}

void policy_free(struct policy *p)
{
    if (!p) return;
    for (size_t i = 0; i < p->rule_count; i++) (void)sqlite3_finalize(p->rules[i].stmt);
    facts_db_close(p->db);
    arena_done(&p->arena);
    mem_free(p);
}

struct policy_limits policy_limits(const struct policy *p)
{
    return p->limits;
}

size_t policy_rule_count(const struct policy *p)
{
    return p->rule_count;
}
