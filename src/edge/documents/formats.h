/* Readers of document formats: bytes to blocks. A hostile file gives an error or strange blocks, and touches nothing
 * else; PDF is read by a program of its own, with limits. */
#ifndef WEIR_EDGE_DOCUMENTS_FORMATS_H
#define WEIR_EDGE_DOCUMENTS_FORMATS_H

#include "base/env.h"
#include "engine/knowledge/passages.h"

enum document_format { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_HTML, FORMAT_PDF, FORMAT_COUNT };
enum { DOCUMENT_BYTES_MAX = 16 << 20 };

const char *format_name(enum document_format f);     /* "markdown" */
bool format_of(str name, enum document_format *out); /* by its name */
bool format_of_path(str path, enum document_format *out); /* by the ending: .md .markdown .txt .rst .html .htm .pdf */

/* Blocks of a document in memory; PDF is not read that way (ERR_INPUT). Errors: ERR_INPUT, ERR_LIMIT. Thread: any. */
MUST_USE err document_blocks(enum document_format f, str bytes, struct block_list *out);
/* Blocks of a file; the format is told by its ending. PDF: by `pdftotext` as a child with limits of time, memory and
 * output. Errors: ERR_NOT_FOUND (file, or no pdftotext), ERR_INPUT (an ending weir does not know, damaged), ERR_LIMIT,
 * ERR_TIMEOUT, ERR_IO. */
MUST_USE err document_read(struct env *env, str path, struct arena *a, enum document_format *f, struct block_list *out);

/* The same of a file below a folder that strangers may write to: no link leads out of it. */
MUST_USE err document_read_inside(struct env *env, str folder, str path, struct arena *a, enum document_format *f,
                                  struct block_list *out);

/* One file a format. */
void blocks_of_markdown(str text, struct block_list *out);
void blocks_of_html(str text, struct block_list *out);
/* folder "": path is one as it stands. */
MUST_USE err pdf_text(struct env *env, str folder, str path, struct arena *a, str *out);

#endif
