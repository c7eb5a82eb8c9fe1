#include "edge/documents/embed.h"

#include <assert.h>

#include "edge/model/model_file.h"

static_assert((int)EMBED_DIM == (int)ENCODE_DIM, "one width");

struct embed {
    struct model_file file;
    void *scratch;
};

err embed_open(str path, struct embed **out)
{
    struct embed *e = mem_new(sizeof *e);
    err result = model_file_open(path, &e->file);
    if (result.code) {
        mem_free(e);
        return result;
    }
    e->scratch = mem_new(encode_scratch_size());
    *out = e;
    return OK;
}

void embed_close(struct embed *e)
{
    if (!e) return;
    model_file_close(&e->file);
    mem_free(e->scratch);
    mem_free(e);
}

err embed_text(struct embed *e, str text, struct arena *a, struct packed *out)
{
    float v[ENCODE_DIM];
    int8_t *bytes = arena_try(a, vector_stride(ENCODE_DIM));
    str apart = words_apart(text, a);
    if (!bytes) return err_make(ERR_LIMIT, "no memory for a vector");
    encode_texts(&e->file.model, e->scratch, &apart, 1, v);
    *out = (struct packed){ .bytes = bytes };
    vector_pack(v, ENCODE_DIM, bytes, &out->scale, &out->sum);
    return OK;
}
