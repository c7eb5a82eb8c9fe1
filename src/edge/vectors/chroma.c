/* Chroma over its REST API v2 (server 1.0 and later). The address is that of a server, or of a database on one:
 * .../api/v2/tenants/T/databases/D. Its facts are single values, so each role that may find a passage is a fact of its
 * own, "role:viewer". */
#include "edge/vectors/remote.h"
#include "edge/vectors/vectors.h"

#include <math.h>

#define DATABASE "/api/v2/tenants/default_tenant/databases/default_database"
#define ROLE "role:"

static str path(const struct remote *r, const char *rest, struct arena *a)
{
    bool named = str_find(r->url, STR("/api/v2/"), 0) >= 0;
    return str_fmt(a, "%s/collections%s%s%s", named ? "" : DATABASE, r->place[0] ? "/" : "", r->place, rest);
}

static bool place_ok(str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f') && c != '-') return false;
    }
    return id.len > 0 && id.len < REMOTE_PLACE_MAX;
}

static bool fits(const struct remote *r, json *root)
{
    json *hnsw = json_get(json_get(root, "configuration_json"), "hnsw");
    json *spann = json_get(json_get(root, "configuration_json"), "spann"); /* the hosted one has this instead */
    str space = json_str(json_get(yyjson_is_obj(hnsw) ? hnsw : spann, "space"), STR(""));
    int64_t dim = json_i64(json_get(root, "dimension"), (int64_t)r->dim); /* null before the first vector */
    return STR_IS(space, "cosine") && dim == (int64_t)r->dim;
}

static err ready(struct remote *r, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root;
    r->place[0] = 0;
    jw_open(&w, NULL);
    jw_str(&w, "name", r->collection);
    jw_bool(&w, "get_or_create", true);
    jw_open(&w, "configuration");
    jw_open(&w, "hnsw");
    jw_strz(&w, "space", "cosine");
    jw_close(&w);
    jw_close(&w);
    jw_close(&w);
    err e = remote_call(r, "POST", path(r, "", a), &b, a, &root, NULL);
    if (e.code) return e;
    str id = json_str(json_get(root, "id"), STR(""));
    if (!place_ok(id)) return err_make(ERR_CORRUPT, "Chroma tells no id of the collection");
    if (!fits(r, root))
        return err_make(ERR_INPUT, "Chroma's collection " STR_FMT " is not one of %zu numbers by cosine",
                        STR_ARG(r->collection), r->dim);
    (void)snprintf(r->place, sizeof r->place, STR_FMT, STR_ARG(id));
    return OK;
}

static void may(struct jw *w, str role, struct arena *a)
{
    jw_key_str(w, str_fmt(a, ROLE STR_FMT, STR_ARG(role)), STR("yes"));
}

static void facts(struct jw *w, const struct vector_item *item, struct arena *a)
{
    jw_open(w, NULL);
    remote_facts(w, item);
    if (!item->role_count) may(w, STR(REMOTE_ANYBODY), a);
    for (size_t i = 0; i < item->role_count; i++)
        if (!STR_IS(item->roles[i], REMOTE_ANYBODY)) may(w, item->roles[i], a);
    jw_close(w);
}

static err put(struct remote *r, const struct vector_item *items, size_t n, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root;
    uint64_t ids[REMOTE_PART];
    for (size_t i = 0; i < n; i++) ids[i] = items[i].id;
    jw_open(&w, NULL);
    remote_ids(&w, "ids", ids, n);
    jw_array(&w, "embeddings");
    for (size_t i = 0; i < n; i++) remote_floats(&w, NULL, r, &items[i].vector);
    jw_array_end(&w);
    jw_array(&w, "metadatas");
    for (size_t i = 0; i < n; i++) facts(&w, &items[i], a);
    jw_array_end(&w);
    jw_close(&w);
    return remote_call(r, "POST", path(r, "/upsert", a), &b, a, &root, NULL);
}

static err drop(struct remote *r, const uint64_t *ids, size_t n, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root;
    jw_open(&w, NULL);
    remote_ids(&w, "ids", ids, n);
    jw_close(&w);
    return remote_call(r, "POST", path(r, "/delete", a), &b, a, &root, NULL);
}

static err page(struct remote *r, struct remote_page *p, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root, *id;
    size_t i, n;
    jw_open(&w, NULL);
    jw_i64(&w, "limit", REMOTE_PAGE);
    jw_i64(&w, "offset", (int64_t)p->at);
    jw_array(&w, "include");
    jw_array_end(&w);
    jw_close(&w);
    err e = remote_call(r, "POST", path(r, "/get", a), &b, a, &root, NULL);
    if (e.code) return e;
    yyjson_arr_foreach(json_get(root, "ids"), i, n, id) remote_entry(p, json_str(id, STR("")));
    if (p->seen >= REMOTE_PAGE) p->next = STR("more");
    return OK;
}

static void is_for(struct jw *w, str role, struct arena *a)
{
    jw_open(w, NULL);
    may(w, role, a);
    jw_close(w);
}

static void compare(struct jw *w, const char *field, const char *how, int64_t value)
{
    jw_open(w, NULL);
    jw_open(w, field);
    jw_i64(w, how, value);
    jw_close(w);
    jw_close(w);
}

static void filter(struct jw *w, const struct vector_question *q, struct arena *a)
{
    jw_open(w, "where");
    jw_array(w, "$and");
    if (!remote_reads_all(q->role)) {
        jw_open(w, NULL);
        jw_array(w, "$or");
        is_for(w, STR(REMOTE_ANYBODY), a);
        is_for(w, q->role, a);
        jw_array_end(w);
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
    json *root, *id;
    size_t i, n;
    jw_open(&w, NULL);
    jw_array(&w, "query_embeddings");
    remote_floats(&w, NULL, r, &q->vector);
    jw_array_end(&w);
    filter(&w, q, a);
    jw_i64(&w, "n_results", (int64_t)hits->max);
    jw_array(&w, "include");
    jw_strz(&w, NULL, "distances");
    jw_array_end(&w);
    jw_close(&w);
    err e = remote_ask(r, path(r, "/query", a), &b, a, &root, NULL);
    json *ids = yyjson_arr_get(json_get(root, "ids"), 0), *far = yyjson_arr_get(json_get(root, "distances"), 0);
    if (e.code) return e;
    yyjson_arr_foreach(ids, i, n, id)
        remote_hit(hits, json_str(id, STR("")), 1 - json_f64(yyjson_arr_get(far, i), NAN));
    return OK;
}

static const struct remote_dialect dialect = {
    .name = "Chroma", .key = "x-chroma-token: ", .ready = ready, .put = put, .drop = drop, .page = page, .near = near
};

static err open_chroma(const struct vector_store_opts *opts, void **self)
{
    return remote_open(&dialect, opts, self);
}

const struct vector_store_kind vector_store_chroma = { .name = "chroma", .open = open_chroma, REMOTE_KIND };
