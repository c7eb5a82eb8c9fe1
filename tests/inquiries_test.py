#!/usr/bin/env python3
"""The inquiry desk over the real program: inquiries_test.py WEIR. The calls, import, erasure, roles, a crash, and a
mailbox of a real dovecot where one is installed."""
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
from weir_server import Weir, free_port, wait_for  # noqa: E402

count, failed = 0, 0


def check(what, ok, seen=""):
    global count, failed
    count += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {count} - {what}" + (f"\n# {seen}" if not ok else ""), flush=True)


def skip(why):
    print(f"# skipped: {why}", flush=True)


def submit(server, body, key="admin"):
    return server.ask("POST", "/api/v1/inquiries/submit", body, key=key)


def calls(server):
    status, one = submit(server, {"subject": "Invoice 7", "body": "You charged me twice, please refund +49 30 901820",
                                  "sender_email": "ana@example.com", "sender_name": "Ana"})
    check("submit answers with labels and a route",
          status == 201 and one["category"] == "billing" and one["department"] == "finance", one)
    status, said = server.ask("POST", "/api/v1/inquiries/classify?include_all_scores=true", "Our production is down",
                              key="admin")
    check("classify takes a JSON string and gives all scores",
          status == 200 and said["urgency"] == "critical" and len(said["all_scores"]["category"]) == 6, said)
    check("classify keeps nothing", len(server.get("/api/v1/inquiries")["items"]) == 1)
    got = server.get(f"/api/v1/inquiries/{one['id']}")
    check("get gives the text and why", got["body"].startswith("You charged") and got["reason"] and got["words"], got)
    check("get names what is personal, and the labels that share 95 %",
          got["personal"] == [{"kind": "phone", "text": "+49 30 901820"}] and
          got["likely"]["category"][0] == "billing" and
          all(sum(got["scores"][axis][label] for label in labels) >= 0.949 for axis, labels in got["likely"].items()),
          got)
    check("stats count it", server.get("/api/v1/stats")["inquiries"]["category"] == {"billing": 1})
    status, problem = submit(server, {"subject": "x"})
    check("a body is needed", status in (400, 422) and "body" in json.dumps(problem), problem)
    check("no inquiry is 404", server.ask("GET", "/api/v1/inquiries/inq-99999", key="admin")[0] == 404)
    status, now = server.ask("POST", f"/api/v1/inquiries/{one['id']}/label", {"category": "sales"}, key="admin")
    check("a correction routes again", status == 200 and now["department"] == "sales" and now["labelled_by"] == "admin",
          now)
    for call, body, hint in (("label", {"category": "billin"}, "'billing'"), ("label", {"category": "zebra"}, "zebra"),
                             ("assign", {"department": "finanse"}, "'finance'")):
        status, problem = server.ask("POST", f"/api/v1/inquiries/{one['id']}/{call}", body, key="admin")
        check(f"{call} refuses what does not exist: {body}", status == 422 and hint in problem["detail"], problem)
    status, problem = server.ask("POST", "/api/v1/inquiries/inq-99999/label", {"category": "zebra"}, key="admin")
    check("no inquiry is 404, also with such a label", status == 404 and problem["detail"] == "no inquiry 'inq-99999'",
          problem)
    found = server.get("/api/v1/inquiries?q=CHARGED%20ana@example.com&sender=Ana@Example.com&state=labelled")["items"]
    check("search finds it by words and sender", [x["id"] for x in found] == [one["id"]], found)
    return one["id"]


