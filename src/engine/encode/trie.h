/* The tokenizer's vocabulary as a double array, built once when a model is converted. */
#ifndef WEIR_ENGINE_ENCODE_TRIE_H
#define WEIR_ENGINE_ENCODE_TRIE_H

#include "engine/encode/format.h"

struct trie {
    struct format_state *states;
    uint16_t *ids;
    uint32_t count;
};

/* `words`: in the order of their ids; one that begins with "##" goes on inside a word. Everything lives in `a`.
 * Errors: ERR_INPUT (more than VOCAB_MAX words, or an empty one), ERR_LIMIT (the arena is full). */
MUST_USE err trie_build(const str *words, size_t n, struct arena *a, struct trie *out);

#endif
