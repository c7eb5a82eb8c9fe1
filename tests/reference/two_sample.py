#!/usr/bin/env python3
"""What scikit-learn, SciPy and a permutation test say on generated samples: writes tests/reference/two_sample.h, which
two_sample_test.c compares with.

  python -m venv V && V/bin/pip install numpy scipy scikit-learn && V/bin/python tests/reference/two_sample.py

The samples come from splitmix64 and from operations that every machine rounds alike, so the C test makes the same
numbers."""
import pathlib

import numpy as np
from scipy import sparse, stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from splitmix import bell, splitmix


def logistic(seed, rows, columns, c):
    """Every column is there with chance 0.3, as a multiple of 1/8; the label follows the first two."""
    u = splitmix(seed)
    x, y = np.zeros((rows, columns)), np.zeros(rows, int)
    for i in range(rows):
        for j in range(columns):
            if next(u) < 0.3:
                x[i, j] = np.floor(next(u) * 32) / 8
        y[i] = x[i, 0] - x[i, 1] + 2 * next(u) > 1
    fit = LogisticRegression(C=c, tol=1e-10, max_iter=10000, solver="newton-cholesky").fit(sparse.csr_matrix(x), y)
    return list(fit.coef_[0]) + [fit.intercept_[0]]


def auc(seed, rows, levels):
    u = splitmix(seed)
    y, s = [], []
    for i in range(rows):
        y.append(int(next(u) < 0.4))
        s.append(np.floor(next(u) * levels) + y[-1] if levels else next(u) + y[-1] * 0.3)
    s, y = np.array(s), np.array(y)
    p = stats.mannwhitneyu(s[y == 1], s[y == 0], use_continuity=False, method="asymptotic").pvalue
    return roc_auc_score(y, s), p


def kernel(a, b, width):
    d2 = ((a[:, None] - b[None]) ** 2).sum(-1)
    return sum(np.exp(-d2 / (2 * (k * width) ** 2)) for k in (0.5, 1, 2)) / 3


def mmd(seed, n, m, dims, shift, scale):
    """Exact MMD^2 (biased) of scaled rows with the median distance of all pairs, and its p-value by 2000
    permutations."""
    u = splitmix(seed)
    a = np.array([[bell(u) for _ in range(dims)] for _ in range(n)])
    b = np.array([[bell(u) * scale + shift for _ in range(dims)] for _ in range(m)])
    z = np.vstack([a, b])
    centre = np.median(z, 0)
    z = (z - centre) / (1.4826 * np.median(np.abs(z - centre), 0))
    d = np.sqrt(((z[:, None] - z[None]) ** 2).sum(-1))
    k = kernel(z, z, np.median(d[np.triu_indices(n + m, 1)]))

    def distance(label):
        w = np.where(label, 1 / n, -1 / m)
        return w @ k @ w

    label = np.arange(n + m) < n
    seen, r = distance(label), np.random.default_rng(1)
    p = (1 + sum(distance(r.permutation(label)) >= seen for _ in range(2000))) / 2001
    return seen, p


def main():
    out = ["/* Written by tests/reference/two_sample.py from scikit-learn and SciPy. */\n",
           "/* seed, rows, columns, c, weights and bias */\n#ifdef LOGISTIC_CASES\n"]
    for seed, rows, columns, c in ((1, 40, 3, 1.0), (2, 200, 8, 1.0), (3, 200, 8, 0.01), (4, 200, 8, 100.0),
                                   (5, 20, 12, 1.0)):
        w = ", ".join("%.10g" % v for v in logistic(seed, rows, columns, c))
        out.append("    { %d, %d, %d, %r, { %s } },\n" % (seed, rows, columns, c, w))
    out.append("#endif\n/* seed, rows, levels of score (0: none equal), AUC, two-sided p */\n#ifdef AUC_CASES\n")
    for case in ((11, 30, 0), (12, 300, 0), (13, 300, 3), (14, 300, 1), (15, 1000, 50)):
        out.append("    { %d, %d, %d, %.15g, %.12g },\n" % (case + auc(*case)))
    out.append("#endif\n/* seed, n, m, dims, shift, scale, MMD^2, p */\n#ifdef MMD_CASES\n")
    for case in ((21, 60, 60, 3, 0.0, 1.0), (22, 60, 40, 3, 0.3, 1.0), (23, 100, 100, 8, 0.0, 1.0),
                 (24, 100, 100, 8, 0.1, 1.0),
                 (25, 100, 100, 8, 0.0, 1.3), (26, 80, 120, 1, 0.2, 1.0), (27, 80, 120, 20, 0.0, 1.0),
                 (28, 50, 50, 2, 2.0, 1.0)):
        out.append("    { %d, %d, %d, %d, %r, %r, %.10g, %.6g },\n" % (case + mmd(*case)))
    out.append("#endif\n")
    pathlib.Path(__file__).with_suffix(".h").write_text("".join(out))


main()