def roles(server, about):
    viewer = server.ask("POST", "/api/v1/keys", {"name": "eye", "role": "viewer"}, key="admin")[1]["key"]
    path = f"{server.data}/eye.key"
    with open(path, "w") as f:
        f.write(viewer)
    got = server.ask("GET", f"/api/v1/inquiries/{about}", key="eye")[1]
    check("a viewer sees no address, number or name",
          got["sender_email"] == "[mail]" and got["sender_name"] == "[name]" and
          "901820" not in json.dumps(got) and "[phone]" in got["body"] and got["personal"] == [], got)
    check("a viewer does not search texts", server.ask("GET", "/api/v1/inquiries?q=refund", key="eye")[0] == 403)
    check("a viewer does not work", server.ask("POST", f"/api/v1/inquiries/{about}/close", {}, key="eye")[0] == 403)
    check("the ingest key submits and reads nothing",
          submit(server, {"body": "My invoice is late", "sender_email": "b@example.com"}, "ingest")[0] == 201
          and server.ask("GET", f"/api/v1/inquiries/{about}", key="ingest")[0] == 403)


def files(server):
    mbox = server.write("in.mbox",
                        "From a@b Mon May  4 08:00:00 2026\nFrom: Zoe <zoe@example.com>\nMessage-ID: <1@t>\nSubject: =?utf-8?q?Rechnung_f=C3=BCr_M=C3=A4rz?=\n\n"
                        "Bitte senden Sie die Rechnung.\n\nFrom a@b Mon May  4 08:00:00 2026\nFrom: zoe@example.com\nMessage-ID: <2@t>\n"
                        "In-Reply-To: <1@t>\nSubject: Re: Rechnung\n\nNoch eine Frage zur Rechnung: wann kommt die Gutschrift?\n")
    rc, out, err = server.command("inquiries", "import", mbox, "--json")
    check("an mbox is imported", rc == 0 and json.loads(out)["accepted"] == 2, out + err)
    rc, out, _ = server.command("inquiries", "import", mbox, "--json")
    check("and known the second time",
          rc == 0 and json.loads(out) == {"accepted": 0, "known": 2, "refused": 0, "by_machine": 0, "unreadable": 0},
          out)
    items = server.get("/api/v1/inquiries?sender=zoe@example.com")["items"]
    check("the answer is in the thread of its question",
          items[0]["thread"] == items[1]["seq"] and items[1]["subject"] == "Rechnung für März", items)
    rc, out, _ = server.command("inquiries", "show", items[0]["id"])
    check("show tells why", rc == 0 and "Gutschrift" in out and "why" in out, out)
    rc, _, err = server.command("inquiries", "import", server.write("no.txt", "nothing"))
    check("a file of no known kind is refused", rc in (1, 3) and "expected an mbox" in err, (rc, err))


def erasure(server):
    rc, _, err = server.command("inquiries", "erase", "zoe@example.com")
    check("erasing wants to be meant", rc == 2 and "--yes" in err, err)
    rc, _, err = server.command("inquiries", "erase", "zoe@example.com", "--yes")
    check("erase answers", rc == 0, err)
    pages, more = [], ""
    while more is not None and len(pages) < 100:
        page = server.get("/api/v1/inquiries?limit=1&q=a" + more)
        pages += [x["id"] for x in page["items"]]
        more = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    whole = [x["id"] for x in server.get("/api/v1/inquiries?limit=200&q=a")["items"]]
    check("a search goes on page by page", len(pages) > 1 and pages == whole, (pages, whole))
    items = [x for x in server.get("/api/v1/inquiries")["items"] if x["erased"]]
    check("nothing of it can be read, and it is closed",
          len(items) == 2 and all(x["subject"] == "" and x["state"] == "closed" for x in items), items)
    check("an unknown address is told", server.command("inquiries", "erase", "zoe@example.com", "--yes")[0] == 1)
    rc, out, _ = server.command("audit", "verify")
    check("the journal is whole", rc == 0, out)
    rc, out, err = server.command("replay", "--verify")
    check("and is made again, byte for byte", rc == 0, out + err)


def readable(folder, what):
    for root, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(root, name), "rb") as f:
                if what in f.read():
                    return os.path.join(root, name)
    return None


