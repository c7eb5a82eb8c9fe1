/* HTML by libxml2's lenient parser, event by event: no tree is made, so depth costs nothing. Scripts, styles and the
 * page's frame (navigation, footer, forms) say nothing and are left out. */
#include <libxml/HTMLparser.h>
#include <pthread.h>

#include "edge/documents/formats.h"

enum tag_does { TAG_NOTHING, TAG_BREAK, TAG_HEADING, TAG_ITEM, TAG_CODE, TAG_TABLE, TAG_ROW, TAG_CELL, TAG_HIDE };

static const struct {
    const char *name;
    enum tag_does does;
    unsigned level;
} tags[] = {
    { "p", TAG_BREAK, 0 },     { "div", TAG_BREAK, 0 },   { "section", TAG_BREAK, 0 }, { "article", TAG_BREAK, 0 },
    { "ul", TAG_BREAK, 0 },    { "ol", TAG_BREAK, 0 },    { "dd", TAG_BREAK, 0 },      { "dt", TAG_BREAK, 0 },
    { "body", TAG_BREAK, 0 },  { "main", TAG_BREAK, 0 },  { "blockquote", TAG_BREAK, 0 },
    { "h1", TAG_HEADING, 1 },  { "h2", TAG_HEADING, 2 },  { "h3", TAG_HEADING, 3 },    { "h4", TAG_HEADING, 4 },
    { "h5", TAG_HEADING, 5 },  { "h6", TAG_HEADING, 6 },  { "title", TAG_HEADING, 1 }, { "li", TAG_ITEM, 0 },
    { "pre", TAG_CODE, 0 },    { "table", TAG_TABLE, 0 }, { "tr", TAG_ROW, 0 },        { "td", TAG_CELL, 0 },
    { "th", TAG_CELL, 0 },     { "br", TAG_NOTHING, 0 },  { "script", TAG_HIDE, 0 },   { "style", TAG_HIDE, 0 },
    { "nav", TAG_HIDE, 0 },    { "footer", TAG_HIDE, 0 }, { "noscript", TAG_HIDE, 0 }, { "template", TAG_HIDE, 0 },
    { "form", TAG_HIDE, 0 },
};

struct reading {
    struct block_list *out;
    struct buf text;
    enum block_kind kind;
    unsigned level;
    size_t hidden, tables; /* how deep inside */
    bool code, gap;        /* white space is waiting */
};

static enum tag_does find_tag(const xmlChar *name, unsigned *level)
{
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strcmp((const char *)name, tags[i].name) == 0) {
            *level = tags[i].level;
            return tags[i].does;
        }
    return TAG_NOTHING;
}

static void end_block(struct reading *r, enum block_kind next, unsigned level)
{
    block_add(r->out, r->kind, r->level, buf_view(&r->text));
    buf_clear(&r->text);
    r->gap = false;
    r->kind = next;
    r->level = level;
}

static void start(void *ctx, const xmlChar *name, const xmlChar **atts)
{
    (void)atts;
    struct reading *r = ctx;
    unsigned level = 0;
    enum tag_does does = find_tag(name, &level);
    if (does == TAG_HIDE) r->hidden++;
    if (strcmp((const char *)name, "br") == 0) buf_char(&r->text, '\n');
    if (does == TAG_TABLE && r->tables++ == 0) end_block(r, BLOCK_TABLE, 0);
    if (r->tables) {
        if (does == TAG_ROW && r->text.len) buf_char(&r->text, '\n');
        if (does == TAG_CELL && r->text.len && r->text.ptr[r->text.len - 1] != '\n') buf_add(&r->text, STR(" | "));
        return;
    }
    if (does == TAG_BREAK) end_block(r, r->kind == BLOCK_ITEM ? BLOCK_ITEM : BLOCK_TEXT, 0);
    if (does == TAG_HEADING) end_block(r, BLOCK_HEADING, level);
    if (does == TAG_ITEM) end_block(r, BLOCK_ITEM, 0);
    if (does == TAG_CODE) {
        end_block(r, BLOCK_CODE, 0);
        r->code = true;
    }
}

static void end(void *ctx, const xmlChar *name)
{
    struct reading *r = ctx;
    unsigned level = 0;
    enum tag_does does = find_tag(name, &level);
    if (does == TAG_HIDE && r->hidden) r->hidden--;
    if (does == TAG_CODE) r->code = false;
    if (does == TAG_TABLE && r->tables) r->tables--;
    if (does == TAG_NOTHING || does == TAG_HIDE || r->tables) return;
    end_block(r, BLOCK_TEXT, 0);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static void characters(void *ctx, const xmlChar *text, int len)
{
    struct reading *r = ctx;
    if (r->hidden || r->out->full) return;
    for (int i = 0; i < len; i++) {
        char c = (char)text[i];
        if (!r->code && is_space(c)) {
            r->gap = true;
            continue;
        }
        if (r->gap && r->text.len && !is_space(r->text.ptr[r->text.len - 1])) buf_char(&r->text, ' ');
        r->gap = false;
        buf_char(&r->text, c);
    }
    if (r->text.full) r->out->full = true;
}

static void quiet(void *ctx, const char *text, ...)
{
    (void)ctx;
    (void)text;
}

void blocks_of_html(str text, struct block_list *out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, xmlInitParser);
    struct reading r = { .out = out, .text = buf_init(DOCUMENT_BYTES_MAX), .kind = BLOCK_TEXT };
    xmlSAXHandler sax = {
        .startElement = start, .endElement = end, .characters = characters, .error = quiet, .warning = quiet
    };
    htmlParserCtxtPtr p = htmlCreatePushParserCtxt(&sax, &r, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (!p) out->full = true;
    enum { CHUNK = 1 << 16 };
    for (size_t at = 0; p && at < text.len && !out->full; at += CHUNK) {
        str part = str_cut(text, at, CHUNK);
        (void)htmlParseChunk(p, part.ptr, (int)part.len, at + CHUNK >= text.len);
    }
    end_block(&r, BLOCK_TEXT, 0);
    buf_done(&r.text);
    if (p) htmlFreeParserCtxt(p);
}
