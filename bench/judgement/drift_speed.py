"""Drift speed: 1,000,000 + 1,000,000 rows of 20 columns of numbers in memory, half of them shifted by .05 sd or scaled
by 1.05. One core each, processor seconds, each side's best of three turns taken in alternation; SciPy gives
Kolmogorov-Smirnov and Wasserstein, NumPy PSI, on the same bytes. Ours gives these and Kuiper, Jensen-Shannon, the
shape, tail, range and repeat tests, counts of different values and all summaries as well. The goals are against
Kolmogorov-Smirnov and PSI alone. Evidently has ten minutes of the processor; if these do not do, it gets a quarter of
the rows, and so do we."""
import json
import os
import resource
import signal
import subprocess
import tempfile

ROWS, COLUMNS, TURNS = 1_000_000, 20, 3
PEER_SECONDS = 600  # of the processor; three times as much by the clock

GENERATE = r'''
import sys
import numpy as np
rows, columns, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
for seed, name in ((1, "ref"), (2, "cur")):
    r = np.random.default_rng(seed)
    with open(f"{folder}/{name}", "wb") as f:
        for j in range(columns):
            draw = (r.standard_normal, lambda n: r.lognormal(0, 1, n), lambda n: r.gamma(2, 1, n), lambda n: r.standard_t(4, n))[j % 4]
            x = draw(rows)
            if seed == 2 and j % 2:
                x = x * 1.05 if j % 4 == 1 else x + 0.05
            f.write(x.astype("<f8").tobytes())
'''

SCIPY = r'''
import json, sys, time
import numpy as np
from scipy import stats
rows, columns, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
a, b = (np.fromfile(f"{folder}/{n}", "<f8").reshape(columns, rows) for n in ("ref", "cur"))
def psi(x, y):
    e = np.quantile(x, np.linspace(0, 1, 11))
    e[0], e[-1] = -np.inf, np.inf
    p, q = np.histogram(x, e)[0] / len(x) + 1e-4, np.histogram(y, e)[0] / len(y) + 1e-4
    return float(((q - p) * np.log(q / p)).sum())
out = {"ks": [], "wasserstein": [], "psi": []}
t = [time.process_time()]
for j in range(columns): out["ks"].append(float(stats.ks_2samp(a[j], b[j], method="asymp").statistic))
t.append(time.process_time())
for j in range(columns): out["psi"].append(psi(a[j], b[j]))
t.append(time.process_time())
for j in range(columns): out["wasserstein"].append(float(stats.wasserstein_distance(a[j], b[j])))
t.append(time.process_time())
out["parts"] = [y - x for x, y in zip(t, t[1:])]
print(json.dumps(out))
'''

EVIDENTLY = r'''
import json, sys, time
import numpy as np
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset
rows, columns, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
names = [f"c{i}" for i in range(columns)]
ref, cur = (pd.DataFrame(np.fromfile(f"{folder}/{n}", "<f8").reshape(columns, rows).T, columns=names) for n in ("ref", "cur"))
definition = DataDefinition(numerical_columns=names)
t = time.process_time()
report = Report([DataDriftPreset(num_method="ks")]).run(Dataset.from_pandas(cur, data_definition=definition), Dataset.from_pandas(ref, data_definition=definition))
report.dict()
print(json.dumps({"seconds": time.process_time() - t}))
'''


class TooLong(Exception):
    pass


def python(program, path, env, *args, seconds=None):
    def limited():
        if seconds:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        run = subprocess.run([program, "-c", path, *args], capture_output=True, text=True, env=env, preexec_fn=limited,
                             timeout=seconds and 3 * seconds)
    except subprocess.TimeoutExpired as e:
        raise TooLong from e
    if seconds and run.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise TooLong
    if run.returncode:
        raise RuntimeError(run.stderr.strip()[-300:])
    return json.loads(run.stdout) if run.stdout.strip() else None


def ours(bench, mode, args):
    run = subprocess.run([bench.build / "bench" / "bench_drift", mode, f"{args[2]}/ref", f"{args[2]}/cur", args[0],
                          args[1]], capture_output=True,
                         text=True, check=True)
    return json.loads(run.stdout)


def furthest(x, y):
    return max(abs(p - q) for p, q in zip(x, y))


def with_scipy(bench, args, peer, env):
    best = {}
    for _ in range(TURNS):
        for mode in ("exact", "sketch"):
            got = ours(bench, mode, args)
            best[mode] = min(best.get(mode, got), got, key=lambda g: g["seconds"])
        got = python(peer, SCIPY, env, *args)
        best["scipy"] = min(best.get("scipy", got), got, key=lambda g: sum(g["parts"]))
    exact, sketch, scipy = best["exact"], best["sketch"], best["scipy"]
    ks, psi, wasserstein = scipy["parts"]
    for mode, goal in (("exact", 20), ("sketch", 50)):
        took = best[mode]["seconds"]
        bench.add("drift speed", f"{mode}, seconds", round(took, 3), "s", peer="SciPy KS, NumPy PSI, seconds",
                  peer_value=round(ks + psi, 2))
        bench.add("drift speed", f"{mode}, times as fast as KS + PSI", round((ks + psi) / took, 1), "x", goal,
                  less=False)
        bench.add("drift speed", f"{mode}, times as fast as KS + PSI + Wasserstein",
                  round((ks + psi + wasserstein) / took, 1), "x")
    bench.add("drift speed", "exact, furthest KS D from SciPy's", furthest(exact["ks"], scipy["ks"]), "", 1e-9)
    bench.add("drift speed", "sketch, memory beside the input", round(sketch["beside_kb"] / 1024, 1), "MiB", 32)
    bench.add("drift speed", "sketch, furthest KS D from SciPy's", round(furthest(sketch["ks"], scipy["ks"]), 5), "")
    bench.note(f"drift speed: SciPy took KS {ks:.1f} s, Wasserstein {wasserstein:.1f} s, NumPy PSI {psi:.1f} s; PSI differs by "
               f"{furthest(exact['psi'], scipy['psi']):.1e}, Wasserstein by {furthest(exact['wasserstein'], scipy['wasserstein']):.1e}")
    return exact


def with_evidently(bench, peer, other, env, exact, args):
    """args: rows, columns, folder; exact: our result on the same rows."""
    rows, seconds = int(args[0]), None
    try:
        seconds = python(other, EVIDENTLY, env, *args, seconds=PEER_SECONDS)["seconds"]
    except RuntimeError as e:
        bench.note(f"drift speed: Evidently did not run: {e}")
    except TooLong:
        bench.note(f"drift speed: Evidently took more than {PEER_SECONDS} s for {rows:,} + {rows:,} rows")
        if rows == ROWS:
            with tempfile.TemporaryDirectory() as tmp:
                less = [str(rows // 4), args[1], tmp]
                python(peer, GENERATE, env, *less)
                with_evidently(bench, peer, other, env, ours(bench, "exact", less), less)
    if seconds:
        bench.add("drift speed", f"exact, times as fast as Evidently (KS), {rows:,} rows",
                  round(seconds / exact["seconds"]), "x",
                  peer="Evidently 0.7.23, seconds", peer_value=round(seconds, 1))


def measure(bench):
    peer = bench.peers("scipy==1.17.1", "numpy==2.4.6")
    if not peer:
        return
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as tmp:
        args = [str(ROWS), str(COLUMNS), tmp]
        python(peer, GENERATE, env, *args)
        exact = with_scipy(bench, args, peer, env)
        other = bench.peers("evidently==0.7.23", "pandas==2.2.3", home="peers_evidently")
        if other:
            with_evidently(bench, peer, other, env, exact, args)
