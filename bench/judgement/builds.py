"""Failing builds: which lines of the failed run carry the error, given the last run that passed (`weir logs diff`).

Lines are counted as the labels count them (LF, CR LF and CR each end one). F1 over the lines that the first annotator
marked E, mean over cases; hit@10: one of them is among the ten ranked best. The rules have no fitted numbers, but their
author had seen the cases, and mended some after scoring: no figure of the recorded cases is a held-out one. Beside them
47 cases of our own in the formats of as many tools, whose README has held-out figures (failing_builds/,
docs/detection.md)."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
MASKED = re.compile(r"0x[0-9a-fA-F]+|[0-9a-f]{7,}|\d+(\.\d+)*")
STAMP = re.compile(r"^\S*\d{4}-\d\d-\d\d[T ][\d:.]+Z?\s?|\x1b\[[0-9;]*[A-Za-z]")


def marked(path):
    """The line numbers of `E a-b` and `E a`."""
    lines = set()
    for text in path.read_text(errors="replace").splitlines():
        found = re.match(r"\s*E\s+(\d+)(?:-(\d+))?", text)
        if found:
            lines |= set(range(int(found[1]), int(found[2] or found[1]) + 1))
    return lines


def f1(found, want):
    right = len(found & want)
    if not right:
        return 0.0
    precision, recall = right / len(found), right / len(want)
    return 2 * precision * recall / (precision + recall)


def lines_of(path):
    with open(path, errors="replace") as f:  # universal line ends, as the labels were made
        return f.read().split("\n")


def masked_difference(case):
    """The plain baseline: lines whose masked form the passed run does not have."""
    def mask(line):
        return MASKED.sub("#", STAMP.sub("", line)).strip()
    known = set(map(mask, lines_of(case / "pass.log")))
    masks = map(mask, lines_of(case / "fail.log"))
    return {i for i, m in enumerate(masks, 1) if m and m not in known}


def cases(data):
    for case in sorted(p for p in data.iterdir() if (p / "groundtruth").is_file()):
        want = marked(case / "groundtruth")
        if want:
            yield case, want


def diff(weir, case):
    done = subprocess.run([weir, "logs", "diff", "--json", case / "pass.log", case / "fail.log"], capture_output=True,
                          check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.decode())
    answer = json.loads(done.stdout)
    return {x["number"] for x in answer["lines"]}, [x["number"] for x in answer["ranked"]]


def results(weir, data):
    """[(name, F1, F1 by the second annotator, hit@10, F1 of the baseline)]"""
    out = []
    for case, want in cases(data):
        found, ranked = diff(weir, case)
        second = case / "groundtruth2"
        out.append((case.name, f1(found, want), f1(found, marked(second)) if second.is_file() else None,
                    bool(set(ranked[:10]) & want), f1(masked_difference(case), want)))
    return out


def own_case(path, folder):
    """Write a case of failing_builds as two logs; gives the lines that are marked."""
    good, failed = path.read_text(encoding="utf-8").removeprefix("== pass\n").split("== fail\n")
    lines = failed.removesuffix("\n").split("\n")
    (folder / "pass.log").write_text(good, encoding="utf-8")
    (folder / "fail.log").write_text("\n".join(line[1:] for line in lines) + "\n", encoding="utf-8")
    return {i for i, line in enumerate(lines, 1) if line.startswith("!")}


def own_results(weir):
    """[(name, F1, hit@10, F1 of the baseline)] of the cases in failing_builds."""
    out = []
    with tempfile.TemporaryDirectory() as room:
        room = pathlib.Path(room)
        for path in sorted((HERE / "failing_builds").glob("*.txt")):
            want = own_case(path, room)
            found, ranked = diff(weir, room)
            out.append((path.stem, f1(found, want), bool(set(ranked[:10]) & want), f1(masked_difference(room), want)))
    return out


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def speed(bench, data):
    """MB a second of both logs, all cases one after another in one process; the best of three."""
    texts = [str(case / name) for case, _ in cases(data) for name in ("pass.log", "fail.log")]
    best = 0.0
    for _ in range(3):
        done = subprocess.run([bench.build / "bench" / "bench_logs", "--diff", *texts], capture_output=True, text=True,
                              check=True)
        best = max(best, json.loads(done.stdout)["mb_s"])
    began, size = time.process_time(), 0
    for case, _ in cases(data):
        masked_difference(case)
        size += sum((case / n).stat().st_size for n in ("pass.log", "fail.log"))
    bench.add("failing builds", "MB/s", best, "MB/s", 200, less=False, peer="masked difference in Python",
              peer_value=size / 1e6 / (time.process_time() - began))


def measure_own(bench):
    rows = own_results(str(bench.build / "weir"))
    low = min(rows, key=lambda r: r[1])
    bench.note(f"failing builds of our own: lowest F1 {low[1]:.3f} ({low[0]})")
    bench.add("failing builds", f"F1, {len(rows)} of our own, one a tool", mean(r[1] for r in rows), "", None,
              less=False, peer="masked line difference", peer_value=mean(r[3] for r in rows))
    bench.add("failing builds", "hit@10, our own", mean(r[2] for r in rows), "", 1.0, less=False)


def measure(bench):
    measure_own(bench)
    data = bench.dataset("ci_failures")
    if not data:
        return
    rows = results(str(bench.build / "weir"), data)
    for name, own, second, hit, base in rows:
        bench.note(f"{name}: F1 {own:.3f} (second annotator {second:.3f}), hit@10 {'yes' if hit else 'no'}; masked difference {base:.3f}")
    bench.add("failing builds", f"F1, mean of {len(rows)} cases", mean(r[1] for r in rows), "", 0.85, less=False,
              peer="masked line difference", peer_value=mean(r[4] for r in rows))
    bench.add("failing builds", "hit@10", mean(r[3] for r in rows), "", 1.0, less=False)
    bench.add("failing builds", "F1 by the second annotator", mean(r[2] for r in rows if r[2] is not None), "", None,
              less=False)
    speed(bench, data)


def check(weir):
    """As a test: the figures must not get worse. Ours need no data."""
    rows = own_results(weir)
    own, hit = mean(r[1] for r in rows), mean(r[2] for r in rows)
    print(f"our own: F1 {own:.4f} hit@10 {hit:.3f} of {len(rows)}")
    if len(rows) < 47 or own < 0.9 or hit < 1 or min(r[1] for r in rows) < 0.6:
        return 1
    folder = pathlib.Path(os.environ.get("WEIR_DATA") or HERE / "../../../shared/data") / "ci_failures"
    if not folder.is_dir():
        print("the recorded cases: no data")
        return 0
    rows = results(weir, folder)
    own, hit = mean(r[1] for r in rows), mean(r[3] for r in rows)
    print(f"F1 {own:.4f} hit@10 {hit:.3f}")
    return 0 if own >= 0.92 and hit >= 1 else 1


if __name__ == "__main__":
    sys.exit(check(*sys.argv[1:]))
