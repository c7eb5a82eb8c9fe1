"""Is a column still distributed as it was?"""
from dataclasses import dataclass

import numpy as np

from weir._library import checked, constructed, doubles, ffi, lib, memory

_FIELDS = ["psi", "js", "ks", "ks_p", "kuiper", "wasserstein", "chi2", "chi2_freedom", "chi2_p", "cramers_v", "moved",
           "new_values", "vanished_values"]
_PAIRS = ["rows", "missing", "mean", "sd", "distinct"]


@dataclass(frozen=True)
class Part:
    """One test of a column's battery."""
    p: float
    charged: float  # after the correction over the battery
    effect: float
    unit: str       # of the effect
    big: bool       # the effect is big enough to matter


@dataclass(frozen=True)
class Drift:
    """What came out for a column. Pairs are (reference, current); what does not apply to its kind is NaN."""
    drift: bool
    loudest: str     # the part that speaks most
    p: float
    adjusted: float  # after the correction across the columns decided together
    sentence: str
    parts: dict
    psi: float
    js: float
    ks: float
    ks_p: float
    kuiper: float
    wasserstein: float
    chi2: float
    chi2_freedom: float
    chi2_p: float
    cramers_v: float
    moved: float
    new_values: int
    vanished_values: int
    rows: tuple
    missing: tuple
    mean: tuple
    sd: tuple
    distinct: tuple
    quantiles: tuple  # least, .01, .25, .5, .75, .99, most; of the reference and of the current sample


def _drift(d):
    parts = {}
    for i, part in enumerate(d.part):
        if part.active:
            name, unit = (ffi.string(f(i)).decode() for f in (lib.weir_drift_part_name, lib.weir_drift_part_unit))
            parts[name] = Part(part.p, part.charged, part.effect, unit, bool(part.big))
    return Drift(bool(d.drift), ffi.string(lib.weir_drift_part_name(d.loudest)).decode(), d.p, d.adjusted,
                 ffi.string(d.sentence).decode(errors="replace"), parts, **{f: getattr(d, f) for f in _FIELDS},
                 **{f: tuple(getattr(d, f)) for f in _PAIRS}, quantiles=tuple(tuple(q) for q in d.quantile))


def _texts(values):
    """An array of weir_text; None is missing. The second result keeps the bytes alive."""
    kept = [None if v is None or v != v else str(v).encode() for v in values]
    out = ffi.new("struct weir_text[]", max(len(kept), 1))
    held = [None if k is None else ffi.from_buffer(k) for k in kept]
    for slot, buffer in zip(out, held):
        if buffer is not None:
            slot.ptr, slot.len = ffi.cast("char *", buffer), len(buffer)
    return out, len(kept), (kept, held)


def _compare(reference, current, out):
    ref = np.asarray(reference)
    if ref.dtype.kind in "fiub":
        ref, r = doubles(reference)
        cur, c = doubles(current)
        work, _block = memory(lib.weir_drift_numbers_memory(len(ref), len(cur)))
        checked(lib.weir_drift_numbers, r, len(ref), c, len(cur), work, out)
    else:
        r, m, _kept_r = _texts(reference)
        c, n, _kept_c = _texts(current)
        work, _block = memory(lib.weir_drift_words_memory())
        checked(lib.weir_drift_words, r, m, c, n, work, out)


def drift(reference, current):
    """Compare two samples of one column: numbers (NaN: missing) or categories (None: missing)."""
    out = ffi.new("struct weir_drift *")
    _compare(reference, current, out)
    return _drift(out)


def drift_table(reference, current, alarm=0.03):
    """Compare two tables, each a mapping from column to values; gives {column: Drift}, corrected across the columns
    they share. alarm: the chance of a false alarm in a table that has not changed."""
    names = [name for name in reference if name in current]
    out = ffi.new("struct weir_drift[]", max(len(names), 1))
    for i, name in enumerate(names):
        _compare(reference[name], current[name], out + i)
    work, _block = memory(lib.weir_drift_decide_memory(len(names)))
    checked(lib.weir_drift_decide, out, len(names), alarm, work)
    return {name: _drift(out[i]) for i, name in enumerate(names)}


class Sketch:
    """Numbers in constant memory, for samples that do not fit: add parts as they come, merge sketches made apart."""

    def __init__(self, values=()):
        self._s, self._block = constructed(lib.weir_sketch_size(), lib.weir_sketch_init)
        self._s = ffi.cast("weir_sketch *", self._s)
        self.add(values)

    def add(self, values):
        values, v = doubles(values)
        lib.weir_sketch_add(self._s, v, len(values))
        return self

    def merge(self, other):
        lib.weir_sketch_merge(self._s, other._s)
        return self

    def drift(self, current):
        """Compare this sketch, as the reference, with the one of the current sample."""
        out = ffi.new("struct weir_drift *")
        work, _block = memory(lib.weir_drift_sketches_memory())
        checked(lib.weir_drift_sketches, self._s, current._s, work, out)
        return _drift(out)


class Words:
    """Counts of categories in constant memory (None: missing): add parts as they come, merge those made apart."""

    def __init__(self, values=()):
        self._w, self._block = constructed(lib.weir_words_size(), lib.weir_words_init)
        self._w = ffi.cast("weir_words *", self._w)
        self.add(values)

    def add(self, values):
        texts, n, _kept = _texts(values)
        lib.weir_words_add(self._w, texts, n)
        return self

    def merge(self, other):
        lib.weir_words_merge(self._w, other._w)
        return self

    def drift(self, current):
        """Compare these, as the reference, with those of the current sample."""
        out = ffi.new("struct weir_drift *")
        work, _block = memory(lib.weir_drift_counted_memory())
        checked(lib.weir_drift_counted, self._w, current._w, work, out)
        return _drift(out)
