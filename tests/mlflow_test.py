"""A real MLflow server: versions go there with scores and files and come back, and what MLflow's own people put there
comes in. usage: mlflow_test.py WEIR MLFLOW. Only with WEIR_TEST_FULL, and
where scripts/setup full installed it."""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from serving import Tap
from weir_server import Weir, free_port, wait_for


class Mlflow:
    def __init__(self, program):
        self.dir, self.port = tempfile.mkdtemp(prefix="weir-mlflow-"), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(f"{self.dir}/log", "wb")
        self.child = subprocess.Popen(
            [program, "server", "--backend-store-uri", f"sqlite:///{self.dir}/m.db", "--artifacts-destination",
             f"{self.dir}/artifacts", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"],
            stdout=self.log, stderr=self.log, start_new_session=True)

    def ready(self):
        def up():
            try:
                return urllib.request.urlopen(f"{self.url}/health", timeout=2).status == 200
            except OSError:
                return self.child.poll() is not None
        wait_for(up, 120, 0.5)
        if self.child.poll() is not None:
            raise SystemExit("MLflow does not start: " + open(f"{self.dir}/log").read()[-2000:])

    def ask(self, method, path, body=None, **query):
        url = f"{self.url}/api/2.0/{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        req = urllib.request.Request(url, data, {"Content-Type": "application/json"} if data else {}, method=method)
        text = urllib.request.urlopen(req, timeout=60).read()
        return json.loads(text) if text[:1] == b"{" else text

    def done(self):
        os.killpg(self.child.pid, 15)
        self.child.wait(30)
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)


def main():
    tap = Tap()
    if not os.environ.get("WEIR_TEST_FULL") or not os.path.exists(sys.argv[2]):
        print("# skipped: a real MLflow is part of make test-full")
        tap.check(True, "a_real_mlflow")
        tap.done()
        return
    mlflow = Mlflow(sys.argv[2])
    weir = Weir(sys.argv[1], f"models:\n  mlflow_url: {mlflow.url}\n")
    try:
        weir.start()
        mlflow.ready()
        push(tap, weir, mlflow)
        pull(tap, weir, mlflow)
        trouble(tap, weir, mlflow)
    finally:
        weir.done()
        mlflow.done()
    tap.done()


def run(weir, *args):
    return weir.command(*args, "--config", weir.config)


def push(tap, weir, mlflow):
    first, second = os.urandom(3000), os.urandom(70000)
    for n, data in ((1, first), (2, second)):
        with open(f"{weir.dir}/{n}.bin", "wb") as f:
            f.write(data)
        run(weir, "models", "register", "forecast", f"{weir.dir}/{n}.bin", "--scores", f"accuracy=0.{n},rmse=1e-{n}",
            "--code", f"rev{n}", "--data", f"data{n}")
    code, out, why = run(weir, "models", "mirror", "push", "forecast")
    tap.check(code == 1 and "in use" in why, "nothing in use is nothing to copy", out + why)
    run(weir, "models", "promote", "forecast", "2", "--force", "--comment", "test")
    code, out, why = run(weir, "models", "mirror", "push", "forecast")
    tap.check(code == 0 and "version 1 of forecast" in out, "the version in use is copied", out + why)
    there = mlflow.ask("GET", "mlflow/registered-models/alias", name="forecast", alias="champion")["model_version"]
    tags = {t["key"]: t["value"] for t in there["tags"]}
    tap.check(tags["weir.digest"] == hashlib.sha256(second).hexdigest() and tags["weir.version"] == "2" and
              tags["weir.code"] == "rev2", "with what weir knows of it", tags)
    told = mlflow.ask("GET", "mlflow/runs/get", run_id=there["run_id"])["run"]
    tap.same({m["key"]: m["value"] for m in told["data"]["metrics"]}, {"accuracy": 0.2, "rmse": 0.01}, "and its scores")
    tap.same(told["info"]["status"], "FINISHED", "of a run that is over")
    uri = mlflow.ask("GET", "mlflow/model-versions/get-download-uri", name="forecast", version="1")["artifact_uri"]
    path = urllib.parse.urlparse(uri).path.lstrip("/")
    tap.same(mlflow.ask("GET", f"mlflow-artifacts/artifacts/{path}/weir.model"), second, "and its file, byte for byte")
    code, out, why = run(weir, "models", "mirror", "push", "forecast")
    tap.check(code == 0 and "as before" in out, "a second copy makes no second version", out + why)
    code, out, why = run(weir, "models", "mirror", "push", "forecast", "1")
    tap.check(code == 0 and "version 2 of forecast" in out, "a named version goes, too", out + why)
    tap.same(mlflow.ask("GET", "mlflow/registered-models/alias", name="forecast",
                        alias="champion")["model_version"]["version"], "1", "and moves no alias")
    run(weir, "models", "rollback", "forecast", "--to", "1")
    run(weir, "models", "mirror", "push", "forecast")
    tap.same(mlflow.ask("GET", "mlflow/registered-models/alias", name="forecast",
                        alias="champion")["model_version"]["version"], "2", "a rollback follows with the next copy")
    seen = weir.get("/api/v1/journal?limit=200")
    copies = [e for e in seen["items"] if e["kind"] == "model.mirrored"]
    tap.same(len(copies), 4, "each copy is an entry")


