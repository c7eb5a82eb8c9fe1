#!/usr/bin/env python3
"""What SciPy says about the samples of src/engine/detect/drift_test.c: writes drift_reference.h beside this file.

  python3 drift.py          needs numpy and scipy; made with scipy 1.17.1

A sample is either spelt out or drawn by a fixed generator that the test repeats."""
import math
import pathlib
import warnings

import numpy as np
from scipy import stats

warnings.simplefilter("ignore")
MASK = (1 << 64) - 1


def draw(kind, n, seed):
    x, out = seed, []
    for _ in range(n):
        x = (x * 6364136223846793005 + 1442695040888963407) & MASK
        u = (x >> 11) / 2.0**53
        out.append({"even": u, "skewed": u * u * u * 100, "ties": float(math.floor(u * 10)), "binary": float(u < 0.3),
                    "scaled": (u - 0.5) * 1.3 + 0.5, "shifted": u + 0.1}[kind])
    return out


KINDS = ["even", "skewed", "ties", "binary", "scaled", "shifted"]
DRAWN = [("even", 50, "even", 50), ("even", 300, "shifted", 300), ("even", 1000, "scaled", 1000),
         ("skewed", 400, "skewed", 700),
         ("ties", 300, "ties", 300), ("ties", 200, "even", 333), ("binary", 500, "binary", 400),
         ("even", 30, "skewed", 2000),
         ("even", 3000, "shifted", 2500), ("skewed", 12000, "even", 9000), ("even", 20000, "even", 30000),
         ("even", 12000, "shifted", 11000)]
SPELT = [([1.0], [2.0]), ([1.0], [1.0]), ([5.0] * 4, [5.0] * 6), ([1.0, 2, 3, 4], [1.0, 2, 3, 4]),
         ([0.0, -0.0, 1], [0.0, 0.0, -1]),
         ([1e308, -1e308, 0, 1], [1e308, 5e307, 2, 3]), ([5e-324, 1e-310, 0, 2e-308], [5e-324, 5e-324, 1e-300, 0]),
         ([1.0, 1, 1, 1, 2], [1.0, 2, 2, 2, 2]), ([1e15, 1e15 + 1, 1e15 + 2], [1e15 + 0.5, 1e15 + 1, 1e15 + 3])]


def smooth(a, b):
    """Neyman's smooth test on common ranks, by the exact covariance under random labels (pseudo-inverse)."""
    x = np.concatenate([a, b])
    m, n, total = len(a), len(b), len(x)
    if total < 2:
        return 0.0, 1.0
    u = 2 * (stats.rankdata(x) - 0.5) / total - 1
    s = np.stack([u, (3 * u**2 - 1) / 2, (5 * u**3 - 3 * u) / 2, (35 * u**4 - 30 * u**2 + 3) / 8])
    s = s - s.mean(1, keepdims=True)
    cov = s @ s.T * m * n / (total * (total - 1))
    d = s[:, m:].sum(1)
    rank = np.linalg.matrix_rank(cov, tol=1e-6 * max(cov.max(), 1e-300),
                                 hermitian=True) if cov.max() > 1e-12 * total else 0
    if rank == 0:
        return 0.0, 1.0
    chi = float(d @ np.linalg.pinv(cov, rcond=1e-8, hermitian=True) @ d)
    return chi, float(stats.chi2.sf(chi, rank))


def psi_js(a, b):
    e = np.unique(np.quantile(a, np.linspace(0, 1, 11)))
    if len(e) < 2:
        return 0.0, 0.0
    e[0], e[-1] = -np.inf, np.inf
    p, q = np.histogram(a, e)[0] / len(a), np.histogram(b, e)[0] / len(b)
    mid = (p + q) / 2
    js = math.sqrt(max(0.0, 0.5 * stats.entropy(p, mid) + 0.5 * stats.entropy(q, mid)))
    p, q = p + 1e-4, q + 1e-4
    return float(((q - p) * np.log(q / p)).sum()), js


def literal(v):
    return "INFINITY" if v == math.inf else repr(float(v))


def numbers(a, b):
    a, b = np.array(a), np.array(b)
    ks = stats.ks_2samp(a, b)
    with np.errstate(all="ignore"):
        w = stats.wasserstein_distance(a, b)
    chi, p = smooth(a, b)
    psi, js = psi_js(a, b)
    return ", ".join(literal(v) for v in (ks.statistic, ks.pvalue, w, chi, p, psi, js, beyond(a, b)))


def beyond(a, b):
    """The chance that the outermost rows are all of b, for both ends."""
    rows = max((b < a.min()).sum(), (b > a.max()).sum())
    return min(1.0, 2 * float(stats.hypergeom.sf(rows - 1, len(a) + len(b), len(b), rows))) if rows else 1.0


def frequent(t):
    """Sums of weighted squared differences of shares as quadratic forms of a normal vector, by the moments of their
    eigenvalues; both weights by the Cauchy combination."""
    t = np.array(t, float)
    m, n = t.sum(1)
    p, d = t.sum(0) / t.sum(), t[1] / n - t[0] / m
    tangents = []
    for w in (np.ones_like(p), p):
        values = np.linalg.eigvals(np.diag(w) @ (np.diag(p) - np.outer(p, p))).real
        c1, c2, c3 = (float((values**k).sum()) for k in (1, 2, 3))
        q = float((w * d * d).sum()) / ((1 / m + 1 / n) * (m + n) / (m + n - 1))
        if c2 <= 1e-15 or c3 <= 1e-22:
            return 1.0
        freedom = c2**3 / c3**2
        x = (q - c1) * math.sqrt(freedom / c2) + freedom
        tangents.append(math.tan(math.pi * (0.5 - min(0.999, stats.chi2.sf(x, freedom) if x > 0 else 1.0))) / 2)
    return 0.5 - math.atan(sum(tangents)) / math.pi


