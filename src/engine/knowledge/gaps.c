#include "engine/knowledge/gaps.h"

#include "base/hash.h"

struct bag {
    uint64_t term[GAP_TERMS_MAX];
    size_t count;
};

static bool has(const struct bag *b, uint64_t term)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->term[i] == term) return true;
    return false;
}

static void take(void *ctx, const struct index_term *t)
{
    struct bag *b = ctx;
    uint64_t h = hash64(t->text);
    if (b->count < GAP_TERMS_MAX && !has(b, h)) b->term[b->count++] = h;
}

static double alike(const struct bag *x, const struct bag *y)
{
    size_t both = 0;
    for (size_t i = 0; i < x->count; i++) both += has(y, x->term[i]);
    size_t any = x->count + y->count - both;
    return any ? (double)both / (double)any : 1;
}

static int most_first(const void *a, const void *b)
{
    const struct gap *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

err gaps_group(struct terms *t, const str *questions, size_t n, struct arena *a, struct gap **groups, size_t *count)
{
    if (n > GAP_QUESTIONS_MAX) return err_make(ERR_LIMIT, "over %d questions to group", GAP_QUESTIONS_MAX);
    struct bag *first = arena_try(a, (n + 1) * sizeof *first);
    *groups = arena_try(a, (n + 1) * sizeof **groups);
    *count = 0;
    if (!first || !*groups) return err_make(ERR_LIMIT, "no memory to group questions");
    for (size_t i = 0; i < n; i++) {
        struct bag b = { .count = 0 };
        terms_each(t, questions[i], take, &b);
        size_t g = 0;
        while (g < *count && alike(&first[g], &b) < GAP_ALIKE) g++;
        if (g == *count) {
            first[g] = b;
            (*groups)[(*count)++] = (struct gap){ .first = i };
        }
        (*groups)[g].count++;
    }
    if (*count) qsort(*groups, *count, sizeof **groups, most_first);
    return OK;
}
