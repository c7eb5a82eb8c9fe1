"""The same promises of every store of vectors (vectors_contract.c), against servers that run: Chroma and PostgreSQL
with pgvector are real, the others stand-ins (vectors_servers.py says what they are). Those that need a package of PyPI
run only with WEIR_TEST_FULL, where scripts/setup full installed it.
usage: vectors_test.py CONTRACT PYTHON WEIR MODEL"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from serving import Tap
from weir_server import Weir, free_port, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
KEY = "a key of the test"


class Server:
    def __init__(self, args, up, port=None):
        self.dir, self.port = tempfile.mkdtemp(prefix="weir-vectors-"), port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(f"{self.dir}/log", "wb")
        args = [a.format(port=self.port, dir=self.dir) for a in args]
        self.child = subprocess.Popen(args, stdout=self.log, stderr=self.log, start_new_session=True, cwd=self.dir)
        wait_for(lambda: self.up(up) or self.child.poll() is not None, 60, 0.2)

    def up(self, path):
        try:
            return urllib.request.urlopen(self.url + path, timeout=2).status == 200
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def done(self):
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait(30)
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)


def keeps(tap, contract, kind, url, key, name):
    env = dict(os.environ, WEIR_VECTORS_KIND=kind, WEIR_VECTORS_URL=url)
    if key:
        env["WEIR_VECTORS_KEY"] = key
    ran = subprocess.run([contract], env=env, capture_output=True, text=True, timeout=200)
    tap.check(ran.returncode == 0 and "ok 1" in ran.stdout, name, ran.stdout + ran.stderr)


class Postgres:
    """The PostgreSQL with pgvector of the package pgserver, on a socket in a folder of its own."""
    program = ("import pgserver, sys; s = pgserver.get_server(sys.argv[1], cleanup_mode='stop'); "
               "print(s.get_uri(), flush=True); sys.stdin.read(); s.cleanup()")

    def __init__(self, python):
        self.dir = tempfile.mkdtemp(prefix="weir-vectors-")
        os.chmod(self.dir, 0o755)
        self.child = subprocess.Popen([python, "-c", self.program, f"{self.dir}/data"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.child.stdout.readline().strip()

    def done(self):
        self.child.communicate("", 60)
        shutil.rmtree(self.dir, ignore_errors=True)


def away_and_back(tap, program, model, python):
    """A whole weir whose store is not there yet: what only vectors find is found when it comes."""
    port, store = free_port(), None
    weir = Weir(program, f"encoder:\n  model: {model}\n"
                         f"knowledge:\n  store: {{kind: chroma, url: 'http://127.0.0.1:{port}'}}\n")

    def found():
        return "oven.md" in weir.command("knowledge", "search", "sweet dessert")[1]
    try:
        weir.start()
        with open(f"{weir.dir}/oven.md", "w") as f:
            f.write("# Oven\n\nBake the apple pie at two hundred degrees.\n")
        weir.command("knowledge", "add", f"{weir.dir}/oven.md")
        tap.check(not found(), "without its store weir searches by words")
        store = Server([python] + CHROMA, "/api/v2/heartbeat", port)
        tap.check(wait_for(found, 60, 1), "when it comes, what was not put is put and found")
    finally:
        weir.done()
        if store:
            store.done()


CHROMA = ["-c", "import sys, chromadb_rust_bindings as c; c.cli(sys.argv)", "run", "--host", "127.0.0.1", "--port",
          "{port}", "--path", "{dir}/data"]


def main():
    tap, contract, python = Tap(), sys.argv[1], sys.argv[2]
    full = bool(os.environ.get("WEIR_TEST_FULL")) and os.path.exists(python)
    stand_in = [os.path.join(HERE, "vectors_servers.py")]
    servers = [
        ("pinecone", [sys.executable] + stand_in + ["pinecone", "{port}", KEY], KEY, "/", True),
        ("weaviate", [sys.executable] + stand_in + ["weaviate", "{port}", KEY], KEY, "/", True),
        ("qdrant", [python] + stand_in + ["qdrant", "{port}", KEY], KEY, "/", full),
        ("chroma", [python] + CHROMA, "", "/api/v2/heartbeat", full),
    ]
    for kind, args, key, up, there in servers:
        if not there:
            print(f"# skipped: {kind} is part of make test-full")
            tap.check(True, kind)
            continue
        server = Server(args, up)
        try:
            keeps(tap, contract, kind, server.url, key, f"{kind} keeps the promises of a store")
            if key:
                env = dict(os.environ, WEIR_VECTORS_KIND=kind, WEIR_VECTORS_URL=server.url, WEIR_VECTORS_KEY="wrong")
                ran = subprocess.run([contract], env=env, capture_output=True, text=True, timeout=100)
                tap.check(ran.returncode != 0 and "DENIED" in ran.stdout + ran.stderr and "wrong" not in ran.stdout,
                          f"{kind}: a wrong key is told, and not repeated", ran.stdout + ran.stderr)
        finally:
            server.done()
    if full:
        postgres = Postgres(python)
        try:
            keeps(tap, contract, "pgvector", postgres.url, "", "pgvector keeps the promises of a store")
        finally:
            postgres.done()
        if os.path.exists(sys.argv[4]):
            away_and_back(tap, sys.argv[3], sys.argv[4], python)
    else:
        print("# skipped: pgvector is part of make test-full")
        tap.check(True, "pgvector")
    tap.done()


if __name__ == "__main__":
    main()
