#!/usr/bin/env python3
"""api_fuzz.py SERVER_FIXTURE ST: run schemathesis (ST) against a fresh server; see api_fuzz.sh."""
import json
import os
import re
import subprocess
import sys

from serving import Server, Tap

HERE = os.path.dirname(os.path.abspath(__file__))
FULL = bool(os.environ.get("WEIR_TEST_FULL"))
CASES = 5000 if FULL else 500
SEED = os.environ.get("WEIR_SEED", "1")
# Streams have no end to wait for (events_test.py has them); remote write is binary and has a fuzz target of its own.
LEFT_OUT = ["GET /api/v1/events", "GET /api/v1/events/stream", "POST /api/v1/write"]


def run(server, st, operations, left_out, tap):
    # All checks are on by default; named on the command line they would override what the file says of single
    # operations.
    args = [st, "--config-file", os.path.join(HERE, "schemathesis.toml"), "run", f"http://{server.host}/openapi.json",
            "-H", f"x-api-key: {server.keys['admin']}", "--phases", "examples,coverage,fuzzing",
            "-n", str(max(2, CASES // operations)), "--seed", SEED, "--no-color",
            "--request-timeout", "20", "--continue-on-failure"]
    for name in left_out:
        args += ["--exclude-name", name]
    out = subprocess.run(args, capture_output=True, text=True, cwd=server.dir)
    cases = re.search(r"(\d+) generated", out.stdout)
    print("#", cases[0] if cases else "no count", f"seed {SEED}")
    tap.check(out.returncode == 0, "every reply fits /openapi.json",
              "\n# ".join((out.stdout + out.stderr).splitlines()[-200:]))
    count = int(cases[1]) if cases else 0
    tap.check(count >= CASES, f"at least {CASES} cases were generated", f"{count} only")


def without_model(server):
    """Without the sentence encoder's model the route of embeddings says 503, as it should."""
    status = server.ask("POST", "/v1/embeddings", "admin", {"model": "all-MiniLM-L6-v2", "input": "x"})[0]
    return ["POST /v1/embeddings"] if status == 503 else []


def main():
    tap = Tap()
    with Server(sys.argv[1]) as server:
        api = json.loads(server.ask("GET", "/openapi.json")[2])
        left_out = LEFT_OUT + without_model(server)
        names = {f"{m.upper()} {p}" for p, methods in api["paths"].items() for m in methods} - set(left_out)
        for _ in range(200):  # what every server needs once is not growth
            server.ask("GET", "/openapi.json")
        before = server.memory_kb()
        run(server, sys.argv[2], len(names), left_out, tap)
        after = server.memory_kb()
        tap.same(server.ask("GET", "/healthz")[0], 200, "the server is alive")
        with open(sys.argv[1], "rb") as f:  # a sanitizer keeps what was freed for a while
            room = (600 if b"__asan_init" in f.read() else 64 if FULL else 32) * 1024  # what was recorded stays, too
        tap.check(after < before + room, "memory is flat", f"{before} KB before, {after} KB after")
        print(f"# memory {before} KB -> {after} KB")
        text = server.ask("GET", "/metrics", "admin")[2]
        called = {f"{m} {r}" for m, r in re.findall(r'^weir_http_requests_total\{method="(\w+)",route="([^"]+)"', text,
                                                     re.M)}
        tap.same(sorted(names - called), [], f"all of {len(names)} operations were called")
        by_names = 'route="/api/v1/text/classify",status="503"'  # where there is no model, as left_out knows
        allowed = ["readyz"] + [by_names] * (len(left_out) > len(LEFT_OUT))
        bad = [line for line in text.splitlines() if 'status="5' in line and not any(a in line for a in allowed)]
        tap.check(not bad, "no 5xx was sent", "; ".join(bad))
        tap.same(server.stop(), 0, "and it stops as it should")
    tap.done()


main()
