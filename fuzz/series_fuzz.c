/* Any doubles: change points are rows in order, discords lie in the series, and the online forms agree with being
 * called. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "engine/detect/changepoint.h"
#include "engine/detect/discord.h"

enum { ROWS_MAX = 512, HISTORY = 64, WINDOW = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void offline(const double *x, size_t rows, size_t columns)
{
    static struct change changes[CHANGE_COUNT_MAX];
    struct discord discords[3];
    struct arena a = arena_init(64 << 20);
    size_t n;
    assert(!change_find(x, rows / columns, columns, &a, changes, &n).code);
    for (size_t k = 0; k < n; k++) {
        assert(changes[k].at > (k ? changes[k - 1].at : 0) && changes[k].at < rows / columns &&
               changes[k].column < columns);
        assert(isfinite(changes[k].strength) && isfinite(changes[k].before) && isfinite(changes[k].after));
    }
    assert(!discord_find(x, rows, &(struct discord_opts){ 0 }, &a, discords, 3, &n).code);
    for (size_t k = 0; k < n; k++)
        assert(discords[k].at < rows && isfinite(discords[k].score) && discords[k].once_in > 0);
    arena_done(&a);
}

static void online(const double *x, size_t rows)
{
    static struct change_online c;
    static double memory[8 * HISTORY];
    struct discord_online o;
    change_online_init(&c);
    discord_online_init(&o, memory, WINDOW, HISTORY, 0.1);
    for (size_t i = 0; i < rows; i++) {
        uint64_t at = 0;
        if (change_online_sample(&c, x[i], &at)) assert(at <= i);
        if (fabs(x[i]) > 1e6 || isnan(x[i])) continue;
        double d = discord_online_sample(&o, x[i], NULL);
        assert(d == -1 || d >= 0);
    }
}

/* The values again and again: a watch says nothing of the first thousands. */
static void followed(const double *x, size_t rows)
{
    static double room[DISCORD_WATCH_NUMBERS];
    struct discord_watch w;
    discord_watch_init(&w, room);
    for (size_t i = 0; i < DISCORD_WATCH_HISTORY + 2 * rows; i++) {
        struct arena a = arena_init(1 << 17);
        struct discord_stretch d;
        bool told;
        assert(!discord_watch_sample(&w, x[i % rows], &a, &told, &d).code);
        assert(!told || (d.distance >= d.most && d.at + d.length == i + 1));
        arena_done(&a);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static double x[ROWS_MAX];
    if (size < 2) return 0;
    size_t rows = 0, columns = data[0] % 3 + 1;
    if (data[0] & 128) /* small whole numbers: ties and repeats */
        for (; rows < ROWS_MAX && rows + 1 < size; rows++) x[rows] = (double)(int8_t)data[rows + 1];
    else
        for (; rows < ROWS_MAX && 1 + (rows + 1) * sizeof *x <= size; rows++)
            memcpy(&x[rows], data + 1 + rows * sizeof *x, sizeof *x);
    offline(x, rows, columns);
    online(x, rows);
    if (rows && data[1] % 16 == 0) followed(x, rows); /* which takes some milliseconds */
    return 0;
}
