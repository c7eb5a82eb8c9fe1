"""kill -9 the server, and the commands that work beside it, at random moments while inquiries, documents, models and
backups come in. Then: it starts again with no hand, nothing acknowledged is lost, nothing is done twice, every backup
and every model that is there is whole, and the journal verifies. Prints its seed; WEIR_TEST_FULL makes it 60 kills.

usage: killed_test.py WEIR [SEED]
"""
import hashlib
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time

from serving import Tap
from weir_server import Weir, wait_for

KILLS = 60 if os.environ.get("WEIR_TEST_FULL") else 5
MODEL = "forecast"
KNOWN = 409  # the first request with this Idempotency-Key was carried out


class World:
    """What was sent, and what of it was acknowledged."""

    def __init__(self, program, seed):
        self.chance = random.Random(seed)
        self.weir = Weir(program)
        self.drop = f"{self.weir.dir}/drop"
        os.mkdir(self.drop)
        with open(self.weir.config, "a", encoding="utf-8") as f:
            f.write(f"inquiries:\n  folder: {self.drop}\njournal:\n  checkpoint_every: 10s\n")
        self.over, self.lock, self.numbers = threading.Event(), threading.Lock(), 0
        self.inquiries, self.erased, self.dropped, self.documents = {}, {}, [], {}
        self.versions, self.in_use, self.asked_for = {}, None, set()
        self.backups, self.killed, self.ran, self.said = [], 0, 0, []

    def number(self):
        with self.lock:
            self.numbers += 1
            return self.numbers

    def post(self, path, body, key=None, raw=False):
        """Until the server says something: a request whose answer was lost in a kill is sent again."""
        headers = {"x-api-key": self.weir.key("admin")}
        headers["Content-Type"] = "application/octet-stream" if raw else "application/json"
        if key:
            headers["Idempotency-Key"] = key
        while not self.over.is_set():
            try:
                c = http.client.HTTPConnection("127.0.0.1", self.weir.port, timeout=20)
                c.request("POST", path, body if raw else json.dumps(body), headers)
                r = c.getresponse()
                text = r.read()
                c.close()
                if r.status in (429, 503):
                    raise OSError
                return r.status, json.loads(text)
            except (OSError, http.client.HTTPException):
                self.over.wait(0.02)
        return 0, {}


# ---- those who send ----

def write_in(world):
    while not world.over.is_set():
        token = f"token{world.number()}x"
        status, said = world.post("/api/v1/inquiries/submit",
                                  {"subject": token, "body": f"Where is my invoice? {token}",
                                   "sender_email": f"{token}@example.com"}, key=token)
        if status in (201, KNOWN):
            world.inquiries[token] = said.get("id")
            if world.chance.random() < 0.1:
                erase(world, token)
        elif status:
            world.said.append(f"submit {status} {said}")


def erase(world, token):
    """What this one wrote is asked away. A second request after a lost answer meets nobody."""
    status, said = world.post("/api/v1/inquiries/erase", {"sender_email": f"{token}@example.com"})
    if status in (200, 404):
        world.erased[token] = world.inquiries.pop(token)
    elif status:
        world.said.append(f"erase {status} {said}")


def drop_mails(world):
    """Into the watched folder, without a Message-ID: a mail that was half taken is taken again."""
    while not world.over.wait(0.05):
        token = f"token{world.number()}x"
        with open(f"{world.drop}/.{token}", "w", encoding="utf-8") as f:
            f.writelines(f"From a@b Mon May  4 08:00:00 2026\nFrom: {token}@example.com\nSubject: {token}-{i}\n\n"
                         f"The export fails {token}-{i}\n\n" for i in range(5))
        os.utime(f"{world.drop}/.{token}", (time.time() - 10,) * 2)  # nobody writes to it any more
        os.rename(f"{world.drop}/.{token}", f"{world.drop}/{token}.mbox")
        world.dropped += [f"{token}-{i}" for i in range(5)]


