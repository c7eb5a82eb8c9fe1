/* PostgreSQL with the extension pgvector, by libpq where it is installed: one table, weir_vector, with a row a passage.
 * It is asked without an index of neighbours, all rows that the reader may find: such an index would be asked first and
 * filtered afterwards, and could come back with too few.
 *
 * Two connections, so that a search does not wait for a put: one keeps, one asks; each has a lock, since libpq wants
 * one thread at a time. The statements are PostgreSQL's own and stand here, beside their parameters: weir's store,
 * where all other SQL is, has nothing to do with them. */
#include "edge/http_client.h"
#include "edge/vectors/remote.h"
#include "edge/vectors/vectors.h"

#include <assert.h>
#include <dlfcn.h>
#include <math.h>

enum { KEEP, ASK, PARAMS_MAX = 6, COLUMNS_MAX = 2 };
enum { RESULT_COMMAND = 1, RESULT_ROWS = 2, FIELD_SQLSTATE = 'C' }; /* of libpq-fe.h, the same since 7.4 */

struct libpq {
    void *(*connect)(const char *const *keys, const char *const *values, int expand);
    void (*finish)(void *conn);
    int (*alive)(const void *conn); /* 0: yes */
    char *(*problem)(const void *conn);
    void *(*quiet)(void *conn, void (*take)(void *, const char *), void *arg);
    void *(*exec)(void *conn, const char *sql, int n, const unsigned *types, const char *const *values,
                  const int *lengths, const int *formats, int format);
    int (*status)(const void *result);
    char *(*field)(const void *result, int code);
    int (*rows)(const void *result);
    char *(*value)(const void *result, int row, int column);
    void (*clear)(void *result);
};

struct link {
    void *library;
    struct libpq pq;
    pthread_mutex_t lock[2];
    void *conn[2];
};

static const char *const names[] = { "PQconnectdbParams", "PQfinish",       "PQstatus",           "PQerrorMessage",
                                     "PQsetNoticeProcessor", "PQexecParams", "PQresultStatus",     "PQresultErrorField",
                                     "PQntuples",         "PQgetvalue",     "PQclear" };
static_assert(sizeof names / sizeof *names * sizeof(void *) == sizeof(struct libpq), "a name a function");

static err load(struct remote *r, struct link **out)
{
    if (!r->link) {
        struct link *l = mem_new(sizeof *l);
        for (int i = 0; i < 2; i++) (void)pthread_mutex_init(&l->lock[i], NULL);
        r->link = l;
    }
    struct link *l = *out = r->link;
    if (l->library) return OK;
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!library) return err_make(ERR_INPUT, "libpq.so.5 is not installed (Debian: libpq5)");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *f = dlsym(library, names[i]);
        if (!f) return (void)dlclose(library), err_make(ERR_INPUT, "libpq lacks %s", names[i]);
        memcpy((char *)&l->pq + i * sizeof f, &f, sizeof f); /* -Wpedantic: a function's address is no object's */
    }
    l->library = library;
    return OK;
}

static void close_link(struct remote *r)
{
    struct link *l = r->link;
    if (!l) return;
    for (int i = 0; i < 2; i++) {
        if (l->conn[i]) l->pq.finish(l->conn[i]);
        (void)pthread_mutex_destroy(&l->lock[i]);
    }
    if (l->library) (void)dlclose(l->library);
    mem_free(l);
}

/* ---- one statement ---- */

static void say_nothing(void *arg, const char *text)
{
    (void)arg, (void)text;
}

/* An address without a host is a socket of this machine. */
static bool is_local(str url)
{
    str place = url_place(url);
    return url_is_local(url) || !place.len || place.ptr[0] == '/';
}

/* What the address says later in the list wins over what stands before it. */
static err connect_to(struct remote *r, int which, struct arena *a)
{
    struct link *l = r->link;
    const char *keys[] = { "sslmode", "passfile", "connect_timeout", "tcp_user_timeout", "options", "application_name",
                           "dbname", r->key_line.len ? "password" : NULL, NULL };
    const char *values[] = { is_local(r->url) ? "prefer" : "verify-full", "/dev/null", "5", "20000",
                             which == ASK ? "-c statement_timeout=5s" : "-c statement_timeout=20s", "weir",
                             str_z(a, r->url), r->key_line.len ? str_z(a, r->key_line) : NULL, NULL };
    l->conn[which] = l->pq.connect(keys, values, 1);
    if (l->conn[which] && !l->pq.alive(l->conn[which])) {
        (void)l->pq.quiet(l->conn[which], say_nothing, NULL);
        return OK;
    }
    str said = str_utf8_prefix(str_of(l->conn[which] ? l->pq.problem(l->conn[which]) : "no memory"), 160);
    err e = err_make(ERR_IO, "PostgreSQL: " STR_FMT, STR_ARG(str_trim(said)));
    if (l->conn[which]) l->pq.finish(l->conn[which]);
    l->conn[which] = NULL;
    return e;
}

