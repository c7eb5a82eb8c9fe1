"""Part of api_test.py: inquiries, texts, models, knowledge, schedules and the rest, each as a client meets it once."""
import concurrent.futures
import hashlib
import json
import re
import shutil
import struct
import subprocess
import time

# Answered elsewhere, because they need what the server of this test has not.
ELSEWHERE = {("get", "/api/v1/events"): "a WebSocket: events_test.py",
             ("get", "/api/v1/events/stream"): "has no end: events_test.py",
             ("get", "/api/v1/checkpoint"): "wants a signer: cli_test.py, witness_test.c",
             ("post", "/api/v1/models/rollback"): "wants learned models: models_test.py"}


class Caller:
    """Asks, checks the status, and gives the JSON of the reply."""

    def __init__(self, server, tap):
        self.server, self.tap = server, tap

    def __call__(self, method, path, body=None, want=200, role="admin", headers=None):
        status, _, text = self.server.ask(method, path, role, body, headers)
        self.tap.check(status == want, f"{method} {path.split('?')[0]}: {want}", f"{status} {text[:300]}")
        return json.loads(text) if text.startswith(("{", "[")) else text


def inquiries(call, tap):
    mail = {"subject": "Invoice 4711", "body": "My invoice is wrong, please send the refund to DE89370400440532013000.",
            "sender_email": "ana@example.com", "sender_name": "Ana Example"}
    one = call("POST", "/api/v1/inquiries/submit", mail, 201, "ingest")
    tap.same((one["category"], one["subject"]), ("billing", mail["subject"]), "it is judged when it is taken")
    path = "/api/v1/inquiries/" + one["id"]
    tap.same(call("GET", path)["body"], mail["body"], "an operator's rank reads all")
    seen = json.dumps(call("GET", path, role="viewer"))
    tap.check("DE8937" not in seen and "Ana Example" not in seen, "a viewer reads it masked", seen)
    got = call("POST", "/api/v1/inquiries/batch",
               {"channel": "file",
                "items": [mail | {"subject": "", "body": "Where is my parcel?", "sender_email": "bob@example.com"},
                                                                              mail | {"subject": "", "body": " "}]})
    tap.same((got["accepted"], [r["index"] for r in got["refused"]]), (1, [1]), "of a batch the good rest is kept")
    said = call("POST", "/api/v1/inquiries/classify?include_all_scores=true", json.dumps("please refund my invoice"),
                role="ingest", headers={"Content-Type": "application/json"})
    tap.check(said["category"] == "billing" and abs(sum(said["all_scores"]["category"].values()) - 1) < .02,
              "a text is judged and not kept", said)
    listed = call("GET", "/api/v1/inquiries?q=invoice&state=active")["items"]
    tap.same([i["id"] for i in listed], [one["id"]], "it is found by its words")
    call("GET", "/api/v1/inquiries?q=invoice", None, 403, "viewer")
    call("POST", path + "/label", {"category": "sales"}, role="operator")
    tap.same(call("GET", path)["category"], "sales", "a person corrects it")
    call("POST", path + "/label", {}, 422)
    call("POST", path + "/assign", {"department": "finance", "comment": "theirs"}, role="operator")
    call("POST", path + "/answer", {"comment": "sent"}, role="operator")
    tap.same(call("POST", path + "/close", {})["state"], "closed", "and closes it")
    call("POST", "/api/v1/inquiries/erase", {"sender_email": "ana@example.com"}, 403, "approver")
    call("POST", "/api/v1/inquiries/erase", {"sender_email": "ana@example.com"})
    gone = call("GET", path)
    tap.same((gone["erased"], gone["body"]), (True, ""), "what was erased is gone")
    call("GET", "/api/v1/inquiries/inq-999999", None, 404)


