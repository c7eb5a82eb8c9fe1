/* Drift: is a column still distributed as it was? Two samples in, one yes or no a column out, with what spoke and how
 * much.
 *
 *   numbers  exact: both samples sorted, one walk over both        drift_compare_values
 *            sketch: one pass, constant memory, mergeable          drift_sketch_*, drift_compare_sketches
 *   words    counts of values; past DRIFT_WORDS_MAX of the frequent  drift_words_*, drift_compare_words
 *   verdict  per column: each part of the battery says how unlikely (p) and how big (effect)
 *            per table: drift_decide
 *
 * A part speaks when its p-value, multiplied by its share of the column's budget (Bonferroni with weights), stays below
 * the chance that the whole table may have of a false alarm after the correction across columns (Benjamini and Hochberg
 * 1995), AND its effect is big enough to matter: with a million rows everything is significant, with a hundred anything
 * looks big. A part that could not speak whatever the labels (no value is missing anywhere, say) takes none of the
 * budget (Tarone 1990).
 *
 * Pure: memory is the caller's, no clock, no chance, no globals. Thread: any, one at a time per structure. */
#ifndef WEIR_ENGINE_DETECT_DRIFT_H
#define WEIR_ENGINE_DETECT_DRIFT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "engine/detect/drift_distinct.h"

/* ---- the parts of the battery: name, what its effect is, weight in the budget ---- */
#define DRIFT_PART_LIST(X)                                                                                             \
    X(KS, "distribution", "largest difference of the shares below a value", 2)                                         \
    X(SMOOTH, "shape", "largest difference of the shares below a value", 2)                                            \
    X(LOW, "low tail", "surplus share of rows", 2)                                                                     \
    X(HIGH, "high tail", "surplus share of rows", 2)                                                                   \
    X(RANGE, "range", "share of rows", 2)                                                                              \
    X(GRID, "repeats", "doublings of how often a value repeats", 2)                                                    \
    X(MISSING, "missing", "change of the share of rows", 2)                                                            \
    X(ODD, "not numbers", "change of the share of rows", 2)                                                            \
    X(FREQUENT, "frequent values", "share of rows that moved", 5)                                                      \
    X(CHI2, "all values", "share of rows that moved", 0.5)                                                             \
    X(NEW, "new value", "share of rows", 20)                                                                           \
    X(VANISHED, "vanished value", "share of rows", 1)
#define DRIFT_PART_ENUM(name, text, unit, weight) DRIFT_##name,
enum drift_part { DRIFT_PART_LIST(DRIFT_PART_ENUM) DRIFT_PARTS };
#undef DRIFT_PART_ENUM

const char *drift_part_text(enum drift_part part);
const char *drift_part_unit(enum drift_part part);

struct drift_config {
    double alarm;    /* the chance of a false alarm in a table that has not changed; above 0, below 0.5. [0.03] */
    double distance; /* least Kolmogorov-Smirnov D ... [0.05] */
    double spreads;  /* ... or least Wasserstein distance in standard deviations of the reference that matters [0.1] */
    double tail;     /* least surplus of rows in a tail, or share of rows outside of the range [0.01] */
    double share;    /* least change of the share of missing (or not finite) values [0.01] */
    double moved;    /* least share of rows that moved to other values [0.025] */
    double value;    /* least share of rows with a new, or formerly with a vanished, value [0.005] */
    double grid;     /* least change of how often a value repeats, in doublings [1] */
};
struct drift_config drift_config_default(void);

/* ---- numbers ---- */

enum { DRIFT_BINS = 10, DRIFT_SUMMARY = 7, DRIFT_MOMENTS = 4, DRIFT_HISTOGRAM = 40 };

struct drift_side {
    double rows, missing, odd; /* odd: infinite, or not a number in a column of numbers */
    double values;             /* rows - missing - odd */
    double mean, sd;           /* sd: of the population; 0 with fewer than two values */
    double quantile[DRIFT_SUMMARY]; /* least, .01, .25, .5, .75, .99, most */
    double distinct; /* different values; of a sketch, past 1024, within 3 % (one standard error) */
};