struct rows {
    str (*items)[COLUMNS_MAX];
    size_t count;
};

static err failure(struct link *l, int which, const void *result)
{
    static const struct {
        const char *state;
        enum err_code code;
    } states[] = { { "57014", ERR_TIMEOUT }, { "08", ERR_IO }, { "57", ERR_IO }, { "53", ERR_LIMIT },
                   { "28", ERR_DENIED },     { "42501", ERR_DENIED } };
    const char *state = l->pq.field(result, FIELD_SQLSTATE);
    enum err_code code = state ? ERR_INPUT : ERR_IO;
    for (size_t i = sizeof states / sizeof *states; i-- > 0 && state;)
        if (str_starts(str_of(state), str_of(states[i].state))) code = states[i].code;
    str said = str_utf8_prefix(str_of(l->pq.problem(l->conn[which])), 160);
    return err_make(code, "PostgreSQL: " STR_FMT, STR_ARG(str_trim(said)));
}

static err once(struct remote *r, int which, const char *sql, const char *const *values, int n, int columns,
                struct arena *a, struct rows *out)
{
    struct link *l = r->link;
    err e = l->conn[which] ? OK : connect_to(r, which, a);
    if (e.code) return e;
    atomic_fetch_add(&r->calls, 1);
    void *result = l->pq.exec(l->conn[which], sql, n, NULL, values, NULL, NULL, 0);
    int status = l->pq.status(result);
    if (status != RESULT_COMMAND && status != RESULT_ROWS) e = failure(l, which, result);
    out->count = e.code || status == RESULT_COMMAND ? 0 : (size_t)l->pq.rows(result);
    out->items = arena_new(a, (out->count + 1) * sizeof *out->items);
    for (size_t i = 0; i < out->count; i++)
        for (int c = 0; c < columns; c++) out->items[i][c] = str_dup(a, str_of(l->pq.value(result, (int)i, c)));
    l->pq.clear(result);
    if (l->pq.alive(l->conn[which])) { /* it went away: the next has a new one */
        l->pq.finish(l->conn[which]);
        l->conn[which] = NULL;
    }
    return e;
}

/* Every statement here may be done twice. */
static err run(struct remote *r, int which, const char *sql, const char *const *values, int n, int columns,
               struct arena *a, struct rows *out)
{
    struct link *l = r->link;
    (void)pthread_mutex_lock(&l->lock[which]);
    bool had = l->conn[which] != NULL;
    err e = once(r, which, sql, values, n, columns, a, out);
    if (e.code == ERR_IO && had && !l->conn[which]) { /* an old connection that had died */
        atomic_fetch_add(&r->retries, 1);
        e = once(r, which, sql, values, n, columns, a, out);
    }
    (void)pthread_mutex_unlock(&l->lock[which]);
    return e;
}

/* ---- the store ---- */

static err ready(struct remote *r, struct arena *a)
{
    static const char *const making[] = {
        "CREATE EXTENSION IF NOT EXISTS vector",
        "CREATE TABLE IF NOT EXISTS weir_vector (collection text NOT NULL, id uuid NOT NULL, document text NOT NULL, "
        "title text NOT NULL, passage bigint NOT NULL, roles text[] NOT NULL, valid_from bigint NOT NULL, "
        "valid_to bigint NOT NULL, embedding vector NOT NULL, PRIMARY KEY (collection, id))",
    };
    struct link *l;
    struct rows rows = { 0 };
    err e = load(r, &l);
    for (size_t i = 0; i < 2 && !e.code; i++) e = run(r, KEEP, making[i], NULL, 0, 0, a, &rows);
    const char *values[] = { str_z(a, r->collection), str_z(a, str_fmt(a, "%zu", r->dim)) };
    if (!e.code)
        e = run(r, KEEP,
                "SELECT 1 FROM weir_vector WHERE collection = $1 AND vector_dims(embedding) <> $2::int LIMIT 1", values,
                2, 0, a, &rows);
    if (!e.code && rows.count)
        e = err_make(ERR_INPUT, "the vectors of " STR_FMT " are not of %zu numbers", STR_ARG(r->collection), r->dim);
    return e;
}

