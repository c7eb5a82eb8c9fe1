"""bm25s with the Snowball stemmer, and FTS5 with its porter: questions and seconds on one thread. FOLDER QRELS"""
import csv
import json
import re
import sqlite3
import sys
import time

import bm25s
import Stemmer

COMMON = set("a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will "
             "with".split())
folder, qrels = sys.argv[1:]
stem = Stemmer.Stemmer("english")


def lines(name):
    with open(f"{folder}/{name}", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def terms(text):
    return stem.stemWords([w for w in re.findall(r"[a-z0-9]+", text.lower()) if w not in COMMON])


def best(ask, rounds=5):
    times = []
    for _ in range(rounds):
        at = time.process_time()
        ask()
        times.append(time.process_time() - at)
    return min(times)


docs = [d["title"] + " " + d["text"] for d in lines("corpus.jsonl")]
with open(qrels, encoding="utf-8") as f:
    wanted = {row[0] for row in list(csv.reader(f, delimiter="\t"))[1:]}
questions = [q["text"] for q in lines("queries.jsonl") if q["_id"] in wanted]

at = time.process_time()
index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
index.index([terms(d) for d in docs], show_progress=False)
out = {"bm25s": {"index_s": time.process_time() - at}}
out["bm25s"]["queries_s"] = len(questions) / best(
    lambda: index.retrieve([terms(q) for q in questions], k=100, show_progress=False, n_threads=1))

db = sqlite3.connect(":memory:")
at = time.process_time()
db.execute("CREATE VIRTUAL TABLE f USING fts5 (t, tokenize = 'porter unicode61')")
db.executemany("INSERT INTO f (t) VALUES (?)", [(d,) for d in docs])
out["FTS5"] = {"index_s": time.process_time() - at}


def fts():
    for q in questions:
        words = dict.fromkeys(w for w in re.findall(r"[a-z0-9]+", q.lower()) if w not in COMMON)
        match = " OR ".join(f'"{w}"' for w in words)
        db.execute("SELECT rowid FROM f WHERE f MATCH ? ORDER BY bm25(f) LIMIT 100", (match,)).fetchall()


out["FTS5"]["queries_s"] = len(questions) / best(fts, 2)
print(json.dumps(out))
