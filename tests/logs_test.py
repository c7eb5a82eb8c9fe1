"""weir logs and weir logs diff as a person uses them. Usage: logs_test.py WEIR"""
import json
import pathlib
import subprocess
import sys
import tempfile

results = []
WEIR = sys.argv[1]


def check(name, ok, note=""):
    results.append(bool(ok))
    print(f"{'ok' if ok else 'not ok'} {len(results)} - {name}{'' if ok else ': ' + repr(note)}", flush=True)


def weir(*args, stdin=None):
    r = subprocess.run([WEIR, *map(str, args)], input=stdin, capture_output=True, timeout=60)
    return r.returncode, r.stdout.decode(errors="replace"), r.stderr.decode(errors="replace")


def requests(n):
    for i in range(n):
        yield f"2026-01-01 10:{i // 60:02}:{i % 60:02} request {i * 7919 % 1000} from user {'abcdef'[i * 31 % 6]}"
        yield f"2026-01-01 10:{i // 60:02}:{i % 60:02} query took {20 + i * 37 % 100} ms"


def templates(folder):
    log = folder / "app.log"
    log.write_text("\n".join(requests(3000)) + "\n2026-01-01 10:50:00 ERROR cannot reach 10.0.0.7:6379\n")
    code, out, err = weir("logs", log)
    check("templates, an unusual line, exit 1",
          code == 1 and "6001 lines, 3 templates, 1 unusual" in out and "new after 6000 lines" in out, out + err)
    check("at most 80 columns", all(len(line) <= 80 for line in out.splitlines()), out)
    code, out, err = weir("logs", "--json", "--lines", log)
    answer = json.loads(out)
    check("--json", code == 1 and answer["line_count"] == 6001 and answer["alarms"][0]["kind"] == "new", err)
    texts = {t["id"]: t for t in answer["templates"]}
    check("counts add up", sum(t["count"] for t in texts.values()) == 6001, texts)
    first = texts[answer["lines"][0]["template"]]
    check("the users became a parameter",
          first["template"] == "<*> request <*> from user <*>" and first["count"] == 3000, first)
    check("lines were answered at once, too", answer["lines"][2]["at_once"] != answer["lines"][0]["at_once"],
          answer["lines"][:4])
    code, out, err = weir("logs", "-", stdin=b"one two 3\r\none two 4\r\nnot ended \xff\x00 5")
    check("standard input, exit 0 when nothing is unusual", code == 0 and "3 lines, 2 templates, 0 unusual" in out,
          out + err)
    code, out, err = weir("logs", "-", stdin=b"x" * 3_000_000 + b"\ny\n")
    check("a line of megabytes", code == 0 and "templates" in out, out[:300] + err)
    check("no such file, exit 3", weir("logs", folder / "none")[0] == 3)
    check("a bad option, exit 2", weir("logs", "--top", "0", log)[0] == 2)
    check("no file, exit 2", weir("logs")[0] == 2)


def difference(folder):
    good, bad = folder / "pass.log", folder / "fail.log"
    good.write_text("start 17\nloaded 1000 rows\ndone in 3 s\n")
    bad.write_text("start 18\nloaded 1003 rows\nTraceback (most recent call last):\n  File \"load.py\", line 3\n"
                   "OSError: [Errno 28] No space left on device\nBUILD FAILED in 14s\n")
    code, out, err = weir("logs", "diff", good, bad)
    check("the error is shown, exit 1", code == 1 and "No space left" in out and "6 lines, 4 of them new" in out,
          out + err)
    check("what only says that it failed is not", "BUILD FAILED" not in out and "loaded" not in out, out)
    code, out, err = weir("logs", "diff", "--json", good, bad)
    check("--json", code == 1 and [x["line"] for x in json.loads(out)["lines"]] == [3, 4, 5], out + err)
    code, out, err = weir("logs", "diff", good, good)
    check("nothing new, exit 0", code == 0 and "0 of them new" in out, out + err)
    code, out, err = weir("logs", "diff", good, "-", stdin=bad.read_bytes())
    check("standard input", code == 1 and "No space left" in out, out + err)
    (folder / "empty").touch()
    check("an empty run",
          weir("logs", "diff", good, folder / "empty")[0] == 0 and weir("logs", "diff", folder / "empty", bad)[0] == 1)
    check("a folder is not a file, exit 3", weir("logs", "diff", folder, bad)[0] == 3)


with tempfile.TemporaryDirectory() as name:
    templates(pathlib.Path(name))
    difference(pathlib.Path(name))
print(f"1..{len(results)}")
sys.exit(0 if all(results) else 1)
