/* The distributions behind the p-values of drift.h. Pure; agrees with SciPy 1.17 to 1e-9 relative (Kolmogorov-Smirnov
 * past the exact counts: 1e-3 relative), checked against tests/reference/drift.json. A p-value is in 0..1, never NaN
 * for arguments in range. */
#ifndef WEIR_ENGINE_DETECT_DRIFT_DIST_H
#define WEIR_ENGINE_DETECT_DRIFT_DIST_H

/* P(|Z| >= |z|) of a standard normal. */
double dist_normal_two_sided(double z);
/* P(X >= x) of a chi-square with `freedom` > 0 degrees (may be fractional). */
double dist_chi2_above(double x, double freedom);
/* P(X >= k) of a Poisson with this mean >= 0. */
double dist_poisson_from(double k, double mean);
/* `marked` of `total` things are marked, `drawn` are drawn: P(at least k of the drawn are marked), and at most k. */
double dist_hypergeometric_from(double total, double marked, double drawn, double k);
double dist_hypergeometric_to(double total, double marked, double drawn, double k);
/* Fisher's exact test, two-sided (all tables as likely or less); past DIST_FISHER_TERMS terms the normal approximation
 * of two proportions. hits of n on each side. */
enum { DIST_FISHER_TERMS = 20000 };
double dist_two_shares(double hits_a, double n_a, double hits_b, double n_b);
/* Two samples of m and n values differ by `d` (0..1): P(D >= d) when they are of one distribution, two-sided. Exact by
 * the closed form for m = n and by counting paths (Hodges 1957) up to DIST_KS_PATHS cells, with scratch of DIST_KS_SIDE
 * doubles; else the expansion of Pelz and Good (1976) with n = mn/(m+n), as SciPy's "asymp". Sizes need not be whole
 * past the exact counts. */
enum { DIST_KS_PATHS = 4000000, DIST_KS_SIDE = 2001 };
double dist_ks(double d, double m, double n, double scratch[DIST_KS_SIDE]);

#endif
