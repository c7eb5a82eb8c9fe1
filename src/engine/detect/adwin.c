#include "engine/detect/adwin.h"

#include "engine/detect/real.h"

static const double ln2 = 0.69314718055994531;

void adwin_init(struct adwin *a, double delta)
{
    assert(delta > 0 && delta <= 1);
    memset(a, 0, sizeof *a);
    a->version = ADWIN_VERSION;
    a->size = sizeof *a;
    a->delta = delta;
}

double adwin_mean(const struct adwin *a)
{
    return a->width > 0 ? a->total / a->width : 0;
}

static double row_size(uint64_t row)
{
    return (double)(UINT64_C(1) << row);
}

/* Sum of squares lost when two groups with these sizes and means are told apart. */
static double between(double n, double m, double mean_n, double mean_m)
{
    double d = mean_n - mean_m;
    return n * m / (n + m) * d * d;
}

static void row_push(struct adwin_row *r, double total, double variance)
{
    r->total[r->count] = total;
    r->variance[r->count++] = variance;
}

static void row_drop(struct adwin_row *r, uint64_t n)
{
    for (uint64_t i = n; i < r->count; i++) {
        r->total[i - n] = r->total[i];
        r->variance[i - n] = r->variance[i];
    }
    r->count -= n;
}

/* The oldest bucket leaves the window. */
static void forget_oldest(struct adwin *a)
{
    struct adwin_row *r = &a->row[a->rows - 1];
    double n = row_size(a->rows - 1), total = r->total[0], variance = r->variance[0];
    row_drop(r, 1);
    while (a->rows && !a->row[a->rows - 1].count) a->rows--;
    a->width -= n;
    a->total -= total;
    a->variance -= variance;
    if (a->width > 0) a->variance -= between(n, a->width, total / n, a->total / a->width);
    if (!(a->variance > 0)) a->variance = 0; /* rounding */
}

/* Two buckets too many of one size become one of the next. */
static void merge(struct adwin *a)
{
    for (uint64_t i = 0; i < a->rows && a->row[i].count > ADWIN_BUCKETS; i++) {
        if (i + 1 == ADWIN_ROWS) {
            forget_oldest(a);
            return;
        }
        struct adwin_row *r = &a->row[i];
        double n = row_size(i), inverse = 1 / n;
        double apart = between(n, n, r->total[0] * inverse, r->total[1] * inverse);
        row_push(&a->row[i + 1], r->total[0] + r->total[1], r->variance[0] + r->variance[1] + apart);
        row_drop(r, 2);
        if (a->rows < i + 2) a->rows = i + 2;
    }
}

static void insert(struct adwin *a, double value)
{
    if (a->width > 0) a->variance += between(a->width, 1, a->total / a->width, value);
    a->total += value;
    a->width += 1;
    row_push(&a->row[0], value, 0);
    if (!a->rows) a->rows = 1;
    if (a->row[0].count > ADWIN_BUCKETS) merge(a);
}

struct bound { /* the parts of the test that are the same for every cut of one window */
    double dp, spread, screen;
};

static struct bound bound_of(const struct adwin *a)
{
    double dp = real_log2(2 * ln2 * real_log2(a->width) / a->delta) * ln2;
    double spread = 2 * dp * a->variance / a->width;
    return (struct bound){ .dp = dp, .spread = spread, .screen = spread * (a->width - 2 * (ADWIN_PART_MIN - 1)) };
}

/* Is the difference of the means left and right of a cut after n0 values larger than chance? `apart` is it times n0 *
 * n1. */
static bool is_cut(const struct bound *b, double n0, double n1, double apart)
{
    double m = 1 / (n0 - ADWIN_PART_MIN + 1) + 1 / (n1 - ADWIN_PART_MIN + 1);
    double over = real_abs(apart) / (n0 * n1) - 2.0 / 3 * b->dp * m;
    return over > 0 && over * over > b->spread * m;
}

/* Tries every border, oldest first. The first comparison is implied by is_cut and costs no division: nearly all end
 * there. */
static bool find_cut(const struct adwin *a)
{
    const struct bound b = bound_of(a);
    double n0 = 0, u0 = 0;
    for (uint64_t i = a->rows; i-- > 0;) {
        const struct adwin_row *r = &a->row[i];
        double n = row_size(i);
        for (uint64_t k = 0; k < r->count; k++) {
            n0 += n;
            u0 += r->total[k];
            double n1 = a->width - n0, apart = u0 * a->width - a->total * n0;
            if (apart * apart <= b.screen * n0 * n1) continue;
            if (n0 >= ADWIN_PART_MIN && n1 >= ADWIN_PART_MIN && is_cut(&b, n0, n1, apart)) return true;
        }
    }
    return false;
}

/* The border with the largest difference of means for its place: where the change most likely was. */
static void describe(struct adwin *a)
{
    double n0 = 0, u0 = 0, best = -1;
    for (uint64_t i = a->rows; i-- > 0;) {
        const struct adwin_row *r = &a->row[i];
        for (uint64_t k = 0; k < r->count; k++) {
            n0 += row_size(i);
            u0 += r->total[k];
            double n1 = a->width - n0, apart = u0 * a->width - a->total * n0;
            if (!(n1 > 0) || apart * apart / (n0 * n1) <= best) continue;
            best = apart * apart / (n0 * n1);
            a->before = u0 / n0;
            a->after = (a->total - u0) / n1;
            a->since = (uint64_t)n1;
        }
    }
}

static bool shrink(struct adwin *a)
{
    if (!find_cut(a)) return false;
    describe(a);
    do forget_oldest(a);
    while (a->width > ADWIN_GRACE && find_cut(a));
    a->changes++;
    return true;
}

bool adwin_add(struct adwin *a, double value)
{
    if (!(real_abs(value) <= ADWIN_VALUE_MAX)) {
        a->odd++;
        return false;
    }
    insert(a, value);
    return ++a->ticks % ADWIN_CLOCK == 0 && a->width > ADWIN_GRACE && shrink(a);
}

/* A bucket that is not in use keeps what it last held: only the others are asked. */
static bool row_sound(const struct adwin_row *r)
{
    if (r->count > ADWIN_BUCKETS) return false;
    for (uint64_t i = 0; i < r->count; i++)
        if (!(real_abs(r->total[i]) <= 1e120) || !(r->variance[i] >= 0 && r->variance[i] <= 1e220)) return false;
    return true;
}

bool adwin_sound(const struct adwin *a)
{
    if (a->version != ADWIN_VERSION || a->size != sizeof *a) return false;
    if (!(a->delta > 0 && a->delta <= 1) || a->rows > ADWIN_ROWS || (a->rows && !a->row[a->rows - 1].count))
        return false;
    if (!(real_abs(a->total) <= 1e120) || !(a->variance >= 0 && a->variance <= 1e220) || a->before != a->before ||
        a->after != a->after)
        return false;
    double width = 0;
    for (uint64_t i = 0; i < ADWIN_ROWS; i++) {
        if (!row_sound(&a->row[i]) || (i >= a->rows && a->row[i].count)) return false;
        width += row_size(i) * (double)a->row[i].count;
    }
    return a->width == width;
}

bool adwin_load(struct adwin *a, str bytes)
{
    struct adwin in;
    if (bytes.len != sizeof in) return false;
    memcpy(&in, bytes.ptr, sizeof in);
    if (!adwin_sound(&in)) return false;
    *a = in;
    return true;
}
