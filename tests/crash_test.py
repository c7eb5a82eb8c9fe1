"""kill -9 the server at random moments under load, start it again, and see that nothing acknowledged is lost and
nothing is done twice. Prints its seed; WEIR_TEST_FULL makes it 200 kills instead of 10.

usage: crash_test.py WEIR [plain|full|writes] [SEED]
full: the data lies on a small disk that fills up and has room again all the time; writes: the system refuses writes
past a place in each file, for moments, so that single ones fail.
"""
import http.client
import json
import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

PIPELINES = 60
KILLS = 200 if os.environ.get("WEIR_TEST_FULL") else 10
DISK_MB = 96
NOW = lambda: int(time.time() * 1e6)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class World:
    def __init__(self, weir, mode, seed):
        self.weir, self.mode, self.chance = weir, mode, random.Random(seed)
        self.dir = tempfile.mkdtemp(prefix="weir-crash-")
        self.disk, self.faults, self.deaths, self.refused = f"{self.dir}/disk", 0, 0, 0
        os.mkdir(self.disk)
        self.data, self.log = f"{self.disk}/data", f"{self.dir}/executed"
        self.port, self.child, self.acked, self.sent = free_port(), None, [], 0
        self.lock, self.died = threading.Lock(), []
        open(self.log, "w").close()
        self.declare()

    def declare(self):
        """Every pipeline has one step, which writes down the effect that ran it, before and after a little work."""
        script = f"{self.dir}/step.sh"
        with open(script, "w") as f:
            f.write(f'echo "begin $WEIR_EFFECT" >> {self.log}\nsleep 0.0$((RANDOM % 8))1 2>/dev/null || sleep 0.03\n'
                    f'echo "end $WEIR_EFFECT" >> {self.log}\n')
        with open(f"{self.dir}/pipelines.yaml", "w") as f:
            f.write("version: 1\npipelines:\n")
            for i in range(PIPELINES):
                f.write(f"  - name: p{i}\n    source: a\n    destination: b\n    tier: 2\n    steps:\n"
                        f"      - {{name: load, argv: [sh, {script}], cwd: {self.dir}, repeatable: yes, timeout: 20s}}\n")
        # The shipped policy, but bold: it goes on acting where it would leave the matter to a person.
        policy = open(f"{os.path.dirname(os.path.abspath(__file__))}/../examples/policy.yaml").read()
        policy = policy.replace("act_alone_confidence: 0.8",
                                "act_alone_confidence: 0.05").replace("attempts_per_target: 3",
                                                                      "attempts_per_target: 100")
        with open(f"{self.dir}/policy.yaml", "w") as f:
            f.write(policy.replace("budget_usd_per_day: 5", "budget_usd_per_day: 1000"))
        with open(f"{self.dir}/weir.yaml", "w") as f:
            f.write(f"data_dir: {self.data}\npipelines: {self.dir}/pipelines.yaml\npolicy: {self.dir}/policy.yaml\nserver:\n  listen: 127.0.0.1:{self.port}\n"
                    "incident:\n  settle: 100ms\n  group: 1s\n  quiet: 2s\njournal:\n  checkpoint_every: 10s\nlog:\n  level: error\n")

    def mount(self):
        """A disk of its own for the data. False: not allowed here."""
        return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "weir-test", self.disk],
                              capture_output=True).returncode == 0

    def fill(self):
        space = os.statvfs(self.disk)
        with open(f"{self.disk}/ballast", "wb") as f:
            if space.f_bavail:
                os.posix_fallocate(f.fileno(), 0, space.f_bavail * space.f_frsize)

    def clear(self):
        if os.path.exists(f"{self.disk}/ballast"):
            os.unlink(f"{self.disk}/ballast")

    def limit_writes(self, size):
        most = resource.RLIM_INFINITY
        resource.prlimit(self.child.pid, resource.RLIMIT_FSIZE, (most if size is None else size, most))

    def trouble(self, stop):
        """Make trouble for moments, until told to stop."""
        chance = random.Random(self.chance.random())
        make = {"full": self.fill, "writes": lambda: self.limit_writes(chance.randrange(32 << 10, 8 << 20))}[self.mode]
        mend = {"full": self.clear, "writes": lambda: self.limit_writes(None)}[self.mode]
        while not stop.wait(chance.uniform(0, 0.1)):
            try:
                make()
                self.faults += 1
                stop.wait(chance.uniform(0, 0.1))
                mend()
            except OSError:
                continue  # the server is gone, or took the last byte first
        if self.mode == "full":
            self.clear()

    def start(self):
        # Python ignores SIGXFSZ, and so does what it starts: a write past the limit is refused then, it does not kill.
        self.child = subprocess.Popen([self.weir, "serve", "--config", f"{self.dir}/weir.yaml"], stderr=subprocess.PIPE,
                                      restore_signals=False)
        until = time.time() + 30
        while time.time() < until:
            try:
                c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                c.request("GET", "/readyz")
                if c.getresponse().status == 200:
                    return
            except OSError:
                pass
            if self.child.poll() is not None:
                raise SystemExit(f"the server died: {self.child.stderr.read().decode()}")
            time.sleep(0.01)
        raise SystemExit("the server is not ready after 30 s")

    def kill(self):
        if self.child.poll() is not None:
            self.died.append(self.child.returncode)
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        self.child.stderr.close()

    def event(self):
        with self.lock:
            self.sent += 1
            n = self.sent
        t, failed = NOW(), self.chance.random() < 0.3
        return {"event": "finished", "id": f"run-{n}", "pipeline": f"p{self.chance.randrange(PIPELINES)}",
                "step": "load", "started": t - 50000,
                "ended": t, "exit_code": 28 if failed else 0, "signal": 0, "attempt": 1,
                "output": "curl: (28) Operation timed out after 1001 milliseconds with 0 bytes received" if failed
                else "fine"}

    def load(self, stop):
        key = open(f"{self.data}/ingest.key").read().strip()
        c = None
        while not stop.is_set():
            event = self.event()
            try:
                c = c or http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                c.request("POST", "/api/v1/runs", json.dumps(event),
                          {"x-api-key": key, "Content-Type": "application/json"})
                r = c.getresponse()
                r.read()
                if r.status == 201:
                    with self.lock:
                        self.acked.append(event["id"])
                elif r.status in (429, 503, 507) or (self.mode == "writes" and r.status == 500):
                    with self.lock:
                        self.refused += 1
                    stop.wait(0.01)
                else:
                    print(f"# unexpected status {r.status}")
            except (OSError, http.client.HTTPException):
                c = None
                if stop.wait(0.005):
                    return


