#!/usr/bin/env python3
"""What bm25s (method "lucene") says of generated documents: writes bm25.h beside this file, which bm25_test.c compares
with.

  python3 -m venv V && V/bin/pip install bm25s==0.3.16 numpy && V/bin/python tests/reference/bm25.py"""
import pathlib
import random

import bm25s

DOCS, QUERIES = 40, 12
rng = random.Random(5)
words = [f"w{i}" for i in range(60)]


def draw(n):
    return [words[min(int(rng.expovariate(0.08)), 59)] for _ in range(n)]


docs = [(draw(rng.randint(0, 3)), draw(rng.randint(3, 60))) for _ in range(DOCS)]
index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
index.index([title * 2 + text for title, text in docs], show_progress=False)
most = max(float(index.get_scores([w]).max()) for w in words if any(w in t or w in x for t, x in docs))
out = ["/* Made by tests/reference/bm25.py with bm25s " + bm25s.__version__ + ". */",
       "#ifndef WEIR_TESTS_REFERENCE_BM25_H",
       "#define WEIR_TESTS_REFERENCE_BM25_H", "", "#include <stdint.h>", "",
       f"enum {{ REFERENCE_DOCS = {DOCS}, REFERENCE_SCORES = {QUERIES * DOCS} }};", "",
       "static const struct {", "    const char *title, *text;", "} reference_docs[] = {"]
out += [f'    {{ "{" ".join(title)}",\n      "{" ".join(text)}" }},' for title, text in docs]
out += ["};", "", "/* most: the largest thing that one word adds to one document. */", "static const struct {",
        "    const char *query;",
        "    uint32_t doc;", "    int terms;", "    double score, most;", "} reference_scores[] = {"]
known = {w for title, text in docs for w in title + text}
for _ in range(QUERIES):
    query = list(dict.fromkeys(draw(rng.randint(1, 6))))
    scores = index.get_scores([w for w in query if w in known])
    out += [f'    {{ "{" ".join(query)}", {d}, {len(query)}, {float(s):.6f}, {most:.6f} }},' for d,
            s in enumerate(scores)]
out += ["};", "", "#endif"]


def wrapped(line):
    """Long literals in pieces of one line each."""
    if len(line) <= 118:
        return line
    cut = line.rfind(" ", 0, 112)
    return line[:cut + 1] + '"\n' + wrapped('      "' + line[cut + 1:])


text = "\n".join("\n".join(wrapped(part) for part in line.split("\n")) for line in out) + "\n"
(pathlib.Path(__file__).parent / "bm25.h").write_text(text)
