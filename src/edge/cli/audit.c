/* weir audit: verify, show and export the journal. Works on the data folder, also while a server runs on it. */
#include "edge/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "edge/cli/audit.h"
#include "edge/witness.h"
#include "store/journal.h"

enum { SMALL_FILE_MAX = 1 << 18, PAGE = 200, JSON_LINE_MAX = 16 << 20 };

/* The store of --data-dir for reading, with a transaction begun; end both with store_read_end and store_close. */
static err cli_store_reader(struct cli *cli, struct store **s, struct tx **tx)
{
    str dir = str_fmt(cli_arena(cli), STR_FMT "/" STORE_FOLDER, STR_ARG(cli_data_dir(cli)));
    err e = store_open_reader(dir, cli_env(cli), s);
    if (e.code) return e;
    e = store_read(*s, tx);
    if (e.code) store_close(*s);
    return e;
}

static err read_small(const char *path, struct arena *a, str *out)
{
    char *text = arena_new(a, SMALL_FILE_MAX);
    FILE *f = fopen(path, "re");
    if (!f) return err_errno("%s", path);
    size_t n = fread(text, 1, SMALL_FILE_MAX, f);
    bool failed = ferror(f) != 0;
    (void)fclose(f);
    if (failed) return err_make(ERR_IO, "%s cannot be read", path);
    if (n == SMALL_FILE_MAX) return err_make(ERR_INPUT, "%s is too long for what it should be", path);
    *out = (str){ text, n };
    return OK;
}

/* ---- verify ---- */

static void show_progress(void *ctx, int64_t done, int64_t total)
{
    (void)ctx;
    (void)fprintf(stderr, "\rverifying %lld of %lld entries", (long long)done, (long long)total);
    (void)fflush(stderr);
}

static err verify_opts(struct cli *cli, uint8_t key[ED25519_PUBLIC_LEN], struct audit_opts *out)
{
    str text = STR_NONE;
    *out = (struct audit_opts){ 0 };
    err e = OK;
    if (cli_has(cli, "public-key")) {
        e = read_small(str_z(cli_arena(cli), cli_str(cli, "public-key")), cli_arena(cli), &text);
        if (!e.code) e = journal_key_parse(text, key);
        out->key = (str){ (const char *)key, ED25519_PUBLIC_LEN };
    }
    if (!e.code && cli_has(cli, "checkpoint"))
        e = read_small(str_z(cli_arena(cli), cli_str(cli, "checkpoint")), cli_arena(cli), &text);
    if (!e.code && cli_has(cli, "checkpoint") && witness_find(text, cli_arena(cli), &out->note).code)
        out->note = text.len ? text : STR("\n"); /* verification says what is wrong with it */
    if (isatty(STDERR_FILENO) && !cli_json(cli)) out->progress = show_progress;
    return e;
}

/* What this verification cannot know; a list ended by NULL. */
static void not_ruled_out(const struct audit_report *r, const char *out[4])
{
    size_t n = 0;
    if (!r->key_used)
        out[n++] = "that somebody wrote the whole journal anew, hashes and checkpoints too (give --public-key)";
    if (!r->note_used)
        out[n++] = "that the end was cut off, back to any older checkpoint (give --checkpoint with a saved one)";
    if (r->covered < r->entries)
        out[n++] = "that entries after the newest checkpoint were rewritten: they are chained, not signed yet";
    out[n] = NULL;
}

static void print_verified(const struct audit_report *r)
{
    char when[TIME_TEXT_MAX];
    const char *gaps[4];
    (void)printf("entries      %lld read: numbers, times and the chain of hashes\n", (long long)r->entries);
    if (r->erased)
        (void)printf("erased       %lld bodies by retention: proven by their hashes and its own entries\n",
                     (long long)r->erased);
    (void)printf("checkpoints  %lld read: Merkle roots%s\n", (long long)r->checkpoints,
                 r->key_used ? " and signatures" : "; signatures not checked");
    if (r->checkpoints)
        (void)printf("signed       entries 1 to %lld, on " STR_FMT "\n", (long long)r->covered,
                     STR_ARG(time_text(r->covered_time, when)));
    if (r->note_used) (void)printf("saved        the given checkpoint fits\n");
    if (r->problem[0]) {
        (void)printf("\nWRONG: %s\n", r->problem);
        return;
    }
    not_ruled_out(r, gaps);
    if (gaps[0]) (void)printf("\nNot ruled out:\n");
    for (size_t i = 0; gaps[i]; i++) (void)printf("  - %s\n", gaps[i]);
    (void)printf("\nfine: nothing wrong was found\n");
}