def close_incidents(world):
    """The person that a remedy in doubt or without success calls for: looks, and closes."""
    def ask(method, path, body=None):
        c = http.client.HTTPConnection("127.0.0.1", world.port, timeout=10)
        c.request(method, path, body,
                  {"x-api-key": open(f"{world.data}/admin.key").read().strip(), "Content-Type": "application/json"})
        text = c.getresponse().read()
        c.close()
        return json.loads(text)
    for i in ask("GET", "/api/v1/incidents?state=diagnosed&limit=200")["items"]:
        ask("POST", f"/api/v1/incidents/{i['id']}/close", '{"comment":"looked at it"}')


def live(world, tidy):
    """One life: load, trouble, and a sudden end."""
    world.start()
    if tidy:
        close_incidents(world)
    stop = threading.Event()
    threads = [threading.Thread(target=world.load, args=(stop,)) for _ in range(3)]
    if world.mode != "plain":
        threads.append(threading.Thread(target=world.trouble, args=(stop,)))
    for t in threads:
        t.start()
    time.sleep(world.chance.uniform(0.02, 0.5))
    world.deaths += world.child.poll() is not None
    world.kill()
    stop.set()
    for t in threads:
        t.join()


def rounds(world):
    for i in range(KILLS):
        live(world, i % 5 == 4)
        if i % 20 == 19:
            print(f"# {i + 1} kills, {len(world.acked)} events acknowledged", flush=True)


def settle(world):
    """A last life in peace, until no effect is open."""
    world.start()
    db = sqlite3.connect(f"file:{world.data}/store/weir.db?mode=ro", uri=True)
    until = time.time() + 90
    while time.time() < until and db.execute("SELECT 1 FROM effect WHERE state IN ('pending', 'started') LIMIT 1").fetchone():
        time.sleep(0.2)
    db.close()
    world.child.terminate()
    if world.child.wait(60):
        world.died.append(world.child.returncode)
    return sqlite3.connect(f"file:{world.data}/store/weir.db?mode=ro", uri=True)


