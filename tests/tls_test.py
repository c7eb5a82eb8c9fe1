"""The server's own TLS, with curl and a self-made authority: who trusts it talks to it, nobody else gets a byte, and
what is wrong with a certificate is said at the start. usage: tls_test.py WEIR
"""
import json
import os
import socket
import ssl
import subprocess
import sys
import time

from serving import Tap
from weir_server import Weir, failed_run


def openssl(*args, cwd):
    subprocess.run(["openssl", *args], cwd=cwd, check=True, capture_output=True)


def authority(folder, name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key",
            "-out", f"{name}.pem", "-days", "2", "-subj", f"/CN={name}", cwd=folder)


def certificate(folder, name, by, names):
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key", "-out",
            f"{name}.csr", "-subj", f"/CN={name}", cwd=folder)
    with open(f"{folder}/{name}.ext", "w", encoding="utf-8") as f:
        f.write(f"subjectAltName={names}\n")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial", "-out",
            f"{name}.pem", "-days", "2", "-extfile", f"{name}.ext", cwd=folder)


class TlsWeir(Weir):
    def __init__(self, program, cert, key, folder=None):
        super().__init__(program, folder=folder)
        self.config = self.write("weir.yaml", f"data_dir: {self.data}\nserver:\n  listen: 127.0.0.1:{self.port}\n"
                                 f"  tls_cert: {cert}\n  tls_key: {key}\nlog:\n  level: error\n")

    def curl(self, path, *args, scheme="https", host="localhost"):
        r = subprocess.run(["curl", "-sS", "--max-time", "10", *args, f"{scheme}://{host}:{self.port}{path}"],
                           capture_output=True, text=True)
        return r.returncode, r.stdout, r.stderr

    def serve(self, ca):
        """Start, and wait until curl is answered."""
        self.child = subprocess.Popen([self.program, "serve", "--config", self.config], stderr=subprocess.PIPE)
        until = time.time() + 30
        while time.time() < until and self.child.poll() is None:
            if self.curl("/readyz", "--cacert", ca)[0] == 0:
                return
            time.sleep(0.05)
        raise SystemExit("no answer over TLS")

    def refusal(self):
        """Start with what cannot work: exit status and what is said."""
        r = subprocess.run([self.program, "serve", "--config", self.config], capture_output=True, text=True, timeout=30)
        return r.returncode, r.stderr


