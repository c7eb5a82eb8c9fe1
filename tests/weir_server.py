"""For tests that need the real thing: `weir serve` with a folder, a port and a configuration of its own."""
import http.client
import json
import os
import resource
import shutil
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Weir:
    """A data folder and what runs on it. `config` is YAML added to the configuration, `pipelines` that of
    pipelines.yaml."""

    def __init__(self, program, config="", pipelines="", port=None, folder=None, files=None):
        self.program, self.port = program, port or free_port()
        self.files = files  # soft and hard limit of open files
        self.dir = folder or tempfile.mkdtemp(prefix="weir-real-")
        self.data, self.child = f"{self.dir}/data", None
        text = f"data_dir: {self.data}\nserver:\n  listen: 127.0.0.1:{self.port}\nlog:\n  level: error\n{config}"
        if pipelines:
            self.write("pipelines.yaml", "version: 1\npipelines:\n" + pipelines)
            text += f"pipelines: {self.dir}/pipelines.yaml\n"
        self.config = self.write("weir.yaml", text)

    def write(self, name, text):
        with open(f"{self.dir}/{name}", "w") as f:
            f.write(text)
        return f"{self.dir}/{name}"

    def command(self, *args):
        env = {k: v for k, v in os.environ.items() if not k.startswith("WEIR_")}
        env |= {"WEIR_DATA_DIR": self.data, "WEIR_SERVER": f"http://127.0.0.1:{self.port}"}
        r = subprocess.run([self.program, *args], env=env, capture_output=True, text=True, timeout=120)
        return r.returncode, r.stdout, r.stderr

    def start(self):
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, self.files)) if self.files else None
        self.child = subprocess.Popen([self.program, "serve", "--config", self.config], stderr=subprocess.PIPE,
                                      preexec_fn=limit)
        until = time.time() + 30
        while time.time() < until:
            try:
                if self.ask("GET", "/readyz")[0] == 200:
                    return self
            except OSError:
                pass
            if self.child.poll() is not None:
                raise SystemExit(f"the server died: {self.child.stderr.read().decode()}")
            time.sleep(0.02)
        raise SystemExit("the server is not ready after 30 s")

    def stop(self):
        """Ask it to stop and give its exit status."""
        if not self.child or self.child.poll() is not None:
            return self.child and self.child.returncode
        self.child.terminate()
        try:
            return self.child.wait(30)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            return -9

    def kill(self):
        self.child.kill()
        self.child.wait()

    def done(self):
        self.stop()
        if not os.environ.get("WEIR_TEST_KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)

    def key(self, name="admin"):
        with open(f"{self.data}/{name}.key") as f:
            return f.read().strip()

    def ask(self, method, path, body=None, key=None, timeout=20):
        """(status, JSON or text)"""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"x-api-key": self.key(key)} if key else {}
        if body is not None:
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        try:
            c.request(method, path, body, headers)
            r = c.getresponse()
            text = r.read().decode()
        finally:
            c.close()
        try:
            return r.status, json.loads(text)
        except ValueError:
            return r.status, text

    def get(self, path):
        return self.ask("GET", path, key="admin")[1]


def wait_for(what, seconds, every=0.1):
    """Ask `what` until it gives something true; gives that, or the last answer."""
    until = time.time() + seconds
    while True:
        answer = what()
        if answer or time.time() > until:
            return answer
        time.sleep(every)


def failed_run(name, pipeline, step="load"):
    """A report as `weir run` sends it, of a step whose source timed out."""
    t = int(time.time() * 1e6)
    return {"event": "finished", "id": name, "pipeline": pipeline, "step": step, "started": t - 50000, "ended": t,
            "exit_code": 28, "signal": 0,
            "attempt": 1, "output": "curl: (28) Operation timed out after 1001 milliseconds with 0 bytes received"}
