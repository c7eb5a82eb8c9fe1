#!/usr/bin/env python3
"""Write a C file with the bytes of files: embed_files.py OUT.c HEADER NAME=FILE...  Each becomes the function `str
NAME(void)`, declared in HEADER."""
import sys


def main() -> int:
    out, header, *pairs = sys.argv[1:]
    lines = ["/* Made by tools/embed_files.py. */", f'#include "{header}"', ""]
    for pair in pairs:
        name, _, path = pair.partition("=")
        with open(path, "rb") as f:
            data = f.read()
        lines.append(f"static const _Alignas(64) unsigned char {name}_bytes[] = {{")
        for i in range(0, len(data), 20):
            lines.append("    " + " ".join(f"{b}," for b in data[i : i + 20]))
        lines += ["    0", "};", "", f"str {name}(void)", "{",
                  f"    return (str){{ (const char *){name}_bytes, {len(data)} }};", "}", ""]
    with open(out, "w", encoding="utf-8") as f:
        f.write("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
