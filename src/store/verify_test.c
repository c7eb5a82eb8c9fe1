#include "tests/test.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "base/file_put.h"
#include "store/journal.h"
#include "store/merkle.h"
#include "store/note.h"

enum { ENTRIES = 60, ERASED = 12, CHECKPOINT_EVERY = 16 };

/* A journal of ENTRIES entries with checkpoints, its first ones erased; closed, so that the test can reach into the
 * file. */
struct book {
    struct env env;
    struct arena a;
    str dir;
    struct signer signer;
    str saved; /* a checkpoint that was kept elsewhere */
    int64_t size;
    sqlite3 *db; /* the intruder's connection */
};

static err add_one(struct tx *tx, void *ctx)
{
    int i = *(int *)ctx;
    char body[64];
    int n = snprintf(body, sizeof body, "{\"n\":%d,\"text\":\"\xc3\xa9t\xc3\xa9\"}", i);
    (void)journal_add(tx, &(struct entry){ .kind = i % 3 ? STR("finding") : STR("incident.opened"),
                                           .subject = STR("orders"),
                                           .actor = STR("weir"),
                                           .correlation = i % 5 ? STR("") : STR("inc-1"),
                                           .cause = i / 2,
                                           .body = { body, (size_t)n } });
    return OK;
}

static err sign(struct tx *tx, void *ctx)
{
    struct book *b = ctx;
    str note;
    err e = journal_checkpoint(tx, &b->signer, &b->a, &note);
    if (!e.code && note.len) b->saved = note;
    return e;
}

static err retain(struct tx *tx, void *ctx)
{
    (void)ctx;
    CHECK_I64(journal_retain(tx, ERASED + 1), ERASED);
    CHECK_I64(journal_retain(tx, ERASED + 1), 0);
    return OK;
}

static void fill(struct book *b)
{
    struct store *s = NULL;
    CHECK_OK(store_open(&(struct store_opts){ .dir = b->dir, .sync_normal = true }, &b->env, &s));
    for (int i = 1; i <= ENTRIES; i++) {
        CHECK_OK(store_run_at(s, i, add_one, &i));
        if (i % CHECKPOINT_EVERY == 0) CHECK_OK(store_run_at(s, i, sign, b));
        if (i == ENTRIES / 2) CHECK_OK(store_run_at(s, i, retain, NULL));
    }
    b->size = store_stats(s).last_seq;
    CHECK_I64(b->size, ENTRIES + 1);
    store_close(s);
}

static struct book book_make(void)
{
    struct book b = { .env = env_os(), .a = arena_init(1 << 20) };
    str top = test_dir();
    b.dir = str_fmt(&b.a, STR_FMT "/store", STR_ARG(top));
    CHECK_OK(signer_open(str_fmt(&b.a, STR_FMT "/journal.key", STR_ARG(top)), &b.env, &b.signer));
    fill(&b);
    CHECK(sqlite3_open(str_fmt(&b.a, STR_FMT "/weir.db", STR_ARG(b.dir)).ptr, &b.db) == SQLITE_OK);
    CHECK(sqlite3_exec(b.db, "PRAGMA synchronous = OFF", NULL, NULL, NULL) == SQLITE_OK);
    return b;
}

static void book_done(struct book *b)
{
    (void)sqlite3_close(b->db);
    arena_done(&b->a);
}

static void meddle(struct book *b, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(b->db, sql, NULL, NULL, &why) != SQLITE_OK) test_failed(__FILE__, __LINE__, "%s: %s", sql, why);
}

static struct audit_report audit_with(struct book *b, str key, str note)
{
    struct store *s = NULL;
    struct tx *tx;
    struct audit_report report;
    CHECK_OK(store_open_reader(b->dir, &b->env, &s));
    CHECK_OK(store_read(s, &tx));
    CHECK_OK(journal_verify(tx, &(struct audit_opts){ .key = key, .note = note }, &report));
    store_read_end(tx);
    store_close(s);
    return report;
}

static str key_of(struct book *b)
{
    return (str){ (const char *)b->signer.public_key, ED25519_PUBLIC_LEN };
}

static void expect(struct book *b, int64_t bad_seq, const char *words)
{
    struct audit_report r = audit_with(b, key_of(b), STR_NONE);
    if (r.bad_seq != bad_seq || !strstr(r.problem, words))
        test_failed(__FILE__, __LINE__, "got entry %lld, '%s'; want entry %lld, '%s'", (long long)r.bad_seq, r.problem,
                    (long long)bad_seq, words);
}

