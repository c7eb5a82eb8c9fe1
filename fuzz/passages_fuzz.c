/* Any text is a document and a question: no byte of it outside itself, passages within their bounds and in it, terms
 * too. */
#include <assert.h>

#include "engine/knowledge/blocks.h"
#include "engine/knowledge/shelf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_term(void *ctx, const struct index_term *t)
{
    const str *text = ctx;
    assert(t->text.len > 0 && t->text.len <= TERM_MAX + 4 && t->len > 0 && t->at + t->len <= text->len);
}

static void search(str text, const struct passage_list *passages, struct terms *t, struct arena *a)
{
    struct shelf *s = NULL;
    struct shelf_hit *hits = NULL;
    size_t n = 0;
    err e = shelf_new(a, t, 0, &s);
    for (size_t i = 0; i < passages->count && !e.code; i++)
        e = shelf_add(s, &(struct shelf_passage){ .document = (uint32_t)i, .title = passages->items[i].path,
                                                  .text = passages->items[i].text });
    if (!e.code) e = shelf_finish(s);
    if (!e.code)
        e = shelf_search(s, t, &(struct shelf_question){ .text = str_cut(text, 0, 300), .k = 10 }, a, &hits, &n);
    assert(!e.code || e.code == ERR_LIMIT);
    for (size_t i = 0; i < n; i++) assert(hits[i].score >= 0 && hits[i].score <= 1 && hits[i].covered <= 1 + 1e-9);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    struct arena a = arena_init(32 << 20);
    struct terms *t = NULL;
    struct block_list blocks = { .a = &a };
    struct passage_list passages = { 0 };
    if (terms_open(&t).code) return 0;
    terms_each(t, text, check_term, &text);
    blocks_of_text(text, &blocks);
    if (!passages_cut(&blocks, &a, &passages).code) {
        for (size_t i = 0; i < passages.count; i++)
            assert(passages.items[i].text.len > 0 && passages.items[i].text.len <= 4 * PASSAGE_MOST);
        search(text, &passages, t, &a);
    }
    assert(words_apart(text, &a).len <= 2 * text.len);
    terms_close(t);
    arena_done(&a);
    return 0;
}
