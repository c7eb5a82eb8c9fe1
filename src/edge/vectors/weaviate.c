/* Weaviate over its REST API v1, and GraphQL for the search: a class without a vectorizer, one object a passage. Its
 * name begins with a capital letter, which is put there. */
#include "edge/vectors/remote.h"
#include "edge/vectors/vectors.h"

#include <math.h>

#include <ctype.h>

static str class_of(const struct remote *r, struct arena *a)
{
    return str_fmt(a, "%c" STR_FMT, toupper((unsigned char)r->collection.ptr[0]),
                   STR_ARG(str_cut(r->collection, 1, r->collection.len)));
}

static void property(struct jw *w, const char *name, const char *type, bool filtered)
{
    jw_open(w, NULL);
    jw_strz(w, "name", name);
    jw_array(w, "dataType");
    jw_strz(w, NULL, type);
    jw_array_end(w);
    jw_bool(w, "indexFilterable", filtered);
    if (type[0] == 't') {
        jw_bool(w, "indexSearchable", false);
        jw_strz(w, "tokenization", "field"); /* a role is compared as it is, not by its words */
    }
    jw_close(w);
}

static err make_class(struct remote *r, str class, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root;
    jw_open(&w, NULL);
    jw_str(&w, "class", class);
    jw_strz(&w, "vectorizer", "none");
    jw_open(&w, "vectorIndexConfig");
    jw_strz(&w, "distance", "cosine");
    jw_close(&w);
    jw_array(&w, "properties");
    property(&w, "document", "text", false);
    property(&w, "title", "text", false);
    property(&w, "passage", "number", false);
    property(&w, "roles", "text[]", true);
    property(&w, "valid_from", "number", true);
    property(&w, "valid_to", "number", true);
    jw_array_end(&w);
    jw_close(&w);
    return remote_call(r, "POST", STR("/v1/schema"), &b, a, &root, NULL);
}

static err ready(struct remote *r, struct arena *a)
{
    json *root;
    int status;
    str class = class_of(r, a);
    err e = remote_call(r, "GET", str_fmt(a, "/v1/schema/" STR_FMT, STR_ARG(class)), NULL, a, &root, &status);
    if (e.code) return e;
    if (status == 404) return make_class(r, class, a);
    str distance = json_str(json_get(json_get(root, "vectorIndexConfig"), "distance"), STR(""));
    if (!STR_IS(distance, "cosine"))
        return err_make(ERR_INPUT, "Weaviate's class " STR_FMT " is not one by cosine", STR_ARG(class));
    return OK;
}

/* It takes what it can of a batch and answers 200. */
static err all_taken(json *root, size_t n)
{
    json *one;
    size_t i, count;
    if (yyjson_arr_size(root) != n) return err_make(ERR_CORRUPT, "Weaviate does not tell what became of a batch");
    yyjson_arr_foreach(root, i, count, one)
    {
        json *result = json_get(one, "result"), *errors = json_get(result, "errors");
        str said = json_get_str(yyjson_arr_get(json_get(errors, "error"), 0), "message");
        if (yyjson_is_obj(errors) || STR_IS(json_get_str(result, "status"), "FAILED"))
            return err_make(ERR_INPUT, "Weaviate does not take a vector: " STR_FMT,
                            STR_ARG(str_utf8_prefix(said, 120)));
    }
    return OK;
}

static err put(struct remote *r, const struct vector_item *items, size_t n, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root;
    str class = class_of(r, a);
    jw_open(&w, NULL);
    jw_array(&w, "objects");
    for (size_t i = 0; i < n; i++) {
        jw_open(&w, NULL);
        jw_str(&w, "class", class);
        remote_item(&w, r, &items[i], "vector", "properties");
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_close(&w);
    err e = remote_call(r, "POST", STR("/v1/batch/objects"), &b, a, &root, NULL);
    return e.code ? e : all_taken(root, n);
}

static err drop(struct remote *r, const uint64_t *ids, size_t n, struct arena *a)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root;
    jw_open(&w, NULL);
    jw_open(&w, "match");
    jw_str(&w, "class", class_of(r, a));
    jw_open(&w, "where");
    jw_array(&w, "path");
    jw_strz(&w, NULL, "id");
    jw_array_end(&w);
    jw_strz(&w, "operator", "ContainsAny");
    remote_ids(&w, "valueTextArray", ids, n);
    jw_close(&w);
    jw_close(&w);
    jw_close(&w);
    err e = remote_call(r, "DELETE", STR("/v1/batch/objects"), &b, a, &root, NULL);
    int64_t failed = json_get_i64(json_get(root, "results"), "failed", 0);
    if (!e.code && failed) e = err_make(ERR_IO, "Weaviate could not remove %lld objects", (long long)failed);
    return e;
}

