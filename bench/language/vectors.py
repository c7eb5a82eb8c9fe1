"""An exact scan of a million vectors of 384 bytes on one core: beside memcpy of the same bytes, and beside faiss's flat
index, which keeps floats, and its 8-bit one."""
import json
import os
import subprocess

PEERS = ("faiss-cpu==1.15.1", "numpy==2.4.6")
ROWS, GRAPH_ROWS = 1_000_000, 50_000


def measure(bench):
    done = subprocess.run([bench.build / "bench" / "bench_knowledge", "vectors", str(ROWS)], capture_output=True,
                          text=True, check=True)
    ours = json.loads(done.stdout)
    bench.note(f"vectors: kernel {ours['kernel']}, memcpy of the same bytes {ours['memcpy_ms']:.1f} ms")
    bench.add("vectors 1M x 384 int8", "speed of a scan as a share of memcpy's", ours["share"], "x", 0.8, less=False,
              peer="memcpy", peer_value=1.0)
    done = subprocess.run([bench.build / "bench" / "bench_knowledge", "graph", str(GRAPH_ROWS)], capture_output=True,
                          text=True, check=True)
    graph = json.loads(done.stdout)
    bench.add(f"HNSW {GRAPH_ROWS:,} x 384, clusters", "recall@10", graph["recall"], "", None, less=False)
    bench.add(f"HNSW {GRAPH_ROWS:,} x 384, clusters", "ms a question beside the scan", graph["graph_ms"], "ms",
              peer="scan", peer_value=graph["flat_ms"])
    bench.add(f"HNSW {GRAPH_ROWS:,} x 384, clusters", "seconds to build", graph["build_s"], "s")
    python = bench.peers(*PEERS, home="retrieval")
    if not python:
        bench.add("vectors 1M x 384 int8", "ms a question", ours["one_ms"], "ms")
        return
    env = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    told = subprocess.run([python, __file__.replace("vectors.py", "vectors_peer.py"), str(ROWS)], capture_output=True,
                          text=True, check=True, env=env)
    for name, peer in json.loads(told.stdout).items():
        bench.add("vectors 1M x 384", f"ms a question beside {name}", ours["one_ms"], "ms", peer=name,
                  peer_value=peer["one_ms"])
        bench.add("vectors 1M x 384", f"ms a question of 16 beside {name}", ours["batch_ms"], "ms", peer=name,
                  peer_value=peer["batch_ms"])
