#include "edge/observe/judge.h"

#include <math.h>
#include <stdatomic.h>

#include "base/hash.h"
#include "base/json.h"
#include "edge/observe/models.h"

enum { RULES_MAX = 10000, RULES_BYTES_MAX = 64 << 20, FINDING_BYTES_MAX = 32 << 10 };

/* Bits of surprise from which an anomaly is worth more than a MEDIUM: one sample in a billion. */
static const usec fresh = 10 * USEC_MINUTE; /* an older sample is history that somebody sends */
static const double high_score = 14; /* bits: expected once in some 16,000 samples */

struct rule {
    str pipeline, metric, step;
    const char *severity;
    struct detect_threshold limit;
};

struct judge_rules {
    _Atomic int holders;
    struct arena text;
    struct rule *rules;
    size_t count;
    struct arena models_text;
    struct models models;
};

static double limit_of(json *v)
{
    return yyjson_is_num(v) ? json_f64(v, NAN) : NAN;
}

static const char *severity_of_rule(str word)
{
    static const char *const words[] = { "LOW", "MEDIUM", "HIGH", "CRITICAL" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(word, str_of(words[i]))) return words[i];
    return "HIGH";
}

static err add_rule(struct judge_rules *r, str pipeline, json *t)
{
    struct rule rule = {
        .pipeline = str_dup(&r->text, pipeline),
        .metric = str_dup(&r->text, json_get_str(t, "metric")),
        .step = str_dup(&r->text, json_get_str(t, "step")),
        .severity = severity_of_rule(json_get_str(t, "severity")),
        .limit = { .above = limit_of(json_get(t, "max")),
                   .below = limit_of(json_get(t, "min")),
                   .hold = json_get_i64(t, "for_us", 0) },
    };
    if (!rule.metric.len || (isnan(rule.limit.above) && isnan(rule.limit.below)))
        return err_make(ERR_INPUT, "a threshold of pipeline " STR_FMT " needs a metric, and min or max",
                        STR_ARG(str_cut(pipeline, 0, 60)));
    if (rule.limit.hold < 0) return err_make(ERR_INPUT, "a threshold's duration is negative");
    if (r->count == RULES_MAX) return err_make(ERR_LIMIT, "more than %d thresholds", RULES_MAX);
    r->rules[r->count++] = rule;
    return OK;
}

static err add_rules(struct judge_rules *r, json *pipelines)
{
    size_t i, max, k, kmax;
    json *p, *t;
    r->rules = arena_try(&r->text, RULES_MAX * sizeof *r->rules);
    yyjson_arr_foreach(pipelines, i, max, p)
    {
        json *list = json_get(p, "thresholds");
        yyjson_arr_foreach(list, k, kmax, t)
        {
            err e = add_rule(r, json_get_str(p, "name"), t);
            if (e.code) return e;
        }
    }
    return OK;
}

err judge_rules_parse(str pipelines_json, str models_json, struct judge_rules **out)
{
    struct judge_rules *r = mem_new(sizeof *r);
    struct arena a = arena_init(RULES_BYTES_MAX);
    json *doc = NULL;
    r->text = arena_init(2 * (size_t)RULES_BYTES_MAX);
    r->models_text = arena_init(16 * (size_t)MODELS_BYTES_MAX);
    atomic_init(&r->holders, 1);
    err e = pipelines_json.len ? json_parse(pipelines_json, &a, &doc) : OK;
    if (!e.code && doc) e = add_rules(r, json_get(doc, "pipelines"));
    if (!e.code) e = models_parse(str_dup(&r->models_text, models_json), &r->models_text, &r->models);
    arena_done(&a);
    if (e.code) judge_rules_drop(r);
    else *out = r;
    return e;
}

struct judge_rules *judge_rules_hold(struct judge_rules *r)
{
    (void)atomic_fetch_add(&r->holders, 1);
    return r;
}

