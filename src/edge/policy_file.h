/* A policy as it enters the journal: the file's text with the data of the zones it names (core/policy/policy.h). */
#ifndef WEIR_EDGE_POLICY_FILE_H
#define WEIR_EDGE_POLICY_FILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Read the file at `path`. default_zone: for a policy that names none; empty or "UTC" = UTC. The text lives in a.
 * Errors: of file_read, ERR_INPUT (YAML, or a zone this machine does not know). The rules are not looked at. */
MUST_USE err policy_file_read(str path, str default_zone, struct arena *a, str *out);
/* The same for a text that is there already. */
MUST_USE err policy_file_complete(str text, str name, str default_zone, struct arena *a, str *out);

#endif
