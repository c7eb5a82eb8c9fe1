/* Facts as the one row of a STRICT table in a database in memory, and expressions over it. The authorizer allows one
 * SELECT that reads this table and calls functions of a short list; the progress handler ends what runs on. The table's
 * text is made from the table of facts, which is why it is not a file of store/sql. */
#include "core/policy/policy_internal.h"

#include <assert.h>
#include <stdlib.h>

enum { STEPS = 1000, STEPS_TIMES_MAX = 20, SQL_MAX = 64 * 1024 };

struct facts_db {
    sqlite3 *db;
    sqlite3_stmt *set;
    bool ready;  /* the table and the statement that fills it are made; from here on only rules are prepared */
    int selects; /* seen by the authorizer while one statement is prepared */
    int times;   /* STEPS instructions were run, since the question was asked */
};

static int authorize(void *ctx, int action, const char *arg1, const char *arg2, const char *database,
                     const char *trigger)
{
    static const char *const functions[] = { "abs",   "coalesce", "ifnull", "iif",    "instr", "length",
                                             "lower", "max",      "min",    "nullif", "round", "substr",
                                             "trim",  "upper",    "like",   "glob",   NULL };
    struct facts_db *db = ctx;
    (void)database;
    if (!db->ready) return SQLITE_OK;
    if (trigger) return SQLITE_DENY;
    switch (action) {
    case SQLITE_SELECT: return db->selects++ == 0 ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_READ: return arg1 && strcmp(arg1, "fact") == 0 ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
        for (int i = 0; arg2 && functions[i]; i++)
            if (sqlite3_stricmp(arg2, functions[i]) == 0) return SQLITE_OK;
        return SQLITE_DENY;
    default: return SQLITE_DENY;
    }
}

/* SQLite counts instructions over all runs of a statement, so one question may be charged with what others left. */
static int stop(void *ctx)
{
    struct facts_db *db = ctx;
    return ++db->times > STEPS_TIMES_MAX;
}

static const char *column_type(enum fact_type type)
{
    return type == FACT_TEXT ? "TEXT" : type == FACT_REAL ? "REAL" : "INTEGER";
}

static void make_table(struct facts_db *db)
{
    size_t count;
    const struct fact_spec *specs = policy_facts(&count);
    struct buf create = buf_init(SQL_MAX), update = buf_init(SQL_MAX);
    buf_add(&create, STR("CREATE TABLE fact ("));
    buf_add(&update, STR("UPDATE fact SET "));
    for (size_t i = 0; i < count; i++) {
        buf_fmt(&create, "%s%s %s", i ? ", " : "", specs[i].name, column_type(specs[i].type));
        buf_fmt(&update, "%s%s = ?%zu", i ? ", " : "", specs[i].name, i + 1);
    }
    buf_fmt(&create, ") STRICT; INSERT INTO fact (%s) VALUES (NULL);", specs[0].name);
    buf_char(&create, 0);
    buf_char(&update, 0);
    int rc = sqlite3_exec(db->db, create.ptr, NULL, NULL, NULL);
    assert(rc == SQLITE_OK);
    rc = sqlite3_prepare_v3(db->db, update.ptr, -1, SQLITE_PREPARE_PERSISTENT, &db->set, NULL);
    assert(rc == SQLITE_OK);
    buf_done(&create);
    buf_done(&update);
}