static void print_verified_json(const struct audit_report *r)
{
    struct buf b = buf_init(JSON_LINE_MAX);
    struct jw w = jw_init(&b);
    const char *gaps[4];
    not_ruled_out(r, gaps);
    jw_open(&w, NULL);
    jw_bool(&w, "ok", !r->problem[0]);
    jw_i64(&w, "entries", r->entries);
    jw_i64(&w, "erased", r->erased);
    jw_i64(&w, "checkpoints", r->checkpoints);
    jw_i64(&w, "signed_through", r->covered);
    jw_bool(&w, "key_checked", r->key_used);
    jw_bool(&w, "checkpoint_checked", r->note_used);
    jw_i64(&w, "bad_seq", r->bad_seq);
    jw_str(&w, "problem", str_of(r->problem));
    jw_array(&w, "not_ruled_out");
    for (size_t i = 0; gaps[i]; i++) jw_strz(&w, NULL, gaps[i]);
    jw_array_end(&w);
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
}

static int verify_run(struct cli *cli)
{
    uint8_t key[ED25519_PUBLIC_LEN];
    struct audit_opts opts;
    struct audit_report report;
    struct store *s = NULL;
    struct tx *tx = NULL;
    err e = verify_opts(cli, key, &opts);
    if (e.code) return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    e = cli_store_reader(cli, &s, &tx);
    if (e.code) return cli_fail(cli, e.code == ERR_CORRUPT ? EXIT_FOUND : EXIT_FAILED, "%s", e.msg);
    e = journal_verify(tx, &opts, &report);
    if (opts.progress) (void)fprintf(stderr, "\r%60s\r", "");
    store_read_end(tx);
    store_close(s);
    if (e.code == ERR_INPUT) return cli_fail(cli, EXIT_FOUND, "%s", e.msg);
    if (e.code == ERR_CORRUPT) return cli_fail(cli, EXIT_FOUND, "the database file is damaged: %s", e.msg);
    if (e.code) return cli_fail_err(cli, e);
    if (cli_json(cli))
        print_verified_json(&report);
    else
        print_verified(&report);
    return report.problem[0] ? EXIT_FOUND : EXIT_FINE;
}

static const struct cli_option verify_options[] = {
    { "public-key", 'k', "FILE", NULL, "A copy of journal.key.pub that was kept elsewhere." },
    { "checkpoint", 0, "FILE", NULL, "A checkpoint kept elsewhere: as it is, or the mail, chat text or webhook JSON." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_audit_verify = {
    .name = "audit verify",
    .args = "",
    .summary = "Check that nobody changed the journal.",
    .about =
        "Reads every entry, recomputes its hash from the one before, and compares the checkpoints. Names the first "
        "entry that "
        "was changed, removed, inserted or moved, and says what it cannot rule out. A copy of the public key and a "
        "checkpoint, both kept elsewhere, rule out a full rewrite and a cut end. Exits 1 when something is wrong.",
    .options = verify_options,
    .run = verify_run,
};

/* ---- show ---- */

struct filter {
    int64_t from, to;
    str kind, incident;
};

static bool wanted(const struct filter *f, const struct entry *e)
{
    bool kind = !f->kind.len || str_eq(e->kind, f->kind) ||
                (f->kind.ptr[f->kind.len - 1] == '*' && str_starts(e->kind, str_cut(f->kind, 0, f->kind.len - 1)));
    bool incident = !f->incident.len || str_eq(e->correlation, f->incident) || str_eq(e->subject, f->incident);
    return kind && incident;
}

/* Bodies are somebody's text: what would move the cursor or hide a line is shown as a dot. */
static void print_plain(str s, size_t max)
{
    str cut = str_utf8_prefix(s, max);
    for (size_t i = 0; i < cut.len; i++) {
        unsigned char c = (unsigned char)cut.ptr[i];
        (void)putchar(c < 0x20 || c == 0x7f ? '.' : c);
    }
    if (cut.len < s.len) (void)fputs("...", stdout);
}

static void print_entry(const struct entry *e)
{
    char when[TIME_TEXT_MAX];
    (void)printf("%8lld  " STR_FMT "  ", (long long)e->seq, STR_ARG(time_text(e->time, when)));
    print_plain(e->kind, 40);
    (void)fputs("  ", stdout);
    print_plain(e->subject, 80);
    (void)fputs("  by ", stdout);
    print_plain(e->actor, 40);
    if (e->correlation.len) (void)fputs("  in ", stdout);
    print_plain(e->correlation, 40);
    if (e->cause) (void)printf("  because of %lld", (long long)e->cause);
    (void)fputs("\n          ", stdout);
    if (e->body.ptr)
        print_plain(e->body, 2000);
    else
        (void)fputs("(body erased by retention)", stdout);
    (void)putchar('\n');
}

static void print_entry_json(const struct entry *e, struct buf *b)
{
    struct arena a = arena_init(4096);
    struct jw w = jw_init(b);
    jw_open(&w, NULL);
    jw_i64(&w, "seq", e->seq);
    jw_i64(&w, "time", e->time);
    jw_str(&w, "kind", e->kind);
    jw_str(&w, "subject", e->subject);
    jw_str(&w, "actor", e->actor);
    jw_str(&w, "correlation_id", e->correlation);
    jw_i64(&w, "cause_seq", e->cause);
    if (e->body.ptr)
        jw_str(&w, "body", e->body);
    else
        jw_null(&w, "body");
    jw_str(&w, "hash", hex_text((str){ (const char *)e->hash.b, SHA256_LEN }, &a));
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(b)));
    buf_clear(b);
    arena_done(&a);
}

