#include "edge/documents/vector_store.h"

#include "base/hash.h"
#include "edge/vectors/vectors.h"

static const struct vector_store_kind *const vector_store_kinds[] = {
    &vector_store_built_in, &vector_store_qdrant, &vector_store_weaviate, &vector_store_pinecone, &vector_store_chroma,
    &vector_store_pgvector,
};

enum { KIND_COUNT = sizeof vector_store_kinds / sizeof *vector_store_kinds };

const struct vector_store_kind *vector_store_kind_at(size_t i)
{
    return i < KIND_COUNT ? vector_store_kinds[i] : NULL;
}

const struct vector_store_kind *vector_store_kind_of(str name)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (str_eq(name, str_of(vector_store_kinds[i]->name))) return vector_store_kinds[i];
    return NULL;
}

uint64_t vector_item_id(str document, int64_t passage, str title, str text, str rules)
{
    char number[32];
    uint64_t id;
    (void)snprintf(number, sizeof number, "%c%lld%c", 0, (long long)passage, 0);
    size_t digits = strlen(number + 1) + 2;
    str parts[] = { document, { number, digits }, title, { "", 1 }, text, { "", 1 }, rules };
    struct sha256 d = sha256_parts(parts, sizeof parts / sizeof *parts);
    memcpy(&id, d.b, sizeof id);
    return id ? id : 1;
}

void vector_unpack(const struct packed *v, size_t dim, float *out)
{
    for (size_t i = 0; i < dim; i++) out[i] = (float)v->bytes[i] * v->scale;
}
