"""Neighbours that moved without crossing an alarm: samples of a service and of the two it calls are posted to a real
server; only the caller's latency crosses its threshold, but a callee's processor moved, and becomes the cause, with the
measurement as evidence in the journal; the decision replays without the samples. usage: measured_test.py WEIR
"""
import json
import os
import shutil
import sys
import time

from serving import Tap
from weir_server import Weir, wait_for

PIPELINES = """
  - name: front
    source: web
    destination: page
    after: [back, calm]
    steps: [{name: serve, argv: ["true"], repeatable: yes}]
    thresholds: [{metric: latency_seconds, max: 0.4, severity: HIGH}]
  - name: back
    source: a
    destination: b
    steps: [{name: serve, argv: ["true"], repeatable: yes}]
  - name: calm
    source: a
    destination: c
    steps: [{name: serve, argv: ["true"], repeatable: yes}]
"""
STEP, ROWS, LATE = 15, 240, 4
WORLD = (("front", "latency_seconds", .2, .01, .5), ("front", "cpu_percent", 20, 1, 20),
         ("back", "cpu_percent", 30, 1, 35.5), ("back", "requests", 100, 3, 100),
         ("calm", "cpu_percent", 30, 1, 30), ("calm", "requests", 50, 2, 50))


class Noise:
    """Sums of twelve uniform numbers, from a small generator: about normal, spread 1."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        total = 0.0
        for _ in range(12):
            self.state = (self.state * 1103515245 + 12345) % 2**31
            total += self.state / 2**31
        return total - 6


def samples(now, fault):
    """An hour of quarter minutes; in the last minute the fault, when there is one."""
    noise, out = Noise(7), []
    for i in range(ROWS):
        late = fault and i >= ROWS - LATE
        at = now - (ROWS - 1 - i) * STEP
        for pipeline, series, usual, spread, moved in WORLD:
            value = (moved if late else usual) + spread * noise.next()
            out.append({"series": series, "labels": {"pipeline": pipeline}, "time": at, "value": round(value, 6)})
    return out


def entries(weir, kind):
    return [e for e in weir.get("/api/v1/journal?limit=200")["items"] if e["kind"] == kind]


def diagnosed(weir):
    items = weir.get("/api/v1/incidents")["items"]
    found = [weir.get(f"/api/v1/incidents/{i['id']}") for i in items if i["state"] != "open"]
    return found and found[0]


def main():
    tap, weir = Tap(), Weir(sys.argv[1], "incident:\n  settle: 3s\n", PIPELINES)
    try:
        weir.start()
        now = int(time.time())
        status, answer = weir.ask("POST", "/api/v1/samples", {"samples": samples(now, True)}, key="admin")
        tap.same(status, 200, "an hour of samples is taken")
        incident = wait_for(lambda: diagnosed(weir), 20) or {}
        found = [e["body"] for e in entries(weir, "finding")]
        tap.same({f["pipeline"] for f in found}, {"front"}, "only the caller raised an alarm")
        measured = entries(weir, "series.measured")
        tap.same(len(measured), 1, "its neighbours were measured once")
        body = measured[0]["body"] if measured else {"series": [], "read": 0}
        tap.same(body["read"], 6, "every series of the three")
        tap.same(sorted((s["pipeline"], s["series"].split("{")[0]) for s in body["series"]),
                 [("back", "cpu_percent"), ("front", "latency_seconds")], "two of them are off")
        cause = (incident.get("causes") or [{}])[0]
        named = cause.get("kind"), cause.get("subject")
        tap.same(named, ("service.degraded", "back"), "the callee that moved is the cause")
        shown = [e["seq"] for e in cause.get("evidence", [])]
        tap.check(measured and measured[0]["seq"] in shown, "and the measurement is its evidence", cause)
        counted = weir.ask("GET", "/metrics", key="admin")[1]
        tap.check("weir_measured_incidents_total 1" in str(counted), "which is counted")
        weir.stop()
        shutil.rmtree(f"{weir.data}/samples")
        tap.same(weir.command("replay", "--verify")[0], 0, "the decision replays, without the samples")
    finally:
        weir.done()
    tap.done()


main()