struct drift_numbers {
    struct drift_side side[2]; /* reference, current */
    double ks, ks_at, ks_p;    /* D = max |F - G|, the value where, P(D) as SciPy's ks_2samp */
    double kuiper;             /* max (F - G) + max (G - F) (Kuiper 1960) */
    double wasserstein;        /* the area between F and G, in the values' unit */
    double psi, js; /* over tenths of the reference: population stability index (shares + 1e-4), and the square root of
                     * the Jensen-Shannon divergence in nats (the distance of Endres and Schindelin 2003) */
    double bins[2][DRIFT_BINS], edges[DRIFT_BINS + 1];
    double histogram[2][DRIFT_HISTOGRAM]; /* shares between the lesser 1 % and the greater 99 % quantile, in equal
                                             steps; for drawing */
    double histogram_from, histogram_to;
    size_t bin_count;          /* fewer than DRIFT_BINS when tenths coincide */
    double moment[DRIFT_MOMENTS]; /* z-scores of level, spread, skew and weight of the tails: Legendre polynomials of
                                   * the common ranks (Neyman 1937; two samples: Janic and Ledwina 2009). Above 0: more
                                   * in the current sample */
    double smooth, smooth_freedom, smooth_p; /* all four together, as chi-square */
    /* Dyadic scan of the lowest (highest) common ranks: surplus of current rows, up to (from) which value. */
    double low_p, low_excess, low_at;
    double high_p, high_excess, high_at;
    double below, above, range_p; /* shares of the current rows below the least, above the greatest reference value; the
                                   * chance that the outermost rows are all current ones, for both ends together */
    bool repeats;              /* some value occurs twice */
    double grid_p, grid;       /* mean log2 of how often the current values repeat, less that of the reference */
    double missing_p, odd_p;
};

/* Exact. Both arrays are overwritten: finite values, sorted, come first. NaN counts as missing, infinities as odd.
 * scratch: room for the larger of m and n. Time: about 15 ns a value. */
void drift_compare_values(double *ref, size_t m, double *cur, size_t n, double *scratch, struct drift_numbers *out);

/* The summary of a sample in one pass: a row of compactors that each hold one sorted run, joined and halved like the
 * digits of a binary counter (Agarwal, Cormode, Huang, Phillips, Wei, Yi 2012; the compactors of KLL, Karnin, Lang,
 * Liberty 2016), the DRIFT_ENDS lowest and highest values themselves, every s-th row for what needs whole values, and
 * what drift_distinct.h keeps. A rank is off by less than 0.0006 of the rows (two standard errors; to 10^9 rows): a
 * sixth of what chance does to 65,536 rows. */
enum {
    DRIFT_RUN = 4096,
    DRIFT_BASE = 2 * DRIFT_RUN,
    DRIFT_LEVELS = 16,
    DRIFT_ENDS = 256,
    DRIFT_THIN = 4096,
    DRIFT_BLOCK = 256
};

struct drift_ends { /* the lowest upwards, the highest downwards */
    uint32_t low_count, high_count;
    double low[DRIFT_ENDS], high[DRIFT_ENDS];
};

struct drift_sketch {
    uint64_t rows, missing, odd, finite;
    uint64_t coin;                 /* which half survives: a fixed sequence, so the same rows give the same sketch */
    uint32_t base_count, full;     /* bit h of full: level h holds a run */
    uint32_t step_log; /* one row in 2^step_log enters the base: all, a fourth past 2^16 rows, an eighth past 3 * 2^16,
                        * a sixteenth past 2^19, fewer past 2^33 */
    bool block_even;               /* the next block of rows is the second of two */
    uint64_t block_first;          /* where in the block before the survivors began */
    uint32_t pending_count;        /* while step_log is not 0: rows that do not make a block yet */
    uint64_t thin_step, thin_next; /* every thin_step-th finite row is kept whole */
    uint64_t thin_count;
    double mean, spread;           /* spread: sum of squared deviations from the mean */
    struct drift_ends ends;        /* of all but the pending rows and, while step_log is 0, the base */
    double pending[DRIFT_BLOCK];
    struct drift_distinct distinct; /* of the same rows as the ends */
    double thin[DRIFT_THIN];
    double base[DRIFT_BASE];
    double level[DRIFT_LEVELS][DRIFT_RUN]; /* memory is touched only as levels come into use */
};

void drift_sketch_init(struct drift_sketch *s);
/* Take n rows; NaN: missing, infinite: odd. About 5 ns a row. */
void drift_sketch_add(struct drift_sketch *s, const double *values, size_t n);
/* Take in the rows of `from`, which stays as it is. */
void drift_sketch_merge(struct drift_sketch *s, const struct drift_sketch *from);
/* As drift_compare_values; just under 4 MiB of `a` are used. Errors: ERR_LIMIT (the arena is too small). */
MUST_USE err drift_compare_sketches(const struct drift_sketch *ref, const struct drift_sketch *cur, struct arena *a,
                                    struct drift_numbers *out);

/* ---- words ---- */

