"""Streams and series: alarms that explain themselves, changes of a mean, changes for good."""
from dataclasses import dataclass

import numpy as np

from weir._library import WeirError, checked, constructed, doubles, ffi, lib, memory

_ROOM = 256  # alarms taken from C at once


@dataclass(frozen=True)
class Alarm:
    """One start (or, with `over`, one end) of a deviation. Times are microseconds since 1970."""
    part: str       # who spoke
    over: bool
    above: bool     # too high, else too low
    start: int
    end: int
    value: float    # what deviates
    low: float      # where it was expected, 99 times in 100
    high: float
    score: float    # bits of surprise, 0 .. 64
    once_in: float  # expected once in so many samples
    _raw: bytes = b""

    def sentence(self, unit=""):
        raw = ffi.from_buffer("struct weir_alarm[]", self._raw)
        text = ffi.new("char[]", 512)
        lib.weir_alarm_sentence(raw, unit.encode(), text, len(text))
        return ffi.string(text).decode(errors="replace")


def _filled(scores, values):
    """The address of an array that C fills, or NULL."""
    if scores is None:
        return ffi.NULL
    if scores.dtype != np.float64 or scores.shape != values.shape or not scores.flags.c_contiguous:
        raise WeirError("scores: a contiguous array of float64, as long as values, is expected")
    return ffi.cast("double *", scores.ctypes.data)


def _alarm(a):
    return Alarm(ffi.string(lib.weir_part_name(a.part)).decode(), bool(a.over), bool(a.above), a.start, a.end, a.value,
                 a.low, a.high, a.score, a.once_in, bytes(ffi.buffer(ffi.addressof(a))))


class Detector:
    """One series. Feed it samples as they come; it learns by itself what is usual."""

    def __init__(self, *, counter=False, sensitivity=1.0, above=np.nan, below=np.nan, hysteresis=0.0, hold_us=0,
                 _saved=None):
        self._options = ffi.new("struct weir_detect_options *", {
            "counter": counter, "sensitivity": sensitivity, "above": above, "below": below, "hysteresis": hysteresis,
            "hold_us": hold_us})
        size = lib.weir_detector_size()
        if _saved is None:
            self._d, self._block = constructed(size, lib.weir_detector_init, self._options)
        else:
            self._d, self._block = constructed(size, lib.weir_detector_load, self._options, _saved, len(_saved))
        self._d = ffi.cast("weir_detector *", self._d)

    def feed(self, times, values, scores=None):
        """Take samples: times in microseconds (or datetime64) and values. Gives the alarms they raised. scores: an
        array of doubles to be filled with how new each sample is, 0 .. 1."""
        times = np.asarray(times)
        if times.dtype.kind == "M":
            times = times.astype("datetime64[us]").astype(np.int64)
        times = np.ascontiguousarray(times, dtype=np.int64)
        values, v = doubles(values)
        if times.shape != values.shape:
            raise WeirError(f"as many times as values are expected, not {times.shape} and {values.shape}")
        score = _filled(scores, values)
        t, room, count = ffi.cast("int64_t *", times.ctypes.data), ffi.new("struct weir_alarm[]",
                                                                           _ROOM), ffi.new("size_t *")
        alarms, done = [], 0
        while done < len(values):
            left = len(values) - done
            done += lib.weir_detector_feed(self._d, t + done, v + done, left, score + done if score else score,
                                            room, _ROOM, count)
            alarms += [_alarm(room[i]) for i in range(count[0])]
        return alarms

    @property
    def is_open(self):
        """Whether a learned deviation is going on."""
        return bool(lib.weir_detector_is_open(self._d))

    def save(self):
        """Bytes from which Detector.load goes on exactly."""
        out = ffi.new("char[]", lib.weir_detector_saved_size())
        checked(lib.weir_detector_save, self._d, out, len(out))
        return bytes(ffi.buffer(out))

    @classmethod
    def load(cls, saved, **options):
        return cls(_saved=saved, **options)


class Adwin:
    """Has the mean of a stream changed? (Bifet and Gavalda 2007)"""

    def __init__(self, delta=0.002):
        self._a, self._block = constructed(lib.weir_adwin_size(), lib.weir_adwin_init, delta)
        self._a = ffi.cast("weir_adwin *", self._a)

    def feed(self, values):
        """Take values; gives the indices at which a change was seen."""
        values, v = doubles(values)
        changed, seen, done = ffi.new("int *"), [], 0
        while done < len(values):
            done += lib.weir_adwin_feed(self._a, v + done, len(values) - done, changed)
            if changed[0]:
                seen.append(done - 1)
        return seen

    @property
    def mean(self):
        return lib.weir_adwin_mean(self._a)

    @property
    def width(self):
        return lib.weir_adwin_width(self._a)


@dataclass(frozen=True)
class Change:
    """The row `at` begins a new segment."""
    at: int
    kind: str  # level or trend
    column: int
    before: float
    after: float
    strength: float


def changes(values):
    """Where a series (or a table, rows x columns) changed for good."""
    array = np.asarray(values, dtype=np.float64)
    array, v = doubles(array[:, None] if array.ndim == 1 else array, 2)
    rows, columns = array.shape
    out, count = ffi.new("struct weir_change[]", lib.WEIR_CHANGES_MAX), ffi.new("size_t *")
    work, _block = memory(lib.weir_changes_memory(rows, columns))
    checked(lib.weir_changes, v, rows, columns, work, out, count)
    return [Change(c.at, ffi.string(lib.weir_change_name(c.kind)).decode(), c.column, c.before, c.after, c.strength)
            for c in out[0:count[0]]]


@dataclass(frozen=True)
class Discord:
    """A stretch unlike all others."""
    at: int         # its middle row
    length: int     # rows it may reach over
    score: float    # spreads above the usual
    once_in: float  # expected once in so many series like this one


def discords(values, most=3, start=0, period=0, scores=None):
    """The oddest places of a series, oddest first, from row `start` on. period: 0: found by itself."""
    values, v = doubles(values)
    out, count = ffi.new("struct weir_discord[]", most), ffi.new("size_t *")
    work, _block = memory(lib.weir_discords_memory(len(values)))
    checked(lib.weir_discords, v, len(values), start, period, work, _filled(scores, values), out, most, count)
    return [Discord(d.at, d.length, d.score, d.once_in) for d in out[0:count[0]]]