void judge_rules_drop(struct judge_rules *r)
{
    if (!r || atomic_fetch_sub(&r->holders, 1) > 1) return;
    arena_done(&r->text);
    arena_done(&r->models_text);
    mem_free(r);
}

/* The label `step` of a series, from its labels' JSON, without parsing it again for every rule. */
static bool has_step(const struct series_info *s, str step)
{
    struct arena a = arena_init(4 << 20);
    json *labels = NULL;
    bool same = !json_parse(s->labels, &a, &labels).code && str_eq(json_get_str(labels, "step"), step);
    arena_done(&a);
    return same;
}

static bool applies(const struct rule *r, const struct series_info *s)
{
    if (!str_eq(r->metric, s->name) || !str_eq(r->pipeline, s->pipeline)) return false;
    return r->step.len == 0 || has_step(s, r->step);
}

static struct detect_config config_for(struct judge *j, struct judge_rules *rules, const struct series_info *s)
{
    struct detect_config c = detect_config_default();
    const struct model *model = models_find(&rules->models, s->text);
    c.counter = s->kind == SERIES_COUNTER;
    if (model) c.sensitivity = model->sensitivity;
    for (size_t i = 0; i < rules->count && c.threshold_count < DETECT_THRESHOLDS_MAX; i++) {
        const struct rule *r = &rules->rules[i];
        if (!applies(r, s)) continue;
        j->severity[c.threshold_count] = r->severity;
        j->step[c.threshold_count] = r->step.ptr;
        c.thresholds[c.threshold_count++] = r->limit;
    }
    return c;
}

struct judge *judge_new(struct judge_rules *rules, const struct series_info *series, str state, bool *lost)
{
    struct judge *j = mem_new(sizeof *j);
    j->rules = judge_rules_hold(rules);
    struct detect_config c = config_for(j, rules, series);
    *lost = state.len && detect_load(&j->detect, &c, state).code;
    if (!state.len || *lost) detect_init(&j->detect, &c);
    else j->resumed = true;
    return j;
}

void judge_free(struct judge *j)
{
    if (!j) return;
    judge_rules_drop(j->rules);
    mem_free(j);
}

void judge_set_rules(struct judge *j, struct judge_rules *rules, const struct series_info *series)
{
    struct detect_snapshot *saved = mem_new(sizeof *saved);
    detect_save(&j->detect, saved);
    struct judge_rules *old = j->rules;
    j->rules = judge_rules_hold(rules);
    struct detect_config c = config_for(j, rules, series);
    if (detect_load(&j->detect, &c, (str){ (const char *)saved, sizeof *saved }).code) detect_init(&j->detect, &c);
    judge_rules_drop(old);
    mem_free(saved);
}

/* Of the time in which weir itself was away it cannot say that samples were missing. */
static size_t without_missing(struct detect_alarm *out, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (out[i].part != DETECT_MISSING) out[kept++] = out[i];
    return kept;
}

size_t judge_sample(struct judge *j, usec time, double value, struct detect_alarm out[DETECT_ALARMS_MAX])
{
    j->dirty = true;
    size_t n = detect_sample(&j->detect, time, value, out);
    if (j->resumed || j->silence.told) n = without_missing(out, n);
    if (j->silence.told) {
        out[n] = j->silence.alarm;
        out[n].over = true;
        out[n++].end = time;
    }
    j->resumed = j->silence.told = false;
    return n;
}

void judge_heard(struct judge *j, usec now, usec age, double value)
{
    usec waited = j->silence.heard ? now - j->silence.heard : 0;
    if (waited > j->silence.longest) j->silence.longest = waited;
    if (waited > 0 && j->silence.times < JUDGE_HEARD_LEAST) j->silence.times++;
    j->silence.heard = now;
    j->silence.live = age < fresh && !isnan(value);
}

