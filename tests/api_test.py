#!/usr/bin/env python3
"""The API as clients meet it: api_test.py SERVER_FIXTURE."""
import concurrent.futures
import gzip
import http.client
import json
import sys
import time

import api_routes
from serving import Server, Tap


def soon(ask):
    """What is acknowledged is durable; engine threads make it readable a moment later. The first answer that is not
    empty."""
    until = time.monotonic() + 20
    while not (got := ask()) and time.monotonic() < until:
        time.sleep(0.01)
    return got


def pages(server, tap):
    names, cursor = [], ""
    while cursor is not None:
        page = json.loads(server.ask("GET", f"/api/v1/pipelines?limit=1&cursor={cursor}", "viewer")[2])
        names += [p["name"] for p in page["items"]]
        cursor = page["next_cursor"]
    tap.same(names, ["customers", "orders", "report", "revenue"], "pages of one give every pipeline once")
    for query in ("limit=0", "limit=201", "limit=x", "limit=1&limit=2", "colour=red", "cursor=%zz"):
        tap.same(server.ask("GET", "/api/v1/pipelines?" + query, "viewer")[0], 400, f"?{query} is refused")
    got = json.loads(server.ask("GET", "/api/v1/pipelines?limit=0", "viewer")[2])
    tap.check("limit" in got["detail"] and "1..200" in got["detail"],
              "and the problem names the parameter and its range", got["detail"])


def incident(server, tap):
    items = json.loads(server.ask("GET", "/api/v1/incidents?state=active", "viewer")[2])["items"]
    tap.same(len(items), 1, "the failed run is one incident")
    one = json.loads(server.ask("GET", "/api/v1/incidents/" + items[0]["id"], "viewer")[2])
    tap.same(one["causes"][0]["kind"], "schema.missing_column", "with its cause")
    tap.check(all(e["seq"] > 0 for e in one["causes"][0]["evidence"]), "and evidence by journal entry")
    tap.check(one["proposals"] and one["decisions"] and one["approvals"] and one["cases"],
              "with proposal, decision, approval and case")
    case = json.loads(server.ask("GET", "/api/v1/cases/" + one["case_id"], "viewer")[2])
    tap.same([s["step"] for s in case["steps"]], list(range(1, len(case["steps"]) + 1)), "the case reads step by step")
    waiting = json.loads(server.ask("GET", "/api/v1/approvals?state=pending", "viewer")[2])["items"]
    tap.check(waiting[0]["summary"] and waiting[0]["leaves"] == "lasting", "the approval says what is asked for")
    tap.same(server.ask("POST", f"/api/v1/approvals/{waiting[0]['id']}/reject", "operator", {"comment": "no"})[0], 403,
             "an operator does not decide")
    tap.same(server.ask("POST", f"/api/v1/approvals/{waiting[0]['id']}/reject", "approver", {"comment": "no"})[0], 200,
             "an approver does")
    tap.same(server.ask("POST", f"/api/v1/approvals/{waiting[0]['id']}/approve", "approver", {})[0], 409, "once")
    forked = server.ask("POST", f"/api/v1/cases/{one['case_id']}/fork", "operator", {"step": 7})
    tap.same(forked[0], 201, "the case begins once more where it asked")
    waiting = json.loads(server.ask("GET", "/api/v1/approvals?state=pending", "viewer")[2])["items"]
    tap.same([server.ask("POST", f"/api/v1/approvals/{a['id']}/approve", "approver", {})[0] for a in waiting], [200],
             "it asks again, and is approved")
    tap.same(server.ask("POST", f"/api/v1/incidents/{one['id']}/close", "operator", {"comment": "mended by hand"})[0],
             200, "a person closes it")
    tap.same(json.loads(server.ask("GET", "/api/v1/incidents/" + one["id"], "viewer")[2])["state"], "resolved",
             "and it is resolved")
    return one