def pull(tap, weir, mlflow):
    """A model that MLflow's own client put there: a run, an artifact, a version, an alias."""
    run_of = mlflow.ask("POST", "mlflow/runs/create", {"experiment_id": "0", "start_time": 1})["run"]["info"]
    folder = urllib.parse.urlparse(run_of["artifact_uri"]).path.lstrip("/")
    theirs = os.urandom(5000)
    mlflow.ask("PUT", f"mlflow-artifacts/artifacts/{folder}/net/weights%201.bin", theirs)
    mlflow.ask("PUT", f"mlflow-artifacts/artifacts/{folder}/net/MLmodel", b"flavors: {}\n")
    mlflow.ask("POST", "mlflow/runs/log-metric", {"run_id": run_of["run_id"], "key": "auc", "value": 0.875,
                                                  "timestamp": 1})
    mlflow.ask("POST", "mlflow/registered-models/create", {"name": "their-net"})
    mlflow.ask("POST", "mlflow/model-versions/create", {"name": "their-net", "run_id": run_of["run_id"],
                                                        "source": run_of["artifact_uri"] + "/net"})
    mlflow.ask("POST", "mlflow/registered-models/alias", {"name": "their-net", "alias": "blue", "version": "1"})
    code, out, why = run(weir, "models", "mirror", "pull", "ours", "--as", "their-net", "--alias", "blue")
    tap.check(code == 0 and "version 1 of ours" in out, "a model of MLflow comes in", out + why)
    got = weir.get("/api/v1/registry/ours")
    tap.check(got["versions"][0]["digest"] == hashlib.sha256(theirs).hexdigest() and
              got["versions"][0]["metrics"] == {"auc": 0.875} and "models:/their-net/1" in got["versions"][0]["origin"],
              "its file, its scores and where it is from", got)
    tap.same(got["aliases"], [], "it is not in use before it is promoted")
    code, out, why = run(weir, "models", "mirror", "pull", "ours", "1", "--as", "their-net")
    tap.check(code == 0 and "as before" in out, "the same again is known", out + why)
    code, out, why = run(weir, "models", "mirror", "pull", "back", "--as", "forecast")
    again = weir.get("/api/v1/registry/back")["versions"][0]
    mine = weir.get("/api/v1/registry/forecast")["versions"][-1]
    tap.same([again[k] for k in ("digest", "code", "data", "metrics")],
             [mine[k] for k in ("digest", "code", "data", "metrics")], "what went there comes back as it was")


def trouble(tap, weir, mlflow):
    code, out, why = run(weir, "models", "mirror", "pull", "x", "--as", "nope")
    tap.check(code == 1 and "nope" in why, "what is not there is told", out + why)
    code, out, why = run(weir, "models", "mirror", "pull", "x", "--at", f"http://127.0.0.1:{free_port()}")
    tap.check(code == 3 and "127.0.0.1" in why, "so is that nobody is there", out + why)
    version = mlflow.ask("GET", "mlflow/model-versions/get", name="forecast", version="1")["model_version"]
    path = urllib.parse.urlparse(version["source"]).path.lstrip("/")
    mlflow.ask("PUT", f"mlflow-artifacts/artifacts/{path}/weir.model", b"another file")
    code, out, why = run(weir, "models", "mirror", "pull", "x", "1", "--as", "forecast")
    tap.check(code == 3 and "digest" in why, "a file that was changed there is refused", out + why)
    tap.same(weir.ask("GET", "/api/v1/registry/x", key="admin")[0], 404, "and nothing of it is kept")


main()
