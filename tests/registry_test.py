"""The registry at a real server: classifiers of inquiries are registered, judged, promoted, tried and taken back, and
the desk judges by the one in use. usage: registry_test.py WEIR"""
import os
import sqlite3
import sys

from serving import Tap
from weir_server import Weir

BILLING = ["the invoice shows a wrong amount", "I was charged twice", "please refund my payment",
           "the bill is too high",
           "my credit card was charged", "where is my receipt", "the payment failed", "cancel the charge"]
SALES = ["what does the big plan cost", "we want to buy fifty seats", "please send an offer", "is there a discount",
         "can I get a demo", "which plan fits us", "we would like a quote", "I want to upgrade to the big plan"]


def texts(swapped, rows=160, start=0):
    lines = ["text,label"]
    for i in range(start, start + rows):
        bill = i % 2 == 0
        said = (BILLING if bill else SALES)[i // 2 % 8]
        label = "billing" if bill != (swapped and i // 2 % 10 < 7) else "sales"
        lines.append(f"{said} number {i * 7919 % 1000},{label}")
    return "\n".join(lines) + "\n"


def main():
    tap = Tap()
    weir = Weir(sys.argv[1])
    try:
        for name, swapped in (("bad", True), ("good", False)):
            code, _, why = weir.command("text", "train", weir.write(f"{name}.csv", texts(swapped)), "-o",
                                        f"{weir.dir}/{name}.model", "--no-encoder")
            tap.same(code, 0, f"a classifier is trained: {name}" + why)
        held = weir.write("held.csv", texts(False, 80, 1000))
        weir.start()
        run(tap, weir, held)
        moved(tap, weir)
    finally:
        weir.done()
    tap.done()


def detail(weir):
    return weir.get("/api/v1/registry/inquiry-category")


def judge(weir, text):
    return weir.ask("POST", "/api/v1/inquiries/classify?include_all_scores=true", text, key="admin")[1]


def run(tap, weir, held):
    model = "inquiry-category"
    tap.same(weir.ask("GET", f"/api/v1/registry/{model}", key="admin")[0], 404, "nothing is registered")
    code, out, why = weir.command("models", "register", model, f"{weir.dir}/bad.model", "--on", held, "--code",
                                  "abc1234", "--sources", "mails,desk")
    tap.check(code == 0 and "version 1" in out, "a version is registered", out + why)
    first = detail(weir)["versions"][0]
    tap.check(len(first["data"]) == 64 and first["metrics"]["accuracy"] < 0.5 and first["code"] == "abc1234" and
              first["sources"] == ["mails", "desk"] and first["held_back"],
              "with what it learned from, by which code, and how good it is", first)
    tap.same(judge(weir, "is there a discount")["model"].count("category"), 0, "and is not in use")
    code, out, why = weir.command("models", "register", model, f"{weir.dir}/bad.model")
    tap.check(code == 0 and "known" in out, "the same file is the same version", out + why)
    weir.command("models", "register", model, f"{weir.dir}/good.model")
    code, out, why = weir.command("models", "promote", model, "1")
    tap.check(code == 0 and "nothing was in use" in out, "the first comes in use by its own scores", out + why)
    tap.check("category@1" in judge(weir, "is there a discount")["model"], "at once, without a start")
    code, out, why = weir.command("models", "promote", model, "2")
    tap.check(code == 1 and "held-back" in why, "without scores on the same data nothing moves", out + why)
    code, out, why = weir.command("models", "promote", model, "2", "--on", held, "--margin", "90%")
    tap.check(code == 1 and "stays" in out, "nor with too small a gain", out + why)
    trial(tap, weir, model)
    code, out, why = weir.command("models", "promote", model, "--on", held)
    tap.check(code == 0 and "version 2" in out and "alone right" in out, "a better one comes in use", out + why)
    said = judge(weir, "is there a discount")
    tap.check("category@2" in said["model"] and said["category"] == "sales", "and judges", said)
    code, out, why = weir.command("models", "rollback", model)
    tap.check(code == 0 and "category@1" in judge(weir, "is there a discount")["model"], "one command takes it back",
              out + why)
    code, out, why = weir.command("models", "promote", model, "2", "--force", "--comment", "tests")
    tap.check(code == 0, "a person may decide otherwise", out + why)
    moves = [m["how"] for m in detail(weir)["moves"]]
    tap.same(moves, ["forced", "rolled_back", "promoted", "first"], "every move is recorded")
    for args in (("models",), ("models", "show", model)):
        code, out, why = weir.command(*args)
        tap.check(code == 0 and model in out + args[-1] and max(map(len, out.splitlines())) <= 80,
                  "people see it in 80 columns: " + " ".join(args), out + why)
    judge(weir, "is there a discount")
    metrics = weir.ask("GET", "/metrics", key="admin")[1]
    tap.check('weir_model_judged_total{model="inquiry-category",version="2"} 1' in metrics and
              'weir_model_labels_total{model="inquiry-category",version="2",label="sales"} 1' in metrics,
              "figures are by version", [line for line in metrics.splitlines() if "weir_model" in line])
    hostile(tap, weir, model)
    weir.kill()
    weir.start()
    tap.check("category@2" in judge(weir, "is there a discount")["model"], "after a crash the same one is in use")
    code, out, why = weir.command("replay", "--verify")
    tap.check(code == 0, "replay makes all of it again", out + why)


def moved(tap, weir):
    """A backup carries the files of models; restored into an empty folder the same one judges."""
    kept = f"{weir.data}/models/files"
    names = sorted(os.listdir(kept))
    for args in ((), ("--model", "inquiry-category")):
        code, out, why = weir.command("classify", "is there a discount", *args)
        tap.check(code == 0 and "\tsales" in out and why == "by inquiry-category@2\n",
                  "weir classify uses the model in use, and says which", out + why)
    code, out, why = weir.command("classify", "x", "--model", "nobody")
    tap.check(code != 0 and "no file 'nobody', and no model of that name" in why, "and says when there is none",
              out + why)
    copy = f"{weir.dir}/copy"
    code, out, why = weir.command("backup", copy)
    tap.check(code == 0 and f"{len(names)} files of models" in out, "a backup has the files of models", out + why)
    new = Weir(weir.program)
    try:
        bad = f"{weir.dir}/bad-copy"
        with open(copy, "rb") as source, open(bad, "wb") as target:
            target.write(source.read())
        db = sqlite3.connect(bad)
        db.execute("UPDATE backup_file SET bytes = zeroblob(10) WHERE name = ?", (names[0],))
        db.commit()
        db.close()
        code, out, why = new.command("restore", bad)
        tap.check(code == 3 and "damaged" in why and not os.path.exists(f"{new.data}/store"),
                  "one whose files are not what they say is refused", (code, out + why))
        code, out, why = new.command("restore", copy)
        tap.check(code == 0 and sorted(os.listdir(f"{new.data}/models/files")) == names, "it is restored elsewhere",
                  out + why)
        db = sqlite3.connect(f"file:{new.data}/store/weir.db?mode=ro", uri=True)
        tap.same(db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'backup_file'").fetchone()[0], 0,
                 "the store itself does not keep them")
        db.close()
        new.start()
        tap.check("category@2" in judge(new, "is there a discount")["model"], "and the same model judges there")
        new.stop()
        code, out, why = new.command("audit", "verify")
        tap.check(code == 0, "the journal verifies", out + why)
        with open(f"{kept}/{names[0]}", "ab") as f:
            f.write(b"x")
        code, out, why = weir.command("backup", f"{weir.dir}/later")
        tap.check(code == 1 and "1 file of models left out" in out.replace("\n", " "),
                  "a damaged file is told and left out", (code, out + why))
    finally:
        new.done()


def trial(tap, weir, model):
    """A canary: both judge, some labels come, agreement is counted; the word of each counts in its part."""
    code, out, why = weir.command("models", "shadow", model, "2")
    tap.check(code == 0, "a shadow begins", out + why)
    submit = {"subject": "", "sender_email": "a@example.com", "sender_name": "A"}
    weir.ask("POST", "/api/v1/inquiries/submit", submit | {"body": "is there a discount"}, key="admin")
    tap.same(detail(weir)["trial"]["judged"], 1, "both judge")
    code, out, why = weir.command("models", "canary", model, "2", "--share", "50%")
    tap.check(code == 0, "a canary begins", out + why)
    used = {"category@1": 0, "category@2": 0}
    for i in range(40):
        got = weir.ask("POST", "/api/v1/inquiries/submit",
                       submit | {"body": f"{SALES[i % 8]} {i}", "sender_email": f"p{i}@example.com"}, key="admin")[1]
        used[next(k for k in used if k in got["model"])] += 1
        if i < 20:
            weir.command("inquiries", "label", got["id"], "--category", "sales")
    tap.check(min(used.values()) >= 8, "by a hash each word counts in its share", used)
    now = detail(weir)["trial"]
    tap.check(now["judged"] == 40 and now["labelled"] == 20 and now["right"] >= now["champion_right"],
              "labels compare them", now)
    tap.same({a["alias"]: a["version"] for a in detail(weir)["aliases"]}, {"champion": 1, "challenger": 2},
             "it is the challenger")


def hostile(tap, weir, model):
    ask = weir.ask
    tap.same(ask("POST", "/api/v1/registry/files?kind=text", "no model", key="admin")[0], 422,
             "what is no classifier is refused")
    tap.same(ask("GET", "/api/v1/registry/files/..%2f..%2fadmin.key", key="admin")[0], 404, "a digest is no path")
    tap.same(ask("GET", "/api/v1/registry/files/" + "0" * 64, key="admin")[0], 404, "an unknown digest is unknown")
    tap.same(ask("POST", f"/api/v1/registry/{model}/versions", {"kind": "file", "digest": "../" * 21 + "x"},
                 key="admin")[0], 422, "neither is one in a version")
    tap.same(ask("POST", f"/api/v1/registry/{model}/promote", {"version": 1, "force": True}, key="admin")[0], 422,
             "force wants a reason")
    tap.same(ask("POST", f"/api/v1/registry/{model}/promote", {"version": 1, "force": True, "comment": "x"},
                 key="ingest")[0], 403, "and a role")
    tap.same(ask("POST", "/api/v1/registry/Nope/rollback", {}, key="admin")[0], 409, "nothing is taken back of nothing")


main()
