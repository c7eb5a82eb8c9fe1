"""Few open files, and many who hold a connection without a word: the server raises its limit or takes fewer
connections, and answers whoever asks. usage: descriptors_test.py WEIR
"""
import os
import resource
import socket
import subprocess
import sys
import time

from serving import Tap
from weir_server import Weir, failed_run

TICKS = os.sysconf("SC_CLK_TCK")


def busy_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def soft_limit(pid):
    return resource.prlimit(pid, resource.RLIMIT_NOFILE)[0]


def hold(port, count):
    """Connections that say nothing."""
    held = []
    for _ in range(count):
        s = socket.socket()
        s.settimeout(5)
        s.connect(("127.0.0.1", port))
        held.append(s)
    return held


def answers(weir, path="/healthz"):
    """Its status and seconds; 0 when there is no answer."""
    began = time.monotonic()
    try:
        status = weir.ask("GET", path, timeout=5)[0]
    except OSError:
        status = 0
    return status, time.monotonic() - began


def check_crowded(tap, program):
    weir = Weir(program, "incident:\n  settle: 200ms\n", files=(64, 64))
    try:
        weir.start()
        held = hold(weir.port, 100)
        time.sleep(0.5)
        before, began = busy_seconds(weir.child.pid), time.monotonic()
        got = [answers(weir) for _ in range(20)]
        tap.check(all(s == 200 and t < 2 for s, t in got), "64 descriptors, 100 idle connections: /healthz answers",
                  str(got))
        tap.check(weir.ask("POST", "/api/v1/runs", failed_run("r1", "orders"), key="ingest")[0] // 100 == 2,
                  "and a report is taken")
        time.sleep(2)
        busy, spent = busy_seconds(weir.child.pid) - before, time.monotonic() - began
        tap.check(busy < 0.5 * spent, "nothing spins", f"{busy:.2f} s of {spent:.2f} s")
        for s in held:
            s.close()
        weir.stop()
        said = weir.child.stderr.read().decode()
        tap.check("limit=64" in said and "ulimit -n" in said, "what fits is said at the start", said[:400])
    finally:
        weir.done()


def check_later(tap, program):
    """The descriptors go while it runs: first with connections that wait, then without any."""
    weir = Weir(program)
    try:
        weir.start()
        held = hold(weir.port, 40)
        time.sleep(0.5)
        files = len(os.listdir(f"/proc/{weir.child.pid}/fd"))
        resource.prlimit(weir.child.pid, resource.RLIMIT_NOFILE, (files, 2 * files))
        got = [answers(weir) for _ in range(5)]
        tap.check(all(s == 200 and t < 2 for s, t in got), "descriptors that are gone later: /healthz answers",
                  str(got))
        for s in held:
            s.close()
        time.sleep(0.5)
        files = len(os.listdir(f"/proc/{weir.child.pid}/fd"))
        resource.prlimit(weir.child.pid, resource.RLIMIT_NOFILE, (files, 2 * files))
        waiting = hold(weir.port, 3)
        before = busy_seconds(weir.child.pid)
        time.sleep(2)
        busy = busy_seconds(weir.child.pid) - before
        tap.check(busy < 0.5, "none for the first connection: nothing spins", f"{busy:.2f} s of 2 s")
        resource.prlimit(weir.child.pid, resource.RLIMIT_NOFILE, (2 * files, 2 * files))
        tap.same(answers(weir)[0], 200, "and it goes on when there are some again")
        for s in waiting:
            s.close()
    finally:
        weir.done()


def check_too_few(tap, program):
    weir = Weir(program, files=(24, 24))
    try:
        r = subprocess.run([program, "serve", "--config", weir.config], capture_output=True, text=True, timeout=60,
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, weir.files))
        tap.check(r.returncode == 3 and r.stderr, "with far too few it does not start", (r.returncode, r.stderr))
    finally:
        weir.done()


def check_raised(tap, program):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < 2000:
        tap.check(True, "the limit is raised as far as needed # SKIP hard limit of this machine")
        return
    weir = Weir(program, files=(64, 2000))
    try:
        weir.start()
        limit = soft_limit(weir.child.pid)
        tap.check(512 < limit < 2000, "the limit is raised as far as needed", str(limit))
        held = hold(weir.port, 100)
        tap.same(answers(weir)[0], 200, "and 100 connections are held")
        alive = 0
        for s in held:
            s.settimeout(0.01)
            try:
                alive += s.recv(1) != b""
            except TimeoutError:
                alive += 1
        tap.same(alive, 100, "all of them")
        for s in held:
            s.close()
        weir.stop()
        tap.same(weir.child.stderr.read().decode(), "", "nothing is said")
    finally:
        weir.done()


def main():
    tap = Tap()
    os.environ["WEIR_LOG_LEVEL"] = "warn"
    check_crowded(tap, sys.argv[1])
    check_later(tap, sys.argv[1])
    check_too_few(tap, sys.argv[1])
    check_raised(tap, sys.argv[1])
    tap.done()


main()
