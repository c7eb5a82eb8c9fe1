"""Silences, maintenance windows and inhibition over the API of a real server: what is silenced opens nothing and is
kept, a silence ends by itself or by hand, and what only suffers from a fault upstream joins its incident. usage:
silence_test.py WEIR
"""
import sys
import time

from serving import Tap
from weir_server import Weir, failed_run, wait_for

PIPELINES = ("  - name: orders\n    source: api\n    destination: wh.orders\n"
             "  - name: report\n    source: wh.orders\n    destination: wh.report\n    after: [orders]\n"
             "  - name: other\n    source: a\n    destination: b\n  - name: brief\n    source: a\n    destination: b\n")


def incidents(weir):
    return weir.get("/api/v1/incidents?state=active")["items"]


def fail(weir, run, pipeline):
    return weir.ask("POST", "/api/v1/runs", failed_run(run, pipeline), key="ingest")[0]


def silence(weir, **fields):
    return weir.ask("POST", "/api/v1/silences", fields, key="admin")


def main():
    tap, weir = Tap(), Weir(sys.argv[1], "incident:\n  settle: 200ms\n", PIPELINES)
    try:
        weir.start()
        now = int(time.time() * 1e6)
        status, made = silence(weir, pipeline="other", ends=now + 3600 * 10**6, comment="upgrade", maintenance=True)
        tap.same(status, 201, "a maintenance window is made")
        silence(weir, pipeline="brief", ends=now + 1500000, comment="for a moment")
        tap.check(silence(weir, pipeline="x", ends=now - 1)[0] in (400, 422), "one that is over already is refused")
        fail(weir, "r1", "other")
        fail(weir, "r2", "brief")
        found = wait_for(lambda: weir.get("/api/v1/findings?pipeline=other")["items"], 5)
        tap.same([f["suppressed"] for f in found], [made.get("id")],
                 "a silenced finding is kept, with the silence that holds it")
        time.sleep(1.7)
        tap.same(incidents(weir), [], "and opens no incident")
        fail(weir, "r3", "brief")
        tap.check(wait_for(lambda: [i["pipeline"] for i in incidents(weir)] == ["brief"], 5),
                  "a silence ends by itself", incidents(weir))
        tap.same(weir.ask("DELETE", f"/api/v1/silences/{made.get('id')}", key="admin")[0], 204, "or by hand")
        fail(weir, "r4", "other")
        tap.check(wait_for(lambda: len(incidents(weir)) == 2, 5), "then its pipeline counts again", incidents(weir))
        fail(weir, "r5", "orders")
        fail(weir, "r6", "report")
        both = wait_for(lambda: [i for i in incidents(weir) if i["pipeline"] == "orders" and i["findings"] >= 2], 5)
        tap.check(both, "a symptom downstream joins the incident of its source", incidents(weir))
        tap.check(not [i for i in incidents(weir) if i["pipeline"] == "report"], "and opens none of its own")
    finally:
        weir.done()
    tap.done()


main()
