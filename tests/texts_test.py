"""Texts at a real server: classifiers of the registry and of the desk answer over HTTP, texts are read without a model,
and an inquiry shows what it is about. usage: texts_test.py WEIR"""
import json
import sys
from concurrent.futures import ThreadPoolExecutor

from serving import Tap
from weir_server import Weir

SAID = {"billing": ["the invoice shows a wrong amount", "I was charged twice", "please refund my payment",
                    "the bill is too high", "where is my receipt", "the payment failed"],
        "sales": ["what does the big plan cost", "we want to buy fifty seats", "please send an offer",
                  "is there a discount", "can I get a demo", "we would like a quote"],
        "hr": ["how many days of leave do I have", "I want to apply for the job", "my pay slip is missing",
               "who signs my employment contract", "when is the interview", "parental leave from May"]}
OUTSIDE = ["the moon is bright tonight", "a recipe with eggs and butter", "rain in the mountains",
           "my dog likes cheese", "the train to the sea", "an old song about winter"]
LETTER = ("I paid 30 EUR for order #4711 on 2026-05-04. The order never arrived at my house. "
          "Please send the order again, or refund the order to my card. My neighbour waters the plants.")


def write_texts(weir):
    rows = [(text, label) for label, texts in SAID.items() for text in texts] + [(t, "none") for t in OUTSIDE]
    lines = [f"{text} number {i * 7919 % 1000},{label}" for i in range(12) for text, label in rows]
    return weir.write("topics.csv", "text,label\n" + "\n".join(lines) + "\n")


def main():
    tap = Tap()
    weir = Weir(sys.argv[1])
    try:
        code, _, why = weir.command("text", "train", write_texts(weir), "-o", f"{weir.dir}/topics.model",
                                    "--no-encoder", "--outside", "none")
        tap.same(code, 0, "a classifier is trained" + why)
        weir.start()
        registered(tap, weir)
        desk(tap, weir)
        reading(tap, weir)
        inquiry(tap, weir)
        refused(tap, weir)
        roles(tap, weir)
        weir.stop()
        rules = weir.write("routing_rules.yaml",
                           "category_to_department: {billing: finance}\nconfidence_threshold: 0.01\n")
        with open(weir.config, "a") as f:
            f.write(f"inquiries:\n  routing: {rules}\n")
        weir.start()
        said = classify(weir, {"model": "desk/category", "text": "zzz qqq"})[1]["items"][0]
        tap.check(not said["refused"] and said["label"] == said["set"][0], "the routing rules say when", said)
    finally:
        weir.done()
    tap.done()


def classify(weir, body, query="", key="admin"):
    return weir.ask("POST", "/api/v1/text/classify" + query, body, key=key)


def registered(tap, weir):
    tap.same(classify(weir, {"model": "topics", "text": "x"})[0], 404, "a model that nobody registered is unknown")
    weir.command("models", "register", "topics", f"{weir.dir}/topics.model")
    tap.same(classify(weir, {"model": "topics", "text": "x"})[0], 404, "none is in use yet")
    status, said = classify(weir, {"model": "topics", "version": 1, "text": "the invoice is too high"})
    tap.check(status == 200 and said["version"] == 1 and said["items"][0]["label"] == "billing",
              "a version answers by its number", said)
    weir.command("models", "promote", "topics", "1", "--force", "--comment", "tests")
    texts = ["please refund my payment, I was charged twice", "is there an offer with a discount",
             "my dog likes the moon and cheese"]
    status, said = classify(weir, {"model": "topics", "text": texts})
    tap.check(status == 200 and said["version"] == 1 and [x["label"] for x in said["items"]] ==
              ["billing", "sales", None], "the one in use tells texts apart, and what is none of them", said)
    first, last = said["items"][0], said["items"][2]
    tap.check(abs(sum(s["probability"] for s in first["scores"]) - 1) < 1e-5 and len(first["scores"]) == 3 and
              first["scores"][0] == {"label": "billing", "probability": first["probability"]},
              "with probabilities of all classes, likeliest first", first)
    tap.check(first["set"][0] == "billing" and first["why"][0]["gain"] > 0 and first["by"] == "topics@1" and
              {w["word"] for w in first["why"]} & {"refund", "charged", "payment"},
              "a set, the words that spoke, and who", first)
    tap.check(last["refused"] and not first["refused"] and last["outside"] > first["outside"], "refusal is told", last)
    file = weir.write("new.jsonl", "".join(json.dumps({"text": t}) + "\n" for t in texts))
    _, out, _ = weir.command("classify", "--model", f"{weir.dir}/topics.model", "--file", file, "--why", "--json",
                             "--no-encoder")
    lines = [json.loads(line) for line in out.splitlines()]
    tap.same([{k: x[k] for k in ("label", "probability", "set", "why")} for x in said["items"]],
             [{k: x[k] for k in ("label", "probability", "set", "why")} for x in lines], "as the command says it")
    short = classify(weir, {"model": "topics", "text": texts[0]}, "?top=1&why=false")[1]["items"][0]
    tap.check(len(short["scores"]) == 1 and "why" not in short, "as much of it as is asked for", short)
    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(lambda i: classify(weir, {"model": "topics", "text": [texts[i % 3]] * 20}), range(24)))
    tap.check(all(s == 200 and {x["label"] for x in r["items"]} == {said["items"][i % 3]["label"]}
                  for i, (s, r) in enumerate(many)), "many at once hear the same")


