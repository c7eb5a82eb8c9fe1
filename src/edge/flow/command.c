/* A command of the operator's own: run as one step that has the schedule's name, under its declared folder, user,
 * environment and time. */
#include "edge/act/steps.h"
#include "edge/flow/work.h"

static str spec_of(struct flow_work *w)
{
    struct buf b = buf_init(1 << 20);
    struct jw j = jw_init(&b);
    jw_open(&j, NULL);
    jw_array(&j, "steps");
    jw_raw(&j, NULL, json_text(json_get(w->spec, "step"), w->a)); /* name, argv, cwd, user, env, timeout_us */
    jw_array_end(&j);
    jw_close(&j);
    return buf_take(&b, w->a);
}

static json *names_of(struct flow_work *w)
{
    json *names = NULL;
    struct buf b = buf_init(1 << 12);
    struct jw j = jw_init(&b);
    jw_array(&j, NULL);
    jw_str(&j, NULL, w->schedule);
    jw_array_end(&j);
    err e = json_parse(buf_take(&b, w->a), w->a, &names);
    return e.code ? NULL : names;
}

/* Nothing could be begun: a run says so, or nobody would see it. */
static void report_refused(struct flow_work *w, str why, struct flow_result *out)
{
    struct flow_step s;
    err e = door_input(&w->places->door, "schedule.started", w->run, STR("{}"));
    w->claimed = !e.code;
    if (!w->claimed) return;
    flow_step_begin(w, str_z(w->a, w->schedule), &s);
    (void)flow_step_end(w, &s, err_make(ERR_NOT_FOUND, STR_FMT, STR_ARG(why)), -1, STR(""), out);
}

void flow_command(struct flow_work *w, struct flow_result *out)
{
    struct act_reply reply = { .summary = STR("") };
    struct effect effect = { .id = w->run,
                             .attempt = w->attempt - 2 /* a remedy's are numbered after the first run */ };
    struct act x = { .door = &w->places->door,
                     .effect = &effect,
                     .a = w->a,
                     .pipeline = w->schedule,
                     .claims = "schedule.started",
                     .claimed = w->claimed,
                     .child_changed = w->child_changed,
                     .host = w->host };
    json *names = names_of(w);
    err e = json_parse(spec_of(w), w->a, &x.spec);
    str why = e.code ? str_of(e.msg) : steps_precheck(&x, names);
    if (!STR_IS(why, "ok")) {
        report_refused(w, why, out);
        return;
    }
    steps_run(&x, names, &reply);
    w->claimed = x.claimed;
    out->ok = reply.ok;
    out->summary = reply.summary;
    out->detail = reply.detail;
}
