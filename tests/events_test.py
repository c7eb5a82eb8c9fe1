#!/usr/bin/env python3
"""The journal as it commits: events_test.py SERVER_FIXTURE. WebSocket and server-sent events against a real server."""
import base64
import hashlib
import json
import os
import socket
import struct
import sys
import threading
import time

from serving import Server, Tap

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class WebSocket:
    """Just enough of RFC 6455 for a test: text out of it, pongs and closes into it."""

    def __init__(self, server, after, role="viewer", window=None):
        self.sock = socket.socket()
        if window:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        self.sock.connect(("127.0.0.1", server.port))
        self.sock.settimeout(5)
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall((f"GET /api/v1/events?after={after} HTTP/1.1\r\nHost: {server.host}\r\nUpgrade: websocket\r\n"
                           f"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                           f"x-api-key: {server.keys[role]}\r\n\r\n").encode())
        self.data, self.pings = b"", 0
        while b"\r\n\r\n" not in self.data:
            got = self.sock.recv(4096)
            if not got:
                raise ConnectionError("closed in the handshake")
            self.data += got
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        want = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest())
        self.accepted = b"sec-websocket-accept: " + want.lower() in head.lower()

    def need(self, n):
        while len(self.data) < n:
            got = self.sock.recv(65536)
            if not got:
                raise ConnectionError("closed without a close frame")
            self.data += got
        part, self.data = self.data[:n], self.data[n:]
        return part

    def frame(self):
        first, second = self.need(2)
        length = second & 127
        if length == 126:
            length = struct.unpack(">H", self.need(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.need(8))[0]
        return first & 15, self.need(length)

    def send(self, opcode, payload=b""):
        mask = os.urandom(4)
        self.sock.sendall(bytes([0x80 | opcode, 0x80 | len(payload)]) + mask + bytes(b ^ mask[i % 4] for i,
                                                                                     b in enumerate(payload)))

    def next(self):
        """The next entry, or ("close", code)."""
        while True:
            opcode, payload = self.frame()
            if opcode == 9:
                self.pings += 1
                self.send(10, payload)
            elif opcode == 8:
                return "close", struct.unpack(">H", payload[:2])[0] if payload else 0
            elif opcode == 1:
                return json.loads(payload)

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)  # also wakes a thread that reads
        except OSError:
            pass
        self.sock.close()


def change(server, text="a change", padding=0):
    body = {"kind": "deploy", "summary": text, "detail": {"padding": "x" * padding}}
    status, _, body = server.ask("POST", "/api/v1/changes", "operator", body)
    assert status == 201, body
    return json.loads(body)["seq"]


def newest(server):
    return json.loads(server.ask("GET", "/api/v1/stats", "viewer")[2])["last_seq"]


def journal(server, after):
    """Every entry after a seq, page by page."""
    entries, cursor = [], after
    while cursor is not None:
        page = json.loads(server.ask("GET", f"/api/v1/journal?cursor={cursor}&limit=7", "viewer")[2])
        entries += page["items"]
        cursor = page["next_cursor"]
    return entries


def follows_and_resumes(server, tap):
    start = newest(server)
    ws = WebSocket(server, start)
    tap.check(ws.status == 101 and ws.accepted, "the handshake is answered with the right Sec-WebSocket-Accept")
    first = change(server, "first")
    got = ws.next()
    tap.same((got["seq"], got["kind"], got["body"]["summary"]), (first, "change.seen", "first"),
             "an entry comes as it commits")
    ws.close()
    for i in range(5):
        change(server, f"while away {i}")
    want = journal(server, first)  # before the connection opens: who does not answer a ping for 2 s is dropped
    ws = WebSocket(server, first)
    tap.same([ws.next() for _ in want], want,
             "what was missed comes after resuming, equal to the journal, in order, once")
    ws.close()
    whole = journal(server, 0)
    ws = WebSocket(server, 0)
    tap.same([ws.next()["seq"] for _ in whole], list(range(1, len(whole) + 1)),
             "from 0 the whole journal comes without a gap")
    ws.send(9, b"hello")
    opcode, payload = ws.frame()
    while opcode == 9:
        opcode, payload = ws.frame()
    tap.same((opcode, payload), (10, b"hello"), "a ping is answered")
    ws.send(8, struct.pack(">H", 1000))
    tap.same(ws.next(), ("close", 1000), "a close is answered")
    ws.close()


def keeps_alive(server, tap):
    ws = WebSocket(server, newest(server))
    until = time.monotonic() + 2.6  # more than three times the fixture's ping interval
    ws.sock.settimeout(0.2)
    while time.monotonic() < until:
        try:
            ws.next()
        except TimeoutError:
            pass
    ws.sock.settimeout(5)
    tap.check(ws.pings >= 2, "the server pings", f"{ws.pings} pings")
    seq = change(server)
    tap.same(ws.next()["seq"], seq, "who answers pings stays connected")
    ws.close()


def metric(server, name):
    text = server.ask("GET", "/metrics", "viewer")[2]
    return float(next(line.split()[1] for line in text.splitlines() if line.startswith(name + " ")))


def read_on(ws, seqs):
    """Read in the background until the connection ends."""
    def run():
        try:
            while not isinstance(got := ws.next(), tuple):
                seqs.append(got["seq"])
        except OSError:
            pass
    threading.Thread(target=run, daemon=True).start()


def wait_for(true, seconds):
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


def drops_the_slow(server, tap):
    before = metric(server, "weir_event_dropped_total")
    start = newest(server)
    slow = WebSocket(server, start, window=4096)
    quick = WebSocket(server, start)
    count, read = 24, []
    read_on(quick, read)
    for _ in range(count):  # more than the sockets and the client's buffer hold
        change(server, padding=100000)
    wait_for(lambda: metric(server, "weir_event_dropped_total") > before, 8)
    tap.check(metric(server, "weir_event_dropped_total") > before, "who does not read is dropped and counted",
              f"{count} entries sent")
    seen, end = [], None
    try:
        while end is None:
            got = slow.next()
            if isinstance(got, tuple):
                end = got
            else:
                seen.append(got["seq"])
    except (ConnectionError, OSError):
        end = "cut"
    tap.check(end in (("close", 1013), "cut"), "and its connection ends (1013, when it can still be said)", repr(end))
    tap.check(seen == sorted(set(seen)) and len(seen) < count,
              "with an unbroken beginning of the journal, not all of it", f"{len(seen)} of {count}")
    seq = change(server)
    wait_for(lambda: read and read[-1] == seq, 5)
    tap.same(read, list(range(start + 1, seq + 1)), "the other client is not disturbed")
    quick.close()
    slow.close()


def gives_the_dead_up(server, tap):
    """Who neither reads nor answers the close is cut off. Sanitizers see what is touched after that."""
    wait_for(lambda: metric(server, "weir_event_clients") == 0, 8)
    dead = [WebSocket(server, newest(server), window=4096) for _ in range(4)]
    for _ in range(24):
        change(server, padding=100000)
    tap.check(wait_for(lambda: metric(server, "weir_event_clients") == 0, 12), "who is dead is given up")
    tap.check(change(server) > 0, "and the server goes on")
    for ws in dead:
        ws.close()


def limits_clients(server, tap):
    many = []
    wait_for(lambda: metric(server, "weir_event_clients") == 0, 8)
    try:
        for _ in range(9):
            many.append(WebSocket(server, 0))
    except ConnectionError:
        pass
    tap.check([w.status for w in many].count(101) == 8 and many[-1].status == 503,
              "the ninth client is refused with 503", repr([w.status for w in many]))
    for w in many:
        w.close()
    wait_for(lambda: metric(server, "weir_event_clients") == 0, 8)
    tap.same(metric(server, "weir_event_clients"), 0, "and those that left are forgotten")


class Stream:
    """Server-sent events over a raw socket (chunked)."""

    def __init__(self, server, path, headers="", role="viewer"):
        self.sock = socket.create_connection(("127.0.0.1", server.port), 5)
        self.sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\nx-api-key: {server.keys[role]}\r\n{headers}\r\n".encode())
        self.file = self.sock.makefile("rb")
        self.head = b""
        while not self.head.endswith(b"\r\n\r\n"):
            self.head += self.file.readline()
        self.buffer = b""

    def line(self):
        while b"\n" not in self.buffer:
            size = int(self.file.readline() or b"0", 16)
            if not size:
                return None
            self.buffer += self.file.read(size)
            self.file.readline()
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def next(self):
        """The next message as (id, data); ("closing", ...) at the end of the server; None when the stream has ended."""
        found = {}
        while (line := self.line()) is not None:
            name, _, value = line.partition(": ")
            if line and name:
                found[name] = value
            if not line and "event" in found:
                return found["event"], found.get("data")
            if not line and "id" in found:
                return int(found["id"]), json.loads(found["data"])
            if not line:
                found = {}
        return None


def streams(server, tap):
    start = newest(server)
    s = Stream(server, f"/api/v1/events/stream?after={start}")
    tap.check(b"text/event-stream" in s.head, "the stream says what it is", repr(s.head))
    seq = change(server, "streamed")
    got = s.next()
    tap.same((got[0], got[1]["body"]["summary"]), (seq, "streamed"), "an entry comes as an event with its seq as id")
    s.sock.close()
    for _ in range(3):
        last = change(server)
    s = Stream(server, "/api/v1/events/stream", f"Last-Event-ID: {seq}\r\n")
    tap.same([s.next()[0] for _ in range(last - seq)], list(range(seq + 1, last + 1)), "Last-Event-ID resumes")
    return s


def read_entries(server, role, after):
    """The same entries by both ways to read them: the journal's page and a WebSocket."""
    page = json.loads(server.ask("GET", f"/api/v1/journal?after={after}&limit=200", role)[2])["items"]
    one = json.loads(server.ask("GET", f"/api/v1/journal/{page[0]['seq']}", role)[2])
    ws = WebSocket(server, after, role)
    followed = [ws.next() for _ in page]
    ws.close()
    return page, followed, one


def tells_nobody_more(server, tap):
    """What a route keeps for some roles is not in the journal for the others either."""
    start = newest(server)
    secret = {"id": "merger-plan", "title": "Merger", "text": "# Merger\nthe price is 4711", "roles": ["approver"]}
    assert server.ask("POST", "/api/v1/knowledge/documents", "operator", secret)[0] == 200
    tap.same(server.ask("GET", "/api/v1/knowledge/documents/merger-plan", "viewer")[0], 404,
             "a document for approvers is not there for a viewer")
    feedback = {"document": "merger-plan", "question": "what does it cost", "used": True}
    assert server.ask("POST", "/api/v1/knowledge/feedback", "approver", feedback)[0] == 200
    for role in ("viewer", "operator", "approver"):
        for what, got in zip(("page", "stream", "entry"), read_entries(server, role, start)):
            text = json.dumps(got)
            tap.check("4711" not in text, f"nor in the journal's {what} for {role}s", text)
            if role == "viewer":
                tap.check("merger" not in text.lower() and "cost" not in text,
                          f"nor its name, nor what was asked, in the {what}", text)
    page, followed, one = read_entries(server, "admin", start)
    tap.check("4711" in json.dumps(page) and followed == page and one == page[0], "an admin reads it whole")
    page, followed, _ = read_entries(server, "viewer", start)
    tap.same([e.get("withheld") for e in page], ["admin", "operator"], "who may is told")
    tap.check(followed == page and all(len(e["hash"]) == 64 for e in page),
              "and the hashes are there, so that chains hold")
    loaded = json.loads(server.ask("GET", "/api/v1/journal?kind=document.loaded&limit=200", "viewer")[2])["items"]
    held = {e["subject"] for e in loaded if e.get("withheld") == "admin" and e["body"] is None}
    tap.check({"pipelines", "schedules"} <= held, "environments of steps are not told to viewers", repr(held))
    tap.check("policy" in {e["subject"] for e in loaded if e["body"]}, "the policy is")


def ends_with_the_key(server, tap):
    made = server.ask("POST", "/api/v1/keys", "admin", {"name": "leaver", "role": "viewer"})
    server.keys["leaver"] = json.loads(made[2])["key"]
    start = newest(server)
    ws, other = WebSocket(server, start, "leaver"), WebSocket(server, start)
    s = Stream(server, f"/api/v1/events/stream?after={start}", role="leaver")
    assert server.ask("DELETE", "/api/v1/keys/leaver", "admin")[0] == 204
    for _ in range(2):
        change(server, "after the revocation")
    seen = []
    while isinstance(got := ws.next(), dict) and "change.seen" not in seen:
        seen.append(got["kind"])
    tap.check(got == ("close", 1008) and "change.seen" not in seen, "a WebSocket ends with the key it was opened with",
              repr((got, seen)))
    seen = []
    while (got := s.next()) and got[0] != "closing" and "change.seen" not in seen:
        seen.append(got[1]["kind"])
    tap.check(got == ("closing", '{"code":1008}') and "change.seen" not in seen, "a stream, too", repr((got, seen)))
    tap.check([other.next()["kind"] for _ in range(2)] == ["key.revoked", "change.seen"], "others go on")
    ws.close()
    other.close()


def stops(server, tap, s):
    ws = WebSocket(server, newest(server))
    ended = []
    waiter = threading.Thread(target=lambda: ended.append(ws.next()))
    waiter.start()
    begin = time.monotonic()
    tap.same(server.stop(), 0, "the server stops")
    took = time.monotonic() - begin
    waiter.join(5)
    tap.same(ended, [("close", 1001)], "a WebSocket client is told 1001")
    tap.same(s.next(), ("closing", '{"code":1001}'), "a stream is told too")
    tap.same(s.next(), None, "and ends")
    tap.check(took < 5, "in time", f"{took:.1f} s")


def main():
    tap = Tap()
    with Server(sys.argv[1], "streams") as server:
        follows_and_resumes(server, tap)
        keeps_alive(server, tap)
        drops_the_slow(server, tap)
        gives_the_dead_up(server, tap)
        limits_clients(server, tap)
        tells_nobody_more(server, tap)
        ends_with_the_key(server, tap)
        stops(server, tap, streams(server, tap))
    tap.done()


main()