static err put(struct remote *r, const struct vector_item *items, size_t n, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    struct rows rows;
    jw_array(&w, NULL);
    for (size_t i = 0; i < n; i++) {
        char id[REMOTE_ID_LEN + 1];
        remote_id(items[i].id, id);
        jw_open(&w, NULL);
        jw_strz(&w, "id", id);
        remote_floats(&w, "vector", r, &items[i].vector);
        remote_facts(&w, &items[i]);
        remote_roles(&w, "roles", &items[i]);
        jw_close(&w);
    }
    jw_array_end(&w);
    if (b.full) return buf_done(&b), err_make(ERR_LIMIT, "too many vectors at once");
    const char *values[] = { str_z(a, r->collection), str_z(a, buf_take(&b, a)) };
    return run(r, KEEP,
               "INSERT INTO weir_vector SELECT $1, (e->>'id')::uuid, e->>'document', e->>'title', "
               "(e->>'passage')::bigint, ARRAY(SELECT jsonb_array_elements_text(e->'roles')), "
               "(e->>'valid_from')::bigint, (e->>'valid_to')::bigint, (e->>'vector')::vector "
               "FROM jsonb_array_elements($2::jsonb) e ON CONFLICT (collection, id) DO UPDATE SET "
               "document = excluded.document, title = excluded.title, passage = excluded.passage, "
               "roles = excluded.roles, valid_from = excluded.valid_from, valid_to = excluded.valid_to, "
               "embedding = excluded.embedding",
               values, 2, 0, a, &rows);
}

static err drop(struct remote *r, const uint64_t *ids, size_t n, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    struct rows rows;
    remote_ids(&w, NULL, ids, n);
    const char *values[] = { str_z(a, r->collection), str_z(a, buf_take(&b, a)) };
    return run(r, KEEP,
               "DELETE FROM weir_vector WHERE collection = $1 AND id IN "
               "(SELECT i::uuid FROM jsonb_array_elements_text($2::jsonb) i)",
               values, 2, 0, a, &rows);
}

static err page(struct remote *r, struct remote_page *p, struct arena *a)
{
    struct rows rows;
    const char *from = p->from.len ? str_z(a, p->from) : "00000000-0000-0000-0000-000000000000";
    const char *values[] = { str_z(a, r->collection), from, str_z(a, str_fmt(a, "%d", REMOTE_PAGE)) };
    err e = run(r, KEEP,
                "SELECT id::text FROM weir_vector WHERE collection = $1 AND id > $2::uuid ORDER BY id LIMIT $3::int",
                values, 3, 1, a, &rows);
    if (e.code) return e;
    for (size_t i = 0; i < rows.count; i++) remote_entry(p, rows.items[i][0]);
    if (rows.count == REMOTE_PAGE) p->next = rows.items[rows.count - 1][0];
    return OK;
}

static err near(struct remote *r, const struct vector_question *q, struct arena *a, struct remote_hits *hits)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    struct rows rows;
    remote_floats(&w, NULL, r, &q->vector);
    const char *values[PARAMS_MAX] = { str_z(a, r->collection), str_z(a, buf_take(&b, a)),
                                       remote_reads_all(q->role) ? "t" : "f", str_z(a, q->role),
                                       str_z(a, str_fmt(a, "%lld", (long long)remote_time(q->now))),
                                       str_z(a, str_fmt(a, "%zu", hits->max)) };
    err e = run(r, ASK,
                "SELECT id::text, 1 - (embedding <=> $2::vector) FROM weir_vector WHERE collection = $1 AND "
                "($3::bool OR roles && ARRAY['" REMOTE_ANYBODY "', $4::text]) AND valid_from <= $5::bigint AND "
                "valid_to > $5::bigint ORDER BY embedding <=> $2::vector LIMIT $6::int",
                values, PARAMS_MAX, 2, a, &rows);
    for (size_t i = 0; i < rows.count && !e.code; i++) {
        double cosine;
        if (!str_to_f64(rows.items[i][1], &cosine).code) remote_hit(hits, rows.items[i][0], cosine);
    }
    return e;
}

static const struct remote_dialect dialect = { .name = "pgvector", .key = "", .ready = ready, .put = put, .drop = drop,
                                               .page = page, .near = near, .close = close_link };

static err open_pgvector(const struct vector_store_opts *opts, void **self)
{
    return remote_open(&dialect, opts, self);
}

const struct vector_store_kind vector_store_pgvector = { .name = "pgvector", .open = open_pgvector, REMOTE_KIND };
