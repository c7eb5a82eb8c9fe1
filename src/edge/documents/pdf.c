/* PDF by pdftotext (poppler), a program of its own: what a hostile file does to it stays there. It may use half a
 * minute, a gigabyte, and write no more than a document's bytes. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edge/act/child.h"
#include "edge/documents/formats.h"
#include "edge/files.h"

enum { PDF_SECONDS = 30 };

static err run(struct env *env, const char *path, const char *to)
{
    char *const argv[] = { "pdftotext", "-q", "-enc", "UTF-8", "-nopgbrk", (char *)path, (char *)to, NULL };
    char *const envp[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", NULL };
    struct child_spec spec = { .mode = CHILD_CAPTURE, .argv = argv, .envp = envp, .memory_max = UINT64_C(1) << 30 };
    struct child *c = mem_new(sizeof *c);
    struct child_result result = { 0 };
    err e = child_start(&spec, c);
    if (!e.code) child_run(c, env, PDF_SECONDS * USEC_SECOND, &result);
    child_done(c);
    mem_free(c);
    if (e.code) return e;
    if (!result.started) return err_make(ERR_NOT_FOUND, "pdftotext is not there: install poppler-utils to read PDF");
    if (result.timed_out) return err_make(ERR_TIMEOUT, "%s: took over %d s to read", path, PDF_SECONDS);
    return result.exit_code ? err_make(ERR_INPUT, "%s: not a PDF file that can be read", path) : OK;
}

err pdf_text(struct env *env, str path, struct arena *a, str *out)
{
    char folder[] = "/tmp/weir-pdf-XXXXXX";
    if (access(str_z(a, path), R_OK)) return err_errno(STR_FMT, STR_ARG(path));
    if (!mkdtemp(folder)) return err_errno("%s", folder);
    const char *to = str_fmt(a, "%s/text", folder).ptr;
    err e = run(env, str_z(a, path), to);
    if (!e.code) e = file_read(str_of(to), DOCUMENT_BYTES_MAX, a, out);
    (void)unlink(to);
    (void)rmdir(folder);
    return e;
}
