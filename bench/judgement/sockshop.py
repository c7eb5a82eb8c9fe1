"""Root causes without a graph: a folder SERVICE-FAULT/N with normal.csv and anomalous.csv a fault, as in the sock-shop
recordings of RCD
(Ikram et al. 2022; they carry no licence and are not handed out). AC@1: the right service first; Avg@5: mean of AC@1 to
AC@5."""
import cases

TASK = "causes without a graph (sock-shop)"
GOALS = {"cpu": .95, "mem": .90}


def is_constant(values):
    return len({v for v in values if v == v}) < 2


def floor(case):
    """Services by their largest n-sigma over all their metrics."""
    normal, window = cases.columns(case / "normal.csv"), cases.columns(case / "anomalous.csv")
    best = {}
    for name in window:
        if name in normal and name and not is_constant(normal[name] + window[name]):
            service = name.split("_")[0]
            best[service] = max(best.get(service, -1e300), cases.n_sigma(normal[name], window[name]))
    return sorted(best, key=best.get, reverse=True)


def folders_of(root):
    return sorted(p.parent for p in root.rglob("normal.csv") if (p.parent / "anomalous.csv").exists())


def score(bench, folders, options=()):
    """{fault: [(weir's rank, rank of n-sigma, is the metric right, too: None where none is called so)]}; the truth is
    the folder's name."""
    found = {}
    for case in folders:
        service, fault = case.parent.name.rsplit("-", 1)
        suspects = cases.diagnose(bench, case, *options)["suspects"]
        rank = cases.rank_of(service, [s["service"] for s in suspects])
        has = any(name.split("_", 1)[-1].startswith(fault) for name in cases.columns(case / "anomalous.csv"))
        fine = rank == 0 and suspects[0]["metric"].startswith(fault) if has else None
        found.setdefault(fault, []).append((rank, cases.rank_of(service, floor(case)), fine))
    return found


def report(bench, task, found, ms, goals):
    """goals: {fault: least AC@1, "avg5": least Avg@5}; what has none is only shown."""
    for fault, rows in sorted(found.items()):
        ours, peer = [r[0] for r in rows], [r[1] for r in rows]
        bench.add(task, f"AC@1 service, {fault}, {len(rows)} faults", cases.at(ours, 1), "share", goals.get(fault),
                  less=False, peer="n-sigma, same run", peer_value=cases.at(peer, 1))
        bench.add(task, f"Avg@5 service, {fault}", cases.avg5(ours), "share", goals.get("avg5"), less=False,
                  peer="n-sigma, same run", peer_value=cases.avg5(peer))
        if rows[0][2] is not None:
            bench.add(task, f"AC@1 service and metric, {fault}", sum(bool(r[2]) for r in rows) / len(rows), "share")
    if ms is not None:
        bench.add(task, "processor time a fault", ms, "ms", 1.0, peer="Python n-sigma, earlier run", peer_value=6)


def measure(bench):
    root = bench.dataset("rca_sockshop")
    if not root:
        return
    folders = folders_of(root)
    if not folders:
        bench.note("skipped: no data: rca_sockshop holds no folder with normal.csv and anomalous.csv")
        return
    report(bench, TASK, score(bench, folders), cases.milliseconds(bench, folders), GOALS | {"avg5": .98})
