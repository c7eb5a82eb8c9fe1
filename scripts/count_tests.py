#!/usr/bin/env python3
"""Count single test cases in meson's JSON log. A skip that is not in tests/skips.txt is a failure; "no data" is fine
where the public data sets are not there.

tests/skips.txt: one line a skip, `test name or prefix: reason`; `#` starts a comment.
"""
import json
import os
import re
import sys


# A case of TAP; "# skipped: why" right before it is how tests/test.h says that it left early.
CASE = r"^(# skipped: .*\n)?(not ok|ok)\s+\d+(?:\s+-)?\s*([^#\n]*)(#\s*(?:skip|SKIP).*)?$"


def allowed_skips(path):
    with open(path, encoding="utf-8") as f:
        lines = [line.split("#")[0].strip() for line in f]
    return [line.split(":")[0].strip() for line in lines if ":" in line]


def tail(test):
    """Why a test failed, short: what it wrote about failing, or its last lines."""
    lines = (test.get("stdout", "") + test.get("stderr", "")).splitlines()
    about = [line for line in lines if re.search("not ok|error|ERROR|WARNING|SUMMARY|want", line)]
    return "\n".join([f"FAILED {test['name']} ({test['result']})", *(about or lines)[-12:]])


def main():
    log, skips_path = sys.argv[1], sys.argv[2]
    allowed = allowed_skips(skips_path)
    passed = failed = skipped = 0
    bad = []
    told = []

    data = os.environ.get("WEIR_DATA") or "../shared/data"
    no_data = not os.path.isdir(data)

    def skip(name, said):
        nonlocal skipped
        if any(name.startswith(a) for a in allowed) or (no_data and "no data" in said):
            skipped += 1
        else:
            bad.append(f"skipped without a reason in {skips_path}: {name}")

    with open(log, encoding="utf-8") as f:
        for line in f:
            test = json.loads(line)
            test["name"] = test["name"].split(" / ")[-1]  # without project and suites
            cases = re.findall(CASE, test.get("stdout", ""), re.M)
            for said, verdict, name, mark in cases:
                if said or mark:
                    skip(f"{test['name']}/{name.strip()}", said or mark)
                elif verdict == "ok":
                    passed += 1
                else:
                    failed += 1
            ok = test["result"] in ("OK", "SKIP")
            if not ok:
                told.append(tail(test))
            if not cases and test["result"] == "SKIP":
                skip(test["name"], test.get("stdout", ""))
            elif not cases:
                passed, failed = passed + ok, failed + (not ok)
            elif not ok and all(verdict == "ok" for _, verdict, _, _ in cases):
                failed += 1  # it died after its last case
    for line in told + bad:
        print(line)
    print(f"{passed} passed, {failed + len(bad)} failed, {skipped} skipped")
    return 1 if failed or bad else 0


if __name__ == "__main__":
    sys.exit(main())
