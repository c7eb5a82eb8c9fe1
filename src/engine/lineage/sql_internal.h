/* What the files of the SQL reader share: tokens, and queries as far as lineage needs them. An expression is no tree
 * here but the list of columns in it, each with what is done to it on the way. */
#ifndef WEIR_ENGINE_LINEAGE_SQL_INTERNAL_H
#define WEIR_ENGINE_LINEAGE_SQL_INTERNAL_H

#include "engine/lineage/sql.h"
#include "engine/lineage/sql_words.h"

/* --- Tokens --- */

enum token_type {
    TOK_END, TOK_NAME, TOK_NUMBER, TOK_STRING, TOK_OP, /* an operator is one to three bytes */
    TOK_OPEN, TOK_CLOSE, TOK_COMMA, TOK_DOT, TOK_SEMI, TOK_STAR, TOK_VARIABLE, /* @x, :x, ?, $1 */
    TOK_TEMPLATE, /* {{ anything }} that stands for a value or part of a name */
};
struct token {
    uint8_t type;   /* enum token_type */
    bool quoted;
    bool glued;     /* nothing stands between it and the token before */
    bool starts_line;
    uint16_t word;  /* enum sql_word of an unquoted name, else 0 */
    str text;       /* of a name: folded and without quotes; of a string: its inside */
    uint32_t at;    /* offset in the text */
    uint32_t match; /* of TOK_OPEN: index of its TOK_CLOSE, or of the end */
};

/* Splits text; out ends with TOK_END. Never fails but for memory: unknown bytes become operators. */
MUST_USE err sql_tokens(str text, enum sql_dialect dialect, struct arena *a, struct token **out, size_t *count);

/* --- Queries --- */

enum { NAME_PARTS_MAX = 5 };
struct name {
    str part[NAME_PARTS_MAX];
    size_t n;
};

struct query;
struct ref { /* a column as written */
    struct ref *next;
    struct name name;
    bool everywhere;     /* of USING: a column of every table that has it */
    enum flow_kind
        kind; /* what the expression does to it; FLOW_IDENTITY is made TRANSFORMATION unless the column stands alone */
};
struct sub { /* a query inside an expression */
    struct sub *next;
    struct query *query;
    enum flow_kind kind;
};
struct expr {
    struct ref *refs, **refs_end;
    struct sub *subs, **subs_end;
    bool bare;     /* one column and nothing else */
    bool cast;     /* one column and a cast behind it: PostgreSQL calls it by the column's name */
    int64_t place; /* it is one whole number: ORDER BY 2; 0 = it is not */
};
struct item { /* of a select list */
    struct item *next;
    struct expr expr;
    str alias;         /* empty: none */
    str raw;           /* the text of the expression: the name where there is no other */
    bool star;
    struct name of;    /* of t.*: t; n = 0 for * alone */
    struct name except; /* columns left out of the star; the list may be cut at NAME_PARTS_MAX */
    struct item *replace; /* * REPLACE (expr AS name) */
};
enum source_kind { SOURCE_TABLE, SOURCE_QUERY, SOURCE_FUNCTION };
struct source {
    struct source *next;
    enum source_kind kind;
    struct name name;
    str alias;
    struct query *query;
    struct expr args;       /* of a function */
    struct item *columns;   /* alias (a, b): only aliases are filled */
    struct item *added;     /* columns that a PIVOT, UNPIVOT or LATERAL VIEW adds: alias and expr */
};
struct cond { /* an expression that decides over rows */
    struct cond *next;
    struct expr expr;
    enum flow_kind kind;
};
struct cte {
    struct cte *next;
    str name;
    struct item *columns;
    struct query *query;
};
struct select {
    struct item *items;
    struct source *sources;
    struct cond *conds;
    struct query *inner; /* instead of items: a query in parentheses as part of a union */
    struct select *next; /* the other branches of a union */
};
struct query {
    struct cte *ctes;
    struct select *selects;
    struct cond *conds; /* ORDER BY of the whole */
    struct name into;   /* SELECT INTO: n = 0 none */
    bool by_name;       /* UNION BY NAME */
};
struct target { /* what a statement writes */
    struct target *next;
    struct name name;
    struct item *columns; /* as listed, may be NULL */
    struct query *query;  /* what flows in, may be NULL */
    struct item *sets;    /* SET column = expr: alias and expr */
    struct source *sources; /* of UPDATE and MERGE: what expr in sets may name; the target itself is one of them */
    struct cond *conds;
};
struct stmt {
    const char *kind;
    uint32_t at;
    struct cte *ctes;
    struct target *targets;
    struct query *query;    /* a query that goes nowhere */
    struct name *also_reads;
    size_t also_read_count;
    bool declares;          /* CREATE TABLE with column definitions: targets->columns are its schema */
};

