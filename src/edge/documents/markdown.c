/* Markdown by libcmark (CommonMark 0.30). Pipe tables are no part of that standard: a paragraph whose lines begin with
 * a bar is taken for one. Raw HTML is left out. */
#include <cmark.h>

#include "edge/documents/formats.h"

enum { BRACKETS_MAX = 1000 };

struct walk {
    struct block_list *out;
    struct buf text;
    int items; /* how deep in lists */
    bool in_block;
};

static bool takes_text(cmark_node_type t)
{
    return t == CMARK_NODE_HEADING || t == CMARK_NODE_PARAGRAPH;
}

static void end_block(struct walk *w, cmark_node *n)
{
    str text = buf_view(&w->text);
    bool heading = cmark_node_get_type(n) == CMARK_NODE_HEADING;
    bool table = !heading && text.len && text.ptr[0] == '|' && str_find(text, STR("\n|"), 0) > 0;
    enum block_kind kind = heading ? BLOCK_HEADING : table ? BLOCK_TABLE : w->items ? BLOCK_ITEM : BLOCK_TEXT;
    block_add(w->out, kind, heading ? (unsigned)cmark_node_get_heading_level(n) : 0, text);
    buf_clear(&w->text);
    w->in_block = false;
}

static void enter(struct walk *w, cmark_node *n)
{
    cmark_node_type t = cmark_node_get_type(n);
    if (t == CMARK_NODE_LIST) w->items++;
    if (takes_text(t)) w->in_block = true;
    if (t == CMARK_NODE_CODE_BLOCK) block_add(w->out, BLOCK_CODE, 0, str_of(cmark_node_get_literal(n)));
    if (!w->in_block) return;
    if (t == CMARK_NODE_TEXT || t == CMARK_NODE_CODE) buf_add(&w->text, str_of(cmark_node_get_literal(n)));
    if (t == CMARK_NODE_SOFTBREAK || t == CMARK_NODE_LINEBREAK) buf_char(&w->text, '\n');
}

static void leave(struct walk *w, cmark_node *n)
{
    cmark_node_type t = cmark_node_get_type(n);
    if (t == CMARK_NODE_LIST) w->items--;
    if (takes_text(t)) end_block(w, n);
}

/* libcmark 0.30.2 takes the square of the brackets of a paragraph in time (CVE-2023-22486): hours for a file of
 * "![[]()". No paragraph of people has a thousand; one that has is cut by an empty line. Code between fences loses
 * nothing by one. */
static str cut_at_brackets(str text, struct buf *b)
{
    size_t brackets = 0, from = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n' && i + 1 < text.len && text.ptr[i + 1] == '\n') brackets = 0;
        if (text.ptr[i] != '[' || ++brackets < BRACKETS_MAX) continue;
        buf_add(b, str_cut(text, from, i - from));
        buf_add(b, STR("\n\n"));
        from = i;
        brackets = 0;
    }
    if (!from) return text;
    buf_add(b, str_cut(text, from, text.len));
    return buf_view(b);
}

void blocks_of_markdown(str text, struct block_list *out)
{
    struct buf cut = buf_init(2 * (size_t)DOCUMENT_BYTES_MAX);
    text = cut_at_brackets(text, &cut);
    cmark_node *root =
        cmark_parse_document(text.ptr ? text.ptr : "", text.len, CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8);
    cmark_iter *it = root ? cmark_iter_new(root) : NULL;
    struct walk w = { .out = out, .text = buf_init(DOCUMENT_BYTES_MAX) };
    if (!it) out->full = true;
    for (cmark_event_type e = it ? cmark_iter_next(it) : CMARK_EVENT_DONE; e != CMARK_EVENT_DONE && !out->full;
         e = cmark_iter_next(it)) {
        if (e == CMARK_EVENT_ENTER) enter(&w, cmark_iter_get_node(it));
        else leave(&w, cmark_iter_get_node(it));
    }
    buf_done(&w.text);
    buf_done(&cut);
    if (it) cmark_iter_free(it);
    if (root) cmark_node_free(root);
}
