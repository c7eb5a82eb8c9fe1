/* weir/estimate.h over engine/detect: performance without labels. */
#include "weir/estimate.h"

#include <assert.h>

#include "engine/detect/cbpe.h"
#include "engine/public/public.h"

static_assert(WEIR_METRICS == (int)CBPE_METRICS && (int)WEIR_CALIBRATE_NEVER == (int)CBPE_NEVER,
              "public numbers are the inner ones");

enum { MODEL_BYTES = 64, FIT_BYTES = 256, ESTIMATE_BYTES = 96, SLACK = 1 << 12 }; /* the first three a row */

struct weir_estimator {
    struct arena arena; /* over the rest of the caller's memory: the calibration lives there */
    struct cbpe model;
};

const char *weir_metric_name(int metric)
{
    return metric >= 0 && metric < WEIR_METRICS ? cbpe_metric_text((enum cbpe_metric)metric) : "";
}

static size_t bytes_of(size_t rows, size_t each)
{
    return rows > CBPE_ROWS_MAX ? SLACK : rows * each + SLACK;
}

size_t weir_estimator_size(size_t rows)
{
    return sizeof(struct weir_estimator) + bytes_of(rows, MODEL_BYTES);
}

size_t weir_estimator_work(size_t rows)
{
    return bytes_of(rows, FIT_BYTES);
}

size_t weir_estimate_work(size_t rows)
{
    return bytes_of(rows, ESTIMATE_BYTES);
}

static struct cbpe_rows inner_rows(const struct weir_answers *a)
{
    return (struct cbpe_rows){ .proba = a->proba, .predicted = a->predicted, .label = a->label, .n = a->n };
}

int weir_estimator_init(void *memory, size_t size, const struct weir_answers *reference, size_t chunk, int calibration,
                        struct weir_memory work, weir_estimator **out, struct weir_error *error)
{
    struct cbpe_rows rows = inner_rows(reference);
    struct arena scratch = public_arena(work);
    err e = public_room(memory, size, sizeof(struct weir_estimator), _Alignof(struct weir_estimator));
    if (!e.code && (calibration < 0 || calibration > WEIR_CALIBRATE_NEVER))
        e = err_make(ERR_INPUT, "calibration: %d is none of enum weir_calibration", calibration);
    if (!e.code && chunk == 0) e = err_make(ERR_INPUT, "chunk: a chunk has rows");
    if (!e.code && !rows.label) e = err_make(ERR_INPUT, "reference: the labels are missing");
    if (e.code) return public_error(e, error);
    weir_estimator *made = memory;
    made->arena = arena_over((char *)memory + sizeof *made, size - sizeof *made);
    e = cbpe_fit(&rows, chunk, (enum cbpe_calibration)calibration, &made->arena, &scratch, &made->model);
    if (!e.code) *out = made;
    return public_error(e, error);
}

int weir_estimator_calibrated(const weir_estimator *e)
{
    return e->model.calibrated;
}

int weir_estimate(const weir_estimator *estimator, const struct weir_answers *chunk, struct weir_memory work,
                  struct weir_estimate out[WEIR_METRICS], struct weir_error *error)
{
    struct cbpe_estimate found[CBPE_METRICS];
    struct cbpe_rows rows = inner_rows(chunk);
    struct arena scratch = public_arena(work);
    err e = cbpe_estimate(&estimator->model, &rows, &scratch, found);
    for (int i = 0; !e.code && i < WEIR_METRICS; i++)
        out[i] = (struct weir_estimate){ found[i].value, found[i].error,    found[i].low,
                                         found[i].high,  found[i].realized, found[i].alert };
    return public_error(e, error);
}
