"""The weir program against a real server: what a person types from the first look to the approval.
Usage: cli_test.py SERVER_FIXTURE WEIR"""
import json
import os
import subprocess
import sys

from serving import Server

results = []


def check(name, ok, note=""):
    results.append(bool(ok))
    print(f"{'ok' if ok else 'not ok'} {len(results)} - {name}{'' if ok else ': ' + repr(note)}", flush=True)


def main():
    with Server(sys.argv[1]) as server:
        base = {k: v for k, v in os.environ.items() if not k.startswith("WEIR_")}
        base |= {"WEIR_SERVER": "http://" + server.host, "WEIR_DATA_DIR": server.dir + "/client"}

        def weir(*args, role="admin"):
            key = {"WEIR_KEY": server.keys[role]} if role else {}
            r = subprocess.run([sys.argv[2], *args], env=base | key, capture_output=True, text=True, timeout=60)
            wide = [line for line in r.stdout.splitlines() if len(line) > 80 and "--json" not in args]
            if wide:
                check("at most 80 columns: " + " ".join(args), False, wide[0])
            return r.returncode, r.stdout, r.stderr

        for args in (["pipelines"], ["pipelines", "orders"], ["runs"], ["runs", "orders"], ["incidents", "--all"],
                     ["cases"], ["approvals"], ["silence", "list"], ["keys", "list"]):
            code, out, err = weir(*args)
            check(" ".join(args), code == 0 and out, err)
            code, out, err = weir(*args, "--json")
            check(" ".join(args) + " --json", code == 0 and json.loads(out), err)

        code, out, err = weir("runs", "show", "run-2")
        check("a failed run shows its output, exit 1", code == 1 and "no such column: amount" in out, out + err)
        incident = json.loads(weir("incidents", "--all", "--json")[1])["items"][0]["id"]
        code, out, err = weir("incidents", incident)
        check("an incident shows cause and decision",
              code == 0 and "schema.missing_column" in out and "rule critical" in out, out + err)
        case = json.loads(weir("cases", "--json")[1])["items"][0]["id"]
        code, out, err = weir("cases", "show", case)
        check("a case shows its steps", code == 0 and "1. monitor" in out, out + err)

        pending = json.loads(weir("approvals", "--json")[1])["items"]
        check("one approval is pending", len(pending) == 1, pending)
        code, out, err = weir("approve", pending[0]["id"], role="viewer")
        check("a viewer may not approve", code == 1 and "approver" in err, err)
        code, out, err = weir("approve", pending[0]["id"], "-m", "go", role="approver")
        check("an approver may", code == 0, err)
        code, out, err = weir("reject", pending[0]["id"], role="approver")
        check("what is decided stays decided", code == 1, out + err)

        code, out, err = weir("silence", "add", "--pipeline", "customers", "--for", "1h", "-m", "test")
        check("a silence is added", code == 0 and out.startswith("sil-"), out + err)
        code, out, err = weir("silence", "end", out.split()[0])
        check("and ended", code == 0, err)
        code, key, err = weir("keys", "add", "ci", "--role", "viewer")
        server.keys["ci"] = key.strip()
        check("a new key works", code == 0 and weir("pipelines", role="ci")[0] == 0, err)
        check("until it is revoked", weir("keys", "revoke", "ci")[0] == 0 and weir("pipelines", role="ci")[0] == 1)
        code, out, err = weir("incidents", role=None)
        check("without a key nothing is shown", code == 1 and not out and "key" in err, out + err)
        base["WEIR_SERVER"] = "http://127.0.0.1:1"
        code, out, err = weir("incidents")
        check("without a server it says so, exit 3", code == 3 and "is weir serve running?" in err, err)
    print(f"1..{len(results)}")
    return 0 if all(results) else 1


sys.exit(main())
