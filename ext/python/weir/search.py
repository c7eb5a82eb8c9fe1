"""Passages found by their words and by their meaning, with the reasons."""
import functools
import math
from dataclasses import dataclass, field

import numpy as np

from weir._library import WeirError, checked, ffi, lib, memory
from weir.logs import _bytes


@dataclass(frozen=True)
class Found:
    """The best passage of a document. score: 0..1 within this search, and the passage's prior."""
    document: object
    passage: int
    score: float
    words: float
    similarity: float | None
    title_similarity: float | None
    covered: float
    why: dict = field(default_factory=dict)


class Search:
    """An index of passages. Words alone, or with vectors of `dim` numbers (weir.Encoder gives some of 384). `stem`
    takes a word in lower case and gives its stem; snowballstemmer.stemmer("english").stemWord is what weir itself does.

    >>> search = weir.Search()
    >>> search.add("disk.md", "Disk full", "No space left on the volume.")
    >>> search.ask("space on the volume")[0].document
    'disk.md'
    """

    def __init__(self, dim=0, stem=None, weights=(0, 0, 0)):
        self._options = ffi.new("struct weir_search_options *", {"dim": dim})
        self._options.words, self._options.vector, self._options.title = weights
        if stem:
            self._callback = _stemmer(stem)
            self._options.stem = self._callback
        self._dim, self._passages, self._numbers, self._bytes = dim, [], {}, 0
        self._index = self._memory = None

    def __len__(self):
        return len(self._passages)

    def add(self, document, title, text, vector=None, title_vector=None, prior=0.0):
        """One passage. Passages of one document (any hashable name) are added one after another."""
        if self._passages and document in self._numbers and self._passages[-1][0] != document:
            raise WeirError("passages of one document are added one after another")
        kept = [ffi.from_buffer(_bytes(title)), ffi.from_buffer(_bytes(text))]
        vectors = [self._vector(v) for v in (vector, title_vector)]
        self._numbers.setdefault(document, len(self._numbers))
        self._passages.append((document, kept, vectors, prior))
        self._bytes += sum(map(len, kept))
        self._index = None

    def _vector(self, v):
        if v is None:
            return None
        v = np.ascontiguousarray(v, dtype=np.float32)
        if v.shape != (self._dim,):
            raise WeirError(f"a vector of {self._dim} numbers is expected, not of shape {v.shape}")
        return v

    def _make(self, size):
        block, out, error = ffi.new("char[]", size), ffi.new("weir_search **"), ffi.new("struct weir_error *")
        checked(lambda e: lib.weir_search_init(block, size, self._options, out, e))
        for document, (title, text), (vector, title_vector), prior in self._passages:
            p = ffi.new("struct weir_passage *", {
                "document": self._numbers[document], "title": (title, len(title)), "text": (text, len(text)),
                "vector": _floats(vector), "title_vector": _floats(title_vector), "prior": prior})
            if lib.weir_search_add(out[0], p, error) == lib.WEIR_LIMIT:
                return False
            if error.code:
                raise WeirError(ffi.string(error.message).decode(), error.code)
        if lib.weir_search_finish(out[0], error) != lib.WEIR_OK:
            return False
        self._index, self._memory = out[0], block
        return True

    def finish(self):
        """Make the index; asking does it, too."""
        size = lib.weir_search_memory(len(self._passages), self._bytes, self._dim)
        while not self._make(size):
            size *= 2
        return self

    def ask(self, question, vector=None, k=10):
        """The best k documents, best first, as Found."""
        if self._index is None:
            self.finish()
        work, keep = memory(lib.weir_search_work_memory(self._index))
        text, v = _bytes(question), self._vector(vector)
        kept = ffi.from_buffer(text)
        found, count = ffi.new("struct weir_found **"), ffi.new("size_t *")
        checked(lib.weir_search_ask, self._index, (kept, len(kept)), _floats(v), k, work, found, count)
        hits = [self._found(found[0][i], text) for i in range(count[0])]
        del keep  # what was found stands in it
        return hits

    def _found(self, f, question):
        why = {bytes(question[r.at:r.at + r.len]).decode(errors="replace"): r.share
               for r in f.reasons[0:f.reason_count]}
        return Found(self._passages[f.passage][0], f.passage, f.score, f.words, _number(f.similarity),
                     _number(f.title_similarity), f.covered, why)


def _number(x):
    return None if math.isnan(x) else x


def _floats(v):
    return ffi.NULL if v is None else ffi.cast("float *", v.ctypes.data)


def _stemmer(stem):
    @functools.lru_cache(maxsize=1 << 16)
    def one(word):
        return stem(word.decode(errors="replace")).encode()

    @ffi.callback("size_t(void *, const char *, size_t, char *, size_t)")
    def call(_ctx, word, n, out, room):
        to = one(ffi.buffer(word, n)[:])
        if not to or len(to) > room:
            return 0
        ffi.memmove(out, to, len(to))
        return len(to)

    return call
