/* Two columns of words: what their counts say. */
#include <math.h>

#include "engine/detect/drift_dist.h"
#include "engine/detect/drift_pair.h"

enum { FREQUENT_FLOORS = 20, EXPECTED_LEAST = 5, T_MAX = 60 };

struct cell {
    const struct drift_word *word;
    double count[2];
};

struct table {
    struct cell *cell;
    size_t n;
    double rows[2]; /* with a value */
};

static const struct drift_word *lookup(const struct drift_words *w, const struct drift_word *word)
{
    uint32_t at = (uint32_t)(word->hash & (DRIFT_WORD_SLOTS - 1));
    size_t shown = word->len < DRIFT_WORD_TEXT ? word->len : DRIFT_WORD_TEXT;
    for (; w->slot[at]; at = (at + 1) & (DRIFT_WORD_SLOTS - 1)) {
        const struct drift_word *other = &w->word[w->slot[at] - 1];
        if (other->hash == word->hash && other->len == word->len && memcmp(other->text, word->text, shown) == 0)
            return other;
    }
    return NULL;
}

/* The best guess: exact when nothing was dropped, else the least bound known. */
static double count_of(const struct drift_words *w, const struct drift_word *word, const struct drift_word *own)
{
    if (!w->floor) return own ? (double)own->count : 0;
    uint64_t bound = drift_words_bound(w, word->hash), known = w->floor + (own ? own->count : 0);
    return (double)(known < bound ? known : bound);
}

/* Past exact counting only what is frequent enough for its error not to matter takes part. */
static void add_cell(struct table *t, const struct drift_words *ref, const struct drift_words *cur,
                     const struct drift_word *word)
{
    double a = count_of(ref, word, lookup(ref, word)), b = count_of(cur, word, lookup(cur, word));
    if (a < FREQUENT_FLOORS * (double)ref->floor && b < FREQUENT_FLOORS * (double)cur->floor) return;
    t->cell[t->n++] = (struct cell){ word, { a, b } };
}

static void fill(struct table *t, const struct drift_words *ref, const struct drift_words *cur)
{
    for (uint32_t i = 0; i < ref->count; i++) add_cell(t, ref, cur, &ref->word[i]);
    for (uint32_t i = 0; i < cur->count; i++)
        if (!lookup(ref, &cur->word[i])) add_cell(t, ref, cur, &cur->word[i]);
    t->rows[0] = (double)(ref->rows - ref->missing);
    t->rows[1] = (double)(cur->rows - cur->missing);
}

/* ---- shares ---- */

static double share(const struct table *t, size_t i, int side)
{
    return t->cell[i].count[side] / t->rows[side];
}

static double chi2_cell(const struct table *t, double a, double b)
{
    double all = a + b, total = t->rows[0] + t->rows[1], ea = all * t->rows[0] / total, eb = all * t->rows[1] / total;
    return (a - ea) * (a - ea) / ea + (b - eb) * (b - eb) / eb;
}

static void chi2_test(const struct table *t, struct drift_counts *out)
{
    double total = t->rows[0] + t->rows[1], fewer = fmin(t->rows[0], t->rows[1]), rare[2] = { t->rows[0], t->rows[1] };
    size_t cells = 0;
    for (size_t i = 0; i < t->n; i++) {
        double a = t->cell[i].count[0], b = t->cell[i].count[1];
        if ((a + b) * fewer / total < EXPECTED_LEAST) continue;
        out->chi2 += chi2_cell(t, a, b);
        cells++;
        rare[0] -= a;
        rare[1] -= b;
    }
    if (rare[0] > 0.5 || rare[1] > 0.5) { /* the rest is one value */
        out->chi2 += chi2_cell(t, fmax(0, rare[0]), fmax(0, rare[1]));
        cells++;
    }
    out->chi2_freedom = cells > 1 ? (double)(cells - 1) : 0;
    out->chi2_p = cells > 1 ? dist_chi2_above(out->chi2, out->chi2_freedom) : 1;
    out->cramers_v = cells > 1 ? sqrt(out->chi2 / total) : 0; /* of 2 rows: the smaller side less one is 1 */
}

