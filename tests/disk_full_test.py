"""A disk that fills up under a running weir, and has room again: /readyz says so and comes back by itself, senders are
told when to come again, and what was acknowledged is there. usage: disk_full_test.py WEIR
"""
import errno
import http.client
import json
import os
import subprocess
import sys
import time

from serving import Tap
from weir_server import Weir, failed_run, wait_for

DISK_MB = 24


class Disk:
    """A small one of its own at weir's data folder."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.there = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "weir-test", folder],
                                    capture_output=True).returncode == 0

    def fill(self):
        with open(f"{self.folder}/ballast", "wb") as f:
            while True:
                space = os.statvfs(self.folder)
                try:
                    os.posix_fallocate(f.fileno(), 0, max(1, space.f_bavail * space.f_frsize))
                    return
                except OSError as e:  # weir wrote in between
                    if e.errno != errno.ENOSPC or not space.f_bavail:
                        raise

    def clear(self):
        os.unlink(f"{self.folder}/ballast")

    def gone(self):
        if self.there:
            subprocess.run(["umount", "-l", self.folder], capture_output=True)


def post(weir, path, body):
    """(status, seconds after which to come again)"""
    c = http.client.HTTPConnection("127.0.0.1", weir.port, timeout=20)
    headers = {"x-api-key": weir.key("ingest"), "Content-Type": "application/json"}
    try:
        c.request("POST", path, json.dumps(body), headers)
        r = c.getresponse()
        r.read()
        return r.status, r.getheader("Retry-After")
    finally:
        c.close()


class Sender:
    """Reports and samples, each once; it knows what was acknowledged."""

    def __init__(self, weir):
        self.weir, self.count, self.taken = weir, 0, set()

    def report(self):
        self.count += 1
        name = f"run-{self.count}"
        status, after = post(self.weir, "/api/v1/runs", failed_run(name, "orders"))
        if status // 100 == 2:
            self.taken.add(name)
        return status, after

    def sample(self):
        body = {"samples": [{"series": "rows", "time": int(time.time() * 1e6), "value": 1.5}]}
        return post(self.weir, "/api/v1/samples", body)


def until_full(sender):
    for _ in range(2000):
        status, after = sender.report()
        if status // 100 != 2:
            return status, after
    return status, after


def check(tap, weir, disk):
    weir.start()
    sender = Sender(weir)
    tap.same(sender.report()[0] // 100, 2, "a report is taken")
    tap.same(sender.sample()[0] // 100, 2, "a sample is taken")
    disk.fill()
    status, after = until_full(sender)
    tap.check(status == 503 and after, "a report is refused for now: 503 with Retry-After", (status, after))
    ready = weir.ask("GET", "/readyz")
    tap.check(ready[0] == 503 and "full" in str(ready[1]), "/readyz says why it is not ready", ready)
    tap.same(weir.ask("GET", "/healthz")[0], 200, "/healthz: the process lives")
    told = wait_for(lambda: (lambda r: r if r[0] == 503 else None)(sender.sample()), 15) or (0, None)
    tap.check(told[0] == 503 and told[1], "a sample is refused, too", told)
    tap.check("full" in weir.get("/api/v1/stats")["trouble"], "the page is told")
    disk.clear()
    tap.check(wait_for(lambda: weir.ask("GET", "/readyz")[0] == 200, 15),
              "it comes back by itself, with nobody writing", weir.ask("GET", "/readyz"))
    tap.check(wait_for(lambda: sender.report()[0] // 100 == 2, 5), "a report is taken again")
    tap.check(wait_for(lambda: sender.sample()[0] // 100 == 2, 15), "a sample is taken again")
    runs, more = set(), "?limit=200"
    while more:
        page = weir.get("/api/v1/pipelines/orders/runs" + more)
        runs |= {r["id"] for r in page["items"]}
        more = f"?limit=200&cursor={page['next_cursor']}" if page.get("next_cursor") else ""
    tap.check(sender.taken <= runs, "what was acknowledged is there", sender.taken - runs)
    tap.same(weir.command("audit", "verify")[0], 0, "the journal verifies")


def main():
    tap = Tap()
    weir = Weir(sys.argv[1], "incident:\n  settle: 200ms\n")
    disk = Disk(weir.data)
    try:
        if not disk.there:
            tap.check(True, "a small disk # SKIP mounting one needs root")
        else:
            check(tap, weir, disk)
    finally:
        weir.stop()
        disk.gone()
        weir.done()
    tap.done()


main()
