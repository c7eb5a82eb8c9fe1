"""What the benchmarks of a folder share: where the data is, peers in environments of their own, and running its tasks.

Each task is a file with measure(bench), which adds its rows. Peers install into a virtual environment under
BUILD/bench; one that does not install, and data that is not there, is said and never guessed. DATA=FOLDER points at
another set of the same layout."""
import importlib
import os
import pathlib
import subprocess
import sys

from table import Table

HERE = pathlib.Path(__file__).resolve().parent


class Bench(Table):
    def __init__(self, build):
        super().__init__()
        self.build = pathlib.Path(build).resolve()
        self.data = pathlib.Path(os.environ.get("DATA") or os.environ.get("WEIR_DATA")
                                 or HERE / "../../shared/data").resolve()

    def dataset(self, name):
        """The folder of a data set, or None after saying that the task is skipped."""
        folder = self.data / name
        if folder.is_dir():
            return folder
        self.note(f"skipped: no data: {name}")
        return None

    def peers(self, *packages, home="peers"):
        """A Python with these packages (`name==version`) in it, or None after saying what is missing. Packages that
        need other versions than the rest live in a `home` of their own."""
        home = self.build / "bench" / home
        python = home / "bin" / "python"
        marker = home / ("+".join(sorted(packages)) + ".installed")
        if marker.exists():
            return str(python)
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
        done = subprocess.run([python, "-m", "pip", "install", "-q", *packages], capture_output=True, text=True)
        if done.returncode != 0:
            self.note(f"peers are missing: {' '.join(packages)} do not install")
            return None
        marker.touch()
        return str(python)


def run(folder, tasks, argv):
    """argv: BUILD, then the names of tasks, none for all. Writes BUILD/bench/FOLDER.json when it ran all."""
    bench = Bench(argv[0])
    (bench.build / "bench").mkdir(exist_ok=True)
    for name in argv[1:] or [t for t in tasks if (folder / f"{t}.py").exists()]:
        print(f"bench: {name} ...", file=sys.stderr, flush=True)
        importlib.import_module(name).measure(bench)
    bench.print()
    if not argv[1:]:
        bench.write(bench.build / "bench" / f"{folder.name}.json")
