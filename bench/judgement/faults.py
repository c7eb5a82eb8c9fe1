"""Root causes in simulated services (simulated_faults.py, seeds that were not used while the method was made), without
the call graph and with it. No proof of anything outside; it keeps the method from getting worse, and shows where it is
weak."""
import pathlib
import subprocess
import sys
import tempfile

import cases
import sockshop

SEEDS, COUNT = (101, 102), 100


def measure(bench):
    with tempfile.TemporaryDirectory() as room:
        room = pathlib.Path(room)
        generator = pathlib.Path(__file__).with_name("simulated_faults.py")
        for seed in SEEDS:
            subprocess.run([sys.executable, generator, room / "faults", str(seed), str(COUNT)], check=True)
        (room / "empty.json").write_text("[]")
        folders = sockshop.folders_of(room / "faults")
        sockshop.report(bench, "simulated faults, no graph",
                        sockshop.score(bench, folders, ("--graph", room / "empty.json")),
                        cases.milliseconds(bench, folders), {})
        sockshop.report(bench, "simulated faults, graph", sockshop.score(bench, folders), None, {})
