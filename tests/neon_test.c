/* The NEON kernel against the scalar one, as a program of its own: compiled for aarch64 and run under qemu-user where
 * this machine is none (tests/neon_test.sh). It needs no library: products, and a whole model with drawn weights. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/encode/kernel.h"

static uint32_t chance = 1;

static uint8_t draw(void)
{
    chance = chance * 1664525 + 1013904223;
    uint8_t b = (uint8_t)(chance >> 24);
    return chance & 0x10000 ? b : b < 128 ? 0 : 255;
}

static bool products_agree(void)
{
    enum { ROWS = 7, OUTPUTS = 128, INPUTS = INNER };
    static uint8_t q[ROWS * INPUTS];
    static int8_t w[OUTPUTS * INPUTS];
    static int32_t a[ROWS * OUTPUTS], b[ROWS * OUTPUTS];
    for (size_t i = 0; i < sizeof q; i++) q[i] = draw();
    for (size_t i = 0; i < sizeof w; i++) w[i] = (int8_t)(draw() - 128);
    encode_kernel_scalar.product(q, ROWS, w, INPUTS, OUTPUTS, a);
    encode_kernel_neon.product(q, ROWS, w, INPUTS, OUTPUTS, b);
    return memcmp(a, b, sizeof a) == 0;
}

/* Tables of drawn numbers in the places that a header names; every product shares one matrix. */
static uint8_t *file;
static size_t used;

static uint64_t floats(size_t n, float mean, float spread)
{
    uint64_t at = used;
    float *to = (float *)(void *)(file + at);
    for (size_t i = 0; i < n; i++) to[i] = mean + spread * ((float)draw() / 255 - 0.5f);
    used += (n * sizeof(float) + 63) / 64 * 64;
    return at;
}

static struct format_product linear(uint32_t inputs, uint32_t outputs, uint64_t weights)
{
    return (struct format_product){ .inputs = inputs,
                                    .outputs = outputs,
                                    .weights = weights,
                                    .weight_scale = floats(outputs, 0.0008f, 0.0002f),
                                    .column = floats(outputs, 0, 0.1f),
                                    .bias = floats(outputs, 0, 0.1f),
                                    .pre = floats(inputs, 1, 0.5f) };
}

static void make_model(struct encode_header *h)
{
    enum { BYTES = 8 << 20, WORDS = 512 };
    file = aligned_alloc(64, BYTES);
    uint64_t matrix = used;
    for (size_t i = 0; i < (size_t)DIM * INNER; i++) file[used++] = (uint8_t)(draw() ^ draw());
    h->words = used;
    for (size_t i = 0; i < (size_t)DIM * WORDS; i++) file[used++] = (uint8_t)(draw() ^ draw());
    h->word_scale = floats(WORDS, 0.001f, 0.0005f);
    h->positions = floats((size_t)ENCODE_PIECES_MAX * DIM, 0, 0.05f);
    h->norm = (struct format_norm){ floats(DIM, 1, 0.2f), floats(DIM, 0, 0.2f) };
    for (size_t i = 0; i < LAYERS; i++) {
        struct format_product *p = h->layers[i].products;
        p[PRODUCT_QKV] = linear(DIM, 3 * DIM, matrix);
        p[PRODUCT_ATTENTION] = linear(DIM, DIM, matrix);
        p[PRODUCT_UP] = linear(DIM, INNER, matrix);
        p[PRODUCT_DOWN] = linear(INNER, DIM, matrix);
        for (size_t k = 0; k < 2; k++)
            h->layers[i].norms[k] = (struct format_norm){ floats(DIM, 1, 0.2f), floats(DIM, 0, 0.2f) };
    }
}

static void fill(struct encode_batch *b)
{
    static const size_t starts[] = { 0, 2, 25, 60 };
    b->texts = 3;
    b->after = NULL;
    b->skip = 0;
    b->rows = 60;
    memcpy(b->starts, starts, sizeof starts);
    for (size_t i = 0; i < b->rows; i++) b->ids[i] = (uint16_t)(i * 37 % 512);
}

static bool models_agree(void)
{
    static struct encode_header h;
    make_model(&h);
    struct encode_model m = { .bytes = file, .header = &h };
    struct encode_batch *a = aligned_alloc(64, sizeof *a), *b = aligned_alloc(64, sizeof *b);
    fill(a);
    fill(b);
    encode_kernel_scalar.run(&m, a);
    encode_kernel_neon.run(&m, b);
    bool same = a->x[0][0] == a->x[0][0] && memcmp(a->x, b->x, 60 * sizeof a->x[0]) == 0;
    free(a);
    free(b);
    free(file);
    return same;
}

int main(void)
{
    if (!encode_kernel_neon.usable()) {
        (void)puts("1..0 # SKIP the processor has no dot product");
        return 0;
    }
    bool products = products_agree(), models = models_agree();
    (void)printf("1..2\n%s 1 - products\n%s 2 - a model, bit for bit\n", products ? "ok" : "not ok",
                 models ? "ok" : "not ok");
    return products && models ? 0 : 1;
}
