/* weir knowledge add, reindex, remove: documents from files and folders, once or for as long as it runs. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "edge/cli/client.h"
#include "edge/cli/knowledge.h"
#include "edge/documents/formats.h"
#include "edge/documents/walk.h"
#include "edge/files.h"

enum { FILES_MAX = WALK_FILES_MAX, FILE_MEMORY = 256 << 20, POST_MAX = 4 << 20 };

struct found {
    str id, path;
    int64_t size, modified; /* as of the last time it was sent */
    bool seen;
};

struct job {
    struct cli *cli;
    struct client client;
    str version, roles;
    struct found *files;
    size_t count, added, same, failed, removed;
};

/* ---- one file ---- */

static err read_text(struct job *j, const struct found *f, struct arena *a, str *text, str *format)
{
    enum document_format kind = FORMAT_TEXT;
    if (!format_of_path(f->path, &kind))
        return err_make(ERR_INPUT, STR_FMT ": expected .md, .txt, .rst, .html or .pdf", STR_ARG(f->path));
    *format = str_of(format_name(kind == FORMAT_PDF ? FORMAT_TEXT : kind));
    return kind == FORMAT_PDF ? pdf_text(cli_env(j->cli), STR(""), f->path, a, text)
                              : file_read(f->path, DOCUMENT_BYTES_MAX, a, text);
}

static void write_document(struct job *j, const struct found *f, str text, str format, struct buf *out)
{
    struct jw w = jw_init(out);
    jw_open(&w, NULL);
    jw_str(&w, "id", f->id);
    jw_str(&w, "text", text);
    jw_str(&w, "format", format);
    jw_str(&w, "source", f->path);
    jw_str(&w, "version", j->version);
    if (j->roles.len) {
        str rest = j->roles, one;
        jw_array(&w, "roles");
        while (rest.len && str_next(&rest, ',', &one)) jw_str(&w, NULL, str_trim(one));
        jw_array_end(&w);
    }
    jw_close(&w);
}

/* An exit code. What is no text, or empty, is told and counted, and the rest goes on. */
static int send_file(struct job *j, const struct found *f)
{
    struct arena a = arena_init(FILE_MEMORY);
    struct buf body = buf_init(POST_MAX);
    struct answer reply = { 0 };
    str text = STR_NONE, format = STR_NONE;
    int rc = EXIT_FINE;
    err e = read_text(j, f, &a, &text, &format);
    if (!e.code && !str_trim(text).len) e = err_make(ERR_INPUT, STR_FMT ": it is empty", STR_ARG(f->path));
    if (!e.code) write_document(j, f, text, format, &body);
    if (!e.code && body.full)
        e = err_make(ERR_LIMIT, STR_FMT ": over %d MiB of text", STR_ARG(f->path), POST_MAX >> 20);
    if (e.code) (void)cli_fail_err(j->cli, e);
    else rc = client_call(&j->client, "POST", STR("/api/v1/knowledge/documents"), buf_view(&body), &reply);
    if (e.code || rc == EXIT_FOUND) j->failed++;
    else if (!rc && json_get_i64(reply.root, "seq", 0)) j->added++;
    else if (!rc) j->same++;
    buf_done(&body);
    arena_done(&a);
    return rc == EXIT_FAILED ? rc : EXIT_FINE;
}

static int remove_document(struct job *j, str id)
{
    struct answer reply;
    str path = client_path(&j->client, "/api/v1/knowledge/documents/", id, "");
    int rc = client_call(&j->client, "DELETE", path, STR_NONE, &reply);
    if (!rc) j->removed++;
    return rc;
}

/* ---- finding files ---- */

static struct found *known(struct job *j, str path)
{
    for (size_t i = 0; i < j->count; i++)
        if (str_eq(j->files[i].path, path)) return &j->files[i];
    return NULL;
}

