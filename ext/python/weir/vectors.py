"""Two sets of vectors (embeddings) or of texts: do they come from one distribution?"""
from dataclasses import dataclass

from weir._library import WeirError, checked, doubles, ffi, lib, memory
from weir.logs import _bytes, _string


@dataclass(frozen=True)
class Mmd:
    distance: float  # maximum mean discrepancy, squared, biased
    excess: float    # the same less what chance gives: the effect size
    p: float
    rows: tuple      # used of each


@dataclass(frozen=True)
class Domain:
    auc: float   # 0.5: cannot be told apart, 1: always
    p: float
    rows: tuple
    terms: list  # (column or word, weight in log odds), heaviest first; above 0 speaks for the current one


def _pair(reference, current):
    (reference, r), (current, c) = doubles(reference, 2), doubles(current, 2)
    if reference.shape[1] != current.shape[1]:
        raise WeirError(f"current: rows of {reference.shape[1]} numbers are expected, not of {current.shape[1]}")
    return (r, len(reference), c, len(current), reference.shape[1]), (reference, current)


def mmd(reference, current, seed=1):
    """Maximum mean discrepancy of two arrays, rows x numbers: sees any difference of the distributions."""
    arrays, _kept = _pair(reference, current)
    out = ffi.new("struct weir_mmd_result *")
    work, _block = memory(lib.weir_mmd_memory(arrays[4]))
    checked(lib.weir_mmd, *arrays, seed, work, out)
    return Mmd(out.distance, out.excess, out.p, tuple(out.rows))


def _domain(out, named):
    return Domain(out.auc, out.p, tuple(out.rows),
                  [(_string(t.name) if named else t.column, t.weight) for t in out.terms[0:out.term_count]])


def told_apart(reference, current):
    """Train a classifier to tell two arrays apart (rows x numbers), or two lists of texts, and score it on rows it has
    not seen."""
    out = ffi.new("struct weir_domain *")
    if len(reference) and isinstance(reference[0], (str, bytes)):
        sides = [[_bytes(t) for t in side] for side in (reference, current)]
        kept = [[ffi.from_buffer(t) for t in side] for side in sides]
        texts = [ffi.new("struct weir_text[]", [{"ptr": b, "len": len(b)} for b in side]) for side in kept]
        m, n = map(len, sides)
        work, _block = memory(lib.weir_domain_texts_memory(m, n, sum(len(t) for side in sides for t in side)))
        checked(lib.weir_domain_texts, texts[0], m, texts[1], n, work, out)
        return _domain(out, True)
    arrays, _kept = _pair(reference, current)
    work, _block = memory(lib.weir_domain_memory(arrays[1], arrays[3], arrays[4]))
    checked(lib.weir_domain, *arrays, work, out)
    return _domain(out, False)
