/* Opening a model: every offset, size and id that the rest follows is checked once, here. */
#include "engine/encode/format.h"

#include "engine/encode/kernel.h"

static const struct {
    uint32_t inputs, outputs;
} shapes[PRODUCTS] = {
    [PRODUCT_QKV] = { DIM, 3 * DIM },
    [PRODUCT_ATTENTION] = { DIM, DIM },
    [PRODUCT_UP] = { DIM, INNER },
    [PRODUCT_DOWN] = { INNER, DIM },
};

struct check {
    uint64_t size;
    bool bad;
};

static void inside(struct check *c, uint64_t at, uint64_t bytes)
{
    if (at % FORMAT_ALIGN || at < sizeof(struct encode_header) || at > c->size || bytes > c->size - at) c->bad = true;
}

static void check_norm(struct check *c, const struct format_norm *n)
{
    inside(c, n->gain, DIM * sizeof(float));
    inside(c, n->shift, DIM * sizeof(float));
}

static void check_product(struct check *c, const struct format_product *p, size_t which)
{
    if (p->inputs != shapes[which].inputs || p->outputs != shapes[which].outputs) {
        c->bad = true;
        return;
    }
    inside(c, p->weights, (uint64_t)p->inputs * p->outputs);
    inside(c, p->weight_scale, p->outputs * sizeof(float));
    inside(c, p->column, p->outputs * sizeof(float));
    inside(c, p->bias, p->outputs * sizeof(float));
    inside(c, p->pre, p->inputs * sizeof(float));
}

static void check_tables(struct check *c, const struct encode_header *h)
{
    if (h->vocab <= ID_SEP || h->vocab > VOCAB_MAX || h->state_count < 2) c->bad = true;
    inside(c, h->words, (uint64_t)h->vocab * DIM);
    inside(c, h->word_scale, h->vocab * sizeof(float));
    inside(c, h->positions, (uint64_t)ENCODE_PIECES_MAX * DIM * sizeof(float));
    inside(c, h->states, h->state_count * (uint64_t)sizeof(struct format_state));
    inside(c, h->state_ids, h->state_count * (uint64_t)sizeof(uint16_t));
    check_norm(c, &h->norm);
    for (size_t i = 0; i < LAYERS; i++) {
        for (size_t k = 0; k < PRODUCTS; k++) check_product(c, &h->layers[i].products[k], k);
        for (size_t k = 0; k < 2; k++) check_norm(c, &h->layers[i].norms[k]);
    }
}

static void check_ids(struct check *c, const uint8_t *bytes, const struct encode_header *h)
{
    const uint16_t *ids = (const uint16_t *)(const void *)(bytes + h->state_ids);
    for (uint32_t i = 0; i < h->state_count; i++)
        if (ids[i] >= h->vocab) c->bad = true;
}

err encode_open(str bytes, struct encode_model *out)
{
    const struct encode_header *h = (const struct encode_header *)(const void *)bytes.ptr;
    struct check c = { .size = bytes.len };
    *out = (struct encode_model){ 0 };
    if (bytes.len < sizeof *h || memcmp(h->magic, FORMAT_MAGIC, sizeof h->magic) != 0)
        return err_make(ERR_CORRUPT, "this is no model of weir; `weir model fetch` brings one");
    if (h->version != FORMAT_VERSION)
        return err_make(h->version > FORMAT_VERSION ? ERR_TOO_NEW : ERR_CORRUPT,
                        "the model has format %u, this weir reads format %d; `weir model fetch` brings one",
                        (unsigned)h->version, FORMAT_VERSION);
    if ((uintptr_t)bytes.ptr % FORMAT_ALIGN) return err_make(ERR_CORRUPT, "the model is not aligned in memory");
    if (h->size != bytes.len) c.bad = true;
    else check_tables(&c, h);
    if (!c.bad) check_ids(&c, (const uint8_t *)bytes.ptr, h);
    if (c.bad) return err_make(ERR_CORRUPT, "the model is cut off or damaged");
    *out = (struct encode_model){ .bytes = (const uint8_t *)bytes.ptr, .header = h };
    return encode_use_kernel(out, STR(""));
}

/* ---- kernels ---- */

const char *encode_kernel_name(const struct encode_model *m)
{
    return m->kernel->name;
}

err encode_use_kernel(struct encode_model *m, str name)
{
    for (size_t i = 0; encode_kernels[i]; i++) {
        const struct encode_kernel *k = encode_kernels[i];
        if (name.len && !str_eq(name, str_of(k->name))) continue;
        if (!k->usable()) {
            if (name.len)
                return err_make(ERR_NOT_FOUND, "this processor cannot run the kernel " STR_FMT, STR_ARG(name));
            continue;
        }
        m->kernel = k;
        return OK;
    }
    return err_make(ERR_NOT_FOUND, "there is no kernel '" STR_FMT "' in this build", STR_ARG(name));
}
