#!/usr/bin/env python3
"""Verify an exported weir journal without weir (docs/journal.md has the format).

usage: verify_journal.py EXPORT [--public-key FILE] [--checkpoint FILE]

Standard library only; with --public-key, the package `cryptography` checks the signatures. Exit: 0 fine, 1 wrong, 2
cannot check.
"""
import argparse
import base64
import hashlib
import json
import sys

FIELDS = ("seq", "time", "kind", "subject", "actor", "correlation_id", "cause_seq", "body")


class Wrong(Exception):
    pass


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(lead, entry, fields):
    out = [b"\0", lead]
    for name in fields:
        value = str(entry[name]).encode()
        out += [len(value).to_bytes(4, "big"), value]
    return sha(*out)


class Tree:
    """The roots of the complete subtrees over the leaves so far."""

    def __init__(self, size=0, peaks=()):
        self.size, self.peaks = size, list(peaks)

    def add(self, node):
        bits = self.size
        while bits & 1:
            node = sha(b"\1", self.peaks.pop(), node)
            bits >>= 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return sha()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = sha(b"\1", peak, root)
        return root


def read_key(path):
    name, _, key = open(path, encoding="utf-8").read().strip().split("+", 2)
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        print("verify_journal.py: --public-key needs the Python package `cryptography`", file=sys.stderr)
        sys.exit(2)
    raw = base64.b64decode(key)[1:]
    return sha(name.encode(), b"\n\1", raw)[:4], Ed25519PublicKey.from_public_bytes(raw)


def read_note(text, key):
    signed, _, signatures = text.partition("\n\n")
    _, size, root, _ = signed.split("\n")
    if key and not any(signature_fits(line, signed + "\n", key) for line in signatures.splitlines()):
        raise Wrong("checkpoint over %s entries is not signed by the given key" % size)
    return int(size), base64.b64decode(root)


def signature_fits(line, signed, key):
    signature = base64.b64decode(line.rpartition(" ")[2])
    if signature[:4] != key[0]:
        return False
    try:
        key[1].verify(signature[4:], signed.encode())
        return True
    except Exception:
        return False


class Check:
    def __init__(self, header, key, saved):
        if header.get("format") != "weir journal 1":
            raise Wrong("this is not an exported journal")
        self.first, self.last = header["from"], header["to"]
        self.tree = Tree(self.first - 1, [bytes.fromhex(h) for h in header["frontier"]])
        if len(self.tree.peaks) != bin(self.first - 1).count("1"):
            raise Wrong("the frontier does not fit the first entry")
        self.before, self.time, self.key, self.saved = bytes.fromhex(header["before"]), 0, key, saved
        self.stubs, self.ranges, self.checkpoints, self.covered = {}, [], 0, None

    def entry(self, e):
        seq, stored = e["seq"], bytes.fromhex(e["hash"])
        if seq != self.tree.size + 1:
            raise Wrong("entry %d is missing" % (self.tree.size + 1))
        if e["body"] is None:
            if leaf(stored, e, FIELDS[:-1]).hex() != e["erased"]:
                raise Wrong("entry %d (body erased) was changed" % seq)
            self.stubs[seq] = bytes.fromhex(e["erased"])
        elif leaf(self.before, e, FIELDS) != stored:
            raise Wrong("entry %d was changed" % seq)
        if e["time"] < self.time:
            raise Wrong("entry %d lies before the entry before it" % seq)
        if e["kind"] == "journal.retained":
            self.ranges.append((seq, json.loads(e["body"])))
        self.before, self.time = stored, e["time"]
        self.tree.add(stored)
        if self.saved and self.saved[0] == seq and self.saved[1] != self.tree.root():
            raise Wrong("entries 1 to %d are not those the saved checkpoint was signed for" % seq)

    def checkpoint(self, line):
        size, root = read_note(line["note"], self.key)
        if size != self.tree.size or root != self.tree.root():
            raise Wrong("entries 1 to %d are not those a checkpoint was signed for" % size)
        self.checkpoints, self.covered = self.checkpoints + 1, size

    def end(self):
        if self.tree.size != self.last:
            raise Wrong("entries %d to %d are missing at the end" % (self.tree.size + 1, self.last))
        if self.saved and self.saved[0] > self.last:
            raise Wrong("entries %d to %d are missing at the end: the saved checkpoint knows them" % (self.last + 1,
                                                                                                      self.saved[0]))
        for seq, body in self.ranges:
            if body["from"] < self.first:
                continue  # begins before this part
            gone = Tree()
            for at in range(body["from"], body["through"] + 1):
                if at in self.stubs:
                    gone.add(self.stubs.pop(at))
            if gone.size != body["erased"] or gone.root().hex() != body["digest"]:
                raise Wrong("entries %d to %d are not what the retention of entry %d left" % (body["from"],
                                                                                              body["through"], seq))
        if self.stubs and self.first == 1:
            raise Wrong("entry %d: its body is gone, and no retention says so" % min(self.stubs))


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("export")
    p.add_argument("--public-key", help="file with the public key (journal.key.pub)")
    p.add_argument("--checkpoint", help="file with a checkpoint that was kept elsewhere")
    args = p.parse_args()
    try:
        key = read_key(args.public_key) if args.public_key else None
        saved = read_note(open(args.checkpoint, encoding="utf-8").read(), key) if args.checkpoint else None
        with open(args.export, encoding="utf-8") as lines:
            check = Check(json.loads(next(lines)), key, saved)
            for text in lines:
                line = json.loads(text)
                check.checkpoint(line) if "checkpoint" in line else check.entry(line)
        check.end()
    except (Wrong, KeyError, ValueError, TypeError, StopIteration) as e:
        print("WRONG:", e or type(e).__name__)
        return 1
    print("fine: entries %d to %d, %d checkpoints" % (check.first, check.last, check.checkpoints))
    if not key:
        print("not ruled out without --public-key: the whole journal was written anew")
    if not saved:
        print("not ruled out without --checkpoint: the end was cut off")
    return 0


if __name__ == "__main__":
    sys.exit(main())
