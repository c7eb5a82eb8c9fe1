#include "edge/cli/commands.h"

#include "edge/cli/audit.h"
#include "edge/cli/diagnose.h"
#include "edge/cli/drift.h"
#include "edge/cli/feed.h"
#include "edge/cli/knowledge.h"
#include "edge/cli/logs.h"
#include "edge/cli/replay.h"
#include "edge/cli/run.h"
#include "edge/cli/serve.h"

/* In the order in which help shows them. */
const struct command *const commands[] = {
    &command_serve,
    &command_run,
    &command_feed,
    &command_diagnose,
    &command_knowledge_eval,
    &command_logs,
    &command_logs_diff,
    &command_detect,
    &command_drift,
    &command_pipelines,
    &command_runs,
    &command_runs_show,
    &command_lineage_show,
    &command_lineage_impact,
    &command_lineage_add,
    &command_lineage_sql,
    &command_incidents,
    &command_incidents_close,
    &command_incidents_label,
    &command_cases,
    &command_cases_show,
    &command_cases_fork,
    &command_approvals,
    &command_approve,
    &command_reject,
    &command_silence_add,
    &command_silence_list,
    &command_silence_end,
    &command_keys_add,
    &command_keys_list,
    &command_keys_revoke,
    &command_policy_check,
    &command_policy_explain,
    &command_policy_facts,
    &command_detect_backtest,
    &command_models,
    &command_models_rollback,
    &command_embed,
    &command_model_fetch,
    &command_model_list,
    &command_model_verify,
    &command_model_convert,
    &command_pipelines_check,
    &command_config_check,
    &command_config_options,
    &command_audit_verify,
    &command_audit_show,
    &command_audit_export,
    &command_replay,
    &command_backup,
    &command_restore,
    &command_resume,
    &command_help,
    &command_version,
    &command_man,
    &command_completion,
    NULL,
};
