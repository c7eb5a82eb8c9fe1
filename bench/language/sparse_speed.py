"""Texts a second of one thread by words and characters, from raw text to the class, beside scikit-learn (CPU time of
both)."""
import json
import subprocess

import text_kit


def measure(bench):
    kit = text_kit.texts(bench)
    rows = kit.rows("banking77")
    if not rows:
        return
    lines = kit.home / "lines.txt"
    lines.write_text("".join(" ".join(text.split()) + "\n" for text, _ in rows["test"]), encoding="utf-8")
    done = subprocess.run([bench.build / "bench/bench_text", kit.model("banking77", False)[0], lines],
                          capture_output=True, text=True, check=True)
    ours = json.loads(done.stdout)
    kernels = [k for k in ("avx512", "avx2", "plain") if k in ours]
    peer = text_kit.peer(bench, "banking77") or {}
    bench.add("sparse prediction", f"texts a second, {kernels[0]}", ours[kernels[0]], "1/s", 150000, less=False,
              peer="scikit-learn", peer_value=peer.get("speed"))
    for name in kernels[1:]:
        bench.add("sparse prediction", f"texts a second, {name}", ours[name], "1/s")