static void show_pages(struct tx *tx, const struct filter *f, bool as_json)
{
    struct arena a = arena_init((size_t)PAGE * (2 << 20));
    struct buf line = buf_init(JSON_LINE_MAX);
    for (int64_t after = f->from - 1; after < f->to && !ferror(stdout);) {
        struct entry_list list = journal_read(tx, after, PAGE, &a);
        if (!list.count) break;
        after = list.items[list.count - 1].seq;
        for (size_t i = 0; i < list.count && list.items[i].seq <= f->to; i++) {
            if (!wanted(f, &list.items[i])) continue;
            if (as_json)
                print_entry_json(&list.items[i], &line);
            else
                print_entry(&list.items[i]);
        }
        arena_reset(&a);
    }
    buf_done(&line);
    arena_done(&a);
}

static int show_run(struct cli *cli)
{
    struct filter f = { .kind = cli_str(cli, "kind"), .incident = cli_str(cli, "incident") };
    struct store *s = NULL;
    struct tx *tx = NULL;
    err e = cli_i64(cli, "from", &f.from);
    if (!e.code) e = cli_i64(cli, "to", &f.to);
    if (e.code) return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    if (f.from < 1) f.from = 1;
    if (f.to < 1) f.to = INT64_MAX;
    e = cli_store_reader(cli, &s, &tx);
    if (e.code) return cli_fail_err(cli, e);
    show_pages(tx, &f, cli_json(cli));
    e = tx_err(tx);
    store_read_end(tx);
    store_close(s);
    return e.code ? cli_fail_err(cli, e) : EXIT_FINE;
}

static const struct cli_option show_options[] = {
    { "from", 0, "SEQ", "1", "First entry." },
    { "to", 0, "SEQ", "0", "Last entry; 0 = the end." },
    { "kind", 0, "KIND", NULL, "Only this kind; 'incident.*' for all that begin so." },
    { "incident", 'i', "ID", NULL, "Only what belongs to this incident." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_audit_show = {
    .name = "audit show",
    .args = "",
    .summary = "Print entries of the journal.",
    .about = "Each entry with its number, time, kind, subject, who it came from, the incident it belongs to, the entry "
             "that led to it "
             "and its body. With --json one object a line, as stored.",
    .options = show_options,
    .run = show_run,
};

/* ---- export ---- */

static err write_line(void *ctx, str text)
{
    FILE *f = ctx;
    if (fwrite(text.ptr, 1, text.len, f) != text.len || fputc('\n', f) == EOF) return err_errno("write the export");
    return OK;
}

/* To a new file that appears when it is whole, or to standard output. */
static err export_to(struct tx *tx, int64_t from, int64_t to, const char *path, struct arena *a)
{
    const char *part = path ? str_fmt(a, "%s.part", path).ptr : NULL;
    if (path && access(path, F_OK) == 0) return err_make(ERR_CONFLICT, "%s exists", path);
    FILE *f = path ? fopen(part, "we") : stdout;
    if (!f) return err_errno("%s", part);
    err e = journal_export(tx, from, to, write_line, f);
    if (!e.code && (fflush(f) || (path && fsync(fileno(f))))) e = err_errno("write the export");
    if (path && fclose(f) && !e.code) e = err_errno("write the export");
    if (path && !e.code && rename(part, path)) e = err_errno("%s", path);
    if (path && e.code) (void)unlink(part);
    return e;
}

static int export_run(struct cli *cli)
{
    int64_t from = 0, to = 0;
    struct store *s = NULL;
    struct tx *tx = NULL;
    err e = cli_i64(cli, "from", &from);
    if (!e.code) e = cli_i64(cli, "to", &to);
    if (e.code) return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    if (cli_arg_count(cli) > 1) return cli_fail(cli, EXIT_USAGE, "at most one FILE");
    str file = cli_arg_count(cli) ? cli_arg(cli, 0) : STR_NONE;
    const char *path = file.len && !STR_IS(file, "-") ? str_z(cli_arena(cli), file) : NULL;
    e = cli_store_reader(cli, &s, &tx);
    if (e.code) return cli_fail_err(cli, e);
    e = export_to(tx, from, to, path, cli_arena(cli));
    store_read_end(tx);
    store_close(s);
    return e.code ? cli_fail_err(cli, e) : EXIT_FINE;
}

static const struct cli_option export_options[] = {
    { "from", 0, "SEQ", "1", "First entry." },
    { "to", 0, "SEQ", "0", "Last entry; 0 = the end." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_audit_export = {
    .name = "audit export",
    .args = "[FILE]",
    .summary = "Write the journal as JSON Lines that anyone can verify.",
    .about = "To FILE, which must be new, or to standard output. docs/journal.md has the format, and "
             "docs/verify_journal.py checks "
             "an export without weir.",
    .options = export_options,
    .run = export_run,
};
