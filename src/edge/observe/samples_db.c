#include "edge/observe/samples_db.h"

#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>

#include "samples_sql.h"

struct conn {
    sqlite3 *db;
    sqlite3_stmt *stmts[SAMPLES_SQL_COUNT];
    pthread_mutex_t lock; /* held for one query, or from begin to end */
};

struct samples_db {
    struct conn reader, writer;
};

static err sql_err(struct conn *c, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE) return OK;
    int base = rc & 0xff;
    enum err_code code = base == SQLITE_FULL ? ERR_NO_SPACE
                         : base == SQLITE_CORRUPT || base == SQLITE_NOTADB ? ERR_CORRUPT
                         : base == SQLITE_BUSY ? ERR_TIMEOUT : ERR_IO;
    return err_make(code, "samples.db: %s (SQLite %d)", c->db ? sqlite3_errmsg(c->db) : sqlite3_errstr(rc), rc);
}

static err open_conn(struct conn *c, const char *path, struct env *env, bool writer)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (writer ? SQLITE_OPEN_CREATE : 0);
    err e = sql_err(c, sqlite3_open_v2(path, &c->db, flags, env->sqlite_vfs));
    if (e.code) return e;
    (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_busy_timeout(c->db, 5000);
    e = sql_err(c, sqlite3_exec(c->db, samples_sql_text[SAMPLES_SQL_CONNECT], NULL, NULL, NULL));
    if (!e.code && writer) e = sql_err(c, sqlite3_exec(c->db, samples_sql_text[SAMPLES_SQL_SCHEMA], NULL, NULL, NULL));
    for (int id = 0; id < SAMPLES_SQL_COUNT && !e.code; id++) {
        if (id == SAMPLES_SQL_CONNECT || id == SAMPLES_SQL_SCHEMA) continue;
        e = sql_err(
            c, sqlite3_prepare_v3(c->db, samples_sql_text[id], -1, SQLITE_PREPARE_PERSISTENT, &c->stmts[id], NULL));
    }
    return e;
}

static void close_conn(struct conn *c)
{
    for (int id = 0; id < SAMPLES_SQL_COUNT; id++) (void)sqlite3_finalize(c->stmts[id]);
    (void)sqlite3_close(c->db);
    (void)pthread_mutex_destroy(&c->lock);
}

err samples_db_open(str dir, struct env *env, struct samples_db **out)
{
    struct samples_db *db = mem_new(sizeof *db);
    struct arena a = arena_init(8192);
    const char *path = str_fmt(&a, STR_FMT "/samples.db", STR_ARG(dir)).ptr;
    (void)pthread_mutex_init(&db->writer.lock, NULL);
    (void)pthread_mutex_init(&db->reader.lock, NULL);
    err e = open_conn(&db->writer, path, env, true);
    if (!e.code) e = open_conn(&db->reader, path, env, false);
    arena_done(&a);
    if (e.code) samples_db_close(db);
    else *out = db;
    return e;
}

err samples_db_open_reader(str dir, struct env *env, struct samples_db **out)
{
    struct samples_db *db = mem_new(sizeof *db);
    struct arena a = arena_init(8192);
    const char *path = str_fmt(&a, STR_FMT "/samples.db", STR_ARG(dir)).ptr;
    (void)pthread_mutex_init(&db->writer.lock, NULL);
    (void)pthread_mutex_init(&db->reader.lock, NULL);
    err e =
        access(path, R_OK) ? err_make(ERR_NOT_FOUND, "no samples: %s", path) : open_conn(&db->reader, path, env, false);
    arena_done(&a);
    if (e.code) samples_db_close(db);
    else *out = db;
    return e;
}

void samples_db_close(struct samples_db *db)
{
    if (!db) return;
    close_conn(&db->reader);
    close_conn(&db->writer); /* last, so that its checkpoint empties the WAL */
    mem_free(db);
}

/* A statement in use: bind in order, step, reset. Text and blobs are bound without a copy. */
struct query {
    struct conn *c;
    sqlite3_stmt *stmt;
    int at;
    int rc;
};

static struct query use(struct conn *c, enum samples_sql id)
{
    return (struct query){ .c = c, .stmt = c->stmts[id] };
}

static void bind_i64(struct query *q, int64_t v)
{
    q->rc = q->rc ? q->rc : sqlite3_bind_int64(q->stmt, ++q->at, v);
}

static void bind_text(struct query *q, str s)
{
    q->rc = q->rc ? q->rc : sqlite3_bind_text(q->stmt, ++q->at, s.ptr ? s.ptr : "", (int)s.len, SQLITE_STATIC);
}

