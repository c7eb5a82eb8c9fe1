"""Log lines: templates, alarms, and what is new in a failed run."""
from dataclasses import dataclass

from weir._library import checked, constructed, ffi, lib, memory


@dataclass(frozen=True)
class LogAlarm:
    kind: str       # new, rate, sequence or value
    template: int
    after: int      # sequence: the template before it
    line: int       # that raised it, from 1
    bits: float     # of surprise
    value: float    # rate: lines in the window; value: the number
    high: float     # what is usual


@dataclass(frozen=True)
class Template:
    id: int
    text: str
    count: int
    first: int      # which line, from 1
    last: int
    sample: str


@dataclass(frozen=True)
class DiffLine:
    number: int     # in the failed run, from 1
    text: str
    score: float
    begins: bool    # the first of a block


@dataclass(frozen=True)
class LogDiff:
    lines: list     # that carry the error, in order
    ranked: list    # the best of them, best first
    fresh: int      # lines that the passed run does not have
    guessed: bool   # no line speaks of trouble: these are just what is new


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def _text(data):
    return ffi.new("struct weir_text *", {"ptr": ffi.from_buffer(data), "len": len(data)})[0]


def _string(text):
    return ffi.buffer(text.ptr, text.len)[:].decode(errors="replace") if text.len else ""


class Log:
    """Learns the templates of a log from its lines and says what is unusual."""

    def __init__(self, max_templates=4096):
        self._l, self._block = constructed(lib.weir_log_size(max_templates), lib.weir_log_init, max_templates)
        self._l = ffi.cast("weir_log *", self._l)
        self._id, self._room = ffi.new("uint32_t *"), ffi.new("struct weir_log_alarm[]", lib.WEIR_LOG_ALARMS_MAX)

    def add(self, line, time_us=0):
        """Take one line; gives (id of its template, alarms). Ids of templates that became one have the same root()."""
        data = _bytes(line)
        n = lib.weir_log_add(self._l, _text(data), time_us, self._id, self._room)
        return self._id[0], [LogAlarm(ffi.string(lib.weir_log_alarm_name(a.kind)).decode(), a.id, a.after, a.line,
                                      a.bits, a.value, a.high) for a in self._room[0:n]]

    def root(self, id):
        return lib.weir_log_root(self._l, id)

    def templates(self):
        at, t, text, out = ffi.new("uint32_t *"), ffi.new("struct weir_log_template *"), ffi.new("char[]", 1024), []
        while lib.weir_log_next(self._l, at, t):
            lib.weir_log_text(self._l, t.id, text, len(text))
            out.append(Template(t.id, ffi.string(text).decode(errors="replace"), t.count, t.first, t.last,
                                _string(t.sample)))
        return out


def log_diff(passed, failed):
    """What is new in the output of a failed run, compared with one that passed."""
    passed, failed = _bytes(passed), _bytes(failed)
    p, f, out = _text(passed), _text(failed), ffi.new("struct weir_log_diff *")
    work, _block = memory(lib.weir_log_diff_memory(p, f))
    checked(lib.weir_log_diff, p, f, work, out)

    def lines(first, count):
        return [DiffLine(x.number, _string(x.text), x.score, bool(x.begins)) for x in first[0:count]]
    return LogDiff(lines(out.lines, out.count), lines(out.ranked, out.ranked_count), out.fresh, bool(out.guessed))
