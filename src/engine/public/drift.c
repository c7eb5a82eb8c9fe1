/* weir/drift.h over engine/detect: whole columns and sketches. */
#include "weir/drift.h"

#include <assert.h>
#include <math.h>

#include "engine/detect/drift.h"
#include "engine/public/public.h"

static_assert(WEIR_DRIFT_PARTS == (int)DRIFT_PARTS && WEIR_DRIFT_QUANTILES == (int)DRIFT_SUMMARY,
              "public sizes are the inner ones");

enum { SENTENCE_ROOM = 4 << 10, ROWS_MAX = 1 << 30, COMPARE_ROOM = 4 << 20 };

const char *weir_drift_part_name(int part)
{
    return part >= 0 && part < WEIR_DRIFT_PARTS ? drift_part_text((enum drift_part)part) : "";
}

const char *weir_drift_part_unit(int part)
{
    return part >= 0 && part < WEIR_DRIFT_PARTS ? drift_part_unit((enum drift_part)part) : "";
}

static void put_verdict(const struct drift_verdict *v, struct weir_drift *out)
{
    out->drift = v->drift;
    out->loudest = (int)v->loudest;
    out->p = v->p;
    out->adjusted = v->adjusted;
    for (size_t i = 0; i < WEIR_DRIFT_PARTS; i++)
        out->part[i] = (struct weir_drift_part){ .active = v->part[i].active, .big = v->part[i].big, .p = v->part[i].p,
                                                 .charged = v->part[i].charged, .effect = v->part[i].effect };
}

static void put_sentence(str said, struct weir_drift *out)
{
    str kept = str_utf8_prefix(said, sizeof out->sentence - 1);
    memcpy(out->sentence, kept.ptr, kept.len);
    out->sentence[kept.len] = 0;
}

static void judge_alone(struct drift_verdict *v, const struct drift_config *config)
{
    uint32_t one;
    (void)drift_decide(v, 1, config, &one);
}

static void put_numbers(const struct drift_numbers *n, struct weir_drift *out)
{
    struct drift_config config = drift_config_default();
    struct drift_verdict v;
    char room[SENTENCE_ROOM];
    struct arena a = arena_over(room, sizeof room);
    drift_judge_numbers(n, &config, &v);
    judge_alone(&v, &config);
    *out = (struct weir_drift){ .psi = n->psi,
                                .js = n->js,
                                .ks = n->ks,
                                .ks_p = n->ks_p,
                                .kuiper = n->kuiper,
                                .wasserstein = n->wasserstein,
                                .chi2 = NAN,
                                .chi2_freedom = NAN,
                                .chi2_p = NAN,
                                .cramers_v = NAN,
                                .moved = NAN };
    for (int i = 0; i < 2; i++) {
        const struct drift_side *side = &n->side[i];
        out->rows[i] = side->rows;
        out->missing[i] = side->missing;
        out->distinct[i] = side->distinct;
        out->mean[i] = side->mean;
        out->sd[i] = side->sd;
        memcpy(out->quantile[i], side->quantile, sizeof side->quantile);
    }
    put_verdict(&v, out);
    put_sentence(drift_sentence_numbers(n, &v, &a), out);
}

static void put_counts(const struct drift_counts *c, struct weir_drift *out)
{
    struct drift_config config = drift_config_default();
    struct drift_verdict v;
    char room[SENTENCE_ROOM];
    struct arena a = arena_over(room, sizeof room);
    drift_judge_words(c, &config, &v);
    judge_alone(&v, &config);
    *out = (struct weir_drift){ .psi = c->psi,
                                .js = c->js,
                                .ks = NAN,
                                .ks_p = NAN,
                                .kuiper = NAN,
                                .wasserstein = NAN,
                                .chi2 = c->chi2,
                                .chi2_freedom = c->chi2_freedom,
                                .chi2_p = c->chi2_p,
                                .cramers_v = c->cramers_v,
                                .moved = c->moved,
                                .new_values = c->new_count,
                                .vanished_values = c->vanished_count };
    for (int i = 0; i < 2; i++) {
        out->rows[i] = c->rows[i];
        out->missing[i] = c->missing[i];
        out->distinct[i] = c->distinct[i];
        out->mean[i] = out->sd[i] = NAN;
        for (size_t q = 0; q < WEIR_DRIFT_QUANTILES; q++) out->quantile[i][q] = NAN;
    }
    put_verdict(&v, out);
    put_sentence(drift_sentence_words(c, &v, &a), out);
}

static err check_rows(size_t m, size_t n)
{
    if (m > ROWS_MAX || n > ROWS_MAX) return err_make(ERR_INPUT, "samples: at most %d rows each", ROWS_MAX);
    return OK;
}

static err too_small(size_t given, size_t needed)
{
    return err_make(ERR_LIMIT, "memory: %zu bytes were given, %zu are needed", given, needed);
}

static double *copy_of(struct arena *a, const double *values, size_t n)
{
    double *copy = arena_try(a, (n ? n : 1) * sizeof *copy);
    if (copy && n) memcpy(copy, values, n * sizeof *copy);
    return copy;
}

size_t weir_drift_numbers_memory(size_t reference, size_t current)
{
    size_t most = reference > current ? reference : current;
    return (reference + current + most) * sizeof(double) + 256;
}

