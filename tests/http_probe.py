#!/usr/bin/env python3
"""Hostile HTTP over raw sockets: http_probe.py SERVER_FIXTURE. The cases and what must come of them: http_probe.txt."""
import concurrent.futures
import os
import re
import socket
import sys
import time

from serving import Server, Tap

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 8.0  # seconds; the fixture's deadlines are all below two


def unescape(text):
    return re.sub(rb"\\(x[0-9a-fA-F]{2}|.)", lambda m: {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0"}.get(m[1])
                  or (bytes([int(m[1][1:], 16)]) if m[1][:1] == b"x" else m[1]), text.encode("latin-1"))


def read_cases(path):
    cases = []
    with open(path, encoding="latin-1") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            word, _, rest = line.partition(" ")
            if word == "case":
                cases.append({"name": rest, "steps": [], "expect": None})
            elif word == "expect":
                cases[-1]["expect"] = rest.split()
            elif word in ("send", "fill", "number", "drip", "slowread"):
                cases[-1]["steps"].append((word, rest))
            else:
                sys.exit(f"{path}:{number}: unknown word {word}")
    return cases


def pieces(step, server):
    """What a step sends, as a list of (bytes, pause before it)."""
    word, rest = step
    for name, value in (("{host}", server.host), ("{key}", server.keys["viewer"])):
        rest = rest.replace(name, value)
    if word == "send":
        return [(unescape(rest), 0)]
    count, _, text = rest.partition(" ")
    if word == "fill":
        return [(unescape(text) * int(count), 0)]
    if word == "number":
        return [(b"".join(unescape(text.replace("{n}", str(i))) for i in range(int(count))), 0)]
    data = unescape(text)
    return [(data[i:i + 1], int(count) / 1000) for i in range(len(data))]


class Talk:
    """One connection: what was received, and whether the server closed it."""

    def __init__(self, port, slow):
        self.sock = socket.socket()
        if slow:  # a small window, so that the server notices early that nobody reads
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.sock.connect(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got, self.closed, self.seconds = b"", False, 0.0

    def take(self, seconds, size=65536):
        """Receive what comes within that time; False when the server has closed."""
        self.sock.settimeout(max(seconds, 0.001))
        try:
            data = self.sock.recv(size)
            self.got += data
            self.closed |= not data
        except TimeoutError:
            pass
        except OSError:
            self.closed = True
        return not self.closed

    def send(self, data):
        self.sock.settimeout(PATIENCE)
        try:
            self.sock.sendall(data)
            return True
        except OSError:  # it was cut while sending: read what came before
            while self.take(0.2):
                pass
            self.closed = True
            return False


def run_case(case, server):
    slow = any(word == "slowread" for word, _ in case["steps"])
    talk = Talk(server.port, slow)
    begin = time.monotonic()
    for step in case["steps"]:
        if step[0] == "slowread":
            continue
        for data, pause in pieces(step, server):
            if pause:
                talk.take(pause)
            if talk.closed or not talk.send(data):
                break
    while not talk.closed and time.monotonic() - begin < PATIENCE:
        slow = slow and time.monotonic() - begin < 4
        if slow:
            time.sleep(0.05)
        enough = case["expect"][-1].isdigit() and "closed" not in case["expect"] and "cut" not in case["expect"] and talk.got
        if enough or not talk.take(PATIENCE - (time.monotonic() - begin), 16 if slow else 65536):
            break
    talk.seconds = time.monotonic() - begin
    talk.sock.close()
    return talk


def answers(got):
    """Status codes of the answers, framed as a client frames them: by Content-Length. What follows an answer that
    closes the connection is no answer (the library's own refusals have such a tail)."""
    statuses, at = [], 0
    while m := re.compile(rb"HTTP/1\.[01] (\d{3}) .*?\r\n\r\n", re.S).match(got, at):
        head, at = m[0].lower(), m.end()
        statuses.append(int(m[1]))
        length = re.search(rb"\r\ncontent-length: *(\d+)", head)
        at += int(length[1]) if length else 0
        if b"\r\nconnection: close" in head:
            break
    return statuses


def verdict(case, talk):
    """Empty when all is as expected, else what is not."""
    statuses = answers(talk.got)
    expect = list(case["expect"])
    if expect[0] == "cut":
        expect.pop(0)
        if not talk.closed:
            return "the connection is still open"
    elif expect[0][0].isdigit():
        want = [int(s) for s in expect.pop(0).split(",")]
        if not statuses or statuses[0] not in want:
            return f"status {statuses[:1] or 'none'}, want {want}"
    if expect and expect[0] == "closed":
        expect.pop(0)
        if not talk.closed:
            return "the connection is still open"
    if expect and expect[0] == "answers" and len(statuses) > int(expect[1]):
        return f"{len(statuses)} answers {statuses}, want {expect[1]}"
    if expect and expect[0] == "answers" and len(statuses) < int(expect[1]) and "cut" not in case["expect"]:
        return f"{len(statuses)} answers {statuses}, want {expect[1]}"
    if expect and expect[0] == "fewer" and len(statuses) >= int(expect[1]):
        return f"{len(statuses)} answers, want fewer than {expect[1]}"
    if any(s >= 500 and s != 505 for s in statuses):
        return f"a server error: {statuses}"
    return ""


def main():
    tap = Tap()
    cases = read_cases(os.path.join(HERE, "http_probe.txt"))
    with Server(sys.argv[1], "fast") as server:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            talks = list(pool.map(lambda c: run_case(c, server), cases))
        for case, talk in zip(cases, talks):
            why = verdict(case, talk)
            tap.check(not why, case["name"], f"{why}; {talk.seconds:.1f} s; got {talk.got[:200]!r}")
        tap.same(server.ask("GET", "/healthz")[0], 200, "the server is alive after all of it")
        tap.same(server.stop(), 0, "and stops as it should")
    tap.done()


main()
