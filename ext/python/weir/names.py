"""Texts into classes that are known by their names alone: nothing is trained."""
import numpy as np

from weir._library import WeirError, checked, ffi, lib, memory
from weir.classify import Verdict
from weir.logs import _bytes

_TEXT_BYTES = 8192  # of a text that `weir classify` reads


class NameClassifier:
    """Classes by name, as `weir classify --labels`. One thread at a time.

    labels    what the classes are called; each a str, or (label, description) where the label does not say what it
              stands for: ("other", "anything else")
    encoder   a weir.Encoder
    vectors   what stands for each class, 384 numbers
    """

    def __init__(self, labels, encoder):
        if isinstance(labels, (str, bytes)):
            raise WeirError("a list of labels is expected, not one text")
        pairs = [(one, "") if isinstance(one, str) else tuple(one) for one in labels]
        self.labels, self._encoder = [label for label, _ in pairs], encoder
        if not 2 <= len(pairs) <= lib.WEIR_NAMES_MAX:
            raise WeirError(f"labels: expected 2 to {lib.WEIR_NAMES_MAX} of them, not {len(pairs)}")
        twice = {label for label in self.labels if self.labels.count(label) > 1}
        if twice:
            raise WeirError(f"labels: {sorted(twice)[0]!r} is named twice")
        self.vectors = encoder.encode_names(pairs)

    def classify(self, texts, vectors=None):
        """A Verdict for each of `texts` (str or bytes). vectors: rows of 384 numbers, in place of the encoder's.

        Fewer than five texts a class are judged one by one. From there on all texts of a call are judged together:
        that is more often right, but then what is said of one depends on the others. Probabilities were held against
        nothing; their order is worth more than their size."""
        if isinstance(texts, (str, bytes)):
            raise WeirError("a list of texts is expected, not one text")
        texts = [_bytes(t)[:_TEXT_BYTES].decode(errors="ignore") for t in texts]
        p = self._probabilities(self._encoder.encode(texts) if vectors is None else self._checked(vectors, len(texts)))
        best = p.argmax(axis=1)
        return [Verdict(self.labels[b], float(row[b]), [self.labels[b]], -np.inf, True, [], row)
                for b, row in zip(best, p)]

    def _checked(self, vectors, rows):
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if vectors.shape != (rows, self.vectors.shape[1]):
            raise WeirError(f"vectors: {rows} rows of {self.vectors.shape[1]} numbers are expected, not an array of "
                            f"shape {vectors.shape}")
        return vectors

    def _probabilities(self, texts):
        names, rows = len(self.labels), len(texts)
        p = np.empty((rows, names), dtype=np.float32)
        work, _kept = memory(lib.weir_classify_names_memory(names, rows))
        checked(lib.weir_classify_names, _floats(self.vectors), names, _floats(texts), rows, work, _floats(p))
        return p


def _floats(array):
    return ffi.cast("float *", array.ctypes.data)