/* Sends what is new or has another size or time than when it was last sent. */
static int visit_file(struct job *j, str path, str id, const struct stat *st)
{
    int64_t modified = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
    struct found *f = known(j, path);
    if (f && f->size == st->st_size && f->modified == modified) {
        f->seen = true;
        return EXIT_FINE;
    }
    if (!f && j->count == FILES_MAX) return cli_fail(j->cli, EXIT_FAILED, "over %d files", FILES_MAX);
    if (!f) f = &j->files[j->count++];
    *f = (struct found){ .id = id, .path = path, .size = st->st_size, .modified = modified, .seen = true };
    return send_file(j, f);
}

static err visit_below(void *ctx, str path, str id, const struct stat *st)
{
    struct job *j = ctx;
    return visit_file(j, path, id, st) == EXIT_FINE ? OK : err_make(ERR_STOPPED, "told");
}

static int visit(struct job *j, str path, str id)
{
    struct stat st;
    if (stat(path.ptr, &st))
        return cli_fail(j->cli, errno == ENOENT ? EXIT_FOUND : EXIT_FAILED, STR_FMT ": %s", STR_ARG(path),
                        strerror(errno));
    if (!S_ISDIR(st.st_mode)) return visit_file(j, path, id, &st);
    err e = walk_documents(path, cli_arena(j->cli), visit_below, j);
    return e.code == ERR_STOPPED ? EXIT_FAILED : e.code ? cli_fail_err(j->cli, e) : EXIT_FINE;
}

static str absolute(struct cli *cli, str path)
{
    char *real = realpath(str_z(cli_arena(cli), path), NULL);
    str out = str_dup(cli_arena(cli), real ? str_of(real) : path);
    free(real);
    return out;
}

static str base_name(str path)
{
    size_t i = path.len;
    while (i > 0 && path.ptr[i - 1] != '/') i--;
    return str_cut(path, i, path.len);
}

/* Documents whose files are gone since they were sent. */
static int forget_gone(struct job *j)
{
    int rc = EXIT_FINE;
    size_t kept = 0;
    for (size_t i = 0; i < j->count; i++) {
        if (!j->files[i].seen && !rc) rc = remove_document(j, j->files[i].id);
        else j->files[kept++] = j->files[i];
    }
    j->count = kept;
    return rc;
}

static int pass_over(struct job *j)
{
    int rc = EXIT_FINE;
    for (size_t i = 0; i < j->count; i++) j->files[i].seen = false;
    for (size_t i = 0; i < cli_arg_count(j->cli) && !rc; i++) {
        str path = absolute(j->cli, cli_arg(j->cli, i));
        struct stat st;
        bool folder = stat(path.ptr, &st) == 0 && S_ISDIR(st.st_mode);
        str given = cli_str(j->cli, "revision");
        j->version = given.len ? given : folder ? git_commit_of(path, cli_arena(j->cli)) : STR("");
        rc = visit(j, path, base_name(path));
    }
    return rc ? rc : forget_gone(j);
}

static void tell(struct job *j)
{
    if (cli_json(j->cli))
        (void)printf("{\"added\":%zu,\"unchanged\":%zu,\"removed\":%zu,\"refused\":%zu}\n", j->added, j->same,
                     j->removed, j->failed);
    else
        (void)printf("%zu added or changed, %zu as they were, %zu removed, %zu refused\n", j->added, j->same,
                     j->removed, j->failed);
    (void)fflush(stdout);
}

/* Until it is interrupted, or the server is gone. */
static int watch(struct job *j, int64_t every_s)
{
    int rc = EXIT_FINE;
    while (rc != EXIT_FAILED) {
        (void)sleep((unsigned)every_s);
        j->added = j->same = j->removed = j->failed = 0;
        rc = pass_over(j);
        if (j->added + j->removed + j->failed) tell(j);
    }
    return rc;
}

static int run_add(struct cli *cli)
{
    struct job j = { .cli = cli, .roles = cli_str(cli, "roles"), .files = NULL };
    int64_t every = 0;
    if (!cli_arg_count(cli)) return cli_fail(cli, EXIT_USAGE, "expected files or folders");
    err e = cli_i64(cli, "every", &every);
    if (!e.code && (every < 1 || every > 86400)) e = err_make(ERR_INPUT, "--every: 1 to 86400 seconds");
    if (e.code) return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    int rc = client_open(cli, &j.client);
    if (rc) return rc;
    j.files = mem_new(FILES_MAX * sizeof *j.files);
    rc = pass_over(&j);
    if (!rc) tell(&j);
    if (!rc && cli_has(cli, "watch")) rc = watch(&j, every);
    mem_free(j.files);
    return rc ? rc : j.failed ? EXIT_FOUND : EXIT_FINE;
}

