/* The policy in force, and what it says of given facts, clause by clause. */
#include "core/policy/policy.h"
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"

/* Text of the policy in force; false: there is none, or an error, and res says so. */
static bool policy_in_force(struct request *req, struct response *res, str *hash, str *text, int64_t *seq)
{
    struct view v;
    if (!view_open(&v, req, res)) return false;
    struct rows *r = tx_query_n(v.tx, SQL_API_POLICY, TX_NO_VALS);
    if (!rows_next(r)) {
        view_missing(&v, "policy", STR("is loaded"));
        return false;
    }
    *hash = rows_dup(r, 0, req->arena);
    *text = rows_dup(r, 1, req->arena);
    *seq = rows_i64(r, 2);
    rows_end(r);
    err e = tx_err(v.tx);
    view_close(&v);
    return !e.code;
}

static void get(struct request *req, struct response *res)
{
    str hash, text;
    int64_t seq;
    if (!policy_in_force(req, res, &hash, &text, &seq)) return;
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_str(&w, "hash", hash);
    jw_str(&w, "text", text);
    jw_i64(&w, "seq", seq);
    jw_close(&w);
}

static void write_decision(struct response *res, const struct decision *d)
{
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_strz(&w, "verdict", verdict_text(d->verdict));
    jw_str(&w, "rule", d->rule);
    jw_str(&w, "because", d->because);
    jw_array(&w, "clauses");
    for (size_t i = 0; i < d->clause_count; i++) {
        const struct clause *c = &d->clauses[i];
        jw_open(&w, NULL);
        jw_str(&w, "rule", c->rule);
        jw_str(&w, "because", c->because);
        jw_strz(&w, "verdict", verdict_text(c->verdict));
        jw_bool(&w, "matched", c->matched);
        jw_bool(&w, "failed", c->failed);
        jw_str(&w, "note", c->note);
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_close(&w);
}

/* Compiled for this request alone: explaining is rare, and a policy is not for two threads. */
static void explain(struct request *req, struct response *res)
{
    str hash, text = json_get_str(req->json, "policy");
    int64_t seq;
    struct facts facts;
    struct policy *policy = NULL;
    if (!text.ptr && !policy_in_force(req, res, &hash, &text, &seq)) return;
    err e = facts_parse(json_text(json_get(req->json, "facts"), req->arena), req->arena, &facts);
    if (!e.code) e = policy_load(text, STR("policy.yaml"), &policy);
    if (e.code) {
        http_problem_rule(res, e);
        return;
    }
    struct decision d = policy_decide(policy, &facts, req->arena);
    write_decision(res, &d);
    policy_free(policy);
}

const struct route api_policy_routes[] = {
    { "GET", "/api/v1/policy", ROLE_VIEWER, "policy", "The policy in force", NULL, NULL, "Policy", 200, 0, get },
    { "POST", "/api/v1/policy/explain", ROLE_OPERATOR, "policy",
      "What the policy says of these facts, clause by clause", NULL, "Explain", "Explanation", 200, 1 << 20, explain },
    ROUTES_END,
};
