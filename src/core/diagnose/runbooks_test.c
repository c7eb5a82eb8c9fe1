/* The shipped runbooks: complete, in the words weir knows, and found for the cause they are about. */
#include "core/diagnose/diagnose_internal.h"

#include <dirent.h>

#include "test.h"

enum { BOOKS_MAX = 64 };

struct book {
    str id, title, body;
};
struct shelf {
    struct arena a;
    struct book books[BOOKS_MAX];
    size_t count;
};

static str read_file(const char *path, struct arena *a)
{
    FILE *f = fopen(path, "rb");
    CHECK(f != NULL);
    char *text = arena_new(a, 1 << 16);
    size_t n = fread(text, 1, 1 << 16, f);
    (void)fclose(f);
    CHECK(n > 0 && n < 1 << 16);
    return (str){ text, n };
}

/* The first line is the title, after "# ". */
static void shelve(struct shelf *s, const char *name)
{
    str body = read_file(str_fmt(&s->a, "%s/examples/runbooks/%s", WEIR_SOURCE_DIR, name).ptr, &s->a), rest = body,
        title;
    CHECK(str_next(&rest, '\n', &title));
    CHECK(str_starts(title, STR("# ")));
    s->books[s->count++] = (struct book){ str_dup(&s->a, str_of(name)), str_cut(title, 2, title.len), body };
}

static struct shelf *open_shelf(void)
{
    struct shelf *s = mem_new(sizeof *s);
    s->a = arena_init(16 << 20);
    DIR *d = opendir(WEIR_SOURCE_DIR "/examples/runbooks");
    CHECK(d != NULL);
    for (struct dirent *e; (e = readdir(d)) && s->count < BOOKS_MAX;)
        if (str_ends(str_of(e->d_name), STR(".md"))) shelve(s, e->d_name);
    (void)closedir(d);
    return s;
}

static void close_shelf(struct shelf *s)
{
    arena_done(&s->a);
    mem_free(s);
}

/* The words of a "Causes: a, b" line. */
static str line_of(const struct book *b, const char *label)
{
    str rest = b->body, line;
    while (str_next(&rest, '\n', &line))
        if (str_starts(line, str_of(label))) return str_cut(line, strlen(label), line.len);
    return STR_NONE;
}

TEST(every_runbook_has_its_sections_and_known_words)
{
    static const char *const sections[] = { "## Symptom", "## Likely causes", "## Check", "## Fix", "## Prevention" };
    struct shelf *s = open_shelf();
    CHECK(s->count >= 25);
    for (size_t i = 0; i < s->count; i++) {
        for (size_t k = 0; k < sizeof sections / sizeof sections[0]; k++)
            if (str_find(s->books[i].body, str_of(sections[k]), 0) < 0)
                test_failed(__FILE__, __LINE__, STR_FMT " lacks %s", STR_ARG(s->books[i].id), sections[k]);
        str causes = line_of(&s->books[i], "Causes:"), cause;
        CHECK(causes.len > 0);
        while (str_next(&causes, ',', &cause)) {
            cause = str_trim(cause);
            if (cause_of(cause) == CAUSE_UNKNOWN && !STR_IS(cause, "unknown"))
                test_failed(__FILE__, __LINE__, STR_FMT " names " STR_FMT, STR_ARG(s->books[i].id), STR_ARG(cause));
        }
        CHECK(line_of(&s->books[i], "Remedies:").len > 0);
    }
    close_shelf(s);
}

TEST(every_cause_has_a_runbook)
{
    struct shelf *s = open_shelf();
    for (int c = 0; c < CAUSE_COUNT; c++) {
        bool found = false;
        for (size_t i = 0; i < s->count && !found; i++)
            found = str_find(line_of(&s->books[i], "Causes:"), str_of(cause_text((enum cause_kind)c)), 0) >= 0;
        if (!found) test_failed(__FILE__, __LINE__, "no runbook for %s", cause_text((enum cause_kind)c));
    }
    close_shelf(s);
}

