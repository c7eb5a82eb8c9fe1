/* From text to policies: what is refused, and where the text is at fault. */
#include "core/policy/policy_kit.h"

static const struct {
    const char *when, *want; /* want: part of the message */
} refused[] = {
    { "'yes'", "must answer yes or no" }, /* a bare string */
    { "1 + 1", "must answer yes or no" },
    { "confidence", "must answer yes or no" },
    { "NULL", "NULL" },
    { "tier / 0 > 1", "NULL" },
    { "cost_usd > 1", "no answer when cost_usd is not known" }, /* a missing fact */
    { "action = 'job.retry' AND tier > 1 AND minutes_since_last < 5",
      "no answer when minutes_since_last is not known" },
    { "\"confidense\" > 0.8", "\" is not allowed" }, /* a misspelt column in double quotes */
    { "\"confidence\" > 0.8", "\" is not allowed" },
    { "`confidence` > 0.8", "unexpected" },
    { "[confidence] > 0.8", "unexpected" },
    { "confidense > 0.8", "did you mean 'confidence'?" },
    { "(SELECT 1)", "no query" }, /* a subquery */
    { "1 IN (SELECT 1)", "no query" },
    { "EXISTS (SELECT 1)", "no query" },
    { "(VALUES (1))", "no query" },
    { "tier IN fact", "there is no fact 'fact'" },
    { "tier IN json_each('[1]')", "is not allowed" },
    { "1) OR (1", "closes a bracket" }, /* a second expression smuggled in brackets */
    { "1), (2", "closes a bracket" },
    { "1) FROM fact --", "no query" },
    { "1) FROM fact /*", "no query" },
    { "1, 2", "a second expression begins here" },
    { "(1, 2)", "does not compile" },
    { "(1, 2) = (1, 2) AND 1 --", "comments are not allowed" },
    { "1 /* x */", "comments are not allowed" },
    { "1; DROP TABLE fact", "';' is not allowed" },
    { "1) UNION SELECT (1", "no query" },
    { "(1", "a bracket is not closed" },
    { "tier = ?1", "unexpected '?'" },
    { "tier = :x", "unexpected ':'" },
    { "tier = @x", "unexpected '@'" },
    { "tier = $x", "unexpected '$'" },
    { "x'00' = 1", "there is no fact 'x'" },
    { "random() > 0", "the function 'random' is not allowed" },
    { "load_extension('x') = 1", "is not allowed" },
    { "date('now') > '2026'", "is not allowed" },
    { "CURRENT_TIMESTAMP > '2026'", "there is no fact" },
    { "count(tier) = 1", "is not allowed" },
    { "lowr(action) = 'x'", "did you mean 'lower'?" },
    { "rowid = 1", "there is no fact 'rowid'" },
    { "sqlite_master = 1", "there is no fact" },
    { "severity = LASTING", "severity is compared with" },
    { "severity = 'HIGH'", "severity is compared with" },
    { "severity IN (LOW, MONDAY)", "severity is compared with" },
    { "CRITCAL = severity", "did you mean 'CRITICAL'?" },
    { "confidence > '0.8'", "confidence is a number" },
    { "'0.8' < confidence", "confidence is a number" },
    { "confidence BETWEEN 0 AND 'x'", "confidence is a number" },
    { "pipeline = 3", "pipeline is text" },
    { "action = 'job.retri'", "did you mean 'job.retry'?" },
    { "action NOT IN ('job.retry', 'nothing.like.it.at.all')", "action is never" },
    { "'open", "does not end" },
    { "12ab = 1", "not a number" },
    { "tier = 1 OVER ()", "is not allowed" },
    { "tier = 1 COLLATE nocase", "is not allowed" },
    { "tier = 1e999", "not a number" },
    { "tier =", "does not compile" },
    { "pipeline MATCH 'x'", "is not allowed" },
    { "\x01", "unexpected byte 0x01" },
};

TEST(policy_fails_closed_on_what_is_no_single_expression_over_facts)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct policy *p = NULL;
        err e = load_rule(refused[i].when, &p);
        if (e.code != ERR_INPUT) test_failed(__FILE__, __LINE__, "`%s` was taken: %s", refused[i].when, e.msg);
        if (!strstr(e.msg, refused[i].want))
            test_failed(__FILE__, __LINE__, "`%s` gives '%s', want '%s'", refused[i].when, e.msg, refused[i].want);
        if (!str_starts(str_of(e.msg), STR("p.yaml:"))) test_failed(__FILE__, __LINE__, "no place in '%s'", e.msg);
    }
}