static void bind_blob(struct query *q, str s)
{
    q->rc = q->rc ? q->rc : sqlite3_bind_blob(q->stmt, ++q->at, s.ptr ? s.ptr : "", (int)s.len, SQLITE_STATIC);
}

static bool row(struct query *q)
{
    if (!q->rc) q->rc = sqlite3_step(q->stmt);
    bool more = q->rc == SQLITE_ROW;
    if (more) q->rc = SQLITE_OK;
    return more;
}

static err finish(struct query *q)
{
    err e = sql_err(q->c, q->rc);
    (void)sqlite3_reset(q->stmt);
    (void)sqlite3_clear_bindings(q->stmt);
    return e;
}

static err run(struct query *q)
{
    while (row(q)) {}
    return finish(q);
}

static str column(struct query *q, int at, struct arena *a)
{
    const char *p = sqlite3_column_blob(q->stmt, at);
    return str_dup(a, (str){ p, p ? (size_t)sqlite3_column_bytes(q->stmt, at) : 0 });
}

static struct series_info read_series(struct query *q, struct arena *a)
{
    return (struct series_info){ .ref = (uint32_t)sqlite3_column_int64(q->stmt, 0),
                                 .id = column(q, 1, a),
                                 .text = column(q, 2, a),
                                 .name = column(q, 3, a),
                                 .labels = column(q, 4, a),
                                 .pipeline = column(q, 5, a),
                                 .source = column(q, 6, a),
                                 .kind = (enum series_kind)sqlite3_column_int(q->stmt, 7),
                                 .first_seen = sqlite3_column_int64(q->stmt, 8),
                                 .last_seen = sqlite3_column_int64(q->stmt, 9) };
}

err samples_db_series(struct samples_db *db, str id_or_text, struct arena *a, struct series_info *out)
{
    (void)pthread_mutex_lock(&db->reader.lock);
    struct query q = use(&db->reader, SAMPLES_SQL_SERIES_BY_ID);
    bind_text(&q, id_or_text);
    bool found = row(&q);
    if (found) *out = read_series(&q, a);
    err e = finish(&q);
    (void)pthread_mutex_unlock(&db->reader.lock);
    if (e.code || found) return e;
    return err_make(ERR_NOT_FOUND, "no series '" STR_FMT "'", STR_ARG(str_cut(id_or_text, 0, 80)));
}

err samples_db_list(struct samples_db *db, str pipeline, str name, str after, size_t max, struct arena *a,
                    struct series_list *out)
{
    *out = (struct series_list){ .items = ARENA_ARRAY(a, struct series_info, max) };
    (void)pthread_mutex_lock(&db->reader.lock);
    struct query q = use(&db->reader, SAMPLES_SQL_SERIES_LIST);
    bind_text(&q, pipeline);
    bind_text(&q, name);
    bind_text(&q, after);
    bind_i64(&q, (int64_t)max);
    while (out->count < max && row(&q)) out->items[out->count++] = read_series(&q, a);
    err e = finish(&q);
    (void)pthread_mutex_unlock(&db->reader.lock);
    return e;
}

err samples_db_chunks(struct samples_db *db, uint32_t ref, usec from, usec to, err (*chunk)(void *ctx, str data),
                      void *ctx)
{
    (void)pthread_mutex_lock(&db->reader.lock);
    struct query q = use(&db->reader, SAMPLES_SQL_CHUNK_RANGE);
    bind_i64(&q, ref);
    bind_i64(&q, from);
    bind_i64(&q, to);
    err e = OK;
    while (!e.code && row(&q)) {
        const char *p = sqlite3_column_blob(q.stmt, 0);
        e = chunk(ctx, (str){ p, (size_t)sqlite3_column_bytes(q.stmt, 0) });
    }
    err end = finish(&q);
    (void)pthread_mutex_unlock(&db->reader.lock);
    return e.code ? e : end;
}

err samples_db_detector(struct samples_db *db, uint32_t ref, struct arena *a, str *state)
{
    *state = STR_NONE;
    (void)pthread_mutex_lock(&db->reader.lock);
    struct query q = use(&db->reader, SAMPLES_SQL_DETECTOR_GET);
    bind_i64(&q, ref);
    if (row(&q)) *state = column(&q, 0, a);
    err e = finish(&q);
    (void)pthread_mutex_unlock(&db->reader.lock);
    return e;
}