def tables(rng):
    out = [[[10, 20, 30], [12, 18, 30]], [[60, 44, 20, 9], [45, 58, 24, 6]], [[5, 0, 40], [5, 9, 40]],
           [[100, 200, 300, 400], [130, 180, 310, 380]], [[1, 1], [1, 1]]]
    out += [rng.integers(20, 400, (2, k)).tolist() for k in (2, 5, 9, 24)]
    return out


def words(t):
    t = np.array(t)
    r = stats.chi2_contingency(t, correction=False) if (t.sum(0) * t.sum(1).min() / t.sum() >= 5).all() else None
    p, q = t[0] / t[0].sum(), t[1] / t[1].sum()
    mid = (p + q) / 2
    js = math.sqrt(max(0.0, 0.5 * stats.entropy(p, mid) + 0.5 * stats.entropy(q, mid)))
    psi = float(((q - p) * np.log((q + 1e-4) / (p + 1e-4))).sum())
    v = math.sqrt(r.statistic / t.sum()) if r else -1
    return (r.statistic if r else -1), (r.pvalue if r else -1), v, psi, js, frequent(t)


def distributions():
    rows = []
    for x, f in ((0.5, 1), (3, 2), (40, 7.5), (900, 3), (0.001, 4), (250, 300), (1e-9, 1), (5000, 5000.5)):
        rows.append(("CHI2", x, f, 0, 0, stats.chi2.sf(x, f)))
    for k, mean in ((4, 2), (1, 0.1), (60, 20), (3, 400), (10, 10)):
        rows.append(("POISSON", k, mean, 0, 0, stats.poisson.sf(k - 1, mean)))
    for total, marked, drawn, k in ((600, 300, 8, 8), (600, 300, 16, 12), (2000, 1000, 128, 80), (50, 10, 5, 0),
                                    (2000000, 900000, 256, 180), (9, 3, 8, 3)):
        rows.append(("FROM", total, marked, drawn, k, stats.hypergeom.sf(k - 1, total, marked, drawn)))
        rows.append(("TO", total, marked, drawn, k, stats.hypergeom.cdf(k, total, marked, drawn)))
    for a, m, b, n in ((0, 300, 15, 300), (3, 300, 4, 280), (10, 1000, 30, 900), (290, 300, 300, 300),
                       (500, 100000, 700, 120000), (1, 5, 2, 6)):
        rows.append(("SHARES", a, m, b, n, stats.fisher_exact([[a, m - a], [b, n - b]])[1]))
    return rows


def main():
    out = ["/* Made by drift.py with SciPy; do not edit. */", "#ifndef WEIR_TESTS_DRIFT_REFERENCE_H",
           "#define WEIR_TESTS_DRIFT_REFERENCE_H", "",
           "#include <math.h>", "", "enum kind { EVEN, SKEWED, TIES, BINARY, SCALED, SHIFTED };",
           "struct reference { double ks, ks_p, wasserstein, smooth, smooth_p, psi, js, range_p; };", "",
           "static const struct { enum kind a; size_t m; enum kind b; size_t n; struct reference want; } drawn[] = {"]
    for i, (ka, m, kb, n) in enumerate(DRAWN):
        a, b = draw(ka, m, 2 * i + 1), draw(kb, n, 2 * i + 2)
        out.append(f"    {{ {ka.upper()}, {m}, {kb.upper()}, {n}, {{ {numbers(a, b)} }} }},")
    out += ["};", "", "static const struct { size_t m, n; double a[8], b[8]; struct reference want; } spelt[] = {"]
    for a, b in SPELT:
        text = [", ".join(literal(v) for v in s) for s in (a, b)]
        out.append(f"    {{ {len(a)}, {len(b)}, {{ {text[0]} }}, {{ {text[1]} }}, {{ {numbers(a, b)} }} }},")
    out += ["};", "",
            "/* chi2, p and V are -1 where a value is expected fewer than five times, which the test pools. */",
            "static const struct { size_t n; unsigned count[2][24]; double chi2, p, v, psi, js, frequent; } tables[] = {"]
    for t in tables(np.random.default_rng(3)):
        rows = ", ".join("{ " + ", ".join(map(str, r)) + " }" for r in t)
        out.append(f"    {{ {len(t[0])}, {{ {rows} }}, {', '.join(literal(v) for v in words(t))} }},")
    out += ["};", "", "enum law { CHI2, POISSON, FROM, TO, SHARES };",
            "static const struct { enum law law; double x[4], want; } laws[] = {"]
    for law, *x, want in distributions():
        out.append(f"    {{ {law}, {{ {', '.join(literal(v) for v in x)} }}, {literal(want)} }},")
    out += ["};", "", "#endif", ""]
    (pathlib.Path(__file__).parent / "drift_reference.h").write_text("\n".join(out))


main()
