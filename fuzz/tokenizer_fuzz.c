/* Any bytes as a text: two pieces or more, known ids, the same each time; and any bytes over the
 * tokenizer's tables of a model, which opens or is refused, and is then read without a step outside. */
#include <assert.h>
#include <string.h>

#include "engine/encode/encode_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct arena memory;
static str file; /* a model whose tables are drawn, but for its vocabulary */

/* The kit's vocabulary without its weights: tables that nothing here reads stay 0. */
static void make_model(void)
{
    enum { BYTES = 24 << 20 };
    struct trie t;
    static str words[KIT_WORDS];
    memory = arena_init((size_t)BYTES * 3);
    str vocab = kit_vocab(&memory);
    for (size_t i = 0; i < KIT_WORDS; i++) (void)str_next(&vocab, '\n', &words[i]);
    assert(!trie_build(words, KIT_WORDS, &memory, &t).code);
    char *at = arena_new(&memory, BYTES + FORMAT_ALIGN);
    at += FORMAT_ALIGN - (uintptr_t)at % FORMAT_ALIGN;
    struct encode_header *h = (struct encode_header *)(void *)at;
    *h = kit_header(BYTES, &t);
    memcpy(at + h->states, t.states, t.count * sizeof *t.states);
    memcpy(at + h->state_ids, t.ids, t.count * sizeof *t.ids);
    file = (str){ at, BYTES };
}

static void check_text(const struct encode_model *m, str text)
{
    uint16_t ids[ENCODE_PIECES_MAX], again[ENCODE_PIECES_MAX];
    size_t n = encode_tokenize(m, text, ids);
    assert(n >= 2 && n <= ENCODE_PIECES_MAX && ids[0] == ID_CLS && ids[n - 1] == ID_SEP);
    for (size_t i = 0; i < n; i++) assert(ids[i] < m->header->vocab);
    assert(encode_tokenize(m, text, again) == n && memcmp(ids, again, n * sizeof *ids) == 0);
}

/* The first bytes go over the header and the trie, at places that they choose. */
static void check_damaged(const uint8_t *data, size_t size)
{
    static char *copy;
    struct encode_model m;
    if (!copy) copy = arena_new(&memory, file.len + FORMAT_ALIGN);
    char *at = copy + (FORMAT_ALIGN - (uintptr_t)copy % FORMAT_ALIGN);
    const struct encode_header *h = (const struct encode_header *)(const void *)file.ptr;
    size_t from = h->states, end = h->state_ids + h->state_count * sizeof(uint16_t), n = size / 4;
    memcpy(at, file.ptr, sizeof *h);
    memcpy(at + from, file.ptr + from, end - from);
    for (size_t i = 0; i < n; i++) {
        size_t where = (size_t)data[4 * i] << 16 | (size_t)data[4 * i + 1] << 8 | data[4 * i + 2];
        size_t place = i % 4 ? from + where % (end - from) : where % sizeof *h;
        at[place] = (char)data[4 * i + 3];
    }
    if (!encode_open((str){ at, file.len }, &m).code) check_text(&m, (str){ (const char *)data, size });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct encode_model m;
    if (!file.ptr) make_model();
    assert(!encode_open(file, &m).code);
    check_text(&m, (str){ (const char *)data, size });
    if (size >= 4) check_damaged(data, size);
    return 0;
}
