#include "engine/encode/weights.h"

#include <math.h>
#include <stdio.h>

#include "base/json.h"

struct reading {
    json *root;
    str data; /* what follows the JSON */
    struct arena *arena;
    err e;
};

static uint64_t dim_of(json *tensor, size_t i)
{
    return (uint64_t)json_i64(yyjson_arr_get(json_get(tensor, "shape"), i), 0);
}

/* The tensor of rows x columns (columns 1: one dimension); rows 0 takes what is there and says it. */
static const float *tensor(struct reading *r, str name, uint64_t *rows, uint64_t columns)
{
    if (r->e.code) return NULL;
    json *t = json_get(r->root, str_z(r->arena, name)), *at = json_get(t, "data_offsets");
    uint64_t from = (uint64_t)json_i64(yyjson_arr_get(at, 0), -1), to = (uint64_t)json_i64(yyjson_arr_get(at, 1), -1);
    uint64_t first = dim_of(t, 0), second = yyjson_arr_size(json_get(t, "shape")) > 1 ? dim_of(t, 1) : 1;
    if (!*rows) *rows = first;
    if (!t || !STR_IS(json_get_str(t, "dtype"), "F32") || first != *rows || second != columns || first > VOCAB_MAX ||
        from > to || to > r->data.len || to - from != first * second * sizeof(float) || from % sizeof(float)) {
        r->e = err_make(ERR_INPUT, STR_FMT ": not there, or not %llu x %llu floats", STR_ARG(name),
                        (unsigned long long)*rows, (unsigned long long)columns);
        return NULL;
    }
    const float *numbers = (const float *)(const void *)(r->data.ptr + from);
    for (uint64_t i = 0; i < first * second; i++)
        if (!isfinite(numbers[i])) {
            r->e = err_make(ERR_INPUT, STR_FMT ": number %llu is not finite", STR_ARG(name), (unsigned long long)i);
            return NULL;
        }
    return numbers;
}

static const float *sized(struct reading *r, str name, uint64_t rows, uint64_t columns)
{
    return tensor(r, name, &rows, columns);
}

static struct weights_linear linear(struct reading *r, const char *prefix, const char *name, uint64_t outputs,
                                    uint64_t inputs)
{
    return (struct weights_linear){
        .weight = sized(r, str_fmt(r->arena, "%s%s.weight", prefix, name), outputs, inputs),
        .bias = sized(r, str_fmt(r->arena, "%s%s.bias", prefix, name), outputs, 1),
    };
}

static struct weights_norm norm(struct reading *r, const char *prefix, const char *name)
{
    return (struct weights_norm){
        .gain = sized(r, str_fmt(r->arena, "%s%s.weight", prefix, name), DIM, 1),
        .shift = sized(r, str_fmt(r->arena, "%s%s.bias", prefix, name), DIM, 1),
    };
}

static struct weights_layer layer(struct reading *r, size_t i)
{
    char p[32];
    (void)snprintf(p, sizeof p, "encoder.layer.%zu.", i);
    return (struct weights_layer){
        .query = linear(r, p, "attention.self.query", DIM, DIM),
        .key = linear(r, p, "attention.self.key", DIM, DIM),
        .value = linear(r, p, "attention.self.value", DIM, DIM),
        .attention = linear(r, p, "attention.output.dense", DIM, DIM),
        .up = linear(r, p, "intermediate.dense", INNER, DIM),
        .down = linear(r, p, "output.dense", DIM, INNER),
        .norms = { norm(r, p, "attention.output.LayerNorm"), norm(r, p, "output.LayerNorm") },
    };
}

static err open_header(str bytes, struct reading *r)
{
    enum { JSON_MAX = 1 << 20 };
    uint64_t len = 0;
    for (size_t i = 8; bytes.len >= 8 && i-- > 0;) len = len << 8 | (uint8_t)bytes.ptr[i];
    if (len == 0 || len > JSON_MAX || len > bytes.len - 8 || (uintptr_t)(bytes.ptr + 8 + len) % sizeof(float))
        return err_make(ERR_INPUT, "this is no safetensors file");
    r->data = str_cut(bytes, 8 + (size_t)len, bytes.len);
    return json_parse(str_cut(bytes, 8, (size_t)len), r->arena, &r->root);
}

err weights_open(str bytes, struct arena *a, struct weights *out)
{
    struct reading r = { .arena = a };
    uint64_t vocab = 0, positions = 0;
    err e = open_header(bytes, &r);
    if (e.code) return err_wrap(e, "weights");
    out->words = tensor(&r, STR("embeddings.word_embeddings.weight"), &vocab, DIM);
    out->positions = tensor(&r, STR("embeddings.position_embeddings.weight"), &positions, DIM);
    out->types = sized(&r, STR("embeddings.token_type_embeddings.weight"), 2, DIM);
    out->norm = norm(&r, "embeddings.", "LayerNorm");
    for (size_t i = 0; i < LAYERS; i++) out->layers[i] = layer(&r, i);
    if (!r.e.code && (vocab <= ID_SEP || positions < ENCODE_PIECES_MAX))
        r.e = err_make(ERR_INPUT, "%llu words and %llu positions are too few", (unsigned long long)vocab,
                       (unsigned long long)positions);
    out->vocab = (uint32_t)vocab;
    out->position_count = (uint32_t)positions;
    return r.e.code ? err_wrap(r.e, "weights") : OK;
}