def add_documents(world):
    while not world.over.wait(0.01):
        n = world.number()
        status, said = world.post("/api/v1/knowledge/documents",
                                  {"id": f"doc-{n}", "text": f"# Guide {n}\n\nTurn the wheel number{n}x.\n"})
        if status == 200:
            world.documents[f"doc-{n}"] = f"number{n}x"
        elif status:
            world.said.append(f"document {status} {said}")


def bring_models(world):
    """Files become versions, and the newest comes in use."""
    while not world.over.wait(0.02):
        data = os.urandom(world.chance.randrange(1000, 300000))
        status, kept = world.post("/api/v1/registry/files?kind=file", data, raw=True)
        if status != 201:
            continue
        status, said = world.post(f"/api/v1/registry/{MODEL}/versions", {"kind": "file", "digest": kept["digest"]})
        if status != 201:
            world.said += [f"version {status} {said}"] if status else []
            continue
        world.versions[said["version"]] = hashlib.sha256(data).hexdigest()
        world.asked_for.add(said["version"])
        status, told = world.post(f"/api/v1/registry/{MODEL}/promote",
                                  {"version": said["version"], "force": True, "comment": "newest"})
        if status == 200:
            world.in_use = said["version"]


def run_commands(world):
    """`weir backup` and `weir text train`, killed in the middle now and then."""
    texts = world.weir.write("texts.csv", "text,label\n" + "".join(
        f"{'invoice charge refund' if i % 2 else 'plan offer demo'} number {i},{'billing' if i % 2 else 'sales'}\n"
        for i in range(400)))
    chance = random.Random(world.chance.random())
    for n in range(1 << 30):
        path = f"{world.weir.dir}/copy-{n}"
        args = ["backup", f"{path}.db"] if n % 3 else ["text", "train", texts, "--no-encoder", "-o", f"{path}.model"]
        child = subprocess.Popen([world.weir.program, *args, "--data-dir", world.weir.data], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        try:
            status = child.wait(chance.uniform(0.005, 0.1) if chance.random() < 0.5 else 60)
        except subprocess.TimeoutExpired:
            child.kill()
            status = child.wait()
        world.killed += status == -9
        world.ran += status == 0
        if status not in (0, -9):
            world.said.append(f"{args[0]} ends with {status}")
        if os.path.exists(f"{path}.db"):
            world.backups.append(f"{path}.db")
        if world.over.wait(0.1):
            return


# ---- afterwards ----

def all_inquiries(weir):
    """Subject -> how often."""
    seen, cursor = {}, ""
    while True:
        page = weir.get("/api/v1/inquiries?limit=200" + cursor)
        for one in page["items"]:
            if not one["erased"]:
                seen[one["subject"]] = seen.get(one["subject"], 0) + 1
        if not page["next_cursor"]:
            return seen
        cursor = f"&cursor={page['next_cursor']}"


def check_state(tap, world):
    weir, seen = world.weir, all_inquiries(world.weir)
    lost = [t for t in [*world.inquiries, *world.dropped] if t not in seen]
    tap.check(not lost, "no acknowledged inquiry is lost", f"{len(lost)}: {lost[:5]}")
    twice = [t for t, n in seen.items() if n > 1]
    tap.check(not twice, "none is there twice", f"{len(twice)}: {twice[:5]}")
    unreadable = [t for t, i in world.inquiries.items() if i and t not in weir.get(f"/api/v1/inquiries/{i}")["body"]]
    tap.check(not unreadable, "every one can be read", unreadable[:5])
    left = [t for t, i in world.erased.items() if t in seen or i and weir.get(f"/api/v1/inquiries/{i}")["body"]]
    tap.check(world.erased and not left, "what was erased cannot be read", (len(world.erased), left[:5]))
    gone = [d for d in world.documents if weir.ask("GET", f"/api/v1/knowledge/documents/{d}", key="admin")[0] != 200]
    tap.check(not gone, "no acknowledged document is lost", gone[:5])
    some = sorted(world.documents.items())[-20:]
    unfound = [d for d, word in some
               if d not in [h["document"] for h in weir.get(f"/api/v1/knowledge/search?q={word}")["hits"]]]
    tap.check(not unfound, "the newest are found", unfound)
    bad = [v for v, digest in world.versions.items() if file_digest(weir, digest) not in (digest, "kept no more")]
    tap.check(not bad, "the file of every version is what it was", bad)
    now = [a["version"] for a in weir.get(f"/api/v1/registry/{MODEL}")["aliases"] if a["alias"] == "champion"]
    tap.check(now and now[0] >= (world.in_use or 0) and now[0] in world.asked_for, "what was promoted is in use",
              (now, world.in_use))
    tap.check(not world.said, "nothing was refused that is right", world.said[:5])


def file_digest(weir, digest):
    c = http.client.HTTPConnection("127.0.0.1", weir.port, timeout=20)
    c.request("GET", f"/api/v1/registry/files/{digest}", None, {"x-api-key": weir.key("admin")})
    r = c.getresponse()
    data = r.read()
    c.close()
    if r.status == 404 and len([f for f in os.listdir(f"{weir.data}/models/files")]) >= 10:
        return "kept no more"  # the registry keeps the files of the newest versions
    return hashlib.sha256(data).hexdigest() if r.status == 200 else r.status


def check_files(tap, world):
    weir = world.weir
    broken = []
    for n, path in enumerate(world.backups[-8:]):
        code, out, why = weir.command("restore", path, "--data-dir", f"{weir.dir}/restored-{n}")
        if code == 0:
            code, out, why = weir.command("audit", "verify", "--data-dir", f"{weir.dir}/restored-{n}")
        if code:
            broken.append((path, out + why))
    tap.check(not broken, "every backup that is there can be restored", broken[:2])
    bad = []
    for name in os.listdir(weir.dir):
        if name.endswith(".model"):
            code, out, why = weir.command("classify", "invoice charge", "--model", f"{weir.dir}/{name}")
            bad += [(name, out + why)] if code else []
    tap.check(not bad, "every model that is there can be used", bad[:2])
    for args in (("audit", "verify"), ("replay", "--verify")):
        code, out, why = weir.command(*args)
        tap.check(code == 0, " ".join(args), out[-300:] + why[-300:])


def check_empty_key(tap, weir):
    """A power cut can leave a file without its content: that opens nothing, and is made anew."""
    with open(f"{weir.data}/admin.key", "w", encoding="utf-8"):
        pass
    weir.start()
    tap.same(weir.ask("GET", "/api/v1/me", key="admin")[0], 200, "an empty file of a key is made anew")
    weir.stop()


def settled(world):
    """The watched folder is read to its end."""
    return not [f for f in os.listdir(world.drop) if f.endswith(".mbox")]


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    print(f"# seed {seed}", flush=True)
    tap, world = Tap(), World(sys.argv[1], seed)
    work = (write_in, write_in, drop_mails, add_documents, bring_models, run_commands)
    try:
        world.weir.start()
        threads = [threading.Thread(target=f, args=(world,)) for f in work]
        for t in threads:
            t.start()
        for _ in range(KILLS):
            time.sleep(world.chance.uniform(0.05, 1.2))
            if world.weir.child.poll() is not None:
                world.said.append(f"it died by itself: {world.weir.child.returncode}")
            world.weir.kill()
            world.weir.start()
        world.over.set()
        for t in threads:
            t.join()
        tap.check(wait_for(lambda: settled(world), 60), "the watched folder is read to its end", os.listdir(world.drop))
        print(f"# {KILLS} kills; acknowledged: {len(world.inquiries)} inquiries, "
              f"{len(world.erased)} erasures, {len(world.documents)} documents, "
              f"{len(world.versions)} versions; {len(world.dropped)} mails; commands: {world.ran} ran, "
              f"{world.killed} killed", flush=True)
        check_state(tap, world)
        tap.same(world.weir.stop(), 0, "it stops when asked")
        check_files(tap, world)
        check_empty_key(tap, world.weir)
    finally:
        world.over.set()
        world.weir.done()
    tap.done()


main()
