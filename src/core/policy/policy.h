/* May it be done: decide() is a pure function of typed facts and a policy (DESIGN.md 7). */
#ifndef WEIR_CORE_POLICY_POLICY_H
#define WEIR_CORE_POLICY_POLICY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

enum verdict { VERDICT_EXECUTE, VERDICT_MONITOR, VERDICT_ESCALATE, VERDICT_DENY }; /* in order of strictness */
const char *verdict_text(enum verdict v);

enum fact_type { FACT_TEXT, FACT_INT, FACT_REAL, FACT_ENUM };
enum { FACTS_MAX = 32 };

/* One fact by name; the fixed table of names and types is policy_facts(). An absent fact is NULL in expressions. */
struct fact {
    const char *name;
    bool present;
    int64_t i; /* FACT_INT, and the ordinal of FACT_ENUM */
    double r;
    str s;
};
struct fact_spec {
    const char *name;
    enum fact_type type;
    const char *const *words; /* FACT_ENUM: named constants in order, NULL-ended; usable in expressions in upper case */
    const char *help;
};
const struct fact_spec *policy_facts(size_t *count);

struct facts {
    struct fact items[FACTS_MAX]; /* same order as policy_facts() */
};
struct facts facts_none(void);
void facts_int(struct facts *f, const char *name, int64_t v); /* asserts that the name exists and is of the type */
void facts_real(struct facts *f, const char *name, double v);
void facts_text(struct facts *f, const char *name, str v);
void facts_enum(struct facts *f, const char *name, str word); /* a word that is none of the enum's: absent */
str facts_json(const struct facts *f, struct arena *a);
MUST_USE err facts_parse(str json, struct arena *a, struct facts *out);

struct policy; /* compiled */
/* Parse and compile a policy.yaml. Every rule is checked: one expression, allowed functions, known facts, and a run over
 * generated facts with each absent once. Errors: ERR_INPUT naming line, column, what was expected. */
MUST_USE err policy_load(str yaml, str file_name, struct policy **out);
void policy_free(struct policy *p);

struct clause { /* one rule, looked at */
    str rule, because;
    enum verdict verdict;
    bool matched, failed; /* failed: NULL or an error, which denies */
    str note;
};
struct decision {
    enum verdict verdict;
    str rule, because;      /* of the rule that decided; "default" when none matched, "error" on an error */
    struct clause *clauses; /* every rule, in file order */
    size_t clause_count;
};
/* Strings live in a. Not thread-safe per policy object (one SQLite connection inside). */
struct decision policy_decide(struct policy *p, const struct facts *f, struct arena *a);

/* Settings of the policy that are not rules. */
struct policy_limits {
    double act_alone_confidence;     /* 0.8 */
    double budget_usd_per_day;
    int64_t attempts_per_target;     /* within cool_down */
    usec cool_down;
    usec approval_expires;
    str approver_role;
};
struct policy_limits policy_limits(const struct policy *p);
/* Is `t` inside a blackout or maintenance window of the policy for this pipeline? name of the window, or "". */
str policy_window(const struct policy *p, str pipeline, usec t);

#endif
