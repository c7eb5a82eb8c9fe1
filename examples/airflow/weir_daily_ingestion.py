"""Every midnight: weir takes what stands in its folder and mailbox; then the day's numbers are looked at."""
from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import dag, task

import weir_api


@dag(dag_id="weir_daily_ingestion", schedule="@daily", start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
     catchup=False, max_active_runs=1, tags=["weir"],
     default_args={"retries": 3, "retry_delay": timedelta(minutes=5), "retry_exponential_backoff": True,
                   "execution_timeout": timedelta(hours=2)})
def daily_ingestion():
    @task
    def begin() -> str:
        return weir_api.begin("daily_ingestion")

    @task
    def wait(run: str) -> dict:
        return weir_api.wait(run)

    @task
    def numbers(run: dict) -> dict:
        stats = weir_api.call("GET", "/api/v1/stats")["inquiries"]
        print(run["summary"], stats.get("received", {}))
        return stats.get("received", {})

    numbers(wait(begin()))


daily_ingestion()
