/* What weir may start, as YAML says it and as it is recorded: argv, cwd, user and env of a step, a command, a schedule.
 * Each part that is read appends its JSON; problems are noted in the check. */
#ifndef WEIR_EDGE_PROGRAM_YAML_H
#define WEIR_EDGE_PROGRAM_YAML_H

#include "base/json.h"
#include "base/yaml.h"

enum { YAML_WORDS_MAX = 64 };

struct yaml_writer {
    struct yaml_check *c;
    struct jw *w;
    str dir; /* of the file: folders are relative to it */
};

/* The list itself, or an empty one after a problem (or NULL). */
const struct yaml *yaml_list_of(struct yaml_writer *s, const struct yaml *node, size_t max, const char *what);
/* "argv":[...],"cwd":...,"user":...,"env":{...} of the map `node`. argv must be there. */
void program_put(struct yaml_writer *s, const struct yaml *node);

#endif