TEST(an_untouched_journal_verifies_and_says_what_was_checked)
{
    struct book b = book_make();
    struct audit_report r = audit_with(&b, key_of(&b), b.saved);
    CHECK_STR(str_of(r.problem), "");
    CHECK_I64(r.entries, b.size);
    CHECK_I64(r.checkpoints, 3);
    CHECK_I64(r.erased, ERASED);
    CHECK_I64(r.covered, 3 * CHECKPOINT_EVERY + 1);
    CHECK(r.key_used && r.note_used);
    r = audit_with(&b, STR_NONE, STR_NONE);
    CHECK_STR(str_of(r.problem), "");
    CHECK(!r.key_used && !r.note_used);
    book_done(&b);
}

/* ---- random changes of one byte ---- */

static uint64_t chance(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static const char *const columns[] = { "seq",       "time", "kind", "subject", "actor", "correlation_id",
                                       "cause_seq", "body", "hash", "erased" };
enum { COLUMNS = sizeof columns / sizeof columns[0] };

struct cell {
    int type;
    int64_t i;
    char bytes[256];
    int len;
};

static sqlite3_stmt *ask(struct book *b, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(b->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        test_failed(__FILE__, __LINE__, "%s", sqlite3_errmsg(b->db));
    return stmt;
}

static struct cell cell_get(struct book *b, const char *column, int64_t seq)
{
    struct cell c = { 0 };
    sqlite3_stmt *stmt = ask(b, str_fmt(&b->a, "SELECT %s FROM entry WHERE seq = ?1", column).ptr);
    (void)sqlite3_bind_int64(stmt, 1, seq);
    CHECK(sqlite3_step(stmt) == SQLITE_ROW);
    c.type = sqlite3_column_type(stmt, 0);
    c.i = sqlite3_column_int64(stmt, 0);
    const void *p = c.type == SQLITE_BLOB ? sqlite3_column_blob(stmt, 0) : sqlite3_column_text(stmt, 0);
    c.len = sqlite3_column_bytes(stmt, 0);
    CHECK(c.len <= (int)sizeof c.bytes);
    if (c.len) memcpy(c.bytes, p, (size_t)c.len);
    (void)sqlite3_finalize(stmt);
    return c;
}

/* False when the table itself refuses (a number that is taken). */
static bool cell_set(struct book *b, const char *column, int64_t seq, const struct cell *c)
{
    sqlite3_stmt *stmt = ask(b, str_fmt(&b->a, "UPDATE entry SET %s = ?2 WHERE seq = ?1", column).ptr);
    (void)sqlite3_bind_int64(stmt, 1, seq);
    if (c->type == SQLITE_INTEGER) (void)sqlite3_bind_int64(stmt, 2, c->i);
    if (c->type == SQLITE_TEXT) (void)sqlite3_bind_text(stmt, 2, c->bytes, c->len, SQLITE_TRANSIENT);
    if (c->type == SQLITE_BLOB) (void)sqlite3_bind_blob(stmt, 2, c->bytes, c->len, SQLITE_TRANSIENT);
    bool done = sqlite3_step(stmt) == SQLITE_DONE;
    (void)sqlite3_finalize(stmt);
    return done;
}

static bool change(struct cell *c, uint64_t *seed)
{
    if (c->type == SQLITE_INTEGER) c->i ^= (int64_t)(UINT64_C(1) << chance(seed) % 64);
    if (c->type == SQLITE_NULL || (c->type != SQLITE_INTEGER && c->len == 0)) return false;
    if (c->type != SQLITE_INTEGER) c->bytes[chance(seed) % (uint64_t)c->len] ^= (char)(1 + chance(seed) % 255);
    return true;
}

TEST(change_any_single_byte_of_any_entry_and_verify_names_it)
{
    struct book b = book_make();
    uint64_t seed = 20260504;
    int rounds = test_count(500, 10000), tried = 0;
    (void)printf("# seed %llu, %d changes\n", (unsigned long long)seed, rounds);
    while (tried < rounds) {
        struct arena mark = b.a;
        b.a = arena_init(1 << 16);
        int64_t seq = 1 + (int64_t)(chance(&seed) % (uint64_t)b.size);
        const char *column = columns[chance(&seed) % COLUMNS];
        struct cell before = cell_get(&b, column, seq), after = before;
        if (change(&after, &seed) && cell_set(&b, column, seq, &after)) {
            struct audit_report r = audit_with(&b, STR_NONE, STR_NONE);
            if (r.bad_seq != seq)
                test_failed(__FILE__, __LINE__, "%s of entry %lld changed; verify says entry %lld: '%s'", column,
                            (long long)seq, (long long)r.bad_seq, r.problem);
            bool renumbered = column == columns[0];
            CHECK(cell_set(&b, column, renumbered ? after.i : seq, &before));
            tried++;
        }
        arena_done(&b.a);
        b.a = mark;
    }
    CHECK_STR(str_of(audit_with(&b, key_of(&b), b.saved).problem), "");
    book_done(&b);
}

/* ---- rows that come, go and move ---- */

TEST(deleted_inserted_swapped_and_erased_entries_are_named)
{
    static const struct {
        const char *sql, *words;
        int64_t bad;
    } rows[] = {
        { "DELETE FROM entry WHERE seq = 40", "missing", 40 },
        { "DELETE FROM entry WHERE seq = 1", "missing", 1 },
        { "DELETE FROM entry WHERE seq = 61", "missing at the end", 61 },
        { "DELETE FROM entry WHERE seq > 55", "missing at the end", 56 },
        { "DELETE FROM entry WHERE seq = 40; UPDATE entry SET seq = seq - 1 WHERE seq > 40", "was changed", 40 },
        { "UPDATE entry SET seq = -seq WHERE seq >= 40; UPDATE entry SET seq = 1 - seq WHERE seq < 0;"
          "INSERT INTO entry SELECT 40, time, kind, subject, actor, correlation_id, cause_seq, body, hash, erased FROM "
          "entry WHERE seq = 39",
          "was changed", 40 },
        { "UPDATE entry SET seq = -1 WHERE seq = 40; UPDATE entry SET seq = 40 WHERE seq = 41; UPDATE entry SET seq = "
          "41 WHERE seq = -1",
          "was changed", 40 },
        { "INSERT INTO entry SELECT -7, time, kind, subject, actor, correlation_id, cause_seq, body, hash, erased FROM "
          "entry WHERE seq = 9",
          "inserted", -7 },
        { "INSERT INTO entry SELECT 62, time, kind, subject, actor, correlation_id, cause_seq, body, hash, erased FROM "
          "entry WHERE seq = 61",
          "was changed", 62 },
        { "UPDATE entry SET body = NULL WHERE seq = 50", "body is gone", 50 },
        { "UPDATE entry SET body = NULL, erased = randomblob(32) WHERE seq = 50", "body is gone", 50 },
        { "UPDATE entry SET body = '{}' WHERE seq = 3", "was changed", 3 },
        { "UPDATE journal_head SET size = 40", "head does not fit", 0 },
        { "UPDATE journal_head SET time = 40", "head does not fit", 0 },
        { "DELETE FROM journal_head", "head does not fit", 0 },
        { "UPDATE checkpoint SET time = time + 1 WHERE size = 16", "does not fit its note", 0 },
        { "UPDATE checkpoint SET note = replace(note, 'weir', 'weiR')", "not signed", 0 },
        { "UPDATE checkpoint SET size = 17 WHERE size = 16", "does not fit its note", 0 },
        { "UPDATE checkpoint SET size = -3 WHERE size = 16", "does not belong", 0 },
        { "UPDATE checkpoint SET note = ''", "checkpoint", 0 },
    };
    struct book b = book_make();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        meddle(&b,
               "CREATE TEMP TABLE e AS SELECT * FROM main.entry; CREATE TEMP TABLE c AS SELECT * FROM main.checkpoint;"
               "CREATE TEMP TABLE h AS SELECT * FROM main.journal_head");
        meddle(&b, rows[i].sql);
        expect(&b, rows[i].bad, rows[i].words);
        meddle(&b, "DELETE FROM main.entry; INSERT INTO main.entry SELECT * FROM e; DELETE FROM main.checkpoint;"
                   "INSERT INTO main.checkpoint SELECT * FROM c; DELETE FROM main.journal_head;"
                   "INSERT INTO main.journal_head SELECT * FROM h; DROP TABLE e; DROP TABLE c; DROP TABLE h");
    }
    CHECK_STR(str_of(audit_with(&b, key_of(&b), b.saved).problem), "");
    book_done(&b);
}

/* ---- an intruder who knows the format ---- */

/* Write the journal anew up to `keep` entries, entry `changed` altered, every hash right, without the key. */
static void forge(struct book *b, int64_t keep, int64_t changed)
{
    struct store *s = NULL;
    str real = b->dir;
    struct arena a = arena_init(1 << 20);
    CHECK_OK(store_open_reader(real, &b->env, &s));
    struct tx *tx;
    CHECK_OK(store_read(s, &tx));
    struct entry_list list = journal_read(tx, 0, (size_t)keep, &a);
    store_read_end(tx);
    store_close(s);
    struct sha256 before = { 0 };
    struct merkle tree = { 0 };
    for (size_t i = 0; i < list.count; i++) {
        struct entry *e = &list.items[i];
        if (e->seq == changed) e->body = STR("{\"n\":0}");
        if (!e->body.ptr) e->body = STR("{}"); /* an erased one needs some body */
        e->hash = journal_hash(e, &before);
        before = e->hash;
        merkle_add(&tree, e->hash);
        sqlite3_stmt *stmt = ask(b, "UPDATE entry SET hash = ?2, body = ?3, erased = NULL, kind = ?4 WHERE seq = ?1");
        (void)sqlite3_bind_int64(stmt, 1, e->seq);
        (void)sqlite3_bind_blob(stmt, 2, e->hash.b, SHA256_LEN, SQLITE_TRANSIENT);
        (void)sqlite3_bind_text(stmt, 3, e->body.ptr, (int)e->body.len, SQLITE_TRANSIENT);
        (void)sqlite3_bind_text(stmt, 4, e->kind.ptr, (int)e->kind.len, SQLITE_TRANSIENT);
        CHECK(sqlite3_step(stmt) == SQLITE_DONE);
        (void)sqlite3_finalize(stmt);
    }
    sqlite3_stmt *stmt = ask(b, "UPDATE journal_head SET size = ?1, time = ?2, hash = ?3, frontier = ?4");
    (void)sqlite3_bind_int64(stmt, 1, tree.size);
    (void)sqlite3_bind_int64(stmt, 2, list.items[list.count - 1].time);
    (void)sqlite3_bind_blob(stmt, 3, before.b, SHA256_LEN, SQLITE_TRANSIENT);
    str frontier = merkle_frontier(&tree);
    (void)sqlite3_bind_blob(stmt, 4, frontier.ptr, (int)frontier.len, SQLITE_TRANSIENT);
    CHECK(sqlite3_step(stmt) == SQLITE_DONE);
    (void)sqlite3_finalize(stmt);
    arena_done(&a);
}

static struct book book_without_retention(void)
{
    struct book b = book_make();
    meddle(&b, "UPDATE entry SET kind = 'finding' WHERE kind = 'journal.retained'");
    forge(&b, b.size, -1);
    meddle(&b, "DELETE FROM checkpoint");
    struct store *s = NULL;
    CHECK_OK(store_open(&(struct store_opts){ .dir = b.dir }, &b.env, &s));
    CHECK_OK(store_run(s, sign, &b)); /* an honest journal again, with one checkpoint over all of it */
    store_close(s);
    CHECK_STR(str_of(audit_with(&b, key_of(&b), b.saved).problem), "");
    return b;
}

TEST(a_full_rehash_without_the_key_is_found_by_a_saved_checkpoint)
{
    struct book b = book_without_retention();
    forge(&b, b.size, 30);
    expect(&b, 1, "one of 1 to 61 was changed"); /* the checkpoints in the store tell already */
    meddle(&b, "DELETE FROM checkpoint");
    CHECK_STR(str_of(audit_with(&b, STR_NONE, STR_NONE).problem), ""); /* what cannot be ruled out without one */
    CHECK(strstr(audit_with(&b, STR_NONE, b.saved).problem, "saved checkpoint") != NULL);
    CHECK(strstr(audit_with(&b, key_of(&b), b.saved).problem, "saved checkpoint") != NULL);
    book_done(&b);
}

TEST(a_tail_cut_after_the_last_checkpoint_is_found_by_a_saved_checkpoint)
{
    struct book b = book_without_retention();
    meddle(&b, "DELETE FROM checkpoint; DELETE FROM entry WHERE seq > 40");
    forge(&b, 40, -1);
    CHECK_STR(str_of(audit_with(&b, key_of(&b), STR_NONE).problem), "");
    struct audit_report r = audit_with(&b, key_of(&b), b.saved);
    CHECK_I64(r.bad_seq, 41);
    CHECK(strstr(r.problem, "missing at the end") != NULL);
    book_done(&b);
}

TEST(checkpoints_of_another_key_prove_nothing)
{
    struct book b = book_make();
    uint8_t secret[ED25519_SECRET_LEN] = { 7 }, other[ED25519_PUBLIC_LEN];
    struct store *s = NULL;
    struct tx *tx;
    struct audit_report r;
    CHECK_OK(ed25519_public(secret, other));
    str key = { (const char *)other, sizeof other };
    CHECK(strstr(audit_with(&b, key, STR_NONE).problem, "not signed by the given key") != NULL);
    CHECK_OK(store_open_reader(b.dir, &b.env, &s));
    CHECK_OK(store_read(s, &tx));
    CHECK_ERR(journal_verify(tx, &(struct audit_opts){ .key = key, .note = b.saved }, &r), ERR_INPUT);
    CHECK_ERR(journal_verify(tx, &(struct audit_opts){ .key = STR("short") }, &r), ERR_INPUT);
    CHECK_ERR(journal_verify(tx, &(struct audit_opts){ .note = STR("no note") }, &r), ERR_INPUT);
    store_read_end(tx);
    store_close(s);
    book_done(&b);
}

TEST(a_store_whose_journal_was_cut_does_not_start)
{
    struct book b = book_make();
    struct store *s = NULL;
    meddle(&b, "DELETE FROM entry WHERE seq = 61");
    CHECK_ERR(store_open(&(struct store_opts){ .dir = b.dir }, &b.env, &s), ERR_CORRUPT);
    book_done(&b);
}

/* ---- notes and keys ---- */

TEST(a_note_parses_back_and_any_changed_byte_is_refused)
{
    struct book b = book_make();
    struct note n;
    CHECK_OK(note_parse(b.saved, &n));
    CHECK_STR(n.origin, b.signer.name);
    CHECK_I64(n.size, 3 * CHECKPOINT_EVERY + 1);
    CHECK(note_signed_by(&n, b.signer.public_key));
    char *copy = mem_dup_z(b.saved);
    for (size_t i = 0; i < b.saved.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            copy[i] ^= (char)(1 << bit);
            bool good = !note_parse((str){ copy, b.saved.len }, &n).code && note_signed_by(&n, b.signer.public_key);
            bool last_newline = i == b.saved.len - 1; /* ends the last line, as the end of the text does */
            if (good && !last_newline) test_failed(__FILE__, __LINE__, "byte %zu bit %d", i, bit);
            copy[i] ^= (char)(1 << bit);
        }
        CHECK(note_parse((str){ copy, i }, &n).code || !note_signed_by(&n, b.signer.public_key) ||
              i == b.saved.len - 1);
    }
    mem_free(copy);
    book_done(&b);
}

