#include "engine/detect/drift_dist.h"

#include <math.h>
#include <stdbool.h>

enum { GAMMA_STEPS = 100000 };

static double log_gamma(double x)
{
    int sign; /* lgamma() keeps its sign in a global */
    return lgamma_r(x, &sign);
}

static double clip(double p)
{
    return p > 0 ? p < 1 ? p : 1 : 0; /* NaN is 0 here: callers rule it out */
}

double dist_normal_two_sided(double z)
{
    return clip(erfc(fabs(z) * M_SQRT1_2));
}

/* ---- chi-square and Poisson: the regularised incomplete gamma function ---- */

/* By its power series: good for x < a + 1. */
static double gamma_below(double a, double x)
{
    double term = 1 / a, sum = term;
    for (int i = 1; i < GAMMA_STEPS && term > sum * 1e-17; i++) {
        term *= x / (a + i);
        sum += term;
    }
    return clip(sum * exp(a * log(x) - x - log_gamma(a)));
}

/* By its continued fraction (Lentz): good for x >= a + 1. */
static double gamma_above(double a, double x)
{
    const double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
    for (int i = 1; i < GAMMA_STEPS; i++) {
        double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = b + an / c;
        if (fabs(c) < tiny) c = tiny;
        double step = d * c;
        h *= step;
        if (fabs(step - 1) < 1e-16) break;
    }
    return clip(h * exp(a * log(x) - x - log_gamma(a)));
}

double dist_chi2_above(double x, double freedom)
{
    double a = freedom / 2, y = x / 2;
    if (!(y > 0)) return 1;
    if (isinf(y)) return 0;
    return y < a + 1 ? clip(1 - gamma_below(a, y)) : gamma_above(a, y);
}

double dist_poisson_from(double k, double mean)
{
    if (k <= 0) return 1;
    if (!(mean > 0)) return 0;
    return mean < k + 1 ? gamma_below(k, mean) : clip(1 - gamma_above(k, mean));
}

/* ---- hypergeometric ---- */

static double log_choose(double n, double k)
{
    return log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1);
}

static double hypergeometric(double total, double marked, double drawn, double k)
{
    return exp(log_choose(marked, k) + log_choose(total - marked, drawn - k) - log_choose(total, drawn));
}

double dist_hypergeometric_from(double total, double marked, double drawn, double k)
{
    double least = fmax(0, drawn + marked - total), most = fmin(drawn, marked), sum = 0;
    if (k <= least) return 1;
    if (k > most) return 0;
    double p = hypergeometric(total, marked, drawn, k);
    for (; k <= most; k++) {
        sum += p;
        p *= (marked - k) * (drawn - k) / ((k + 1) * (total - marked - drawn + k + 1));
        if (p < sum * 1e-17) break;
    }
    return clip(sum);
}

double dist_hypergeometric_to(double total, double marked, double drawn, double k)
{
    return dist_hypergeometric_from(total, total - marked, drawn, drawn - k);
}

/* The sum of all tables that are as likely or less, walking away from the one seen; 1e-7 is the slack for rounding that
 * R and SciPy use as well. */
static double fisher(double total, double marked, double drawn, double seen)
{
    double least = fmax(0, drawn + marked - total), most = fmin(drawn, marked);
    double limit = hypergeometric(total, marked, drawn, seen) * (1 + 1e-7),
           p = hypergeometric(total, marked, drawn, least), sum = 0;
    for (double k = least; k <= most; k++) {
        if (p <= limit) sum += p;
        p *= (marked - k) * (drawn - k) / ((k + 1) * (total - marked - drawn + k + 1));
        if (p < 1e-290)
            p = hypergeometric(total, marked, drawn, k + 1); /* started in a far tail: underflow must not stick */
    }
    return clip(sum);
}

double dist_two_shares(double hits_a, double n_a, double hits_b, double n_b)
{
    double total = n_a + n_b, hits = hits_a + hits_b;
    if (!(n_a > 0) || !(n_b > 0) || hits <= 0 || hits >= total) return 1;
    if (fmin(hits, total - hits) <= DIST_FISHER_TERMS)
        return hits <= total - hits ? fisher(total, hits, n_b, hits_b) : fisher(total, total - hits, n_b, n_b - hits_b);
    double p = hits / total, d = hits_b / n_b - hits_a / n_a;
    return dist_normal_two_sided(d / sqrt(p * (1 - p) * (1 / n_a + 1 / n_b)));
}

