"""Every week: weir checks its metrics, collects the labels people gave, trains, evaluates on held-back inquiries, and
promotes what is better. Weir decides by its own rule and keeps the way back; this DAG starts it, waits, and tells what
came of each model."""
from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import dag, task

import weir_api


@dag(dag_id="weir_model_retraining", schedule="@weekly", start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
     catchup=False, max_active_runs=1, tags=["weir"],
     default_args={"retries": 1, "retry_delay": timedelta(minutes=10), "execution_timeout": timedelta(hours=3)})
def model_retraining():
    @task
    def check_metrics() -> dict:
        stats = weir_api.call("GET", "/api/v1/stats")["inquiries"]
        return {name: stats.get(name, {}) for name in ("confirmed", "corrected")}

    @task
    def begin(metrics: dict) -> str:
        print("people confirmed and corrected:", metrics)
        return weir_api.begin("model_retraining")

    @task
    def wait(run: str) -> dict:
        return weir_api.wait(run)

    @task
    def report(run: dict) -> dict:
        came_of = {axis: run["detail"].get(axis, "") for axis in ("category", "sentiment", "urgency")}
        for axis, said in came_of.items():
            print(f"{axis}: {said}")
        return came_of

    report(wait(begin(check_metrics())))


model_retraining()
