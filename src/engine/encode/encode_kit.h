/* For tests: a model of the real shape with drawn weights and a small vocabulary, so that they need no download. */
#ifndef WEIR_ENGINE_ENCODE_ENCODE_KIT_H
#define WEIR_ENGINE_ENCODE_ENCODE_KIT_H

#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "engine/encode/convert.h"
#include "engine/encode/trie.h"

enum { KIT_WORDS = 400, KIT_FILE_MAX = 64 << 20 };

struct kit_writer {
    struct buf head;
    float *data;
    size_t used; /* floats */
    uint32_t chance;
};

static inline float kit_draw(struct kit_writer *w)
{
    float sum = 0;
    for (int i = 0; i < 4; i++) {
        w->chance = w->chance * 1664525 + 1013904223;
        sum += (float)(w->chance >> 8) / (float)(1 << 24) - 0.5f;
    }
    return sum * 1.7f;
}

static inline void kit_tensor(struct kit_writer *w, const char *name, size_t rows, size_t columns, float mean,
                              float spread)
{
    size_t n = rows * (columns ? columns : 1), at = w->used * sizeof(float);
    buf_fmt(&w->head, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%zu", w->head.len > 1 ? "," : "", name, rows);
    if (columns) buf_fmt(&w->head, ",%zu", columns);
    buf_fmt(&w->head, "],\"data_offsets\":[%zu,%zu]}", at, at + n * sizeof(float));
    for (size_t i = 0; i < n; i++) w->data[w->used++] = mean + spread * kit_draw(w);
}

static inline void kit_linear(struct kit_writer *w, size_t layer, const char *name, size_t outputs, size_t inputs)
{
    char text[160];
    (void)snprintf(text, sizeof text, "encoder.layer.%zu.%s.weight", layer, name);
    kit_tensor(w, text, outputs, inputs, 0, 0.05f);
    (void)snprintf(text, sizeof text, "encoder.layer.%zu.%s.bias", layer, name);
    kit_tensor(w, text, outputs, 0, 0, 0.1f);
}

static inline void kit_norm(struct kit_writer *w, const char *prefix)
{
    char text[160];
    (void)snprintf(text, sizeof text, "%.90s.weight", prefix);
    kit_tensor(w, text, DIM, 0, 1, 0.2f);
    (void)snprintf(text, sizeof text, "%.90s.bias", prefix);
    kit_tensor(w, text, DIM, 0, 0, 0.2f);
}

static inline void kit_layer(struct kit_writer *w, size_t i)
{
    static const char *const square[] = { "attention.self.query", "attention.self.key", "attention.self.value",
                                          "attention.output.dense" };
    char text[160];
    for (size_t k = 0; k < 4; k++) kit_linear(w, i, square[k], DIM, DIM);
    kit_linear(w, i, "intermediate.dense", INNER, DIM);
    kit_linear(w, i, "output.dense", DIM, INNER);
    (void)snprintf(text, sizeof text, "encoder.layer.%zu.attention.output.LayerNorm", i);
    kit_norm(w, text);
    (void)snprintf(text, sizeof text, "encoder.layer.%zu.output.LayerNorm", i);
    kit_norm(w, text);
}

/* safetensors bytes in `a`. */
static inline str kit_weights(struct arena *a)
{
    char *file = arena_new(a, KIT_FILE_MAX);
    struct kit_writer w = { .head = buf_init(1 << 20), .data = (float *)(void *)(file + (1 << 16)), .chance = 7 };
    buf_char(&w.head, '{');
    kit_tensor(&w, "embeddings.word_embeddings.weight", KIT_WORDS, DIM, 0, 0.05f);
    kit_tensor(&w, "embeddings.position_embeddings.weight", ENCODE_PIECES_MAX, DIM, 0, 0.02f);
    kit_tensor(&w, "embeddings.token_type_embeddings.weight", 2, DIM, 0, 0.02f);
    kit_norm(&w, "embeddings.LayerNorm");
    for (size_t i = 0; i < LAYERS; i++) kit_layer(&w, i);
    buf_char(&w.head, '}');
    while (w.head.len % 8) buf_char(&w.head, ' ');
    char *start = file + (1 << 16) - w.head.len - 8;
    for (int i = 0; i < 8; i++) start[i] = (char)(uint8_t)((uint64_t)w.head.len >> (8 * i));
    memcpy(start + 8, w.head.ptr, w.head.len);
    str out = { start, 8 + w.head.len + w.used * sizeof(float) };
    buf_done(&w.head);
    return out;
}

/* [PAD], unused, [UNK], [CLS], [SEP]; then letters and digits, the same inside words, and some longer pieces. */
static inline str kit_vocab(struct arena *a)
{
    static const char *const longer[] = { "disk", "full", "##ing", "##s",   "re",  "##start", "restart", "job", "fail",
                                          "##ed", "the",  "is",    "error", "pod", "!",       ".",       ",",   "?" };
    struct buf b = buf_init(1 << 16);
    size_t n = 103;
    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%s\n",
                i == 0     ? "[PAD]"
                : i == 100 ? "[UNK]"
                : i == 101 ? "[CLS]"
                : i == 102 ? "[SEP]"
                           : "[unused]");
    for (int rest = 0; rest < 2; rest++)
        for (char c = 'a'; c <= 'z'; c++, n++) buf_fmt(&b, "%s%c\n", rest ? "##" : "", c);
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++, n++) buf_fmt(&b, "%s\n", longer[i]);
    for (; n < KIT_WORDS; n++) buf_fmt(&b, "w%zux\n", n);
    return buf_take(&b, a);
}

/* A header whose tables all lie inside a file of `size` bytes; only those of the tokenizer are apart from the rest. */
static inline struct encode_header kit_header(uint64_t size, const struct trie *t)
{
    static const uint32_t shapes[PRODUCTS][2] = { { DIM, 3 * DIM }, { DIM, DIM }, { DIM, INNER }, { INNER, DIM } };
    const uint64_t states = 1 << 20, room = 2 << 20; /* the rest lies from `room` on */
    struct encode_header h = { .magic = FORMAT_MAGIC, .version = FORMAT_VERSION, .vocab = KIT_WORDS, .size = size,
                               .words = room, .word_scale = room, .positions = room, .norm = { room, room },
                               .states = states, .state_count = t->count,
                               .state_ids = states + (t->count * sizeof *t->states + 63) / 64 * 64 };
    for (size_t i = 0; i < LAYERS; i++) {
        for (size_t k = 0; k < PRODUCTS; k++)
            h.layers[i].products[k] =
                (struct format_product){ shapes[k][0], shapes[k][1], room, room, room, room, room };
        for (size_t k = 0; k < 2; k++) h.layers[i].norms[k] = (struct format_norm){ room, room };
    }
    return h;
}

#endif
