/* command.run: a command from the declaration's own list, then the steps that should see its effect. */
#include "edge/act/steps.h"

static void probe(struct act *x, struct act_reply *out)
{
    json *command = act_declared(x, "commands", json_get_str(x->args, "command")), *steps = json_get(x->args, "steps");
    if (!command) {
        act_probed(x, out, STR("the command is not declared"), STR("would do nothing"));
        return;
    }
    str why = declared_precheck(x, command), text = declared_text(x, command);
    bool again = yyjson_arr_size(steps) > 0;
    if (STR_IS(why, "ok") && again) why = steps_precheck(x, steps);
    str then = again ? steps_text(x, steps) : STR("nothing else");
    act_probed(x, out, why, str_fmt(x->a, "would run " STR_FMT ", then " STR_FMT, STR_ARG(text), STR_ARG(then)));
}

static void apply(struct act *x, struct act_reply *out)
{
    json *command = act_declared(x, "commands", json_get_str(x->args, "command")), *steps = json_get(x->args, "steps");
    if (!command) {
        act_failed(x, out, "nothing was done: the command is not declared");
        return;
    }
    command_run_declared(x, command, out);
    if (out->ok && yyjson_arr_size(steps) > 0) steps_run(x, steps, out);
}

static void undo(struct act *x, struct act_reply *out)
{
    json *command = act_declared(x, "commands", json_get_str(x->args, "command"));
    json *back = act_declared(x, "commands", json_get_str(command, "undo"));
    if (back) command_run_declared(x, back, out);
    else act_failed(x, out, "nothing was done: the command declares no way back");
}

const struct remedy remedy_command = { "command.run", LEAVES_LASTING, true, probe, apply, act_verify_steps, undo };
