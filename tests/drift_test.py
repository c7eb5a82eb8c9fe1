"""weir drift as a person uses it: columns, and what a model saw and said; on the terminal, as JSON, as a page, as an
incident. Usage: drift_test.py WEIR"""
import json
import math
import pathlib
import random
import sys
import tempfile

from serving import Tap
from weir_server import Weir

VIEWS = ["--embedding", "v", "--text", "text", "--error", "error", "--proba", "p", "--label", "y"]
BEFORE = "order late damaged refund money parcel driver".split()
AFTER = "login password reset link broken account <b>".split()


def table(path, changed):
    r = random.Random(7 + changed)
    lines = ["amount,country,age"]
    for _ in range(600):
        age = "" if r.random() < (0.2 if changed else 0.02) else int(r.gauss(40, 12))
        lines.append(f"{r.lognormvariate(3, .5) * (1.5 if changed else 1):.2f},{r.choice(['DE', 'FR', 'UK'])},{age}")
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def model(path, changed, seed):
    r = random.Random(seed)
    lines = ["v1,v2,text,error,p,y"]
    for i in range(3000):
        z = r.gauss(0, 1)
        p = 1 / (1 + math.exp(-1.7 * z))
        y, late = int(r.random() < p), changed and i > 900
        p = 0.5 + (p - 0.5) * (0.5 if late else 1)
        words = " ".join(r.choices(BEFORE + AFTER if changed else BEFORE, k=6))
        lines.append(f"{r.gauss(.5 * changed, 1):.4f},{r.gauss(0, 1):.4f},{words},{r.random() + .5 * late:.4f},{p:.4f},{y}")
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def harmless(page):
    text = pathlib.Path(page).read_text()
    return all(x not in text
               for x in ("<script", "http://", "https://", "<b>")) and text.startswith("<!doctype html>"), text


def incident(server, pipeline):
    found = server.get(f"/api/v1/findings?pipeline={pipeline}")["items"]
    return found[0] if len(found) == 1 and found[0]["incident"] else None


def columns(server, tap, folder):
    ref, cur, page = table(folder / "ref.csv", 0), table(folder / "cur.csv", 1), folder / "t.html"
    code, out, err = server.command("drift", ref, cur, "--html", str(page), "--pipeline", "orders", "--dataset",
                                    "sales")
    tap.check(code == 1 and "2 of 3 columns drifted" in out and "sent to" in out, "two of three columns drift, exit 1",
              out + err)
    tap.check(all(len(line) <= 80 for line in out.splitlines()), "at most 80 columns", out)
    fine, text = harmless(page)
    tap.check(fine and text.count("<svg") == 2 and "2 of 3" in text, "a page of its own, with a plot a column",
              text[:200])
    found = incident(server, "orders")
    tap.check(found and [d["column"] for d in found["evidence"]["drifts"]] == ["amount", "age"], "an incident", found)
    code, out, err = server.command("drift", ref, ref)
    tap.check(code == 0 and "0 of 3" in out, "a table against itself, exit 0", out + err)


def views(server, tap, folder):
    ref, cur, page = model(folder / "mref.csv", 0, 1), model(folder / "mcur.csv", 1, 2), folder / "m.html"
    code, out, err = server.command("drift", ref, cur, *VIEWS, "--html", str(page), "--pipeline", "scores", "--json")
    answer = json.loads(out)
    tap.check(code == 1 and answer["drifted"] == 4 and answer["reference"]["rows"] == 3000, "every view drifts, exit 1",
              out + err)
    tap.check(all(answer[v]["drift"] and answer[v]["what"] for v in ("embedding", "text", "errors", "performance")),
              "and says how", answer)
    fine, text = harmless(page)
    tap.check(fine and "4 of 4" in text and text.count("class=\"card\"") == 4 and text.count("<svg") == 9,
              "a page with a plot a view", text[:200])
    found = incident(server, "scores")
    looks = [d["look"] for d in found["evidence"]["drifts"]] if found else []
    tap.check(looks == ["embedding", "text", "errors", "performance"] and found["severity"] == "HIGH",
              "an incident that names the views", found)
    code, out, err = server.command("drift", ref, model(folder / "again.csv", 0, 3), *VIEWS, "--pipeline", "quiet",
                                    "--html", str(page))
    tap.check(code == 0 and out.count("as before") == 4, "the same model again, exit 0", out + err)
    tap.check(all(len(line) <= 80 for line in out.splitlines()), "at most 80 columns", out)
    tap.check("0 of 4" in pathlib.Path(page).read_text(), "its page says so")
    tap.check(incident(server, "quiet") is None, "and no incident")


def refusals(server, tap, folder):
    ref = str(folder / "mref.csv")
    tap.check(server.command("drift", ref, ref, "--proba", "p")[0] == 2, "--proba alone, exit 2")
    code, _, err = server.command("drift", ref, ref, "--text", "none")
    tap.check(code == 1 and "none" in err, "no such column is refused", err)
    code, _, err = server.command("drift", ref, ref, "--error", "error", "--html", "/nowhere/page.html")
    tap.check(code == 3 and "/nowhere/page.html" in err, "no such folder, exit 3", err)
    server.stop()
    code, _, err = server.command("drift", ref, str(folder / "mcur.csv"), "--error", "error", "--pipeline", "scores")
    tap.check(code == 3 and err, "the server is away: said, exit 3", err)


def main():
    server, tap = Weir(sys.argv[1]), Tap()
    try:
        server.start()
        with tempfile.TemporaryDirectory() as tmp:
            for part in (columns, views, refusals):
                part(server, tap, pathlib.Path(tmp))
    finally:
        server.done()
    tap.done()


main()
