"""The commands on texts as a user types them: learn, judge, classify, read; what they print and how they fail.
usage: text_test.py WEIR"""
import csv
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

from serving import Tap

WORDS = {"card": ["lost", "stolen", "blocked", "pin"], "transfer": ["pending", "abroad", "amount", "account"],
         "refund": ["shop", "returned", "money", "missing"]}
AROUND = ["please help", "what now", "I need to know", "hello", "today", "it is urgent"]


def weir(*words, text=None):
    env = {k: v for k, v in os.environ.items() if not k.startswith("WEIR_")}
    done = subprocess.run([sys.argv[1], *map(str, words)], input=text, env=env, capture_output=True, text=True,
                          timeout=120)
    return done.returncode, done.stdout, done.stderr


def rows(count, seed):
    chance, out = random.Random(seed), []
    for i in range(count):
        label = chance.choice(sorted(WORDS))
        text = f"{chance.choice(AROUND)} {label} {chance.choice(WORDS[label])} {chance.choice(AROUND)}"
        out.append(("the weather in town " + str(i), "none") if i % 20 == 19 else (text, label))
    return out


def write_csv(path, data):
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([("text", "label"), *data])
    return path


def write_vectors(path, data, seed):
    """16 numbers a text that know its label, with noise."""
    chance, labels = random.Random(seed), sorted(WORDS)
    with open(path, "wb") as f:
        for _, label in data:
            place = labels.index(label) if label in WORDS else 9
            f.write(struct.pack("<16f", *(chance.random() - 0.5 + 2 * (k == place) for k in range(16))))
    return path


def train_and_judge(tap, home):
    train, test = rows(400, 1), rows(200, 2)
    a, b, model = write_csv(home / "a.csv", train), write_csv(home / "b.csv", test), home / "words.model"
    learn = ("text", "train", a, "--out", model, "--outside", "none", "--no-encoder")
    code, out, err = weir(*learn, "--json")
    said = json.loads(out or "{}")
    tap.check(code == 0 and said["classes"] == 3 and said["outside"] == 20 and said["held_back"]["accuracy"] > 0.95,
              "text train learns and says how well", out + err)
    once = model.read_bytes()
    code, out, _ = weir(*learn)
    tap.check(code == 0 and "words and characters" in out and max(map(len, out.splitlines())) <= 80
              and model.read_bytes() == once, "again it is the same file, told in 80 columns", out)
    code, out, _ = weir("text", "eval", model, b, "--outside", "none", "--json")
    said = json.loads(out)
    tap.check(code == 0 and said["texts"] == 190 and said["accuracy"] > 0.95 and said["refusal"]["auroc"] > 0.95
              and said["sets"][1]["covered"] >= 0.9, "text eval counts what is right and what is refused", out)
    code, out, _ = weir("text", "eval", model, b, "--outside", "none")
    tap.check(code == 0 and "macro F1" in out and max(map(len, out.splitlines())) <= 80, "and says it in words", out)
    code, out, _ = weir("text", "predict", model, b, "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    right = sum(line["label"] == label for line, (_, label) in zip(lines, test) if label != "none")
    tap.check(code == 0 and len(lines) == 200 and right > 180 and all(line["label"] in (line["set"] or [None]) for line
              in lines if line["label"]), "text predict has a line a text, the label in its set", out[:300])
    code, out, _ = weir("text", "predict", model, b)
    tap.check(code == 0 and all(len(line.split("\t")) == 3 for line in out.splitlines()), "and three columns",
              out[:300])
    return model, b


def with_vectors(tap, home):
    train, test, model = rows(300, 3), rows(100, 4), home / "vectors.model"
    a, b = write_csv(home / "va.csv", train), write_csv(home / "vb.csv", test)
    va, vb = write_vectors(home / "va.vec", train, 5), write_vectors(home / "vb.vec", test, 6)
    code, out, err = weir("text", "train", a, "--out", model, "--outside", "none", "--vectors", va, "--json")
    tap.check(code == 0 and json.loads(out)["held_back_with_vectors"]["accuracy"] > 0.95,
              "vectors made elsewhere are learned, too", out + err)
    code, out, err = weir("text", "eval", model, b, "--outside", "none", "--vectors", vb, "--json")
    tap.check(code == 0 and json.loads(out)["vectors"] and json.loads(out)["accuracy"] > 0.95, "and judged", out + err)
    code, out, _ = weir("text", "eval", model, b, "--outside", "none", "--json")
    tap.check(code == 0 and not json.loads(out)["vectors"], "without them, words and characters judge", out)
    code, _, err = weir("text", "eval", model, b, "--vectors", va)
    tap.check(code == 1 and "va.vec" in err, "vectors of other texts are refused by name", err)


def classify(tap, home, model, texts):
    code, out, _ = weir("classify", "--model", model, "--why", "hello my card was stolen")
    tap.check(code == 0 and out.startswith("card\t") and "card +" in out, "classify names the words that decided", out)
    code, out, _ = weir("classify", "--model", model, "--file", texts, "--json")
    tap.check(code == 0 and len(out.splitlines()) == 200 and "label" in json.loads(out.splitlines()[0]),
              "classify takes a file", out[:300])
    code, _, err = weir("classify", "--model", model)
    tap.check(code == 2 and err, "no text is a wrong use", err)
    code, _, err = weir("classify", "--labels", "a,b", "--encoder", home / "none.weirmodel", "x")
    tap.check(code == 1 and "none.weirmodel" in err, "names alone want the encoder, and its absence is said", err)


def read(tap):
    code, out, _ = weir("text", "read", "--json", "I paid 30 EUR for order #4711 on 2026-01-02")
    kinds = [e["kind"] for e in json.loads(out)["entities"]]
    tap.check(code == 0 and json.loads(out)["language"] == "en" and kinds == ["money", "reference", "date"],
              "text read finds the language and what has a form", out)


def failures(tap, home, model, texts):
    lone = write_csv(home / "lone.csv", [("one text", "x"), ("another", "x")])
    broken = home / "broken.model"
    broken.write_bytes(model.read_bytes()[:-1])
    for words, code, part, name in (
            (("text", "train", texts), 2, "--out", "no place for the model"),
            (("text", "train", home / "no.csv", "-o", home / "x"), 1, "no.csv", "no such file"),
            (("text", "train", lone, "-o", home / "x", "--no-encoder"), 1, "two", "one class alone"),
            (("text", "train", texts, "-o", home / "x", "--label", "kind"), 1, "kind", "no such column"),
            (("text", "train", texts, "-o", home / "x", "--refuse", "2"), 2, "--refuse", "a share past its range"),
            (("classify", "--labels", "a, b, a", "x"), 1, "'a' is named twice", "two classes of one name"),
            (("classify", "--labels", "a", "x"), 1, "2 to 1000", "one class by name"),
            (("text", "eval", model), 2, "MODEL FILE", "no file to judge by"),
            (("text", "eval", broken, texts), 3, "broken.model", "a model cut short"),
            (("text", "predict", texts, texts), 3, "not a text model", "a file that is no model")):
        got, _, err = weir(*words)
        tap.check(got == code and part in err, f"{name}: exit {code}, and said", (got, err))
    tap.check(not (home / "x").exists(), "what failed leaves no model behind")


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        model, texts = train_and_judge(tap, home)
        with_vectors(tap, home)
        classify(tap, home, model, texts)
        read(tap)
        failures(tap, home, model, texts)
    tap.done()


main()
