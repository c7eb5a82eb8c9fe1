"""banking77 by the names of its classes alone, and from ten texts a class (mean of three draws)."""
import json
import random

import text_kit

SHOTS, SEEDS = 10, 3


def draw(rows, seed):
    by_label = {}
    for row in rows:
        by_label.setdefault(row[1], []).append(row)
    chance = random.Random(seed)
    return [row for label in sorted(by_label)
            for row in chance.sample(by_label[label], min(SHOTS, len(by_label[label])))]


def by_names(kit, rows):
    labels = kit.home / "labels.txt"
    labels.write_text("\n".join(sorted({r[1] for r in rows["train"]})) + "\n", encoding="utf-8")
    test = kit.file("names_test", rows["test"])
    said = kit.run("classify", "--labels", f"@{labels}", "--file", test, "--json", *kit.vectors(True))
    return sum(json.loads(line)["label"] == row[1] for line,
               row in zip(said.splitlines(), rows["test"])) / len(rows["test"])


def by_shots(kit, rows, seed):
    model = kit.home / f"shots_{seed}.model"
    kit.run("text", "train", kit.file(f"shots_{seed}", draw(rows["train"], seed)), "--out", model, "--names",
            *kit.vectors(True))
    return kit.eval("banking77", True, model)["accuracy"]


def measure(bench):
    kit = text_kit.texts(bench)
    rows = kit.rows("banking77")
    if not rows or not kit.encoder:
        return
    bench.add("banking77", "accuracy by names of classes alone", by_names(kit, rows), "", 0.66, less=False,
              peer="cosine to a sentence, published", peer_value=0.637)
    shots = [by_shots(kit, rows, seed) for seed in range(SEEDS)]
    bench.add("banking77", "accuracy from ten texts a class", sum(shots) / SEEDS, "", 0.875, less=False,
              peer="MiniLM and logistic, published", peer_value=0.855)