bool judge_silent(struct judge *j, usec now, struct detect_alarm *out)
{
    usec waited = now - j->silence.heard;
    if (!j->silence.live || j->silence.told || j->silence.times < JUDGE_HEARD_LEAST) return false;
    if (waited <= 2 * j->silence.longest || !detect_missing(&j->detect, j->detect.last + waited, out)) return false;
    j->silence.told = true;
    j->silence.alarm = *out;
    return true;
}

void judge_save(const struct judge *j, struct detect_snapshot *out)
{
    detect_save(&j->detect, out);
}

bool judge_wanted(str metric)
{
    return !str_ends(metric, STR("_bucket"));
}

static str finding_id(const struct series_info *s, str detector, usec start, str kind, struct arena *a)
{
    str parts[] = { s->text, STR("\n"), detector, str_fmt(a, "\n%lld\n", (long long)start), kind };
    struct sha256 h = sha256_parts(parts, sizeof parts / sizeof *parts);
    return hex_text((str){ (const char *)h.b, 16 }, a);
}

static const char *severity_for(const struct judge *j, const struct detect_alarm *alarm)
{
    if (alarm->part == DETECT_THRESHOLD) return j->severity[alarm->threshold];
    return alarm->score >= high_score ? "HIGH" : "MEDIUM";
}

static void write_finding(struct jw *w, const struct judge *j, const struct series_info *s,
                          const struct detect_alarm *alarm, str kind, struct arena *a)
{
    bool limit = alarm->part == DETECT_THRESHOLD;
    jw_open(w, NULL);
    jw_str(w, "series", s->text);
    jw_str(w, "pipeline", s->pipeline);
    jw_str(w, "step", limit && j->step[alarm->threshold] ? str_of(j->step[alarm->threshold]) : STR(""));
    jw_str(w, "run", STR(""));
    jw_str(w, "kind", kind);
    jw_strz(w, "detector", detect_part_text(alarm->part));
    jw_strz(w, "severity", severity_for(j, alarm));
    jw_i64(w, "start", alarm->start);
    jw_i64(w, "end", alarm->end);
    jw_f64(w, "value", alarm->value);
    jw_f64(w, "low", alarm->low);
    jw_f64(w, "high", alarm->high);
    jw_f64(w, "score", alarm->score);
    jw_bool(w, "going", true);
    jw_str(w, "summary",
           str_fmt(a, STR_FMT ": " STR_FMT, STR_ARG(s->name), STR_ARG(detect_sentence(alarm, STR(""), a))));
    jw_open(w, "evidence");
    jw_str(w, "series", s->id);
    jw_raw(w, "labels", s->labels);
    jw_bool(w, "too_high", alarm->above);
    jw_f64(w, "once_in_samples", alarm->once_in);
    jw_close(w);
    jw_close(w);
}

static void write_end(struct jw *w, const struct series_info *s, const struct detect_alarm *alarm)
{
    jw_open(w, NULL);
    jw_str(w, "series", s->text);
    jw_str(w, "pipeline", s->pipeline);
    jw_i64(w, "start", alarm->start);
    jw_i64(w, "end", alarm->end);
    jw_close(w);
}

struct input judge_finding(const struct judge *j, const struct series_info *series, const struct detect_alarm *alarm,
                           str actor, struct arena *a)
{
    str kind = alarm->part == DETECT_THRESHOLD ? STR("threshold")
               : alarm->part == DETECT_MISSING ? STR("freshness")
                                               : STR("anomaly");
    struct buf b = buf_init(FINDING_BYTES_MAX + 4 * SERIES_LABELS_MAX * VALUE_BYTES_MAX * 6);
    struct jw w = jw_init(&b);
    if (alarm->over) write_end(&w, series, alarm);
    else write_finding(&w, j, series, alarm, kind, a);
    struct input in = { .kind = alarm->over ? STR("finding.ended") : STR("finding"),
                        .subject = finding_id(series, str_of(detect_part_text(alarm->part)), alarm->start, kind, a),
                        .actor = actor,
                        .body = str_dup(a, buf_view(&b)) };
    buf_done(&b);
    return in;
}