def idempotency(server, tap):
    def post(key, body, path="/api/v1/changes"):
        return server.ask("POST", path, "operator", body, {"Idempotency-Key": key})

    a = {"kind": "deploy", "summary": "once"}
    first, again = post("k1", a), post("k1", a)
    tap.same((first[0], again[0], again[2]), (201, 201, first[2]), "the same key and body give the same answer")
    tap.check("idempotency-replayed" in again[1], "which says that it is the first one again")
    tap.same(post("k1", {"kind": "deploy", "summary": "other"})[0], 409, "the same key with another body is refused")
    tap.same(server.ask("POST", "/api/v1/changes", "admin", a, {"Idempotency-Key": "k1"})[0], 201,
             "another caller's key is another key")
    entries = json.loads(server.ask("GET", "/api/v1/journal?kind=change.seen&limit=200", "viewer")[2])["items"]
    tap.same(len([e for e in entries if e["body"]["summary"] == "once"]), 2,
             "and the change is in the journal once for each caller")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        got = list(pool.map(lambda i: post("race", {"kind": "deploy", "summary": "race"}), range(32)))
    tap.check(all(s in (201, 409) for s, _, _ in got) and 201 in [s for s, _, _ in got],
              "32 at once: created or conflict", repr([s for s, _, _ in got]))
    entries = json.loads(server.ask("GET", "/api/v1/journal?kind=change.seen&limit=200", "viewer")[2])["items"]
    tap.same(len([e for e in entries if e["body"]["summary"] == "race"]), 1, "and exactly one change")
    for key in ("", "a b", "x" * 129):
        tap.same(post(key, a)[0], 400, f"the key {key[:8]!r} is refused")
    made = server.ask("POST", "/api/v1/keys", "admin", {"name": "ci", "role": "ingest"}, {"Idempotency-Key": "mk"})
    again = server.ask("POST", "/api/v1/keys", "admin", {"name": "ci", "role": "ingest"}, {"Idempotency-Key": "mk"})
    tap.same((made[0], again[0], "weir_" in again[2]), (201, 409, False), "a made key is shown once, never kept")
    return json.loads(made[2])["key"]


def keys(server, tap, key):
    def use(method="POST"):
        return server.ask(method, "/api/v1/changes" if method == "POST" else "/api/v1/pipelines", None,
                          {"kind": "deploy", "summary": "by ci"} if method == "POST" else None, {"x-api-key": key})[0]

    tap.same((use(), use("GET")), (201, 403), "an ingest key sends and does not read")
    listed = server.ask("GET", "/api/v1/keys", "admin")[2]
    tap.check(key not in listed and "hash" not in listed, "the list shows neither key nor digest")
    tap.same(server.ask("POST", "/api/v1/keys", "admin", {"name": "ci", "role": "ingest"})[0], 409,
             "a name is used once")
    tap.same(server.ask("DELETE", "/api/v1/keys/ci", "admin")[0], 204, "it is revoked")
    tap.same(use(), 401, "and works no more, at once")
    tap.same(server.ask("DELETE", "/api/v1/keys/admin", "admin")[0], 409, "a key does not revoke itself")


