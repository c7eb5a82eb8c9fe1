/* The shipped priors.
 *
 * How they were made: by judgement, one question a row: of ten incidents with this cause in which somebody declared
 * this remedy for it, how many end well? Every row is worth ten outcomes, so that some ten real ones outweigh it. Three
 * considerations repeat:
 * - job.retry mends what passes by itself (a timeout, a lock, a busy service) and nothing that stays as it is.
 * - job.rerun mends what the work itself repeats away (rows loaded twice, rows that came late).
 * - knob.set, command.run and webhook.call are proposed only where the operator wrote `mends:` for that very cause.
 * Such a remedy was made for the fault, hence the high numbers; they are lower where the declared fix treats the effect
 * only.
 * Why not by simulation: src/sim has no world in which a remedy meets a fault and the outcome is not written by us. Its
 * deterministic part breaks disks, networks and clocks, no pipelines; the demo's five faults are real, but each has one
 * way to end, which its author wrote (`heal`), so counting over seeds would give that author's judgement back with a
 * false precision. Outcomes recorded elsewhere (journals of real incidents) could replace this table row by row.
 * A pair that is not here was not thought of: it starts at one in three and three outcomes, and learns quickly.
 */
#include "core/agents/priors.h"

static const struct prior {
    enum cause_kind cause;
    const char *remedy;
    double alpha, beta;
} priors[] = {
    { CAUSE_SOURCE_TIMEOUT, "job.retry", 9.0, 1.0 },
    { CAUSE_SOURCE_TIMEOUT, "webhook.call", 8.5, 1.5 },
    { CAUSE_SOURCE_TIMEOUT, "command.run", 8.5, 1.5 },
    { CAUSE_SOURCE_TIMEOUT, "knob.set", 8.0, 2.0 },
    { CAUSE_SOURCE_UNREACHABLE, "job.retry", 7.5, 2.5 },
    { CAUSE_SOURCE_UNREACHABLE, "webhook.call", 8.5, 1.5 },
    { CAUSE_SOURCE_UNREACHABLE, "command.run", 8.5, 1.5 },
    { CAUSE_SOURCE_AUTH, "job.retry", 1.0, 9.0 },
    { CAUSE_SOURCE_AUTH, "command.run", 8.5, 1.5 },
    { CAUSE_SOURCE_AUTH, "webhook.call", 8.0, 2.0 },
    { CAUSE_SCHEMA_MISSING, "command.run", 9.0, 1.0 },
    { CAUSE_SCHEMA_MISSING, "job.rerun", 1.0, 9.0 },
    { CAUSE_SCHEMA_MISSING, "job.retry", 0.5, 9.5 },
    { CAUSE_SCHEMA_CHANGED, "command.run", 8.0, 2.0 },
    { CAUSE_SCHEMA_CHANGED, "job.rerun", 1.0, 9.0 },
    { CAUSE_DATA_DUPLICATED, "job.rerun", 9.0, 1.0 },
    { CAUSE_DATA_DUPLICATED, "command.run", 9.0, 1.0 },
    { CAUSE_DATA_DUPLICATED, "job.retry", 3.0, 7.0 },
    { CAUSE_DATA_MISSING, "job.rerun", 7.0, 3.0 },
    { CAUSE_DATA_MISSING, "job.retry", 5.0, 5.0 },
    { CAUSE_DATA_MISSING, "command.run", 8.5, 1.5 },
    { CAUSE_DATA_INVALID, "command.run", 8.0, 2.0 },
    { CAUSE_DATA_INVALID, "job.rerun", 2.0, 8.0 },
    { CAUSE_DATA_INVALID, "job.retry", 1.0, 9.0 },
    { CAUSE_DATA_GROWN, "knob.set", 8.5, 1.5 },
    { CAUSE_DATA_GROWN, "command.run", 8.0, 2.0 },
    { CAUSE_RESOURCE_MEMORY, "knob.set", 9.0, 1.0 },
    { CAUSE_RESOURCE_MEMORY, "command.run", 8.0, 2.0 },
    { CAUSE_RESOURCE_MEMORY, "job.retry", 2.5, 7.5 },
    { CAUSE_RESOURCE_DISK_FULL, "command.run", 9.0, 1.0 },
    { CAUSE_RESOURCE_DISK_FULL, "webhook.call", 8.0, 2.0 },
    { CAUSE_RESOURCE_DISK_FULL, "job.retry", 1.5, 8.5 },
    { CAUSE_RESOURCE_DISK_SLOW, "knob.set", 9.0, 1.0 },
    { CAUSE_RESOURCE_DISK_SLOW, "command.run", 9.0, 1.0 },
    { CAUSE_RESOURCE_DISK_SLOW, "webhook.call", 8.0, 2.0 },
    { CAUSE_RESOURCE_DISK_SLOW, "job.rerun", 4.5, 5.5 },
    { CAUSE_RESOURCE_DISK_SLOW, "job.retry", 4.5, 5.5 },
    { CAUSE_RESOURCE_CPU, "knob.set", 8.5, 1.5 },
    { CAUSE_RESOURCE_CPU, "command.run", 8.0, 2.0 },
    { CAUSE_RESOURCE_CPU, "job.retry", 5.0, 5.0 },
    { CAUSE_LOCK, "job.retry", 9.0, 1.0 },
    { CAUSE_LOCK, "knob.set", 8.5, 1.5 },
    { CAUSE_LOCK, "command.run", 8.0, 2.0 },
    { CAUSE_UPSTREAM_FAILED, "job.rerun", 7.0, 3.0 },
    { CAUSE_UPSTREAM_FAILED, "job.retry", 4.0, 6.0 },
    { CAUSE_UPSTREAM_FAILED, "command.run", 8.0, 2.0 },
    { CAUSE_UPSTREAM_LATE, "job.retry", 8.0, 2.0 },
    { CAUSE_UPSTREAM_LATE, "job.rerun", 7.5, 2.5 },
    { CAUSE_UPSTREAM_LATE, "command.run", 8.0, 2.0 },
    { CAUSE_CODE_ERROR, "job.retry", 1.0, 9.0 },
    { CAUSE_CODE_ERROR, "command.run", 8.0, 2.0 },
    { CAUSE_CODE_ERROR, "webhook.call", 7.5, 2.5 },
    { CAUSE_PERMISSION, "command.run", 8.5, 1.5 },
    { CAUSE_PERMISSION, "job.retry", 0.5, 9.5 },
    { CAUSE_CHANGE, "command.run", 8.5, 1.5 },
    { CAUSE_CHANGE, "webhook.call", 8.5, 1.5 },
    { CAUSE_CHANGE, "knob.set", 7.5, 2.5 },
    { CAUSE_SERVICE_DEGRADED, "job.retry", 8.5, 1.5 },
    { CAUSE_SERVICE_DEGRADED, "webhook.call", 8.5, 1.5 },
    { CAUSE_SERVICE_DEGRADED, "knob.set", 8.5, 1.5 },
    { CAUSE_SERVICE_DEGRADED, "command.run", 8.0, 2.0 },
};

static const double default_alpha = 1.0, default_beta = 2.0;

void prior_of(enum cause_kind cause, str remedy, double *alpha, double *beta)
{
    *alpha = default_alpha;
    *beta = default_beta;
    for (size_t i = 0; i < sizeof priors / sizeof priors[0]; i++) {
        if (priors[i].cause != cause || !str_eq(remedy, str_of(priors[i].remedy))) continue;
        *alpha = priors[i].alpha;
        *beta = priors[i].beta;
        return;
    }
}
