"""Compiles libweir into the extension weir._native. What Python sees is read from include/weir/*.h, so that the two
cannot differ."""
import os
import pathlib
import platform
import re
import shlex
import shutil
import subprocess

from cffi import FFI

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PARTS = ["weir", "detect", "drift", "stream", "estimate", "log", "lineage", "graph", "encode", "names", "search",
         "classify"]


def declarations(header):
    """A header without what only a C compiler understands; numbers stay, and cffi checks them against the compiler."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
    text = re.sub(r"#ifdef __cplusplus\n.*?#endif\n", "", text, flags=re.S)
    constants = re.findall(r"^#define WEIR_\w+ \d+$", text, flags=re.M)
    text = re.sub(r"^#.*$", "", text, flags=re.M).replace("WEIR_API ", "")
    return "\n".join([*constants, text])


def yyjson():
    """The JSON library: the system's, or the source that scripts/setup fetched."""
    found = subprocess.run(["pkg-config", "--libs", "yyjson"], capture_output=True, text=True)
    if found.returncode == 0:
        return [], [], ["yyjson"]
    folder = ROOT / ".deps" / "yyjson"
    return [folder / "yyjson.c"], [folder], []


def sources():
    folders = [ROOT / "src/engine" / name for name in ("detect", "lineage", "public")]  # what libweir is made of
    engine = [p for folder in folders for p in sorted(folder.rglob("*.c")) if not p.name.endswith("_test.c")]
    base = [ROOT / "src/base" / f"{name}.c"
            for name in ("arena", "buf", "err", "hash64", "json", "sort", "str", "time", "utf8")]
    encode = [ROOT / "src/engine/encode" / f"{name}.c" for name in ("encode", "model", "tokenize", "unicode")]
    knowledge = [ROOT / "src/engine/knowledge" / f"{name}.c"
                 for name in ("bm25", "bm25_search", "letters", "shelf", "terms", "vector_kernels", "vectors")]
    text = [ROOT / "src/engine/text" / f"text_{name}.c"
            for name in ("classify", "explain", "features", "letters", "model", "near", "rows", "zero")]
    return base + engine + encode + knowledge + text


def kernels():
    """The encoder's kernels, each compiled for the instructions it needs; which one runs is chosen at run time."""
    avx512 = ["-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq", "-mavx512vnni"]
    flags = {"scalar": []}
    if platform.machine() in ("x86_64", "AMD64"):
        flags |= {"avx2": ["-mavx2"], "avx512": avx512, "amx": [*avx512, "-mamx-tile", "-mamx-int8"]}
    elif platform.machine() == "aarch64":
        flags |= {"neon": ["-march=armv8.2-a+dotprod"]}
    objects = []
    for name, more in flags.items():
        to = HERE / "build" / f"kernel_{name}.o"
        to.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([*shlex.split(os.environ.get("CC", "cc")), "-std=gnu17", "-O3", "-fPIC",
                        "-fvisibility=hidden", "-ffp-contract=off", "-w", "-D_GNU_SOURCE", f"-I{ROOT / 'src'}", *more,
                        "-c", ROOT / f"src/engine/encode/kernel_{name}.c", "-o", to], check=True)
        objects.append(os.path.relpath(to, HERE))
    return objects


def here(path):
    """A copy below this folder, where the build tools want all sources to be."""
    copy = HERE / "build" / "libweir" / path.relative_to(ROOT)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, copy)
    return os.path.relpath(copy, HERE)


headers = [ROOT / "include/weir" / f"{part}.h" for part in PARTS]
headers = [h for h in headers if h.exists()]
extra, folders, libraries = yyjson()
version = re.search(r'^version = "(.*)"', (HERE / "pyproject.toml").read_text(), flags=re.M).group(1)
ffi = FFI()
ffi.cdef("\n".join(declarations(h) for h in headers))
ffi.set_source(
    "weir._native", "".join(f'#include "weir/{h.name}"\n' for h in headers),
    sources=[here(p) for p in sources() + extra],
    include_dirs=[str(ROOT / "include"), str(ROOT / "src"), *map(str, folders)], libraries=["m", *libraries],
    extra_objects=kernels(),
    define_macros=[("_GNU_SOURCE", None), ("WEIR_VERSION", f'"{version}"')],
    extra_compile_args=["-std=gnu17", "-O2", "-fvisibility=hidden", "-ffp-contract=off", "-w"])

if __name__ == "__main__":
    ffi.compile(verbose=True)
