/* What the files of the configuration share. */
#ifndef WEIR_EDGE_CONFIG_INTERNAL_H
#define WEIR_EDGE_CONFIG_INTERNAL_H

#include "edge/config.h"

struct reading {
    struct config *config;
    struct yaml_check *check; /* its arena is the configuration's */
    struct arena *a;          /* the caller's, for problems */
    struct config_problems *problems;
    str dir;                  /* of the file: its paths are relative to it */
    const struct yaml *root;  /* of the file, for places */
    bool from_outside;        /* not from the file: paths stay as they are */
};

void config_problem(struct reading *r, str text);
str config_path(const struct reading *r, str path);
void config_list(struct yaml_check *c, const struct yaml *node, size_t max, struct str_list *to);
/* config_parts.c, config_sources.c */
void config_read_scrapes(struct reading *r, const struct yaml *node);
void config_read_channels(struct reading *r, const struct yaml *node);
void config_read_sources(struct reading *r, const struct yaml *node);
/* A problem with its place where the value in force is the one in the file, else with the name of the option. */
void config_placed_problem(struct reading *r, str option, const struct yaml *node, str value, str problem);
bool config_is_reference(str s); /* env:NAME or file:PATH */
/* Such a place, else "" and a problem that never repeats the value: somebody may have written a secret there. */
str config_reference(struct yaml_check *c, const struct yaml *node);
void config_check_jwt(struct reading *r); /* config_jwt.c */
/* flow/schedules_file.c */
void config_default_schedules(struct config *c);
void config_read_schedules(struct reading *r, const struct yaml *node);
void config_check_schedules(struct reading *r); /* those that name no zone are in the common one */
bool config_is_url(str s);       /* http or https */
void config_check_vectors(struct reading *r); /* config_sources.c */
void config_check_all(struct reading *r); /* what holds when everything is read */

#endif