def texts(call, tap):
    said = call("POST", "/api/v1/text/classify?top=2", {"model": "desk/sentiment", "text": ["great", "this is awful"]},
                role="ingest")["items"]
    tap.same([i["label"] for i in said], ["positive", "negative"], "texts are judged by the desk")
    call("POST", "/api/v1/text/classify", {"model": "nobody", "text": "x"}, 404)
    read = call("POST", "/api/v1/text/read", {"text": "I paid 30 EUR for order #4711 on 2026-05-04."}, role="ingest")
    tap.check(read["items"][0]["language"] == "en" and read["items"][0]["entities"], "and read", read)
    names = {"labels": ["billing", {"label": "weather", "description": "rain and sunshine"}], "text": "the sky is grey"}
    status, _, said = call.server.ask("POST", "/api/v1/text/classify", "ingest", names)
    tap.check(status == 200 and json.loads(said)["items"][0]["label"] == "weather" or
              status == 503 and "weir model fetch" in said, "by names alone, or how to get the model", said)
    vectors = {"model": "all-MiniLM-L6-v2", "input": ["a cat", "a kitten", "an invoice"]}
    status, _, text = call.server.ask("POST", "/v1/embeddings", "viewer", vectors)
    if status == 503:
        ELSEWHERE["post", "/v1/embeddings"] = "the model is not here: embeddings_test.py"
        tap.check("weir model fetch" in text, "without the model it says how to get it", text)
        return
    v = [d["embedding"] for d in json.loads(text)["data"]]
    near, far = (sum(a * b for a, b in zip(v[0], other)) for other in v[1:])
    tap.check(status == 200 and near > far + .2, "texts are vectors", (status, near, far))
    call("POST", "/v1/embeddings", vectors | {"model": "other"}, 404, "viewer")


def models(call, tap):
    name, digests = "/api/v1/registry/forecast", []
    for version, bytes_ in ((1, b"first"), (2, b"second")):
        kept = call("POST", "/api/v1/registry/files?kind=file", bytes_, 201, "operator")
        tap.same(kept, {"digest": hashlib.sha256(bytes_).hexdigest(), "bytes": len(bytes_)}, "a file is kept by digest")
        digests.append(kept["digest"])
        made = call("POST", name + "/versions", {"kind": "file", "digest": kept["digest"], "held_back": "h" * 64,
                                                 "metrics": {"accuracy": .7 + version / 10}}, 201, "operator")
        tap.same(made["version"], version, "and becomes a version")
    call("POST", name + "/versions", {"kind": "file", "digest": "0" * 64}, 422)
    tap.same(call("GET", "/api/v1/registry/files/" + digests[0], role="viewer"), "first", "it can be fetched")
    call("GET", "/api/v1/registry/files/" + "0" * 64, None, 404)
    call("POST", name + "/promote", {"version": 1}, 403, "operator")
    judged = call("POST", name + "/promote", {"version": 1}, role="approver")
    tap.same(judged["promoted"], True, "the first comes in use")
    call("POST", name + "/trial", {"version": 2, "share": 0}, role="approver")
    tap.same(call("GET", name, role="viewer")["trial"]["version"], 2, "the second is tried")
    call("POST", name + "/trial", {"version": 0}, role="approver")
    call("POST", name + "/alias", {"alias": "mine", "version": 2}, role="operator")
    call("POST", name + "/mirrored", {"version": 2, "direction": "push", "url": "http://mlflow", "remote": "7"},
         role="operator")
    tap.same(call("POST", name + "/promote", {"version": 2, "force": True, "comment": "test"})["promoted"], True,
             "a person forces it")
    call("POST", name + "/rollback", {}, role="approver")
    tap.same([(m["name"], m["champion"]) for m in call("GET", "/api/v1/registry", role="viewer")["items"]],
             [("forecast", 1)], "and takes it back")


