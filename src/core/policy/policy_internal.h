/* What the files of this folder share. */
#ifndef WEIR_CORE_POLICY_POLICY_INTERNAL_H
#define WEIR_CORE_POLICY_POLICY_INTERNAL_H

#include <sqlite3.h>

#include "base/tz.h"
#include "core/policy/policy.h"

enum {
    RULES_MAX = 200,
    WINDOWS_MAX = 64,
    ZONES_MAX = 8,
    TOKENS_MAX = 256,
    EXPR_TEXT_MAX = 2000,
    POLICY_ARENA_MAX = 16 << 20
};

/* policy_facts.c */
int fact_index(str name); /* -1: no such fact */

/* policy_expr.c: the text of one expression, taken apart and checked before SQLite sees it. */
enum token_kind { TOKEN_FACT, TOKEN_CONSTANT, TOKEN_NUMBER, TOKEN_STRING, TOKEN_WORD, TOKEN_FUNCTION, TOKEN_OP };
struct token {
    enum token_kind kind;
    str text;    /* as written */
    size_t at;   /* offset in the expression */
    int fact;    /* TOKEN_FACT: its index; TOKEN_CONSTANT: the enum it belongs to, -1 = a number such as a limit */
    double number; /* TOKEN_NUMBER, TOKEN_CONSTANT */
    str string;  /* TOKEN_STRING: without quotes, '' taken as ' */
};
struct expr {
    str text;
    struct token *tokens;
    size_t count;
    uint32_t uses; /* bit per fact */
};
struct expr_problem {
    size_t at;
    str text;
};
bool expr_read(str text, const struct policy_limits *limits, struct arena *a, struct expr *out,
               struct expr_problem *problem);
/* The SQL of tokens [from, to): constants as numbers, nothing else changed. */
str expr_sql(const struct expr *e, size_t from, size_t to, struct arena *a);
bool token_is(const struct token *t, const char *word); /* an operator or a keyword, any case */
bool token_compares(const struct token *t);

/* policy_sql.c: facts in a one-row table, expressions over it, nothing else allowed. */
struct facts_db;
struct facts_db *facts_db_open(void);
void facts_db_close(struct facts_db *db);
bool facts_db_set(struct facts_db *db, const struct facts *f);
/* NULL and a message when the expression does not compile. */
sqlite3_stmt *facts_db_prepare(struct facts_db *db, str sql, struct arena *a, str *problem);
enum answer { ANSWER_NO, ANSWER_YES, ANSWER_NULL, ANSWER_OTHER, ANSWER_ERROR };
enum answer facts_db_ask(struct facts_db *db, sqlite3_stmt *stmt);

/* policy_load.c, policy_window.c */
struct window {
    str name;
    str *pipelines; /* names or prefixes ending in '*'; none = all */
    size_t pipeline_count;
    bool dated;
    usec starts, ends;      /* dated: starts <= t < ends */
    unsigned weekdays;      /* bit 1 = Monday; of the day the window begins on */
    int from, to;           /* minutes of the local day; to <= from: it ends on the next day */
    const struct tz *tz;
};
struct rule {
    str name, when, because;
    enum verdict then;
    struct expr expr;
    sqlite3_stmt *stmt;
};
struct policy {
    struct arena arena;
    struct policy_limits limits;
    struct rule rules[RULES_MAX];
    size_t rule_count;
    struct window windows[WINDOWS_MAX];
    size_t window_count;
    const struct tz *tz;
    struct facts_db *db;
    bool known; /* accepted before: rules are not tried again */
};
/* Named zones of the policy text that is being loaded. */
struct zones {
    str names[ZONES_MAX];
    struct tz *tz[ZONES_MAX];
    size_t count;
};
void zones_read(struct yaml_check *c, const struct yaml *node, struct arena *a, struct zones *out);
const struct tz *zones_get(struct yaml_check *c, const struct zones *zones, const struct yaml *node,
                           const struct tz *fallback);
void windows_read(struct yaml_check *c, const struct yaml *node, const struct zones *zones, struct policy *p);

/* policy_trial.c: run a rule over generated facts; notes a problem at `node` when it does not answer yes or no. */
void rule_try(struct yaml_check *c, const struct yaml *node, struct policy *p, const struct rule *r);
/* policy_explain.c */
void clause_terms(struct policy *p, const struct rule *r, const struct facts *f, struct arena *a, struct clause *out);

#endif
