/* Any bytes as the header of a safetensors file, before enough floats for the whole model: what opens lies inside the
 * file and on boundaries of floats. */
#include <assert.h>
#include <string.h>

#include "engine/encode/weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER_MAX = 1 << 16, FILE_BYTES = 56 << 20 };

static void inside(str file, const float *at, size_t floats)
{
    const char *from = (const char *)at;
    assert(from >= file.ptr && (uintptr_t)from % sizeof(float) == 0);
    assert((size_t)(from - file.ptr) + floats * sizeof(float) <= file.len);
}

static void check_layer(str file, const struct weights_layer *l)
{
    const struct weights_linear square[] = { l->query, l->key, l->value, l->attention };
    for (size_t i = 0; i < 4; i++) {
        inside(file, square[i].weight, (size_t)DIM * DIM);
        inside(file, square[i].bias, DIM);
    }
    inside(file, l->up.weight, (size_t)DIM * INNER);
    inside(file, l->up.bias, INNER);
    inside(file, l->down.weight, (size_t)DIM * INNER);
    inside(file, l->down.bias, DIM);
    for (size_t i = 0; i < 2; i++) {
        inside(file, l->norms[i].gain, DIM);
        inside(file, l->norms[i].shift, DIM);
    }
}

static void check(str file)
{
    struct arena a = arena_init(8 << 20);
    struct weights w;
    err e = weights_open(file, &a, &w);
    assert(!e.code || e.code == ERR_INPUT || e.code == ERR_LIMIT);
    if (!e.code) {
        assert(w.vocab > ID_SEP && w.vocab <= VOCAB_MAX && w.position_count >= ENCODE_PIECES_MAX);
        inside(file, w.words, (size_t)w.vocab * DIM);
        inside(file, w.positions, (size_t)w.position_count * DIM);
        inside(file, w.types, (size_t)2 * DIM);
        for (size_t i = 0; i < LAYERS; i++) check_layer(file, &w.layers[i]);
    }
    arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *file; /* all 0 but the header */
    if (!file) file = mem_new(FILE_BYTES);
    check((str){ (const char *)data, size });
    if (size > HEADER_MAX) return 0;
    size_t len = (size + 7) / 8 * 8;
    for (size_t i = 0; i < 8; i++) file[i] = (char)(uint8_t)((uint64_t)len >> (8 * i));
    memset(file + 8, ' ', HEADER_MAX);
    memcpy(file + 8, data, size);
    check((str){ file, FILE_BYTES });
    memset(file + 8, 0, HEADER_MAX);
    return 0;
}
