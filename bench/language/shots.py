"""banking77 by the names of its classes alone, from ten texts a class, and from these beside the other texts of the
training part without their labels (means of three draws)."""
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


def by_shots(kit, rows, seed, unlabelled=False):
    """What is said of the test part after ten texts a class, beside the others of the training part without labels."""
    name, some = f"shots_{seed}_{unlabelled}", draw(rows["train"], seed)
    model = kit.home / f"{name}.model"
    more = [(row[0], "") for row in rows["train"] if row not in set(some)] if unlabelled else []
    kit.run("text", "train", kit.file(name, some + more), "--out", model, "--names", *kit.vectors(True))
    return kit.eval("banking77", True, model)


def mean(said, what):
    return sum(s[what] for s in said) / len(said)


def measure(bench):
    kit = text_kit.texts(bench)
    rows = kit.rows("banking77")
    if not rows or not kit.encoder:
        return
    bench.add("banking77", "accuracy by names of classes alone", by_names(kit, rows), "", 0.66, less=False,
              peer="cosine to a sentence, published", peer_value=0.637)
    shots = [by_shots(kit, rows, seed) for seed in range(SEEDS)]
    bench.add("banking77", "accuracy from ten texts a class", mean(shots, "accuracy"), "", 0.875, less=False,
              peer="MiniLM and logistic, published", peer_value=0.855)
    shots = [by_shots(kit, rows, seed, True) for seed in range(SEEDS)]
    bench.add("banking77", "accuracy from ten texts a class, others unlabelled", mean(shots, "accuracy"), "")
    bench.add("banking77", "calibration error of these, 15 bins", mean(shots, "ece"), "", 0.03)
