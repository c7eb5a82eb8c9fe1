/* Pinecone over the REST API of one index (2025-04): the address is the index's own host, the collection a namespace
 * in it. An index is made by its owner, since that costs money; its dimension and metric are looked at. */
#include "edge/vectors/remote.h"
#include "edge/vectors/vectors.h"

#include <math.h>

#include "edge/http_client.h"

enum { LIST_PAGE = 100 };

static err ready(struct remote *r, struct arena *a)
{
    struct buf b = remote_body();
    json *root;
    buf_add(&b, STR("{}"));
    err e = remote_call(r, "POST", STR("/describe_index_stats"), &b, a, &root, NULL);
    if (e.code) return e;
    str metric = json_str(json_get(root, "metric"), STR("cosine")); /* older servers do not tell */
    if (json_get_i64(root, "dimension", 0) != (int64_t)r->dim || !STR_IS(metric, "cosine"))
        return err_make(ERR_INPUT, "Pinecone's index is not one of %zu numbers by cosine", r->dim);
    return OK;
}

static err put(struct remote *r, const struct vector_item *items, size_t n, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root;
    jw_open(&w, NULL);
    jw_str(&w, "namespace", r->collection);
    jw_array(&w, "vectors");
    for (size_t i = 0; i < n; i++) {
        jw_open(&w, NULL);
        remote_item(&w, r, &items[i], "values", "metadata");
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_close(&w);
    return remote_call(r, "POST", STR("/vectors/upsert"), &b, a, &root, NULL);
}

static err drop(struct remote *r, const uint64_t *ids, size_t n, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root;
    int status; /* 404: the namespace is not there before its first vector */
    jw_open(&w, NULL);
    jw_str(&w, "namespace", r->collection);
    remote_ids(&w, "ids", ids, n);
    jw_close(&w);
    return remote_call(r, "POST", STR("/vectors/delete"), &b, a, &root, &status);
}

static err page(struct remote *r, struct remote_page *p, struct arena *a)
{
    struct buf path = buf_init(16384);
    json *root, *vector;
    size_t i, n;
    int status;
    buf_fmt(&path, "/vectors/list?limit=%d&namespace=", LIST_PAGE);
    url_percent(&path, r->collection);
    if (p->from.len) {
        buf_add(&path, STR("&paginationToken="));
        url_percent(&path, p->from);
    }
    err e = remote_call(r, "GET", buf_take(&path, a), NULL, a, &root, &status);
    if (e.code) return e;
    yyjson_arr_foreach(json_get(root, "vectors"), i, n, vector) remote_entry(p, json_get_str(vector, "id"));
    p->next = json_str(json_get(json_get(root, "pagination"), "next"), STR(""));
    return OK;
}

static void compare(struct jw *w, const char *field, const char *how, int64_t value)
{
    jw_open(w, NULL);
    jw_open(w, field);
    jw_i64(w, how, value);
    jw_close(w);
    jw_close(w);
}

static void filter(struct jw *w, const struct vector_question *q)
{
    jw_open(w, "filter");
    jw_array(w, "$and");
    if (!remote_reads_all(q->role)) {
        jw_open(w, NULL);
        jw_open(w, "roles");
        remote_reader(w, "$in", q->role);
        jw_close(w);
        jw_close(w);
    }
    compare(w, "valid_from", "$lte", remote_time(q->now));
    compare(w, "valid_to", "$gt", remote_time(q->now));
    jw_array_end(w);
    jw_close(w);
}

static err near(struct remote *r, const struct vector_question *q, struct arena *a, struct remote_hits *hits)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root, *match;
    size_t i, n;
    int status;
    jw_open(&w, NULL);
    jw_str(&w, "namespace", r->collection);
    remote_floats(&w, "vector", r, &q->vector);
    filter(&w, q);
    jw_i64(&w, "topK", (int64_t)hits->max);
    jw_bool(&w, "includeValues", false);
    jw_bool(&w, "includeMetadata", false);
    jw_close(&w);
    err e = remote_ask(r, STR("/query"), &b, a, &root, &status);
    if (e.code) return e;
    yyjson_arr_foreach(json_get(root, "matches"), i, n, match)
        remote_hit(hits, json_get_str(match, "id"), json_get_f64(match, "score", NAN));
    return OK;
}

static const struct remote_dialect dialect = { .name = "Pinecone",
                                               .key = "Api-Key: ",
                                               .version = "X-Pinecone-API-Version: 2025-04",
                                               .ready = ready, .put = put, .drop = drop, .page = page, .near = near };

static err open_pinecone(const struct vector_store_opts *opts, void **self)
{
    return remote_open(&dialect, opts, self);
}

const struct vector_store_kind vector_store_pinecone = { .name = "pinecone", .open = open_pinecone, REMOTE_KIND };
