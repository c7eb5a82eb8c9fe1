/* pipelines.yaml -> the JSON of docs/architecture.md, every default filled in. What weir may execute stands here and
 * nowhere else, so the checks are strict: argv is a list, knobs and commands are typed, what can be undone says how. */
#ifndef WEIR_EDGE_PIPELINES_FILE_H
#define WEIR_EDGE_PIPELINES_FILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/yaml.h"

/* Read and check the file; its folder is where relative `cwd`s begin. The JSON lives in a.
 * Errors: of file_read; ERR_INPUT, "file:line:column: what was expected". */
MUST_USE err pipelines_file_read(str path, struct arena *a, str *json);
/* The same for a text; problems are noted in check. `dir`: an absolute folder. False when there are any. */
bool pipelines_check(struct yaml_check *check, str text, str dir, struct arena *a, str *json);

#endif
