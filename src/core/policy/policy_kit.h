/* For tests of policies: facts that are fine or drawn by chance, and rules of one line. */
#ifndef WEIR_CORE_POLICY_KIT_H
#define WEIR_CORE_POLICY_KIT_H

#include "core/policy/policy_internal.h"
#include "test.h"

/* Facts of a harmless, sure remedy: the default policy executes it. */
static inline struct facts calm(void)
{
    struct facts f = facts_none();
    facts_text(&f, "action", STR("job.retry"));
    facts_text(&f, "target", STR("extract"));
    facts_text(&f, "pipeline", STR("orders"));
    facts_int(&f, "tier", 2);
    facts_text(&f, "environment", STR("production"));
    facts_enum(&f, "severity", STR("high"));
    facts_enum(&f, "leaves", STR("nothing"));
    facts_bool(&f, "reversible", true);
    facts_bool(&f, "repeatable", true);
    facts_text(&f, "cause", STR("source.timeout"));
    facts_real(&f, "confidence", 0.91);
    facts_int(&f, "evidence_count", 3);
    facts_real(&f, "cost_usd", 0.01);
    facts_real(&f, "budget_left_usd", 5);
    facts_int(&f, "attempts", 0);
    facts_int(&f, "approvals", 0);
    facts_int(&f, "local_hour", 14);
    facts_enum(&f, "weekday", STR("MONDAY"));
    facts_text(&f, "window", STR(""));
    facts_enum(&f, "mode", STR("NORMAL"));
    return f;
}

static inline struct policy *load(str text)
{
    struct policy *p = NULL;
    CHECK_OK(policy_load(text, STR("policy.yaml"), &p));
    return p;
}

/* A policy whose one rule is `when`; the error, or the policy. */
static inline err load_rule(const char *when, struct policy **out)
{
    struct buf b = buf_init(64 * 1024);
    buf_fmt(&b,
            "version: 1\nrules:\n  - name: r\n    when: |\n      %s\n    then: execute\n    because: it is a test\n",
            when);
    err e = policy_load(buf_view(&b), STR("p.yaml"), out);
    buf_done(&b);
    return e;
}

static inline enum verdict decide(struct policy *p, const struct facts *f, const char *want_rule)
{
    struct arena a = arena_init(1 << 20);
    struct decision d = policy_decide(p, f, &a);
    if (want_rule) CHECK_STR(d.rule, want_rule);
    enum verdict v = d.verdict;
    arena_done(&a);
    return v;
}

static uint32_t chance_state = 20260504;
static inline uint32_t chance(uint32_t n)
{
    chance_state = chance_state * 1664525u + 1013904223u;
    return (chance_state >> 8) % n;
}

static inline void random_facts(struct facts *f)
{
    size_t count;
    const struct fact_spec *specs = policy_facts(&count);
    *f = calm();
    for (size_t i = 0; i < count; i++) {
        struct fact *v = &f->items[i];
        int words = 0;
        while (specs[i].words && specs[i].words[words]) words++;
        if (specs[i].optional) v->present = chance(3) > 0;
        if (specs[i].type == FACT_ENUM) v->i = 1 + chance((uint32_t)words);
        if (specs[i].type == FACT_BOOL) v->i = chance(2);
        if (specs[i].type == FACT_INT) v->i = chance(5);
        if (specs[i].type == FACT_REAL) v->r = chance(100) / 50.0;
        if (specs[i].type == FACT_TEXT && words) v->s = str_of(specs[i].words[chance((uint32_t)words)]);
    }
}

#endif