def crash(server):
    ids = [submit(server,
                  {"body": f"invoice question {n} about Xylophonstrasse", "sender_email": f"c{n}@example.com"})[1]["id"]
           for n in range(5)]
    server.kill()
    check("what was acknowledged is in no file in the clear", readable(server.data, b"Xylophonstrasse") is None,
          readable(server.data, b"Xylophonstrasse"))
    server.start()
    texts = [server.get(f"/api/v1/inquiries/{i}")["body"] for i in ids]
    check("after a crash every acknowledged inquiry is there and readable", all("Xylophonstrasse" in t for t in texts),
          texts)


def models(program):
    """Models are trained from inquiries, judge beside the words, and their name stands in what they judged."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    server = Weir(program)
    with open(f"{root}/examples/inquiries/inquiries.jsonl", encoding="utf-8") as f:
        few = server.write("few.jsonl", "".join(f.readlines()[::4]))
    done = subprocess.run([sys.executable, f"{root}/examples/inquiries/train.py", program, f"{server.dir}/made", few,
                           "--", "--no-encoder"],
                          capture_output=True, text=True)
    check("models are trained from examples", done.returncode == 0 and len(os.listdir(f"{server.dir}/made")) == 3,
          done.stderr)
    with open(server.config, "a") as f:
        f.write(f"inquiries:\n  models: {server.dir}/made\n")
    try:
        server.start()
        said = server.ask("POST", "/api/v1/inquiries/classify", "the invoice was charged twice, please refund",
                          key="admin")[1]
        check("they judge beside the words", said["category"] == "billing" and "+category-" in said["model"], said)
        server.stop()
        with open(f"{server.dir}/made/category.model", "r+b") as f:
            f.seek(5000)
            f.write(b"\xff\x00\xff")
        child = subprocess.run([program, "serve", "--config", server.config], capture_output=True, text=True,
                               timeout=60)
        check("a damaged model is refused with its name", child.returncode == 3 and "category.model" in child.stderr,
              child.stderr)
    finally:
        server.done()


def one_model(program):
    """weir brings a model of its own; one trained from inquiries takes its place, and words alone can be had."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for key, name in (("model_inside: no", "words-"), ("models: made", "+inquiries-")):
        server = Weir(program, config=f"inquiries:\n  {key}\n")
        os.makedirs(f"{server.dir}/made")
        made = subprocess.run([program, "inquiries", "train", f"{root}/examples/inquiries/edge.jsonl", "--no-encoder",
                               "--json", "--out", f"{server.dir}/made/inquiries.model"], capture_output=True, text=True)
        check("inquiries train says how good it is",
              made.returncode == 0 and json.loads(made.stdout)["inquiries"] > 150, made.stderr)
        with open(f"{server.dir}/made/inquiries.reference", encoding="utf-8") as f:
            kept = json.load(f)["rows"]
        words = [set(row["words"].split()) for row in kept]
        used = {w: sum(w in row for row in words) for row in words for w in row if not w.startswith("\u00a7")}
        check("and leaves of the examples what drift needs, with no word that fewer than four use",
              len(kept) > 150 and len(used) > 100 and min(used.values()) >= 4, sorted(used.items(), key=str)[:9])
        try:
            server.start()
            said = server.ask("POST", "/api/v1/inquiries/classify", "the invoice was charged twice, please refund",
                              key="admin")[1]
            check(f"{key}: judged by that", said["category"] == "billing" and name in said["model"]
                  and ("+" in said["model"]) == ("+" in name), said)
        finally:
            server.done()
    refused = subprocess.run([program, "inquiries", "train", "/dev/null", "--out", "/dev/null"], capture_output=True,
                             text=True)
    check("an empty file is refused", refused.returncode == 1 and "header" in refused.stderr,
          refused.stderr)


