#include "edge/lineage/pg_query.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Measured: at most 170 bytes of stack a level, and a level takes two bytes of text: 22 MB for the longest that
 * sql_tree_fits lets pass. */
enum { STACK_BYTES = 64 << 20 };

/* As pg_query.h of the library has them, unchanged from 13 to 17. */
struct grammar_error {
    char *message, *function, *file;
    int line, cursor;
    char *context;
};
struct grammar_result {
    char *tree, *stderr_text;
    struct grammar_error *error;
};
struct job {
    struct grammar_result (*parse)(const char *text);
    void (*release)(struct grammar_result r);
    const char *text;
    struct grammar_result result;
};

/* Once opened it stays: it keeps memory for each thread, and gives it back when the thread ends. */
static void *open_library(void)
{
    static const char *const names[] = { "libpg_query.so", "libpg_query.so.1504.0" };
    const char *named = getenv("WEIR_PG_QUERY");
    void *library = NULL;
    int how = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE;
    if (named && *named) return strcmp(named, "off") == 0 ? NULL : dlopen(named, how);
    for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++) library = dlopen(names[i], how);
    return library;
}

static bool find(void *library, struct job *j)
{
    void *parse = dlsym(library, "pg_query_parse"), *release = dlsym(library, "pg_query_free_parse_result");
    memcpy(&j->parse, &parse, sizeof parse); /* -Wpedantic: a function's address is no object's */
    memcpy(&j->release, &release, sizeof release);
    return parse && release;
}

static void *run(void *arg)
{
    struct job *j = arg;
    j->result = j->parse(j->text);
    return NULL;
}

static err on_deep_stack(struct job *j)
{
    pthread_attr_t attr;
    pthread_t thread;
    int failed = pthread_attr_init(&attr);
    if (!failed) {
        failed = pthread_attr_setstacksize(&attr, STACK_BYTES);
        if (!failed) failed = pthread_create(&thread, &attr, run, j);
        (void)pthread_attr_destroy(&attr);
    }
    if (failed) return err_make(ERR_LIMIT, "no thread for PostgreSQL's grammar: %s", strerror(failed));
    (void)pthread_join(thread, NULL);
    return OK;
}

static struct pg_syntax place(str text, int cursor)
{
    struct pg_syntax at = { 1, 1 };
    int characters = 1;
    for (size_t i = 0; i < text.len && characters < cursor; i++) {
        bool inside = i + 1 < text.len && ((unsigned char)text.ptr[i + 1] & 0xc0) == 0x80;
        if (inside) continue;
        characters++;
        at.column++;
        if (text.ptr[i] == '\n') at.line++, at.column = 1;
    }
    return at;
}

static err reply(const struct job *j, str text, struct arena *a, str *tree, struct pg_syntax *bad)
{
    const struct grammar_error *error = j->result.error;
    if (error) {
        *bad = place(text, error->cursor);
        return err_make(ERR_INPUT, "%s", error->message ? error->message : "PostgreSQL cannot read it");
    }
    str json = str_of(j->result.tree);
    char *copy = arena_try(a, json.len + 1);
    if (!copy) return err_make(ERR_LIMIT, "too little memory for the tree of this SQL");
    if (json.len) memcpy(copy, json.ptr, json.len);
    *tree = (str){ copy, json.len };
    return OK;
}

err pg_query_tree(str text, struct arena *a, str *tree, struct pg_syntax *bad)
{
    struct job j = { 0 };
    void *library = open_library();
    if (!library)
        return err_make(ERR_NOT_FOUND,
                        "PostgreSQL's grammar is not here: install libpg_query (Debian: libpg-query1504.0), or "
                        "name the library in WEIR_PG_QUERY");
    if (!find(library, &j)) {
        (void)dlclose(library);
        return err_make(ERR_NOT_FOUND, "the library named libpg_query lacks pg_query_parse");
    }
    char *z = mem_dup_z(text);
    j.text = z;
    err e = on_deep_stack(&j);
    if (!e.code) {
        e = reply(&j, text, a, tree, bad);
        j.release(j.result);
    }
    mem_free(z);
    (void)dlclose(library);
    return e;
}
