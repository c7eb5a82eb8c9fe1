"""weir detect on recordings of every shape: what is found, how it reads, and the exit codes.
Usage: detect_test.py WEIR"""
import csv
import io
import json
import math
import os
import random
import subprocess
import sys
import tempfile

results = []


def check(name, ok, note=""):
    results.append(bool(ok))
    print(f"{'ok' if ok else 'not ok'} {len(results)} - {name}{'' if ok else ': ' + repr(note)}", flush=True)


def weir(*args, text=None):
    env = {k: v for k, v in os.environ.items() if not k.startswith("WEIR_")}
    r = subprocess.run([sys.argv[1], "detect", *args], input=text, env=env, capture_output=True, text=True, timeout=120)
    return r.returncode, r.stdout, r.stderr


def wave(n=3000, seed=1):
    r = random.Random(seed)
    return [10 + math.sin(i / 8) + 0.1 * r.gauss(0, 1) for i in range(n)]


def lines(x):
    return "".join(f"{v!r}\n" for v in x)


def timed(x):
    rows = (f"2024-01-{1 + i // 288:02d} {i // 12 % 24:02d}:{i % 12 * 5:02d}:00,{v!r}\n" for i, v in enumerate(x))
    return "timestamp,value\n" + "".join(rows)


def rhythm():
    """A beat of 8 rows in 40, left out once, and a level that rises for good."""
    r = random.Random(4)
    x = [10 + (5 if i % 40 < 8 else 0) + 0.2 * r.gauss(0, 1) for i in range(5000)]
    x[4000:4040] = [10 + 0.2 * r.gauss(0, 1) for _ in range(40)]
    return x[:4600] + [v + 12 for v in x[4600:]]


def followed():
    x = rhythm()
    code, out, err = weir("--follow", "-", text=lines(x))
    check("followed: a beat left out and a new level",
          code == 1 and "the course of the last samples" in out and "row 4001" in out
          and "change: level from 10" in out and out.count("change:") == 1, out + err)
    check("an odd stretch as long as a cycle", "odd stretch: the last 40 rows" in out, out)
    code, out, err = weir("--follow", "--alarms", "--json", "-", text=timed(x))
    told = [json.loads(line) for line in out.splitlines()]
    whole = json.loads(weir("--alarms", "--json", "-", text=timed(x))[1])["series"][0]["alarms"]
    check("the same alarms as of the whole recording", [(a["row"], a["part"]) for a in whole]
          == [(a["row"], a["part"]) for a in told if a["kind"] == "alarm"] and len(whole) >= 2, (whole, told))
    check("with their times", all(a["time"] > 1.7e15 for a in told), told)
    code, out, err = weir("--follow", "-", text="a;b\n1;2\nx;3\n4;5\n")
    check("a bad line is told and passed over", code == 0 and "line 3 refused" in err and out == "", out + err)
    code, out, err = weir("--follow", "-", text="x" * 100000 + "\n1\n2\n")
    check("so is one without end", code == 0 and "line 1 refused: too long" in err, out + err)
    code, out, err = weir("--follow", "-", text="nothing here\n")
    check("no numbers is a failure", code not in (0, 2) and "no numbers" in err, err)
    code, out, err = weir("--follow", "--scores", "-", text="1\n")
    check("what needs the end of a recording is refused", code == 2 and "--scores" in err, err)
    with subprocess.Popen([sys.argv[1], "detect", "--follow", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as p:
        p.stdin.write(lines(x[:4700]))
        p.stdin.flush()
        check("told while rows still come", "alarm:" in p.stdout.readline())
        p.stdin.close()


def shapes():
    healthy = wave()
    code, out, err = weir("-", text=lines(healthy))
    check("a healthy wave is fine, exit 0", code == 0 and "0 alarms" in out and "0 changes" in out, out + err)
    odd = healthy[:2000] + [10 - v / 5 for v in healthy[2000:2040]] + [v + 8 for v in healthy[2040:]]
    code, out, err = weir("-", text=timed(odd))
    check("what is odd is told, exit 1", code == 1 and "alarm (a)" in out and "change (c)" in out, out + err)
    check("with times", "2024-01-07 22:" in out, out)
    check("in 80 columns, with a picture", all(len(line) <= 80 for line in out.splitlines()) and "\u2588" in out, out)
    code, out, err = weir("-", "--json", text=lines(odd))
    series = json.loads(out)["series"][0]
    check("JSON names rows", code == 1 and any(abs(c["row"] - 2040) < 40 for c in series["changes"]), series["changes"])
    check("and discords and alarms",
          series["discords"] and series["alarms"] and all(a["summary"] for a in series["alarms"]), series)
    code, out, err = weir("-", "--discord", "--json", text=lines(odd))
    check("only what was asked for", set(json.loads(out)["series"][0]) == {"series", "rows", "period", "discords"}, out)
    code, out, err = weir("-", "--scores", text=lines(odd[:500]))
    rows = list(csv.DictReader(io.StringIO(out)))
    check("a score for every row", len(rows) == 500 and all(float(r["alarm_score"]) >= 0 for r in rows), rows[-1:])


def columns():
    x = wave(600)
    text = "a,b\n" + "".join(f"{v},{w + 4 * (i >= 300)}\n" for i, (v, w) in enumerate(zip(x, wave(600, 2))))
    code, out, err = weir("-", "--changes", "--together", "--json", text=text)
    changes = json.loads(out)["series"][0]["changes"]
    check("columns change together, and the one that moved is named", len(changes) == 1 and changes[0]["column"] == "b",
          changes)
    code, out, err = weir("-", "--changes", "--json", text=text)
    check("or each by itself", [len(s["changes"]) for s in json.loads(out)["series"]] == [0, 1], out)


def refusals():
    for name, args, text in (("a wrong option", ["-", "--top", "99"], "1\n2\n"), ("no file", [], None)):
        code, out, err = weir(*args, text=text)
        check(name + ": exit 2", code == 2 and err, out + err)
    for name, args, text in (("no such file", ["/nowhere/x.csv"], None), ("no numbers", ["-"], "hello\nworld\n"),
                             ("empty", ["-"], "")):
        code, out, err = weir(*args, text=text)
        check(name + ": said, and not found", code not in (0, 2) and err and not out, (code, out, err))
    for name, text in (("one value", "1\n"), ("constant", "5\n" * 1000), ("holes", "1\n\nnan\n" * 50)):
        code, out, err = weir("-", text=text)
        check(name + " is fine", code == 0, out + err)
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as f:
        f.write("v\x1b[31m\n" + "5\n" * 100)
        f.flush()
        code, out, err = weir(f.name)
        check("no text steers the terminal", code == 0 and "\x1b" not in out, out)


shapes()
followed()
columns()
refusals()
print(f"1..{len(results)}")
sys.exit(0 if all(results) else 1)
