#!/usr/bin/env python3
"""What NannyML's CBPE and scikit-learn's isotonic regression say on generated answers of a classifier: writes
tests/reference/cbpe.h, which cbpe_test.c compares with.

  python -m venv V && V/bin/pip install nannyml==0.13.1 statsmodels && V/bin/python tests/reference/cbpe.py

The answers come from splitmix64 and from operations that every machine rounds alike, so the C test makes the same
numbers."""
import os
import pathlib
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"  # it reports home otherwise
import nannyml  # noqa: E402
import numpy as np
import pandas as pd
from sklearn.isotonic import IsotonicRegression

warnings.filterwarnings("ignore")
MASK = (1 << 64) - 1
METRICS = ["accuracy", "precision", "recall", "f1", "specificity", "roc_auc"]


def splitmix(seed):
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield ((z ^ (z >> 31)) >> 11) / 9007199254740992.0


def answers(seed, n, tilt, bend, steps):
    """True chances q, `tilt` of them pushed towards 1; the classifier says q + bend q (1 - q), in 1/steps when steps >
    0."""
    u = splitmix(seed)
    rows = []
    for _ in range(n):
        q = next(u)
        if next(u) < tilt:
            q = 1 - (1 - q) * (1 - q)
        p = q + bend * q * (1 - q)
        if steps:
            p = np.floor(p * steps) / steps
        rows.append((p, int(p > 0.5), int(next(u) < q)))
    return pd.DataFrame(rows, columns=["proba", "predicted", "label"])


# name of the case: seed, tilt, bend, steps; reference of 3000 rows, chunks of 500; current of 1000 (seed + 1, tilt 0.6)
CASES = [(1, 0.0, 0.0, 0), (11, 0.0, 0.8, 0), (21, 0.3, -0.8, 0), (31, 0.1, 0.5, 20), (41, 0.9, 0.0, 0)]




def estimate(case, calibrated):
    seed, tilt, bend, steps = case
    ref, cur = answers(seed, 3000, tilt, bend, steps), answers(seed + 1, 1000, 0.6, bend, steps)
    nannyml.performance_estimation.confidence_based.cbpe.needs_calibration = lambda **_: calibrated
    e = nannyml.CBPE(y_pred_proba="proba", y_pred="predicted", y_true="label", problem_type="classification_binary",
                     metrics=METRICS, chunk_size=500)
    e.fit(ref)
    got = e.estimate(cur).filter(period="analysis").to_df()
    rows = []
    for k in range(2):
        for m in METRICS:
            v = [float(got[(m, c)].iloc[k])
                 for c in ("value", "sampling_error", "realized", "lower_threshold", "upper_threshold")]
            rows.append((seed, tilt, bend, steps, int(calibrated), k, m.upper(), *v,
                         int(bool(got[(m, "alert")].iloc[k]))))
    return rows


def isotonic_cases():
    """Points (hostile ones among them), and the fit at some places."""
    cases = [([0.0], [1.0]), ([1, 2, 3], [3, 2, 1]), ([1, 1, 1], [0, 1, 1]), ([1, 2, 2, 3, 4], [1, 5, 2, 2, 6]),
             ([5, 4, 3, 2, 1, 0], [0, 1, 0, 1, 1, 1]), ([0, 1e300, -1e300], [0, 1, -2]), ([3, 3, 3, 3], [0, 1, 1, 1]),
             ([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8])]
    u = splitmix(99)
    cases.append(([np.floor(next(u) * 16) for _ in range(60)], [np.floor(next(u) * 2) for _ in range(60)]))
    places = [-5e299, -1.0, 0.0, 5e-324, 0.5, 1.0, 1.5, 2.0, 3.3, 5.0, 7.7, 20.0]
    for x, y in cases:
        fit = IsotonicRegression(out_of_bounds="clip").fit(np.array(x, float), np.array(y, float))
        yield x, y, places, fit.predict(np.array(places))


def main():
    out = ["/* Written by tests/reference/cbpe.py from NannyML 0.13.1 and scikit-learn. */\n",
           "/* seed, tilt, bend, steps, calibrated, chunk, metric, estimate, error, realized, low, high, alert */\n",
           "#ifdef CBPE_CASES\n"]
    for case in CASES:
        for calibrated in (False, True):
            for r in estimate(case, calibrated):
                out.append("    { %d, %r, %r, %d, %d, %d, CBPE_%s, %.12g, %.12g, %.12g, %.12g, %.12g, %d },\n" % r)
    out.append("#endif\n/* x, y, places, the fit there */\n#ifdef ISOTONIC_CASES\n")
    for x, y, places, fit in isotonic_cases():
        text = ["{ " + ", ".join("%.17g" % v for v in vs) + " }" for vs in (x, y, places, fit)]
        out.append("    { %d, %s, %s, %d, %s, %s },\n" % (len(x), text[0], text[1], len(places), text[2], text[3]))
    out.append("#endif\n")
    pathlib.Path(__file__).with_suffix(".h").write_text("".join(out).replace("nan", "NAN"))


main()
