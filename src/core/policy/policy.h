/* May it be done: decide() is a pure function of typed facts and a policy (DESIGN.md 7).
 *
 * A policy is a YAML text of limits, windows and rules. A rule's `when:` is one SQL expression over the facts,
 * evaluated by SQLite on a table of one row; examples/policy.yaml shows all of it with comments. Every rule that
 * matches counts and the strictest verdict wins, so their order never matters; none matching means escalate; anything
 * that goes wrong means deny. Four guards stand beside the rules, and no policy loosens them (guard_* in policy.c):
 *   guard.missing-fact   a fact that is always known is absent                   -> deny
 *   guard.restored       the store was restored and not yet resumed              -> deny
 *   guard.own-approval   approved, but not known to be by somebody else          -> deny
 *   guard.lasting        leaves something lasting and nobody approved it         -> escalate
 */
#ifndef WEIR_CORE_POLICY_POLICY_H
#define WEIR_CORE_POLICY_POLICY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "base/yaml.h"

enum verdict { VERDICT_EXECUTE, VERDICT_MONITOR, VERDICT_ESCALATE, VERDICT_DENY }; /* in order of strictness */
const char *verdict_text(enum verdict v);                                        /* "execute" ... */

enum fact_type { FACT_TEXT, FACT_INT, FACT_REAL, FACT_ENUM, FACT_BOOL };
enum { FACTS_MAX = 32 };

/* One fact by name; the fixed table of names and types is policy_facts(). An absent fact is NULL in expressions. */
struct fact {
    const char *name;
    bool present;
    int64_t i; /* FACT_INT, FACT_BOOL (0, 1), and the ordinal of FACT_ENUM: 1 for its first word */
    double r;
    str s;
};
struct fact_spec {
    const char *name;
    enum fact_type type;
    /* FACT_ENUM: named constants in order, NULL-ended, written in expressions as they stand here (upper case, no
     * quotes). FACT_TEXT: the known values when there is a fixed set, else NULL; a rule that compares with another is
     * refused. */
    const char *const *words;
    bool optional; /* may be absent: a rule that uses it must say with IS NULL what then. The others are always there */
    const char *help;
};
const struct fact_spec *policy_facts(size_t *count);

struct facts {
    struct fact items[FACTS_MAX]; /* same order as policy_facts() */
};
struct facts facts_none(void);
/* Set one fact. They assert that the name exists and is of the type. Text is borrowed, not copied. */
void facts_int(struct facts *f, const char *name, int64_t v);
void facts_bool(struct facts *f, const char *name, bool v);
void facts_real(struct facts *f, const char *name, double v); /* NaN or infinite: absent */
void facts_text(struct facts *f, const char *name, str v);
void facts_enum(struct facts *f, const char *name, str word); /* any case; a word that is none of the enum's: absent */
/* Set one fact from text, as on a command line. Errors: ERR_INPUT (no such fact, or the value does not fit its type).
 */
MUST_USE err facts_set(struct facts *f, str name, str value, struct arena *a);
/* Make one fact absent. Errors: ERR_INPUT (no such fact). */
MUST_USE err facts_unset(struct facts *f, str name, struct arena *a);
str facts_json(const struct facts *f, struct arena *a); /* {"action":"job.retry",...}; absent ones are left out */
MUST_USE err facts_parse(str json, struct arena *a, struct facts *out);

struct policy; /* compiled */
/* Parse and compile a policy.yaml. Every rule is checked: one expression, allowed functions, known facts, constants
 * that belong to the fact they are compared with, and a run over generated facts with each absent once. out     set on
 * success only; end it with policy_free(). Errors  ERR_INPUT, "file:line:column: what was expected"; policy_check()
 * gives all of them. */
MUST_USE err policy_load(str yaml, str file_name, struct policy **out);
/* As policy_load, without the run over generated facts, which takes most of the time: for a text that policy_load took
 * before. */
MUST_USE err policy_load_known(str yaml, str file_name, struct policy **out);
/* As policy_load, but problems are noted in `check` (made with yaml_check_init); NULL when there are any. */
struct policy *policy_check(struct yaml_check *check, str yaml);
void policy_free(struct policy *p); /* accepts NULL */
size_t policy_rule_count(const struct policy *p);
/* The policy that holds when none is configured: examples/policy.yaml, in the binary. */
str policy_default_text(void);

struct term { /* a part of a rule's condition, for explain */
    str text;
    int depth;     /* 0.. ; parts of a part are one deeper */
    int value;     /* 1 true, 0 false, -1 not known (NULL) */
    str have;      /* "confidence is 0.62", "" when it is no simple comparison */
    str otherwise; /* what would turn it round: "confidence >= 0.8", or "" */
};
struct clause { /* one rule, looked at */
    str rule, because, when; /* when: "" for a guard */
    enum verdict verdict;
    bool matched, failed; /* failed: NULL or an error, which denies */
    str note;             /* of a failure: what went wrong */
    struct term *terms;   /* policy_explain only */
    size_t term_count;
};
struct decision {
    enum verdict verdict;
    str rule,
        because; /* of the rule that decided (the first by name among equals); "default" when none matched, "error" */
    struct clause *clauses; /* every rule in file order, then every guard that spoke */
    size_t clause_count;
};
/* Strings live in a (some in the policy). Not thread-safe per policy object (one SQLite connection inside). */
struct decision policy_decide(struct policy *p, const struct facts *f, struct arena *a);
/* The same decision, with every condition taken apart. */
struct decision policy_explain(struct policy *p, const struct facts *f, struct arena *a);
/* {"verdict":..,"rule":..,"because":..,"clauses":[..]} as fields of the object that is open in w. */
void decision_json(const struct decision *d, struct jw *w);

/* Settings of the policy that are not rules. In expressions they are constants: the names in brackets. */
struct policy_limits {
    double act_alone_confidence; /* 0.8 (ACT_ALONE_CONFIDENCE) */
    double budget_usd_per_day;   /* 5   (BUDGET_USD_PER_DAY) */
    int64_t attempts_per_target; /* 3, within cool_down (ATTEMPTS_PER_TARGET) */
    usec cool_down;              /* 30 min (COOL_DOWN_MINUTES) */
    usec approval_expires;       /* 4 h */
    str approver_role;           /* "approver" */
};
struct policy_limits policy_limits(const struct policy *p);
/* Is `t` inside a blackout window of the policy for this pipeline? The window's name, or "". Lives as long as p. */
str policy_window(const struct policy *p, str pipeline, usec t);
/* Set the facts that follow from the time: local_hour and weekday in the policy's zone, and window. */
void policy_time_facts(const struct policy *p, str pipeline, usec t, struct facts *f);
/* The IANA zones a policy text names beside UTC, without loading it ("Europe/Berlin", ...); `default_zone` is meant
 * where it names none. Whoever reads the file appends their data with policy_add_zones, so that the text in the journal
 * says everything and replays the same on a machine with other zone data. Errors: ERR_INPUT. */
struct zone_data {
    str name, bytes; /* TZif */
};
MUST_USE err policy_zones(str yaml, str file_name, str default_zone, struct arena *a, str **names, size_t *count);
str policy_add_zones(str yaml, str default_zone, const struct zone_data *zones, size_t count, struct arena *a);

#endif
