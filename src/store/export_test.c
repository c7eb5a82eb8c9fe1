/* The export, read by the script that outsiders get. */
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "store/journal.h"

struct world {
    struct env env;
    struct arena a;
    str dir;
    struct store *s;
    struct signer signer;
    str note;
};

static err add_twenty(struct tx *tx, void *ctx)
{
    (void)ctx;
    for (int i = 0; i < 20; i++)
        (void)journal_add(tx, &(struct entry){ .kind = STR("finding"),
                                               .subject = STR("quote \" tab \t \xc3\xa9 \xf0\x9f\x9a\xb0"),
                                               .actor = STR("weir"),
                                               .body = STR("{\"a\": [1,  2]}") });
    return OK;
}

static err sign(struct tx *tx, void *ctx)
{
    struct world *w = ctx;
    return journal_checkpoint(tx, &w->signer, &w->a, &w->note);
}

static err retain(struct tx *tx, void *ctx)
{
    (void)ctx;
    CHECK_I64(journal_retain(tx, 2000), 20);
    return OK;
}

static void world_make(struct world *w)
{
    *w = (struct world){ .env = env_os(), .a = arena_init(1 << 20), .dir = test_dir() };
    CHECK_OK(store_open(&(struct store_opts){ 0 }, &w->env, &w->s));
    CHECK_OK(signer_open(str_fmt(&w->a, STR_FMT "/journal.key", STR_ARG(w->dir)), &w->env, &w->signer));
    CHECK_OK(store_run_at(w->s, 1000, add_twenty, NULL));
    CHECK_OK(store_run_at(w->s, 1500, sign, w));
    CHECK_OK(store_run_at(w->s, 2000, add_twenty, NULL));
    CHECK_OK(store_run_at(w->s, 3000, retain, NULL));
    CHECK_OK(store_run_at(w->s, 3000, sign, w));
    CHECK_OK(store_run_at(w->s, 4000, add_twenty, NULL));
}

static void world_done(struct world *w)
{
    store_close(w->s);
    arena_done(&w->a);
}

static err to_file(void *ctx, str text)
{
    FILE *f = ctx;
    (void)fwrite(text.ptr, 1, text.len, f);
    (void)fputc('\n', f);
    return OK;
}

static const char *export(struct world *w, int64_t from, int64_t to)
{
    const char *path = str_fmt(&w->a, STR_FMT "/export-%lld.jsonl", STR_ARG(w->dir), (long long)from).ptr;
    FILE *f = fopen(path, "w");
    CHECK(f != NULL);
    struct tx *tx;
    CHECK_OK(store_read(w->s, &tx));
    CHECK_OK(journal_export(tx, from, to, to_file, f));
    store_read_end(tx);
    CHECK(fclose(f) == 0);
    return path;
}

static int run_script(const char *a, const char *b, const char *c, const char *d, const char *e)
{
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        (void)dup2(null, STDOUT_FILENO);
        (void)dup2(null, STDERR_FILENO);
        (void)execlp("python3", "python3", WEIR_SOURCE_DIR "/docs/verify_journal.py", a, b, c, d, e, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static str read_all(struct world *w, const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = arena_new(&w->a, 1 << 17);
    size_t n = fread(text, 1, 1 << 17, f);
    (void)fclose(f);
    return (str){ text, n };
}

static const char *write_all(struct world *w, const char *name, str text)
{
    const char *path = str_fmt(&w->a, STR_FMT "/%s", STR_ARG(w->dir), name).ptr;
    FILE *f = fopen(path, "w");
    CHECK(fwrite(text.ptr, 1, text.len, f) == text.len);
    CHECK(fclose(f) == 0);
    return path;
}

TEST(the_script_for_outsiders_accepts_an_export_and_finds_changes)
{
    struct world w;
    world_make(&w);
    const char *path = export(&w, 0, 0);
    int rc = run_script(path, NULL, NULL, NULL, NULL);
    if (rc == 127) SKIP("python3 is not installed");
    CHECK_I64(rc, 0);
    CHECK_I64(run_script(export(&w, 30, 50), NULL, NULL, NULL, NULL), 0);
    const char *note = write_all(&w, "saved.note", w.note);
    CHECK_I64(run_script(path, "--checkpoint", note, NULL, NULL), 0);
    str text = read_all(&w, path);
    static const char *const places[] = { "finding",     "[1,  2]",          "\"time\":2000", "\"erased\":\"",
                                          "\"hash\":\"", "journal.retained", "\"digest",      "\\n41" };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        str copy = str_dup(&w.a, text);
        ptrdiff_t at = str_find(copy, str_of(places[i]), copy.len / 3);
        if (at < 0) at = str_find(copy, str_of(places[i]), 0);
        size_t byte = (size_t)at + strlen(places[i]) - (places[i][0] == '"' && places[i][1] != 't' ? 0 : 1);
        char *p = (char *)(uintptr_t)copy.ptr;
        p[byte] = p[byte] == '1' ? '2' : '1';
        rc = run_script(write_all(&w, "changed.jsonl", copy), "--checkpoint", note, NULL, NULL);
        if (rc != 1) test_failed(__FILE__, __LINE__, "a change at '%s' was not found", places[i]);
    }
    world_done(&w);
}

TEST(the_script_checks_signatures)
{
    struct world w;
    world_make(&w);
    const char *path = export(&w, 0, 0), *key = str_fmt(&w.a, STR_FMT "/journal.key.pub", STR_ARG(w.dir)).ptr;
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        (void)dup2(null, STDERR_FILENO);
        (void)execlp("python3", "python3", "-c", "import cryptography", (char *)NULL);
        _exit(127);
    }
    int status = 0;
    CHECK(waitpid(pid, &status, 0) == pid);
    if (status) SKIP("the Python package cryptography is not installed");
    const char *note = write_all(&w, "saved.note", w.note);
    CHECK_I64(run_script(path, "--public-key", key, "--checkpoint", note), 0);
    struct signer other;
    CHECK_OK(signer_open(str_fmt(&w.a, STR_FMT "/other.key", STR_ARG(w.dir)), &w.env, &other));
    CHECK_I64(run_script(path, "--public-key", str_fmt(&w.a, STR_FMT "/other.key.pub", STR_ARG(w.dir)).ptr, NULL, NULL),
              1);
    world_done(&w);
}

static err stop_at_once(void *ctx, str text)
{
    (void)text;
    ++*(int *)ctx;
    return err_make(ERR_STOPPED, "enough");
}

TEST(an_export_stops_when_its_reader_does)
{
    struct world w;
    world_make(&w);
    struct tx *tx;
    int lines = 0;
    CHECK_OK(store_read(w.s, &tx));
    CHECK_ERR(journal_export(tx, 0, 0, stop_at_once, &lines), ERR_STOPPED);
    CHECK_I64(lines, 1);
    store_read_end(tx);
    world_done(&w);
}
