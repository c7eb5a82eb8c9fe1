"""Who may ask, and how often, of the real thing: bearer tokens whose keys come from an https address, and rate limits.
usage: access_test.py WEIR
"""
import http.client
import json
import os
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from serving import Tap
from tls_test import authority, certificate
from weir_server import Weir

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "files", "jwt.json"), encoding="utf-8") as f:
    JWT = json.load(f)
NOT_FOUND, LIMITED = 404, 429


class Issuer:
    """An https server with a JWKS, which can be changed; it counts how often it is asked."""

    def __init__(self, folder):
        authority(folder, "ca")
        certificate(folder, "issuer", "ca", "DNS:localhost")
        self.keys, self.asked, self.status = [], 0, 200
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked += 1
                self.send_response(issuer.status)
                self.end_headers()
                self.wfile.write(json.dumps({"keys": issuer.keys}).encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder}/issuer.pem", f"{folder}/issuer.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_port}/jwks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, *names):
        self.keys = [k for k in JWT["jwks"]["keys"] if isinstance(k, dict) and k.get("kid") in names]


def ask(weir, path, headers=None, method="GET", body=None):
    c = http.client.HTTPConnection("127.0.0.1", weir.port, timeout=20)
    c.request(method, path, body, headers or {})
    r = c.getresponse()
    text = r.read().decode()
    c.close()
    return r.status, {k.lower(): ", ".join(r.headers.get_all(k)) for k in r.headers}, text


def bearer(alg, role):
    return {"Authorization": "Bearer " + JWT["tokens"][alg][role]}


def until(wanted, get, seconds=20):
    end = time.time() + seconds
    got = get()
    while got != wanted and time.time() < end:
        time.sleep(0.05)
        got = get()
    return got


def tokens(tap, weir, issuer):
    def as_approver(alg):
        return ask(weir, "/api/v1/me", bearer(alg, "approver"))[0]

    tap.same(until(200, lambda: as_approver("RS256")), 200, "a token is taken once the issuer's keys are there")
    tap.check(as_approver("ES256") in (401, 503), "one of a key that the issuer does not publish is not")
    issuer.publish("rsa-1", "ec-1")
    tap.same(until(200, lambda: as_approver("ES256")), 200, "a new key of the issuer is found")
    tap.same(as_approver("RS256"), 200, "beside the old one")
    asked = issuer.asked
    got = {as_approver("EdDSA") for _ in range(10)}
    tap.check(got <= {401, 503} and issuer.asked - asked <= 2, "unknown keys do not make weir ask all the time",
              f"{got}, asked {issuer.asked - asked} times")
    status, headers, text = ask(weir, "/api/v1/me", {"Authorization": "Bearer " + JWT["forged"]})
    tap.check(status == 401 and 'error="invalid_token"' in headers["www-authenticate"] and "signature" in text,
              "a forged token is refused, and why is said", f"{status} {headers} {text}")
    status, _, text = ask(weir, "/api/v1/changes", {**bearer("RS256", "operator"), "Content-Type": "application/json"},
                          "POST", json.dumps({"kind": "deploy", "summary": "by token"}))
    seq = json.loads(text).get("seq")
    entry = json.loads(ask(weir, f"/api/v1/journal/{seq}", bearer("RS256", "viewer"))[2])
    tap.same((status, entry.get("actor")), (201, f"{JWT['issuer']}#operator by RS256"),
             "the journal names issuer and subject")
    # SSO and weir's own keys live beside one another.
    status, _ = weir.ask("POST", "/api/v1/keys", {"name": f"{JWT['issuer']}#anna", "role": "viewer"}, key="admin")
    tap.same(status, 422, "no key can have the name of somebody with a token")
    tap.same(weir.ask("GET", "/api/v1/me", key="admin")[1]["name"], "admin", "weir's own keys still open")
    numbers = weir.ask("GET", "/metrics", key="admin")[1]
    tap.check("weir_jwt_keys 2\n" in numbers and "weir_jwt_key_read_errors_total 0\n" in numbers, "keys are counted",
              numbers)


def limits(tap, weir):
    key = {"x-api-key": weir.key("admin")}
    first = ask(weir, "/api/v1/me", key)
    tap.same((first[1]["ratelimit-policy"], first[1]["ratelimit"].split(";")[0]),
             ('"address";q=60;w=2, "key";q=20;w=2', '"address"'), "what is allowed is told")
    got = [ask(weir, "/api/v1/me", key) for _ in range(40)]
    limited = [h for s, h, _ in got if s == LIMITED]
    tap.check(10 <= len(limited) <= 25 and all(h["retry-after"] == "1" for h in limited),
              "who asks too often is refused", str([s for s, _, _ in got]))
    tap.check(all('"key";r=0' in h["ratelimit"] for h in limited), "nothing is left", str(limited[:1]))
    body = json.loads(next(t for s, _, t in got if s == LIMITED))
    tap.check(body["status"] == LIMITED and "10 requests a second" in body["detail"], "and told the limit", str(body))
    ingest = {"x-api-key": weir.key("ingest")}
    tap.same(ask(weir, "/api/v1/me", ingest)[0], 200, "another key is not")
    for path in ("/api/v1/write", "/api/v1/alerts", "/api/v1/lineage"):
        got = [ask(weir, path, key, "POST", "{}") for _ in range(30)]
        busy = [h for s, h, _ in got if s == 503]
        tap.check(busy and all("retry-after" in h for h in busy) and LIMITED not in {s for s, _, _ in got},
                  f"{path} answers what its senders repeat", str([s for s, _, _ in got]))
    got = [ask(weir, "/nothing")[0] for _ in range(80)]
    tap.check(got.count(NOT_FOUND) >= 1 and got.count(LIMITED) >= 10,
              "an address that asks for nothing is limited, too", str(got))
    tap.same({ask(weir, "/healthz")[0] for _ in range(30)}, {200}, "its health is always told")
    tap.same(until(200, lambda: ask(weir, "/api/v1/me", key)[0]), 200, "after a while everybody may again")
    numbers = ""
    while not numbers.startswith("# HELP"):  # it is limited as everything is
        numbers = ask(weir, "/metrics", key)[2]
    tap.check('weir_rate_limited_total{by="key"} 0' not in numbers
              and 'weir_rate_limited_total{by="address"}' in numbers, "refusals are counted", numbers[-2000:])


def main():
    tap = Tap()
    weir = Weir(sys.argv[1])
    issuer = Issuer(weir.dir)
    issuer.publish("rsa-1")
    with open(weir.config, "a", encoding="utf-8") as f:
        f.write(f"auth:\n  jwt: {{issuer: \"{JWT['issuer']}\", audience: weir, keys_url: \"{issuer.url}\", refresh_least: 1s}}\n")
    os.environ["SSL_CERT_FILE"] = f"{weir.dir}/ca.pem"
    try:
        weir.start()
        tokens(tap, weir, issuer)
        tap.same(weir.stop(), 0, "it stops")
    finally:
        weir.done()
    weir = Weir(sys.argv[1])
    with open(weir.config, encoding="utf-8") as f:
        text = f.read()
    weir.write("weir.yaml",
               text.replace("server:\n", "server:\n  rate_limit: {per_key: 10, per_address: 30, window: 2s}\n"))
    try:
        weir.start()
        limits(tap, weir)
    finally:
        weir.done()
    tap.done()


main()