def login(server, tap):
    path = server.link.split(server.host)[1]
    tap.same(server.ask("HEAD", path)[0], 200, "a preview of the link does not use it up")
    status, headers, _ = server.ask("GET", path)
    cookie = headers.get("set-cookie", "")
    tap.check(status == 303 and "HttpOnly" in cookie and "SameSite=Strict" in cookie,
              "the link sets the cookie and goes to the page", f"{status} {cookie}")
    tap.same(server.ask("GET", path)[0], 401, "once")
    mine = {"Cookie": "other=1; " + cookie.split(";")[0]}
    who = json.loads(server.ask("GET", "/api/v1/me", headers=mine)[2])
    tap.same(who, {"name": "visitor", "role": "approver"}, "the session knows who it is")
    body = {"kind": "deploy", "summary": "by cookie"}
    tap.same(server.ask("POST", "/api/v1/changes", None, body, mine)[0], 201, "and may what its role may")
    evil = {**mine, "Origin": "http://evil.example"}
    tap.same(server.ask("POST", "/api/v1/changes", None, body, evil)[0], 403, "not for a page of another origin")
    tap.same(server.ask("GET", "/api/v1/me", None, None, evil)[0], 403, "nor to read")
    tap.same(server.ask("GET", "/api/v1/me", None, None, {**mine, "Origin": "http://" + server.host})[0], 200,
             "for its own page it may")
    tap.same(server.ask("GET", "/api/v1/me", None, None,
                        {**mine, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"})[0], 403,
             "no cross-site fetch")
    tap.same(server.ask("GET", "/api/v1/me", None, None, {**mine, "Host": "evil.example:80"})[0], 403,
             "no rebound name")
    tap.same(server.ask("POST", "/api/v1/logout", None, None, mine)[0], 204, "it logs out")
    tap.same(server.ask("GET", "/api/v1/me", headers=mine)[0], 401, "and the session has ended")
    status, headers, text = server.ask("POST", "/api/v1/login", None, {"key": server.keys["viewer"]})
    tap.check(status == 200 and json.loads(text) == {"name": "viewer", "role": "viewer"}
              and "weir_session=" in headers["set-cookie"], "a key logs in")
    status, headers, _ = server.ask("POST", "/login", None, "key=" + server.keys["viewer"],
                                    {"Content-Type": "application/x-www-form-urlencoded"})
    tap.check(status == 303 and "weir_session=" in headers["set-cookie"], "the form does too")
    tap.same(server.ask("POST", "/login", None, "key=wrong")[0], 401, "a wrong key in the form does not")


def rate_limit(server, tap):
    got = [server.ask("GET", "/api/v1/me", headers={"x-api-key": f"guess-{i}"}) for i in range(30)]
    tap.same([s for s, _, _ in got].count(429) >= 5, True, "guessing is answered with 429 after 20 attempts")
    limited = next(h for s, h, _ in got if s == 429)
    tap.check("retry-after" in limited, "and Retry-After")
    tap.same(server.ask("GET", "/api/v1/me", "viewer")[0], 200, "a key that was seen lately still works")


def protocol(server, tap):
    status, headers, text = server.ask("HEAD", "/api/v1/pipelines", "viewer")
    whole = server.ask("GET", "/api/v1/pipelines", "viewer")
    tap.same((status, text, headers["content-length"]), (200, "", whole[1]["content-length"]),
             "HEAD is GET without the body")
    status, headers, _ = server.ask("OPTIONS", "/api/v1/pipelines", "viewer")
    tap.same((status, headers["allow"]), (204, "GET, HEAD, POST, OPTIONS"), "OPTIONS lists the methods")
    status, headers, text = server.ask("DELETE", "/api/v1/pipelines", "admin")
    tap.same((status, headers["allow"], json.loads(text)["status"]), (405, "GET, HEAD, POST, OPTIONS", 405),
             "405 with Allow")
    status, headers, text = server.ask("GET", "/nothing/here")
    tap.same((status, headers["content-type"], json.loads(text)["title"]),
             (404, "application/problem+json", "Not found"), "404 is a problem in JSON")
    body = {"name": "zipped", "source": "a", "destination": "b"}
    packed = gzip.compress(json.dumps(body).encode())
    tap.same(server.ask("POST", "/api/v1/pipelines", "operator", packed,
                        {"Content-Type": "application/json", "Content-Encoding": "gzip"})[0], 201, "gzip is undone")
    bomb = gzip.compress(b" " * 50_000_000)
    tap.same(server.ask("POST", "/api/v1/pipelines", "operator", bomb,
                        {"Content-Type": "application/json", "Content-Encoding": "gzip"})[0], 413, "a gzip bomb is not")
    tap.same(server.ask("POST", "/api/v1/pipelines", "operator", "{}", {"Content-Type": "text/plain"})[0], 415,
             "JSON is needed")
    text = server.ask("POST", "/api/v1/pipelines", "operator", {**body, "sourze": "x"})[2]
    tap.check('did you mean \\"source\\"' in text, "a misspelt name gets the right one", text)
    text = server.ask("POST", "/api/v1/pipelines", "operator", {"name": "", "source": "", "destination": ""})[2]
    tap.check("/name" in text, "a problem names the place", text)
    tap.same(server.ask("POST", "/api/v1/pipelines", "operator", "[" * 100, {"Content-Type": "application/json"})[0],
             413, "deep nesting is refused")


def runs(server, tap):
    def event(kind, i, **more):
        return {"event": kind, "id": f"api-{i}", "pipeline": "batchy", "step": "load", "started": 1777874400000000 + i,
                **more}

    tap.same(server.ask("POST", "/api/v1/runs", "ingest", event("started", 0))[0], 201, "a run starts")
    done = event("finished", 0, ended=1777874401000000, exit_code=0, output="fine")
    tap.same(server.ask("POST", "/api/v1/runs", "ingest", done)[0], 201, "and ends")
    tap.same(server.ask("POST", "/api/v1/runs", "ingest", event("finished", 1))[0], 422, "an end needs its time")
    spool = [event("started", 2), event("finished", 2, ended=1777874402000000, exit_code=0), event("finished", 3),
             event("started", 2)]
    status, _, text = server.ask("POST", "/api/v1/runs/batch", "ingest", spool)
    got = json.loads(text)
    tap.same((status, got["accepted"], [r["index"] for r in got["refused"]]), (200, 2, [2]),
             "of a spool the valid ones are kept, the others named")
    listed = json.loads(server.ask("GET", "/api/v1/pipelines/batchy/runs", "viewer")[2])["items"]
    tap.same(sorted(r["id"] for r in listed), ["api-0", "api-2"], "and they are runs of their pipeline")
    tap.same(json.loads(server.ask("GET", "/api/v1/runs/api-0", "viewer")[2])["state"], "ok", "with their state")


def policy(server, tap):
    text = json.loads(server.ask("GET", "/api/v1/policy", "viewer")[2])["text"]
    tap.check("rules" in text, "the policy in force can be read")
    status, _, text = server.ask("POST", "/api/v1/policy/explain", "operator", {"facts": {}})
    got = json.loads(text)
    tap.check(status == 200 and got["verdict"] != "execute" and got["clauses"], "nothing known: nothing executed", text)
    tap.same(server.ask("POST", "/api/v1/policy/explain", "operator", {"facts": {}, "policy": "rules: ["})[0], 422,
             "a broken policy is said to be broken")


def small_things(server, tap):
    status, _, text = server.ask("POST", "/api/v1/sim/trigger_anomaly/orders", "operator")
    tap.same((status, json.loads(text)["pipeline"]), (202, "orders"), "the demo's anomaly")
    tap.same(server.ask("POST", "/api/v1/sim/trigger_anomaly/none", "operator")[0], 404,
             "not for a pipeline it does not have")
    tap.check(server.ask("GET", "/api/v1/metrics", "viewer")[2].startswith("{"), "metrics as JSON")
    for path, accept in (("/api/v1/metrics", "text/plain"), ("/metrics", "*/*")):
        text = server.ask("GET", path, "viewer", headers={"Accept": accept})[2]
        for name in ("pipeline_latency_ms_bucket{", "pipeline_errors_total{", "agent_actions_total{",
                     "weir_http_requests_total{", "weir_journal_seq "):
            tap.check("\n" + name in text, f"{path} has {name}")
    tap.same(server.ask("GET", "/readyz")[0], 200, "ready")
    for path in ("/docs", "/login"):
        status, headers, text = server.ask("GET", path)
        tap.check(status == 200 and "<script" not in text and "default-src 'self'" in headers["content-security-policy"]
              and "connect-src 'self' ws: wss:" in headers["content-security-policy"],
                  f"{path} is a page under a strict policy")
    now = int(time.time() * 1e6)
    sent = {"samples": [{"series": "rows", "labels": {"pipeline": "orders"}, "time": now - i * 1000000, "value": i}
                        for i in range(9, -1, -1)]}
    tap.same(json.loads(server.ask("POST", "/api/v1/samples", "ingest", sent)[2])["accepted"], 10, "samples are taken")
    series = soon(lambda: json.loads(server.ask("GET", "/api/v1/series?pipeline=orders", "viewer")[2])["items"])
    tap.same([s["name"] for s in series], ["rows"], "their series is listed")
    path = f"/api/v1/series/{series[0]['id']}/samples"
    points = soon(lambda: json.loads(server.ask("GET", f"{path}?from={now - 60000000}&to={now}",
                                                "viewer")[2])["points"])
    tap.same(sum(p["count"] for p in points), 10, "and has its points")
    tap.same(server.ask("GET", path + "?from=10&to=1", "viewer")[0], 422, "not backwards")
    tap.same(server.ask("POST", "/api/v1/write", "ingest", b"\x05\x10hello", {"Content-Encoding": "snappy"})[0], 400,
             "remote write that is none is refused")
    nodes = json.loads(server.ask("GET", "/api/v1/lineage", "viewer")[2])
    tap.check({"from": "pipeline:customers", "to": "pipeline:orders"}.items() <= nodes["edges"][1].items(), "lineage",
              repr(nodes["edges"]))


def drift_finding(server, tap):
    body = {"kind": "drift", "pipeline": "drifting", "series": "sales", "severity": "MEDIUM", "start": 1750000000000000,
            "summary": "1 of 3 columns drifted",
            "evidence": {"drifts": [{"column": "amount", "part": "shape", "what": "mean 12, was 10"}]}}
    status, _, text = server.ask("POST", "/api/v1/findings", "operator", body)
    tap.same((status, json.loads(text)["seq"] > 0), (201, True), "a drift seen elsewhere is a finding")
    tap.same(json.loads(server.ask("POST", "/api/v1/findings", "operator", body)[2])["seq"], 0,
             "and the same one again is none")
    tap.same(server.ask("POST", "/api/v1/findings", "operator", {**body, "kind": "exit"})[0], 400,
             "what weir judges itself cannot be sent")
    found = json.loads(server.ask("GET", "/api/v1/findings?pipeline=drifting", "viewer")[2])["items"]
    tap.check(len(found) == 1 and found[0]["incident"] and found[0]["evidence"] == body["evidence"],
              "it has an incident and keeps its evidence")


def unbounded(api, schema, place):
    """Texts and lists of a schema that have no limit of their own."""
    if "$ref" in schema:
        schema = api["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "string" in kinds and "maxLength" not in schema and "enum" not in schema:
        yield place
    if "array" in kinds and "maxItems" not in schema:
        yield place
    for name, sub in [*schema.get("properties", {}).items(), ("*", schema.get("items")),
                      ("*", schema.get("additionalProperties"))]:
        if isinstance(sub, dict):
            yield from unbounded(api, sub, f"{place}/{name}")


def announce(server, method, path, length):
    """The answer to a body of this length that is announced and never sent."""
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    c.putrequest(method, path)
    c.putheader("x-api-key", server.keys["admin"])
    c.putheader("Content-Length", str(length))
    c.endheaders()
    status = c.getresponse().status
    c.close()
    return status


def input_limits(server, tap):
    api = json.loads(server.ask("GET", "/openapi.json")[2])
    found, refused, count = [], [], 0
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            found += list(unbounded(api, schema, f"{method} {path}")) if schema else []
            if method == "get":
                continue
            count += 1
            concrete = path.replace("{seq}", "1").replace("{", "").replace("}", "")
            large = max(operation["x-body-max"], 262144) + 1  # smaller ones are read and forgotten before the answer
            if announce(server, method.upper(), concrete, large) != 413:
                refused.append(path)
    tap.same(found, [], "every text and list of a body has a limit")
    tap.check(count > 20 and not refused, f"{count} mutations have a limit for their body", str(refused))
    tap.same(announce(server, "GET", "/api/v1/pipelines", 262145), 413, "and reads take none to speak of")
    small = next(p for p, m in api["paths"].items() if m.get("post", {}).get("x-body-max") == 65536 and "{" not in p)
    tap.same(server.ask("POST", small, "admin", b"x" * 65537)[0], 413, f"{small} takes 64 KiB and no byte more")
    long = {"kind": "deploy", "summary": "x" * 100000}
    status, _, text = server.ask("POST", "/api/v1/changes", "admin", long)
    tap.check(status == 400 and "/summary: must have at most" in json.loads(text)["detail"],
              "a text that is too long is named", text)
    status, _, text = server.ask("POST", "/api/v1/events", "admin", {"events": [{}] * 1001})
    tap.check(status == 400 and "/events: must have at most 1000 items" in json.loads(text)["detail"], "so is a list",
              text)


def keep_alive(server, tap):
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    seen = []
    for i in range(50):  # reads and mutations, refusals and errors in turn on one connection
        c.request(*[("GET", "/healthz", None, {}),
                    ("POST", "/api/v1/changes", b"{}", {"x-api-key": server.keys["admin"]}), ("GET", "/nope", None, {}),
                    ("POST", "/api/v1/changes", b"x" * 5000, {})][i % 4])
        r = c.getresponse()
        r.read()
        seen.append(r.status)
    tap.same(seen[:4] * 12 + seen[:2], seen, "50 requests on one connection, each with its own answer")
    tap.same(seen[:4], [200, 400, 404, 401], "and the right one")
    c.close()


def main():
    tap = Tap()
    with Server(sys.argv[1]) as server:
        pages(server, tap)
        one = incident(server, tap)
        keys(server, tap, idempotency(server, tap))
        login(server, tap)
        protocol(server, tap)
        runs(server, tap)
        policy(server, tap)
        small_things(server, tap)
        drift_finding(server, tap)
        keep_alive(server, tap)
        input_limits(server, tap)
        call = api_routes.Caller(server, tap)
        api_routes.older(call, tap, one)
        api_routes.inquiries(call, tap)
        api_routes.texts(call, tap)
        api_routes.models(call, tap)
        api_routes.knowledge(call, tap, one["id"])
        api_routes.schedules(call, tap)
        api_routes.every_route(server, tap)
        api_routes.conventions(server, tap)
        tap.same(server.stop(), 0, "it stops")
    with Server(sys.argv[1], "fast") as server:
        server.ask("GET", "/api/v1/me", "viewer")
        rate_limit(server, tap)
    with Server(sys.argv[1], "fast") as server:
        api_routes.bounded(server, tap)
    tap.done()


main()
