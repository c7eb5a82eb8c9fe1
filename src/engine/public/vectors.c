/* Two sets of vectors, or of texts: do they come from one distribution? */
#include "engine/detect/domain_classifier.h"
#include "engine/detect/mmd.h"
#include "engine/public/public.h"
#include "weir/drift.h"

enum { SLACK = 2 << 20, ROW_BYTES = 512, DIM_BYTES = 2048, NUMBER_BYTES = 32, WORD_BYTES = 48 };

size_t weir_mmd_memory(size_t dims)
{
    return SLACK + (dims < MMD_DIMS_MAX ? dims : MMD_DIMS_MAX) * DIM_BYTES;
}

int weir_mmd(const double *reference, size_t m, const double *current, size_t n, size_t dims, uint64_t seed,
             struct weir_memory memory, struct weir_mmd_result *out, struct weir_error *error)
{
    struct mmd_result r;
    struct arena a = public_arena(memory);
    err e = mmd_test(reference, m, current, n, dims, seed, &a, &r);
    if (!e.code)
        *out = (struct weir_mmd_result){
            .distance = r.distance, .excess = r.excess, .p = r.p, .rows = { r.reference, r.current }
        };
    return public_error(e, error);
}

static size_t rows_used(size_t m, size_t n)
{
    return (m < DOMAIN_ROWS_MAX ? m : DOMAIN_ROWS_MAX) + (n < DOMAIN_ROWS_MAX ? n : DOMAIN_ROWS_MAX);
}

size_t weir_domain_memory(size_t m, size_t n, size_t dims)
{
    size_t columns = dims < DOMAIN_DIMS_MAX ? dims : DOMAIN_DIMS_MAX;
    return SLACK + rows_used(m, n) * (ROW_BYTES + columns * NUMBER_BYTES) + columns * DIM_BYTES;
}

size_t weir_domain_texts_memory(size_t m, size_t n, size_t bytes)
{
    size_t rows = rows_used(m, n), words = rows * DOMAIN_WORDS_MAX;
    return 8 * SLACK + (m + n) * sizeof(str) + rows * ROW_BYTES +
           (bytes / 2 < words ? bytes / 2 + rows : words) * WORD_BYTES;
}

static err classified(const struct domain_rows *rows, struct arena *a, struct weir_domain *out)
{
    struct domain_result r;
    err e = domain_classify(rows, a, &r);
    if (e.code) return e;
    *out =
        (struct weir_domain){ .auc = r.auc, .p = r.p, .rows = { r.reference, r.current }, .term_count = r.term_count };
    for (size_t i = 0; i < r.term_count; i++) {
        uint32_t column = r.terms[i].column;
        str name = rows->names ? rows->names[column] : STR("");
        out->terms[i] = (struct weir_domain_term){ column, r.terms[i].weight, { name.ptr, name.len } };
    }
    return OK;
}

int weir_domain(const double *reference, size_t m, const double *current, size_t n, size_t dims,
                struct weir_memory memory, struct weir_domain *out, struct weir_error *error)
{
    struct domain_rows rows = { 0 };
    struct arena a = public_arena(memory);
    err e = domain_numbers(reference, m, current, n, dims, &a, &rows);
    if (!e.code) e = classified(&rows, &a, out);
    return public_error(e, error);
}

static const str *inner_texts(const struct weir_text *texts, size_t n, struct arena *a)
{
    str *to = n < SIZE_MAX / sizeof *to ? arena_try(a, n * sizeof *to + 1) : NULL;
    for (size_t i = 0; to && i < n; i++)
        to[i] = (str){ texts[i].ptr ? texts[i].ptr : "", texts[i].ptr ? texts[i].len : 0 };
    return to;
}

int weir_domain_texts(const struct weir_text *reference, size_t m, const struct weir_text *current, size_t n,
                      struct weir_memory memory, struct weir_domain *out, struct weir_error *error)
{
    struct domain_rows rows = { 0 };
    struct arena a = public_arena(memory);
    const str *ref = inner_texts(reference, m, &a), *cur = inner_texts(current, n, &a);
    err e = ref && cur ? domain_texts(ref, m, cur, n, &a, &rows)
                       : err_make(ERR_LIMIT, "memory: %zu bytes are too few", memory.size);
    if (!e.code) e = classified(&rows, &a, out);
    return public_error(e, error);
}
