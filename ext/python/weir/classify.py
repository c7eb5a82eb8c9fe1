"""Texts into the classes that `weir text train` learned."""
from dataclasses import dataclass, field

import numpy as np

from weir._library import WeirError, checked, constructed, ffi, lib, mapped, memory
from weir.logs import _bytes

_LEVELS = {0.90: lib.WEIR_SET_90, 0.95: lib.WEIR_SET_95, 0.99: lib.WEIR_SET_99}
_GROUP = 256  # texts whose vectors are in memory at once


@dataclass(frozen=True)
class Verdict:
    label: str | None   # None: none of these
    probability: float  # of the likeliest label, as if the text were of one
    set: list           # the labels that hold the truth in `level` of texts, likeliest first; never empty
    outside: float      # log odds of "none of these"; -inf: the model was not taught it
    known: bool         # False: no word or run of characters was seen in training, and there was no vector
    why: list = field(default_factory=list)  # (word, gain), strongest first; below 0 it spoke against
    probabilities: np.ndarray = field(default=None, compare=False, repr=False)  # of Classifier.labels, in their order


class Classifier:
    """The model in a file that `weir text train` makes. With an encoder (weir.Encoder) it reads sentence vectors, too,
    and is more often right. One thread at a time.

    labels   of the model, in the order of probabilities
    dim      numbers of the vectors it takes; 0: words alone
    layers   of the encoder that they are made of; 0: they were made elsewhere
    """

    def __init__(self, path, encoder=None):
        self._model = mapped(path)
        self._classifier, self._memory = constructed(lib.weir_classifier_size(), lib.weir_classifier_init,
                                                     self._model, len(self._model))
        self._work, self._kept_work = memory(lib.weir_classify_memory())
        self.labels = [_label(self._classifier, i) for i in range(lib.weir_classifier_labels(self._classifier))]
        self.dim = lib.weir_classifier_dim(self._classifier)
        self.layers = lib.weir_classifier_layers(self._classifier)
        if encoder is not None and self.dim and not self.layers:
            raise WeirError("the model wants vectors that were made elsewhere: give them with the texts")
        self._encoder = encoder

    def classify(self, texts, vectors=None, level=0.95, why=0):
        """A Verdict for each of `texts` (str or bytes). vectors: rows of `dim` numbers of length 1, in place of the
        encoder's. level: .90, .95 or .99, of the sets. why: how many words that spoke are told (64 at most)."""
        if isinstance(texts, (str, bytes)):
            raise WeirError("a list of texts is expected, not one text")
        if level not in _LEVELS:
            raise WeirError(f"level: expected .90, .95 or .99, not {level}")
        texts, verdicts = list(texts), []
        vectors = None if vectors is None else self._checked(vectors, len(texts))
        for at in range(0, len(texts), _GROUP):
            group = texts[at:at + _GROUP]
            rows = self._vectors(group) if vectors is None else vectors[at:at + _GROUP]
            verdicts += [self._one(_bytes(t), None if rows is None else rows[i], _LEVELS[level], why)
                         for i, t in enumerate(group)]
        return verdicts

    def _checked(self, vectors, rows):
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if not self.dim or vectors.shape != (rows, self.dim):
            wanted = f"{rows} rows of {self.dim} numbers are expected" if self.dim else "the model takes none"
            raise WeirError(f"vectors: {wanted}, not an array of shape {vectors.shape}")
        return vectors

    def _vectors(self, texts):
        return self._encoder.encode(texts, self.layers) if self._encoder and self.layers else None

    def _one(self, text, vector, level, why):
        kept, v = ffi.from_buffer(text), ffi.new("struct weir_verdict *")
        floats = ffi.NULL if vector is None else ffi.cast("float *", vector.ctypes.data)
        checked(lib.weir_classify, self._classifier, (kept, len(kept)), floats, level, self._work, v)
        # All of it is copied here: v stands in the work of the next call.
        probabilities = np.frombuffer(ffi.buffer(v.p, 4 * len(self.labels)), dtype=np.float32).copy()
        best, none, outside, known = v.best, v.none, v.outside, bool(v.known)
        labels = [self.labels[i] for i in v.set[0:v.set_count]]
        clues = self._why(text, kept, best, why) if why > 0 else []
        return Verdict(None if none else self.labels[best], float(probabilities[best]), labels, outside, known, clues,
                       probabilities)

    def _why(self, text, kept, label, most):
        most = min(most, lib.WEIR_CLUES_MAX)
        clues, count = ffi.new("struct weir_clue[]", most), ffi.new("size_t *")
        checked(lib.weir_classify_why, self._classifier, (kept, len(kept)), label, self._work, clues, most, count)
        return [(text[c.at:c.at + c.len].decode(errors="replace"), c.gain) for c in clues[0:count[0]]]


def _label(classifier, i):
    label = lib.weir_classifier_label(classifier, i)
    return ffi.buffer(label.ptr, label.len)[:].decode()
