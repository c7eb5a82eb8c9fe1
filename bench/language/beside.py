"""Who waits for the encoder that did not ask for it: a cheap read while eight clients search with long questions
without rest, and a change that is recorded while eight have long texts judged; both beside what they take alone. The
clients are processes on the same machine, so absolute figures are of all of it."""
import http.client
import json
import multiprocessing
import pathlib
import sys
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "tests")]
import inquiries  # noqa: E402

LONG = "nobody knows what became of the thing that stood beside the door of the house number {} yesterday evening " * 8
CLIENTS, SECONDS, PAUSE = 8, 6, 0.005


def get(path):
    return "GET", path, None


def search(n):
    return get("/api/v1/knowledge/search?q=" + urllib.parse.quote(LONG.replace("{}", str(n))))


def pipelines(_):
    return get("/api/v1/pipelines?limit=1")


def judge(n):
    return "POST", "/api/v1/inquiries/classify", json.dumps(LONG.replace("{}", str(n)))


def change(n):
    return "POST", "/api/v1/changes", json.dumps({"kind": "deploy", "summary": f"number {n}"})


def ask(port, key, request, number, pause, until, out):
    """How long each answer took, until it is time; what was refused is an error."""
    connection, took, n = http.client.HTTPConnection("127.0.0.1", port, timeout=60), [], number
    while time.monotonic() < until:
        start = time.perf_counter()
        connection.request(*request(n), {"x-api-key": key, "Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        took.append(time.perf_counter() - start if reply.status < 300 else float("inf"))
        n += CLIENTS
        time.sleep(pause)
    out.put((pause > 0, took))


def measured(server, cheap, dear, clients):
    """Milliseconds of the cheap ones, sorted."""
    out, until = multiprocessing.Queue(), time.monotonic() + SECONDS
    each = [(dear, n, 0) for n in range(clients)] + [(cheap, CLIENTS, PAUSE)]
    started = [multiprocessing.Process(target=ask, args=(server.port, server.key(), request, n, pause, until, out))
               for request, n, pause in each]
    [p.start() for p in started]
    got = [out.get(timeout=SECONDS + 120) for _ in started]
    [p.join() for p in started]
    return sorted(1000 * t for is_cheap, took in got if is_cheap for t in took)


def measure(bench):
    if not inquiries.encoder():
        bench.note("skipped: no model of the encoder")
        return
    server = inquiries.server_of(str(bench.build / "weir"), "encoder")
    server.start()
    try:
        for name, cheap, dear in (("a read while eight search", pipelines, search),
                                  ("a change while eight have texts judged", change, judge)):
            for how, clients in (("alone", 0), ("beside them", CLIENTS)):
                took = measured(server, cheap, dear, clients)
                bench.add(name, f"median, {how}", took[len(took) // 2], "ms", None)
                bench.add(name, f"p99, {how}", took[int(len(took) * 0.99)], "ms", None)
    finally:
        server.done()
