/* A rule is tried before it may ever decide: on generated facts, made of the values its own text speaks of, with each
 * fact it uses absent once. It must answer 0 or 1; only the absence of a fact that is always known may leave it without
 * an answer, because then the decision is deny before any rule is asked. The chance is a fixed sequence: the same text
 * is always accepted or always refused. */
#include "core/policy/policy_internal.h"

enum { VALUES_MAX = 48, ROWS = 96 };

struct values {
    struct fact items[VALUES_MAX];
    size_t count;
};

static void add_value(struct values *v, double number, str text)
{
    if (v->count == VALUES_MAX) return;
    int64_t whole = number > -1e15 && number < 1e15 ? (int64_t)number : 0;
    v->items[v->count++] = (struct fact){ .present = true, .i = whole, .r = number, .s = text };
}

static void collect(const struct expr *e, const struct fact_spec *spec, struct values *v)
{
    v->count = 0;
    if (spec->type == FACT_BOOL || spec->type == FACT_ENUM) {
        for (int i = 0; spec->type == FACT_ENUM && spec->words[i]; i++) add_value(v, i + 1, STR_NONE);
        for (int i = 0; spec->type == FACT_BOOL && i < 2; i++) add_value(v, i, STR_NONE);
        return;
    }
    for (size_t i = 0; i < e->count; i++) {
        const struct token *t = &e->tokens[i];
        double step = spec->type == FACT_INT ? 1 : 0.01;
        if (spec->type == FACT_TEXT && t->kind == TOKEN_STRING) add_value(v, 0, t->string);
        if (spec->type == FACT_TEXT || (t->kind != TOKEN_NUMBER && t->kind != TOKEN_CONSTANT)) continue;
        for (int k = -1; k <= 1; k++) add_value(v, t->number + k * step, STR_NONE);
    }
    if (spec->type == FACT_TEXT) {
        add_value(v, 0, STR("other"));
        add_value(v, 0, STR(""));
        return;
    }
    static const double usual[] = { 0, 1, 0.5, 2, 23, 1000 };
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) add_value(v, usual[i], STR_NONE);
}

struct trial {
    struct policy *p;
    const struct rule *rule;
    const struct fact_spec *specs;
    size_t fact_count;
    struct values *values; /* one for each fact */
    uint32_t chance;
};

static uint32_t next(struct trial *t)
{
    t->chance ^= t->chance << 13;
    t->chance ^= t->chance >> 17;
    t->chance ^= t->chance << 5;
    return t->chance;
}

static struct facts generate(struct trial *t, uint32_t absent)
{
    struct facts f = facts_none();
    for (size_t i = 0; i < t->fact_count; i++) {
        uint32_t bit = UINT32_C(1) << i;
        if (!(t->rule->expr.uses & bit) || (absent & bit)) continue;
        const char *name = f.items[i].name;
        f.items[i] = t->values[i].items[next(t) % t->values[i].count];
        f.items[i].name = name;
    }
    return f;
}

/* Rows until one is not answered as it must be. */
static enum answer worst_answer(struct trial *t, uint32_t absent, bool may_be_null, struct facts *at)
{
    for (int row = 0; row < ROWS; row++) {
        *at = generate(t, absent);
        enum answer a = facts_db_set(t->p->db, at) ? facts_db_ask(t->p->db, t->rule->stmt) : ANSWER_ERROR;
        if (a == ANSWER_NULL && may_be_null) continue;
        if (a != ANSWER_YES && a != ANSWER_NO) return a;
    }
    return ANSWER_YES;
}

static bool try_absent(struct yaml_check *c, const struct yaml *node, struct trial *t, int fact)
{
    struct facts f;
    bool optional = fact >= 0 && t->specs[fact].optional;
    enum answer a = worst_answer(t, fact >= 0 ? UINT32_C(1) << fact : 0, fact >= 0 && !optional, &f);
    str rule = t->rule->name;
    if (a == ANSWER_YES) return true;
    const char *name = fact >= 0 ? t->specs[fact].name : "";
    if (a == ANSWER_NULL && optional)
        yaml_bad(c, node,
                 "rule " STR_FMT
                 " has no answer when %s is not known; say what holds then, for example: %s IS NULL OR ...",
                 STR_ARG(rule), name, name);
    else if (a == ANSWER_NULL)
        yaml_bad(c, node, "rule " STR_FMT " gives NULL instead of yes or no, for example for " STR_FMT, STR_ARG(rule),
                 STR_ARG(facts_json(&f, c->arena)));
    else if (a == ANSWER_OTHER)
        yaml_bad(c, node, "rule " STR_FMT " must answer yes or no (1 or 0): compare its value with something",
                 STR_ARG(rule));
    else
        yaml_bad(c, node, "rule " STR_FMT " cannot be evaluated for " STR_FMT, STR_ARG(rule),
                 STR_ARG(facts_json(&f, c->arena)));
    return false;
}

static bool try_all_optional_absent(struct yaml_check *c, const struct yaml *node, struct trial *t)
{
    struct facts f;
    uint32_t absent = 0;
    for (size_t i = 0; i < t->fact_count; i++)
        if (t->specs[i].optional) absent |= UINT32_C(1) << i;
    if (worst_answer(t, absent, false, &f) == ANSWER_YES) return true;
    yaml_bad(c, node, "rule " STR_FMT " has no answer when all of its optional facts are not known; add IS NULL",
             STR_ARG(t->rule->name));
    return false;
}

void rule_try(struct yaml_check *c, const struct yaml *node, struct policy *p, const struct rule *r)
{
    struct trial t = { .p = p, .rule = r, .chance = 2463534242u };
    t.specs = policy_facts(&t.fact_count);
    t.values = mem_new(t.fact_count * sizeof *t.values);
    for (size_t i = 0; i < t.fact_count; i++)
        if (r->expr.uses & UINT32_C(1) << i) collect(&r->expr, &t.specs[i], &t.values[i]);
    bool fine = try_absent(c, node, &t, -1);
    for (size_t i = 0; fine && i < t.fact_count; i++)
        if (r->expr.uses & UINT32_C(1) << i) fine = try_absent(c, node, &t, (int)i);
    if (fine) (void)try_all_optional_absent(c, node, &t);
    mem_free(t.values);
}
