#!/usr/bin/env python3
"""The DAGs of examples/airflow in a real Airflow, calling a real weir: airflow_test.py WEIR SOURCE. Only in make
test-full, where scripts/setup has put Airflow into .deps/airflow."""
import json
import os
import shutil
import subprocess
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
from weir_server import Weir, wait_for  # noqa: E402

NAMES = ("daily_ingestion", "batch_classify_inquiries", "model_retraining")
count, failed = 0, 0


def check(what, ok, seen=""):
    global count, failed
    count += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {count} - {what}" + ("" if ok else "\n# " + str(seen).replace("\n", "\n# ")),
          flush=True)


class Airflow:
    """Its home with the DAGs, and the connection to the server. `key` is an operator's, `ingest` sends lineage."""

    def __init__(self, folder, source, server, key, ingest):
        self.home, self.program = f"{folder}/airflow", f"{source}/.deps/airflow/bin/airflow"
        os.makedirs(f"{self.home}/dags")
        for name in os.listdir(f"{source}/examples/airflow"):
            if name.endswith(".py"):
                shutil.copy(f"{source}/examples/airflow/{name}", f"{self.home}/dags/")
        transport = {"type": "http", "url": f"http://127.0.0.1:{server.port}", "endpoint": "api/v1/lineage",
                     "auth": {"type": "api_key", "apiKey": ingest}}
        connection = {"conn_type": "http", "host": "127.0.0.1", "port": server.port, "password": key}
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "WEIR_", "OPENLINEAGE"))}
        self.env = kept | {
            "AIRFLOW_HOME": self.home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": f"{self.home}/dags", "AIRFLOW_VAR_WEIR_POLL_SECONDS": "0.5",
            "AIRFLOW_CONN_WEIR": json.dumps(connection), "AIRFLOW__OPENLINEAGE__NAMESPACE": "airflow",
            "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport),
            "PATH": os.path.dirname(self.program) + os.pathsep + os.environ["PATH"]}

    def run(self, *words, seconds=240):
        r = subprocess.run([self.program, *words], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           text=True, timeout=seconds)
        return r.returncode, r.stdout


def dags(server, airflow):
    rc, out = airflow.run("db", "migrate")
    check("Airflow has its tables", rc == 0, out[-2000:])
    for name in NAMES:
        rc, out = airflow.run("dags", "test", f"weir_{name}")
        run = server.get(f"/api/v1/schedules/{name}")["last"]
        check(f"weir_{name} runs to its end", rc == 0 and "successful" in out and "Traceback" not in out, out[-3000:])
        check(f"and weir did {name} for it", run and run["state"] == "ok" and run["asked_by"] == "airflow", run)


def failing(server, airflow):
    """A schedule that fails in weir fails in Airflow, with weir's own words."""
    with open(f"{airflow.home}/dags/weir_broken.py", "w") as f:
        f.write("import pendulum\nfrom airflow.sdk import dag, task\nimport weir_api\n\n\n"
                "@dag(dag_id='weir_broken', schedule=None, start_date=pendulum.datetime(2026, 1, 1, tz='UTC'))\n"
                "def broken():\n    @task\n    def run():\n        return weir_api.wait(weir_api.begin('broken'))\n"
                "    run()\n\n\nbroken()\n")
    _, out = airflow.run("dags", "test", "weir_broken")
    check("what fails in weir fails in Airflow", "exit code 3" in out and "AirflowFailException" in out, out[-3000:])


def seen(server):
    names = wait_for(lambda: {p["name"] for p in server.get("/api/v1/pipelines?limit=200")["items"]
                              if "weir_daily_ingestion" in p["name"]}, 30)
    check("weir sees Airflow's DAGs over OpenLineage", len(names) >= 1, server.get("/api/v1/pipelines?limit=200"))
    broken = wait_for(lambda: [x for x in server.get("/api/v1/incidents")["items"]
                               if "weir_broken" in x["pipeline"]], 30)
    check("and the one that failed is an incident", len(broken) >= 1, server.get("/api/v1/incidents"))


def main():
    source = sys.argv[2]
    if not os.environ.get("WEIR_TEST_FULL"):
        print("# skipped: a real Airflow is part of make test-full")
        print("ok 1 - a_real_airflow\n1..1")
        return 0
    if not os.path.exists(f"{source}/.deps/airflow/bin/airflow"):
        print("# skipped: Airflow is not in .deps/airflow; scripts/setup full installs it")
        print("ok 1 - a_real_airflow\n1..1")
        return 0
    server = Weir(sys.argv[1], "schedules:\n  - name: broken\n    cron: '@yearly'\n    argv: [sh, -c, 'exit 3']\n")
    try:
        server.start()
        key = server.ask("POST", "/api/v1/keys", {"name": "airflow", "role": "operator"}, key="admin")[1]["key"]
        airflow = Airflow(server.dir, source, server, key, server.key("ingest"))
        dags(server, airflow)
        failing(server, airflow)
        seen(server)
    finally:
        server.done()
    print(f"1..{count}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
