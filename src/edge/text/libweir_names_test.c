/* Classes by names alone, as a host asks for them, against what the program itself computes. */
#include "weir/names.h"

#include <math.h>

#include "edge/model/model_kit.h"
#include "edge/text/text_names.h"
#include "engine/public/public_quiet.h"

enum { CLASSES = 3, ROWS = 24 };

static struct weir_error error;
static const char *const labels[CLASSES] = { "billing", "lost_card", "not-working?" };
static const char *const says[CLASSES] = { "", "a card that was lost or stolen", "" };
static const char *const asked_of[] = { "the invoice is wrong", "somebody took my card", "it does nothing at all" };
static float names[CLASSES * DIM], texts[ROWS * DIM], p[ROWS * CLASSES];

static struct weir_text text_of(const char *s)
{
    return (struct weir_text){ s, strlen(s) };
}

static struct weir_memory dirty(size_t size)
{
    void *room = mem_new(size);
    memset(room, 0xA5, size);
    return (struct weir_memory){ room, size };
}

/* Directions that are near one of three. */
static void make_vectors(void)
{
    uint32_t chance = 5;
    for (size_t i = 0; i < CLASSES + (size_t)ROWS; i++) {
        float *v = i < CLASSES ? names + i * DIM : texts + (i - CLASSES) * DIM;
        for (size_t k = 0; k < DIM; k++)
            v[k] = (k == i % CLASSES ? 1.0F : 0.0F) + (float)((chance = chance * 1664525 + 1013904223) >> 24) / 8192;
    }
}

static void make_names(struct weir_name out[CLASSES], struct text_names *own, str label[CLASSES],
                       str description[CLASSES])
{
    *own = (struct text_names){ .label = label, .says = description };
    for (size_t c = 0; c < CLASSES; c++) {
        out[c] = (struct weir_name){ text_of(labels[c]), text_of(says[c]) };
        CHECK_OK(text_names_add(own, str_of(labels[c]), str_of(says[c])));
    }
}

static void check_as_the_program(const struct text_names *own, const float *sentences, size_t rows)
{
    struct arena a = arena_init(1 << 22);
    float *want = NULL;
    struct weir_memory work = dirty(weir_classify_names_memory(CLASSES, rows));
    CHECK_OK(text_names_judge(own, sentences, texts, rows, &a, &want));
    QUIET(weir_classify_names(names, CLASSES, texts, rows, work, p, &error));
    CHECK(memcmp(p, want, rows * CLASSES * sizeof *p) == 0);
    for (size_t i = 0; i < rows; i++) CHECK_I64(text_zero_best(p + i * CLASSES, CLASSES), i % CLASSES);
    mem_free(work.ptr);
    arena_done(&a);
}

TEST(a_host_is_told_what_the_program_says)
{
    str path = model_kit(), label[CLASSES], description[CLASSES];
    if (!path.len) SKIP("no model");
    struct arena a = arena_init(1 << 20);
    struct model_file f;
    struct weir_name given[CLASSES];
    struct text_names own;
    weir_encoder *e = NULL;
    float sentences[CLASSES * TEXT_ZERO_SENTENCES * DIM];
    void *memory = mem_new(weir_encoder_size()), *scratch = mem_new(encode_scratch_size());
    make_names(given, &own, label, description);
    CHECK_OK(model_file_open(path, &f));
    CHECK_I64(weir_encoder_init(memory, weir_encoder_size(), f.map, f.size, &e, &error), WEIR_OK);
    encode_texts(&f.model, scratch, text_names_sentences(&own, &a), CLASSES * TEXT_ZERO_SENTENCES, sentences);
    QUIET(weir_encode_names(e, given, CLASSES, names, &error));
    for (size_t i = 0; i < ROWS; i++) {
        struct weir_text t = text_of(asked_of[i % CLASSES]);
        weir_encode(e, &t, 1, texts + i * DIM);
    }
    check_as_the_program(&own, sentences, 14); /* one by one */
    float alone = p[0];
    check_as_the_program(&own, sentences, 15); /* together */
    CHECK(p[0] > alone || p[0] < alone);
    mem_free(memory);
    mem_free(scratch);
    model_file_close(&f);
    arena_done(&a);
}

TEST(names_of_any_length_are_encoded_and_none_is_refused)
{
    str path = model_kit();
    if (!path.len) SKIP("no model");
    struct model_file f;
    weir_encoder *e = NULL;
    void *memory = mem_new(weir_encoder_size());
    static char hostile[100000];
    for (size_t i = 0; i < sizeof hostile; i++) hostile[i] = (char)(i * 2654435761U >> 24);
    struct weir_text whole = { hostile, sizeof hostile }, nothing = { NULL, 0 };
    struct weir_name many[] = { { whole, nothing }, { nothing, whole }, { text_of("?"), nothing } };
    CHECK_OK(model_file_open(path, &f));
    CHECK_I64(weir_encoder_init(memory, weir_encoder_size(), f.map, f.size, &e, &error), WEIR_OK);
    QUIET(weir_encode_names(e, many, 3, names, &error));
    for (size_t k = 0; k < 3 * (size_t)DIM; k++) CHECK(isfinite(names[k]));
    many[1].description = nothing;
    CHECK_I64(weir_encode_names(e, many, 3, names, &error), WEIR_INPUT);
    CHECK(strstr(error.message, "number 1"));
    mem_free(memory);
    model_file_close(&f);
}

TEST(vectors_alone_are_judged)
{
    struct weir_memory work = dirty(weir_classify_names_memory(CLASSES, ROWS));
    make_vectors();
    for (size_t rows = 1; rows <= ROWS; rows++) {
        QUIET(weir_classify_names(names, CLASSES, texts, rows, work, p, &error));
        for (size_t i = 0; i < rows; i++) {
            CHECK_I64(text_zero_best(p + i * CLASSES, CLASSES), i % CLASSES);
            CHECK(fabsf(p[i * CLASSES] + p[i * CLASSES + 1] + p[i * CLASSES + 2] - 1) < 1e-5F);
        }
    }
    mem_free(work.ptr);
}

TEST(what_cannot_be_judged_is_refused)
{
    struct weir_memory work = dirty(weir_classify_names_memory(CLASSES, ROWS)), none = { NULL, work.size },
                       small = { work.ptr, work.size - 1 };
    make_vectors();
    CHECK_I64(weir_classify_names(names, 1, texts, ROWS, work, p, &error), WEIR_INPUT);
    CHECK_I64(weir_classify_names(names, WEIR_NAMES_MAX + 1, texts, ROWS, work, p, NULL), WEIR_INPUT);
    CHECK_I64(weir_classify_names(names, CLASSES, texts, ROWS, small, p, &error), WEIR_LIMIT);
    CHECK_I64(weir_classify_names(names, CLASSES, texts, ROWS, none, p, &error), WEIR_LIMIT);
    CHECK_I64(weir_classify_names(names, CLASSES, NULL, 0, work, NULL, &error), WEIR_OK);
    static const float wrong[] = { 0, NAN, INFINITY };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        for (size_t k = 0; k < DIM; k++) texts[7 * DIM + k] = wrong[i];
        CHECK_I64(weir_classify_names(names, CLASSES, texts, ROWS, work, p, &error), WEIR_INPUT);
        CHECK(strstr(error.message, "texts: vector 7"));
    }
    mem_free(work.ptr);
}