/* --- Parsing --- */

struct parser {
    struct arena *a;
    str text;
    const struct token *t;
    size_t count, i;
    enum sql_dialect dialect;
    int depth;
    size_t skipped;
    struct stmt *st; /* the statement at hand */
    bool full; /* the arena is: everything reads as the end */
    union {    /* what allocation gives then */
        struct query query;
        struct select select;
        struct item item;
        struct source source;
        struct target target;
        struct cte cte;
        struct stmt stmt; struct cond cond; struct ref ref; struct sub sub;
    } spare;
};

/* sql_parse.c */
void *node_new(struct parser *p, size_t size);
#define NODE(p, type) ((struct type *)node_new((p), sizeof(struct type)))

static inline const struct token *tok_at(const struct parser *p, size_t ahead)
{
    size_t i = p->i + ahead;
    return &p->t[p->full || i >= p->count ? p->count : i];
}
static inline const struct token *tok(const struct parser *p)
{
    return tok_at(p, 0);
}
static inline bool is_word(const struct token *t, enum sql_word w)
{
    return t->word == (uint16_t)w;
}
static inline void step(struct parser *p)
{
    if (p->i < p->count) p->i++;
}
bool take(struct parser *p, enum sql_word w);       /* step over it when it is there */
bool take_type(struct parser *p, enum token_type t);
bool is_op(const struct token *t, const char *op);
void skip_parens(struct parser *p);                 /* from ( to behind its ) */
bool enter(struct parser *p);                       /* false: too deep; nothing was entered */
bool is_name_part(const struct token *t);
bool parse_name(struct parser *p, struct name *out); /* a.b.c, also with templates glued in */
static inline void leave(struct parser *p)
{
    p->depth--;
}

/* sql_expr.c */
void expr_init(struct expr *e);
void parse_expr(struct parser *p, struct expr *e, enum flow_kind kind);
void expr_add_ref(struct parser *p, struct expr *e, const struct name *n, enum flow_kind kind);
void expr_add_sub(struct parser *p, struct expr *e, struct query *q, enum flow_kind kind);
/* Is the nth argument, a bare word, no column: the unit of dateadd (unit: none was there yet), the type of convert? */
bool sql_is_word_argument(str function, size_t nth, str word, bool unit);
/* sql_query.c */
bool at_query(const struct parser *p, size_t ahead); /* SELECT, WITH, VALUES, FROM-first or ( of one of them */
struct query *parse_query(struct parser *p);         /* never NULL */
str values_name(struct parser *p, size_t nth);       /* "column1": what a column of VALUES is called */
struct cte *parse_ctes(struct parser *p);            /* after WITH */
struct item *parse_items(struct parser *p);          /* a select list */
struct cond **add_cond(struct parser *p, struct cond **end,
                       enum flow_kind kind);         /* a list of expressions, a new cond each */
struct item *parse_column_list(struct parser *p);    /* (a, b, c): aliases of items */
str item_text(struct parser *p, size_t token); /* of the expression that begins there: the name of an unnamed column */
/* sql_from.c */
struct source *parse_sources(struct parser *p, struct cond ***conds);
struct source *parse_source(struct parser *p, struct cond ***conds, struct source ***end);
bool parse_alias(struct parser *p, str *out); /* [AS] name */
/* sql_stmt.c */
bool parse_statement(struct parser *p,
                     struct stmt **out); /* false: none is left. *out NULL: it says nothing of tables */
struct target *stmt_writes(struct parser *p, struct stmt *st);  /* one more target, to be filled */
void stmt_reads(struct parser *p, struct stmt *st, const struct name *n);
bool stmt_moves(struct parser *p, struct stmt *st, const struct name *from,
                const struct name *to);                         /* all of one becomes the other */
bool parse_place(struct parser *p, struct name *n);             /* a table, or a path or stage that stands for one */
bool is_statement_end(const struct token *t);
bool begins_statement(const struct token *t);                   /* at the start of a line: T-SQL needs no semicolon */
bool forward_to(struct parser *p, const uint16_t *words,
                size_t n); /* to one of them, at this depth; false: the statement ends before */
