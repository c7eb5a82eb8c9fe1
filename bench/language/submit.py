"""Submit to the desk until it is durable: judged, sealed, routed, committed with fsync. Open loop at 200 a second (a
slow answer does not slow down the next question), then as fast as four connections go; processor time is the server's
own. Every inquiry is from somebody new, so each needs a key of its own: the dearest case."""
import http.client
import json
import os
import pathlib
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
        body = json.dumps({"subject": item["subject"], "body": f"{item['body']}\nNo. {n}",
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


def one(bench, items, how):
    """Judged by words alone, by the model inside, or by that with the sentence encoder."""
    name = f"submit an inquiry, durable, {how}"
    server = inquiries.server_of(str(bench.build / "weir"), how).start()
    try:
        paced(server, items, 50, 2)
        took = paced(server, items, 200, 15)
        wall, core = flat_out(server, items, 3000)
    finally:
        server.done()
    bench.add(name, "p99 at 200 a second", took[int(len(took) * 0.99)] * 1000, "ms", 15)
    bench.add(name, "median at 200 a second", took[len(took) // 2] * 1000, "ms", None)
    bench.add(name, "sustained, four connections", wall, "/s", None, less=False)
    bench.add(name, "a second of the server's processor time", core, "/s", 500, less=False)


def measure(bench):
    items = inquiries.read(inquiries.OWN)
    for how in ("words", "inside", "encoder"):
        if how != "encoder" or inquiries.encoder():
            one(bench, items, how)
