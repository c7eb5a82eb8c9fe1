/* POST /v1/embeddings in the shape of OpenAI's API, so that clients written for that can be pointed at weir. */
#include "base/hash.h"
#include "edge/model/embeddings_routes.h"
#include "edge/model/encoder.h"
#include "edge/server/reply.h"
#include "edge/server/server.h"
#include "engine/encode/format.h"

enum { BODY_MAX = 16 << 20 };

static void write_vector(struct jw *w, const float *v, bool base64, struct arena *a)
{
    if (base64) { /* floats as they are in memory, little endian */
        jw_str(w, "embedding", base64_text((str){ (const char *)v, ENCODE_DIM * sizeof *v }, a));
        return;
    }
    jw_array(w, "embedding");
    for (size_t d = 0; d < ENCODE_DIM; d++) {
        char text[32]; /* nine digits give a float back */
        int len = snprintf(text, sizeof text, "%.9g", (double)v[d]);
        jw_raw(w, NULL, (str){ text, (size_t)len });
    }
    jw_array_end(w);
}

static void write_reply(struct request *req, struct response *res, const char *name, const float *v, size_t n,
                        size_t pieces)
{
    bool base64 = STR_IS(json_get_str(req->json, "encoding_format"), "base64");
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_strz(&w, "object", "list");
    jw_array(&w, "data");
    for (size_t i = 0; i < n; i++) {
        jw_open(&w, NULL);
        jw_strz(&w, "object", "embedding");
        jw_i64(&w, "index", (int64_t)i);
        write_vector(&w, v + i * ENCODE_DIM, base64, req->arena);
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_strz(&w, "model", name);
    jw_open(&w, "usage");
    jw_i64(&w, "prompt_tokens", (int64_t)pieces);
    jw_i64(&w, "total_tokens", (int64_t)pieces);
    jw_close(&w);
    jw_close(&w);
}

static void embed(struct request *req, struct response *res)
{
    struct encoder *e = server_encoder(req->ctx);
    if (!e) {
        reply_no_encoder(res);
        return;
    }
    const char *name = encoder_model(e)->header->name;
    str asked = json_get_str(req->json, "model");
    if (!str_eq(asked, str_of(name))) {
        http_problem(res, 404, "No such model", str_fmt(req->arena, "there is only %s", name));
        return;
    }
    if (json_get_i64(req->json, "dimensions", ENCODE_DIM) != ENCODE_DIM) {
        http_problem(res, 400, "Bad request", str_fmt(req->arena, "dimensions: %s has %d", name, ENCODE_DIM));
        return;
    }
    str *texts;
    size_t n = json_texts(json_get(req->json, "input"), req->arena, &texts), pieces = 0;
    float *v = arena_new(req->arena, n * ENCODE_DIM * sizeof *v);
    err result = encoder_run(e, texts, n, v, &pieces);
    if (result.code) http_problem_err(res, result);
    else write_reply(req, res, name, v, n, pieces);
}

const struct route embeddings_routes[] = {
    { .method = "POST", .path = "/v1/embeddings", .role = ROLE_VIEWER, .tag = "language",
      .summary = "Texts as vectors, in the shape of OpenAI's API", .body_schema = "EmbeddingsRequest",
      .reply_schema = "Embeddings", .success = 200, .body_max = BODY_MAX, .handle = embed },
    ROUTES_END,
};
