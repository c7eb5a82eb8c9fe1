#include "edge/cli/audit.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "edge/cli/cli_kit.h"
#include "store/journal.h"

static const struct command *const table[] = { &command_audit_verify, &command_audit_show, &command_audit_export,
                                               NULL };

/* Run a command line on a data folder; both outputs go to `text`. */
static int run(str data, char *text, size_t cap, const char *const *words)
{
    struct arena a = arena_init(1 << 16);
    char *argv[16] = { (char *)(uintptr_t)"weir" };
    int argc = 1;
    for (; words[argc - 1]; argc++) argv[argc] = (char *)(uintptr_t)words[argc - 1];
    (void)setenv("WEIR_DATA_DIR", str_z(&a, data), 1);
    struct env env = env_os();
    int rc = cli_captured(argc, argv, table, &env, text, cap);
    arena_done(&a);
    return rc;
}

#define RUN(data, text, ...) run((data), (text), sizeof(text), (const char *const[]){ __VA_ARGS__, NULL })

struct desk {
    struct signer signer;
    struct arena a;
    str note;
};

static err add(struct tx *tx, void *ctx)
{
    (void)ctx;
    for (int i = 0; i < 5; i++)
        (void)journal_add(tx, &(struct entry){ .kind = i ? STR("finding") : STR("incident.opened"),
                                               .subject = STR("orders"),
                                               .actor = STR("weir"),
                                               .correlation = i ? STR("") : STR("inc-1"),
                                               .body = STR("{\"escape\":\"\x1b[2J\"}") });
    return OK;
}

static err sign(struct tx *tx, void *ctx)
{
    struct desk *d = ctx;
    return journal_checkpoint(tx, &d->signer, &d->a, &d->note);
}

static str write_file(str dir, const char *name, str text, struct arena *a)
{
    str path = str_fmt(a, STR_FMT "/%s", STR_ARG(dir), name);
    FILE *f = fopen(path.ptr, "w");
    CHECK(f && fwrite(text.ptr, 1, text.len, f) == text.len);
    CHECK(fclose(f) == 0);
    return path;
}

static str make_data(struct desk *d)
{
    struct env env = env_os();
    struct store *s = NULL;
    str data = test_dir();
    d->a = arena_init(1 << 16);
    CHECK_OK(signer_open(str_fmt(&d->a, STR_FMT "/" STORE_KEY_FILE, STR_ARG(data)), &env, &d->signer));
    CHECK_OK(
        store_open(&(struct store_opts){ .dir = str_fmt(&d->a, STR_FMT "/" STORE_FOLDER, STR_ARG(data)) }, &env, &s));
    CHECK_OK(store_run(s, add, NULL));
    CHECK_OK(store_run(s, sign, d));
    CHECK_OK(store_run(s, add, NULL));
    store_close(s);
    return data;
}

static void meddle(struct desk *d, str data, const char *sql)
{
    sqlite3 *db;
    CHECK(sqlite3_open(str_fmt(&d->a, STR_FMT "/" STORE_FOLDER "/weir.db", STR_ARG(data)).ptr, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    (void)sqlite3_close(db);
}

TEST(verify_says_what_it_checked_and_what_it_cannot_rule_out)
{
    char text[8192];
    struct desk d;
    str data = make_data(&d), note = write_file(data, "saved.note", d.note, &d.a);
    const char *key = str_fmt(&d.a, STR_FMT "/" STORE_KEY_FILE ".pub", STR_ARG(data)).ptr;
    CHECK_I64(RUN(data, text, "audit", "verify"), EXIT_FINE);
    CHECK(strstr(text, "10 read") && strstr(text, "signatures not checked") && strstr(text, "give --public-key"));
    CHECK_I64(RUN(data, text, "audit", "verify", "--public-key", key, "--checkpoint", note.ptr), EXIT_FINE);
    CHECK(strstr(text, "and signatures") && !strstr(text, "give --") && strstr(text, "after the newest checkpoint"));
    CHECK_I64(RUN(data, text, "audit", "verify", "--json"), EXIT_FINE);
    CHECK(strstr(text, "\"ok\":true,\"entries\":10"));
    meddle(&d, data, "UPDATE entry SET subject = 'payments' WHERE seq = 7");
    CHECK_I64(RUN(data, text, "audit", "verify"), EXIT_FOUND);
    CHECK(strstr(text, "WRONG: entry 7"));
    CHECK_I64(RUN(data, text, "audit", "verify", "--json"), EXIT_FOUND);
    CHECK(strstr(text, "\"bad_seq\":7"));
    arena_done(&d.a);
}

TEST(verify_without_a_store_or_with_a_wrong_key_file_says_so)
{
    char text[8192];
    struct desk d;
    str data = make_data(&d);
    CHECK_I64(RUN(test_dir(), text, "audit", "verify"), EXIT_FAILED);
    CHECK(strstr(text, "there is no store"));
    CHECK_I64(RUN(data, text, "audit", "verify", "--public-key", "/nonexistent"), EXIT_USAGE);
    CHECK_I64(RUN(data, text, "audit", "verify", "--checkpoint", "/dev/zero"), EXIT_USAGE);
    CHECK_I64(RUN(data, text, "audit", "verify", "--checkpoint", write_file(data, "x", STR("no note\n"), &d.a).ptr),
              EXIT_FOUND);
    arena_done(&d.a);
}

static int lines(const char *text)
{
    int n = 0;
    for (; *text; text++) n += *text == '\n';
    return n;
}

TEST(show_filters_and_keeps_control_characters_off_the_terminal)
{
    char text[16384];
    struct desk d;
    str data = make_data(&d);
    CHECK_I64(RUN(data, text, "audit", "show"), EXIT_FINE);
    CHECK_I64(lines(text), 20);
    CHECK(!strchr(text, '\x1b'));
    CHECK_I64(RUN(data, text, "audit", "show", "--kind", "incident.*", "--json"), EXIT_FINE);
    CHECK_I64(lines(text), 2);
    CHECK_I64(RUN(data, text, "audit", "show", "--incident", "inc-1", "--from", "2", "--json"), EXIT_FINE);
    CHECK_I64(lines(text), 1);
    CHECK_I64(RUN(data, text, "audit", "show", "--from", "3", "--to", "4", "--json"), EXIT_FINE);
    CHECK_I64(lines(text), 2);
    CHECK_I64(RUN(data, text, "audit", "show", "--from", "x"), EXIT_USAGE);
    arena_done(&d.a);
}

TEST(export_writes_a_new_file_or_standard_output)
{
    char text[16384];
    struct desk d;
    str data = make_data(&d);
    const char *path = str_fmt(&d.a, STR_FMT "/journal.jsonl", STR_ARG(data)).ptr;
    CHECK_I64(RUN(data, text, "audit", "export", path), EXIT_FINE);
    CHECK_I64(RUN(data, text, "audit", "export", path), EXIT_FOUND);
    CHECK_I64(RUN(data, text, "audit", "export"), EXIT_FINE);
    CHECK_I64(lines(text), 12); /* header, ten entries, a checkpoint */
    arena_done(&d.a);
}
