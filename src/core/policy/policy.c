/* The decision: every rule is asked, every guard looks, the strictest answer counts. */
#include "core/policy/policy_internal.h"

/* The guards stand beside the rules and no policy loosens them. Each says why it speaks, or nothing. */

static bool is_set(const struct facts *f, const char *name)
{
    return f->items[fact_index(str_of(name))].present;
}

static int64_t whole(const struct facts *f, const char *name)
{
    return f->items[fact_index(str_of(name))].i;
}

static str guard_missing_fact(const struct facts *f, struct arena *a)
{
    size_t count;
    const struct fact_spec *specs = policy_facts(&count);
    for (size_t i = 0; i < count; i++)
        if (!specs[i].optional && !f->items[i].present) return str_fmt(a, "the fact %s is missing", specs[i].name);
    return STR_NONE;
}

static str guard_restored(const struct facts *f, struct arena *a)
{
    enum { MODE_NORMAL = 1 };
    (void)a;
    return whole(f, "mode") == MODE_NORMAL
               ? STR_NONE
               : STR("the store was restored from a backup: nothing is done until `weir resume`");
}

static str guard_own_approval(const struct facts *f, struct arena *a)
{
    (void)a;
    bool by_other = is_set(f, "own_approval") && whole(f, "own_approval") == 0;
    return whole(f, "approvals") <= 0 || by_other ? STR_NONE : STR("nobody approves what they asked for themselves");
}

static str guard_lasting(const struct facts *f, struct arena *a)
{
    enum { LEAVES_LASTING = 3 };
    (void)a;
    bool lasting = whole(f, "leaves") >= LEAVES_LASTING && whole(f, "approvals") <= 0;
    return lasting ? STR("what it leaves behind cannot be undone: a person decides") : STR_NONE;
}

static const struct guard {
    const char *name;
    enum verdict verdict;
    str (*speaks)(const struct facts *f, struct arena *a);
} guards[] = {
    { "guard.missing-fact", VERDICT_DENY, guard_missing_fact },
    { "guard.restored", VERDICT_DENY, guard_restored },
    { "guard.own-approval", VERDICT_DENY, guard_own_approval },
    { "guard.lasting", VERDICT_ESCALATE, guard_lasting },
};
enum { GUARD_COUNT = sizeof guards / sizeof *guards };

static str failure_note(const struct rule *r, const struct facts *f, enum answer answer, struct arena *a)
{
    if (answer == ANSWER_OTHER) return STR("it answers neither yes nor no");
    if (answer == ANSWER_ERROR) return STR("it cannot be evaluated");
    size_t count;
    const struct fact_spec *specs = policy_facts(&count);
    for (size_t i = 0; i < count; i++)
        if (r->expr.uses & UINT32_C(1) << i && !f->items[i].present)
            return str_fmt(a, "%s is not known", specs[i].name);
    return STR("it gives NULL");
}

static struct clause look(struct policy *p, const struct rule *r, const struct facts *f, bool facts_set,
                          struct arena *a)
{
    struct clause c = { .rule = r->name, .because = r->because, .when = r->when, .verdict = r->then };
    enum answer answer = facts_set ? facts_db_ask(p->db, r->stmt) : ANSWER_ERROR;
    c.matched = answer == ANSWER_YES;
    c.failed = answer != ANSWER_YES && answer != ANSWER_NO;
    if (c.failed) c.note = failure_note(r, f, answer, a);
    return c;
}

/* Among equals the first by name, so that the order of rules shows nowhere. */
static bool goes_before(const struct clause *c, const struct clause *best)
{
    if (!best || c->failed != best->failed) return !best || c->failed;
    if (!c->failed && c->verdict != best->verdict) return c->verdict > best->verdict;
    return str_cmp(c->rule, best->rule) < 0;
}

static void conclude(struct decision *d, struct arena *a)
{
    const struct clause *best = NULL;
    for (size_t i = 0; i < d->clause_count; i++) {
        const struct clause *c = &d->clauses[i];
        if ((c->matched || c->failed) && goes_before(c, best)) best = c;
    }
    if (!best) {
        d->verdict = VERDICT_ESCALATE;
        d->rule = STR("default");
        d->because = STR("no rule of the policy speaks of this: a person decides");
    } else if (best->failed) {
        d->verdict = VERDICT_DENY;
        d->rule = STR("error");
        d->because =
            str_fmt(a, "rule " STR_FMT " could not be answered: " STR_FMT, STR_ARG(best->rule), STR_ARG(best->note));
    } else {
        d->verdict = best->verdict;
        d->rule = best->rule;
        d->because = best->because;
    }
}

struct decision policy_decide(struct policy *p, const struct facts *f, struct arena *a)
{
    struct decision d = { .clauses = ARENA_ARRAY(a, struct clause, p->rule_count + GUARD_COUNT) };
    bool facts_set = facts_db_set(p->db, f);
    for (size_t i = 0; i < p->rule_count; i++) d.clauses[d.clause_count++] = look(p, &p->rules[i], f, facts_set, a);
    for (size_t i = 0; i < GUARD_COUNT; i++) {
        str why = guards[i].speaks(f, a);
        if (why.len)
            d.clauses[d.clause_count++] = (struct clause){
                .rule = str_of(guards[i].name), .because = why, .verdict = guards[i].verdict, .matched = true
            };
    }
    conclude(&d, a);
    return d;
}

struct decision policy_explain(struct policy *p, const struct facts *f, struct arena *a)
{
    struct decision d = policy_decide(p, f, a);
    for (size_t i = 0; i < p->rule_count; i++) clause_terms(p, &p->rules[i], f, a, &d.clauses[i]);
    return d;
}

static void term_json(const struct term *t, struct jw *w)
{
    jw_open(w, NULL);
    jw_str(w, "text", t->text);
    jw_i64(w, "depth", t->depth);
    if (t->value < 0) jw_null(w, "value");
    else jw_bool(w, "value", t->value == 1);
    jw_str(w, "have", t->have);
    jw_str(w, "otherwise", t->otherwise);
    jw_close(w);
}

static void clause_json(const struct clause *c, struct jw *w)
{
    jw_open(w, NULL);
    jw_str(w, "rule", c->rule);
    jw_strz(w, "verdict", verdict_text(c->verdict));
    jw_bool(w, "matched", c->matched);
    jw_bool(w, "failed", c->failed);
    jw_str(w, "because", c->because);
    jw_str(w, "when", c->when);
    jw_str(w, "note", c->note);
    jw_array(w, "terms");
    for (size_t i = 0; i < c->term_count; i++) term_json(&c->terms[i], w);
    jw_array_end(w);
    jw_close(w);
}

void decision_json(const struct decision *d, struct jw *w)
{
    jw_strz(w, "verdict", verdict_text(d->verdict));
    jw_str(w, "rule", d->rule);
    jw_str(w, "because", d->because);
    jw_array(w, "clauses");
    for (size_t i = 0; i < d->clause_count; i++) clause_json(&d->clauses[i], w);
    jw_array_end(w);
}
