/* weir policy check, weir policy explain: a policy's file looked at, and asked about facts of your own. */
#include <stdio.h>

#include "core/policy/policy.h"
#include "edge/cli/commands.h"
#include "edge/cli/config_cli.h"
#include "edge/cli/table.h"
#include "edge/files.h"
#include "edge/policy_file.h"

static str policy_path(struct cli *cli)
{
    str path = cli_arg_count(cli) ? cli_arg(cli, 0) : cli_str(cli, "policy");
    return path;
}

/* The text with its zone data; the built-in policy when no file is named. */
static err policy_text(struct cli *cli, str path, str *text, str *name)
{
    *name = path.len ? path : STR("built-in policy");
    if (path.len) return policy_file_read(path, cli_str(cli, "timezone"), cli_arena(cli), text);
    return policy_file_complete(policy_default_text(), *name, cli_str(cli, "timezone"), cli_arena(cli), text);
}

static int load_policy(struct cli *cli, struct policy **out, str *name)
{
    str text = STR_NONE;
    err e = policy_text(cli, policy_path(cli), &text, name);
    if (e.code) return cli_fail_err(cli, e);
    struct yaml_check check = yaml_check_init(*name, cli_arena(cli));
    *out = policy_check(&check, text);
    if (*out) return EXIT_FINE;
    print_problems(&check);
    return EXIT_FOUND;
}

static int run_check(struct cli *cli)
{
    struct policy *p = NULL;
    str name;
    int rc = load_policy(cli, &p, &name);
    if (rc) return rc;
    struct policy_limits l = policy_limits(p);
    struct arena *a = cli_arena(cli);
    size_t rules = policy_rule_count(p);
    if (cli_json(cli))
        (void)printf("{\"ok\":true,\"rules\":%zu,\"act_alone_confidence\":%g}\n", rules, l.act_alone_confidence);
    else
        (void)printf(STR_FMT ": fine, %zu rules; acts alone from confidence %g, at most %lld times a target in " STR_FMT
                             ", for %g USD a day\n",
                     STR_ARG(name), rules, l.act_alone_confidence, (long long)l.attempts_per_target,
                     STR_ARG(duration_text(l.cool_down, a)), l.budget_usd_per_day);
    policy_free(p);
    return EXIT_FINE;
}

/* What a harmless, sure remedy looks like; --fact changes it. */
static void usual_facts(struct facts *f)
{
    *f = facts_none();
    facts_text(f, "action", STR("job.retry"));
    facts_text(f, "target", STR("load"));
    facts_text(f, "pipeline", STR("orders"));
    facts_int(f, "tier", 2);
    facts_text(f, "environment", STR("production"));
    facts_enum(f, "severity", STR("MEDIUM"));
    facts_enum(f, "leaves", STR("NOTHING"));
    facts_bool(f, "reversible", true);
    facts_bool(f, "repeatable", true);
    facts_text(f, "cause", STR("source.timeout"));
    facts_real(f, "confidence", 0.9);
    facts_int(f, "evidence_count", 2);
    facts_real(f, "cost_usd", 0);
    facts_real(f, "budget_left_usd", 5);
    facts_int(f, "attempts", 0);
    facts_int(f, "approvals", 0);
    facts_enum(f, "mode", STR("NORMAL"));
}

static err set_facts(struct cli *cli, struct policy *p, struct facts *f)
{
    usec t = cli_env(cli)->wall(cli_env(cli));
    str at = cli_str(cli, "at"), rest = cli_str(cli, "fact"), line;
    err e = at.len ? time_parse(at, &t) : OK;
    usual_facts(f);
    struct arena *a = cli_arena(cli);
    str pipeline = STR("orders");
    for (str scan = rest; scan.len && str_next(&scan, '\n', &line);)
        if (str_starts(line, STR("pipeline="))) pipeline = str_cut(line, strlen("pipeline="), line.len);
    policy_time_facts(p, pipeline, t, f);
    while (!e.code && rest.len && str_next(&rest, '\n', &line)) {
        str value = line, name;
        (void)str_next(&value, '=', &name);
        if (name.len == line.len)
            return err_make(ERR_INPUT, "--fact: expected NAME=VALUE, got '" STR_FMT "'", STR_ARG(str_cut(line, 0, 60)));
        if (STR_IS(value, "null")) e = facts_unset(f, name, a);
        else e = facts_set(f, name, value.len ? value : STR(""), a);
    }
    return e;
}

static void print_terms(const struct clause *c, bool color)
{
    static const char *const marks[] = { "?", "no", "yes" };
    static const enum tone tones[] = { TONE_WARN, TONE_FAINT, TONE_GOOD };
    for (size_t i = 0; i < c->term_count; i++) {
        const struct term *t = &c->terms[i];
        (void)printf("      %*s%s%-3s%s " STR_FMT, 2 * t->depth, "", tone_on(tones[t->value + 1], color),
                     marks[t->value + 1], tone_off(color), STR_ARG(t->text));
        if (t->have.len)
            (void)printf("   %s[" STR_FMT "]%s", tone_on(TONE_FAINT, color), STR_ARG(t->have), tone_off(color));
        (void)putchar('\n');
        if (t->otherwise.len)
            (void)printf("      %*s    turns to %s with " STR_FMT "\n", 2 * t->depth, "", t->value == 1 ? "no" : "yes",
                         STR_ARG(t->otherwise));
    }
}

