/* Any texts and any numbers make rows that are in order (columns within bounds, a row's ascending, every value finite),
 * and the classifier and MMD give chances of numbers. */
#include <assert.h>
#include <math.h>

#include "engine/detect/domain_classifier.h"
#include "engine/detect/mmd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = DOMAIN_ROWS_MIN };

static void check_rows(const struct domain_rows *d)
{
    const struct sparse *x = &d->x;
    assert(x->start[0] == 0);
    for (uint32_t i = 0; i < x->rows; i++)
        for (uint32_t k = x->start[i]; k < x->start[i + 1]; k++) {
            assert(x->index[k] < x->columns && isfinite(x->value[k]));
            assert(k == x->start[i] || x->index[k] > x->index[k - 1]);
        }
}

static void check_result(const struct domain_rows *d, struct arena *a)
{
    struct domain_result r;
    assert(!domain_classify(d, a, &r).code);
    assert(r.p >= 0 && r.p <= 1 && r.auc >= 0 && r.auc <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init(64 << 20);
    struct domain_rows d;
    struct mmd_result m;
    str text[2 * ROWS] = { { 0 } };
    size_t each = size / (2 * ROWS), dims = size / (2 * ROWS * sizeof(double));
    for (size_t i = 0; i < 2 * ROWS; i++) text[i] = (str){ (const char *)data + i * each, each };
    assert(!domain_texts(text, ROWS, text + ROWS, ROWS, &a, &d).code);
    check_rows(&d);
    if (dims && dims <= 16) {
        double *v = arena_new(&a, 2 * ROWS * dims * sizeof *v);
        memcpy(v, data, 2 * ROWS * dims * sizeof *v);
        assert(!domain_numbers(v, ROWS, v + ROWS * dims, ROWS, dims, &a, &d).code);
        check_rows(&d);
        check_result(&d, &a);
        err e = mmd_test(v, ROWS, v + ROWS * dims, ROWS, dims, 1, &a, &m);
        assert(e.code == ERR_INPUT || (!e.code && m.p >= 0 && m.p <= 1));
    }
    arena_done(&a);
    return 0;
}
