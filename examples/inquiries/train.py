#!/usr/bin/env python3
"""Models of inquiries from examples: train.py WEIR OUT_FOLDER [FILE.jsonl...]

Each line of a file is an object with subject, body, category, sentiment and urgency; without files the inquiries beside
this script. Writes OUT_FOLDER/{category,sentiment,urgency}.model with `weir text train`; inquiries.models in weir.yaml
names the folder. Own labels come from `weir inquiries --state labelled`. Options for `weir text train` may follow `--`,
such as -- --encoder FILE."""
import json
import pathlib
import subprocess
import sys
import tempfile

words = sys.argv[1:]
more = words[words.index("--") + 1:] if "--" in words else []
words = words[:words.index("--")] if "--" in words else words
if len(words) < 2:
    sys.exit(__doc__)
weir, out = words[0], pathlib.Path(words[1])
files = words[2:] or [pathlib.Path(__file__).parent / "inquiries.jsonl"]
items = []
for path in files:
    with open(path, encoding="utf-8") as f:
        items += [json.loads(line) for line in f if line.strip()]
out.mkdir(parents=True, exist_ok=True)
for axis in ("category", "sentiment", "urgency"):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as f:
        for item in items:
            f.write(json.dumps({"text": f"{item['subject']}\n{item['body']}", "label": item[axis]}) + "\n")
        f.flush()
        subprocess.run([weir, "text", "train", f.name, "-o", str(out / f"{axis}.model"), *more], check=True)
