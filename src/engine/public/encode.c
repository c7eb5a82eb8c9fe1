/* weir/encode.h over engine/encode. */
#include "weir/encode.h"

#include <assert.h>

#include "engine/encode/encode.h"
#include "engine/public/public.h"

struct weir_encoder {
    struct encode_model model;
    void *scratch;
};

static_assert((int)WEIR_ENCODE_DIM == (int)ENCODE_DIM, "the same vectors");
static_assert((int)WEIR_ENCODE_PIECES_MAX == (int)ENCODE_PIECES_MAX, "the same limit");

size_t weir_encoder_size(void)
{
    return sizeof(struct weir_encoder) + encode_scratch_size();
}

int weir_encoder_init(void *memory, size_t size, const void *model, size_t model_size, weir_encoder **out,
                      struct weir_error *error)
{
    struct weir_encoder e = { 0 };
    err problem = public_room(memory, size, weir_encoder_size(), _Alignof(struct weir_encoder));
    if (!problem.code) problem = encode_open((str){ model, model ? model_size : 0 }, &e.model);
    if (!problem.code) {
        *out = memory;
        **out = e;
        (*out)->scratch = *out + 1;
    }
    return public_error(problem, error);
}

size_t weir_encode_layers_dim(unsigned layers)
{
    size_t dim = encode_layers_dim(layers);
    return encode_layers_fit(layers, dim) ? dim : 0;
}

/* The texts in groups, since both sides have a struct of their own for a text. */
int weir_encode_layers(weir_encoder *e, const struct weir_text *texts, size_t n, unsigned layers, float *out,
                       struct weir_error *error)
{
    enum { GROUP = 64 };
    str group[GROUP];
    size_t dim = weir_encode_layers_dim(layers);
    if (!dim) return public_error(err_make(ERR_INPUT, "layers: expected some of bits 0 to %d", ENCODE_LAYERS), error);
    for (size_t from = 0; from < n; from += GROUP) {
        size_t count = n - from < GROUP ? n - from : GROUP;
        for (size_t i = 0; i < count; i++) group[i] = (str){ texts[from + i].ptr, texts[from + i].len };
        encode_layers(&e->model, e->scratch, group, count, layers, out + from * dim);
    }
    return public_error(OK, error);
}

void weir_encode(weir_encoder *e, const struct weir_text *texts, size_t n, float *out)
{
    (void)weir_encode_layers(e, texts, n, 1U << ENCODE_LAYERS, out, NULL);
}

size_t weir_tokenize(const weir_encoder *e, struct weir_text text, uint16_t *ids)
{
    return encode_tokenize(&e->model, (str){ text.ptr, text.len }, ids);
}
