"""Calls of weir's API for the DAGs beside this file. The connection `weir` (type HTTP) has the address as its host and
port and a key of weir (weir keys add airflow --role operator) as its password: nothing secret stands in code.

    airflow connections add weir --conn-type http --conn-host 127.0.0.1 --conn-port 8090 --conn-password "$KEY"
"""
from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request

from airflow.exceptions import AirflowException, AirflowFailException
from airflow.sdk import Connection, Variable, get_current_context

CONNECTION = "weir"
OVER = {"ok", "failed", "dropped"}


def call(method: str, path: str, body: dict | None = None, timeout: float = 30) -> dict:
    """One call. What weir refuses for good fails the task at once, anything else may be retried."""
    conn = Connection.get(CONNECTION)
    scheme = "https" if (conn.schema or "").lower() == "https" else "http"
    request = urllib.request.Request(
        f"{scheme}://{conn.host}:{conn.port or 8090}{path}", method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"x-api-key": conn.password or "", "Content-Type": "application/json",
                 "User-Agent": "weir-airflow-example"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            return json.loads(reply.read() or b"{}")
    except urllib.error.HTTPError as refused:
        said = refused.read().decode(errors="replace")[:500]
        lasting = refused.code in (400, 401, 403, 404, 422)
        raise (AirflowFailException if lasting else AirflowException)(f"{method} {path}: {refused.code} {said}")
    except urllib.error.URLError as gone:
        raise AirflowException(f"{method} {path}: {gone.reason}")


def begin(schedule: str) -> str:
    """Ask for a run of a schedule; gives its id. While one goes on weir says 409, and Airflow tries again."""
    context = get_current_context()
    run = context["dag_run"].run_id
    return call("POST", f"/api/v1/schedules/{urllib.parse.quote(schedule)}/run",
                {"comment": f"Airflow {context['dag'].dag_id} {run}"})["id"]


def wait(run: str) -> dict:
    """Until it is over. The variable weir_poll_seconds says how often to ask, weir_wait_seconds how long."""
    every = float(Variable.get("weir_poll_seconds", "5"))
    until = time.monotonic() + float(Variable.get("weir_wait_seconds", "7200"))
    while True:
        state = call("GET", f"/api/v1/schedule-runs/{urllib.parse.quote(run)}")
        if state["state"] in OVER:
            break
        if time.monotonic() > until:
            raise AirflowException(f"{run} is not over after its time: {state['state']}")
        time.sleep(every)
    if state["state"] != "ok":
        raise AirflowFailException(f"{run} {state['state']}: {state['summary']}")
    return {"id": run, "summary": state["summary"], "detail": state["detail"]}
