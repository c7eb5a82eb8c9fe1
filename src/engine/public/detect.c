/* weir/detect.h over engine/detect. */
#include "weir/detect.h"

#include <math.h>

#include "engine/detect/adwin.h"
#include "engine/detect/detect.h"
#include "engine/public/public.h"

static_assert(WEIR_ALARMS_ONE >= DETECT_ALARMS_MAX, "room for the alarms of one sample");

struct weir_detector {
    struct detect_series series;
};

void weir_detect_options_default(struct weir_detect_options *options)
{
    *options = (struct weir_detect_options){ .sensitivity = 1, .above = NAN, .below = NAN };
}

static err inner_config(const struct weir_detect_options *options, struct detect_config *out)
{
    *out = detect_config_default();
    if (!options) return OK;
    out->counter = options->counter != 0;
    out->sensitivity = options->sensitivity;
    if (!isnan(options->above) || !isnan(options->below)) {
        out->threshold_count = 1;
        out->thresholds[0] = (struct detect_threshold){ .above = options->above, .below = options->below,
                                                        .hysteresis = options->hysteresis, .hold = options->hold_us };
    }
    return detect_config_check(out);
}

size_t weir_detector_size(void)
{
    return sizeof(struct weir_detector);
}

int weir_detector_init(void *memory, size_t size, const struct weir_detect_options *options, weir_detector **out,
                       struct weir_error *error)
{
    struct detect_config config;
    err e = public_room(memory, size, sizeof(struct weir_detector), _Alignof(struct weir_detector));
    if (!e.code) e = inner_config(options, &config);
    if (!e.code) {
        *out = memory;
        detect_init(&(*out)->series, &config);
    }
    return public_error(e, error);
}

static struct weir_alarm outer_alarm(const struct detect_alarm *a)
{
    return (struct weir_alarm){ .part = (int)a->part,
                                .over = a->over,
                                .above = a->above,
                                .start = a->start,
                                .end = a->end,
                                .value = a->value,
                                .low = a->low,
                                .high = a->high,
                                .score = a->score,
                                .once_in = a->once_in };
}

size_t weir_detector_feed(weir_detector *d, const int64_t *times, const double *values, size_t n, double *scores,
                          struct weir_alarm *alarms, size_t room, size_t *count)
{
    size_t i = 0;
    for (*count = 0; i < n && *count + WEIR_ALARMS_ONE <= room; i++) {
        struct detect_alarm raised[DETECT_ALARMS_MAX];
        size_t k = detect_sample(&d->series, times[i], values[i], raised);
        if (scores) scores[i] = detect_score(&d->series);
        for (size_t j = 0; j < k; j++) alarms[(*count)++] = outer_alarm(&raised[j]);
    }
    return i;
}

int weir_detector_is_open(const weir_detector *d)
{
    return detect_is_open(&d->series);
}

const char *weir_part_name(int part)
{
    return part >= 0 && part < DETECT_PARTS_ALL ? detect_part_text((enum detect_part)part) : "";
}

size_t weir_alarm_sentence(const struct weir_alarm *alarm, const char *unit, char *out, size_t size)
{
    char memory[2048];
    struct arena a = arena_over(memory, sizeof memory);
    struct detect_alarm inner = { .part = (enum detect_part)alarm->part, .over = alarm->over, .above = alarm->above,
                                  .start = alarm->start, .end = alarm->end, .value = alarm->value, .low = alarm->low,
                                  .high = alarm->high, .score = alarm->score, .once_in = alarm->once_in };
    str short_unit = str_utf8_prefix(str_of(unit), 32);
    str said = weir_part_name(alarm->part)[0] ? detect_sentence(&inner, short_unit, &a) : STR("");
    str kept = str_utf8_prefix(said, size ? size - 1 : 0);
    if (size) {
        memcpy(out, kept.ptr, kept.len);
        out[kept.len] = 0;
    }
    return said.len;
}

size_t weir_detector_saved_size(void)
{
    return sizeof(struct detect_snapshot);
}

int weir_detector_save(const weir_detector *d, void *out, size_t size, struct weir_error *error)
{
    err e = public_room(out, size, sizeof(struct detect_snapshot), _Alignof(struct detect_snapshot));
    if (!e.code) detect_save(&d->series, out);
    return public_error(e, error);
}

int weir_detector_load(void *memory, size_t size, const struct weir_detect_options *options, const void *saved,
                       size_t saved_size, weir_detector **out, struct weir_error *error)
{
    struct detect_config config;
    err e = public_room(memory, size, sizeof(struct weir_detector), _Alignof(struct weir_detector));
    if (!e.code) e = inner_config(options, &config);
    if (!e.code) e = detect_load(&((weir_detector *)memory)->series, &config, (str){ saved, saved_size });
    if (!e.code) *out = memory;
    return public_error(e, error);
}

/* ---- ADWIN ---- */

struct weir_adwin {
    struct adwin window;
};

size_t weir_adwin_size(void)
{
    return sizeof(struct weir_adwin);
}

int weir_adwin_init(void *memory, size_t size, double delta, weir_adwin **out, struct weir_error *error)
{
    err e = public_room(memory, size, sizeof(struct weir_adwin), _Alignof(struct weir_adwin));
    if (!e.code && !(delta >= 0 && delta <= 1)) e = err_make(ERR_INPUT, "delta: %g is not in (0, 1]", delta);
    if (!e.code) {
        *out = memory;
        adwin_init(&(*out)->window, delta > 0 ? delta : ADWIN_DELTA);
    }
    return public_error(e, error);
}

size_t weir_adwin_feed(weir_adwin *a, const double *values, size_t n, int *changed)
{
    *changed = 0;
    for (size_t i = 0; i < n; i++)
        if (adwin_add(&a->window, values[i])) {
            *changed = 1;
            return i + 1;
        }
    return n;
}

double weir_adwin_mean(const weir_adwin *a)
{
    return adwin_mean(&a->window);
}

double weir_adwin_width(const weir_adwin *a)
{
    return a->window.width;
}
