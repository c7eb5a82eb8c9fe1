"""What feeds what: datasets, columns, jobs and pipelines."""
from dataclasses import dataclass

from weir._library import WeirError, checked, ffi, lib, memory
from weir.lineage import sql_raw
from weir.logs import _bytes, _string, _text

_KINDS = ("dataset", "column", "job", "pipeline")
_START = 1 << 20


@dataclass(frozen=True)
class Node:
    kind: str
    name: str     # of a column: "dataset.column"


@dataclass(frozen=True)
class Visit:
    node: Node
    depth: int    # edges from the start
    what: str     # of a walk: the flow it was reached by; of impact(): breaks, changes, rows, may or follows


class Visits(list):
    """Nearest first, the start itself first. cut: there is more."""
    cut = False


class Graph:
    """A graph in memory of its own, which doubles when it is full."""

    def __init__(self):
        self._log, self._size = [], _START
        self._new()

    def _new(self):
        self._block, out = ffi.new("char[]", self._size), ffi.new("weir_graph **")
        checked(lib.weir_graph_init, self._block, self._size, out)
        self._g = out[0]

    def _add(self, call, *args):
        """Do it, and once more in twice the memory when this one is full: what was done before is done again first."""
        while True:
            try:
                call(*args)
                break
            except WeirError as e:
                if e.code != lib.WEIR_LIMIT or self._size >= 1 << 33:
                    raise
                self._size *= 2
                self._new()
                for was, old in self._log:
                    was(*old)
        self._log.append((call, args))

    def _node(self, kind, name, dataset=0):
        out = ffi.new("uint32_t *")
        data = _bytes(name)  # C sees it where it is: it must outlive the call
        checked(lib.weir_graph_node, self._g, _KINDS.index(kind), _text(data), dataset, out)
        return out[0]

    def _feeds(self, source, target):
        ends = [self._node(kind, name) for kind, name in (source, target)]
        checked(lib.weir_graph_edge, self._g, *ends, lib.WEIR_NO_NODE, 0)

    def _flow(self, source, target, job, kind):
        via = self._node("job", job) if job else lib.WEIR_NO_NODE
        ends = []
        for dataset, column in (source, target):
            node = self._node("dataset", dataset)
            ends.append(self._node("column", column, node) if column else node)
        kinds = [ffi.string(lib.weir_flow_name(i)).decode() for i in range(9)]
        checked(lib.weir_graph_edge, self._g, *ends, via, kinds.index(kind))

    def _sql(self, job, text, dialect):
        sql, _kept = sql_raw(text, dialect)
        checked(lib.weir_graph_sql, self._g, self._node("job", job), sql)

    def job(self, name, reads=(), writes=()):
        """A job, and the datasets it reads and writes."""
        for dataset in reads:
            self._add(self._feeds, ("dataset", dataset), ("job", name))
        for dataset in writes:
            self._add(self._feeds, ("job", name), ("dataset", dataset))

    def flow(self, source, target, job=None, kind="identity"):
        """(dataset, column) -> (dataset, column); a target column of None: it decides over the rows."""
        self._add(self._flow, source, target, job, kind)

    def sql(self, job, text, dialect=None):
        """All that a job's SQL says."""
        self._add(self._sql, job, text, dialect)

    def __len__(self):
        return lib.weir_graph_count(self._g)

    def _lookup(self, kind, name, dataset=0):
        data = _bytes(name)
        return lib.weir_graph_find(self._g, _KINDS.index(kind), _text(data), dataset)

    def _find(self, name):
        for kind in ("pipeline", "job", "dataset"):
            found = self._lookup(kind, name)
            if found != lib.WEIR_NO_NODE:
                return found
        return self._column(name)

    def _column(self, name):
        dataset, _, column = name.rpartition(".")
        parent = self._lookup("dataset", dataset)
        found = self._lookup("column", column, parent) if parent != lib.WEIR_NO_NODE else lib.WEIR_NO_NODE
        if found == lib.WEIR_NO_NODE:
            raise WeirError(f"'{name}' is no node of the graph, or could be several")
        return found

    def _label(self, id):
        n = lib.weir_graph_get(self._g, id)
        own = _string(n.name)
        return Node(_KINDS[n.kind], own if n.parent == lib.WEIR_NO_NODE else f"{self._label(n.parent).name}.{own}")

    def _visits(self, what, call, *args):
        out = ffi.new("struct weir_visits *")
        work, _block = memory(lib.weir_graph_walk_memory(args[-1]))
        checked(call, self._g, *args, work, out)
        found = Visits(Visit(self._label(v.node), v.depth, ffi.string(what(v.what)).decode())
                       for v in out.items[0:out.count])
        found.cut = bool(out.cut)
        return found

    def up(self, name, depth=0, most=1000):
        """What feeds a pipeline, job, dataset (whole name, or its end) or "dataset.column"."""
        return self._visits(lib.weir_flow_name, lib.weir_graph_walk, self._find(name), 1, depth, most)

    def down(self, name, depth=0, most=1000):
        """What it feeds."""
        return self._visits(lib.weir_flow_name, lib.weir_graph_walk, self._find(name), 0, depth, most)

    def impact(self, column, most=1000):
        """What hangs on "dataset.column"."""
        return self._visits(lib.weir_impact_name, lib.weir_graph_impact, self._column(column), most)
