#!/usr/bin/env python3
"""Every route for every role, by key and by bearer token: perm_matrix.py SERVER_FIXTURE. The routes come from
/openapi.json, which is made from the table that authorises; what each role may do is written down here once more, so
that a change of the rule shows."""
import glob
import http.client
import json
import os
import re
import sys

from serving import Server, Tap

ORDER = ["viewer", "operator", "approver", "admin"]
STREAMS = {"/api/v1/events", "/api/v1/events/stream"}


def may(role, need, method):
    if need == "public":
        return True
    if role is None:
        return False
    if role == "ingest":
        return need == "ingest"
    if need == "ingest":
        return role != "viewer" or method == "get"
    return ORDER.index(role) >= ORDER.index(need)


HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "files", "jwt.json"), encoding="utf-8") as f:
    JWT = json.load(f)
# The page and its form: public, answered by others (api_test.py), not in /openapi.json.
PAGE = {("get", "/"), ("get", "/docs"), ("get", "/openapi.json"), ("get", "/login"), ("post", "/login")}


def written():
    """Every row of a table of routes in the source: what the server here may have forgotten to serve."""
    row = re.compile(r'\{\s*(?:\.method = )?"(GET|POST|PUT|PATCH|DELETE)",\s*(?:\.path = )?"(/[^"]*)",'
                     r'\s*(?:\.role = )?ROLE_')
    rows = set()
    for path in glob.glob(os.path.join(HERE, "..", "src", "**", "*.c"), recursive=True):
        with open(path, encoding="utf-8") as source:
            rows |= {(m.lower(), p) for m, p in row.findall(source.read()) if not path.endswith("_test.c")}
    return rows


def bearer(token):
    return {"Authorization": "Bearer " + token}


def status_of(server, method, path, headers):
    """The first line of the answer is enough: streams have no end."""
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    c.request(method, path, None, headers)
    status = c.getresponse().status
    c.close()
    return status


def main():
    tap = Tap()
    with Server(sys.argv[1]) as server:
        api = json.loads(server.ask("GET", "/openapi.json")[2])
        served = {(m, p) for p, methods in api["paths"].items() for m in methods}
        rows = written()
        tap.check(len(rows) > 100 and rows - PAGE == served, "every route in the source is in this matrix",
                  f"{len(rows)} in the source; not served: {sorted(rows - PAGE - served)}, "
                  f"not found in it: {sorted(served - rows)}")
        for path, methods in api["paths"].items():
            concrete = path.replace("{seq}", "1").replace("{", "").replace("}", "")
            for method, operation in methods.items():
                for role in [None, "ingest", *ORDER]:
                    allowed = may(role, operation["x-role"], method)
                    got = status_of(server, method.upper(), concrete, {"x-api-key": server.keys[role]} if role else {})
                    if role:  # a token of each algorithm in turn goes as far as the key
                        alg = ["RS256", "ES256", "EdDSA"][(tap.count // 6) % 3]
                        same = status_of(server, method.upper(), concrete, bearer(JWT["tokens"][alg][role]))
                        tap.check((same in (401, 403)) == (got in (401, 403)),
                                  f"{method.upper()} {path} as {role} by {alg}", f"got {same}, by key {got}")
                    # Without a body no mutation goes through; what counts is that the door was passed.
                    want = "past the door" if allowed else 401 if role is None else 403
                    fine = got not in (401, 403) if allowed else got == want
                    if path == "/api/v1/login":
                        fine = got == 400  # public, and its own 401 is about the key in the body
                    tap.check(fine and got < 500, f"{method.upper()} {path} as {role or 'nobody'}: {want}",
                              f"got {got}")
        # Who is refused has changed nothing.
        tap.same(server.ask("GET", "/api/v1/pipelines", "viewer")[0], 200, "the keys still work")
        names = {alg: json.loads(server.ask("GET", "/api/v1/me", headers=bearer(t["viewer"]))[2])
                 for alg, t in JWT["tokens"].items()}
        tap.same(names, {alg: {"name": f"{JWT['issuer']}#viewer by {alg}", "role": "viewer"} for alg in names},
                 "a token's name is its issuer and its subject")
        tap.same(status_of(server, "GET", "/api/v1/me", bearer(JWT["tokens"]["RS256"]["nobody"])), 403,
                 "a token without a role of ours may nothing")
        for headers in ({"x-api-key": "wrong"}, {"Authorization": "Bearer wrong"}, {"Cookie": "weir_session=0000"},
                        {"x-api-key": ""}, {"Authorization": "Basic d2VpcjpYWFg="}, bearer(JWT["forged"]),
                        bearer(JWT["expired"]), bearer(JWT["other_audience"]), bearer("a.b.c"), bearer(".."),
                        {"x-api-key": JWT["tokens"]["RS256"]["admin"]},
                        {"Cookie": "weir_session=" + JWT["tokens"]["RS256"]["admin"]}):
            tap.same(server.ask("GET", "/api/v1/pipelines", headers=headers)[0], 401, f"refused: {str(headers)[:60]}")
        tap.same(server.ask("GET", "/api/v1/pipelines",
                            headers={"Authorization": "Bearer " + server.keys["viewer"]})[0], 200, "a key as bearer")
    tap.done()


main()
