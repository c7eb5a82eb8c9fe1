/* knob.set: the steps run with the new value; the core keeps it when that went well. Undo needs no act of ours: the
 * core puts the value back when the outcome says so. */
#include "edge/act/steps.h"

static bool in_range(json *knob, str value)
{
    int64_t v = 0;
    str type = json_get_str(knob, "type");
    if (STR_IS(type, "bool")) return STR_IS(value, "true") || STR_IS(value, "false");
    if (!STR_IS(type, "int")) return value.len > 0 && value.len <= KNOB_VALUE_MAX;
    err e = str_to_i64(value, &v);
    return !e.code && v >= json_get_i64(knob, "min", INT64_MIN) && v <= json_get_i64(knob, "max", INT64_MAX);
}

static str precheck(struct act *x)
{
    json *steps = json_get(x->args, "steps"), *knob = act_declared(x, "knobs", json_get_str(x->args, "knob"));
    if (!knob) return STR("the knob is not declared");
    if (!in_range(knob, json_get_str(x->args, "value")))
        return STR("the value is outside what is declared for the knob");
    return yyjson_arr_size(steps) > 0 ? steps_precheck(x, steps) : STR("ok");
}

static void probe(struct act *x, struct act_reply *out)
{
    json *steps = json_get(x->args, "steps");
    str knob = json_get_str(x->args, "knob"), value = json_get_str(x->args, "value"),
        before = json_get_str(x->args, "before");
    str then = yyjson_arr_size(steps) > 0 ? str_fmt(x->a, "run " STR_FMT, STR_ARG(steps_text(x, steps)))
                                          : STR("wait for the next run");
    act_probed(x, out, precheck(x),
               str_fmt(x->a, "would set " STR_FMT " from " STR_FMT " to " STR_FMT ", then " STR_FMT, STR_ARG(knob),
                       STR_ARG(before), STR_ARG(value), STR_ARG(then)));
}

static void apply(struct act *x, struct act_reply *out)
{
    json *steps = json_get(x->args, "steps");
    str knob = json_get_str(x->args, "knob"), value = json_get_str(x->args, "value"), why = precheck(x);
    if (!STR_IS(why, "ok")) {
        act_failed(x, out, "nothing was done: " STR_FMT, STR_ARG(why));
        return;
    }
    knobs_set(&x->knobs, knob, value);
    if (yyjson_arr_size(steps) > 0) {
        steps_run(x, steps, out);
        if (!x->claimed || !out->ok) return;
    } else if (!act_claim(x, 0, 0)) {
        return;
    }
    act_ok(x, out, "set " STR_FMT " of " STR_FMT " to " STR_FMT, STR_ARG(knob), STR_ARG(x->pipeline), STR_ARG(value));
}

static void undo(struct act *x, struct act_reply *out)
{
    if (!act_claim(x, 0, 0)) return;
    str before = json_get_str(x->args, "before");
    act_ok(x, out, "put " STR_FMT " of " STR_FMT " back to " STR_FMT, STR_ARG(json_get_str(x->args, "knob")),
           STR_ARG(x->pipeline), STR_ARG(before));
}

const struct remedy remedy_knob = { "knob.set", LEAVES_UNDOABLE, true, probe, apply, act_verify_steps, undo };
