"""Submit to the desk until it is durable: judged, sealed, routed, committed with fsync. Open loop at 200 a second (a
slow answer does not slow down the next question), then as fast as four connections go; processor time is the server's
own and runs on one core, the load on the others. Every inquiry is from somebody new, so each needs a key of its own:
the dearest case. Whoever has learned a text asks the encoder too seldom, so our own texts (135 characters on average)
are judged by a model that is trained here without them; those of the data set (the development set: 268 characters) by
the one inside weir."""
import http.client
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "tests")]
import inquiries  # noqa: E402


class Client:
    def __init__(self, server):
        self.c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        self.headers = {"x-api-key": server.key("ingest"), "Content-Type": "application/json"}

    def submit(self, item, n):
        body = json.dumps({"subject": item["subject"], "body": f"{item['body'] or ''}\nNo. {n}",
                           "sender_email": f"load{n}@example.com"})
        self.c.request("POST", "/api/v1/inquiries/submit", body, self.headers)
        r = self.c.getresponse()
        r.read()
        if r.status != 201:
            raise SystemExit(f"submit answered {r.status}")


def paced(server, items, rate, seconds, threads=8):
    """Seconds from when each was to be sent to its answer."""
    start, took = time.perf_counter() + 0.2, []

    def work(k):
        client = Client(server)
        for n in range(k, int(rate * seconds), threads):
            due = start + n / rate
            time.sleep(max(0, due - time.perf_counter()))
            client.submit(items[n % len(items)], n)
            took.append(time.perf_counter() - due)

    pool = [threading.Thread(target=work, args=(k,)) for k in range(threads)]
    [t.start() for t in pool]
    [t.join() for t in pool]
    return sorted(took)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        parts = f.read().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def flat_out(server, items, count, threads=4):
    def work(k):
        client = Client(server)
        for n in range(k, count, threads):
            client.submit(items[n % len(items)], 10_000_000 + n)

    at, cpu = time.perf_counter(), cpu_seconds(server.child.pid)
    pool = [threading.Thread(target=work, args=(k,)) for k in range(threads)]
    [t.start() for t in pool]
    [t.join() for t in pool]
    return count / (time.perf_counter() - at), count / (cpu_seconds(server.child.pid) - cpu)


def start_alone(server):
    """On the last core, and this process on the others. Gives what it was before."""
    cores = os.sched_getaffinity(0)
    if len(cores) > 1:
        os.sched_setaffinity(0, {max(cores)})
    server.start()
    os.sched_setaffinity(0, cores - {max(cores)} or cores)
    return cores


def one(bench, name, items, how, models=None):
    """Judged by words alone, by a model inside, or by that with the sentence encoder."""
    server = inquiries.server_of(str(bench.build / "weir"), how, models)
    cores = start_alone(server)
    name = f"submit an inquiry ({name}), durable, {how}"
    try:
        paced(server, items, 50, 2)
        took = paced(server, items, 200, 15)
        wall, core = flat_out(server, items, 3000)
    finally:
        os.sched_setaffinity(0, cores)
        server.done()
    bench.add(name, "p99 at 200 a second", took[int(len(took) * 0.99)] * 1000, "ms", 15)
    bench.add(name, "p95 at 200 a second", took[int(len(took) * 0.95)] * 1000, "ms", None)
    bench.add(name, "median at 200 a second", took[len(took) // 2] * 1000, "ms", None)
    bench.add(name, "sustained, four connections", wall, "/s", None, less=False)
    bench.add(name, "a second of the server's processor time", core, "/s", 500, less=False)


def learned_without(bench):
    """The folder of a model of the examples without those that are submitted."""
    folder = bench.build / "bench" / "submit"
    folder.mkdir(parents=True, exist_ok=True)
    others = [str(p) for p in sorted(inquiries.OWN.parent.glob("*.jsonl")) if p != inquiries.OWN]
    encoder = ["--encoder", str(inquiries.encoder())] if inquiries.encoder() else ["--no-encoder"]
    subprocess.run([bench.build / "weir", "inquiries", "train", *others, *encoder, "-o", folder / "inquiries.model"],
                   check=True, capture_output=True)
    return folder


def measure(bench):
    folder, models = bench.dataset("inquiries"), learned_without(bench)
    ways = [how for how in ("words", "inside", "encoder") if how != "encoder" or inquiries.encoder()]
    for how in ways:
        one(bench, "own", inquiries.read(inquiries.OWN), how, models)
    for path in sorted(folder.glob("*.jsonl")) if folder else []:
        for how in ways[1:]:
            one(bench, path.stem, inquiries.read(path), how)