/* ---- Kolmogorov-Smirnov ---- */

/* m = n, d = h / n: 2 (C(2n,n-h) - C(2n,n-2h) + ...) / C(2n,n)  (Gnedenko and Korolyuk 1951). */
static double ks_equal(double n, double h)
{
    double sum = 0, sign = 1, middle = log_choose(2 * n, n);
    for (double k = h; k <= n; k += h, sign = -sign) sum += sign * exp(log_choose(2 * n, n - k) - middle);
    return clip(2 * sum);
}

/* The share of lattice paths to (m, n) that leave |i/m - j/n| < d: a path comes into (i, j) from the left with chance
 * i/(i+j). Integers decide what is outside. p[j] is of the column i. */
static double ks_paths(int m, int n, double edge, double *p)
{
    for (int i = 0; i <= m; i++)
        for (int j = 0; j <= n; j++) {
            if (fabs((double)i * n - (double)j * m) >= edge) p[j] = 1;
            else if (i == 0) p[j] = j ? p[j - 1] : 0;
            else p[j] = (i * p[j] + (j ? j * p[j - 1] : 0)) / (i + j);
        }
    return clip(p[n]);
}

/* The sums of Pelz and Good, as given by Simard and L'Ecuyer (2011); z = d sqrt(n). */
static double pelz_good(double n, double z)
{
    double z2 = z * z, z4 = z2 * z2, z6 = z4 * z2, w = M_PI * M_PI, k0 = 0, k1 = 0, k2 = 0, k3 = 0, k2b = 0, k3b = 0;
    for (int i = 0; i < 40; i++) {
        double h = (i + 0.5) * (i + 0.5) * w, e = exp(-h / (2 * z2)), g = (double)i * i * w, f = exp(-g / (2 * z2));
        k0 += e;
        k1 += (h - z2) * e;
        k2 += (6 * z6 + 2 * z4 + h * (2 * z4 - 5 * z2) + h * h * (1 - 2 * z2)) * e;
        k3 += (h * h * h * (5 - 30 * z2) + h * h * (-60 * z2 + 212 * z4) + h * (135 * z4 - 96 * z6) - 30 * z6 -
               90 * z6 * z2) *
              e;
        k2b += g * f;
        k3b += (-g * g + 3 * g * z2) * f;
        if (e < 1e-30 && f < 1e-30) break;
    }
    double root = sqrt(M_PI / 2), s = sqrt(n);
    double a = sqrt(2 * M_PI) / z * k0, b = 2 * root * k1 / (6 * z4);
    double c = 2 * root * k2 / (72 * z6 * z) - 2 * root * k2b / (36 * z2 * z);
    double d = 2 * root * k3 / (6480 * z6 * z4) + 2 * root * k3b / (216 * z6);
    return clip(1 - (a + b / s + c / n + d / (n * s)));
}

/* Far out the two sides hardly meet: twice the one-sided chance (Maag and Dicaire 1971). */
static double ks_limit(double d, double n)
{
    double z = d * sqrt(n);
    if (z < 0.02) return 1;
    if (z > 1.5) return clip(2 * exp(-(6 * n * d + 1) * (6 * n * d + 1) / (18 * n)));
    return pelz_good(n, z);
}

double dist_ks(double d, double m, double n, double scratch[DIST_KS_SIDE])
{
    if (!(d > 0) || !(m >= 1) || !(n >= 1)) return 1;
    double edge = round(d * m * n); /* d is a whole multiple of 1/mn */
    if (m == n && m == floor(m) && m <= 10000) return ks_equal(n, round(d * n));
    bool whole = m == floor(m) && n == floor(n) && m * n <= DIST_KS_PATHS;
    if (whole && n < DIST_KS_SIDE) return ks_paths((int)m, (int)n, edge, scratch);
    if (whole && m < DIST_KS_SIDE) return ks_paths((int)n, (int)m, edge, scratch);
    return ks_limit(d, m * n / (m + n));
}
