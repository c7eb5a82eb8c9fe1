"""What `weir run` spools while the server is down is in the record soon after the server is back, once. usage:
spool_test.py WEIR"""
import os
import sys

from serving import Tap
from weir_server import Weir, wait_for


def main():
    tap, weir = Tap(), Weir(sys.argv[1])
    try:
        code, _, err = weir.command("run", "--pipeline", "orders", "--step", "load", "--", "sh", "-c", "exit 3")
        tap.same(code, 3, "a job runs as ever when the server is down")
        spool = f"{weir.data}/spool"
        tap.check(os.path.isdir(spool) and os.listdir(spool), "its reports are spooled", err)
        with open(f"{spool}/00000000000000000000-junk.json", "w") as f:
            f.write('{"event":"finished","id":"x"}')
        weir.start()
        runs = lambda: weir.get("/api/v1/pipelines/orders/runs").get("items", [])
        wait_for(lambda: [r for r in runs() if r["exit_code"] == 3], 10)
        tap.same([(r["pipeline"], r["exit_code"]) for r in runs()], [("orders", 3)],
                 "the server takes them in when it starts, once")
        left = wait_for(lambda: [n for n in os.listdir(spool)
                                 if not n.startswith(".")] == ["00000000000000000000-junk.json.refused"], 10)
        tap.check(left, "what can never be accepted is put aside", os.listdir(spool))
        tap.check(wait_for(lambda: weir.get("/api/v1/incidents").get("items"), 10),
                  "and it counts: the failed run is an incident")
        tap.same(weir.stop(), 0, "and the server stops as it should")
    finally:
        weir.done()
    tap.done()


main()
