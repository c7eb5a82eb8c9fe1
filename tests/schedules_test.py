#!/usr/bin/env python3
"""Schedules over the real program: schedules_test.py WEIR. The built-in ones, own commands, incidents, restarts."""
import json
import os
import sys
import time

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
from weir_server import Weir, wait_for  # noqa: E402

count, failed = 0, 0


def check(what, ok, seen=""):
    global count, failed
    count += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {count} - {what}" + (f"\n# {seen}" if not ok else ""), flush=True)


CONFIG = """inquiries:
  folder: {dir}/in
  words: {dir}/words.yaml
incident:
  settle: 0s
schedules:
  - name: report
    cron: "@yearly"
    argv: [sh, -c, "printf '{{\\"rows\\":12}}\\\\n' >> $WEIR_REPORT; echo done"]
  - name: broken
    cron: "@yearly"
    argv: [sh, -c, "echo no such table: orders; exit 3"]
  - name: nap
    cron: "@yearly"
    argv: [sh, -c, "echo $$ > pid; exec sleep 600"]
"""


def asked(server, name, wait=True):
    rc, out, err = server.command("schedules", "run", name, "--json", *(["--wait"] if wait else []))
    return rc, json.loads(out) if out else {}, err


def steps(server, name):
    return {x["step"]: x for x in reversed(server.get(f"/api/v1/pipelines/{name}/runs")["items"])}


def lists(server):
    names = {x["name"]: x for x in server.get("/api/v1/schedules?limit=200")["items"]}
    check("the built-in schedules and one's own are listed",
          set(names) == {"daily_ingestion", "batch_classify_inquiries", "model_retraining", "report", "broken", "nap"},
          sorted(names))
    check("they have a next run", all(x["next"] > time.time() * 1e6 for x in names.values()), names)
    first = server.get("/api/v1/schedules?limit=4")
    rest = server.get(f"/api/v1/schedules?limit=4&cursor={first['next_cursor']}")
    check("lists have pages", [x["name"] for x in first["items"] + rest["items"]] == sorted(names)
          and rest["next_cursor"] is None, (first, rest))
    rc, out, _ = server.command("schedules")
    check("the command shows them", rc == 0 and "daily_ingestion" in out and "@yearly" in out, out)
    check("what a command is started with is not told",
          "no such table" not in json.dumps(server.get("/api/v1/schedules")))


def commands(server):
    rc, run, err = asked(server, "report")
    check("a command runs when it is asked for", rc == 0 and run["state"] == "ok" and run["asked_by"] == "admin",
          (run, err))
    mine = steps(server, "report").get("report", {})
    check("its run stands in its pipeline, with its rows", mine.get("state") == "ok" and mine.get("rows") == 12
          and mine.get("effect") == run["id"], mine)
    rc, run, _ = asked(server, "broken")
    check("one that fails gives status 1", rc == 1 and run["state"] == "failed", run)
    found = wait_for(lambda: [x for x in server.get("/api/v1/incidents")["items"] if x["pipeline"] == "broken"], 20)
    check("and is an incident", len(found) == 1 and "broken" in found[0]["title"], found)
    rc, _, err = server.command("schedules", "run", "nothing")
    check("an unknown one is refused", rc == 1 and "nothing" in err, err)


def people(server):
    check("pause and resume", server.command("schedules", "pause", "report")[0] == 0
          and server.get("/api/v1/schedules/report")["paused_by"] == "admin"
          and server.get("/api/v1/schedules/report")["next"] == 0
          and server.command("schedules", "pause", "report")[0] == 1
          and server.command("schedules", "resume", "report")[0] == 0
          and server.get("/api/v1/schedules/report")["next"] > 0)
    viewer = server.ask("POST", "/api/v1/keys", {"name": "eye", "role": "viewer"}, key="admin")[1]["key"]
    with open(f"{server.data}/eye.key", "w") as f:
        f.write(viewer)
    check("a viewer looks on", server.ask("GET", "/api/v1/schedules", key="eye")[0] == 200
          and server.ask("POST", "/api/v1/schedules/report/run", {}, key="eye")[0] == 403)


def ingestion(server):
    mail = {"subject": "Invoice 7", "body": "You charged me twice, please refund", "sender_email": "a@example.com"}
    server.write("in/b.jsonl", json.dumps(mail | {"id": "m1"}) + "\n")
    old = time.time() - 60
    os.utime(f"{server.dir}/in/b.jsonl", (old, old))
    rc, run, err = asked(server, "daily_ingestion")
    got = steps(server, "daily_ingestion")
    check("daily_ingestion takes what stands in the folder", rc == 0 and os.path.exists(f"{server.dir}/in/done/b.jsonl")
          and got["folder"]["state"] == "ok" and got["count"]["rows"] == 1, (run, err, got))
    server.write("in/bad.bin", "\x00\x01")
    os.utime(f"{server.dir}/in/bad.bin", (old, old))
    taken = wait_for(lambda: os.path.exists(f"{server.dir}/in/failed/bad.bin") or asked(server, "daily_ingestion")[0],
                     20)
    check("a file that cannot be read is put aside", taken and os.path.exists(f"{server.dir}/in/failed/bad.bin"))


