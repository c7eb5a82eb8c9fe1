"""What SQL reads and writes, beside the parsers of others; and questions to a graph of 100,000 nodes.

Truths come from programs that must be right: tables of PostgreSQL texts from PostgreSQL's own parser (libpg_query, its
CTEs resolved by scope), columns of Spider's queries from SQLite's authorizer while it prepares them on the real schema,
and the statements with labels by hand of sqllineage's own tests (10 dialects; fetched from the registry, not copied).
Names are compared without regard to case."""
import json
import pathlib
import sqlite3
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
PEERS = ("sqlglot==30.30.0", "sqllineage==1.5.9", "openlineage-sql==1.54.0", "pglast==8.8", "pytest==9.2.0",
         "sqlalchemy==2.1.9")


def lines(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def read(bench, texts):
    """What weir reads from [{"sql", "dialect", "schemas"}], and the seconds that took."""
    done = subprocess.run([bench.build / "bench" / "bench_lineage", "sql"], input="\n".join(map(json.dumps, texts)),
                          capture_output=True, text=True, check=True)
    return [json.loads(line)["statements"] for line in done.stdout.splitlines()], json.loads(done.stderr)["seconds"]


def helper(python, task, data):
    """A task of lineage_peers.py under the peers' Python; None when it does not run."""
    done = subprocess.run([python, HERE / "lineage_peers.py", task], input=json.dumps(data), capture_output=True,
                          text=True)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def score(pairs):
    """(F1, share of exact answers) over pairs of sets: found, true."""
    hit = sum(len(a & b) for a, b in pairs)
    found, true = sum(len(a) for a, _ in pairs), sum(len(b) for _, b in pairs)
    return 2 * hit / max(1, found + true), sum(a == b for a, b in pairs) / max(1, len(pairs))


def lower(names):
    return {n.lower() for n in names}


# --- tables ---

def postgres_tables(bench, folder, python):
    texts = [r["sql"] for r in lines(folder / "syntax_postgresql.jsonl") if r["valid"]]
    ours, seconds = read(bench, [{"sql": t, "dialect": "postgres", "parser": "weir"} for t in texts])
    tables = [lower(n for s in text for n in s["reads"]) for text in ours]
    truth = python and helper(python, "oracle", texts)
    if not truth:
        bench.note("lineage: no PostgreSQL parser, so no truth for its texts")
        return
    truth = [lower(t) for t in truth["tables"]]
    ours_f1 = score(list(zip(tables, truth)))
    for peer, task in (("sqlglot", "sqlglot_tables"), ("openlineage-sql", "openlineage_tables")):
        theirs = helper(python, task, texts)
        if not theirs:
            bench.note(f"lineage: {peer} did not run")
            continue
        value = score([(lower(a), b) for a, b in zip(theirs["tables"], truth)])
        bench.add("lineage", f"tables of {len(texts)} PostgreSQL texts, F1", ours_f1[0], "", goal=0.99, less=False,
                  peer=peer, peer_value=value[0])
        bench.add("lineage", "  the same, texts a second", len(texts) / seconds, "1/s", less=False, peer=peer,
                  peer_value=len(texts) / theirs["seconds"])
    auto, _ = read(bench, [{"sql": t, "parser": "weir"} for t in texts])
    blind = score([(lower(n for s in text for n in s["reads"]), b) for text, b in zip(auto, truth)])
    bench.add("lineage", "  the same, dialect not told, F1", blind[0], "", goal=0.99, less=False)
    by_grammar, seconds = read(bench, [{"sql": t, "dialect": "postgres"} for t in texts])
    if by_grammar == ours:
        bench.note("lineage: libpg_query is not installed, or says the very same")
    same = sum(sets(a) == sets(b) for a, b in zip(by_grammar, ours)) / len(texts)
    bench.add("lineage", "  the same columns from PostgreSQL's grammar, share of texts", same, "", goal=0.99,
              less=False)
    bench.add("lineage", "  texts a second by it", len(texts) / seconds, "1/s", less=False)


def sets(statements):
    """What was read, whatever the order of flows."""
    return [(s["kind"], sorted(s["reads"]), sorted(s["writes"]), sorted({json.dumps(f) for f in s["flows"]}))
            for s in statements]


# --- columns ---

def authorized(sql, schema):
    """(tables, columns) that SQLite asks for while it prepares the query; None when it does not prepare."""
    con = sqlite3.connect(":memory:")
    for table, columns in schema.items():
        con.execute('create table "%s" (%s)' % (table, ", ".join('"%s"' % c for c in columns)))
    seen = set()
    con.set_authorizer(lambda what, a, b, c, d: what == sqlite3.SQLITE_READ and seen.add((a.lower(), b.lower())) or 0)
    try:
        con.execute("explain " + sql)
    except sqlite3.Error:
        return None
    finally:
        con.close()
    return {t for t, _ in seen}, {(t, c) for t, c in seen if c}


def spider_columns(bench, folder, python):
    schemas = json.load(open(folder / "schemas.json"))
    rows = [(r, authorized(r["sql"], schemas[r["db"]])) for r in lines(folder / "binding_spider.jsonl") if r["valid"]]
    rows = [(r, t) for r, t in rows if t]
    texts = [{"sql": r["sql"], "dialect": "sqlite", "schemas": schemas[r["db"]]} for r, _ in rows]
    ours, seconds = read(bench, texts)
    found = [{(f["from"]["table"].lower(), f["from"]["column"].lower()) for s in text for f in s["flows"]}
             for text in ours]
    truth = [t[1] for _, t in rows]
    value = score(list(zip(found, truth)))
    theirs = python and helper(python, "sqlglot_columns", texts)
    peer = theirs and score([({tuple(c) for c in a}, b) for a, b in zip(theirs["columns"], truth)])[0]
    bench.add("lineage", f"columns of {len(texts)} SQLite queries, F1", value[0], "", goal=0.98, less=False,
              peer="sqlglot", peer_value=peer)
    bench.add("lineage", "  the same, all columns of a query right", value[1], "", goal=0.97, less=False)
    if theirs:
        bench.add("lineage", "  the same, queries a second", len(texts) / seconds, "1/s", less=False, peer="sqlglot",
                  peer_value=len(texts) / theirs["seconds"])


# --- statements of many dialects, labelled by hand ---

def plain(name):
    name = "".join(c for c in name.lower() if c not in '`"[]')
    return name.removeprefix("<default>.")


def table_pair(case, statements):
    """Sources and targets of the whole text, as the labels have them: a table made and read in it is neither, unless
    they say so."""
    reads = {plain(n) for s in statements if s["kind"] != "drop" for n in s["reads"]}
    writes = {plain(n) for s in statements if s["kind"] != "drop" for n in s["writes"]}
    true = {("r", plain(n)) for n in case["reads"]} | {("w", plain(n)) for n in case["writes"]}
    between = {n for n in reads & writes if ("r", n) not in true and ("w", n) not in true}
    return {("r", n) for n in reads - between} | {("w", n) for n in writes - between}, true


def end_to_end(flows):
    """From the first to the last column of each way through the statements, as the labels have them."""
    onward = {}
    for a, b in flows:
        onward.setdefault(a, set()).add(b)
    reached = {b for _, b in flows}
    out = set()
    for start in set(onward) - reached:
        todo, seen = [start], {start}
        while todo:
            at = todo.pop()
            out |= {(start, at)} if at not in onward and at != start else set()
            fresh = onward.get(at, set()) - seen
            seen |= fresh
            todo += fresh
    return out | {(a, b) for a, b in flows if a == b}


def column_pair(case, statements):
    flows = {((plain(f["from"]["table"]), f["from"]["column"].lower()),
              (plain(f["to"]["table"]), f["to"]["column"].lower()))
             for s in statements for f in s["flows"] if "column" in f["to"]}
    found = {(*a, *b) for a, b in end_to_end(flows)}
    return found, {(plain(a[0]), a[1].lower(), plain(b[0]), b[1].lower()) for a, b in case["flows"]}


def labelled(bench, python):
    cases = helper(python, "cases", {"folder": str(bench.build / "bench")}) if python else None
    if not cases:
        bench.note("lineage: sqllineage's tests are not to be had, so no labels by hand")
        return
    ours, _ = read(bench, cases)
    for kind, pair, goal in (("table", table_pair, 0.94), ("column", column_pair, 0.90)):
        chosen = [(c, s) for c, s in zip(cases, ours) if c["kind"] == kind]
        value = score([pair(c, s) for c, s in chosen])
        theirs = helper(python, f"openlineage_{kind}_cases", [c for c, _ in chosen])
        peer = theirs and score([pair(c, s) for (c, _), s in zip(chosen, theirs)])[0]
        bench.add("lineage", f"{kind}s of {len(chosen)} statements labelled by hand, F1", value[0], "", goal=goal,
                  less=False, peer="openlineage-sql", peer_value=peer)


# --- the graph ---

def graph(bench):
    done = json.loads(subprocess.run([bench.build / "bench" / "bench_lineage", "graph"], capture_output=True, text=True,
                                     check=True).stdout)
    bench.add("lineage", f"load {done['nodes']:,} nodes, {done['edges']:,} edges", done["load_s"], "s", goal=1)
    for way in ("up", "down", "impact"):
        bench.add("lineage", f"  {way}, up to 1000 nodes, 99th of 100", done[way]["p99_us"] / 1000, "ms", goal=1)


def measure(bench):
    folder = bench.dataset("sql")
    python = bench.peers(*PEERS)
    if folder:
        postgres_tables(bench, folder, python)
        spider_columns(bench, folder, python)
    labelled(bench, python)
    graph(bench)