static err one_number(struct samples_db *db, enum samples_sql id, const int64_t *arg, int64_t *out)
{
    *out = 0;
    (void)pthread_mutex_lock(&db->reader.lock);
    struct query q = use(&db->reader, id);
    if (arg) bind_i64(&q, *arg);
    if (row(&q)) *out = sqlite3_column_int64(q.stmt, 0);
    err e = finish(&q);
    (void)pthread_mutex_unlock(&db->reader.lock);
    return e;
}

err samples_db_shard(struct samples_db *db, int shard, int64_t *done)
{
    int64_t id = shard;
    return one_number(db, SAMPLES_SQL_SHARD_GET, &id, done);
}

err samples_db_last_ref(struct samples_db *db, uint32_t *ref)
{
    int64_t last = 0;
    err e = one_number(db, SAMPLES_SQL_SERIES_LAST_REF, NULL, &last);
    *ref = (uint32_t)last;
    return e;
}

err samples_db_begin(struct samples_db *db)
{
    (void)pthread_mutex_lock(&db->writer.lock);
    struct query q = use(&db->writer, SAMPLES_SQL_BEGIN);
    err e = run(&q);
    if (e.code) (void)pthread_mutex_unlock(&db->writer.lock);
    return e;
}

err samples_db_end(struct samples_db *db, err e)
{
    struct query commit = use(&db->writer, SAMPLES_SQL_COMMIT), back = use(&db->writer, SAMPLES_SQL_ROLLBACK);
    if (!e.code) e = run(&commit);
    if (e.code && !sqlite3_get_autocommit(db->writer.db)) (void)run(&back).code;
    (void)pthread_mutex_unlock(&db->writer.lock);
    return e;
}

err samples_db_put_series(struct samples_db *db, const struct series_info *s)
{
    struct query q = use(&db->writer, SAMPLES_SQL_SERIES_PUT);
    const str texts[] = { s->id, s->text, s->name, s->labels, s->pipeline, s->source };
    bind_i64(&q, s->ref);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) bind_text(&q, texts[i]);
    bind_i64(&q, s->kind);
    bind_i64(&q, s->first_seen);
    bind_i64(&q, s->last_seen);
    return run(&q);
}

err samples_db_put_chunk(struct samples_db *db, uint32_t ref, usec start, usec end, int64_t part, size_t count,
                         str data)
{
    struct query q = use(&db->writer, SAMPLES_SQL_CHUNK_PUT);
    bind_i64(&q, ref);
    bind_i64(&q, start);
    bind_i64(&q, end);
    bind_i64(&q, part);
    bind_i64(&q, (int64_t)count);
    bind_blob(&q, data);
    return run(&q);
}

err samples_db_put_detector(struct samples_db *db, uint32_t ref, str state)
{
    struct query q = use(&db->writer, SAMPLES_SQL_DETECTOR_PUT);
    bind_i64(&q, ref);
    bind_blob(&q, state);
    return run(&q);
}

err samples_db_put_shard(struct samples_db *db, int shard, int64_t done)
{
    struct query q = use(&db->writer, SAMPLES_SQL_SHARD_PUT);
    bind_i64(&q, shard);
    bind_i64(&q, done);
    return run(&q);
}

err samples_db_expire(struct samples_db *db, usec before, size_t max, int64_t *gone)
{
    err e = samples_db_begin(db);
    if (e.code) return e;
    struct query q = use(&db->writer, SAMPLES_SQL_CHUNK_EXPIRE);
    bind_i64(&q, before);
    bind_i64(&q, (int64_t)max);
    e = run(&q);
    *gone = e.code ? 0 : sqlite3_changes64(db->writer.db);
    if (!e.code && *gone < (int64_t)max) {
        struct query series = use(&db->writer, SAMPLES_SQL_SERIES_EXPIRE),
                     states = use(&db->writer, SAMPLES_SQL_DETECTOR_EXPIRE);
        bind_i64(&series, before);
        e = run(&series);
        if (!e.code) e = run(&states);
    }
    return samples_db_end(db, e);
}

err samples_db_size(struct samples_db *db, int64_t *bytes, usec *oldest)
{
    int64_t pages = 0, page = 0;
    (void)pthread_mutex_lock(&db->reader.lock);
    struct query q = use(&db->reader, SAMPLES_SQL_SIZE);
    if (row(&q)) {
        pages = sqlite3_column_int64(q.stmt, 0);
        page = sqlite3_column_int64(q.stmt, 1);
    }
    err e = finish(&q);
    (void)pthread_mutex_unlock(&db->reader.lock);
    *bytes = pages * page;
    return e.code ? e : one_number(db, SAMPLES_SQL_CHUNK_OLDEST_END, NULL, oldest);
}