/* ---- what is there already ---- */

static int reindex_one(struct job *j, json *document)
{
    struct arena *a = cli_arena(j->cli);
    str source = json_get_str(document, "source");
    struct found f = { .id = str_dup(a, json_get_str(document, "id")), .path = str_dup(a, source) };
    struct stat st;
    if (!source.len || source.ptr[0] != '/') return EXIT_FINE; /* not from a file */
    j->version = str_dup(a, json_get_str(document, "version"));
    j->roles = STR_NONE;
    if (stat(f.path.ptr, &st) == 0) {
        struct buf roles = buf_init(4096);
        size_t i, n;
        json *one;
        yyjson_arr_foreach(json_get(document, "roles"), i, n, one)
            buf_fmt(&roles, "%s" STR_FMT, i ? "," : "", STR_ARG(json_str(one, STR(""))));
        j->roles = buf_take(&roles, a);
        return send_file(j, &f);
    }
    return cli_has(j->cli, "prune") ? remove_document(j, f.id) : EXIT_FINE;
}

static int run_reindex(struct cli *cli)
{
    struct job j = { .cli = cli };
    struct answer page = { 0 };
    str cursor = STR("");
    int rc = client_open(cli, &j.client);
    do {
        str path = client_query(&j.client, STR("/api/v1/knowledge/documents?limit=200"), "cursor", cursor);
        if (!rc) rc = client_call(&j.client, "GET", path, STR_NONE, &page);
        size_t i, n;
        json *d;
        cursor = rc ? STR("") : client_text(cli, page.root, "next_cursor");
        if (!rc) yyjson_arr_foreach(json_get(page.root, "items"), i, n, d) if (!rc) rc = reindex_one(&j, d);
    } while (!rc && cursor.len);
    struct answer reply;
    if (!rc) rc = client_call(&j.client, "POST", STR("/api/v1/knowledge/reindex"), STR_NONE, &reply);
    if (!rc) tell(&j);
    return rc ? rc : j.failed ? EXIT_FOUND : EXIT_FINE;
}

static int run_remove(struct cli *cli)
{
    struct job j = { .cli = cli };
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "expected a document's id");
    int rc = client_open(cli, &j.client);
    if (!rc) rc = remove_document(&j, cli_arg(cli, 0));
    if (!rc && cli_json(cli)) (void)puts("{\"removed\":1}");
    else if (!rc) (void)printf(STR_FMT " removed\n", STR_ARG(cli_arg(cli, 0)));
    return rc;
}

static const struct cli_option add_options[] = {
    { "roles", 'r', "ROLES", NULL, "Who may read it, such as operator,approver; admin always may. [all]" },
    { "revision", 0, "TEXT", NULL, "Version of the documents. [the commit, of a git repository]" },
    { "watch", 'w', NULL, NULL, "Stay, and follow what changes, comes and goes." },
    { "every", 0, "SECONDS", "30", "How often --watch looks." },
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option reindex_options[] = {
    { "prune", 0, NULL, NULL, "Remove documents whose files are gone." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_knowledge_add = {
    "knowledge add",
    "PATH...",
    "Add documents from files and folders.",
    "Reads Markdown, text, HTML and PDF (with pdftotext), in folders also those below. A document's id is its path in "
    "the "
    "folder. What the server has already in the same words is left as it is.",
    add_options,
    run_add
};
const struct command command_knowledge_reindex = {
    "knowledge reindex", "", "Read the files of all documents again, and index all anew.",
    "Documents whose files changed are replaced; the others cost nothing. What was said of documents counts from now "
    "on. The server does so by itself, too: see knowledge.reindex_* in weir.yaml.",
    reindex_options, run_reindex
};
const struct command command_knowledge_remove = {
    "knowledge remove", "ID", "Remove a document.", NULL, NULL, run_remove
};
