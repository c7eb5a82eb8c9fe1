#!/usr/bin/env python3
"""What scikit-learn and NumPy say of small texts and generated samples: writes tests/reference/text_reference.h, which
src/edge/text/text_test.c compares with.

  python -m venv V && V/bin/pip install numpy scikit-learn && V/bin/python tests/reference/text_reference.py

The samples come from splitmix64 and from operations that every machine rounds alike."""
import pathlib

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from splitmix import splitmix

TEXTS = ["my card was lost and the card is blocked", "the transfer is pending, the amount is wrong",
         "lost my card abroad", "is the transfer blocked"]
DIMS, PART = 32, 16


def words(texts):
    """Words and neighbouring words, 1 + ln(count) times idf, of length 1; a row's values in order of size."""
    rows = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+").fit_transform(texts)
    return [sorted(rows[i].data) for i in range(len(texts))]


def vectors(seed, rows, classes):
    """Two parts of 16 numbers; the second is narrower by 8 and off the middle. Labels are uneven."""
    u = splitmix(seed)
    x, y = np.zeros((rows, DIMS)), np.zeros(rows, int)
    for i in range(rows):
        y[i] = int(next(u) * next(u) * classes)
        for j in range(DIMS):
            v = next(u) - 0.5 + (0.5 if j % 16 == y[i] else 0)
            x[i, j] = v if j < PART else v / 8 + 0.25
    return x, y


def margins(seed, rows, classes, cost):
    x, y = vectors(seed, rows, classes)
    x = x - x.mean(0)
    for part in (slice(0, PART), slice(PART, DIMS)):
        x[:, part] /= np.sqrt((x[:, part] ** 2).sum(1).mean() * DIMS / PART)
    fit = LinearSVC(C=cost, tol=1e-9, max_iter=1000000, class_weight="balanced", random_state=0).fit(x, y)
    weight = np.bincount(y, minlength=classes)
    assert (weight > 0).all()
    return fit.decision_function(x[:4]).ravel()


def judged(seed, rows):
    """Probabilities of three classes that overstate a little: error of calibration in 15 bins of equal size, and the
    probability that sets for 90, 95 and 99 times in 100 may miss."""
    u = splitmix(seed)
    p, y = np.zeros((rows, 3), np.float32), np.zeros(rows, int)
    for i in range(rows):
        cut = sorted((next(u), next(u)))
        p[i] = np.float32([cut[0], cut[1] - cut[0], 1 - cut[1]])
        y[i] = int(next(u) * 3) if next(u) < 0.25 else int(np.searchsorted(np.cumsum(p[i]), next(u)).clip(0, 2))
    sure, right = p.max(1).astype(float), p.argmax(1) == y
    order = np.argsort(sure, kind="stable")
    bins = [order[b * rows // 15:(b + 1) * rows // 15] for b in range(15)]
    ece = sum(abs((sure[b] - right[b]).sum()) for b in bins) / rows
    miss = np.sort(1 - p[np.arange(rows), y])
    return ece, [float(miss[int(np.ceil(level * (rows + 1))) - 1]) for level in (.9, .95, .99)]


def guessed(seed, rows, classes):
    """What flows from every fifth text, which has a label, to the others: the guess of each. Vectors of bytes."""
    u = splitmix(seed)
    x, y = np.zeros((rows, DIMS)), np.zeros(rows, int)
    for i in range(rows):
        y[i] = int(next(u) * classes)
        x[i] = [int((next(u) - 0.5 + (0.25 if j % 16 == y[i] else 0)) * 150) for j in range(DIMS)]
    x /= np.sqrt((x ** 2).sum(1, keepdims=True))
    cosine, w = x @ x.T, np.zeros((rows, rows))
    np.fill_diagonal(cosine, -2)
    for i in range(rows):
        nearest = np.argsort(-cosine[i])[:10]
        w[i, nearest] = np.exp(12 * (cosine[i, nearest] - 1))
    w += w.T
    root = np.sqrt(w.sum(1))
    w /= root[:, None] * root
    own = np.zeros((rows, classes))
    own[np.arange(0, rows, 5), y[::5]] = 1
    f = own
    for _ in range(30):
        f = 0.8 * w @ f + 0.2 * own
    best = np.sort(f, 1)
    assert (best[:, -1] - best[:, -2] > 1e-6).all()
    return "".join(map(str, f.argmax(1)))


def numbers(v):
    return "{ " + ", ".join(f"{x:.9g}" for x in v) + " }"


def main():
    out = ["/* Written by tests/reference/text_reference.py from scikit-learn and NumPy. */",
           "/* a text of TEXT_CASES, and the values of its words in order of size */", "#ifdef TFIDF_CASES"]
    out += [f'    {{ "{t}", {len(v)}, {numbers(v)} }},' for t, v in zip(TEXTS, words(TEXTS))]
    out += ["#endif", "/* seed, rows, classes, cost, margins of the first four rows */", "#ifdef MARGIN_CASES"]
    for case in ((1, 60, 3, 1.0), (2, 200, 4, 0.2), (3, 400, 5, 1.0), (4, 100, 3, 0.2)):
        out.append("    {{ {}, {}, {}, {}, {} }},".format(*case, numbers(margins(*case))))
    out += ["#endif", "/* seed, rows, error of calibration, what sets may miss */", "#ifdef JUDGED_CASES"]
    for case in ((5, 300), (6, 1000), (7, 151)):
        ece, miss = judged(*case)
        out.append(f"    {{ {case[0]}, {case[1]}, {ece:.9g}, {numbers(miss)} }},")
    out += ["#endif", "/* seed, rows, classes, the guess of each row */", "#ifdef GUESSED_CASES"]
    for case in ((8, 60, 3), (9, 150, 5), (10, 8, 2)):
        out.append('    {{ {}, {}, {}, "{}" }},'.format(*case, guessed(*case)))
    out += ["#endif", ""]
    pathlib.Path(__file__).with_suffix(".h").write_text("\n".join(out))


main()
