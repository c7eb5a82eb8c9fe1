#include "engine/encode/trie.h"

enum { STATES_MAX = 1 << 20 };
#define FREE UINT32_MAX

/* Words sorted by their bytes: those that share a beginning lie together. */
struct entry {
    str text;
    uint16_t id;
};

struct builder {
    struct trie *trie;
    struct entry *entries;
    uint32_t low; /* no state below it is free */
    bool full;
};

static int by_text(const void *x, const void *y)
{
    return str_cmp(((const struct entry *)x)->text, ((const struct entry *)y)->text);
}

static bool is_free(const struct builder *b, uint32_t s)
{
    return b->trie->states[s].check == FREE;
}

/* The first base at which every byte of `bytes` (ascending) leads to a free state. */
static uint32_t find_base(struct builder *b, const uint8_t *bytes, size_t n)
{
    while (b->low < STATES_MAX && !is_free(b, b->low)) b->low++;
    for (uint32_t s = b->low; s + 256 < STATES_MAX; s++) {
        if (s < bytes[0] || !is_free(b, s)) continue;
        uint32_t base = s - bytes[0];
        size_t k = 1;
        while (k < n && is_free(b, base + bytes[k])) k++;
        if (k == n) return base;
    }
    b->full = true;
    return 0;
}

/* The entries [from, to) share their first `depth` bytes, which lead to `state`. */
static void place(struct builder *b, uint32_t state, size_t from, size_t to, size_t depth)
{
    uint8_t bytes[256];
    size_t starts[257], n = 0;
    /* The same word twice: the last one counts. */
    while (from < to && b->entries[from].text.len == depth) b->trie->ids[state] = b->entries[from++].id;
    for (size_t i = from; i < to; i++) {
        uint8_t c = (uint8_t)b->entries[i].text.ptr[depth];
        if (n && bytes[n - 1] == c) continue;
        bytes[n] = c;
        starts[n++] = i;
    }
    starts[n] = to;
    if (!n || b->full) return;
    uint32_t base = b->trie->states[state].base = find_base(b, bytes, n);
    if (b->full) return;
    for (size_t k = 0; k < n; k++) {
        b->trie->states[base + bytes[k]].check = state;
        if (base + bytes[k] >= b->trie->count) b->trie->count = base + bytes[k] + 1;
    }
    for (size_t k = 0; k < n; k++) place(b, base + bytes[k], starts[k], starts[k + 1], depth + 1);
}

static size_t sort_words(const str *words, size_t n, struct entry *entries, bool rest)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (str_starts(words[i], STR("##")) == rest && words[i].len > (rest ? 2 : 0))
            entries[count++] = (struct entry){ str_cut(words[i], rest ? 2 : 0, words[i].len), (uint16_t)i };
    qsort(entries, count, sizeof *entries, by_text);
    return count;
}

static err check_words(const str *words, size_t n)
{
    enum { WORD_MAX = 512 }; /* the depth of the trie, and of the recursion */
    if (n > VOCAB_MAX) return err_make(ERR_INPUT, "the vocabulary has %zu words, at most %d are known", n, VOCAB_MAX);
    for (size_t i = 0; i < n; i++)
        if (words[i].len == 0 || words[i].len > WORD_MAX)
            return err_make(ERR_INPUT, "line %zu of the vocabulary has %zu bytes, expected 1 to %d", i + 1,
                            words[i].len, WORD_MAX);
    return OK;
}

err trie_build(const str *words, size_t n, struct arena *a, struct trie *out)
{
    err e = check_words(words, n);
    if (e.code) return e;
    struct builder b = { .trie = out, .low = 2 };
    *out = (struct trie){ .states = arena_try(a, STATES_MAX * sizeof *out->states),
                          .ids = arena_try(a, STATES_MAX * sizeof *out->ids), .count = 2 };
    b.entries = arena_try(a, n * sizeof *b.entries + 1);
    if (!out->states || !out->ids || !b.entries) return err_make(ERR_LIMIT, "no room for the tokenizer's tables");
    for (uint32_t s = 0; s < STATES_MAX; s++) out->states[s].check = FREE;
    out->states[0].check = out->states[1].check = 0;
    for (uint32_t root = 0; root < 2; root++) place(&b, root, 0, sort_words(words, n, b.entries, root == 1), 0);
    return b.full ? err_make(ERR_LIMIT, "the vocabulary takes more than %d states", STATES_MAX) : OK;
}
