/* Where the level, the trend or the spread of a series changed for good, offline over all of it and online sample by
 * sample.
 *
 * Offline is optimal partitioning under two models, piecewise constant and piecewise linear, each also after a rhythm
 * of constant shape was taken out, where there is one; the cheapest is believed (minimum description length). A change
 * must pay for itself twice: against the spread of the whole series, so that a person who looks at the plot would see
 * it, and against what the memory of the noise explains (long-run variance of what the segments leave, an AR(1) form),
 * so that waves, cycles and random walks are not cut to pieces. Short spikes are taken out first. Jackson et al. 2005
 * (optimal partitioning); Killick, Fearnhead, Eckley 2012 (PELT pruning); Zhang, Siegmund 2007 (modified BIC); Hampel
 * 1974 (spikes); Mood 1954 (ranks, for the spread alone); Andrews 1991 (AR(1) long-run variance); Beaulieu, Killick
 * 2018 (a choice among models).
 *
 * Online is Bayesian change point detection (Adams, MacKay 2007) with a Normal-Gamma model and a bounded set of
 * hypotheses. Noise that remembers counts for as many samples as it is worth: each likelihood is raised to the power (1
 * - r) / (1 + r), r its memory.
 *
 * Thread: any. No globals, no I/O; memory from the caller's arena or struct. */
#ifndef WEIR_ENGINE_DETECT_CHANGEPOINT_H
#define WEIR_ENGINE_DETECT_CHANGEPOINT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

enum {
    CHANGE_ROWS_MIN = 6,         /* of fewer rows nothing is said */
    CHANGE_ROWS_MAX = 1 << 24,
    CHANGE_COLUMNS_MAX = 16,
    CHANGE_GRID = 1024,     /* of longer series, changes less than rows / CHANGE_GRID apart are not told apart */
    CHANGE_COUNT_MAX = 512  /* in one series */
};

#define CHANGE_KIND_LIST(X) X(LEVEL, "level") X(TREND, "trend") X(SPREAD, "spread")
#define CHANGE_KIND_ENUM(name, text) CHANGE_##name,
enum change_kind { CHANGE_KIND_LIST(CHANGE_KIND_ENUM) CHANGE_KINDS };
#undef CHANGE_KIND_ENUM
const char *change_kind_text(enum change_kind kind);

struct change {
    size_t at;            /* first row of the new segment, 1 .. rows - 1 */
    enum change_kind kind;
    size_t column;        /* the column that moved most */
    double before, after; /* of that column: mean (LEVEL), slope a row (TREND), usual distance from the mean (SPREAD) */
    double strength;      /* what it explains over what it costs, >= 0; 1 is the border, 10 is plain to see */
};

/* Changes of `rows` x `columns` values (row after row), in order of `at`; several columns change together.
 * NaN and infinite values are missing (bridged in a straight line). out: room for CHANGE_COUNT_MAX.
 * Memory: about 200 bytes a value from `a`. Time: 10,000 rows in some 20 ms.   Errors: ERR_INPUT (sizes), ERR_LIMIT
 * (the arena). */
MUST_USE err change_find(const double *values, size_t rows, size_t columns, struct arena *a, struct change *out,
                         size_t *count);

/* ---- online ---- */

enum { CHANGE_RUNS = 96, CHANGE_WARM = 24 };

struct change_run { /* one hypothesis: the present segment began at row `start` */
    uint64_t start;
    double weight;                   /* its share of the belief */
    double mean, kappa, alpha, beta; /* Normal-Gamma: what its rows say of mean and precision */
};

struct change_online { /* plain data of fixed size: may be copied and saved */
    uint64_t rows;            /* taken, present or not */
    uint64_t told;            /* first row of the segment that was told last */
    uint32_t warm, run_count;
    double first[CHANGE_WARM]; /* the scale is learned from these */
    double center, scale;
    double last, self, next;  /* fading moments of what the likeliest segment leaves: its memory */
    double before, after;     /* of the last change: mean of the segments beside it, in the values' unit */
    struct change_run runs[CHANGE_RUNS]; /* oldest start first */
};

void change_online_init(struct change_online *c);
/* Take one value. True when a change has become certain: five rows of the new segment are in, and 99 % of the belief is
 * that it began; *at is its first row, counted from 0, and c->before and c->after are the means beside it. NaN and
 * infinite values count as rows and say nothing. Any double is safe. Cost: two logarithms and an exponential for each
 * of up to CHANGE_RUNS hypotheses. */
bool change_online_sample(struct change_online *c, double value, uint64_t *at);

#endif