/* A cause, what its strongest evidence says, and the runbook a person would reach for. */
static const struct wanted {
    enum cause_kind kind;
    const char *words, *runbook;
} wanted[] = {
    { CAUSE_SOURCE_TIMEOUT, "extract said: curl: (28) Operation timed out after 2001 milliseconds",
      "source-timeout.md" },
    { CAUSE_SOURCE_UNREACHABLE, "extract said: curl: (7) Failed to connect to 10.0.0.1 port 443",
      "source-unreachable.md" },
    { CAUSE_SOURCE_UNREACHABLE, "curl: (60) SSL certificate problem: certificate has expired", "tls-certificate.md" },
    { CAUSE_SOURCE_AUTH, "psql: FATAL: password authentication failed for user", "source-auth.md" },
    { CAUSE_SCHEMA_MISSING, "transform said: Error: in prepare, no such column: amount", "schema-missing-column.md" },
    { CAUSE_SCHEMA_CHANGED, "expected 5 columns but found 4", "schema-changed.md" },
    { CAUSE_SCHEMA_CHANGED, "Vector dimension 768 does not match the dimension of the index",
      "embedding-index-mismatch.md" },
    { CAUSE_DATA_DUPLICATED, "load announced 4026 rows, 2 times the usual 2000", "data-duplicated.md" },
    { CAUSE_DATA_MISSING, "cat: orders.csv: No such file or directory", "data-missing.md" },
    { CAUSE_DATA_INVALID, "ValueError: could not convert string to float: 'n/a'", "data-invalid.md" },
    { CAUSE_DATA_INVALID, "loss is NaN, training stopped at step 412", "training-diverged.md" },
    { CAUSE_DATA_GROWN, "extract announced 9000 rows, usual are 2000", "data-grown.md" },
    { CAUSE_DATA_GROWN, "maximum context length is 8192 tokens, the prompt is longer", "llm-context-too-long.md" },
    { CAUSE_RESOURCE_MEMORY, "transform said: mawk: run time error: out of memory", "memory-limit.md" },
    { CAUSE_RESOURCE_DISK_FULL, "write failed: No space left on device", "disk-full.md" },
    { CAUSE_RESOURCE_DISK_SLOW, "load took 900 ms instead of 150 ms, one small durable write took 120 ms",
      "disk-slow.md" },
    { CAUSE_RESOURCE_CPU, "transform used the processor for 152 ms as usual but needed 900 ms", "cpu-starved.md" },
    { CAUSE_LOCK, "Error: stepping, database is locked (5)", "lock-contention.md" },
    { CAUSE_UPSTREAM_FAILED, "customers: step extract of customers failed", "upstream-failed.md" },
    { CAUSE_UPSTREAM_LATE, "customers has not run since", "upstream-late.md" },
    { CAUSE_CODE_ERROR, "SyntaxError: invalid syntax", "code-error.md" },
    { CAUSE_PERMISSION, "cp: cannot create /srv/x: Permission denied", "permission.md" },
    { CAUSE_CHANGE, "2 min before it began: orders 1.4.2 deployed", "bad-change.md" },
    { CAUSE_SERVICE_DEGRADED, "curl: (22) The requested URL returned error: 429 Too Many Requests", "rate-limited.md" },
    { CAUSE_SERVICE_DEGRADED, "HTTP/1.1 503 Service Unavailable", "service-degraded.md" },
};
enum { WANTED = sizeof wanted / sizeof wanted[0] };

struct search {
    struct shelf *shelf;
    str found[WANTED];
    str hostile;
};

static err search_all(struct tx *tx, void *ctx)
{
    struct search *s = ctx;
    struct runbook_index *books = runbook_index_new();
    for (size_t i = 0; i < s->shelf->count; i++) {
        const struct book *b = &s->shelf->books[i];
        tx_exec(tx, SQL_RUNBOOK_ADD, V(b->id), V(b->title), V(b->body), V(""), V((int64_t)i + 1));
    }
    struct diag d = { .tx = tx, .a = &s->shelf->a, .books = books };
    for (size_t i = 0; i < WANTED; i++)
        s->found[i] = runbook_find(&d, &(struct cause){ .kind = wanted[i].kind }, str_of(wanted[i].words));
    s->hostile = runbook_find(&d, &(struct cause){ .kind = CAUSE_LOCK },
                              STR("\" OR title: NEAR(a b) * ^ -- \x80\xff '; ) AND NOT"));
    runbook_index_free(books);
    return tx_err(tx);
}

TEST(the_runbook_a_person_would_reach_for_is_found)
{
    struct env env = env_os();
    struct store *store = NULL;
    struct search s = { .shelf = open_shelf() };
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR_NONE }, &env, &store));
    CHECK_OK(store_run(store, search_all, &s));
    size_t right = 0;
    for (size_t i = 0; i < WANTED; i++) {
        bool hit = str_eq(s.found[i], str_of(wanted[i].runbook));
        right += hit;
        if (!hit)
            (void)printf("# %s: %s -> " STR_FMT "\n", cause_text(wanted[i].kind), wanted[i].words, STR_ARG(s.found[i]));
    }
    (void)printf("# %zu of %d found first\n", right, WANTED);
    CHECK(right >= WANTED - 1);
    CHECK(s.hostile.len > 0);
    store_close(store);
    close_shelf(s.shelf);
}
