#!/usr/bin/env python3
"""Probabilities of scikit-learn's multinomial logistic regression on standardised inputs, for edge/text/stack_test.c:
logit.py > logit.h (scikit-learn 1.9)."""
import numpy
from sklearn.linear_model import LogisticRegression

ROWS, INPUTS, CLASSES, RIDGE = 40, 3, 3, 2.0
chance, x, y = 12345, [], []


def draw():
    global chance
    chance = (chance * 1664525 + 1013904223) & 0xFFFFFFFF
    return (chance >> 16) / 65536 - 0.5


for i in range(ROWS):
    c = int((draw() + 0.5) * CLASSES)
    y.append(c)
    x.append([draw() * 3 + (1.5 if k == c else 0) * (k + 1) for k in range(INPUTS)])
x = numpy.float32(x).astype(float)
z = (x - x.mean(0)) / x.std(0)
p = LogisticRegression(C=1 / RIDGE, tol=1e-10, max_iter=10000).fit(z, y).predict_proba(z)
print("/* Made by tests/reference/logit.py. */")
print(f"enum {{ LOGIT_ROWS = {ROWS}, LOGIT_INPUTS = {INPUTS}, LOGIT_CLASSES = {CLASSES} }};")
print(f"#define LOGIT_RIDGE {RIDGE}")
print("static const float logit_x[LOGIT_ROWS][LOGIT_INPUTS + 1] = {")
for row in x:
    print("    { " + ", ".join(f"{v:.9g}F" if "." in f"{v:.9g}" or "e" in f"{v:.9g}" else f"{v:.9g}.0F" for v in row) + ", 1 },")
print("};\nstatic const uint32_t logit_label[LOGIT_ROWS] = {\n    " + ", ".join(map(str, y[:20])) + ",\n    "
      + ", ".join(map(str, y[20:])) + "\n};")
print("static const double logit_p[LOGIT_ROWS][LOGIT_CLASSES] = {")
for row in p:
    print("    { " + ", ".join(f"{v:.8f}" for v in row) + " },")
print("};")
