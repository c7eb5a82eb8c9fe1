/* Plain text: paragraphs between empty lines, headings behind #, code between fences. */
#include "engine/knowledge/blocks.h"

static unsigned heading_level(str line)
{
    unsigned n = 0;
    while (n < line.len && line.ptr[n] == '#') n++;
    return n >= 1 && n <= 6 && n < line.len && line.ptr[n] == ' ' ? n : 0;
}

struct reading {
    struct block_list *out;
    const char *from; /* of the block at hand; NULL: none */
    const char *to;
    bool code;
};

static void flush(struct reading *r)
{
    if (r->from) block_add(r->out, r->code ? BLOCK_CODE : BLOCK_TEXT, 0, str_span(r->from, r->to));
    r->from = NULL;
}

static void read_line(struct reading *r, str line)
{
    str bare = str_trim(line);
    if (str_starts(bare, STR("```"))) {
        flush(r);
        r->code = !r->code;
        return;
    }
    unsigned level = r->code ? 0 : heading_level(bare);
    if (level || (!bare.len && !r->code)) flush(r);
    if (level) block_add(r->out, BLOCK_HEADING, level, str_cut(bare, level, bare.len));
    if (level || (!bare.len && !r->code)) return;
    if (!r->from) r->from = line.ptr;
    r->to = line.ptr + line.len;
}

void blocks_of_text(str text, struct block_list *out)
{
    struct reading r = { .out = out };
    str line;
    while (text.len && str_next(&text, '\n', &line)) read_line(&r, line);
    flush(&r);
}