/* Counts by value: exact up to DRIFT_WORDS_MAX different values. Past that the rare half is dropped again and again
 * (Misra and Gries 1982, with the purge of Anderson et al. 2017; what Space-Saving keeps, and mergeable), and a
 * count-min sketch (Cormode and Muthukrishnan 2005) bounds the counts of what was dropped. Values longer than
 * DRIFT_WORD_TEXT are told apart by their hash and shown by their beginning. */
enum {
    DRIFT_WORDS_MAX = 4096,
    DRIFT_WORD_SLOTS = 8192,
    DRIFT_WORD_TEXT = 48,
    DRIFT_CM_ROWS = 4,
    DRIFT_CM_WIDTH = 4096
};

struct drift_word {
    uint64_t hash, count;
    uint32_t len;                /* of the whole value */
    char text[DRIFT_WORD_TEXT];
};

struct drift_words {
    uint64_t rows, missing, floor; /* floor: a count is too small by at most this; 0: all counts are exact */
    uint32_t count, pad;
    uint32_t slot[DRIFT_WORD_SLOTS]; /* index + 1 */
    struct drift_word word[DRIFT_WORDS_MAX];
    struct drift_distinct distinct; /* of the values that were ever among the words */
    uint64_t cm[DRIFT_CM_ROWS][DRIFT_CM_WIDTH];
};

void drift_words_init(struct drift_words *w);
void drift_words_add(struct drift_words *w, str value, uint64_t times); /* times > 0 */
void drift_words_add_missing(struct drift_words *w, uint64_t times);
void drift_words_merge(struct drift_words *w, const struct drift_words *from);
/* The most a value with this hash (as in struct drift_word) can have occurred, by the count-min sketch. */
uint64_t drift_words_bound(const struct drift_words *w, uint64_t hash);

enum { DRIFT_TOP = 12 };
struct drift_share {
    char text[DRIFT_WORD_TEXT + 1]; /* UTF-8 as far as the data is */
    double count[2];
};

struct drift_counts {
    double rows[2], missing[2];
    double distinct[2]; /* different values; when not exact, within 3 % (one standard error) */
    bool exact;                 /* no value was dropped */
    double chi2, chi2_freedom, chi2_p, cramers_v; /* Pearson; values expected fewer than 5 times are one */
    double frequent_p; /* weighted sums of squared differences of shares, by Pearson's three moments (Imhof 1961) */
    double psi, js;             /* as of numbers, over the values */
    double moved;               /* half the sum of |differences of shares|: total variation */
    double new_p, new_share, vanished_p, vanished_share; /* rows with values the other side does not have */
    size_t new_count, vanished_count;
    double missing_p;
    struct drift_share top[DRIFT_TOP]; /* those that moved most rows, most first */
    size_t top_count;
    struct drift_share newest, gone;   /* the most frequent new, and vanished, value; count 0: none */
};

/* 1.5 MiB of `a` are used. Errors: ERR_LIMIT. */
MUST_USE err drift_compare_words(const struct drift_words *ref, const struct drift_words *cur, struct arena *a,
                                 struct drift_counts *out);

/* ---- verdicts ---- */

struct drift_said {
    bool active;    /* it was part of this column's battery */
    bool big;       /* effect >= what matters */
    double p;       /* its own p-value, 0..1 */
    double charged; /* p over its share of the budget, at most 1 */
    double effect;
};

struct drift_verdict {
    bool drift;               /* set by drift_decide */
    double p;                 /* of the column: the least charged p of the parts whose effect is big; 1: none is */
    double adjusted;          /* after the correction across columns; set by drift_decide */
    enum drift_part loudest;  /* the part that gave p, or the least p of all when none is big */
    struct drift_said part[DRIFT_PARTS];
};

void drift_judge_numbers(const struct drift_numbers *numbers, const struct drift_config *config,
                         struct drift_verdict *out);
void drift_judge_words(const struct drift_counts *counts, const struct drift_config *config, struct drift_verdict *out);
/* The columns of one comparison together: sets adjusted and drift of each; gives how many drift. scratch: n indices. */
size_t drift_decide(struct drift_verdict *columns, size_t n, const struct drift_config *config, uint32_t *scratch);

/* One sentence about what changed most, such as "mean 12.3, was 10.1 (+0.7 sd)"; uses some 1 KiB of `a`. */
str drift_sentence_numbers(const struct drift_numbers *numbers, const struct drift_verdict *verdict, struct arena *a);
str drift_sentence_words(const struct drift_counts *counts, const struct drift_verdict *verdict, struct arena *a);

#endif