def knowledge(call, tap, incident):
    base = "/api/v1/knowledge"
    call("POST", base + "/documents", {"id": "turbine.md", "text": "# Turbine\n\nThe gearbox hums: oil it.\n"},
         role="operator")
    call("POST", base + "/documents",
         {"id": "secret.md", "text": "# Gearbox\n\nOnly admins oil.\n", "roles": ["admin"]})
    tap.same([d["id"] for d in call("GET", base + "/documents", role="viewer")["items"]], ["turbine.md"],
             "who may not read a document does not see it")
    tap.same(call("GET", base + "/documents/turbine.md", role="viewer")["title"], "Turbine", "one is read")
    call("GET", base + "/documents/secret.md", None, 404, "viewer")
    found = call("GET", base + "/search?q=gearbox+hums", role="viewer")
    tap.same((found["answered"], [h["document"] for h in found["hits"]]), (True, ["turbine.md"]), "and found")
    call("GET", base + "/search", None, 400, "viewer")
    call("GET", base + "/search?q=zeppelin+mooring", role="viewer")
    call("POST", base + "/feedback", {"document": "turbine.md", "question": "gearbox", "worked": True}, role="operator")
    call("POST", base + "/reindex", None, role="operator")
    until = time.monotonic() + 20  # a thread tells the core of it
    while not (gaps := call.server.ask("GET", base + "/gaps", "operator")[2]).count("zeppelin"):
        if time.monotonic() > until:
            break
        time.sleep(.05)
    tap.check("zeppelin mooring" in gaps, "what nobody answers is a gap", gaps)
    tap.same(call("GET", base + "/stats", role="viewer")["documents"], 2, "stats")
    call("DELETE", base + "/documents/secret.md", None, 404, "operator")
    call("DELETE", base + "/documents/secret.md", None, 204, "admin")
    drafts = call("GET", base + "/drafts?state=waiting", role="operator")["items"]
    tap.same([d["incident"] for d in drafts], [incident], "an incident that is over leaves a draft")
    path = f"{base}/drafts/{drafts[0]['id']}"
    tap.check("## Symptom" in call("GET", path, role="operator")["text"], "which can be read")
    call("POST", path + "/approve", {}, 403, "operator")
    call("POST", path + "/reject", {"comment": "no"}, role="approver")
    # A like one was decided on: the next leaves none by itself, and a person asks.
    call("POST", "/api/v1/runs", {"event": "finished", "id": "run-again", "pipeline": "orders", "step": "extract",
                                  "started": 1777874502000000, "ended": 1777874503000000, "exit_code": 1,
                                  "output": "sqlite3.OperationalError: no such column: amount"}, 201, "ingest")
    again = next(i["id"] for i in call("GET", "/api/v1/incidents?pipeline=orders", role="viewer")["items"]
                 if i["state"] != "resolved")
    call("POST", f"/api/v1/incidents/{again}/close", {"comment": "as it should be"}, role="operator")
    call("POST", base + "/drafts", {"incident": again}, 201, "operator")
    drafts = call("GET", base + "/drafts?state=waiting", role="operator")["items"]
    tap.same([d["incident"] for d in drafts], [again], "a draft is there when it was asked for")
    call("POST", f"{base}/drafts/{drafts[0]['id']}/approve", {"text": "# Columns\n\nMoor the zeppelin."},
         role="approver")
    tap.check(call("GET", f"{base}/search?q=moor+zeppelin", role="viewer")["hits"], "approved, it is found")


def schedules(call, tap):
    path = "/api/v1/schedules/report"
    tap.same([s["name"] for s in call("GET", "/api/v1/schedules", role="viewer")["items"]], ["report"], "schedules")
    call("POST", path + "/pause", {"comment": "holidays"}, role="operator")
    tap.same(call("GET", path, role="viewer")["paused_by"], "operator", "one rests")
    call("POST", path + "/resume", {}, role="operator")
    run = call("POST", path + "/run", {}, 201, "operator")
    call("POST", path + "/run", {}, 409, "operator")
    tap.same([r["id"] for r in call("GET", path + "/runs", role="viewer")["items"]], [run["id"]], "it is asked for")
    tap.same(call("GET", "/api/v1/schedule-runs/" + run["id"], role="viewer")["schedule"], "report", "and waits")
    call("POST", "/api/v1/schedules/none/run", {}, 404, "operator")


