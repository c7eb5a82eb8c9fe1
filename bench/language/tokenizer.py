"""Texts a second through the tokenizer alone, beside the Rust tokenizers, and whether both give the same ids."""
import json
import subprocess

from encoder import PEERS, candidates, model, run, sets, unpacked

PEER = """
import json, sys, time
from tokenizers import Tokenizer
t = Tokenizer.from_file(sys.argv[1]); t.no_padding(); t.enable_truncation(256)
out = {}
for key, texts in json.load(open(sys.argv[2])).items():
    best = 1e9
    for _ in range(3):
        a = time.process_time(); ids = [t.encode(x).ids for x in texts]; best = min(best, time.process_time() - a)
    out[key] = len(texts) / best
print(json.dumps(out))
"""

SAME = """
import json, sys
from tokenizers import Tokenizer
t = Tokenizer.from_file(sys.argv[1]); t.no_padding(); t.enable_truncation(256); t.encode_special_tokens = True
n = same = 0
for line in sys.stdin:
    d = json.loads(line); n += 1
    if t.encode(d["text"]).ids == d["ids"]: same += 1
    elif n - same < 6: print(repr(d["text"])[:300], file=sys.stderr)
print(json.dumps([n, same]))
"""


def agreement(bench, python, folder, path):
    """The same ids on the generated texts. Words like [SEP] in a text are words here: the reference is told to do the
    same."""
    made = subprocess.run([bench.build / "bench" / "bench_tokenizer", path], capture_output=True, check=True).stdout
    done = subprocess.run([python, "-c", SAME, folder / "tokenizer.json"], input=made, capture_output=True, check=True)
    n, same = json.loads(done.stdout)
    if same < n:
        bench.note("tokenizer: other ids for " + done.stderr.decode()[:900])
    bench.add("tokenizer", "share of 100,000 generated texts with the reference's ids", same / n, "", 1, less=False,
              peer="tokenizers")


def measure(bench):
    folder = unpacked(bench)
    if not folder:
        return
    path = model(bench, folder)
    texts = sets(bench, path)
    long = candidates(bench)[1][:500]
    if long:
        texts["whole abstracts"] = long
    peer = {}
    python = bench.peers(*PEERS, home="encoder") if texts else None
    if python:
        listing = bench.build / "bench" / "tokenizer_texts.json"
        listing.write_text(json.dumps(texts))
        done = subprocess.run([python, "-c", PEER, folder / "tokenizer.json", listing], capture_output=True, text=True,
                              check=True)
        peer = json.loads(done.stdout)
        agreement(bench, python, folder, path)
    for key, part in texts.items():
        value = run(bench, path, part, 0)["tokenize_per_s"]
        bench.add(f"tokenizer, {key}", "texts per CPU second", value, "/s", 500000 if key == "B20" else None,
                  less=False, peer="tokenizers" if peer else None, peer_value=peer.get(key))