def desk(tap, weir):
    text = "You charged my card twice, please refund. Not urgent."
    whole = weir.ask("POST", "/api/v1/inquiries/classify", text, key="admin")[1]
    for axis in ("category", "sentiment", "urgency"):
        status, said = classify(weir, {"model": f"desk/{axis}", "text": [text]})
        one = said["items"][0]
        tap.check(status == 200 and one["label"] == whole[axis] and one["by"] == whole["model"] and
                  one["probability"] == whole[f"{axis}_score"] and one["set"][0] == one["label"],
                  f"the desk's {axis} is what inquiries hear", (whole, said))
    said = classify(weir, {"model": "desk/urgency", "text": text})[1]["items"][0]
    tap.check("not urgent" in [w["word"] for w in said["why"]], "with the phrases that spoke", said)
    said = classify(weir, {"model": "desk/category", "text": "zzz qqq"})[1]["items"][0]
    tap.check(said["refused"] and said["label"] is None and len(said["set"]) > 1, "what it cannot tell it refuses",
              said)
    tap.same(classify(weir, {"model": "desk/mood", "text": "x"})[0], 404, "it answers to three names only")
    tap.same(classify(weir, {"model": "desk/urgency", "version": 1, "text": "x"})[0], 422, "which have no versions")
    tap.same(weir.get("/api/v1/inquiries")["items"], [], "nothing was kept")


def reading(tap, weir):
    status, said = weir.ask("POST", "/api/v1/text/read", {"text": [LETTER, "ok"]}, key="admin")
    one = said["items"][0]
    tap.check(status == 200 and one["language"] == "en" and
              {"money", "date"} <= {e["kind"] for e in one["entities"]} and len(one["summary"]) == 2 and
              one["phrases"], "a text is read", one)
    tap.same(said["items"][1]["language"], None, "two letters have no language")
    tap.same(one, json.loads(weir.command("text", "read", LETTER, "--json")[1]), "as the command reads it")
    hostile = "\u202e 1.2.3 " * 5000 + "é" * 2000
    status, said = weir.ask("POST", "/api/v1/text/read", {"text": [hostile] * 20}, key="admin")
    tap.check(status == 200 and len(said["items"][0]["entities"]) <= 1000, "long texts have an end", status)


def inquiry(tap, weir):
    body = LETTER + " Call me at +49 30 901820.\n\n> the parrot of the neighbour sings parrot songs\n"
    one = weir.ask("POST", "/api/v1/inquiries/submit", {"body": body, "sender_email": "ana@example.com"},
                   key="admin")[1]
    got = weir.get(f"/api/v1/inquiries/{one['id']}")
    tap.check(len(got["summary"]) == 2 and got["phrases"] and "parrot" not in json.dumps(got["phrases"]),
              "an inquiry shows what it is about, by its own lines", got)
    with open(f"{weir.data}/eye.key", "w") as f:
        f.write(weir.ask("POST", "/api/v1/keys", {"name": "eye", "role": "viewer"}, key="admin")[1]["key"])
    seen = weir.ask("GET", f"/api/v1/inquiries/{one['id']}", key="eye")[1]
    tap.check("901820" not in json.dumps(seen) and seen["summary"], "a viewer sees it without personal data", seen)
    code, out, why = weir.command("inquiries", "show", one["id"])
    tap.check(code == 0 and "summary" in out and "phrase" in out and
              max(map(len, out.split("text\n")[0].splitlines())) <= 80, "and the command in 80 columns", out + why)
    weir.command("inquiries", "erase", "ana@example.com", "--yes")
    gone = weir.get(f"/api/v1/inquiries/{one['id']}")
    tap.same((gone["summary"], gone["phrases"]), ([], []), "what is erased is about nothing")


def refused(tap, weir):
    for body, why in ((None, "no body"), ({"text": "x"}, "no model"), ({"model": "topics"}, "no text"),
                      ({"model": "topics", "text": []}, "no texts"),
                      ({"model": "topics", "text": ["x"] * 101}, "101 texts"),
                      ({"model": "topics", "text": ["x", 7]}, "a text that is none"),
                      ({"model": "topics", "text": "x" * 70000}, "a long text"),
                      ({"model": "topics", "text": ""}, "an empty text"),
                      ({"model": "topics", "text": "x", "version": 0}, "version 0"),
                      ({"model": "m" * 65, "text": "x"}, "a long name"),
                      ({"model": "topics", "text": "x", "more": 1}, "more than that")):
        tap.same(classify(weir, body)[0], 400, f"refused: {why}")
    tap.same(classify(weir, {"model": "topics", "text": "x"}, "?top=0")[0], 400, "refused: top=0")
    tap.same(classify(weir, {"model": "topics", "version": 9, "text": "x"})[0], 404, "there is no version 9")
    tap.same(classify(weir, {"model": "../../admin.key", "text": "x"})[0], 404, "a name is no path")
    tap.same(weir.ask("POST", "/api/v1/text/read", {"text": [""]}, key="admin")[0], 400, "nothing cannot be read")
    weir.command("models", "register", "other", weir.write("other.bin", "no classifier"))
    status, why = classify(weir, {"model": "other", "version": 1, "text": "x"})
    tap.check(status == 422 and "no classifier" in why["detail"] and weir.data not in json.dumps(why),
              "a file that is no classifier is none", why)


def roles(tap, weir):
    for path, body in (("classify", {"model": "topics", "text": "a demo"}), ("read", {"text": "a demo"})):
        tap.same([weir.ask("POST", f"/api/v1/text/{path}", body, key=key)[0]
                  for key in ("admin", "ingest", "eye", None)],
                 [200, 200, 403, 401], f"who may {path} is who may judge inquiries")


main()
