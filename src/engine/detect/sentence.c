/* The sentence by which an alarm explains itself. */
#include <math.h>

#include "engine/detect/detect.h"

#define PART_TEXT(name, text) [DETECT_##name] = text,
static const char *const part_texts[DETECT_PARTS_ALL] = { DETECT_PART_LIST(PART_TEXT) };
#undef PART_TEXT

const char *detect_part_text(enum detect_part part)
{
    return part < DETECT_PARTS_ALL ? part_texts[part] : "";
}

/* What each part calls the number it shows. */
static const char *const subjects[DETECT_PARTS_ALL] = {
    [DETECT_POINT] = "the value is",
    [DETECT_SIZE] = "the value is",
    [DETECT_STEP] = "the value jumped to",
    [DETECT_LEVEL] = "the mean of the last samples is",
    [DETECT_DRIFT] = "the level has moved to",
    [DETECT_NOISE] = "from sample to sample it now changes by",
    [DETECT_FLAT] = "the value no longer moves; from sample to sample it changes by",
    [DETECT_PATTERN] = "the course of the last samples is unlike any before by",
    [DETECT_THRESHOLD] = "the value is",
    [DETECT_MISSING] = "no sample came for",
};

static str range_text(const struct detect_alarm *a, struct arena *mem)
{
    if (a->part == DETECT_THRESHOLD)
        return str_fmt(mem, "%s the limit %.6g", a->above ? "above" : "below", a->above ? a->high : a->low);
    if (a->part == DETECT_FLAT) return str_fmt(mem, "where %.4g was usual", a->low);
    if (a->part == DETECT_PATTERN) return str_fmt(mem, "at most %.2g was usual", a->high);
    if (a->part == DETECT_MISSING) return str_fmt(mem, "at most %.6g s is usual", a->high);
    return str_fmt(mem, "%s the usual %.4g to %.4g", a->above ? "above" : "below", a->low, a->high);
}

/* "%.2g" without its 3.1e+02. */
static str large_text(double n, const char *unit, struct arena *mem)
{
    if (n < 99.5) return str_fmt(mem, "%.2g %s samples", n, unit);
    return str_fmt(mem, "%.0f %s samples", (double)(int64_t)(n / 10 + 0.5) * 10, unit);
}

/* Two digits are as much as is known. */
static str rarity_text(double once_in, struct arena *mem)
{
    if (once_in >= 999.5e9) return STR("a trillion samples or more");
    if (once_in >= 999.5e6) return large_text(once_in / 1e9, "billion", mem);
    if (once_in >= 999.5e3) return large_text(once_in / 1e6, "million", mem);
    double unit = once_in >= 99500 ? 10000 : once_in >= 9950 ? 1000 : once_in >= 995 ? 100 : 10;
    return str_fmt(mem, "%.0f samples", (double)(int64_t)(once_in / unit + 0.5) * unit);
}

str detect_sentence(const struct detect_alarm *a, str unit, struct arena *mem)
{
    const char *subject = a->part < DETECT_PARTS_ALL ? subjects[a->part] : "";
    str u = a->part == DETECT_MISSING   ? STR("s")
            : a->part == DETECT_PATTERN ? STR("%")
                                        : unit,
        range = range_text(a, mem);
    int digits = a->part == DETECT_PATTERN ? 2 : 6;
    str out = str_fmt(mem, "%s %.*g%s" STR_FMT ", " STR_FMT, subject, digits, a->value, u.len ? " " : "", STR_ARG(u),
                      STR_ARG(range));
    if (a->part >= DETECT_LEARNED) return out;
    str rarity = rarity_text(a->once_in, mem);
    return str_fmt(mem, STR_FMT " (expected once in about " STR_FMT ")", STR_ARG(out), STR_ARG(rarity));
}
