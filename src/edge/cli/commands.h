/* Every command of the program: one row in commands.c, one file that defines it. */
#ifndef WEIR_EDGE_CLI_COMMANDS_H
#define WEIR_EDGE_CLI_COMMANDS_H

#include "edge/cli/cli.h"

extern const struct command *const commands[]; /* ended by NULL */

extern const struct command command_help, command_version, command_man, command_completion; /* cli_help.c */
extern const struct command command_policy_check, command_policy_explain, command_policy_facts;    /* policy.c */
extern const struct command command_config_check, command_config_options, command_pipelines_check; /* config.c */
extern const struct command command_detect; /* detect.c */
extern const struct command command_pipelines, command_runs, command_runs_show; /* pipelines.c */
extern const struct command command_incidents, command_incidents_close, command_incidents_label, command_cases,
    command_cases_show, command_cases_fork; /* incidents.c */
extern const struct command command_lineage_show, command_lineage_impact, command_lineage_add,
    command_lineage_sql;                                                        /* lineage.c */
extern const struct command command_approvals, command_approve, command_reject; /* approvals.c */
extern const struct command command_schedules, command_schedules_list, command_schedules_show, command_schedules_run,
    command_schedules_pause, command_schedules_resume; /* schedules.c */
extern const struct command command_silence_add, command_silence_list, command_silence_end; /* silence.c */
extern const struct command command_keys_add, command_keys_list, command_keys_revoke; /* keys.c */
extern const struct command command_detect_backtest; /* backtest.c */
extern const struct command command_models, command_models_show, command_models_rollback; /* models.c */
extern const struct command command_models_register, command_models_promote, command_models_shadow,
    command_models_canary, command_models_stop, command_models_alias; /* models_move.c */
extern const struct command command_models_mirror; /* models_mirror.c */
extern const struct command command_model_fetch, command_model_list, command_model_verify,
    command_model_convert;                 /* model.c */
extern const struct command command_embed; /* embed.c */
extern const struct command command_classify, command_text_read; /* classify.c, text_read.c */
extern const struct command command_text_train, command_text_eval, command_text_predict; /* text_train.c, text_eval.c */

extern const struct command command_inquiries, command_inquiries_list, command_inquiries_show, command_inquiries_assign,
    command_inquiries_label, command_inquiries_answer, command_inquiries_close, command_inquiries_stats,
    command_inquiries_erase; /* inquiries.c */
extern const struct command command_inquiries_submit, command_inquiries_import; /* inquiries_in.c */
extern const struct command command_inquiries_train;                           /* inquiries_train.c */

#endif
