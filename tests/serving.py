"""For tests that speak HTTP from outside: start tests/server_fixture.c, ask it, stop it."""
import http.client
import json
import shutil
import subprocess
import sys
import tempfile


class Server:
    """A real server on a free port; a context manager."""

    def __init__(self, program, *args):
        self.dir = tempfile.mkdtemp(prefix="weir-server-")
        self.child = subprocess.Popen([program, self.dir, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      text=True)
        line = self.child.stdout.readline()
        if not line:
            raise SystemExit("the server did not start")
        about = json.loads(line)
        self.port, self.keys, self.link = about["port"], about["keys"], about["link"]
        self.host = f"127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ask it to stop and give its exit status."""
        if self.child.stdin:
            self.child.stdin.close()
            self.child.stdin = None
        try:
            return self.child.wait(60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            raise SystemExit("the server did not stop")
        finally:
            shutil.rmtree(self.dir, ignore_errors=True)

    def ask(self, method, path, role=None, body=None, headers=None):
        """One request on a connection of its own: (status, headers, body as text)."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = dict(headers or {})
        if role:
            headers["x-api-key"] = self.keys[role]
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        c.request(method, path, body, headers)
        r = c.getresponse()
        text = r.read().decode()
        c.close()
        return r.status, {k.lower(): v for k, v in r.getheaders()}, text

    def memory_kb(self):
        """What it holds of its own: pages of mapped files are the kernel's to take back, and what is free its keeper
        gives back each minute."""
        self.child.stdin.write("\n")
        self.child.stdin.flush()
        self.child.stdout.readline()
        with open(f"/proc/{self.child.pid}/status", encoding="ascii") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("RssAnon"))


class Tap:
    """Test results as TAP."""

    def __init__(self):
        self.count, self.failed = 0, 0

    def check(self, ok, name, why=""):
        self.count += 1
        self.failed += not ok
        print(f"{'ok' if ok else 'not ok'} {self.count} - {name}" + ("" if ok else f"\n# {why}"), flush=True)

    def same(self, got, want, name):
        self.check(got == want, name, f"got {got!r}, want {want!r}")

    def done(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)
