/* What commands that look into the data folder share. */
#ifndef WEIR_EDGE_CLI_AUDIT_H
#define WEIR_EDGE_CLI_AUDIT_H

#include "edge/cli/cli.h"
#include "store/store.h"

extern const struct command command_audit_verify, command_audit_show, command_audit_export;
extern const struct command command_backup, command_restore, command_resume;

#endif