static void print_clause(const struct clause *c, bool color, bool all)
{
    const char *state = c->failed ? "failed" : c->matched ? "matches" : "does not match";
    enum tone tone = c->failed ? TONE_BAD : c->matched ? TONE_BOLD : TONE_FAINT;
    if (!c->matched && !c->failed && !all) return;
    (void)printf("\n  %s%s%s  " STR_FMT " -> %s\n", tone_on(tone, color), state, tone_off(color), STR_ARG(c->rule),
                 verdict_text(c->verdict));
    (void)printf("      because " STR_FMT "\n", STR_ARG(c->because));
    if (c->note.len) (void)printf("      but " STR_FMT ", and that denies\n", STR_ARG(c->note));
    print_terms(c, color);
}

static int run_explain(struct cli *cli)
{
    struct policy *p = NULL;
    struct facts f;
    str name;
    struct arena *a = cli_arena(cli);
    int rc = load_policy(cli, &p, &name);
    if (rc) return rc;
    err e = set_facts(cli, p, &f);
    if (e.code) {
        policy_free(p);
        return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    }
    struct decision d = policy_explain(p, &f, a);
    bool color = cli_color(cli);
    if (cli_json(cli)) {
        struct buf b = buf_init(4 << 20);
        struct jw w = jw_init(&b);
        jw_open(&w, NULL);
        jw_raw(&w, "facts", facts_json(&f, a));
        decision_json(&d, &w);
        jw_close(&w);
        (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
        buf_done(&b);
    } else {
        (void)printf("%s%s%s by " STR_FMT ": " STR_FMT "\n", tone_on(TONE_BOLD, color), verdict_text(d.verdict),
                     tone_off(color), STR_ARG(d.rule), STR_ARG(d.because));
        for (size_t i = 0; i < d.clause_count; i++) print_clause(&d.clauses[i], color, cli_has(cli, "all"));
    }
    policy_free(p);
    return d.verdict == VERDICT_EXECUTE ? EXIT_FINE : EXIT_FOUND;
}

static int run_facts(struct cli *cli)
{
    static const char *const types[] = { "text", "whole number", "number", "word", "yes or no" };
    struct arena *a = cli_arena(cli);
    size_t count;
    const struct fact_spec *specs = policy_facts(&count);
    struct table t = table_init(a, (const char *const[]){ "FACT", "TYPE", "KNOWN", "~MEANING", NULL }, cli_color(cli));
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    jw_array(&w, NULL);
    for (size_t i = 0; i < count; i++) {
        str words = specs[i].type == FACT_ENUM ? str_fmt(a, " (" STR_FMT ")", STR_ARG(yaml_choices(a, specs[i].words)))
                                               : STR("");
        str help = str_fmt(a, "%s" STR_FMT, specs[i].help, STR_ARG(words));
        table_row(&t, (const str[]){ str_of(specs[i].name), str_of(types[specs[i].type]),
                                     specs[i].optional ? STR("not always") : STR("always"), help });
        jw_open(&w, NULL);
        jw_strz(&w, "name", specs[i].name);
        jw_strz(&w, "type", types[specs[i].type]);
        jw_bool(&w, "optional", specs[i].optional);
        jw_array(&w, "words");
        for (size_t k = 0; specs[i].words && specs[i].words[k]; k++) jw_strz(&w, NULL, specs[i].words[k]);
        jw_array_end(&w);
        jw_strz(&w, "help", specs[i].help);
        jw_close(&w);
    }
    jw_array_end(&w);
    if (cli_json(cli)) (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    else table_print(&t, stdout);
    buf_done(&b);
    return EXIT_FINE;
}

static const struct cli_option check_options[] = {
    { "timezone", 0, "ZONE", "UTC", "Zone of a policy that names none." },
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option explain_options[] = {
    { "policy", 'p', "FILE", NULL, "Policy to ask. [the built-in one]" },
    { "fact", 'f', "NAME=VALUE...", NULL, "Set a fact; NAME=null makes it unknown. May be repeated." },
    { "at", 0, "TIME", NULL, "Ask as of this time, such as 2026-05-04T06:00:00Z. [now]" },
    { "timezone", 0, "ZONE", "UTC", "Zone of a policy that names none." },
    { "all", 'a', NULL, NULL, "Also show rules that do not match." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_policy_check = {
    "policy check",
    "[FILE]",
    "Check a policy: every rule is read, compiled and tried.",
    "Without FILE, the built-in policy is checked. Problems are named with file, line and column.",
    check_options,
    run_check,
};
const struct command command_policy_explain = {
    "policy explain",
    "",
    "Say what a policy decides for given facts, and why.",
    "The facts begin as those of a harmless remedy that weir is sure of; --fact changes them. Each rule that matches "
    "is "
    "taken apart into its conditions, with the value that would turn each one round. Exit code 0 when the decision is "
    "execute, 1 otherwise.\n\n"
    "  weir policy explain --fact severity=CRITICAL --fact confidence=0.7",
    explain_options,
    run_explain,
};
const struct command command_policy_facts = {
    "policy facts",
    "",
    "List the facts a policy may speak of.",
    "Text stands in single quotes, words in upper case without quotes. A rule that uses a fact which is not always "
    "known must say with IS NULL what holds then.",
    NULL,
    run_facts,
};
