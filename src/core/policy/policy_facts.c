/* The facts a policy may speak of: one row each. */
#include "core/policy/policy_internal.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "core/words.h"

static const char *const severity_words[] = { "LOW", "MEDIUM", "HIGH", "CRITICAL", NULL };
static const char *const leaves_words[] = { "NOTHING", "UNDOABLE", "LASTING", NULL };
static const char *const role_words[] = { "INGEST", "VIEWER", "OPERATOR", "APPROVER", "ADMIN", NULL };
static const char *const mode_words[] = { "NORMAL", "RESTORED", NULL };
static const char *const day_words[] = { "MONDAY", "TUESDAY",  "WEDNESDAY", "THURSDAY",
                                         "FRIDAY", "SATURDAY", "SUNDAY",    NULL };
static const char *const remedy_words[] = { "job.retry", "job.rerun", "command.run", "webhook.call", "knob.set", NULL };
#define CAUSE_WORD(name, text, sentence) text,
static const char *const cause_words[] = { CAUSE_LIST(CAUSE_WORD) NULL };

#define ALWAYS false
#define OPTIONAL true
static const struct fact_spec specs[] = {
    { "action", FACT_TEXT, remedy_words, ALWAYS, "kind of the remedy" },
    { "target", FACT_TEXT, NULL, ALWAYS,
      "what it acts on: step, command, webhook or knob, as declared in pipelines.yaml" },
    { "pipeline", FACT_TEXT, NULL, ALWAYS, "pipeline it acts on" },
    { "tier", FACT_INT, NULL, ALWAYS, "of the pipeline: 1 (most important) to 3" },
    { "environment", FACT_TEXT, NULL, ALWAYS, "of the pipeline: production, staging, ..." },
    { "severity", FACT_ENUM, severity_words, ALWAYS, "of the incident" },
    { "leaves", FACT_ENUM, leaves_words, ALWAYS, "what the remedy leaves behind: its risk" },
    { "reversible", FACT_BOOL, NULL, ALWAYS, "1 when it leaves nothing or can be undone" },
    { "repeatable", FACT_BOOL, NULL, ALWAYS, "1 when every step it runs is declared safe to repeat" },
    { "cause", FACT_TEXT, cause_words, ALWAYS, "kind of the cause it is meant to mend" },
    { "confidence", FACT_REAL, NULL, ALWAYS, "0 to 1: how sure weir is that it helps" },
    { "evidence_count", FACT_INT, NULL, ALWAYS, "journal entries that show the cause" },
    { "cost_usd", FACT_REAL, NULL, OPTIONAL, "what it is expected to cost" },
    { "budget_left_usd", FACT_REAL, NULL, ALWAYS, "of limits.budget_usd_per_day, in the last 24 hours" },
    { "attempts", FACT_INT, NULL, ALWAYS, "remedies applied to this target within limits.cool_down" },
    { "minutes_since_last", FACT_REAL, NULL, OPTIONAL,
      "since the last remedy on this target; absent when there was none" },
    { "approvals", FACT_INT, NULL, ALWAYS, "people who approved this very plan" },
    { "actor_role", FACT_ENUM, role_words, OPTIONAL,
      "role of who approved or asked for it; absent when weir proposed it alone" },
    { "own_approval", FACT_BOOL, NULL, OPTIONAL,
      "1 when who approved it is who asked for it; must be known once it is approved" },
    { "local_hour", FACT_INT, NULL, ALWAYS, "0 to 23 in the policy's timezone" },
    { "weekday", FACT_ENUM, day_words, ALWAYS, "in the policy's timezone" },
    { "window", FACT_TEXT, NULL, ALWAYS, "name of the blackout window that holds now, '' when none does" },
    { "precheck_ok", FACT_BOOL, NULL, OPTIONAL, "result of the precheck; absent before it ran" },
    { "dry_run_ok", FACT_BOOL, NULL, OPTIONAL, "result of the dry run; absent before it ran" },
    { "mode", FACT_ENUM, mode_words, ALWAYS, "RESTORED between `weir restore` and `weir resume`" },
};
enum { SPEC_COUNT = sizeof specs / sizeof *specs };
static_assert((int)SPEC_COUNT <= (int)FACTS_MAX, "struct facts has room for every fact");

const struct fact_spec *policy_facts(size_t *count)
{
    *count = SPEC_COUNT;
    return specs;
}

int fact_index(str name)
{
    for (int i = 0; i < SPEC_COUNT; i++)
        if (str_eq(name, str_of(specs[i].name))) return i;
    return -1;
}

struct facts facts_none(void)
{
    struct facts f = { 0 };
    for (int i = 0; i < SPEC_COUNT; i++) f.items[i].name = specs[i].name;
    return f;
}

static struct fact *slot(struct facts *f, const char *name, enum fact_type type)
{
    int at = fact_index(str_of(name));
    assert(at >= 0 && specs[at].type == type);
    f->items[at].present = true;
    return &f->items[at];
}

void facts_int(struct facts *f, const char *name, int64_t v)
{
    slot(f, name, FACT_INT)->i = v;
}

void facts_bool(struct facts *f, const char *name, bool v)
{
    slot(f, name, FACT_BOOL)->i = v;
}