static void set_limits(sqlite3 *db)
{
    static const struct {
        int id, value;
    } limits[] = {
        { SQLITE_LIMIT_LENGTH, SQL_MAX },      { SQLITE_LIMIT_SQL_LENGTH, SQL_MAX },  { SQLITE_LIMIT_EXPR_DEPTH, 200 },
        { SQLITE_LIMIT_VDBE_OP, 5000 },        { SQLITE_LIMIT_FUNCTION_ARG, 16 },     { SQLITE_LIMIT_ATTACHED, 0 },
        { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256 }, { SQLITE_LIMIT_VARIABLE_NUMBER, FACTS_MAX },
    };
    static const struct {
        int id, value;
    } switches[] = {
        { SQLITE_DBCONFIG_DQS_DML, 0 },        { SQLITE_DBCONFIG_DQS_DDL, 0 },        { SQLITE_DBCONFIG_DEFENSIVE, 1 },
        { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 }, { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) (void)sqlite3_limit(db, limits[i].id, limits[i].value);
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        (void)sqlite3_db_config(db, switches[i].id, switches[i].value, NULL);
}

struct facts_db *facts_db_open(void)
{
    struct facts_db *db = mem_new(sizeof *db);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX |
                SQLITE_OPEN_PRIVATECACHE;
    if (sqlite3_open_v2(":memory:", &db->db, flags, NULL) != SQLITE_OK) abort(); /* out of memory */
    (void)sqlite3_exec(db->db, "PRAGMA journal_mode = OFF", NULL, NULL, NULL);
    set_limits(db->db);
    (void)sqlite3_set_authorizer(db->db, authorize, db); /* expires what is prepared, so it comes first */
    make_table(db);
    db->ready = true;
    sqlite3_progress_handler(db->db, STEPS, stop, db);
    return db;
}

void facts_db_close(struct facts_db *db)
{
    if (!db) return;
    (void)sqlite3_finalize(db->set);
    (void)sqlite3_close_v2(db->db);
    mem_free(db);
}

bool facts_db_set(struct facts_db *db, const struct facts *f)
{
    size_t count;
    const struct fact_spec *specs = policy_facts(&count);
    for (size_t i = 0; i < count; i++) {
        const struct fact *v = &f->items[i];
        int at = (int)i + 1, rc = SQLITE_OK;
        if (!v->present) rc = sqlite3_bind_null(db->set, at);
        else if (specs[i].type == FACT_TEXT)
            rc = sqlite3_bind_text64(db->set, at, v->s.ptr ? v->s.ptr : "", v->s.len, SQLITE_STATIC, SQLITE_UTF8);
        else if (specs[i].type == FACT_REAL) rc = sqlite3_bind_double(db->set, at, v->r);
        else rc = sqlite3_bind_int64(db->set, at, v->i);
        if (rc != SQLITE_OK) return false; /* a text longer than the limit */
    }
    db->times = 0;
    int rc = sqlite3_step(db->set);
    (void)sqlite3_reset(db->set);
    return rc == SQLITE_DONE;
}

sqlite3_stmt *facts_db_prepare(struct facts_db *db, str sql, struct arena *a, str *problem)
{
    sqlite3_stmt *stmt = NULL;
    const char *tail = NULL;
    str text = str_fmt(a, "SELECT (" STR_FMT ") FROM fact", STR_ARG(sql));
    db->selects = 0;
    int rc = sqlite3_prepare_v3(db->db, text.ptr, (int)text.len + 1, SQLITE_PREPARE_PERSISTENT, &stmt, &tail);
    bool one = stmt && tail && !*tail && sqlite3_column_count(stmt) == 1 && sqlite3_bind_parameter_count(stmt) == 0 &&
               db->selects == 1;
    if (rc == SQLITE_OK && one) return stmt;
    *problem = rc != SQLITE_OK ? str_dup(a, str_of(sqlite3_errmsg(db->db))) : STR("a rule is exactly one expression");
    (void)sqlite3_finalize(stmt);
    return NULL;
}

enum answer facts_db_ask(struct facts_db *db, sqlite3_stmt *stmt)
{
    enum answer answer = ANSWER_ERROR;
    db->times = 0;
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        int type = sqlite3_column_type(stmt, 0);
        int64_t v = sqlite3_column_int64(stmt, 0);
        answer = type == SQLITE_NULL                        ? ANSWER_NULL
                 : type != SQLITE_INTEGER || v < 0 || v > 1 ? ANSWER_OTHER
                 : v                                        ? ANSWER_YES
                                                            : ANSWER_NO;
    }
    (void)sqlite3_reset(stmt);
    return answer;
}
