/* How far a text goes: words alone, then the first part of the vectors, then all. The encoder costs more than all else,
 * so a question wants no more than it gains by. */
#include "edge/text/stack_internal.h"

#include <math.h>

/* Half a standard error of an accuracy: so much may be lost for something cheaper. (Breiman et al., Classification and
 * Regression Trees, 1984, allow a whole one for a simpler tree; here the same is asked of several questions at once.)
 */
static double allowed(double accuracy, size_t rows)
{
    return 0.5 * sqrt(accuracy * (1 - accuracy) / (double)rows);
}

/* Whether level 1 or 2 is the last that a question gains by. */
static void find_deepest(struct stacking *s, struct stack_report *r)
{
    for (size_t q = 0; q < s->d->questions; q++) {
        r->quality[0][q] = stack_quality(s, q, stack_held(s, q, 0));
        s->question[q].deepest = 1;
        if (s->levels == 1) continue;
        struct text_quality first = stack_quality(s, q, stack_held(s, q, 1)),
                            all = stack_quality(s, q, stack_held(s, q, 2));
        if (all.accuracy - first.accuracy > allowed(all.accuracy, r->counted)) s->question[q].deepest = 2;
        r->quality[1][q] = s->question[q].deepest == 2 ? all : first;
    }
}

/* Whether a question wants more of row i than this level. */
static bool is_open(const struct stacking *s, size_t q, size_t i, size_t level)
{
    const struct text_question *to = &s->question[q];
    const float *p = stack_held(s, q, level) + i * to->count;
    float most = 0;
    for (size_t c = 0; c < to->count; c++) most = fmaxf(most, p[c]);
    return level < to->deepest && most < to->plain;
}

/* The last level of row i if these questions were all. */
static size_t last_level(const struct stacking *s, size_t i, size_t from, size_t end)
{
    size_t level = 0;
    for (bool open = true; open && level + 1 < s->levels; level += open) {
        open = false;
        for (size_t q = from; q < end; q++) open = open || is_open(s, q, i, level);
    }
    return level;
}

/* Held-back probabilities of what judges, each text by the last level that these questions want of it. */
static struct text_quality quality_at(struct stacking *s, size_t q, size_t from, size_t end)
{
    size_t rows = s->d->rows, classes = s->d->classes[q];
    float *p = mem_new(rows * classes * sizeof *p);
    for (size_t i = 0; i < rows; i++) {
        size_t level = last_level(s, i, from, end);
        if (level > s->question[q].deepest) level = s->question[q].deepest;
        memcpy(p + i * classes, stack_held(s, q, level) + i * classes, classes * sizeof *p);
    }
    struct text_quality out = stack_quality(s, q, p);
    mem_free(p);
    return out;
}

/* The least of 0, .01, .02, ... at which the question loses no more than one text in a thousand, were it the only one:
 * whoever fetched the encoder wants what it knows. */
static void find_plain(struct stacking *s, size_t q, double best)
{
    float *plain = &s->question[q].plain;
    for (int percent = 0; percent <= 100; percent++) {
        *plain = (float)percent / 100;
        if (best - quality_at(s, q, q, q + 1).accuracy <= 0.001) return;
    }
    *plain = 2;
}

static void find_bounds(struct stacking *s, struct stack_report *r)
{
    size_t questions = s->d->questions;
    for (size_t q = 0; q < questions; q++) find_plain(s, q, r->quality[1][q].accuracy);
    for (size_t q = 0; q < questions; q++) {
        r->plain[q] = s->question[q].plain;
        r->quality[1][q] = quality_at(s, q, 0, questions);
    }
    for (size_t i = 0; i < s->d->rows; i++)
        if (stack_counts(s->d, i)) r->share[last_level(s, i, 0, questions)] += 1 / (double)r->counted;
}

void stack_find_depth(struct stacking *s, struct stack_report *r)
{
    find_deepest(s, r);
    if (s->d->dims) find_bounds(s, r);
}
