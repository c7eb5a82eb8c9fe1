#include "engine/knowledge/passages.h"

void block_add(struct block_list *list, enum block_kind kind, unsigned level, str text)
{
    if (kind != BLOCK_CODE) text = str_trim(text);
    if (!str_trim(text).len || list->full) return;
    if (list->count == list->cap) {
        size_t cap = list->cap ? 2 * list->cap : 64;
        struct block *items = cap <= 2 * BLOCKS_MAX ? arena_try(list->a, cap * sizeof *items) : NULL;
        list->full = !items || list->count >= BLOCKS_MAX;
        if (list->full) return;
        if (list->count) memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->cap = cap;
    }
    char *copy = arena_try(list->a, text.len + 1);
    list->full = !copy;
    if (!copy) return;
    memcpy(copy, text.ptr, text.len);
    list->items[list->count++] = (struct block){ kind, level < 1 ? 1 : level > 6 ? 6 : level, { copy, text.len } };
}

str blocks_title(const struct block_list *list)
{
    const struct block *best = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const struct block *b = &list->items[i];
        if (b->kind == BLOCK_HEADING && (!best || b->level < best->level)) best = b;
    }
    return best ? str_utf8_prefix(best->text, HEADING_BYTES_MAX) : STR("");
}

/* ---- putting together ---- */

struct cutter {
    struct arena *a;
    struct passage_list *out;
    size_t cap;
    str heading[HEADINGS_MAX]; /* in force */
    struct buf text;
    str path; /* of the passage at hand */
    bool said; /* it has more than headings */
    err e;
};

static str path_now(struct cutter *c)
{
    struct buf b = buf_init(HEADINGS_MAX * (HEADING_BYTES_MAX + 3));
    for (size_t i = 0; i < HEADINGS_MAX; i++)
        if (c->heading[i].len) buf_fmt(&b, "%s" STR_FMT, b.len ? " > " : "", STR_ARG(c->heading[i]));
    char *copy = arena_try(c->a, b.len + 1);
    str path = { copy, copy ? b.len : 0 };
    if (copy && b.len) memcpy(copy, b.ptr, b.len);
    buf_done(&b);
    return path;
}

static struct passage *passage_room(struct cutter *c)
{
    struct passage_list *out = c->out;
    if (out->count == c->cap) {
        size_t cap = c->cap ? 2 * c->cap : 16;
        struct passage *items = out->count < PASSAGES_MAX ? arena_try(c->a, cap * sizeof *items) : NULL;
        if (!items) return NULL;
        if (out->count) memcpy(items, out->items, out->count * sizeof *items);
        out->items = items;
        c->cap = cap;
    }
    return &out->items[out->count];
}

/* The passage at hand is done with. One of headings alone waits for what it is about. */
static void end_passage(struct cutter *c)
{
    str text = str_trim(buf_view(&c->text));
    if (!text.len || !c->said || c->e.code) return;
    struct passage *p = passage_room(c);
    char *copy = p ? arena_try(c->a, text.len + 1) : NULL;
    if (!copy) {
        c->e = err_make(ERR_LIMIT, "the document has more than %zu passages, or its memory is used up", c->out->count);
        return;
    }
    memcpy(copy, text.ptr, text.len);
    *p = (struct passage){ .path = c->path, .text = { copy, text.len } };
    c->out->count++;
    buf_clear(&c->text);
    c->said = false;
}

static void put(struct cutter *c, str text, const char *between)
{
    if (!c->text.len) c->path = path_now(c);
    if (c->text.len) buf_add(&c->text, str_of(between));
    buf_add(&c->text, text);
}

static void put_heading(struct cutter *c, const struct block *b)
{
    if (c->text.len >= PASSAGE_LEAST) end_passage(c);
    for (size_t i = b->level - 1; i < HEADINGS_MAX; i++) c->heading[i] = STR_NONE;
    bool fresh = !c->text.len;
    if (fresh) c->path = path_now(c);
    c->heading[b->level - 1] = str_utf8_prefix(b->text, HEADING_BYTES_MAX);
    str path = c->path;
    put(c, b->text, "\n\n");
    c->path = path; /* the heading stands in the text: above it are the others */
}

/* Where a text that is too long is cut: behind a line, a sentence, a word, in this order of liking. */
static size_t cut_at(str text, size_t most)
{
    if (text.len <= most) return text.len;
    static const char *const ends[] = { "\n", ". ", " " };
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
        size_t len = strlen(ends[k]);
        for (size_t i = most; i > most / 2; i--)
            if (memcmp(text.ptr + i - len, ends[k], len) == 0) return i;
    }
    size_t n = str_utf8_prefix(text, most).len;
    return n ? n : most;
}

static void put_block(struct cutter *c, const struct block *b)
{
    bool whole = b->kind == BLOCK_CODE || b->kind == BLOCK_TABLE;
    size_t most = whole ? PASSAGE_MOST : PASSAGE_TARGET;
    const char *between = b->kind == BLOCK_ITEM ? "\n" : "\n\n";
    str rest = b->text;
    while (rest.len && !c->e.code) {
        if (c->said && c->text.len + rest.len > PASSAGE_TARGET) end_passage(c);
        size_t n = cut_at(rest, most);
        put(c, str_cut(rest, 0, n), between);
        c->said = true;
        rest = str_cut(rest, n, rest.len);
    }
}

err passages_cut(const struct block_list *blocks, struct arena *a, struct passage_list *out)
{
    struct cutter c = { .a = a, .out = out, .text = buf_init(4 * PASSAGE_MOST) };
    *out = (struct passage_list){ 0 };
    for (size_t i = 0; i < blocks->count && !c.e.code; i++) {
        const struct block *b = &blocks->items[i];
        if (b->kind == BLOCK_HEADING) put_heading(&c, b);
        else put_block(&c, b);
    }
    if (blocks->full && !c.e.code) c.e = err_make(ERR_LIMIT, "the document is too long");
    if (c.text.len && !c.out->count) c.said = true; /* nothing but headings: better than nothing */
    end_passage(&c);
    buf_done(&c.text);
    return c.e;
}
