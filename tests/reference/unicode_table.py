#!/usr/bin/env python3
"""What the tokenizer of BERT makes of each code point, as the Rust library `tokenizers` (0.23.3) says: written into
src/engine/encode/unicode_table.inc. Asking the reference, and not a table of Unicode, keeps its own choices of versions: it takes
letter case and decomposition from one version and categories from an older one.

  pip install tokenizers==0.23.3; tests/reference/unicode_table.py src/engine/encode/unicode_table.inc"""
import sys

from tokenizers import normalizers, pre_tokenizers

NORMALIZER = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
SPLITTER = pre_tokenizers.BertPreTokenizer()
WORD, DROP, SPACE, PUNCTUATION, CJK, HANGUL, MAPPED = 0, 1, 2, 3, 4, 5, 8


def kind(c):
    return {1: WORD, 2: SPACE, 3: PUNCTUATION}[len(SPLITTER.pre_tokenize_str("a" + c + "a"))]


def main():
    pool, at, values = bytearray(), {}, []
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000:
            values.append(DROP)
            continue
        c = chr(code)
        made = NORMALIZER.normalize_str(c)
        if made in ("", " ", c):
            values.append(DROP if made == "" else SPACE if made == " " else kind(c))
        elif made == f" {c} ":
            values.append(CJK)
        elif 0xAC00 <= code <= 0xD7A3:
            values.append(HANGUL)  # into its letters by arithmetic
        else:
            text = made.encode()
            if text not in at:
                at[text] = len(pool)
                pool += bytes([len(text)]) + text
            values.append(MAPPED + at[text])
    pages, index = {}, []
    for first in range(0, 0x110000, 256):
        page = tuple(values[first:first + 256])
        index.append(pages.setdefault(page, len(pages)))
    flat = [v for page in pages for v in page]
    assert len(pages) <= 256 and max(flat) < 65536
    with open(sys.argv[1], "w") as out:
        out.write("/* Made by tests/reference/unicode_table.py, which says how; not edited by hand. */\n")
        for name, kind_, items in (("page_of", "uint8_t", index), ("pages", "uint16_t", flat), ("mapped", "uint8_t", pool)):
            out.write(f"static const {kind_} {name}[{len(items)}] = {{\n")
            line = ""
            for v in map(str, items):
                if len(line) + len(v) > 118:
                    out.write(line + "\n")
                    line = ""
                line += v + ","
            out.write(line + "\n};\n")


main()
