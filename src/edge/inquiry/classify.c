#include "edge/inquiry/classify.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/hash.h"
#include "edge/files.h"
#include "edge/text/text_file.h"

const double classify_bounds_ms[CLASSIFY_BUCKETS] = { 0.1, 0.25, 0.5, 1, 2.5, 5, 25, 100 };

enum { AXES_JUDGED = 3 };
#define POOL_POWER 0.75 /* they are not quite independent: both see the same words */
static const char *const axis_names[AXES_JUDGED] = { "category", "sentiment", "urgency" };

struct inquiry_classifier {
    struct arena arena;
    struct text_file models[AXES_JUDGED]; /* map NULL: there is none */
    struct text_encoder encoder;
    struct text_guess guess;
    pthread_mutex_t lock; /* of models, encoder and guess: their scratch is one */
    bool any_model;
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

/* Those that are there; their digests go into the name. */
static err read_models(struct inquiry_classifier *c, str folder, str encoder)
{
    uint64_t checks = 0;
    bool vectors = false;
    err e = OK;
    for (int i = 0; folder.len && i < AXES_JUDGED && !e.code; i++) {
        e = text_file_open(str_fmt(&c->arena, STR_FMT "/%s.model", STR_ARG(folder), axis_names[i]), &c->models[i]);
        if (e.code == ERR_NOT_FOUND) e = OK;
        if (!c->models[i].map) continue;
        checks = hash64_more(checks, (str){ (const char *)&c->models[i].model.head->check, sizeof(uint64_t) });
        vectors = vectors || c->models[i].model.head->dims > 0;
        c->any_model = true;
    }
    if (!e.code && folder.len && !c->any_model)
        e = err_make(ERR_NOT_FOUND, STR_FMT ": expected category.model, sentiment.model or urgency.model",
                     STR_ARG(folder));
    if (!e.code && vectors) e = text_encoder_open(encoder, false, &c->encoder);
    if (!e.code && c->any_model)
        c->name = str_fmt(&c->arena, STR_FMT "+models-%08x%s", STR_ARG(c->name), (unsigned)(checks >> 32),
                          c->encoder.scratch ? "" : "-without-encoder");
    return e;
}

err inquiry_classifier_open(str rules, str models, str encoder, struct inquiry_classifier **out)
{
    struct inquiry_classifier *c = mem_new(sizeof *c);
    c->arena = arena_init(4 * YAML_ARENA_MAX);
    (void)pthread_mutex_init(&c->lock, NULL);
    err e = read_rules(c, rules);
    if (!e.code) e = read_models(c, models, encoder);
    if (e.code) inquiry_classifier_close(c);
    else *out = c;
    return e;
}

void inquiry_classifier_close(struct inquiry_classifier *c)
{
    if (!c) return;
    for (int i = 0; i < AXES_JUDGED; i++) text_file_close(&c->models[i]);
    text_encoder_close(&c->encoder);
    (void)pthread_mutex_destroy(&c->lock);
    arena_done(&c->arena);
    mem_free(c);
}

/* The model's probability of a label of the words; what the model does not know it leaves as the words have it. */
static double told(const struct text_model *m, const struct text_guess *g, str label)
{
    for (size_t i = 0; i < m->head->classes; i++)
        if (str_eq(text_label(m, i), label)) return (double)g->p[i];
    return 1.0 / (double)m->head->classes;
}

/* Words and model are two witnesses: their odds multiply (a logarithmic pool, Genest and Zidek, 1986). */
static void pool(const struct text_model *m, const struct text_guess *g, struct desk_axis *axis)
{
    double sum = 0;
    for (size_t i = 0; i < axis->count; i++)
        sum += axis->items[i].p =
            pow((axis->items[i].p + 1e-4) * (told(m, g, axis->items[i].label) + 1e-4), POOL_POWER);
    for (size_t i = 0; i < axis->count; i++) axis->items[i].p /= sum;
    for (size_t i = 1; i < axis->count; i++)
        for (size_t j = i; j && axis->items[j].p > axis->items[j - 1].p; j--) {
            struct desk_score swap = axis->items[j];
            axis->items[j] = axis->items[j - 1];
            axis->items[j - 1] = swap;
        }
}

static void ask_models(struct inquiry_classifier *c, str subject, str body, struct arena *a, struct desk_verdict *out)
{
    struct desk_axis *const axes[AXES_JUDGED] = { &out->category, &out->sentiment, &out->urgency };
    str text = str_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(str_cut(subject, 0, 1000)), STR_ARG(desk_plain(body, a)));
    float vector[ENCODE_DIM];
    (void)pthread_mutex_lock(&c->lock);
    if (c->encoder.scratch) encode_texts(&c->encoder.file.model, c->encoder.scratch, &text, 1, vector);
    for (int i = 0; i < AXES_JUDGED; i++) {
        if (!c->models[i].map) continue;
        text_classify(&c->models[i].model, text, c->encoder.scratch ? vector : NULL, c->models[i].work, &c->guess);
        pool(&c->models[i].model, &c->guess, axes[i]);
    }
    (void)pthread_mutex_unlock(&c->lock);
}

str inquiry_classifier_name(const struct inquiry_classifier *c)
{
    return c->name;
}

static int64_t clock_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void inquiry_classify(struct inquiry_classifier *c, str subject, str body, struct arena *a, struct desk_verdict *out)
{
    int64_t before = clock_us();
    desk_judge(c->rules, subject, body, a, out);
    if (c->any_model) ask_models(c, subject, body, a, out);
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
