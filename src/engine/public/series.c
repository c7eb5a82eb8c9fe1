/* Whole series: changes for good, and the oddest places. */
#include <assert.h>

#include "engine/detect/changepoint.h"
#include "engine/detect/discord.h"
#include "engine/public/public.h"
#include "weir/detect.h"

static_assert(WEIR_CHANGES_MAX == (int)CHANGE_COUNT_MAX, "public sizes are the inner ones");

enum { CHANGE_BYTES = 256, DISCORD_BYTES = 256, SLACK = 1 << 20, DISCORDS_MAX = 64 };

const char *weir_change_name(int kind)
{
    return kind >= 0 && kind < CHANGE_KINDS ? change_kind_text((enum change_kind)kind) : "";
}

size_t weir_changes_memory(size_t rows, size_t columns)
{
    size_t most = CHANGE_ROWS_MAX;
    return (rows < most ? rows : most) * (columns < CHANGE_COLUMNS_MAX ? columns : CHANGE_COLUMNS_MAX) * CHANGE_BYTES +
           SLACK;
}

int weir_changes(const double *values, size_t rows, size_t columns, struct weir_memory memory, struct weir_change *out,
                 size_t *count, struct weir_error *error)
{
    struct change found[CHANGE_COUNT_MAX];
    struct arena a = public_arena(memory);
    *count = 0;
    err e = change_find(values, rows, columns, &a, found, count);
    for (size_t i = 0; !e.code && i < *count; i++)
        out[i] = (struct weir_change){ .at = found[i].at,
                                       .kind = (int)found[i].kind,
                                       .column = (int)found[i].column,
                                       .before = found[i].before,
                                       .after = found[i].after,
                                       .strength = found[i].strength };
    return public_error(e, error);
}

size_t weir_discords_memory(size_t rows)
{
    return (rows < DISCORD_ROWS_MAX ? rows : DISCORD_ROWS_MAX) * DISCORD_BYTES + SLACK;
}

int weir_discords(const double *values, size_t rows, size_t from, size_t period, struct weir_memory memory,
                  double *scores, struct weir_discord *out, size_t max, size_t *count, struct weir_error *error)
{
    struct discord found[DISCORDS_MAX];
    struct discord_opts opts = { .from = from, .period = period, .score = scores };
    struct arena a = public_arena(memory);
    *count = 0;
    err e = discord_find(values, rows, &opts, &a, found, max < DISCORDS_MAX ? max : DISCORDS_MAX, count);
    for (size_t i = 0; !e.code && i < *count; i++)
        out[i] = (struct weir_discord){ found[i].at, found[i].length, found[i].score, found[i].once_in };
    return public_error(e, error);
}
