#include "engine/lineage/deviation.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { DIGITS = 8, DIGIT_VALUES = 256 };

/* The bits of a number in an order that is that of the numbers: negative ones turned round, the others behind them. */
static uint64_t key_of(uint64_t bits)
{
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static uint64_t bits_of(uint64_t key)
{
    return key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
}

static uint64_t get(const double *v, size_t i)
{
    uint64_t bits;
    memcpy(&bits, v + i, sizeof bits);
    return bits;
}

static void put(double *v, size_t i, uint64_t bits)
{
    memcpy(v + i, &bits, sizeof bits);
}

/* From counts to places. */
static void add_up(uint32_t count[DIGIT_VALUES])
{
    uint32_t at = 0;
    for (size_t k = 0; k < DIGIT_VALUES; k++) {
        uint32_t here = count[k];
        count[k] = at;
        at += here;
    }
}

/* Radix sort, byte by byte from the least: a few microseconds for a few hundred values, and no bad case that an
 * outsider could feed. Bytes that are the same in all values are skipped. Between the passes v and spare hold keys, not
 * numbers. */
static void sort(double *v, size_t n, double *spare)
{
    uint32_t count[DIGITS][DIGIT_VALUES] = { 0 };
    double *from = v, *to = spare;
    for (size_t i = 0; i < n; i++) {
        uint64_t key = key_of(get(v, i));
        put(v, i, key);
        for (size_t d = 0; d < DIGITS; d++) count[d][key >> 8 * d & 255]++;
    }
    for (size_t d = 0; d < DIGITS && n; d++) {
        if (count[d][get(from, 0) >> 8 * d & 255] == n) continue;
        add_up(count[d]);
        for (size_t i = 0; i < n; i++) {
            uint64_t key = get(from, i);
            put(to, count[d][key >> 8 * d & 255]++, key);
        }
        double *other = from;
        from = to;
        to = other;
    }
    for (size_t i = 0; i < n; i++) put(v, i, bits_of(get(from, i)));
}

static size_t finite_of(const double *v, size_t n, double *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i])) out[kept++] = v[i];
    return kept;
}

static double middle_of(const double *sorted, size_t n)
{
    return n % 2 ? sorted[n / 2] : 0.5 * sorted[n / 2 - 1] + 0.5 * sorted[n / 2];
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* The median of what lies between sorted values and their middle: both sides grow from the middle on, so they are
 * merged from there. */
static double median_distance(const double *sorted, size_t n, double middle)
{
    size_t up = n / 2, down = n / 2, half = n / 2;
    double last = 0, before = 0;
    for (size_t i = 0; i <= half; i++) {
        before = last;
        bool rises = down == 0 || (up < n && sorted[up] - middle <= middle - sorted[down - 1]);
        last = rises ? sorted[up++] - middle : middle - sorted[--down];
    }
    return n % 2 ? last : 0.5 * before + 0.5 * last;
}

static double spread_of(const double *sorted, size_t n, double middle)
{
    double quartiles = (sorted[3 * (n - 1) / 4] - sorted[(n - 1) / 4]) / 1.349;
    double tails = larger(sorted[19 * (n - 1) / 20] - middle, middle - sorted[(n - 1) / 20]) / 1.645;
    return larger(larger(quartiles, tails), 1.4826 * median_distance(sorted, n, middle));
}

bool deviation_of(const double *normal, size_t n, const double *window, size_t m, double floor, double *scratch,
                  struct deviation *out)
{
    size_t known = finite_of(normal, n, scratch), seen = 0;
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        if (!isfinite(window[i])) continue;
        sum += window[i];
        seen++;
    }
    if (known < DEVIATION_NORMAL_MIN || seen == 0) return false;
    sort(scratch, known, scratch + n);
    double middle = middle_of(scratch, known), spread = larger(spread_of(scratch, known, middle), floor);
    double shift = sum / (double)seen - middle;
    *out = (struct deviation){ .middle = middle, .spread = spread, .shift = shift, .score = shift / spread };
    return isfinite(out->score);
}
