/* Any bytes over the header and the tables of a model file, at places that they choose: it opens or is refused, and
 * what opens encodes a text, the same each time, without a step outside. */
#include <assert.h>
#include <string.h>

#include "engine/encode/encode_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_BYTES = 24 << 20 };

static char *whole, *copy; /* a model of drawn tables, and the one that is damaged */

static char *aligned(void)
{
    char *room = mem_new(FILE_BYTES + FORMAT_ALIGN);
    return room + (FORMAT_ALIGN - (uintptr_t)room % FORMAT_ALIGN) % FORMAT_ALIGN;
}

/* As kit_header has it: everything but the tokenizer shares one table, which reads as small floats and as bytes. */
static void make_model(void)
{
    struct arena a = arena_init(64 << 20);
    static str words[KIT_WORDS];
    struct trie t;
    str vocab = kit_vocab(&a);
    for (size_t i = 0; i < KIT_WORDS; i++) (void)str_next(&vocab, '\n', &words[i]);
    assert(!trie_build(words, KIT_WORDS, &a, &t).code);
    whole = aligned();
    copy = aligned();
    struct encode_header *h = (struct encode_header *)(void *)whole;
    *h = kit_header(FILE_BYTES, &t);
    memcpy(whole + h->states, t.states, t.count * sizeof *t.states);
    memcpy(whole + h->state_ids, t.ids, t.count * sizeof *t.ids);
    for (size_t i = 0; i < (size_t)INNER * DIM; i += 4) memcpy(whole + h->words + i, &(float){ 0.01f }, sizeof(float));
    memcpy(copy, whole, FILE_BYTES);
    arena_done(&a);
}

static size_t place(const struct encode_header *h, const uint8_t *at)
{
    size_t where = (size_t)at[0] << 16 | (size_t)at[1] << 8 | at[2];
    if (at[0] & 1) return where % sizeof *h;
    return at[0] & 2 ? h->states + where % (h->words - h->states) : h->words + where % ((size_t)INNER * DIM);
}

static void check(str text)
{
    static char *scratch;
    static float v[2][ENCODE_DIM];
    struct encode_model m;
    err e = encode_open((str){ copy, FILE_BYTES }, &m);
    assert(!e.code || e.code == ERR_CORRUPT || e.code == ERR_TOO_NEW);
    if (e.code) return;
    if (!scratch) scratch = mem_new(encode_scratch_size());
    for (size_t i = 0; i < 2; i++) encode_texts(&m, scratch, &text, 1, v[i]);
    assert(memcmp(v[0], v[1], sizeof v[0]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { CHANGES_MAX = 64, TEXT_MAX = 8 };
    size_t places[CHANGES_MAX], n = size / 4 < CHANGES_MAX ? size / 4 : CHANGES_MAX;
    if (!whole) make_model();
    const struct encode_header *h = (const struct encode_header *)(const void *)whole;
    for (size_t i = 0; i < n; i++) {
        places[i] = place(h, data + 4 * i);
        copy[places[i]] = (char)data[4 * i + 3];
    }
    check((str){ (const char *)data, size < TEXT_MAX ? size : TEXT_MAX });
    for (size_t i = 0; i < n; i++) copy[places[i]] = whole[places[i]];
    return 0;
}
