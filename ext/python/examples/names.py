"""Which of these is it? Nothing is trained: python names.py ENCODER "billing, sales, other=anything else" < lines.txt;
ENCODER is the file that `weir model fetch` makes."""
import sys

import weir

if len(sys.argv) < 3:
    sys.exit(__doc__)

labels = [tuple(part.strip() for part in one.partition("=")[::2]) for one in sys.argv[2].split(",")]
classifier = weir.NameClassifier(labels, weir.Encoder(sys.argv[1]))
lines = [line.rstrip("\n") for line in sys.stdin]
for line, v in zip(lines, classifier.classify(lines)):
    print(f"{v.label}  {v.probability:.2f}  {line}")
