"""A disk that fails under a running weir: it stops writing for good, says so wherever somebody looks, and works again
after a restart with all that it acknowledged. usage: read_only_test.py WEIR
"""
import resource
import sys

from serving import Tap
from weir_server import Weir, failed_run, wait_for


def break_disk(weir):
    """From here on the system refuses every write to a file."""
    resource.prlimit(weir.child.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def report(weir, run):
    return weir.ask("POST", "/api/v1/runs", failed_run(run, "orders"), key="ingest")


def metric(weir, name):
    text = weir.ask("GET", "/metrics", key="admin")[1]
    return [line.split()[-1] for line in text.splitlines() if line.startswith(name + " ")]


def main():
    tap, weir = Tap(), Weir(sys.argv[1], "incident:\n  settle: 200ms\n")
    try:
        weir.start()
        tap.same(report(weir, "before")[0] // 100, 2, "a report is taken")
        tap.check(weir.command("incidents")[2] == "", "and no command complains")
        break_disk(weir)
        status, said = wait_for(lambda: (lambda r: r if r[0] == 503 else None)(report(weir, "during")), 10) or (0, {})
        tap.same(status, 503, "after a failed write reports are refused with 503")
        ready = weir.ask("GET", "/readyz")
        tap.check(ready[0] == 503 and "restart" in str(ready[1]), "/readyz says why", ready)
        tap.same(weir.ask("GET", "/healthz")[0], 200, "/healthz: the process lives")
        tap.same(metric(weir, "weir_store_read_only"), ["1"], "the metric is 1")
        tap.check("a write to disk failed" in weir.get("/api/v1/stats")["trouble"], "the page is told")
        code, out, err = weir.command("incidents")
        tap.check("WARNING" in err and "restart weir" in err and "orders" in out,
                  "a command lists what is there, and warns", (code, out, err))
        code, _, err = weir.command("silence", "add", "--pipeline", "orders", "--for", "1h", "--comment", "x")
        tap.check(code != 0 and "restart" in err, "one that changes something fails and says why", (code, err))
        weir.stop()
        weir.start()
        tap.same(report(weir, "after")[0] // 100, 2, "after a restart reports are taken again")
        runs = {r["id"] for r in weir.get("/api/v1/pipelines/orders/runs")["items"]}
        tap.check({"before", "after"} <= runs, "and what was acknowledged is there", runs)
        tap.same(weir.command("audit", "verify")[0], 0, "the journal verifies")
    finally:
        weir.done()
    tap.done()


main()
