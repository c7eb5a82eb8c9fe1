#!/usr/bin/env python3
"""Every route for every role: perm_matrix.py SERVER_FIXTURE. The routes come from /openapi.json, which is made from the
table that authorises; what each role may do is written down here once more, so that a change of the rule shows."""
import http.client
import json
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


def status_of(server, method, path, role):
    """The first line of the answer is enough: streams have no end."""
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    headers = {"x-api-key": server.keys[role]} if role else {}
    c.request(method, path, None, headers)
    status = c.getresponse().status
    c.close()
    return status


def main():
    tap = Tap()
    with Server(sys.argv[1]) as server:
        api = json.loads(server.ask("GET", "/openapi.json")[2])
        for path, methods in api["paths"].items():
            concrete = path.replace("{seq}", "1").replace("{", "").replace("}", "")
            for method, operation in methods.items():
                for role in [None, "ingest", *ORDER]:
                    allowed = may(role, operation["x-role"], method)
                    got = status_of(server, method.upper(), concrete, role)
                    # Without a body no mutation goes through; what counts is that the door was passed.
                    want = "past the door" if allowed else 401 if role is None else 403
                    fine = got not in (401, 403) if allowed else got == want
                    if path == "/api/v1/login":
                        fine = got == 400  # public, and its own 401 is about the key in the body
                    tap.check(fine and got < 500, f"{method.upper()} {path} as {role or 'nobody'}: {want}",
                              f"got {got}")
        # Who is refused has changed nothing.
        tap.same(server.ask("GET", "/api/v1/pipelines", "viewer")[0], 200, "the keys still work")
        for headers in ({"x-api-key": "wrong"}, {"Authorization": "Bearer wrong"}, {"Cookie": "weir_session=0000"},
                        {"x-api-key": ""}, {"Authorization": "Basic d2VpcjpYWFg="}):
            tap.same(server.ask("GET", "/api/v1/pipelines", headers=headers)[0], 401, f"refused: {headers}")
        tap.same(server.ask("GET", "/api/v1/pipelines",
                            headers={"Authorization": "Bearer " + server.keys["viewer"]})[0], 200, "a key as bearer")
    tap.done()


main()
