#include "engine/encode/encode.h"

#include <assert.h>
#include <math.h>

#include "engine/encode/kernel.h"

const struct encode_kernel *const encode_kernels[] = {
#if defined(__x86_64__)
    &encode_kernel_amx, &encode_kernel_avx512, &encode_kernel_avx2,
#elif defined(__aarch64__)
    &encode_kernel_neon,
#endif
    &encode_kernel_scalar,
    NULL,
};

static_assert((int)BATCH_ROWS >= (int)ENCODE_PIECES_MAX, "a batch holds the longest text");

size_t encode_scratch_size(void)
{
    return sizeof(struct encode_batch) + FORMAT_ALIGN;
}

static struct encode_batch *batch_at(void *scratch)
{
    uintptr_t at = (uintptr_t)scratch;
    return (void *)((char *)scratch + (FORMAT_ALIGN - at % FORMAT_ALIGN) % FORMAT_ALIGN);
}

/* An empty batch. */
static struct encode_batch *batch_in(void *scratch)
{
    struct encode_batch *b = batch_at(scratch);
    b->texts = b->rows = b->skip = b->done = 0;
    b->after = NULL;
    return b;
}

/* The mean of a text's pieces, of that length. */
static void pool(const struct encode_batch *b, size_t text, float length, float *out)
{
    size_t from = b->starts[text], end = b->starts[text + 1];
    float square = 0;
    memcpy(out, b->x[from], sizeof b->x[from]);
    for (size_t r = from + 1; r < end; r++)
        for (size_t i = 0; i < DIM; i++) out[i] += b->x[r][i];
    for (size_t i = 0; i < DIM; i++) square += out[i] * out[i];
    float by = square > 0 ? length / sqrtf(square) : 0;
    for (size_t i = 0; i < DIM; i++) out[i] *= by;
}

static size_t layers_below(unsigned layers, size_t layer)
{
    size_t n = 0;
    for (size_t i = 0; i < layer; i++) n += layers >> i & 1;
    return n;
}

static void keep_layer(struct encode_batch *b, size_t layer)
{
    size_t parts = layers_below(b->kept, LAYERS + 1), at = layers_below(b->kept, layer);
    if (!(b->kept >> layer & 1)) return;
    for (size_t t = 0; t < b->texts; t++) pool(b, t, 1 / sqrtf((float)parts), b->out + (t * parts + at) * DIM);
}

static void run_batch(const struct encode_model *m, struct encode_batch *b, float *out)
{
    b->out = out;
    if (b->texts) m->kernel->run(m, b);
    b->texts = b->rows = 0;
}

static void append(struct encode_batch *b, const uint16_t *ids, size_t n)
{
    memcpy(b->ids + b->rows, ids, n * sizeof *ids);
    b->starts[b->texts++] = b->rows;
    b->rows += n;
    b->starts[b->texts] = b->rows;
}

size_t encode_layers_dim(unsigned layers)
{
    return DIM * layers_below(layers, LAYERS + 1);
}

bool encode_layers_fit(unsigned layers, size_t dims)
{
    return layers && layers >> (LAYERS + 1) == 0 && encode_layers_dim(layers) == dims;
}

/* An empty batch that keeps these layers and computes none above. */
static struct encode_batch *batch_for(void *scratch, unsigned layers)
{
    struct encode_batch *b = batch_in(scratch);
    assert(layers && layers >> (LAYERS + 1) == 0);
    b->after = keep_layer;
    b->kept = layers;
    while (!(layers >> (LAYERS - b->skip) & 1)) b->skip++;
    return b;
}

void encode_layers(const struct encode_model *m, void *scratch, const str *texts, size_t n, unsigned layers, float *out)
{
    struct encode_batch *b = batch_for(scratch, layers);
    uint16_t ids[ENCODE_PIECES_MAX];
    size_t done = 0, dim = encode_layers_dim(layers);
    for (size_t i = 0; i < n; i++) {
        size_t count = encode_tokenize(m, texts[i], ids);
        if (b->rows + count > BATCH_ROWS) {
            run_batch(m, b, out + done * dim);
            done = i;
        }
        append(b, ids, count);
    }
    run_batch(m, b, out + done * dim);
}

void encode_begin(const struct encode_model *m, void *scratch, str text, unsigned layers, size_t until, float *out)
{
    struct encode_batch *b = batch_for(scratch, layers);
    uint16_t ids[ENCODE_PIECES_MAX];
    size_t last = b->skip;
    assert(until >= 1 && until <= LAYERS);
    size_t n = encode_tokenize(m, text, ids);
    append(b, ids, n);
    b->out = out;
    if (LAYERS - until > last) b->skip = LAYERS - until;
    m->kernel->run(m, b);
    b->done = LAYERS - b->skip;
    b->skip = last;
}

void encode_finish(const struct encode_model *m, void *scratch, float *out)
{
    struct encode_batch *b = batch_at(scratch);
    b->out = out;
    m->kernel->run(m, b);
}

void encode_texts(const struct encode_model *m, void *scratch, const str *texts, size_t n, float *out)
{
    encode_layers(m, scratch, texts, n, 1U << LAYERS, out);
}

size_t encode_pieces(const struct encode_model *m, void *scratch, str text, uint16_t *ids, float *out)
{
    struct encode_batch *b = batch_in(scratch);
    size_t n = encode_tokenize(m, text, ids);
    append(b, ids, n);
    m->kernel->run(m, b);
    memcpy(out, b->x, n * sizeof b->x[0]);
    return n;
}
