/* Qdrant over its REST API (1.10 and later): a collection, one point a passage, roles and times as payload with
 * indexes, so that the filter is part of the search. */
#include "edge/vectors/remote.h"
#include "edge/vectors/vectors.h"

#include <math.h>

static str path(const struct remote *r, const char *rest, struct arena *a)
{
    return str_fmt(a, "/collections/" STR_FMT "%s", STR_ARG(r->collection), rest);
}

static err make_index(struct remote *r, const char *field, const char *type, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root;
    jw_open(&w, NULL);
    jw_strz(&w, "field_name", field);
    jw_strz(&w, "field_schema", type);
    jw_close(&w);
    return remote_call(r, "PUT", path(r, "/index?wait=true", a), &b, a, &root, NULL);
}

static err make_collection(struct remote *r, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root;
    int status; /* 409: somebody was quicker */
    jw_open(&w, NULL);
    jw_open(&w, "vectors");
    jw_i64(&w, "size", (int64_t)r->dim);
    jw_strz(&w, "distance", "Cosine");
    jw_close(&w);
    jw_close(&w);
    err e = remote_call(r, "PUT", path(r, "", a), &b, a, &root, &status);
    if (!e.code && status == 404) e = err_make(ERR_INPUT, "Qdrant does not make the collection");
    if (!e.code) e = make_index(r, "roles", "keyword", a);
    if (!e.code) e = make_index(r, "valid_from", "integer", a);
    if (!e.code) e = make_index(r, "valid_to", "integer", a);
    return e;
}

static err ready(struct remote *r, struct arena *a)
{
    json *root;
    int status;
    err e = remote_call(r, "GET", path(r, "", a), NULL, a, &root, &status);
    if (e.code) return e;
    if (status == 404) return make_collection(r, a);
    json *params = json_get(json_get(json_get(root, "result"), "config"), "params");
    json *vectors = json_get(params, "vectors");
    if (json_get_i64(vectors, "size", 0) != (int64_t)r->dim || !STR_IS(json_get_str(vectors, "distance"), "Cosine"))
        return err_make(ERR_INPUT, "Qdrant's collection " STR_FMT " is not one of %zu numbers by Cosine",
                        STR_ARG(r->collection), r->dim);
    return OK;
}

static err put(struct remote *r, const struct vector_item *items, size_t n, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root;
    jw_open(&w, NULL);
    jw_array(&w, "points");
    for (size_t i = 0; i < n; i++) {
        jw_open(&w, NULL);
        remote_item(&w, r, &items[i], "vector", "payload");
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_close(&w);
    return remote_call(r, "PUT", path(r, "/points?wait=true", a), &b, a, &root, NULL);
}

static err drop(struct remote *r, const uint64_t *ids, size_t n, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root;
    jw_open(&w, NULL);
    remote_ids(&w, "points", ids, n);
    jw_close(&w);
    return remote_call(r, "POST", path(r, "/points/delete?wait=true", a), &b, a, &root, NULL);
}

static err page(struct remote *r, struct remote_page *p, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root, *point;
    size_t i, n;
    jw_open(&w, NULL);
    jw_i64(&w, "limit", REMOTE_PAGE);
    jw_bool(&w, "with_payload", false);
    jw_bool(&w, "with_vector", false);
    if (p->from.len) jw_raw(&w, "offset", p->from); /* a number where others put points here */
    jw_close(&w);
    err e = remote_call(r, "POST", path(r, "/points/scroll", a), &b, a, &root, NULL);
    json *result = json_get(root, "result"), *next = json_get(result, "next_page_offset");
    if (e.code) return e;
    yyjson_arr_foreach(json_get(result, "points"), i, n, point) remote_entry(p, json_get_str(point, "id"));
    if (yyjson_is_str(next) || yyjson_is_uint(next)) p->next = json_text(next, a);
    return OK;
}

static void range(struct jw *w, const char *field, const char *how, int64_t value)
{
    jw_open(w, NULL);
    jw_strz(w, "key", field);
    jw_open(w, "range");
    jw_i64(w, how, value);
    jw_close(w);
    jw_close(w);
}

static void filter(struct jw *w, const struct vector_question *q)
{
    jw_open(w, "filter");
    jw_array(w, "must");
    if (!remote_reads_all(q->role)) {
        jw_open(w, NULL);
        jw_strz(w, "key", "roles");
        jw_open(w, "match");
        remote_reader(w, "any", q->role);
        jw_close(w);
        jw_close(w);
    }
    range(w, "valid_from", "lte", remote_time(q->now));
    range(w, "valid_to", "gt", remote_time(q->now));
    jw_array_end(w);
    jw_close(w);
}

static err near(struct remote *r, const struct vector_question *q, struct arena *a, struct remote_hits *hits)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root, *point;
    size_t i, n;
    jw_open(&w, NULL);
    remote_floats(&w, "query", r, &q->vector);
    filter(&w, q);
    jw_i64(&w, "limit", (int64_t)hits->max);
    jw_bool(&w, "with_payload", false);
    jw_close(&w);
    err e = remote_ask(r, path(r, "/points/query", a), &b, a, &root, NULL);
    if (e.code) return e;
    yyjson_arr_foreach(json_get(json_get(root, "result"), "points"), i, n, point)
        remote_hit(hits, json_get_str(point, "id"), json_get_f64(point, "score", NAN));
    return OK;
}

static const struct remote_dialect dialect = {
    .name = "Qdrant", .key = "api-key: ", .ready = ready, .put = put, .drop = drop, .page = page, .near = near
};

static err open_qdrant(const struct vector_store_opts *opts, void **self)
{
    return remote_open(&dialect, opts, self);
}

const struct vector_store_kind vector_store_qdrant = { .name = "qdrant", .open = open_qdrant, REMOTE_KIND };
