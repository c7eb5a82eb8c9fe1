"""Questions a second on one thread, beside bm25s and SQLite's FTS5 on the same collection in the same run; processor
time, the best of five. Splitting the question into terms is counted for all."""
import json
import subprocess

PEERS = ("bm25s==0.3.16", "PyStemmer==3.1.0", "numpy==2.4.6")


def measure(bench):
    folder = bench.dataset("ir/scifact")
    if not folder:
        return
    qrels = folder / "qrels-test.tsv"
    done = subprocess.run([bench.build / "bench" / "bench_knowledge", "bm25", folder, qrels], capture_output=True,
                          text=True, check=True)
    ours = json.loads(done.stdout)
    python, peers = bench.peers(*PEERS, home="retrieval"), {}
    if python:
        told = subprocess.run([python, __file__.replace("bm25_speed", "bm25_peers"), folder, qrels],
                              capture_output=True, text=True, check=True)
        peers = json.loads(told.stdout)
    for name, peer in peers.items():
        bench.add("BM25 speed", f"questions/s beside {name}", ours["queries_s"], "1/s", 20000, less=False, peer=name,
                  peer_value=peer["queries_s"])
        bench.add("BM25 index", f"seconds beside {name}", ours["index_s"], "s", None, peer=name,
                  peer_value=peer["index_s"])
    if not peers:
        bench.add("BM25 speed", "questions/s", ours["queries_s"], "1/s", 20000, less=False)
