/* Statement after statement: the tables that are known, and what each statement reads, writes and moves. */
#include "engine/lineage/sql_internal.h"

enum { BUCKETS = 1024, WORK_MAX = 4 * 1000 * 1000 };

struct session {
    struct arena *a;
    enum sql_dialect dialect;
    struct table *buckets[BUCKETS]; /* by the last part of the name, in lower case */
};

static const char *const kind_names[FLOW_KINDS] = { "identity",    "transformation", "aggregation",
                                                    "conditional", "window",         "join",
                                                    "group_by",    "filter",         "sort" };

const char *flow_kind_name(enum flow_kind k)
{
    return kind_names[k];
}

enum flow_kind flow_kind_of(str name)
{
    for (unsigned k = 0; k < FLOW_KINDS; k++)
        if (str_eq_nocase(name, str_of(kind_names[k]))) return (enum flow_kind)k;
    return FLOW_TRANSFORMATION;
}

static const struct {
    const char *name;
    enum sql_dialect dialect;
} dialects[] = {
    /* the first of each is its name */
    { "auto", SQL_AUTO },           { "postgres", SQL_POSTGRES },   { "mysql", SQL_MYSQL },
    { "bigquery", SQL_BIGQUERY },   { "snowflake", SQL_SNOWFLAKE }, { "spark", SQL_SPARK },
    { "tsql", SQL_TSQL },           { "oracle", SQL_ORACLE },       { "sqlite", SQL_SQLITE },
    { "duckdb", SQL_DUCKDB },       { "redshift", SQL_REDSHIFT },   { "ansi", SQL_AUTO },
    { "postgresql", SQL_POSTGRES }, { "greenplum", SQL_POSTGRES },  { "mariadb", SQL_MYSQL },
    { "tidb", SQL_MYSQL },          { "hive", SQL_SPARK },          { "sparksql", SQL_SPARK },
    { "databricks", SQL_SPARK },    { "impala", SQL_SPARK },        { "mssql", SQL_TSQL },
    { "sqlserver", SQL_TSQL },      { "synapse", SQL_TSQL },        { "fabric", SQL_TSQL },
    { "clickhouse", SQL_AUTO },     { "trino", SQL_AUTO },          { "presto", SQL_AUTO },
    { "athena", SQL_AUTO },         { "teradata", SQL_AUTO },       { "exasol", SQL_AUTO },
    { "vertica", SQL_POSTGRES },    { "generic", SQL_AUTO },
};

bool sql_dialect_of(str name, enum sql_dialect *out)
{
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
        if (!str_eq_nocase(name, str_of(dialects[i].name))) continue;
        *out = dialects[i].dialect;
        return true;
    }
    return false;
}

bool session_lateral_aliases(const struct session *s)
{
    return s->dialect == SQL_SNOWFLAKE || s->dialect == SQL_REDSHIFT || s->dialect == SQL_SPARK ||
           s->dialect == SQL_DUCKDB;
}

bool session_casts_keep_names(const struct session *s)
{
    return s->dialect == SQL_AUTO || s->dialect == SQL_POSTGRES || s->dialect == SQL_REDSHIFT;
}

bool session_structs(const struct session *s)
{
    return s->dialect == SQL_BIGQUERY || s->dialect == SQL_SPARK || s->dialect == SQL_DUCKDB;
}

/* --- Tables --- */

static size_t bucket_of(str last)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < last.len; i++) {
        char c = last.ptr[i];
        h = (h ^ (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c)) * 1099511628211u;
    }
    return (size_t)(h ^ h >> 32) % BUCKETS;
}

static str last_part(str name)
{
    for (size_t i = name.len; i-- > 0;)
        if (name.ptr[i] == '.') return str_cut(name, i + 1, name.len);
    return name;
}

/* Is one of the names the end of the other, at a dot? */
static bool is_tail(str a, str b)
{
    str longer = a.len > b.len ? a : b, shorter = a.len > b.len ? b : a;
    if (longer.len == shorter.len) return str_eq_nocase(a, b);
    size_t from = longer.len - shorter.len;
    return longer.ptr[from - 1] == '.' && str_eq_nocase(str_cut(longer, from, shorter.len), shorter);
}

static struct table *add_table(struct session *s, str name)
{
    struct table *t = arena_try(s->a, sizeof *t);
    if (!t) return NULL;
    str last = last_part(name);
    struct table **bucket = &s->buckets[bucket_of(last)];
    *t = (struct table){ .next = *bucket, .name = name, .last = last };
    *bucket = t;
    return t;
}

static str name_text(const struct name *n, struct arena *a)
{
    size_t len = n->n ? n->n - 1 : 0;
    for (size_t i = 0; i < n->n; i++) len += n->part[i].len;
    char *out = arena_try(a, len + 1);
    if (!out) return STR("");
    size_t at = 0;
    for (size_t i = 0; i < n->n; i++) {
        if (i) out[at++] = '.';
        if (n->part[i].len) memcpy(out + at, n->part[i].ptr, n->part[i].len);
        at += n->part[i].len;
    }
    return (str){ out, at };
}

