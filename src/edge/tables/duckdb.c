/* Parquet through DuckDB, whose library (70 MB) is opened only when a Parquet file is: $WEIR_DUCKDB, else libduckdb.so
 * where the system finds libraries. These are the few functions of its C API (1.x) that reading rows needs. Every value
 * comes as text, which loses nothing: a double is printed so that it reads back. */

#include <dlfcn.h>
#include <inttypes.h>

#include "edge/tables/table_internal.h"
#include "tables_sql.h"

typedef void *handle;
struct duck_result {
    uint64_t unused[3];
    void *unused_pointers[2], *inside;
};
struct duck_text { /* up to 12 bytes inside, else elsewhere */
    uint32_t len;
    char first[4];
    union {
        char rest[8];
        const char *ptr;
    } u;
};

/* duckdb_<name>, its result, its arguments. 0 is success. */
#define DUCK_LIST(X)                                                                                                   \
    X(create_config, int, (handle *))                                                                                  \
    X(set_config, int, (handle, const char *, const char *))                                                           \
    X(destroy_config, void, (handle *))                                                                                \
    X(open_ext, int, (const char *, handle *, handle, char **))                                                        \
    X(connect, int, (handle, handle *))                                                                                \
    X(prepare, int, (handle, const char *, handle *))                                                                  \
    X(prepare_error, const char *, (handle))                                                                           \
    X(bind_varchar, int, (handle, uint64_t, const char *))                                                             \
    X(execute_prepared_streaming, int, (handle, struct duck_result *))                                                 \
    X(result_error, const char *, (struct duck_result *))                                                              \
    X(column_count, uint64_t, (struct duck_result *))                                                                  \
    X(column_name, const char *, (struct duck_result *, uint64_t))                                                     \
    X(fetch_chunk, handle, (struct duck_result))                                                                       \
    X(data_chunk_get_size, uint64_t, (handle))                                                                         \
    X(data_chunk_get_vector, handle, (handle, uint64_t))                                                               \
    X(vector_get_data, void *, (handle))                                                                               \
    X(vector_get_validity, uint64_t *, (handle))                                                                       \
    X(destroy_data_chunk, void, (handle *))                                                                            \
    X(destroy_result, void, (struct duck_result *))                                                                    \
    X(destroy_prepare, void, (handle *))                                                                               \
    X(disconnect, void, (handle *))                                                                                    \
    X(close, void, (handle *))

struct duck {
#define DUCK_FIELD(name, result, args) result(*name) args;
    DUCK_LIST(DUCK_FIELD)
#undef DUCK_FIELD
    void *library;
    handle config, db, connection, statement, chunk;
    struct duck_result result;
    uint64_t row, rows; /* of the chunk at hand */
};

/* -Wpedantic: a function's address is no object's; the bits are the same on every system that has dlsym. */
static bool find_functions(struct duck *d)
{
    bool all = true;
    void *at;
#define DUCK_FIND(name, result, args)                                                                                  \
    at = dlsym(d->library, "duckdb_" #name);                                                                           \
    all &= at != NULL;                                                                                                 \
    memcpy(&d->name, &at, sizeof at);
    DUCK_LIST(DUCK_FIND)
#undef DUCK_FIND
    return all;
}

static err load(struct duck *d)
{
    const char *named = getenv("WEIR_DUCKDB");
    d->library = dlopen(named && *named ? named : "libduckdb.so", RTLD_NOW | RTLD_LOCAL);
    if (!d->library)
        return err_make(
            ERR_NOT_FOUND,
            "Parquet needs DuckDB: install libduckdb.so (1.x), or name it in WEIR_DUCKDB; or write the table as CSV");
    return find_functions(d) ? OK : err_make(ERR_INPUT, "this libduckdb.so lacks functions of DuckDB 1.x");
}

/* No network, little memory. */
static err open_database(struct duck *d)
{
    static const char *const settings[][2] = { { "autoinstall_known_extensions", "false" },
                                               { "autoload_known_extensions", "false" },
                                               { "memory_limit", "512MB" },
                                               { "threads", "2" } };
    bool failed = d->create_config(&d->config) != 0;
    for (size_t i = 0; i < sizeof settings / sizeof *settings && !failed; i++)
        failed = d->set_config(d->config, settings[i][0], settings[i][1]) != 0;
    failed = failed || d->open_ext(NULL, &d->db, d->config, NULL) != 0 || d->connect(d->db, &d->connection) != 0;
    return failed ? err_make(ERR_IO, "DuckDB does not start") : OK;
}

static err query(struct duck *d, str path)
{
    char *z = mem_dup_z(path);
    bool failed = d->prepare(d->connection, tables_sql_text[TABLES_SQL_PARQUET_ROWS], &d->statement) != 0;
    err e = failed ? err_make(ERR_INPUT, "%s", d->prepare_error(d->statement)) : OK;
    if (!failed && (d->bind_varchar(d->statement, 1, z) || d->execute_prepared_streaming(d->statement, &d->result)))
        e = err_make(ERR_INPUT, "%s", d->result_error(&d->result) ? d->result_error(&d->result) : "cannot be read");
    mem_free(z);
    return e;
}

static err parquet_start(struct table_file *t)
{
    struct duck *d = t->reader = mem_new(sizeof *d);
    err e = load(d);
    if (!e.code) e = open_database(d);
    if (!e.code) e = query(d, t->name);
    uint64_t n = e.code ? 0 : d->column_count(&d->result);
    for (uint64_t i = 0; i < n && !e.code; i++) {
        size_t index;
        e = table_add_column(t, str_of(d->column_name(&d->result, i)), &index);
    }
    return e;
}

static struct cell text_cell(const struct duck_text *s)
{
    const char *from = s->len <= 12 ? s->first : s->u.ptr;
    return (struct cell){ .kind = s->len ? CELL_TEXT : CELL_MISSING, .text = { from, s->len } };
}

static err parquet_next(struct table_file *t, bool *more)
{
    struct duck *d = t->reader;
    while (d->row == d->rows) {
        if (d->chunk) d->destroy_data_chunk(&d->chunk);
        d->chunk = d->fetch_chunk(d->result);
        d->row = 0;
        d->rows = d->chunk ? d->data_chunk_get_size(d->chunk) : 0;
        *more = d->rows > 0;
        if (!d->chunk && d->result_error(&d->result)) return err_make(ERR_INPUT, "%s", d->result_error(&d->result));
        if (!*more) return OK;
    }
    *more = true;
    for (size_t c = 0; c < t->columns; c++) {
        handle vector = d->data_chunk_get_vector(d->chunk, c);
        const uint64_t *valid = d->vector_get_validity(vector);
        const struct duck_text *data = d->vector_get_data(vector);
        bool null = valid && !(valid[d->row / 64] >> (d->row % 64) & 1);
        t->row[c] = null ? (struct cell){ .kind = CELL_MISSING } : text_cell(&data[d->row]);
    }
    d->row++;
    return OK;
}

static void parquet_stop(struct table_file *t)
{
    struct duck *d = t->reader;
    if (!d) return;
    if (d->chunk) d->destroy_data_chunk(&d->chunk);
    if (d->result.inside) d->destroy_result(&d->result);
    if (d->statement) d->destroy_prepare(&d->statement);
    if (d->connection) d->disconnect(&d->connection);
    if (d->db) d->close(&d->db);
    if (d->config) d->destroy_config(&d->config);
    if (d->library) (void)dlclose(d->library);
    mem_free(d);
}

const struct table_format table_parquet = { .start = parquet_start, .next = parquet_next, .stop = parquet_stop };
