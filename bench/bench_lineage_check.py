#!/usr/bin/env python3
"""The reader of SQL against SQLite's authorizer, as a test: bench_lineage_check.py BENCH_LINEAGE. Exits 77 without the
data."""
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "judgement"))
import lineage  # noqa: E402


class Bench:
    def __init__(self, program):
        self.build, self.failed = pathlib.Path(program).resolve().parent.parent, False

    def add(self, task, metric, value, unit, goal=None, less=True, **_):
        if goal is None:
            return
        met = value <= goal if less else value >= goal
        self.failed |= not met
        print(f"{metric.strip()}: {value:.4g} {unit} (goal {goal}){'' if met else '  MISSED'}")


data = pathlib.Path(os.environ.get("WEIR_DATA")
                    or pathlib.Path(__file__).resolve().parents[2] / "shared" / "data") / "sql"
if not data.is_dir():
    print("skipped: no data")
    sys.exit(77)
bench = Bench(sys.argv[1])
lineage.spider_columns(bench, data, None)
lineage.graph(bench)
sys.exit(bench.failed)
