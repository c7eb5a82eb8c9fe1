"""A real Prometheus writes to a real weir, which is away for a while in between: every sample arrives, once and
unchanged. A real Alertmanager sends what Prometheus alerts, and it becomes an incident. weir scrapes the same exporter
itself.

usage: prometheus_test.py WEIR. WEIR_TEST_FULL: away for 30 s instead of 4.
"""
import http.server
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

from serving import Tap
from weir_server import Weir, free_port, wait_for

FULL = bool(os.environ.get("WEIR_TEST_FULL"))
AWAY = 30 if FULL else 4
BEFORE = 8 if FULL else 3


class Exporter(http.server.BaseHTTPRequestHandler):
    """A gauge, a counter, awkward numbers and awkward labels."""
    began, reads, broken = time.time(), 0, 0

    def do_GET(self):
        Exporter.reads += 1
        text = (f"# TYPE queue_depth gauge\nqueue_depth {30 + Exporter.reads % 7}\n# TYPE rows_total counter\nrows_total {Exporter.reads * 10}\n"
                f"odd_number {math.pi * Exporter.reads:.17g}\nno_number NaN\nbeyond +Inf\nnegative_zero -0.0\nbroken {Exporter.broken}\n"
                f'named{{path="C:\\\\x",quote="a \\"b\\"",line="1\\n2",unicode="\u00fc\u2603"}} 1\n')
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


class Tools:
    """Prometheus and Alertmanager, in a folder of their own."""

    def __init__(self, weir, exporter_port):
        self.dir = tempfile.mkdtemp(prefix="weir-prometheus-")
        self.prometheus_port, self.alerts_port, self.children = free_port(), free_port(), []
        self.write("rules.yml",
                   "groups:\n- name: g\n  interval: 1s\n  rules:\n  - alert: LoaderBroken\n    expr: broken > 0\n"
                   "    labels: {pipeline: orders, severity: critical}\n    annotations: {summary: the loader says that it is broken}\n")
        self.write("prometheus.yml", f"""
global: {{scrape_interval: 1s, scrape_timeout: 900ms, external_labels: {{site: here}}}}
rule_files: [rules.yml]
scrape_configs:
- job_name: prometheus
  static_configs: [{{targets: ["127.0.0.1:{self.prometheus_port}"]}}]
- job_name: exporter
  static_configs: [{{targets: ["127.0.0.1:{exporter_port}"]}}]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{self.alerts_port}"]}}]}}]}}
remote_write:
- url: http://127.0.0.1:{weir.port}/api/v1/write
  authorization: {{credentials: {weir.key("ingest")}}}
  queue_config: {{batch_send_deadline: 500ms, min_backoff: 50ms, max_backoff: 500ms}}
""")
        self.write("alertmanager.yml", f"""
route: {{receiver: weir, group_wait: 0s, group_interval: 1s}}
receivers:
- name: weir
  webhook_configs:
  - url: http://127.0.0.1:{weir.port}/api/v1/alerts
    http_config: {{authorization: {{credentials: {weir.key("ingest")}}}}}
""")

    def write(self, name, text):
        with open(f"{self.dir}/{name}", "w") as f:
            f.write(text)

    def start(self):
        self.run("prometheus-alertmanager", f"--config.file={self.dir}/alertmanager.yml",
                 f"--storage.path={self.dir}/alerts",
                 f"--web.listen-address=127.0.0.1:{self.alerts_port}", "--cluster.listen-address=")
        self.run("prometheus", f"--config.file={self.dir}/prometheus.yml", f"--storage.tsdb.path={self.dir}/tsdb",
                 f"--web.listen-address=127.0.0.1:{self.prometheus_port}")
        if not wait_for(lambda: self.query("vector(1)"), 20):
            raise SystemExit(f"prometheus did not start: {open(f'{self.dir}/log').read()[-2000:]}")

    def run(self, *words):
        with open(f"{self.dir}/log", "a") as log:
            self.children.append(subprocess.Popen(words, stdout=log, stderr=log))

    def query(self, text, at=None):
        args = {"query": text} | ({"time": at} if at else {})
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.prometheus_port}/api/v1/query?{urllib.parse.urlencode(args)}", timeout=20) as r:
                return json.load(r)["data"]["result"]
        except OSError:
            return None

    def number(self, text):
        found = self.query(f"sum({text})")
        return float(found[0]["value"][1]) if found else 0.0

    def done(self):
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.wait(20)
        shutil.rmtree(self.dir, ignore_errors=True)


def value(text):
    v = float(text)
    return None if math.isnan(v) else v


def theirs(tools, until, span):
    """{series: {time in ms: value}} as Prometheus has it; the rules' own series are not all written to the same moment,
    so only what was scraped."""
    out = {}
    for s in tools.query(f'{{job=~"prometheus|exporter"}}[{span}s]', at=until):
        out[tuple(sorted(s["metric"].items()))] = {round(t * 1000): value(v) for t, v in s["values"]}
    return out


