/* job.retry and job.rerun: steps again, as declared. The pause before a retry is the effect's due time. */
#include "edge/act/steps.h"

static void probe(struct act *x, struct act_reply *out)
{
    json *steps = json_get(x->args, "steps");
    str text = steps_text(x, steps);
    act_probed(x, out, steps_precheck(x, steps), str_fmt(x->a, "would run " STR_FMT, STR_ARG(text)));
}

static void apply(struct act *x, struct act_reply *out)
{
    steps_run(x, json_get(x->args, "steps"), out);
}

const struct remedy remedy_retry = { "job.retry", LEAVES_NOTHING, true, probe, apply, act_verify_steps, NULL };
const struct remedy remedy_rerun = { "job.rerun", LEAVES_NOTHING, true, probe, apply, act_verify_steps, NULL };
