"""Streams of numbers: does weir's ADWIN (src/engine/detect/stream_drift.h) see a step as soon as River's, how often
does it cry wolf, and how fast is it. Both get the same generated streams, in the same run: 20 of 200,000 lognormal
values with a step of
+0.5 in the middle, and quiet ones of seven shapes (one million values of each for River, four for weir)."""
import json
import subprocess

RIVER = '''
import array, json, subprocess, sys, time
from river import drift
def stream(*args):
    return array.array("d", subprocess.run([sys.argv[1], "write", *map(str, args)], check=True, stdout=subprocess.PIPE).stdout).tolist()
def alarms(values):
    d, out = drift.ADWIN(), []
    for i, v in enumerate(values):
        d.update(v)
        if d.drift_detected: out.append(i)
    return out
delays = [next((i - 100000 for i in alarms(stream("lognormal", seed, 200000, 0.5)) if i >= 100000), 200000) for seed in range(1, 21)]
values = stream("lognormal", 7, 1000000, 0)
began = time.process_time()
false = {"lognormal": len(alarms(values))}
speed = len(values) / (time.process_time() - began)
for k, shape in enumerate(("normal", "uniform", "student3", "cauchy", "rare", "counts")):
    false[shape] = len(alarms(stream(shape, 1001 + k, 1000000, 0)))
print(json.dumps({"delay": sum(delays) / len(delays), "speed": speed, "false": false}))
'''


def measure(bench):
    program = str(bench.build / "bench" / "bench_streams")
    ours = json.loads(subprocess.run([program], check=True, capture_output=True, text=True).stdout)
    python = bench.peers("river==0.26.1")
    river = json.loads(subprocess.run([python, "-c", RIVER, program], check=True, capture_output=True,
                                      text=True).stdout) if python else None
    peer = "River ADWIN" if river else None
    add = bench.add
    add("ADWIN-class stream", "values a second, one core", ours["values_per_s"], "1/s", 20e6, False, peer,
        river and river["speed"])
    add("ADWIN-class stream", "the same, plain ADWIN", ours["adwin_values_per_s"], "1/s", 20e6, False, peer,
        river and river["speed"])
    add("ADWIN-class stream", "delay of a step of +0.5, lognormal, mean of 20", ours["delay_mean"], "rows", 255, True,
        peer, river and river["delay"])
    add("ADWIN-class stream", "delay, the worst of 20", ours["delay_worst"], "rows")
    add("ADWIN-class stream", "false alarms per million, seven shapes", ours["false_per_million"], "", 1, True, peer,
        river and sum(river["false"].values()) / len(river["false"]))
    add("ADWIN-class stream", "state", ours["state_bytes"] / 1024, "KiB", 64)
    if river:
        bench.note("false alarms in a million values, River: " + ", ".join(f"{k} {v}" for k,
                                                                           v in river["false"].items()))
