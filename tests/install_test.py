"""`make install` into a folder: what comes with the binary is there, works, and fits it. usage: install_test.py
BUILD_FOLDER
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

from serving import Tap


def run(*args, **kw):
    return subprocess.run(args, capture_output=True, text=True, timeout=60, check=False, **kw)


def main():
    tap, build, root = Tap(), sys.argv[1], tempfile.mkdtemp(prefix="weir-install-")
    try:
        r = run("meson", "install", "-C", build, "--no-rebuild", "--quiet", env=os.environ | {"DESTDIR": root})
        tap.same((r.returncode, r.stderr), (0, ""), "it installs into a DESTDIR")
        options = json.loads(run("meson", "introspect", "--buildoptions", build).stdout)
        prefix = root + next(o["value"] for o in options if o["name"] == "prefix")
        weir, share = f"{prefix}/bin/weir", f"{prefix}/share"
        tap.check(run(weir, "version").stdout.startswith("weir "), "the binary runs from there")
        with open(f"{share}/man/man1/weir.1", encoding="utf-8") as f:
            man = f.read()
        tap.check(man.startswith(".TH WEIR 1") and ".SH" in man and "incidents" in man, "the man page")
        tap.same(run("bash", "-n", f"{share}/bash-completion/completions/weir").returncode, 0,
                 "the completion of bash is valid")
        line = "source {0}; COMP_WORDS=(weir inc); COMP_CWORD=1; _weir; echo ${{COMPREPLY[*]}}".format(f"{share}/bash-completion/completions/weir")
        tap.check("incidents" in run("bash", "-c", line).stdout, "and completes a command")
        for file in ("zsh/site-functions/_weir", "fish/vendor_completions.d/weir.fish"):
            tap.check(os.path.getsize(f"{share}/{file}") > 200, f"completion: {file}")
        with open(f"{prefix}/lib/systemd/system/weir.service", encoding="utf-8") as f:
            unit = f.read()
        start = [line.split("=", 1)[1].split()[0] for line in unit.splitlines() if line.startswith("ExecStart=")]
        tap.same([root + path for path in start], [weir], "the unit starts the binary that was installed")
        examples = f"{share}/weir/examples"
        r = run(weir, "config", "check", f"{examples}/weir.yaml")
        tap.same(r.returncode, 0, "the example configuration is right")
        tap.same(run(weir, "policy", "check", f"{examples}/policy.yaml").returncode, 0, "so is the example policy")
        tap.check(len(os.listdir(f"{examples}/runbooks")) > 20, "the runbooks are there")
        tap.check(not os.path.exists(f"{root}/etc"), "nothing is put into /etc")
    finally:
        shutil.rmtree(root, ignore_errors=True)
    tap.done()


main()
