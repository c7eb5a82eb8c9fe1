#include "engine/text/text_zero.h"

#include <math.h>

#define SHARPNESS 30.0F /* of the softmax over cosines */
#define PRIOR 0.5F      /* a name weighs as much as half of the texts of an average class */

static const struct {
    const char *before, *after;
} sentences[TEXT_ZERO_SENTENCES] = {
    { "", "" },
    { "This is about ", "." },
    { "My question is about ", "." },
    { "I need help with ", "." },
};

str text_zero_name(str label, struct arena *a)
{
    str name = str_dup(a, label);
    char *p = (char *)(uintptr_t)name.ptr;
    for (size_t i = 0; i < name.len; i++)
        if (p[i] == '_' || p[i] == '-' || p[i] == '?') p[i] = ' ';
    return str_trim(name);
}

void text_zero_sentences(str label, str says, struct arena *a, str out[TEXT_ZERO_SENTENCES])
{
    if (!says.len) says = text_zero_name(str_utf8_prefix(label, TEXT_ZERO_BYTES_MAX), a);
    says = str_utf8_prefix(says, TEXT_ZERO_BYTES_MAX);
    for (size_t i = 0; i < TEXT_ZERO_SENTENCES; i++)
        out[i] = str_fmt(a, "%s" STR_FMT "%s", sentences[i].before, STR_ARG(says), sentences[i].after);
}

void text_zero_names(const float *vectors, size_t classes, size_t dims, float *names)
{
    memset(names, 0, classes * dims * sizeof *names);
    for (size_t c = 0; c < classes; c++)
        for (size_t i = 0; i < TEXT_ZERO_SENTENCES; i++)
            for (size_t k = 0; k < dims; k++)
                names[c * dims + k] += vectors[(c * TEXT_ZERO_SENTENCES + i) * dims + k];
}

static void to_length_one(float *v, size_t dims)
{
    float norm = 0;
    for (size_t k = 0; k < dims; k++) norm += v[k] * v[k];
    for (size_t k = 0; norm > 0 && k < dims; k++) v[k] /= sqrtf(norm);
}

/* Take the mean off, when asked, and give every row the length 1. */
static void settle(const float *from, size_t rows, size_t dims, bool centred, float *mean, float *to)
{
    memset(mean, 0, dims * sizeof *mean);
    for (size_t i = 0; i < rows && centred; i++)
        for (size_t k = 0; k < dims; k++) mean[k] += from[i * dims + k] / (float)rows;
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < dims; k++) to[i * dims + k] = from[i * dims + k] - mean[k];
        to_length_one(to + i * dims, dims);
    }
}

static float dot(const float *a, const float *b, size_t n)
{
    float s[8] = { 0 }, all = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++) s[k] += a[i + k] * b[i + k];
    for (; i < n; i++) all += a[i] * b[i];
    for (size_t k = 0; k < 8; k++) all += s[k];
    return all;
}

static void choose(const float *centre, size_t classes, const float *x, size_t dims, float *p)
{
    float most = -INFINITY, all = 0;
    for (size_t c = 0; c < classes; c++) {
        p[c] = SHARPNESS * dot(centre + c * dims, x, dims);
        most = fmaxf(most, p[c]);
    }
    for (size_t c = 0; c < classes; c++) all += p[c] = expf(p[c] - most);
    for (size_t c = 0; c < classes; c++) p[c] /= all;
}

/* New centres: the names, and the texts that chose them. */
static void move(const float *name, size_t classes, const float *x, size_t rows, size_t dims, const float *p,
                 float *centre)
{
    float weight = PRIOR * (float)rows / (float)classes;
    for (size_t i = 0; i < classes * dims; i++) centre[i] = weight * name[i];
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < classes; c++)
            for (size_t k = 0; p[i * classes + c] > 1e-4F && k < dims; k++)
                centre[c * dims + k] += p[i * classes + c] * x[i * dims + k];
    for (size_t c = 0; c < classes; c++) to_length_one(centre + c * dims, dims);
}

err text_zero(const float *names, size_t classes, const float *text, size_t rows, size_t dims, struct arena *a,
              float *p)
{
    bool many = rows >= TEXT_ZERO_MANY * classes && classes > 1;
    float *mean = arena_try(a, dims * sizeof *mean), *name = arena_try(a, classes * dims * sizeof *name),
          *centre = arena_try(a, classes * dims * sizeof *centre), *x = arena_try(a, rows * dims * sizeof *x);
    if (!mean || !name || !centre || !x) return err_make(ERR_LIMIT, "%zu texts are too many at once", rows);
    settle(names, classes, dims, many, mean, name);
    settle(text, rows, dims, many, mean, x);
    memcpy(centre, name, classes * dims * sizeof *centre);
    for (size_t step = 0; step <= (many ? TEXT_ZERO_STEPS : 0); step++) {
        if (step) move(name, classes, x, rows, dims, p, centre);
        for (size_t i = 0; i < rows; i++) choose(centre, classes, x + i * dims, dims, p + i * classes);
    }
    return OK;
}

size_t text_zero_best(const float *p, size_t classes)
{
    size_t best = 0;
    for (size_t c = 1; c < classes; c++)
        if (p[c] > p[best]) best = c;
    return best;
}
