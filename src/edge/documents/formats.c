#include "edge/documents/formats.h"

#include "edge/files.h"
#include "engine/knowledge/blocks.h"

static const struct {
    const char *name;
    void (*blocks)(str text, struct block_list *out); /* NULL: not in memory */
} formats[FORMAT_COUNT] = {
    [FORMAT_TEXT] = { "text", blocks_of_text },
    [FORMAT_MARKDOWN] = { "markdown", blocks_of_markdown },
    [FORMAT_HTML] = { "html", blocks_of_html },
    [FORMAT_PDF] = { "pdf", NULL },
};

static const struct {
    const char *ending;
    enum document_format format;
} endings[] = {
    { ".md", FORMAT_MARKDOWN }, { ".markdown", FORMAT_MARKDOWN }, { ".txt", FORMAT_TEXT }, { ".rst", FORMAT_TEXT },
    { ".html", FORMAT_HTML },   { ".htm", FORMAT_HTML },          { ".pdf", FORMAT_PDF },
};

const char *format_name(enum document_format f)
{
    return formats[f].name;
}

bool format_of(str name, enum document_format *out)
{
    for (int i = 0; i < FORMAT_COUNT; i++) {
        if (!str_eq(name, str_of(formats[i].name))) continue;
        *out = (enum document_format)i;
        return true;
    }
    return false;
}

bool format_of_path(str path, enum document_format *out)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        str ending = str_of(endings[i].ending);
        if (path.len <= ending.len || !str_eq_nocase(str_cut(path, path.len - ending.len, ending.len), ending))
            continue;
        *out = endings[i].format;
        return true;
    }
    return false;
}

err document_blocks(enum document_format f, str bytes, struct block_list *out)
{
    if (!formats[f].blocks) return err_make(ERR_INPUT, "%s is not read from memory", formats[f].name);
    if (bytes.len > DOCUMENT_BYTES_MAX)
        return err_make(ERR_LIMIT, "the document is over %d MiB", DOCUMENT_BYTES_MAX >> 20);
    if (memchr(bytes.ptr ? bytes.ptr : "", 0, bytes.len)) return err_make(ERR_INPUT, "the document is not text");
    formats[f].blocks(bytes, out);
    return out->full ? err_make(ERR_LIMIT, "the document is too long") : OK;
}

static err read_it(struct env *env, str folder, str path, struct arena *a, enum document_format f,
                   struct block_list *out)
{
    str bytes = STR_NONE;
    err e = OK;
    if (f == FORMAT_PDF) e = pdf_text(env, folder, path, a, &bytes);
    else if (folder.len) e = file_read_inside(folder, path, DOCUMENT_BYTES_MAX, a, &bytes);
    else e = file_read(path, DOCUMENT_BYTES_MAX, a, &bytes);
    if (e.code) return e;
    return err_wrap(document_blocks(f == FORMAT_PDF ? FORMAT_TEXT : f, bytes, out), STR_FMT, STR_ARG(path));
}

err document_read_inside(struct env *env, str folder, str path, struct arena *a, enum document_format *f,
                         struct block_list *out)
{
    if (!format_of_path(path, f)) return err_make(ERR_INPUT, STR_FMT ": not a document", STR_ARG(path));
    return read_it(env, folder, path, a, *f, out);
}

err document_read(struct env *env, str path, struct arena *a, enum document_format *f, struct block_list *out)
{
    if (!format_of_path(path, f))
        return err_make(ERR_INPUT, STR_FMT ": expected .md, .txt, .rst, .html or .pdf", STR_ARG(path));
    return read_it(env, STR(""), path, a, *f, out);
}
