#include "edge/documents/collection.h"

err collection_init(struct collection *c, size_t bytes_max)
{
    *c = (struct collection){ .a = arena_init(bytes_max) };
    return terms_open(&c->terms);
}

void collection_done(struct collection *c)
{
    terms_close(c->terms);
    arena_done(&c->a);
    mem_free(c->documents);
    *c = (struct collection){ 0 };
}

static str kept(struct arena *a, str s)
{
    char *copy = arena_try(a, s.len + 1);
    if (copy && s.len) memcpy(copy, s.ptr, s.len);
    return (str){ copy, copy ? s.len : 0 };
}

err collection_add(struct collection *c, str id, str title, const struct block_list *blocks)
{
    if (c->count == COLLECTION_DOCUMENTS_MAX) return err_make(ERR_LIMIT, "over %d documents", COLLECTION_DOCUMENTS_MAX);
    if (c->count == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 64;
        c->documents = mem_grow(c->documents, c->cap * sizeof *c->documents);
    }
    if (!title.len) title = blocks_title(blocks);
    struct collection_document d = { .id = kept(&c->a, id), .title = kept(&c->a, title.len ? title : id) };
    err e = passages_cut(blocks, &c->a, &d.passages);
    if (!e.code && c->a.full) e = err_make(ERR_LIMIT, "the documents do not fit in memory");
    if (!e.code) c->documents[c->count++] = d;
    return e;
}

static err embed_cached(struct collection *c, struct embed *e, struct vector_cache *cache, str text, struct packed *out)
{
    struct sha256 of = cache ? sha256_of(text) : (struct sha256){ 0 };
    if (cache && vector_cache_get(cache, &of, out)) return OK;
    err result = embed_text(e, text, &c->a, out);
    return result.code || !cache ? result : vector_cache_put(cache, &of, out);
}

/* The passage as a reader meets it: the document's title in front. */
static err embed_passage(struct collection *c, struct embed *e, struct vector_cache *cache,
                         const struct collection_document *d, size_t i, struct packed *out)
{
    struct buf b = buf_init(1 << 20);
    buf_fmt(&b, STR_FMT " " STR_FMT, STR_ARG(d->title), STR_ARG(d->passages.items[i].text));
    err result = embed_cached(c, e, cache, buf_view(&b), out);
    buf_done(&b);
    return result;
}

static err embed_document(struct collection *c, struct embed *e, struct vector_cache *cache,
                          struct collection_document *d)
{
    struct packed *vectors = arena_try(&c->a, (d->passages.count + 1) * sizeof *vectors);
    if (!vectors) return err_make(ERR_LIMIT, "the vectors do not fit in memory");
    err result = embed_cached(c, e, cache, d->title, &d->title_vector);
    for (size_t i = 0; i < d->passages.count && !result.code; i++)
        result = embed_passage(c, e, cache, d, i, &vectors[i]);
    if (!result.code) d->vectors = vectors;
    return result;
}

err collection_embed(struct collection *c, struct embed *e, struct vector_cache *cache)
{
    err result = OK;
    for (size_t i = 0; e && i < c->count && !result.code; i++)
        if (!c->documents[i].vectors) result = embed_document(c, e, cache, &c->documents[i]);
    return result;
}

static err shelve_document(struct collection *c, uint32_t number)
{
    const struct collection_document *d = &c->documents[number];
    err e = OK;
    for (size_t i = 0; i < d->passages.count && !e.code; i++) {
        const struct passage *p = &d->passages.items[i];
        struct shelf_passage one = { .document = number, .title = d->title, .path = p->path, .text = p->text,
                                     .title_vector = d->title_vector };
        if (d->vectors) one.vector = d->vectors[i];
        e = shelf_add(c->shelf, &one);
    }
    return e;
}

static size_t dim_of(const struct collection *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->documents[i].vectors) return EMBED_DIM;
    return 0;
}

err collection_shelve(struct collection *c)
{
    err e = shelf_new(&c->a, c->terms, dim_of(c), &c->shelf);
    for (size_t i = 0; i < c->count && !e.code; i++) e = shelve_document(c, (uint32_t)i);
    return e.code ? e : shelf_finish(c->shelf);
}