/* The table of that very name; its columns may be those of one known under a longer or shorter name. */
struct table *session_table(struct session *s, const struct name *n)
{
    str name = name_text(n, s->a), last = last_part(name);
    struct table *similar = NULL;
    for (struct table *t = s->buckets[bucket_of(last)]; t; t = t->next) {
        if (str_eq_nocase(t->name, name)) return t;
        if (!similar && t->columns && is_tail(t->name, name)) similar = t;
    }
    struct table *t = add_table(s, name);
    if (t && similar) t->columns = similar->columns, t->count = similar->count;
    return t;
}

err session_new(const struct sql_options *opts, struct arena *a, struct session **out)
{
    struct session *s = arena_try(a, sizeof *s);
    if (!s) return err_make(ERR_LIMIT, "too little memory to read SQL");
    s->a = a;
    s->dialect = opts ? opts->dialect : SQL_AUTO;
    for (size_t i = 0; opts && i < opts->schema_count; i++) {
        struct table *t = add_table(s, opts->schemas[i].table);
        if (!t) return err_make(ERR_LIMIT, "too little memory for %zu schemas", opts->schema_count);
        t->columns = opts->schemas[i].count ? opts->schemas[i].columns : NULL;
        t->count = opts->schemas[i].count;
    }
    *out = s;
    return OK;
}

/* --- What comes of a statement --- */

struct emit {
    struct resolver *rs;
    struct sql_flow *flows;
    size_t count, cap;
};

static void emit(struct emit *e, const struct from *f, str table, str column, bool deciding)
{
    if (e->count == SQL_SOURCES_MAX) {
        e->rs->truncated = true;
        return;
    }
    if (e->count == e->cap) {
        size_t cap = e->cap ? 2 * e->cap : 16;
        struct sql_flow *more = rs_new(e->rs, cap * sizeof *more);
        if (!more) return;
        if (e->count) memcpy(more, e->flows, e->count * sizeof *more);
        e->flows = more;
        e->cap = cap;
    }
    e->flows[e->count++] = (struct sql_flow){ f->table->name, f->column, table, deciding ? STR("") : column, f->kind };
}

static size_t count_outputs(const struct output *o, bool *star)
{
    size_t n = 0;
    for (; o; o = o->next, n++) *star |= o->star != NULL;
    return n;
}

static size_t count_items(const struct item *it)
{
    size_t n = 0;
    for (; it; it = it->next) n++;
    return n;
}

/* Under which names the columns of a query arrive: as listed, else by the place in a table that is known, else as they
 * are called. */
static struct output *arriving(struct emit *e, const struct target *t, struct output *o, const struct table *into)
{
    bool star = false;
    size_t n = count_outputs(o, &star);
    const struct item *listed = t->columns;
    bool by_place = !listed && into && into->columns && into->count == n && !star;
    struct output *first = NULL, **end = &first;
    if (listed && star && count_items(listed) != n) listed = NULL;
    for (size_t i = 0; o; o = o->next, i++) {
        struct output *copy = rs_new(e->rs, sizeof *copy);
        if (!copy) break;
        *copy = (struct output){ .name = o->name, .from = o->from, .star = o->star };
        if (listed) copy->name = listed->alias, listed = listed->next;
        else if (by_place) copy->name = into->columns[i];
        *end = copy, end = &copy->next;
    }
    return first;
}

static void emit_outputs(struct emit *e, const struct output *o, str table)
{
    for (; o; o = o->next)
        for (const struct from *f = o->from; f; f = f->next) emit(e, f, table, o->name, false);
}

/* SET column = expr; a * (of a MERGE) takes the columns of all sources but the first, which is the target. */
static void emit_sets(struct emit *e, const struct target *t, struct scope *sc, struct cte_frame *frame, str table)
{
    for (const struct item *it = t->sets; it; it = it->next) {
        struct from *from = NULL;
        if (!it->star) from = resolve_expr(e->rs, &it->expr, sc, frame);
        for (const struct from *f = from; f; f = f->next) emit(e, f, table, it->alias, false);
    }
}

static void keep_columns(struct session *s, struct table *t, const struct output *o)
{
    bool star = false;
    size_t n = count_outputs(o, &star), i = 0;
    str *names = n && !star ? arena_try(s->a, n * sizeof *names) : NULL;
    if (!names) {
        if (n) t->columns = NULL, t->count = 0;
        return;
    }
    for (; o; o = o->next) names[i++] = o->name;
    t->columns = names;
    t->count = n;
}

static void keep_declared(struct session *s, struct table *t, const struct item *columns)
{
    size_t n = count_items(columns), i = 0;
    str *names = n ? arena_try(s->a, n * sizeof *names) : NULL;
    for (; names && columns; columns = columns->next) names[i++] = columns->alias;
    if (names) t->columns = names, t->count = n;
}