/* The chance of Q = sum of w d^2 or more, d the difference of a value's shares and w a weight: 1, or how frequent the
 * value is on both sides together. Under no change Q is a sum of weighted chi-squares, matched in three moments; these
 * are the traces of the powers of diag(w) (diag(p) - p p'). */
static double weighted_p(const struct table *t, bool by_share)
{
    double m = t->rows[0], n = t->rows[1], total = m + n, q = 0, s1 = 0, s2 = 0, s3 = 0, r1 = 0, r2 = 0, r3 = 0;
    for (size_t i = 0; i < t->n; i++) {
        double p = (t->cell[i].count[0] + t->cell[i].count[1]) / total, d = share(t, i, 1) - share(t, i, 0);
        double w = by_share ? p : 1, a = w * p;
        q += w * d * d / ((1 / m + 1 / n) * total / (total - 1));
        s1 += a, s2 += a * a, s3 += a * a * a;
        r1 += a * p, r2 += a * a * p, r3 += a * a * a * p;
    }
    double c1 = s1 - r1, c2 = s2 - 2 * r2 + r1 * r1, c3 = s3 - 3 * r3 + 3 * r2 * r1 - r1 * r1 * r1;
    if (!(c2 > 1e-15) || !(c3 > 1e-22)) return 1;
    double freedom = c2 * c2 * c2 / (c3 * c3), x = (q - c1) * sqrt(freedom / c2) + freedom;
    return x > 0 ? dist_chi2_above(x, freedom) : 1;
}

/* Both weights see frequent values better than chi-square does, the second sees only the most frequent. They are one by
 * the Cauchy combination (Liu and Xie 2020), which holds however the two depend on each other. */
static void frequent_test(const struct table *t, struct drift_counts *out)
{
    double p[2] = { weighted_p(t, false), weighted_p(t, true) }, sum = 0;
    if (fmin(p[0], p[1]) < 1e-12) { /* the tangent has no more digits */
        out->frequent_p = fmin(1, 2 * fmin(p[0], p[1]));
        return;
    }
    for (int k = 0; k < 2; k++) sum += tan(M_PI * (0.5 - fmin(p[k], 0.999))) / 2;
    out->frequent_p = 0.5 - atan(sum) / M_PI;
}

/* ---- new and vanished values ---- */

/* The greatest chance, whatever its rate, that a value is absent on one side and there `times` times on the other. */
static double worst_chance(double times, double ratio)
{
    enum { STEPS = 200 };
    double best = 0, most = 4 * times / ratio + 4;
    for (int i = 1; i <= STEPS; i++) {
        double rate = most * i / STEPS * i / STEPS; /* closer steps where the rate is low */
        double chance = exp(-rate) * dist_poisson_from(times, rate * ratio);
        if (chance > best) best = chance;
    }
    return best;
}

/* `side` has values the other has not: is the most frequent of them more than rare values explain? The chance that some
 * value that is there anyway would look so, by its own rate; of the values seen on one side only, each of the same
 * count but one, and that one as half a value (Krichevsky and Trofimov's prior), has the worst rate. */
static double one_sided(const struct table *t, int side, double *rows, size_t *count, const struct cell **first)
{
    double most = 0, same = 0, p = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct cell *c = &t->cell[i];
        if (c->count[1 - side] > 0) continue;
        *rows += c->count[side];
        ++*count;
        if (c->count[side] > most) most = c->count[side], same = 0, *first = c;
        same += c->count[side] == most;
    }
    if (!*count) return 1;
    double ratio = t->rows[side] / t->rows[1 - side], times = fmin(most, T_MAX);
    for (size_t i = 0; i < t->n; i++) {
        const struct cell *c = &t->cell[i];
        double rate = (c->count[0] + c->count[1]) * t->rows[1 - side] / (t->rows[0] + t->rows[1]);
        bool is_it = c->count[1 - side] <= 0 && c->count[side] >= most;
        if (!is_it && rate < T_MAX) p += exp(-rate) * dist_poisson_from(times, rate * ratio);
    }
    return fmin(1, p + (same - 0.5) * worst_chance(times, ratio));
}