def remote_write(labels, value, at_ms):
    """A WriteRequest with one sample, as a snappy block of one literal."""
    def field(number, data):
        return bytes([number << 3 | 2, len(data)]) + data

    series = b"".join(field(1, field(1, k.encode()) + field(2, v.encode())) for k, v in sorted(labels.items()))
    sample, n = b"\x09" + struct.pack("<d", value) + b"\x10", at_ms
    while n > 127:
        sample, n = sample + bytes([n & 127 | 128]), n >> 7
    request = field(1, series + field(2, sample + bytes([n])))
    return bytes([len(request), 60 << 2, len(request) - 1]) + request


def older(call, tap, one):
    """Routes of the record that the other parts of the test pass by."""
    now = int(time.time() * 1e6)
    call("GET", "/api/v1/stats", role="viewer")
    call("GET", "/api/v1/pipelines/orders", role="viewer")
    call("GET", "/api/v1/knobs?pipeline=orders", role="ingest")
    call("GET", "/api/v1/models", role="viewer")
    call("GET", "/api/v1/journal/1", role="viewer")
    for name in ("decisions", "effects", "cases"):
        tap.check(call("GET", f"/api/v1/{name}", role="viewer")["items"], f"{name} are there")
    silence = call("POST", "/api/v1/silences", {"pipeline": "revenue", "ends": now + 3600_000_000}, 201, "operator")
    tap.same(len(call("GET", "/api/v1/silences", role="viewer")["items"]), 2, "silences")
    call("DELETE", "/api/v1/silences/" + silence["id"], None, 204, "operator")
    call("POST", f"/api/v1/incidents/{one['id']}/label", {"real": True}, role="operator")
    alert = {"status": "firing", "labels": {"alertname": "Late"}, "annotations": {}, "fingerprint": "f1"}
    call("POST", "/api/v1/alerts", {"alerts": [alert]}, role="ingest")
    event = {"eventTime": "2026-05-04T06:00:00Z", "eventType": "COMPLETE",
             "run": {"runId": "0190a3b4-0000-7000-8000-000000000001"},
             "job": {"namespace": "n", "name": "j"}, "inputs": [{"namespace": "n", "name": "a"}],
             "outputs": [{"namespace": "n", "name": "b"}]}
    call("POST", "/api/v1/lineage", event, 201, "ingest")
    call("POST", "/api/v1/lineage/batch", [event | {"run": {"runId": "0190a3b4-0000-7000-8000-000000000002"}}],
         role="ingest")
    call("POST", "/api/v1/lineage/jobs", {"jobs": [{"job": "k", "inputs": ["b"], "outputs": ["c"],
                                                    "flows": [["b", "x", "c", "y", "IDENTITY"]]}]}, role="operator")
    call("GET", "/api/v1/lineage/walk?node=c&direction=up", role="viewer")
    call("GET", "/api/v1/lineage/impact?column=b.x", role="viewer")
    call("POST", "/api/v1/events", {"kind": "change.seen", "subject": "orders",
                                    "body": {"kind": "deploy", "summary": "event", "detail": {}}}, role="ingest")
    call("POST", "/api/v1/write", remote_write({"__name__": "up", "job": "x"}, 1.0, now // 1000), 204, "ingest",
         {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy"})


def every_route(server, tap):
    """Last: the server itself says which of its routes gave what they are there for."""
    api = json.loads(server.ask("GET", "/openapi.json")[2])
    text = server.ask("GET", "/metrics", "viewer")[2]
    fine = {(m.lower(), r) for m, r, s in
            re.findall(r'^weir_http_requests_total\{method="(\w+)",route="([^"]+)",status="(\d+)"', text, re.M)
            if s[0] in "123"}
    every = {(m, p) for p, methods in api["paths"].items() for m in methods}
    tap.same(sorted(every - fine - set(ELSEWHERE)), [], f"each of {len(every)} routes gave a reply of success here")
    tap.same(sorted(set(ELSEWHERE) - every), [], "and those left out are there")


def bounded(server, tap):
    """Texts that take long do not hold up what is only recorded; beyond a few that wait they are refused. The server is
    the one with short queues: 4 texts run, 2 wait."""
    body = json.dumps({"text": [("The parcel did not arrive at the house in time. " * 800)[:32000]] * 2}).encode()
    headers, replies, meanwhile = {"Content-Type": "application/json"}, [], []

    def send(_):
        return server.ask("POST", "/api/v1/text/read", "ingest", body, headers)

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        until = time.monotonic() + 30
        while not any(s == 429 for s, _, _ in replies) and time.monotonic() < until:
            asked = [pool.submit(send, i) for i in range(16)]
            while not all(a.done() for a in asked):
                change = {"kind": "deploy", "summary": f"meanwhile {len(meanwhile)}"}
                meanwhile.append(server.ask("POST", "/api/v1/changes", "ingest", change)[0])
            replies += [a.result() for a in asked]
    statuses = [s for s, _, _ in replies]
    refused = [h for s, h, _ in replies if s == 429]
    tap.check(set(meanwhile) == {201}, "changes are recorded while texts wait", meanwhile)
    tap.check(set(statuses) == {200, 429} and statuses.count(200) >= 2, "some texts are read, others refused", statuses)
    tap.check(all("retry-after" in h for h in refused), "with Retry-After", refused)
    text = server.ask("GET", "/metrics", "viewer")[2]
    tap.check(f'weir_refused_total{{reason="busy_texts"}} {len(refused)}\n' in text, "and counted",
              [line for line in text.splitlines() if "weir_refused" in line])
    queues = re.findall(r'^weir_http_queue(_limit)?\{queue="(\w+)"\} (\d+)$', text, re.M)
    tap.same(queues, [("", "changes", "0"), ("", "encode", "0"), ("", "texts", "0"), ("_limit", "changes", "256"),
                      ("_limit", "encode", "256"), ("_limit", "texts", "2")], "the queues can be watched")
    tap.same(send(0)[0], 200, "later there is room again")


def conventions(server, tap):
    """Names, units and types as Prometheus wants them, by its own checker; and what a histogram must add up to."""
    text = server.ask("GET", "/metrics", "viewer")[2]
    buckets = re.findall(r'^weir_http_request_seconds_bucket\{(method="\w*",route="[^"]+",class="\dxx"),le="([^"]+)"\} '
                         r'(\d+)$', text, re.M)
    counts = dict(re.findall(r"^weir_http_request_seconds_count\{(.*)\} (\d+)$", text, re.M))
    totals = {}
    for labels, _, status, n in re.findall(r'^weir_http_requests_total\{(method="\w*",route="([^"]+)"),status="(\d+)"\}'
                                           r' (\d+)$', text, re.M):
        key = f'{labels},class="{status[0]}xx"'
        totals[key] = totals.get(key, 0) + int(n)
    series = {labels: [(float(le), int(n)) for at, le, n in buckets if at == labels] for labels, _, _ in buckets}
    odd = [labels for labels, found in series.items() if found != sorted(found) or found[-1][0] != float("inf")
           or not found[-1][1] == int(counts[labels]) == totals[labels]
           or any(a[1] > b[1] for a, b in zip(found, found[1:]))]
    tap.check(len(series) > 50 and set(series) == set(counts) == set(totals) and not odd,
              "each route has its times, which add up to its calls", odd)
    tap.check('route="/api/v1/inquiries/{id}",class="4xx"' in text and "inq-999999" not in text,
              "a route is named by its pattern")
    tap.check(re.search(r'^weir_inquiries_oldest_timestamp_seconds\{state="(review|open)"\} 1', text, re.M),
              "since when inquiries wait")
    if not shutil.which("promtool"):
        print("# skipped: promtool is not installed: names are not checked")
        return
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    found = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    # Older than the rule, and promised by name: milliseconds.
    found = [line for line in found if line != "pipeline_latency_ms metric names should not contain abbreviated units"]
    tap.same(found, [], "promtool has nothing to say about the metrics")