def judged_again(server, words):
    def asked_model():
        return server.get("/api/v1/inquiries")["items"][0]["model"]
    before = asked_model()
    rc, run, err = asked(server, "batch_classify_inquiries")
    check("nothing to judge again by the same words", rc == 0 and "nothing to do" in run["summary"], (run, err))
    server.stop()
    server.write("words.yaml", words + "\n# other words\n")
    server.start()
    rc, run, err = asked(server, "batch_classify_inquiries")
    check("other words judge again what is open", rc == 0 and "1 judged again" in run["summary"]
          and asked_model() != before, (run, err))
    check("the step is a run of the pipeline",
          steps(server, "batch_classify_inquiries")["classify"]["state"] == "ok")
    one = server.get("/api/v1/inquiries")["items"][0]
    server.ask("POST", f"/api/v1/inquiries/{one['id']}/label", {"category": "sales"}, key="admin")
    server.stop()
    server.write("words.yaml", words + "\n# words of a third kind\n")
    server.start()
    rc, run, _ = asked(server, "batch_classify_inquiries")
    check("a person's word stands", "nothing to do" in run["summary"]
          and server.get("/api/v1/inquiries")["items"][0]["category"] == "sales", run)


WORDS = {"billing": ["flurb", "snorv", "quindle"], "sales": ["grobble", "twaske", "plimth"],
         "hr": ["zwonk", "dreffle", "marnoo"]}


def texts(count):
    """Inquiries whose words say nothing to weir's own, and the label a person would give."""
    names = sorted(WORDS)
    for i in range(count):
        label = names[i % 3]
        said = [WORDS[label][i // 3 % 3], WORDS[label][i // 9 % 3]]
        yield label, {"subject": f"About the {said[0]}", "sender_email": f"w{i}@example.com", "message_id": f"t{i}",
                      "body": f"This is about our {said[0]} and the {said[1]} of case {i * 37 % 101}, it is the {i}th."}


def labelled(server, count):
    made = list(texts(count))
    status, reply = server.ask("POST", "/api/v1/inquiries/batch", {"items": [x for _, x in made]}, key="admin")
    check("inquiries arrive", status == 200 and reply["accepted"] == count, reply)
    ids, cursor = {}, ""
    while cursor is not None:
        page = server.get(f"/api/v1/inquiries?limit=200{cursor and '&cursor=' + cursor}")
        ids |= {x["sender_email"]: x["id"] for x in page["items"]}
        cursor = page["next_cursor"]
    for label, x in made:
        server.ask("POST", f"/api/v1/inquiries/{ids[x['sender_email']]}/label", {"category": label}, key="admin")


def retraining(server):
    rc, run, err = asked(server, "model_retraining")
    check("few labels train nothing", rc == 0 and "100 are needed" in run["summary"], (run, err))
    labelled(server, 180)
    rc, run, err = asked(server, "model_retraining")
    got = steps(server, "model_retraining")
    check("labels become a model that is better on writers it has not seen, and is promoted",
          rc == 0 and "version 1 is in use now" in run["detail"]["category"], (run, err))
    check("every step is a run", set(got) == {"check_metrics", "collect_labels", "train", "evaluate", "promote"}
          and all(x["state"] == "ok" for x in got.values()) and got["collect_labels"]["rows"] >= 180, got)
    _, said = server.ask("POST", "/api/v1/inquiries/classify", "This is about our twaske and the plimth", key="admin")
    check("the desk judges by it", said["category"] == "sales" and "category@1" in said["model"], said)
    rc, run, _ = asked(server, "model_retraining")
    check("without new labels nothing is trained", rc == 0 and "0 new labels" in run["summary"], run)
    check("the way back is one command", server.command("models", "rollback", "inquiry-category")[0] in (0, 1))


def crash(server):
    _, made, _ = asked(server, "nap", wait=False)

    def state():
        return server.get(f"/api/v1/schedule-runs/{made['id']}")
    run = wait_for(lambda: state() if state()["state"] == "running" else None, 20)
    check("it runs", run and run["state"] == "running", run)
    rc, _, err = server.command("schedules", "run", "nap")
    check("one at a time", rc == 1 and "not over" in err, err)
    wait_for(lambda: os.path.exists(f"{server.dir}/pid") and os.path.getsize(f"{server.dir}/pid"), 10)
    with open(f"{server.dir}/pid") as f:
        pid = f.read()
    server.kill()
    server.start()
    check("a child that outlived weir is waited for", state()["state"] == "running", state())
    os.kill(int(pid), 15)
    over = wait_for(lambda: state() if state()["state"] == "failed" else None, 30)
    check("and its run ends as one whose end nobody saw", over and "not known" in over["summary"], over or state())


def main():
    server = Weir(sys.argv[1])
    os.mkdir(f"{server.dir}/in")
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(f"{here}/examples/inquiry_rules.yaml") as f:
        words = f.read()
    server.write("words.yaml", words)
    with open(server.config, "a") as f:
        f.write(CONFIG.format(dir=server.dir))
    try:
        server.start()
        lists(server)
        commands(server)
        people(server)
        ingestion(server)
        judged_again(server, words)
        retraining(server)
        crash(server)
        server.stop()
        rc, out, err = server.command("replay")
        check("replay makes the same", rc == 0, out + err)
    finally:
        server.done()
    print(f"1..{count}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