/* ---- what to show ---- */

static struct drift_share shown(const struct cell *c)
{
    struct drift_share s = { .count = { c->count[0], c->count[1] } };
    size_t len = c->word->len < DRIFT_WORD_TEXT ? c->word->len : DRIFT_WORD_TEXT;
    str text = c->word->len > DRIFT_WORD_TEXT ? str_utf8_prefix((str){ c->word->text, len }, len)
                                              : (str){ c->word->text, len };
    memcpy(s.text, text.ptr, text.len);
    return s;
}

static double distance(const struct table *t, const struct drift_share *s)
{
    return fabs(s->count[1] / t->rows[1] - s->count[0] / t->rows[0]);
}

static void top_moves(const struct table *t, struct drift_counts *out)
{
    for (size_t i = 0; i < t->n; i++) {
        double moved = fabs(share(t, i, 1) - share(t, i, 0));
        out->moved += moved / 2;
        size_t at = out->top_count;
        if (at == DRIFT_TOP && moved <= distance(t, &out->top[DRIFT_TOP - 1])) continue;
        if (at == DRIFT_TOP) at--;
        else out->top_count++;
        for (; at > 0 && distance(t, &out->top[at - 1]) < moved; at--) out->top[at] = out->top[at - 1];
        out->top[at] = shown(&t->cell[i]);
    }
}

static void divergences(const struct table *t, double *p, double *q, struct drift_counts *out)
{
    for (size_t i = 0; i < t->n; i++) p[i] = share(t, i, 0), q[i] = share(t, i, 1);
    out->psi = drift_psi(p, q, t->n);
    out->js = drift_js(p, q, t->n);
}

static void one_sided_tests(const struct table *t, struct drift_counts *out)
{
    const struct cell *first = NULL;
    out->new_p = one_sided(t, 1, &out->new_share, &out->new_count, &first);
    out->new_share /= t->rows[1];
    if (first) out->newest = shown(first);
    first = NULL;
    out->vanished_p = one_sided(t, 0, &out->vanished_share, &out->vanished_count, &first);
    out->vanished_share /= t->rows[0];
    if (first) out->gone = shown(first);
}

static double distinct_of(const struct drift_words *w)
{
    struct drift_distinct d = w->distinct;
    return w->floor ? drift_distinct_count(&d) : w->count;
}

err drift_compare_words(const struct drift_words *ref, const struct drift_words *cur, struct arena *a,
                        struct drift_counts *out)
{
    const size_t most = (size_t)ref->count + cur->count + 1;
    struct table t = { .cell = arena_try(a, most * sizeof *t.cell) };
    double *p = arena_try(a, most * sizeof *p), *q = arena_try(a, most * sizeof *q);
    if (a->full) return err_make(ERR_LIMIT, "no memory to compare the values of two columns");
    memset(out, 0, sizeof *out);
    fill(&t, ref, cur);
    out->rows[0] = (double)ref->rows, out->rows[1] = (double)cur->rows;
    out->missing[0] = (double)ref->missing, out->missing[1] = (double)cur->missing;
    out->distinct[0] = distinct_of(ref), out->distinct[1] = distinct_of(cur);
    out->exact = !ref->floor && !cur->floor;
    out->chi2_p = out->frequent_p = out->new_p = out->vanished_p = 1;
    out->missing_p = dist_two_shares(out->missing[0], out->rows[0], out->missing[1], out->rows[1]);
    if (!(t.rows[0] > 0) || !(t.rows[1] > 0)) return OK;
    chi2_test(&t, out);
    frequent_test(&t, out);
    one_sided_tests(&t, out);
    top_moves(&t, out);
    divergences(&t, p, q, out);
    return OK;
}
