"""The demo as a newcomer runs it, unattended: real pipelines, every fault found and mended, a journal that verifies and
replays. One seed, or with WEIR_TEST_FULL seeds 1 to 10, and once without faults.

A sanitizer makes every step several times as slow, which is a slow step to weir as well: with `sanitized`, what is
judged is that nothing dies, that what was put in is found, that the journal holds and that no process complained.

usage: demo_test.py WEIR [sanitized]
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from serving import Tap

SUMMARY = r"(\d+) faults put in, (\d+) found, (\d+) causes? right, (\d+) mended \((\d+) without a person\)"


def run(weir, dir, *args):
    """Run the demo with its files in `dir`, named as from the folder above it; give its exit status, what it said and
    the seconds it took."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("WEIR_")}
    begin = time.monotonic()
    command = [os.path.abspath(weir), "demo", "--once", "--yes", "--dir", os.path.basename(dir), *args]
    p = subprocess.run(command, cwd=os.path.dirname(dir), env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True, timeout=600)
    return p.returncode, p.stdout, time.monotonic() - begin


def journal_holds(tap, weir, dir, name):
    for words in (["audit", "verify"], ["replay", "--verify"]):
        p = subprocess.run([weir, *words, "--data-dir", f"{dir}/data"], capture_output=True, text=True, timeout=300)
        tap.same(p.returncode, 0, f"{name}: weir {' '.join(words)}")
        if p.returncode:
            print("# " + (p.stdout + p.stderr)[-2000:].replace("\n", "\n# "))


def keep_what_was_said(tap, failed_before, said):
    if tap.failed > failed_before:
        print("# " + said[-12000:].replace("\n", "\n# "), flush=True)


def nobody_complained(tap, dir, said, name):
    """What `weir run` and the steps print goes into logs of the demo."""
    texts = [said] + [open(path, errors="replace").read() for path in glob.glob(f"{dir}/logs/*")]
    found = [line for text in texts for line in text.splitlines() if re.search(r"Sanitizer|runtime error:", line)]
    tap.check(not found, f"{name}: no process complained", "\n# ".join(found[:20]))


def with_faults(tap, weir, dir, seed, sanitized):
    before, name = tap.failed, f"seed {seed}"
    code, said, took = run(weir, dir, "--seed", seed)
    if sanitized:
        tap.check(code in (0, 1), f"{name}: it came to its end", f"exit {code}")
    else:
        tap.same(code, 0, f"{name}: exit 0")
    m = re.search(SUMMARY, said)
    put, found, right, mended, alone = map(int, m.groups()) if m else (0,) * 5
    tap.same((put, found), (5, 5), f"{name}: five faults put in, five found")
    if not sanitized:
        tap.check(right >= 4, f"{name}: at least four causes right", f"{right}")
        tap.check(alone >= 4, f"{name}: at least four mended without a person",
                  f"{mended} mended, {alone} without a person")
    nobody_complained(tap, dir, said, name)
    journal_holds(tap, weir, dir, name)
    keep_what_was_said(tap, before, said)
    print(f"# {name}: {right} causes right, {mended} mended, {alone} without a person, {took:.0f} s", flush=True)


def without(tap, weir, dir, sanitized):
    before = tap.failed
    code, said, took = run(weir, dir, "--faults", "none")
    if sanitized:
        tap.check(code in (0, 1), "no faults: it came to its end", f"exit {code}")
    else:
        tap.same(code, 0, "no faults: exit 0")
        tap.check("no fault was put in, 0 incidents opened" in said, "no faults: no incident")
    nobody_complained(tap, dir, said, "no faults")
    journal_holds(tap, weir, dir, "no faults")
    keep_what_was_said(tap, before, said)
    print(f"# no faults: {took:.0f} s", flush=True)


def main():
    weir, sanitized = sys.argv[1], "sanitized" in sys.argv[2:]
    seeds = [str(n) for n in range(1, 11)] if os.environ.get("WEIR_TEST_FULL") and not sanitized else ["1"]
    tap, dir = Tap(), tempfile.mkdtemp(prefix="weir-demo-test-")
    try:
        os.chmod(dir, 0o755)  # steps may run as another user
        for seed in seeds:
            with_faults(tap, weir, f"{dir}/seed-{seed}", seed, sanitized)
        without(tap, weir, f"{dir}/none", sanitized)
    finally:
        shutil.rmtree(dir, ignore_errors=True)
    tap.done()


main()
