#include "edge/cli/commands.h"

#include "edge/cli/audit.h"
#include "edge/cli/run.h"

/* In the order in which help shows them. */
const struct command *const commands[] = {
    &command_run,
    &command_policy_check,
    &command_policy_explain,
    &command_pipelines_check,
    &command_config_check,
    &command_config_options,
    &command_audit_verify,
    &command_audit_show,
    &command_audit_export,
    &command_backup,
    &command_restore,
    &command_resume,
    &command_help,
    &command_version,
    &command_man,
    &command_completion,
    NULL,
};
