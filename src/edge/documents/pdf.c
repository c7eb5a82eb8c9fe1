/* PDF by pdftotext (poppler), a program of its own: what a hostile file does to it stays there. It may use half a
 * minute, a gigabyte, and write no more than a document's bytes. It reads the file that was opened, and
 * never its path, which may lead elsewhere by then. */
#include <stdlib.h>
#include <unistd.h>

#include "edge/act/child.h"
#include "edge/documents/formats.h"
#include "edge/files.h"

enum { PDF_SECONDS = 30 };

static err run(struct env *env, int fd, str path, const char *to)
{
    char *const argv[] = { "pdftotext", "-q", "-enc", "UTF-8", "-nopgbrk", "-", (char *)(uintptr_t)to, NULL };
    char *const envp[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", NULL };
    struct child_spec spec = {
        .mode = CHILD_CAPTURE, .argv = argv, .envp = envp, .input = fd, .memory_max = UINT64_C(1) << 30
    };
    struct child *c = mem_new(sizeof *c);
    struct child_result result = { 0 };
    err e = child_start(&spec, c);
    if (!e.code) child_run(c, env, PDF_SECONDS * USEC_SECOND, &result);
    child_done(c);
    mem_free(c);
    if (e.code) return e;
    if (!result.started) return err_make(ERR_NOT_FOUND, "pdftotext is not there: install poppler-utils to read PDF");
    if (result.timed_out)
        return err_make(ERR_TIMEOUT, STR_FMT ": took over %d s to read", STR_ARG(path), PDF_SECONDS);
    return result.exit_code ? err_make(ERR_INPUT, STR_FMT ": not a PDF file that can be read", STR_ARG(path)) : OK;
}

err pdf_text(struct env *env, str folder, str path, struct arena *a, str *out)
{
    char text[] = "/tmp/weir-pdf-XXXXXX";
    int fd = -1;
    err e = file_open_inside(folder, path, a, &fd);
    if (e.code) return e;
    if (!mkdtemp(text)) e = err_errno("%s", text);
    const char *to = str_fmt(a, "%s/text", text).ptr;
    if (!e.code) {
        e = run(env, fd, path, to);
        if (!e.code) e = file_read(str_of(to), DOCUMENT_BYTES_MAX, a, out);
        (void)unlink(to);
        (void)rmdir(text);
    }
    (void)close(fd);
    return e;
}