static err page(struct remote *r, struct remote_page *p, struct arena *a)
{
    json *root, *object;
    size_t i, n;
    str after = p->from.len ? str_fmt(a, "&after=" STR_FMT, STR_ARG(p->from)) : STR("");
    str path = str_fmt(a, "/v1/objects?class=" STR_FMT "&limit=%d" STR_FMT, STR_ARG(class_of(r, a)), REMOTE_PAGE,
                       STR_ARG(after));
    err e = remote_call(r, "GET", path, NULL, a, &root, NULL);
    if (e.code) return e;
    yyjson_arr_foreach(json_get(root, "objects"), i, n, object)
    {
        str id = json_str(json_get(object, "id"), STR(""));
        uint64_t ours;
        remote_entry(p, id);
        if (remote_id_read(id, &ours)) p->next = id; /* goes into a path: nothing but what weir made */
    }
    if (n < REMOTE_PAGE) p->next = STR("");
    return OK;
}

static void compare(struct buf *b, const char *field, const char *how, int64_t value)
{
    buf_fmt(b, "{path:[\"%s\"],operator:%s,valueNumber:%lld}", field, how, (long long)value);
}

/* The strings of GraphQL are those of JSON. */
static str search(struct remote *r, const struct vector_question *q, size_t k, struct arena *a)
{
    struct buf b = remote_body(), vector = remote_body();
    struct jw w = jw_init(&vector);
    remote_floats(&w, NULL, r, &q->vector);
    str class = class_of(r, a);
    buf_fmt(&b, "{Get{" STR_FMT "(limit:%zu,nearVector:{vector:", STR_ARG(class), k);
    buf_add(&b, buf_take(&vector, a));
    buf_add(&b, STR("},where:{operator:And,operands:["));
    if (!remote_reads_all(q->role)) {
        buf_add(&b, STR("{path:[\"roles\"],operator:ContainsAny,valueText:[\"" REMOTE_ANYBODY "\","));
        json_quote(&b, q->role);
        buf_add(&b, STR("]},"));
    }
    compare(&b, "valid_from", "LessThanEqual", remote_time(q->now));
    buf_char(&b, ',');
    compare(&b, "valid_to", "GreaterThan", remote_time(q->now));
    buf_add(&b, STR("]}){_additional{id distance}}}}"));
    return buf_take(&b, a);
}

static err near(struct remote *r, const struct vector_question *q, struct arena *a, struct remote_hits *hits)
{
    struct buf b = remote_body();
    struct jw w = jw_init(&b);
    json *root, *object;
    size_t i, n;
    jw_open(&w, NULL);
    jw_str(&w, "query", search(r, q, hits->max, a));
    jw_close(&w);
    err e = remote_ask(r, STR("/v1/graphql"), &b, a, &root, NULL);
    if (e.code) return e;
    json *errors = json_get(root, "errors"); /* with a 200 */
    str said = json_str(json_get(yyjson_arr_get_first(errors), "message"), STR(""));
    if (yyjson_arr_size(errors))
        return err_make(ERR_INPUT, "Weaviate: " STR_FMT, STR_ARG(str_utf8_prefix(said, 120)));
    json *found = json_get(json_get(json_get(root, "data"), "Get"), str_z(a, class_of(r, a)));
    yyjson_arr_foreach(found, i, n, object)
    {
        json *more = json_get(object, "_additional");
        remote_hit(hits, json_str(json_get(more, "id"), STR("")), 1 - json_get_f64(more, "distance", NAN));
    }
    return OK;
}

static const struct remote_dialect dialect = { .name = "Weaviate", .key = "Authorization: Bearer ",
                                               .ready = ready, .put = put, .drop = drop, .page = page, .near = near };

static err open_weaviate(const struct vector_store_opts *opts, void **self)
{
    return remote_open(&dialect, opts, self);
}

const struct vector_store_kind vector_store_weaviate = { .name = "weaviate", .open = open_weaviate, REMOTE_KIND };