/* The second wall by itself: even what the reader of expressions would let through does not get past the authorizer. */
TEST(the_authorizer_alone_refuses_queries_and_functions)
{
    static const char *const texts[] = {
        "SELECT 1",
        "1 IN (SELECT 1)",
        "EXISTS (SELECT 1)",
        "1 IN fact",
        "1 IN json_each('[1]')",
        "random()",
        "date('now')",
        "CURRENT_TIME > ''",
        "1) UNION SELECT (1",
        "1) UNION ALL VALUES (1",
        "1), (2",
        "load_extension('x')",
        "(SELECT name FROM sqlite_master) = ''",
        "?1",
        "1); SELECT (1",
        "count(*)",
        "sum(tier)",
        "max(tier) OVER ()",
        "\"nothing\" = 1",
        "1) FROM sqlite_master --",
        "printf('%s', 1)",
        "hex(zeroblob(1000000))",
        "RAISE(IGNORE)",
    };
    struct arena a = arena_init(1 << 20);
    struct facts_db *db = facts_db_open();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        str problem = STR_NONE;
        sqlite3_stmt *stmt = facts_db_prepare(db, str_of(texts[i]), &a, &problem);
        if (stmt) test_failed(__FILE__, __LINE__, "`%s` was compiled", texts[i]);
        CHECK(problem.len > 0);
    }
    facts_db_close(db);
    arena_done(&a);
}

TEST(problems_name_their_place)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "version: 1\nrules:\n  - name: a\n    when: confidense > 0.8\n    then: execute\n    because: x\n",
          "p.yaml:4:11: there is no fact 'confidense'; did you mean 'confidence'?" },
        { "version: 1\nrules:\n  - name: a\n    when: tier = 1 AND (tier = 2\n    then: deny\n    because: x\n",
          "p.yaml:4:33: a bracket is not closed" },
        { "version: 1\nrules:\n  - name: a\n    when: \"tier > wrong\"\n    then: deny\n    because: x\n",
          "p.yaml:4:19: there is no fact 'wrong'" },
        { "version: 1\nrules:\n  - name: a\n    when: 1\n    then: exekute\n    because: x\n",
          "p.yaml:5:11: expected execute, monitor, escalate or deny, got 'exekute'; did you mean 'execute'?" },
        { "version: 1\nrules:\n  - name: a\n    wen: 1\n    then: deny\n    because: x\n",
          "p.yaml:4:5: no such key 'wen'; did you mean 'when'? (and 1 more)" },
        { "version: 2\nrules: []\n", "p.yaml:1:10: expected a whole number from 1 to 1" },
        { "rules: []\n", "p.yaml:1:1: expected the key 'version' here" },
        { "version: 1\nrules:\n  - {name: a, when: 1, then: deny, because: x}\n  - {name: a, when: 1, then: deny, "
          "because: x}\n",
          "p.yaml:4:12: a rule named 'a' stands above already" },
        { "version: 1\nrules: []\nlimits: {cool_down: 5}\n", "p.yaml:3:21: expected a duration" },
        { "version: 1\nrules: []\nwindows: [{name: w, from: \"25:00\", to: \"10:00\"}]\n", "p.yaml:3:" },
        { "", "p.yaml:1:1: the policy is empty" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct policy *p = NULL;
        err e = policy_load(str_of(cases[i].text), STR("p.yaml"), &p);
        if (e.code != ERR_INPUT || !str_starts(str_of(e.msg), str_of(cases[i].want)))
            test_failed(__FILE__, __LINE__, "got '%s', want '%s'", e.msg, cases[i].want);
    }
}

/* Random texts of the language's own words: refused, or a rule that always has an answer or denies; never anything
 * else. */
TEST(random_expressions_are_refused_or_answer)
{
    static const char *const words[] = {
        "confidence", "severity", "HIGH",   "cost_usd", "IS NULL", "IS NOT NULL", "AND",      "OR", "NOT",     "(",
        ")",          ",",        "1",      "0.8",      "'x'",     "=",           "<",        "IN", "BETWEEN", "CASE",
        "WHEN",       "THEN",     "END",    "ELSE",     "abs(",    "coalesce(",   "attempts", "-",  "+",       "/",
        "'",          "--",       "SELECT", "||",       "LIKE",    "window",      "NULL",
    };
    struct arena a = arena_init(1 << 20);
    int taken = 0;
    for (int round = 0; round < test_count(1500, 100000); round++) {
        struct buf b = buf_init(4096);
        for (uint32_t i = 0, n = 1 + chance(9); i < n; i++)
            buf_fmt(&b, "%s ", words[chance(sizeof words / sizeof *words)]);
        struct policy *p = NULL;
        const char *text = str_z(&a, buf_view(&b));
        if (!load_rule(text, &p).code) {
            struct facts f;
            random_facts(&f);
            struct decision d = policy_explain(p, &f, &a);
            CHECK(d.clause_count >= 1 && (!d.clauses[0].failed || d.verdict == VERDICT_DENY));
            policy_free(p);
            taken++;
        }
        buf_done(&b);
        arena_reset(&a);
    }
    (void)printf("# %d random expressions were valid\n", taken);
    arena_done(&a);
}
