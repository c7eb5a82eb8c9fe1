#include "edge/inquiry/classify.h"

#include <math.h>
#include <stdatomic.h>
#include <time.h>

#include "base/hash.h"
#include "edge/files.h"
#include "edge/inquiry/inquiry_model.h"

const double classify_bounds_ms[CLASSIFY_BUCKETS] = { 0.1, 0.25, 0.5, 1, 2.5, 5, 25, 100 };

struct inquiry_classifier {
    struct arena arena;
    struct inquiry_model *whole; /* NULL: there is none */
    struct axis_models *models;
    const struct desk_rules *rules;
    str name;
    atomic_llong buckets[CLASSIFY_BUCKETS], count, sum_us;
};

static err read_rules(struct inquiry_classifier *c, str path)
{
    str text = desk_rules_default();
    struct yaml_check check = yaml_check_init(path.len ? path : STR("the built-in words"), &c->arena);
    err e = path.len ? file_read(path, YAML_TEXT_MAX, &c->arena, &text) : OK;
    if (e.code) return e;
    c->rules = desk_rules_read(&check, text, &c->arena);
    struct sha256 d = sha256_of(text);
    c->name = str_fmt(&c->arena, "words-" STR_FMT, STR_ARG(hex_text((str){ (const char *)d.b, 4 }, &c->arena)));
    return yaml_result(&check);
}

/* One of all three questions: from the folder, or the one inside weir. */
static err read_whole(struct inquiry_classifier *c, bool inside, str folder, str encoder)
{
    str path = inside ? STR("") : str_fmt(&c->arena, STR_FMT "/inquiries.model", STR_ARG(folder));
    err e = inquiry_model_open(path, encoder, &c->whole);
    if (e.code) return e;
    str name = inquiry_model_name(c->whole, &c->arena);
    c->name = str_fmt(&c->arena, STR_FMT "+" STR_FMT, STR_ARG(c->name), STR_ARG(name));
    return OK;
}

/* Without one of all questions the folder has one for each; the registry may bring those at any time. */
static err read_models(struct inquiry_classifier *c, str models, str encoder)
{
    bool inside = STR_IS(models, INQUIRY_MODEL_INSIDE);
    err e = models.len ? read_whole(c, inside, models, encoder) : OK;
    bool each = e.code == ERR_NOT_FOUND;
    if (each) e = OK;
    return e.code ? e : axis_models_open(each ? models : STR(""), encoder, &c->models);
}

err inquiry_classifier_open(str rules, str models, str encoder, struct inquiry_classifier **out)
{
    struct inquiry_classifier *c = mem_new(sizeof *c);
    c->arena = arena_init(4 * YAML_ARENA_MAX);
    err e = read_rules(c, rules);
    if (!e.code) e = read_models(c, models, encoder);
    if (e.code) inquiry_classifier_close(c);
    else *out = c;
    return e;
}

void inquiry_classifier_close(struct inquiry_classifier *c)
{
    if (!c) return;
    axis_models_close(c->models);
    inquiry_model_close(c->whole);
    arena_done(&c->arena);
    mem_free(c);
}

const struct desk_rules *inquiry_classifier_words(const struct inquiry_classifier *c)
{
    return c->rules;
}

struct axis_models *inquiry_classifier_models(struct inquiry_classifier *c)
{
    return c->models;
}

static int64_t clock_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static double p_of(const struct desk_axis *axis, str label)
{
    for (size_t i = 0; i < axis->count; i++)
        if (str_eq(axis->items[i].label, label)) return axis->items[i].p;
    return 0;
}

#define OWN_SHARE (2.0 / 3) /* of what a model for one question says: it was taught by labels of this house */

/* What the model of all questions says, and where one for this question spoke as well, the mean of both: a product
 * would let the one that was never taught the words of this house overrule the other. */
static void join(const struct desk_axis *whole, const struct desk_axis *words, struct desk_axis *axis)
{
    bool spoke = false;
    for (size_t i = 0; i < axis->count; i++)
        spoke = spoke || fabs(axis->items[i].p - p_of(words, axis->items[i].label)) > 0;
    for (size_t i = 0; i < axis->count; i++) {
        double p = p_of(whole, axis->items[i].label);
        axis->items[i].p = spoke ? OWN_SHARE * axis->items[i].p + (1 - OWN_SHARE) * p : p;
    }
    desk_axis_sort(axis);
}

static void ask_models(struct inquiry_classifier *c, str subject, str body, struct arena *a, struct desk_verdict *out,
                       struct judged_by *by)
{
    struct desk_verdict words = *out, whole = *out;
    bool encoded = c->whole && inquiry_model_judge(c->whole, subject, body, a, &whole);
    axis_models_judge(c->models, c->name, subject, body, a, out, by);
    by->encoded = encoded;
    if (!c->whole) return;
    join(&whole.category, &words.category, &out->category);
    join(&whole.sentiment, &words.sentiment, &out->sentiment);
    join(&whole.urgency, &words.urgency, &out->urgency);
}

void inquiry_classify(struct inquiry_classifier *c, str subject, str body, struct arena *a, struct desk_verdict *out,
                      struct judged_by *by)
{
    int64_t before = clock_us();
    desk_judge(c->rules, subject, body, a, out);
    ask_models(c, subject, body, a, out, by);
    int64_t took = clock_us() - before;
    for (int i = 0; i < CLASSIFY_BUCKETS; i++)
        if ((double)took <= 1000 * classify_bounds_ms[i]) atomic_fetch_add(&c->buckets[i], 1);
    atomic_fetch_add(&c->count, 1);
    atomic_fetch_add(&c->sum_us, took);
}

struct classify_stats inquiry_classify_stats(struct inquiry_classifier *c)
{
    struct classify_stats out = { .count = atomic_load(&c->count), .sum_us = atomic_load(&c->sum_us) };
    for (int i = 0; i < CLASSIFY_BUCKETS; i++) out.buckets[i] = atomic_load(&c->buckets[i]);
    return out;
}
