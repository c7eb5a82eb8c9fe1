"""Every hour: what is open and was judged by an older model, or by other words, is judged again."""
from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import dag, task

import weir_api


@dag(dag_id="weir_batch_classify_inquiries", schedule="@hourly", start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
     catchup=False, max_active_runs=1, tags=["weir"],
     default_args={"retries": 2, "retry_delay": timedelta(minutes=2), "execution_timeout": timedelta(minutes=45)})
def batch_classify_inquiries():
    @task
    def begin() -> str:
        return weir_api.begin("batch_classify_inquiries")

    @task
    def wait(run: str) -> dict:
        return weir_api.wait(run)

    wait(begin())


batch_classify_inquiries()
