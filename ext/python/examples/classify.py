"""What is this about, and how sure is that? `weir text train questions.csv -o questions.model`, then
python classify.py questions.model [ENCODER] < lines.txt; ENCODER is the file that `weir model fetch` makes."""
import sys

import weir

if len(sys.argv) < 2:
    sys.exit(__doc__)

encoder = weir.Encoder(sys.argv[2]) if len(sys.argv) > 2 else None
classifier = weir.Classifier(sys.argv[1], encoder)
lines = [line.rstrip("\n") for line in sys.stdin]
for line, v in zip(lines, classifier.classify(lines, why=3)):
    words = ", ".join(f"{word} {gain:+.2f}" for word, gain in v.why)
    print(f"{v.label or 'none of these'}  {v.probability:.2f}  of {' | '.join(v.set)}  because of {words}")
