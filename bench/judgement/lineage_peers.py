"""Runs under the peers' Python: TASK, data as JSON on stdin, the answer as the last line of JSON on stdout."""
import inspect
import json
import logging
import os
import pathlib
import subprocess
import sys
import tarfile
import time

logging.disable(50)


def timed(texts, read, key):
    start, out = time.process_time(), []
    for text in texts:
        try:
            out.append(sorted(read(text)))
        except Exception:  # a text that a peer does not read gives nothing
            out.append([])
    return {key: out, "seconds": time.process_time() - start}


def oracle(texts):
    import pglast

    def walk(node, ctes, reads):
        if isinstance(node, list):
            for one in node:
                walk(one, ctes, reads)
        if not isinstance(node, dict):
            return
        clause = node.get("withClause")
        if clause:
            seen = set(ctes)
            for c in (c["CommonTableExpr"] for c in clause["ctes"]):
                walk(c["ctequery"], seen | ({c["ctename"]} if clause.get("recursive") else set()), reads)
                seen.add(c["ctename"])
            ctes = seen
        table = node.get("RangeVar")
        if table and not (table.get("schemaname") is None and table["relname"] in ctes):
            reads.add(".".join(x for x in (table.get("catalogname"), table.get("schemaname"), table["relname"]) if x))
        for key, value in node.items():
            if key != "withClause":
                walk(value, ctes, reads)

    def tables(text):
        reads = set()
        walk(json.loads(pglast.parser.parse_sql_json(text)), frozenset(), reads)
        return reads
    return timed(texts, tables, "tables")


def sqlglot_tables(texts):
    import sqlglot
    from sqlglot import exp

    def tables(text):
        tree = sqlglot.parse_one(text, read="postgres")
        ctes = {c.alias for c in tree.find_all(exp.CTE)}
        return {".".join(p.name for p in t.parts) for t in tree.find_all(exp.Table)} - ctes
    return timed(texts, tables, "tables")


def openlineage_tables(texts):
    from openlineage_sql import parse
    return timed(texts, lambda text: {t.qualified_name for t in parse([text], dialect="postgres").in_tables}, "tables")


def sqlglot_columns(texts):
    import sqlglot
    from sqlglot import exp
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import traverse_scope

    def columns(one):
        tree = qualify(sqlglot.parse_one(one["sql"], read="sqlite"), dialect="sqlite",
                       schema={t: {c: "text" for c in cs} for t, cs in one["schemas"].items()},
                       validate_qualify_columns=False)
        out = set()
        for scope in traverse_scope(tree):
            for c in scope.columns:
                source = scope.sources.get(c.table)
                if isinstance(source, exp.Table):
                    out.add((source.name.lower(), c.name.lower()))
        return out
    return timed(texts, columns, "columns")


# --- sqllineage's tests, with their assertions replaced by a note of what they assert ---

def fetched(folder):
    home = pathlib.Path(folder) / "sqllineage-1.5.9"
    if not home.is_dir():
        subprocess.run([sys.executable, "-m", "pip", "-q", "download", "--no-deps", "--no-binary", ":all:", "-d",
                        folder, "sqllineage==1.5.9"],
                       check=True, capture_output=True)
        with tarfile.open(f"{home}.tar.gz") as tar:
            tar.extractall(folder, filter="data")
    return home


def cases(data):
    home = fetched(data["folder"])
    sys.path.insert(0, str(home))
    os.chdir(home)
    import pytest
    from sqllineage.core.models import Table
    from tests import helpers
    found, known = [], set()

    def keep(case):
        key = json.dumps(case, sort_keys=True)
        if key not in known and any(f.function.startswith("test") for f in inspect.stack()):
            known.add(key)
            found.append(case)

    def name(table):
        return str(Table(table)) if isinstance(table, str) else str(table)

    def tables(sql, source_tables=None, target_tables=None, dialect="ansi", **_):
        keep({"kind": "table", "sql": sql, "dialect": dialect, "reads": sorted(map(name, source_tables or [])),
              "writes": sorted(map(name, target_tables or []))})

    def columns(sql, column_lineages=None, dialect="ansi", metadata_provider=None, **_):
        known_columns = getattr(metadata_provider, "metadata", None) if metadata_provider else {}
        if isinstance(known_columns, dict):
            ends = [[[name(c.qualifier) if c.qualifier is not None else "", c.column] for c in flow]
                    for flow in column_lineages or []]
            keep({"kind": "column", "sql": sql, "dialect": dialect, "flows": ends, "schemas": known_columns})
    helpers.assert_table_lineage_equal, helpers.assert_column_lineage_equal = tables, columns
    out, sys.stdout = sys.stdout, sys.stderr
    pytest.main(["-q", "--no-header", "-p", "no:cacheprovider", "tests/sql"])
    sys.stdout = out
    return found


def openlineage(case):
    """What openlineage-sql reads, in the shape of bench_lineage's statements."""
    from openlineage_sql import parse
    dialect = {"sparksql": "spark", "tsql": "mssql", "ansi": "ansi"}.get(case["dialect"], case["dialect"])
    try:
        m = parse([case["sql"]], dialect=dialect)
    except Exception:
        return []
    writes = [t.qualified_name for t in m.out_tables]
    flows = [{"from": {"table": c.origin.qualified_name if c.origin else "", "column": c.name},
              "to": {"table": writes[0] if writes else "", "column": one.descendant.name}}
             for one in m.column_lineage for c in one.lineage]
    return [{"kind": "", "reads": [t.qualified_name for t in m.in_tables], "writes": writes, "flows": flows}]


def openlineage_cases(data):
    return [openlineage(c) for c in data]


TASKS = {"oracle": oracle, "sqlglot_tables": sqlglot_tables, "openlineage_tables": openlineage_tables,
         "sqlglot_columns": sqlglot_columns,
         "cases": cases, "openlineage_table_cases": openlineage_cases, "openlineage_column_cases": openlineage_cases}
print("\n" + json.dumps(TASKS[sys.argv[1]](json.load(sys.stdin))))