TEST(the_public_key_reads_back_and_a_typo_is_noticed)
{
    struct book b = book_make();
    uint8_t key[ED25519_PUBLIC_LEN];
    str text = signer_public_text(&b.signer, &b.a);
    CHECK_OK(journal_key_parse(text, key));
    CHECK(memcmp(key, b.signer.public_key, sizeof key) == 0);
    CHECK_OK(journal_key_parse(hex_text(key_of(&b), &b.a), key));
    CHECK_ERR(journal_key_parse(STR("weir/00000000+00000000+AAAA"), key), ERR_INPUT);
    CHECK_ERR(journal_key_parse(STR(""), key), ERR_INPUT);
    char *typo = mem_dup_z(text);
    typo[text.len - 5] = typo[text.len - 5] == 'x' ? 'y' : 'x';
    CHECK_ERR(journal_key_parse((str){ typo, text.len }, key), ERR_INPUT);
    mem_free(typo);
    book_done(&b);
}

TEST(a_signing_key_others_can_read_is_refused)
{
    struct env env = env_os();
    struct arena a = arena_init(8192);
    str path = str_fmt(&a, STR_FMT "/journal.key", STR_ARG(test_dir()));
    struct signer first, again;
    CHECK_OK(signer_open(path, &env, &first));
    CHECK_OK(signer_open(path, &env, &again));
    CHECK(memcmp(&first, &again, sizeof first) == 0);
    struct stat st;
    CHECK(stat(path.ptr, &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK(chmod(path.ptr, 0640) == 0);
    CHECK_ERR(signer_open(path, &env, &again), ERR_DENIED);
    arena_done(&a);
}

/* A power cut between making a file and writing it leaves it empty: nothing was signed with that. */
TEST(an_empty_signing_key_is_made_anew_and_a_damaged_one_is_not)
{
    struct env env = env_os();
    struct arena a = arena_init(8192);
    str path = str_fmt(&a, STR_FMT "/journal.key", STR_ARG(test_dir()));
    struct signer first, again;
    CHECK_OK(file_put(path.ptr, STR(""), 0600, FILE_PUT_NEW));
    CHECK_OK(signer_open(path, &env, &first));
    CHECK_OK(signer_open(path, &env, &again));
    CHECK(memcmp(&first, &again, sizeof first) == 0);
    CHECK_OK(file_put(path.ptr, STR("0123"), 0600, FILE_PUT_REPLACE));
    CHECK_ERR(signer_open(path, &env, &again), ERR_CORRUPT);
    arena_done(&a);
}
