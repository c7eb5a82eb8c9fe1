#include "tokenizer_texts.h"

#include "base/hash.h"
#include "edge/model/model_kit.h"
#include "test.h"

/* SHA-256 over the ids of all texts, as bench/language/tokenizer.py found them equal to those of the reference. */
static const char expected[] = "47f3a076ff20ad5700f83acc9b9057f81cd75d3850048567168d9e40a59fac75";

TEST(a_hundred_thousand_texts_have_the_ids_of_the_reference)
{
    struct arena a = arena_init((size_t)96 << 20);
    struct model_file f = { 0 };
    struct text_maker *m = mem_new(sizeof *m);
    str path = model_kit();
    if (!path.len) SKIP("no model");
    CHECK_OK(model_file_open(path, &f));
    uint16_t *ids = arena_new(&a, (size_t)64 << 20);
    size_t used = 0;
    for (size_t i = 0; i < TOKENIZER_TEXTS; i++) {
        CHECK(used + ENCODE_PIECES_MAX <= ((size_t)64 << 20) / sizeof *ids);
        used += encode_tokenize(&f.model, maker_next(m), ids + used);
    }
    struct sha256 digest = sha256_of((str){ (const char *)ids, used * sizeof *ids });
    CHECK_STR(hex_text((str){ (const char *)digest.b, sizeof digest.b }, &a), expected);
    model_file_close(&f);
    mem_free(m);
    arena_done(&a);
}