#define FORWARD_TO(p, ...)                                                                                             \
    forward_to((p), (const uint16_t[]){ __VA_ARGS__ }, sizeof((const uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t))
/* sql_insert.c, sql_change.c: a command each, from its first word. False: not understood */
void insert_modifiers(struct parser *p);
bool insert_into(struct parser *p, struct target *t);
void create_from(struct parser *p, struct stmt *st, struct target *t);
bool statement_insert(struct parser *p, struct stmt *st);
bool statement_create(struct parser *p, struct stmt *st);
struct item *parse_sets(struct parser *p); /* SET a = x, (b, c) = (SELECT ...) */
bool statement_update(struct parser *p, struct stmt *st);
bool statement_delete(struct parser *p, struct stmt *st);
bool statement_merge(struct parser *p, struct stmt *st);
bool parse_change(struct parser *p, struct cte *c); /* DELETE ... RETURNING inside WITH; false: no change stands here */

/* --- Resolving --- */

struct table { /* one that exists, by its name */
    struct table *next;  /* in its bucket */
    str name, last;      /* "a.b.c" and "c" */
    const str *columns;  /* NULL: not known */
    size_t count;
    unsigned read_in;    /* number of the statement that read it last */
};
struct from { /* where a value comes from */
    struct from *next;
    struct table *table;
    str column;
    enum flow_kind kind;
};
struct output { /* a column of a result */
    struct output *next;
    str name;            /* "*": all columns of one table that is not known more closely */
    struct from *from;
    struct table *star;  /* of "*" */
};

struct session;
struct resolver {
    struct session *session;
    struct arena *a;
    struct from *deciding, **deciding_end; /* joins, filters and the like, of the whole statement */
    struct table **reads;
    size_t read_count, read_cap;
    size_t work;         /* steps left */
    int depth;
    bool full, truncated;
};
struct rel { /* something in FROM */
    struct rel *next;
    str alias;
    const struct name *name;  /* as written */
    struct table *table;      /* a real one; else NULL and: */
    struct output *outputs;   /* of a query */
    struct from *args;        /* of a function */
    bool function;
    struct output *added;     /* by a pivot */
};
struct cte_result { /* a query of WITH */
    struct cte_result *next;
    str name;
    const struct item *columns; /* WITH name (a, b) */
    struct output *outputs;
};
struct cte_frame { /* those of one WITH; up: of the queries around it */
    struct cte_frame *up;
    struct cte_result *results;
};
struct scope {
    struct scope *up;
    struct rel *rels, **rels_end;
    struct output *aliases; /* of the select list, for those who may use them */
    bool aliases_first;
};

/* sql_resolve.c: what names mean. Nothing is done any more once the steps are used up or the arena is full. */
void *rs_new(struct resolver *rs, size_t size); /* NULL when full */
bool rs_tick(struct resolver *rs);              /* one step; false: no more */
void from_add(struct resolver *rs, struct from **list, struct table *t, str column, enum flow_kind kind);
/* All of `more`, to which `kind` is done besides. */
void from_add_all(struct resolver *rs, struct from **list, const struct from *more, enum flow_kind kind);
const struct output *output_named(const struct output *o, str column); /* NULL: none; a * is none */
const struct rel *rel_named(const struct scope *sc, const struct name *n, size_t parts); /* by the first parts of n */
struct from *resolve_expr(struct resolver *rs, const struct expr *e, struct scope *sc, struct cte_frame *frame);
void resolve_conds(struct resolver *rs, const struct cond *c, struct scope *sc, struct cte_frame *frame);

/* sql_select.c: the columns of a query's result. */
struct output *resolve_query(struct resolver *rs, const struct query *q, struct scope *up, struct cte_frame *frame);
/* own: the table a statement writes, which it does not read by naming it. */
void resolve_sources(struct resolver *rs, const struct source *s, struct scope *sc, struct cte_frame *frame,
                     const struct name *own);
struct cte_frame *resolve_ctes(struct resolver *rs, const struct cte *ctes, struct scope *up, struct cte_frame *frame);
bool frame_has(const struct cte_frame *frame, str name);

/* sql_session.c: tables known so far, and statements made of what was resolved. */
MUST_USE err session_new(const struct sql_options *opts, struct arena *a, struct session **out);
struct table *session_table(struct session *s, const struct name *n); /* found or new; NULL when the arena is full */
bool session_lateral_aliases(const struct session *s);
bool session_casts_keep_names(const struct session *s); /* a::int is called a */
bool session_structs(const struct session *s); /* a.b may be a field of column a */
MUST_USE err session_statement(struct session *s, const struct stmt *st, struct sql_statement *out, bool *truncated);

/* sql.c: a text's result, statement by statement in the order of the text. */
struct collector {
    struct session *session;
    struct arena *a;
    str text;
    size_t cap, line, seen;
    struct sql_lineage *out;
};
MUST_USE err collect(struct collector *c, const struct stmt *st);

#endif
