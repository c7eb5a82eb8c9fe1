"""A backup of a working server, restored elsewhere: it verifies, sends nothing until `weir resume`, and what was open
when the backup was made is never done again: its outcome is unknown and a person is told. usage: backup_test.py WEIR
"""
import http.server
import json
import os
import shutil
import sqlite3
import sys
import threading
import time

from serving import Tap
from weir_server import Weir, failed_run, wait_for

PIPELINES = 40


class Receiver(http.server.BaseHTTPRequestHandler):
    """The webhook that messages go to."""
    got = []

    def do_POST(self):
        Receiver.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def make(program, port, log=None):
    """A server whose steps take a while and write down which effect ran them."""
    weir = Weir(program,
                "incident:\n  settle: 100ms\n  group: 1s\n  quiet: 60s\nnotify:\n  - name: team\n    kind: webhook\n"
                f"    url: http://127.0.0.1:{port}/\n    min_severity: LOW\n")
    log = log or f"{weir.dir}/executed"
    script = weir.write("step.sh", f'echo "$WEIR_EFFECT" >> {log}\nsleep 0.4\n')
    names = [f"p{i}" for i in range(PIPELINES)] + ["fresh", "meanwhile"]
    weir.write("pipelines.yaml", "version: 1\npipelines:\n" + "".join(
        f"  - name: {name}\n    source: a\n    destination: b\n    tier: 2\n    steps:\n"
        f"      - {{name: load, argv: [sh, {script}], cwd: {weir.dir}, repeatable: yes, timeout: 20s}}\n"
        for name in names))
    with open(weir.config, "a") as f:
        f.write(f"pipelines: {weir.dir}/pipelines.yaml\n")
    return weir, log


def executed(log):
    return open(log).read().split() if os.path.exists(log) else []


def load(weir, stop):
    """A failed run now and then on every pipeline; and the small talk of a busy server."""
    n = 0
    while not stop.is_set():
        weir.ask("POST", "/api/v1/runs", failed_run(f"run-{n}", f"p{n % PIPELINES}"), key="ingest")
        n += 1
        stop.wait(0.01)


def states(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rows = {i: (k, s) for i, k, s in db.execute("SELECT id, kind, state FROM effect")}
    db.close()
    return rows


def back_up(tap, old):
    stop = threading.Event()
    threads = [threading.Thread(target=load, args=(old, stop))]
    for t in threads:
        t.start()
    wait_for(lambda: len(executed(f"{old.dir}/executed")) > 3, 20)
    copy = f"{old.dir}/copy"
    code, out, err = old.command("backup", copy)
    tap.same(code, 0, "weir backup under load")
    time.sleep(2)
    stop.set()
    for t in threads:
        t.join()
    open_then = {i: k for i, (k, s) in states(copy).items() if s in ("pending", "started")}
    applies = [i for i, k in open_then.items() if k == "apply"]
    went_on = set(executed(f"{old.dir}/executed")) & set(applies)
    print(f"# open in the backup: {len(open_then)} effects, {len(applies)} of them remedies; the original went on with {len(went_on)}")
    tap.check(applies and went_on, "remedies were open in it, and the original carried some of them out afterwards",
              open_then)
    return copy, open_then


def restore(tap, old, new, copy):
    code, out, err = new.command("restore", copy)
    tap.check(code == 0, "weir restore elsewhere", err)
    shutil.copy(f"{old.data}/journal.key", f"{new.data}/journal.key")
    code, out, err = new.command("audit", "verify")
    tap.check(code == 0, "the restored journal verifies", out + err)


def quiet_until_resume(tap, new, log, open_then):
    before, told = len(executed(log)), len(Receiver.got)
    new.start()
    new.ask("POST", "/api/v1/runs", failed_run("after-restore", "meanwhile"), key="ingest")
    tap.check(wait_for(lambda: [d for d in new.get("/api/v1/decisions")["items"] if d["rule"] == "guard.restored"], 10),
              "a new fault is decided on, and nothing may be done", new.get("/api/v1/decisions"))
    time.sleep(2)
    tap.same((len(executed(log)) - before, len(Receiver.got) - told), (0, 0),
             "until resume no step is run and no message is sent")
    now = states(f"{new.data}/store/weir.db")
    tap.same([i for i in open_then if now[i][1] != "unknown"], [], "what was open in the backup has an unknown outcome")
    code, _, err = new.command("resume")
    tap.check(code != 0, "a running server is not resumed behind its back", err)
    tap.same(new.stop(), 0, "the restored server stops as it should")


def after_resume(tap, new, log, open_then):
    before, told = executed(log), len(Receiver.got)
    code, _, err = new.command("resume")
    tap.check(code == 0, "weir resume", err)
    new.start()
    asks = lambda: [m for m in Receiver.got[told:] if "person is needed" in json.dumps(m)]
    tap.check(wait_for(asks, 10), "then people are told that they are needed", Receiver.got[told:][:2])
    new.ask("POST", "/api/v1/runs", failed_run("after-resume", "fresh"), key="ingest")
    tap.check(wait_for(lambda: len(executed(log)) > len(before), 40), "weir mends new faults again")
    time.sleep(1)
    again = [e for e in executed(log)[len(before):] if e in open_then]
    tap.same(again, [], "and nothing of what was open in the backup is done again")
    unknown = {e["incident"] for e in new.get("/api/v1/effects?state=unknown&limit=200")["items"]
               if e["kind"] == "apply"}
    closed = [i for i in unknown if new.get(f"/api/v1/incidents/{i}")["state"] == "resolved"]
    tap.check(unknown and not closed, "incidents with a remedy in doubt stay open for a person", closed)
    new.stop()
    for what in (("audit", "verify"), ("replay", "--verify")):
        code, out, err = new.command(*what)
        tap.check(code == 0, f"weir {' '.join(what)} in the end", out[-300:] + err[-300:])


def main():
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    port = receiver.server_address[1]
    tap = Tap()
    old, log = make(sys.argv[1], port)
    new, _ = make(sys.argv[1], port, log)
    try:
        old.start()
        copy, open_then = back_up(tap, old)
        old.stop()
        restore(tap, old, new, copy)
        quiet_until_resume(tap, new, log, open_then)
        after_resume(tap, new, log, open_then)
    finally:
        old.done()
        new.done()
    tap.done()


main()