static void take_columns(struct emit *e, const struct output *o, struct sql_statement *out)
{
    bool star = false;
    size_t n = count_outputs(o, &star), i = 0;
    str *names = n ? rs_new(e->rs, n * sizeof *names) : NULL;
    for (; names && o; o = o->next) names[i++] = o->name;
    out->columns = names;
    out->column_count = names ? n : 0;
}

static bool creates(const struct stmt *st)
{
    return strncmp(st->kind, "create", 6) == 0;
}

static void one_target(struct emit *e, const struct stmt *st, const struct target *t, struct table *into,
                       struct cte_frame *frame, struct sql_statement *out)
{
    struct session *s = e->rs->session;
    struct scope sc = { 0 };
    if (t->query) {
        struct output *o = resolve_query(e->rs, t->query, NULL, frame);
        o = arriving(e, t, o, creates(st) ? NULL : into);
        emit_outputs(e, o, into ? into->name : STR(""));
        take_columns(e, o, out);
        if (creates(st) && into) keep_columns(s, into, o);
    } else if (creates(st) && into && t->columns) {
        keep_declared(s, into, t->columns);
    }
    resolve_sources(e->rs, t->sources, &sc, frame, &t->name);
    emit_sets(e, t, &sc, frame, into ? into->name : STR(""));
    resolve_conds(e->rs, t->conds, &sc, frame);
}

/* What was joined, filtered and sorted by decides over all that is written. */
static void emit_deciding(struct emit *e, str *writes, size_t count)
{
    for (const struct from *f = e->rs->deciding; f; f = f->next)
        for (size_t i = 0; i < (count ? count : 1); i++) emit(e, f, count ? writes[i] : STR(""), STR(""), true);
}

static size_t count_targets(const struct stmt *st)
{
    size_t n = 0;
    for (const struct target *t = st->targets; t; t = t->next) n++;
    return n;
}

static void add_write(str *writes, size_t *n, str name)
{
    for (size_t i = 0; i < *n; i++)
        if (str_eq_nocase(writes[i], name)) return;
    writes[(*n)++] = name;
}

static void select_statement(struct emit *e, const struct stmt *st, str *writes, size_t *write_count,
                             struct sql_statement *out)
{
    struct resolver *rs = e->rs;
    struct output *o = resolve_query(rs, st->query, NULL, NULL);
    struct table *into = st->query->into.n ? session_table(rs->session, &st->query->into) : NULL;
    if (into) {
        add_write(writes, write_count, into->name);
        keep_columns(rs->session, into, o);
        out->kind = "create_table";
    }
    emit_outputs(e, o, into ? into->name : STR(""));
    take_columns(e, o, out);
}

static void copied(struct emit *e, const struct stmt *st, const struct table *from, str into)
{
    if (!from || !into.len) return;
    struct from f = { .table = (struct table *)from, .column = STR("*"), .kind = FLOW_IDENTITY };
    const struct item *c = st->targets ? st->targets->columns : NULL;
    bool clones = creates(st) || strcmp(st->kind, "copy") == 0;
    if (clones && !c) emit(e, &f, into, STR("*"), false);
}

static void table_statement(struct emit *e, const struct stmt *st, str *writes, size_t *write_count,
                            struct sql_statement *out)
{
    struct resolver *rs = e->rs;
    struct cte_frame *frame = resolve_ctes(rs, st->ctes, NULL, NULL);
    for (const struct target *t = st->targets; t && !rs->full; t = t->next) {
        bool named = t->name.n > 0 && !(t->name.n == 1 && frame_has(frame, t->name.part[0]));
        struct table *into = named ? session_table(rs->session, &t->name) : NULL;
        if (into) add_write(writes, write_count, into->name);
        one_target(e, st, t, into, frame, out);
    }
}

err session_statement(struct session *s, const struct stmt *st, struct sql_statement *out, bool *truncated)
{
    struct resolver rs = { .session = s, .a = s->a, .work = WORK_MAX };
    struct emit e = { .rs = &rs };
    size_t write_count = 0;
    str *writes = rs_new(&rs, (count_targets(st) + 1) * sizeof *writes);
    if (!writes) return err_make(ERR_LIMIT, "too little memory to read SQL");
    out->kind = st->kind;
    if (st->query) select_statement(&e, st, writes, &write_count, out);
    table_statement(&e, st, writes, &write_count, out);
    emit_deciding(&e, writes, write_count);
    str *reads = rs_new(&rs, (rs.read_count + st->also_read_count + 1) * sizeof *reads);
    for (size_t i = 0; reads && i < rs.read_count; i++) reads[out->read_count++] = rs.reads[i]->name;
    for (size_t i = 0; reads && i < st->also_read_count; i++) {
        struct table *t = session_table(s, &st->also_reads[i]);
        if (t) add_write(reads, &out->read_count, t->name);
        copied(&e, st, t, write_count ? writes[0] : STR(""));
    }
    if (rs.full) return err_make(ERR_LIMIT, "too little memory to read SQL");
    out->reads = reads;
    out->writes = writes;
    out->write_count = write_count;
    out->flows = e.flows;
    out->flow_count = e.count;
    *truncated |= rs.truncated;
    return OK;
}