def plain_gets_nothing(port):
    """Plain HTTP on the TLS port: at most a TLS alert comes back, never a word of HTTP."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        got = b""
        try:
            while part := s.recv(4096):
                got += part
        except ConnectionResetError:
            pass
    return b"HTTP" not in got


def websocket_over_tls(weir, ca):
    """The first frame of the event stream over WebSocket."""
    context = ssl.create_default_context(cafile=ca)
    with socket.create_connection(("127.0.0.1", weir.port), timeout=10) as raw, context.wrap_socket(raw,
                                                                                                    server_hostname="localhost") as s:
        s.sendall((f"GET /api/v1/events?after=0 HTTP/1.1\r\nHost: localhost:{weir.port}\r\nx-api-key: {weir.key()}\r\nUpgrade: websocket\r\n"
                   "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        got = b""
        while b'"seq"' not in got and len(got) < 65536:
            part = s.recv(4096)
            if not part:
                break
            got += part
    return got.startswith(b"HTTP/1.1 101") and b'"seq"' in got


def check_clients(tap, weir, d):
    ca, key = f"{d}/ca.pem", ["-H", f"x-api-key: {weir.key()}"]
    code, out, _ = weir.curl("/api/v1/stats", "--cacert", ca, *key)
    tap.check(code == 0 and out.startswith("{"), "who trusts the authority is answered", (code, out[:100]))
    tap.same(weir.curl("/healthz")[0], 60, "curl with the system's authorities refuses the certificate")
    tap.same(weir.curl("/healthz", "--cacert", f"{d}/other.pem")[0], 60, "and with another authority")
    tap.same(weir.curl("/healthz", "--cacert", ca, "--resolve", f"example.com:{weir.port}:127.0.0.1",
                       host="example.com")[0], 60,
             "a name that the certificate does not have is refused")
    for version in ("1.0", "1.1"):
        tap.check(weir.curl("/healthz", "--cacert", ca, "--tls-max", version, "--ciphers",
                            "DEFAULT@SECLEVEL=0")[0] != 0,
                  f"TLS {version} is not spoken")
    tap.same(weir.curl("/healthz", "--cacert", ca, "--tls-max", "1.2")[0], 0, "TLS 1.2 is")
    tap.check(plain_gets_nothing(weir.port), "plain HTTP on the TLS port gets no answer")
    code, out, _ = weir.curl("/login", "--cacert", ca, "-i", "-X", "POST", "-H", "Content-Type: application/json", "-d",
                             f'{{"key":"{weir.key()}"}}')
    cookies = [line for line in out.splitlines() if line.lower().startswith("set-cookie")]
    tap.check(not cookies or all("Secure" in c for c in cookies), "a cookie goes over TLS only", cookies)
    code, out, _ = weir.curl("/api/v1/events/stream?after=0", "--cacert", ca, "-N", "--max-time", "2", *key)
    tap.check("data:" in out, "server-sent events come over TLS", (code, out[:200]))
    tap.check(websocket_over_tls(weir, ca), "so does the WebSocket")
    code, out, _ = weir.curl("/api/v1/runs", "--cacert", ca, *key, "-H", "Content-Type: application/json", "-d",
                             "@" + weir.write("body.json", " " * 200000 + json.dumps(failed_run("r1", "orders"))), "-o",
                             "/dev/null", "-w", "%{http_code}")
    tap.check(code == 0 and out in ("200", "201", "202", "204"), "a body of many TLS records arrives", (code, out))


def check_own_tools(tap, weir, d):
    """weir's own commands reach the server when they are told whom to trust."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("WEIR_")}
    base = [weir.program, "pipelines", "--data-dir", weir.data, "--server", f"https://localhost:{weir.port}"]
    r = subprocess.run(base, env=env, capture_output=True, text=True, timeout=30)
    tap.check(r.returncode == 3 and "certificate" in r.stderr.lower(), "a command that trusts nobody says why it fails",
              r.stderr)
    r = subprocess.run(base, env=env | {"SSL_CERT_FILE": f"{d}/ca.pem"}, capture_output=True, text=True, timeout=30)
    tap.same(r.returncode, 0, "with SSL_CERT_FILE it is answered")


def check_refusals(tap, program, d):
    cases = [("a key file that is not there", f"{d}/server.pem", f"{d}/none.key", "none.key"),
             ("a certificate that is not there", f"{d}/none.pem", f"{d}/server.key", "none.pem"),
             ("a key of another certificate", f"{d}/server.pem", f"{d}/other.key", "key"),
             ("a file that is no certificate", f"{d}/server.ext", f"{d}/server.key", "certificate")]
    for name, cert, key, word in cases:
        weir = TlsWeir(program, cert, key)
        status, said = weir.refusal()
        tap.check(status not in (0, -6, -11) and word in said and len(said) < 500, f"{name} is refused with its reason",
                  (status, said))
        weir.done()


def main():
    tap, weir = Tap(), TlsWeir(sys.argv[1], "server.pem", "server.key")
    d = weir.dir
    authority(d, "ca")
    authority(d, "other")
    certificate(d, "server", "ca", "DNS:localhost,IP:127.0.0.1")
    try:
        weir.serve(f"{d}/ca.pem")
        check_clients(tap, weir, d)
        check_own_tools(tap, weir, d)
        check_refusals(tap, sys.argv[1], d)
        tap.same(weir.stop(), 0, "it stops as it should")
    finally:
        weir.done()
    tap.done()


if __name__ == "__main__":
    main()