def executed(world):
    began = {}
    for line in open(world.log):
        word, effect = line.split()
        if word == "begin":
            began[effect] = began.get(effect, 0) + 1
    return began


def checks(world, db):
    yield "it_dies_by_our_hand_only_and_stops_when_asked", not world.died, f"{world.died} {world.child.stderr.read().decode()[-3000:]}"
    have = {r[0] for r in db.execute("SELECT id FROM run")}
    lost = [r for r in world.acked if r not in have]
    yield "no_acknowledged_event_is_lost", not lost, f"{len(lost)} of {len(world.acked)}: {lost[:5]}"
    twice = db.execute("SELECT run, kind FROM finding WHERE run <> '' GROUP BY run, kind HAVING COUNT(*) > 1").fetchall()
    yield "no_finding_is_raised_twice", not twice, str(twice[:5])
    began = executed(world)
    more = {e: n for e, n in began.items() if n > 1}
    yield "no_effect_is_executed_twice", not more, str(more)
    ended = dict(db.execute("SELECT id, state FROM effect WHERE kind = 'apply'"))
    stray = [e for e in began if e not in ended]
    yield "nothing_is_executed_without_an_effect", not stray, str(stray[:5])
    open_ones = [e for e, s in ended.items() if s in ("pending", "started")]
    yield "every_effect_has_an_outcome_or_is_unknown", not open_ones, str(open_ones[:5])
    bare = db.execute("SELECT e.id FROM effect e LEFT JOIN decision d ON d.id = e.decision WHERE e.kind IN ('apply', 'undo') AND "
                      "(d.verdict IS NULL OR d.verdict <> 'execute')").fetchall()
    yield "no_effect_without_a_decision_to_execute", not bare, str(bare[:5])
    unrecorded = db.execute("SELECT d.id FROM decision d LEFT JOIN entry j ON j.seq = d.seq WHERE j.kind IS NULL OR "
                            "j.kind <> 'decision.made'").fetchall()
    yield "no_decision_without_a_record", not unrecorded, str(unrecorded[:5])
    for name, command in (("the_journal_verifies", ["audit", "verify"]),
                          ("replay_makes_the_same_journal", ["replay", "--verify"])):
        p = subprocess.run([world.weir, *command, "--data-dir", world.data], capture_output=True, text=True)
        yield name, p.returncode == 0, p.stdout[-300:] + p.stderr[-300:]
    done = sum(s == "done" for s in ended.values())
    unknown = sum(s == "unknown" for s in ended.values())
    print(f"# {world.mode}: {world.faults} times of trouble, {world.refused} events refused, {world.deaths} times the server ended by itself")
    print(f"# {KILLS} kills, {len(world.acked)} events acknowledged, {len(began)} effects executed, {done} done, {unknown} unknown")
    if world.mode != "plain":
        yield "the_trouble_was_felt", world.faults > KILLS / 2 and world.refused > 0, f"{world.faults} times, {world.refused} refused"
    yield "the_load_did_something", len(world.acked) > KILLS and len(began) > 0, f"{len(world.acked)} acknowledged, {len(began)} executed"


def report(world, db):
    n = failed = 0
    for name, ok, why in checks(world, db):
        n += 1
        failed += not ok
        print(f"{'ok' if ok else 'not ok'} {n} - {name}" + ("" if ok else f"\n# {why}"))
    print(f"1..{n}")
    return 1 if failed else 0


def main():
    mode = sys.argv[2] if len(sys.argv) > 2 else "plain"
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
    world = World(sys.argv[1], mode, seed)
    mounted = False
    try:
        mounted = mode == "full" and world.mount()
        if mode == "full" and not mounted:
            print("1..0 # SKIP a small disk cannot be mounted here")
            return 0
        print(f"# seed {seed}", flush=True)
        rounds(world)
        return report(world, settle(world))
    finally:
        if world.child and world.child.poll() is None:
            world.child.kill()
            world.child.wait()
        if mounted:
            subprocess.run(["umount", "-l", world.disk], check=False)
        if not os.environ.get("WEIR_TEST_KEEP"):
            shutil.rmtree(world.dir, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