def ours(weir, since, until):
    """The same, as weir has it."""
    out, cursor = {}, ""
    while cursor is not None:
        page = weir.get(f"/api/v1/series?limit=200&cursor={urllib.parse.quote(cursor)}")
        for s in page["items"]:
            labels = dict(s["labels"]) | {"__name__": s["name"]}
            if labels.pop("site", None) != "here":
                continue
            points = weir.get(f"/api/v1/series/{s['id']}/samples?from={int(since * 1e6)}&to={int(until * 1e6)}&points=5000")["points"]
            out[tuple(sorted(labels.items()))] = {p["time"] // 1000: p["avg"] for p in points}
        cursor = page["next_cursor"]
    return out


def differ(a, b):
    """How two samples differ; weir shows what JSON has no word for as null, as it does the end of a series."""
    if a is None or (isinstance(a, float) and math.isinf(a)):
        return b is not None
    return a != b


def compare(tap, tools, weir, since):
    until = time.time() - 2
    said = theirs(tools, until, int(until - since))
    wait_for(lambda: tools.number("prometheus_remote_storage_samples_pending") == 0, 20)
    have = ours(weir, since - 5, until)
    total = sum(len(s) for s in said.values())
    missing = [(k, t) for k, s in said.items() for t in s if t not in have.get(k, {})]
    changed = [(k, t, v, have[k][t]) for k, s in said.items() for t,
               v in s.items() if t in have.get(k, {}) and differ(v, have[k][t])]
    first = {k: min(s) for k, s in said.items() if s}
    more = [(k, t) for k, s in have.items() for t,
            v in s.items() if v is not None and t >= first.get(k, 1 << 60) and t not in said.get(k, {})]
    print(f"# {total} samples of {len(said)} series over {until - since:.0f} s, weir away for {AWAY} s")
    tap.check(total > 120 * (AWAY + BEFORE), "Prometheus has many samples", total)
    tap.check(not missing, "every sample has arrived", f"{len(missing)} of {total}: {missing[:3]}")
    tap.check(not changed, "unchanged", f"{len(changed)}: {changed[:3]}")
    tap.check(not more, "and none that Prometheus does not have", f"{len(more)}: {more[:3]}")
    dropped = tools.number("prometheus_remote_storage_samples_dropped_total") + tools.number("prometheus_remote_storage_samples_failed_total")
    tap.same(dropped, 0.0, "Prometheus gave up on none")
    tap.check(tools.number("prometheus_remote_storage_samples_retried_total") > 0,
              "it had to try again while weir was away")


def rules(tap):
    """The alerts that weir brings are ones that Prometheus can load."""
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "deploy", "prometheus")
    for name in sorted(os.listdir(folder)):
        done = subprocess.run(["promtool", "check", "rules", os.path.join(folder, name)], capture_output=True,
                              text=True)
        tap.same((done.returncode, done.stderr), (0, ""), f"promtool takes {name}")


def alerts(tap, weir):
    def incidents(state):
        return [i for i in weir.get("/api/v1/incidents")["items"] if i["pipeline"] == "orders" and i["state"] in state]
    Exporter.broken = 1
    found = wait_for(lambda: incidents({"open", "diagnosed", "mitigating"}), 20)
    tap.check(len(found) == 1 and "broken" in (found[0]["title"] + "Loader").lower(),
              "an alert by way of Alertmanager is an incident", found)
    Exporter.broken = 0
    tap.check(found and found[0]["severity"] == "CRITICAL", "of the severity the rule says", found)


def scraped(tap, weir):
    def last():
        items = [s for s in weir.get("/api/v1/series?limit=200&pipeline=direct")["items"] if s["name"] == "rows_total"]
        now = int(time.time() * 1e6)
        return items and weir.get(f"/api/v1/series/{items[0]['id']}/samples?from={now - 60 * 10**6}&to={now}&points=5000")["points"]
    points = wait_for(last, 10) or []
    rising = all(a["avg"] < b["avg"] for a, b in zip(points, points[1:]))
    tap.check(len(points) > 2 and rising and points[-1]["avg"] % 10 == 0, "weir scrapes the exporter itself",
              points[-3:])


def main():
    for program in ("prometheus", "prometheus-alertmanager"):
        if not shutil.which(program):
            print(f"1..0 # SKIP {program} is not installed")
            return
    exporter = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    threading.Thread(target=exporter.serve_forever, daemon=True).start()
    port = exporter.server_address[1]
    weir = Weir(sys.argv[1],
                f"incident:\n  settle: 100ms\nscrape:\n  - job: direct\n    url: http://127.0.0.1:{port}/metrics\n    every: 1s\n    timeout: 500ms\n    pipeline: direct\n")
    tap, tools = Tap(), None
    try:
        rules(tap)
        weir.start()
        tools = Tools(weir, port)
        since = time.time()
        tools.start()
        time.sleep(BEFORE)
        tap.same(weir.stop(), 0, "weir stops with Prometheus writing")
        time.sleep(AWAY)
        weir.start()
        time.sleep(BEFORE + 2)
        compare(tap, tools, weir, since)
        alerts(tap, weir)
        scraped(tap, weir)
    finally:
        if tools:
            tools.done()
        weir.done()
    tap.done()


main()
