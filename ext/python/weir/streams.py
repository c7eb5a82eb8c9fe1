"""Numbers one after another: has the stream changed? And a classifier whose labels are not known yet: how well does it
do?"""
from dataclasses import dataclass

import numpy as np

from weir._library import WeirError, checked, constructed, doubles, ffi, lib, memory

_WATCHES = {"ranks": 0, "page_hinkley": 1, "ddm": 2, "eddm": 3}
_STATES = {1: "warning", 2: "changed"}


@dataclass(frozen=True)
class StreamAlarm:
    """The value `at` (counted from the first that was fed) raised it."""
    at: int
    state: str      # warning (DDM and EDDM only) or changed
    ago: float      # ranks: about how many values ago the change was
    before: float   # ranks: the median before it
    rank: float     # ranks: mean rank of what came after (0.5 as before); page_hinkley: 1 up, 0 down


class Stream:
    """Watches a stream in constant memory. kind: "ranks" (any numbers; false alarms are bounded), "page_hinkley" (the
    mean, in the stream's unit), "ddm" or "eddm" (a model's answers: 0 right, 1 wrong). Options: delta, threshold,
    alpha, least."""

    def __init__(self, kind="ranks", **options):
        if kind not in _WATCHES:
            raise WeirError(f"kind: '{kind}' is none of {', '.join(_WATCHES)}")
        given = ffi.new("struct weir_stream_options *")
        lib.weir_stream_options_default(_WATCHES[kind], given)
        for name, value in options.items():
            if not hasattr(given, name):
                raise WeirError(f"{name}: no such option")
            setattr(given, name, value)
        self._take(*constructed(lib.weir_stream_size(), lib.weir_stream_init, _WATCHES[kind], given))

    def _take(self, stream, block):
        self._s, self._block, self._fed = ffi.cast("weir_stream *", stream), block, 0

    def feed(self, values):
        """Take values; gives the alarms. Each is told where it was raised; after "changed" the stream starts anew by
        itself."""
        values, v = doubles(values)
        state, out, done = ffi.new("int *"), [], 0
        while done < len(values):
            done += lib.weir_stream_feed(self._s, v + done, len(values) - done, state)
            if state[0]:
                c = lib.weir_stream_change(self._s)
                out.append(StreamAlarm(self._fed + done - 1, _STATES[state[0]], c.ago, c.before, c.rank))
        self._fed += done
        return out

    def save(self):
        """Bytes from which load() goes on."""
        return bytes(ffi.buffer(self._s, lib.weir_stream_size()))

    @classmethod
    def load(cls, saved):
        made = cls.__new__(cls)
        made._take(*constructed(lib.weir_stream_size(), lib.weir_stream_load, ffi.from_buffer(saved), len(saved)))
        return made


@dataclass(frozen=True)
class Estimate:
    value: float     # NaN when there is no usable row
    error: float     # one standard error of sampling
    low: float
    high: float
    realized: float  # from the labels, NaN without them
    alert: bool      # outside what the chunks of the reference had


def _bits(values, n, name):
    if values is None:
        return None, ffi.NULL
    array = np.asarray(values)
    if array.shape != (n,) or not np.isin(array, (0, 1)).all():
        raise WeirError(f"{name}: {n} values of 0 or 1 are expected")
    array = np.ascontiguousarray(array, dtype=np.uint8)
    return array, ffi.cast("unsigned char *", array.ctypes.data)


class Estimator:
    """How well a binary classifier does before its labels are known (CBPE). Learns from answers whose labels are:
    probabilities of class 1, what was predicted, what was true. chunk: rows of one chunk of them, to learn how far a
    metric usually strays."""

    def __init__(self, proba, predicted, label, chunk=1000, calibrate=None):
        answers, _kept = self._answers(proba, predicted, label)
        how = {None: lib.WEIR_CALIBRATE_IF_IT_HELPS, True: lib.WEIR_CALIBRATE_ALWAYS,
               False: lib.WEIR_CALIBRATE_NEVER}[calibrate]
        work, _block = memory(lib.weir_estimator_work(answers.n))
        self._e, self._block = constructed(lib.weir_estimator_size(answers.n), lib.weir_estimator_init, answers, chunk,
                                           how, work)
        self._e = ffi.cast("weir_estimator *", self._e)

    @staticmethod
    def _answers(proba, predicted, label):
        proba, p = doubles(proba)
        said, s = _bits(predicted, len(proba), "predicted")
        true, t = _bits(label, len(proba), "label")
        return ffi.new("struct weir_answers *", {"proba": p, "predicted": s, "label": t, "n": len(proba)}), (proba,
                                                                                                             said, true)

    @property
    def calibrated(self):
        return bool(lib.weir_estimator_calibrated(self._e))

    def estimate(self, proba, predicted, label=None):
        """A dict of Estimate by metric: accuracy, precision, recall, f1, specificity, roc_auc."""
        answers, _kept = self._answers(proba, predicted, label)
        work, _block = memory(lib.weir_estimate_work(answers.n))
        out = ffi.new("struct weir_estimate[]", lib.WEIR_METRICS)
        checked(lib.weir_estimate, self._e, answers, work, out)
        return {ffi.string(lib.weir_metric_name(i)).decode(): Estimate(e.value, e.error, e.low, e.high, e.realized,
                                                                       bool(e.alert))
                for i, e in enumerate(out)}