void facts_real(struct facts *f, const char *name, double v)
{
    struct fact *to = slot(f, name, FACT_REAL);
    to->present = isfinite(v);
    to->r = to->present ? v : 0;
}

void facts_text(struct facts *f, const char *name, str v)
{
    slot(f, name, FACT_TEXT)->s = v.ptr ? v : STR("");
}

static int64_t ordinal(const struct fact_spec *spec, str word)
{
    for (int i = 0; spec->words[i]; i++)
        if (str_eq_nocase(word, str_of(spec->words[i]))) return i + 1;
    return 0;
}

void facts_enum(struct facts *f, const char *name, str word)
{
    struct fact *to = slot(f, name, FACT_ENUM);
    to->i = ordinal(&specs[fact_index(str_of(name))], word);
    to->present = to->i > 0;
}

static err unknown_fact(str name, struct arena *a)
{
    const char *names[SPEC_COUNT + 1] = { NULL };
    for (int i = 0; i < SPEC_COUNT; i++) names[i] = specs[i].name;
    str hint = yaml_hint(a, name, names);
    return err_make(ERR_INPUT, "there is no fact '" STR_FMT "'" STR_FMT, STR_ARG(str_cut(name, 0, 64)), STR_ARG(hint));
}

static bool set_text(struct fact *to, const struct fact_spec *spec, str value)
{
    int64_t i = 0;
    bool ok = true;
    switch (spec->type) {
    case FACT_TEXT: to->s = value; break;
    case FACT_REAL: ok = !str_to_f64(value, &to->r).code && isfinite(to->r); break;
    case FACT_INT: ok = !str_to_i64(value, &to->i).code; break;
    case FACT_ENUM:
        to->i = ordinal(spec, value);
        ok = to->i > 0;
        break;
    case FACT_BOOL:
        ok = !str_to_i64(value, &i).code
                 ? i == 0 || i == 1
                 : STR_IS(value, "yes") || STR_IS(value, "no") || STR_IS(value, "true") || STR_IS(value, "false");
        to->i = i == 1 || STR_IS(value, "yes") || STR_IS(value, "true");
        break;
    }
    to->present = ok;
    return ok;
}

static const char *type_text(enum fact_type type)
{
    static const char *const texts[] = { "text", "a whole number", "a number", "a word", "yes or no" };
    return texts[type];
}

err facts_set(struct facts *f, str name, str value, struct arena *a)
{
    int at = fact_index(name);
    if (at < 0) return unknown_fact(name, a);
    if (set_text(&f->items[at], &specs[at], value)) return OK;
    str want = specs[at].words ? yaml_choices(a, specs[at].words) : str_of(type_text(specs[at].type));
    return err_make(ERR_INPUT, "the fact %s is " STR_FMT ", not '" STR_FMT "'", specs[at].name, STR_ARG(want),
                    STR_ARG(str_cut(value, 0, 40)));
}

err facts_unset(struct facts *f, str name, struct arena *a)
{
    int at = fact_index(name);
    if (at < 0) return unknown_fact(name, a);
    f->items[at].present = false;
    return OK;
}

str facts_json(const struct facts *f, struct arena *a)
{
    struct buf b = buf_init(256 * 1024);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    for (int i = 0; i < SPEC_COUNT; i++) {
        const struct fact *v = &f->items[i];
        if (!v->present) continue;
        switch (specs[i].type) {
        case FACT_TEXT: jw_str(&w, v->name, v->s); break;
        case FACT_REAL: jw_f64(&w, v->name, v->r); break;
        case FACT_INT: jw_i64(&w, v->name, v->i); break;
        case FACT_BOOL: jw_bool(&w, v->name, v->i != 0); break;
        case FACT_ENUM: jw_strz(&w, v->name, specs[i].words[v->i - 1]); break;
        }
    }
    jw_close(&w);
    return buf_take(&b, a);
}

static bool from_json(struct fact *to, const struct fact_spec *spec, json *v)
{
    switch (spec->type) {
    case FACT_TEXT: to->s = json_str(v, STR("")); return yyjson_is_str(v);
    case FACT_REAL: to->r = json_f64(v, 0); return yyjson_is_num(v) && isfinite(to->r);
    case FACT_INT: to->i = json_i64(v, 0); return yyjson_is_int(v);
    case FACT_BOOL: to->i = json_bool(v, false); return yyjson_is_bool(v);
    case FACT_ENUM: to->i = ordinal(spec, json_str(v, STR_NONE)); return to->i > 0;
    }
    return false;
}

err facts_parse(str text, struct arena *a, struct facts *out)
{
    json *root = NULL;
    err e = json_parse(text, a, &root);
    if (e.code) return e;
    if (!yyjson_is_obj(root)) return err_make(ERR_INPUT, "facts are a JSON object");
    *out = facts_none();
    size_t i, n;
    json *key, *value;
    json_obj_foreach(root, i, n, key, value)
    {
        str name = json_str(key, STR_NONE);
        int at = fact_index(name);
        if (at < 0) return unknown_fact(name, a);
        if (yyjson_is_null(value)) continue;
        if (!from_json(&out->items[at], &specs[at], value))
            return err_make(ERR_INPUT, "the fact %s must be %s", specs[at].name, type_text(specs[at].type));
        out->items[at].present = true;
    }
    return OK;
}
