/* What `weir detect` found in one series, and how it is told. */
#ifndef WEIR_EDGE_CLI_DETECT_H
#define WEIR_EDGE_CLI_DETECT_H

#include "edge/cli/cli.h"
#include "edge/cli/recording.h"
#include "engine/detect/changepoint.h"
#include "engine/detect/detect.h"
#include "engine/detect/discord.h"

enum { DETECT_TOLD_MAX = 1000, DETECT_DISCORDS_MAX = 20 };

struct told_alarm {
    struct detect_alarm alarm;
    usec end;             /* its last deviating sample */
    size_t row;           /* of its start */
    bool shifted;         /* the level changed for good, says the online change detector: */
    size_t shift_row;
    double before, after;
};

struct told {
    const struct recording *series;
    struct told_alarm alarms[DETECT_TOLD_MAX];
    size_t alarm_count, alarms_more; /* more: those that did not fit */
    struct discord discords[DETECT_DISCORDS_MAX];
    size_t discord_count, period;
    struct change changes[CHANGE_COUNT_MAX];
    size_t change_count;
    double *alarm_score, *discord_score; /* a row each; NULL: not asked for */
};

struct detect_show { /* which of the three were asked for */
    bool alarms, discords, changes;
};

void detect_print(struct told *const *all, size_t count, struct detect_show show, struct arena *a, bool color);
void detect_print_json(struct told *const *all, size_t count, struct detect_show show, struct arena *a);
/* weir detect --follow: row by row until the input ends; gives the exit code. */
int detect_follow(struct cli *cli, struct detect_show show, str path);
void detect_print_scores(struct told *const *all, size_t count);

#endif
