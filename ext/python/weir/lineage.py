"""What SQL reads and writes, down to columns."""
from dataclasses import dataclass

from weir._library import WeirError, checked, ffi, lib, memory
from weir.logs import _bytes, _string, _text


@dataclass(frozen=True)
class Flow:
    """A column that feeds another. An empty to_column means the whole target; "*" stands for all columns of a table."""
    from_table: str
    from_column: str
    to_table: str
    to_column: str
    kind: str


@dataclass(frozen=True)
class Statement:
    kind: str
    line: int
    reads: list
    writes: list
    columns: list
    flows: list


@dataclass(frozen=True)
class SqlLineage:
    statements: list
    skipped: int     # statements and blocks passed over
    truncated: bool


def _statement(s):
    flows = [Flow(_string(f.from_table), _string(f.from_column), _string(f.to_table), _string(f.to_column),
                  ffi.string(lib.weir_flow_name(f.kind)).decode()) for f in s.flows[0:s.flow_count]]
    return Statement(_string(s.kind), s.line, [_string(t) for t in s.reads[0:s.read_count]],
                     [_string(t) for t in s.writes[0:s.write_count]], [_string(t) for t in s.columns[0:s.column_count]],
                     flows)


def sql_raw(text, dialect=None):
    """The C result, and what keeps it alive."""
    data, out = _bytes(text), ffi.new("struct weir_sql *")
    kept, name, size = _text(data), ffi.NULL if dialect is None else dialect.encode(), lib.weir_sql_memory(len(data))
    for last in (False, False, True):
        work, block = memory(size)
        try:
            checked(lib.weir_sql, kept, name, work, out)
            return out, (data, kept, block)
        except WeirError as e:
            if last or e.code != lib.WEIR_LIMIT:
                raise
            size *= 4


def sql_lineage(text, dialect=None):
    """The statements of a SQL text. dialect: None for any, or "postgres", "mysql", "bigquery", "snowflake", ..."""
    out, _kept = sql_raw(text, dialect)
    return SqlLineage([_statement(s) for s in out.statements[0:out.count]], out.skipped, bool(out.truncated))