def dovecot(folder, port):
    """A real one on loopback, for one user, as root (it drops to nobody); None where it is not installed."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not os.path.exists(program) or os.geteuid():
        return None
    nobody = pwd.getpwnam("nobody")
    os.chmod(folder, 0o755)
    for name in ("mail", "mail/new", "mail/cur", "mail/tmp", "run"):
        os.makedirs(f"{folder}/{name}")
        if name != "run":
            os.chown(f"{folder}/{name}", nobody.pw_uid, nobody.pw_gid)
    services = "".join(f"service {s} {{\n  chroot =\n}}\n" for s in ("anvil", "stats"))
    with open(f"{folder}/dovecot.conf", "w") as f:
        f.write(f"base_dir = {folder}/run\nlog_path = {folder}/log\nprotocols = imap\nlisten = 127.0.0.1\nssl = no\ndisable_plaintext_auth = no\n"
                f"default_internal_user = nobody\ndefault_login_user = nobody\ndefault_internal_group = nogroup\nfirst_valid_uid = 0\n{services}"
                f"service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {port}\n  }}\n  inet_listener imaps {{\n    port = 0\n  }}\n}}\n"
                f"mail_location = maildir:{folder}/mail\npassdb {{\n  driver = static\n  args = password=secret\n}}\n"
                f"userdb {{\n  driver = static\n  args = uid={nobody.pw_uid} gid={nobody.pw_gid} home={folder}/mail\n}}\n")
    child = subprocess.Popen([program, "-c", f"{folder}/dovecot.conf", "-F"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)

    def greets():
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as s:
                s.settimeout(2)
                return s.recv(100).startswith(b"* OK")
        except OSError:
            return False
    wait_for(greets, 20)
    return child


def deliver(folder, name, text):
    """As a mail server does: whole, or not at all."""
    path = f"{folder}/mail/tmp/{name}.test"
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, 0o666)
    os.rename(path, f"{folder}/mail/new/{name}.test")


def mailbox(program):
    port = free_port()
    server = Weir(program,
                  config=f"inquiries:\n  imap_url: imap://127.0.0.1:{port}\n  imap_user: desk\n  imap_password: env:DESK_PASSWORD\n  imap_every: 1s\n")
    folder = tempfile.mkdtemp(prefix="weir-dovecot-")
    child = dovecot(folder, port)
    if not child:
        skip("dovecot is not installed, or this is not root")
        server.done()
        shutil.rmtree(folder, ignore_errors=True)
        return
    os.environ["DESK_PASSWORD"] = "secret"
    try:
        for n in range(3):
            deliver(folder, n,
                    f"From: imap{n}@example.com\nMessage-ID: <{n}@imap>\nSubject: Invoice {n}\n\nMy invoice {n} is wrong, please send a refund.\n")
        deliver(folder, 9,
                "From: robot@example.com\nAuto-Submitted: auto-replied\nSubject: Out of office\n\nI am away\n")
        server.start()
        items = wait_for(lambda: len(i := server.get("/api/v1/inquiries")["items"]) >= 3 and i, 30)
        check("mails are fetched from a real mailbox, but not those of machines",
              items and {x["channel"] for x in items} == {"imap"} and len(items) == 3, items)
        looks = server.ask("GET", "/metrics", key="admin")[1]
        check("and counted", 'weir_inquiry_intake_total{outcome="by_machine"} 1' in looks,
              [x for x in looks.splitlines() if "intake" in x])
        server.stop()
        deliver(folder, 5,
                "From: imap5@example.com\nMessage-ID: <5@imap>\nSubject: Login\n\nI cannot log in since the update\n")
        server.start()
        items = wait_for(lambda: len(i := server.get("/api/v1/inquiries")["items"]) >= 4 and i, 30)
        known = [x for x in server.ask("GET", "/metrics", key="admin")[1].splitlines()
                 if x.startswith('weir_inquiry_intake_total{outcome="known"}')]
        check("after a restart only what is new is fetched",
              items and len(items) == 4 and known == ['weir_inquiry_intake_total{outcome="known"} 0'],
              (len(items or []), known))
    finally:
        server.done()
        child.terminate()
        child.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def main(program):
    server = Weir(program).start()
    try:
        about = calls(server)
        roles(server, about)
        files(server)
        erasure(server)
        crash(server)
    finally:
        server.done()
    models(program)
    one_model(program)
    mailbox(program)
    print(f"1..{count}")
    return 1 if failed else 0


sys.exit(main(sys.argv[1]))
