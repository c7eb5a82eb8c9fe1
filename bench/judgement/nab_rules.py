"""The scoring rules of the Numenta Anomaly Benchmark v1.1 (Lavin and Ahmad, ICMLA 2015), for one detector and many
thresholds at once.

A file is a list of rows, each with a score. The first min(floor(0.15 n), 750) rows are never counted. With S(x) =
2/(1+exp(5x)) - 1, a detection in row i of a window of w rows with right edge r is worth S(-(r-i+1)/w)/S(-1), the
earliest of a window counts; one outside costs fp * S(|i-r'|/(w'-1)) after the last window [.., r'] of w' rows (-fp flat
before the first one and when that position is above 3); a missed window costs fn. 0 = says nothing, 100 = every window
in its first row and nothing else."""
import bisect
import csv
import json
import math
import pathlib

PROFILES = {"standard": (1.0, 1.0, 0.11), "low-FP": (1.0, 1.0, 0.22), "low-FN": (1.0, 2.0, 0.11)}


def sigmoid(x):
    return -1.0 if x > 3.0 else 2.0 / (1.0 + math.exp(5.0 * x)) - 1.0


class Recording:
    """One file: `weight[i]` is what a detection in row i is worth for tp = fp = 1, `inside[i]` the window it is in or
    None. rows: (time, value) as text; windows: (first row, last row)."""

    def __init__(self, name, path, rows, windows):
        self.name, self.path, self.rows, self.windows = name, path, rows, windows
        self.begin = min(len(self.rows) * 15 // 100, 750)
        self.counted = [k for k, (_, right) in enumerate(self.windows) if right >= self.begin]
        self.weight, self.inside = self._weigh()

    def _weigh(self):
        weight, inside, before = [], [], None
        for i in range(len(self.rows)):
            k = next((k for k, (left, right) in enumerate(self.windows) if left <= i <= right), None)
            if k is not None:
                left, right = self.windows[k]
                weight.append(sigmoid(-(right - i + 1) / (right - left + 1.0)) / sigmoid(-1.0))
                before = self.windows[k]
            elif before is None:
                weight.append(-1.0)
            else:
                left, right = before
                weight.append(sigmoid((i - right) / float(right - left)))
            inside.append(k)
        return weight, inside

    def points(self, scores, thresholds):
        """For each threshold (ascending): sum of the windows' worths, windows found, sum of the false ones' worths,
        false ones."""
        n = len(thresholds)
        worth, found, cost, false = [0.0] * n, [0] * n, [0.0] * n, [0] * n
        reached = {}  # window -> thresholds below this index have been reached by an earlier row
        for i in range(self.begin, len(scores)):
            upto = bisect.bisect_right(thresholds, scores[i])
            k = self.inside[i]
            start = 0 if k is None else reached.get(k, 0)
            for t in range(start, upto):
                if k is None:
                    cost[t] += self.weight[i]
                    false[t] += 1
                else:
                    worth[t] += self.weight[i]
                    found[t] += 1
            if k is not None:
                reached[k] = max(start, upto)
        return worth, found, cost, false


def read(root, name, stamps):
    with open(root / "data" / name, encoding="utf-8") as f:
        rows = list(csv.reader(f))[1:]
    first = {}
    for i, row in enumerate(rows):
        first.setdefault(row[0][:19], i)
    return Recording(name, root / "data" / name, rows, [(first[a[:19]], first[b[:19]]) for a, b in stamps])


def load(root):
    root = pathlib.Path(root)
    with open(root / "labels" / "combined_windows.json", encoding="utf-8") as f:
        labels = json.load(f)
    return [read(root, name, stamps) for name, stamps in sorted(labels.items()) if (root / "data" / name).exists()]


class Result:
    """What one detector's scores come to, for every profile and threshold; `raw` is a file's sum before scaling to
    0..100."""

    def __init__(self, files, scores, thresholds):
        self.files, self.thresholds = files, thresholds
        self.points = [f.points(s, thresholds) for f, s in zip(files, scores)]

    def raw(self, profile, file):
        tp, fn, fp = PROFILES[profile]
        worth, found, cost, _ = self.points[file]
        windows = len(self.files[file].counted)
        return [tp * w - fn * (windows - n) + fp * c for w, n, c in zip(worth, found, cost)]

    def scale(self, profile, total):
        tp, fn, _ = PROFILES[profile]
        perfect = sum(len(f.windows) for f in self.files) * tp
        null = -fn * sum(len(f.counted) for f in self.files)
        return 100 * (total - null) / (perfect - null)

    def total(self, profile, leave_out=()):
        out = [0.0] * len(self.thresholds)
        for i in range(len(self.files)):
            if i not in leave_out:
                out = [a + b for a, b in zip(out, self.raw(profile, i))]
        return out

    def at(self, profile, t):
        return self.scale(profile, self.total(profile)[t])

    def best(self, profile):
        return max(self.scale(profile, x) for x in self.total(profile))

    def counts(self, t):
        return sum(p[1][t] for p in self.points), sum(p[3][t] for p in self.points)


def choose(results, profile, leave_out=(), spread=0.1):
    """The threshold (its index) in the middle of the best stretch: highest mean raw sum, over all results, of the
    thresholds within
    +-spread of it. Not the very best one, which may stand at the edge of a cliff. leave_out: files, by index."""
    thresholds = results[0].thresholds
    total = [sum(column) for column in zip(*[r.total(profile, leave_out) for r in results])]

    def around(t):
        near = [x for x, other in zip(total, thresholds) if abs(other / thresholds[t] - 1) <= spread]
        return sum(near) / len(near)

    return max(range(len(total)), key=around)


def held_out(results, profile, fold_of):
    """The score of results[0], every file at the threshold chosen on the files of the other folds in all results (the
    same files in the same order each). fold_of: file -> name of its fold."""
    folds, total = {}, 0.0
    for i, f in enumerate(results[0].files):
        folds.setdefault(fold_of(f), []).append(i)
    for members in folds.values():
        t = choose(results, profile, leave_out=set(members))
        total += sum(results[0].raw(profile, i)[t] for i in members)
    return results[0].scale(profile, total)
