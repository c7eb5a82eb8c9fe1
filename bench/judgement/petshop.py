"""Root causes in a call graph: the injected faults of PetShop (Hardt et al. 2023), every traffic folder that is there.

The right service first, or among three, of all faults; specificity: the share of splits of normal operation (from half
of its rows in steps of a tenth, and every quarter of an hour of the second half) in which nothing is named. Beside it
what the same method does when the call graph is withheld, and two floors over the same metric: n-sigma and chance."""
import json
import pathlib
import tempfile

import cases

TASK, WINDOW = "causes in a call graph (PetShop)", 3
PUBLISHED = "published traversal, low and high traffic"


def issues_of(scenario):
    return sorted(t.parent for t in scenario.glob("*/*/target.json"))


def target_of(issue):
    t = json.loads((issue / "target.json").read_text())
    return (t["target"]["node"], t["target"]["metric"], t["target"]["agg"]), t["root_cause"]


def right_at(answer, cause, names):
    """The rank of the true service; where the truth names a metric, too, its series must be what spoke."""
    if cause.get("metric"):
        spoke = {s["service"]: s["metric"] for s in answer["suspects"]}
        names = [n if cause["metric"] in spoke.get(n, "") else None for n in names]
    return cases.rank_of(cause["node"], names)


def score_issue(bench, scenario, issue, empty, ranks):
    (node, metric, agg), cause = target_of(issue)
    answer = cases.diagnose(bench, issue)
    ranks["weir", metric].append(right_at(answer, cause, [c["service"] for c in answer["causes"]]))
    blind = cases.diagnose(bench, issue, "--graph", empty)
    ranks["no graph", metric].append(right_at(blind, cause, [s["service"] for s in blind["suspects"]]))
    normal, window = (cases.columns(p, 3) for p in (scenario / "noissue" / "metrics.csv", issue / "metrics.csv"))
    score = {k[0]: cases.n_sigma(normal[k], window[k]) for k in window if k[1:] == (metric, agg) and k in normal
             and k[0] != node}
    ranks["n-sigma", metric].append(cases.rank_of(cause["node"], sorted(score, key=score.get, reverse=True)))
    ranks["chance", metric].append(cases.rank_of(cause["node"], cases.shuffled(score, len(ranks["chance", metric]))))


def write(path, head, rows):
    path.write_text("\n".join(head + rows) + "\n")


def is_quiet(bench, scenario, target, head, normal, window, room):
    write(room / "normal.csv", head, normal)
    write(room / "window.csv", head, window)
    answer = cases.diagnose(bench, room / "window.csv", "--normal", room / "normal.csv", "--graph",
                            scenario / "graph.csv", "--target", ".".join(target))
    return not answer["causes"]


def score_quiet(bench, scenario, targets, room, quiet):
    lines = (scenario / "noissue" / "metrics.csv").read_text().splitlines()
    head, rows = lines[:4], [r for r in lines[4:] if r]
    n = len(rows)
    for target in targets:
        quiet["splits"] += [is_quiet(bench, scenario, target, head, rows[:s], rows[s:], room)
                            for s in (n * t // 10 for t in range(5, 10))]
        quiet["quarters of an hour"] += [is_quiet(bench, scenario, target, head, rows[:a], rows[a:a + WINDOW], room)
                                         for a in range(n // 2, n - WINDOW + 1, WINDOW)]


def report(bench, ranks, quiet, ms):
    everything = {who: [r for (w, _), v in ranks.items() if w == who for r in v]
                  for who in ("weir", "no graph", "n-sigma", "chance")}
    n = len(everything["weir"])
    if n:
        for k, goal, published in ((1, .75, .654), (3, .90, .827)):
            bench.add(TASK, f"top-{k}, {n} faults", cases.at(everything["weir"], k), "share", goal, less=False,
                      peer=PUBLISHED, peer_value=published)
            for metric in sorted({m for _, m in ranks}):
                bench.add(TASK, f"top-{k}, {metric}", cases.at(ranks["weir", metric], k), "share")
            bench.add(TASK, f"top-{k}, graph withheld", cases.at(everything["no graph"], k), "share",
                      peer="n-sigma, same run", peer_value=cases.at(everything["n-sigma"], k))
        bench.note(f"PetShop by chance: top-1 {cases.at(everything['chance'], 1):.3f}, top-3 {cases.at(everything['chance'], 3):.3f}")
    for what, values in quiet.items():
        if values:
            bench.add(TASK, f"specificity, {len(values)} {what}", sum(values) / len(values), "share", .95, less=False)
    if ms is not None:
        bench.add(TASK, "processor time a fault", ms, "ms", 1.0, peer="Python scores and traversal, earlier run",
                  peer_value=25)


def measure(bench):
    folder = bench.dataset("rca_petshop")
    if not folder:
        return
    scenarios = sorted(p for p in folder.iterdir() if (p / "noissue" / "metrics.csv").exists())
    issues = {s: issues_of(s) for s in scenarios}
    every = sorted({target_of(i)[0] for group in issues.values() for i in group})
    ranks = {(who, t[1]): [] for who in ("weir", "no graph", "n-sigma", "chance") for t in every}
    quiet = {"splits": [], "quarters of an hour": []}
    with tempfile.TemporaryDirectory() as room:
        room = pathlib.Path(room)
        (room / "empty.json").write_text("[]")
        for scenario in scenarios:
            for issue in issues[scenario]:
                score_issue(bench, scenario, issue, room / "empty.json", ranks)
            own = sorted({target_of(i)[0] for i in issues[scenario]})
            score_quiet(bench, scenario, own or every, room, quiet)
    report(bench, ranks, quiet, cases.milliseconds(bench, [i for group in issues.values() for i in group]))