int weir_drift_numbers(const double *reference, size_t m, const double *current, size_t n, struct weir_memory memory,
                       struct weir_drift *out, struct weir_error *error)
{
    struct drift_numbers numbers;
    struct arena a = public_arena(memory);
    err e = check_rows(m, n);
    if (e.code) return public_error(e, error);
    double *ref = copy_of(&a, reference, m), *cur = copy_of(&a, current, n),
           *scratch = arena_try(&a, (m > n ? m : n) * sizeof *scratch);
    if (!ref || !cur || !scratch) return public_error(too_small(memory.size, weir_drift_numbers_memory(m, n)), error);
    drift_compare_values(ref, m, cur, n, scratch, &numbers);
    put_numbers(&numbers, out);
    return public_error(OK, error);
}

size_t weir_drift_words_memory(void)
{
    return 2 * sizeof(struct drift_words) + COMPARE_ROOM;
}

static void add_texts(struct drift_words *w, const struct weir_text *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (values[i].ptr) drift_words_add(w, (str){ values[i].ptr, values[i].len }, 1);
        else drift_words_add_missing(w, 1);
}

static struct drift_words *count_words(struct arena *a, const struct weir_text *values, size_t n)
{
    struct drift_words *w = arena_try(a, sizeof *w);
    if (!w) return NULL;
    drift_words_init(w);
    add_texts(w, values, n);
    return w;
}

int weir_drift_words(const struct weir_text *reference, size_t m, const struct weir_text *current, size_t n,
                     struct weir_memory memory, struct weir_drift *out, struct weir_error *error)
{
    struct drift_counts counts;
    struct arena a = public_arena(memory);
    err e = check_rows(m, n);
    if (e.code) return public_error(e, error);
    struct drift_words *ref = count_words(&a, reference, m), *cur = count_words(&a, current, n);
    if (!ref || !cur) e = too_small(memory.size, weir_drift_words_memory());
    else e = drift_compare_words(ref, cur, &a, &counts);
    if (!e.code) put_counts(&counts, out);
    return public_error(e, error);
}

/* ---- columns together ---- */

size_t weir_drift_decide_memory(size_t columns)
{
    return columns * (sizeof(struct drift_verdict) + sizeof(uint32_t)) + 256;
}

int weir_drift_decide(struct weir_drift *columns, size_t n, double alarm, struct weir_memory memory,
                      struct weir_error *error)
{
    struct drift_config config = drift_config_default();
    struct arena a = public_arena(memory);
    if (!(alarm >= 0 && alarm < 0.5))
        return public_error(err_make(ERR_INPUT, "alarm: %g is not in 0 .. 0.5", alarm), error);
    if (alarm > 0) config.alarm = alarm;
    struct drift_verdict *v = n > ROWS_MAX ? NULL : arena_try(&a, n * sizeof *v + 1);
    uint32_t *scratch = n > ROWS_MAX ? NULL : arena_try(&a, n * sizeof *scratch + 1);
    if (!v || !scratch) return public_error(too_small(memory.size, weir_drift_decide_memory(n)), error);
    for (size_t i = 0; i < n; i++) v[i] = (struct drift_verdict){ .p = columns[i].p };
    (void)drift_decide(v, n, &config, scratch);
    for (size_t i = 0; i < n; i++) {
        columns[i].drift = v[i].drift;
        columns[i].adjusted = v[i].adjusted;
    }
    return public_error(OK, error);
}

/* ---- sketches ---- */

struct weir_sketch {
    struct drift_sketch sketch;
};

size_t weir_sketch_size(void)
{
    return sizeof(struct weir_sketch);
}

int weir_sketch_init(void *memory, size_t size, weir_sketch **out, struct weir_error *error)
{
    err e = public_room(memory, size, sizeof(struct weir_sketch), _Alignof(struct weir_sketch));
    if (!e.code) {
        *out = memory;
        drift_sketch_init(&(*out)->sketch);
    }
    return public_error(e, error);
}

void weir_sketch_add(weir_sketch *s, const double *values, size_t n)
{
    drift_sketch_add(&s->sketch, values, n);
}

void weir_sketch_merge(weir_sketch *s, const weir_sketch *from)
{
    drift_sketch_merge(&s->sketch, &from->sketch);
}

size_t weir_drift_sketches_memory(void)
{
    return COMPARE_ROOM;
}

int weir_drift_sketches(const weir_sketch *reference, const weir_sketch *current, struct weir_memory memory,
                        struct weir_drift *out, struct weir_error *error)
{
    struct drift_numbers numbers;
    struct arena a = public_arena(memory);
    err e = drift_compare_sketches(&reference->sketch, &current->sketch, &a, &numbers);
    if (!e.code) put_numbers(&numbers, out);
    return public_error(e, error);
}

struct weir_words {
    struct drift_words words;
};

size_t weir_words_size(void)
{
    return sizeof(struct weir_words);
}

int weir_words_init(void *memory, size_t size, weir_words **out, struct weir_error *error)
{
    err e = public_room(memory, size, sizeof(struct weir_words), _Alignof(struct weir_words));
    if (!e.code) {
        *out = memory;
        drift_words_init(&(*out)->words);
    }
    return public_error(e, error);
}

void weir_words_add(weir_words *w, const struct weir_text *values, size_t n)
{
    add_texts(&w->words, values, n);
}

void weir_words_merge(weir_words *w, const weir_words *from)
{
    drift_words_merge(&w->words, &from->words);
}

size_t weir_drift_counted_memory(void)
{
    return COMPARE_ROOM;
}

int weir_drift_counted(const weir_words *reference, const weir_words *current, struct weir_memory memory,
                       struct weir_drift *out, struct weir_error *error)
{
    struct drift_counts counts;
    struct arena a = public_arena(memory);
    err e = drift_compare_words(&reference->words, &current->words, &a, &counts);
    if (!e.code) put_counts(&counts, out);
    return public_error(e, error);
}
