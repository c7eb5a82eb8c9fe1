/* Letters, features and the sums of rows. Models from end to end are in edge/text/text_test.c. */
#include "test.h"

#include <math.h>

#include "base/arena.h"
#include "engine/text/text_model.h"
#include "engine/text/text_near.h"

static struct text_features features;

static size_t in_view(const char *text, enum text_view v)
{
    text_features(str_of(text), &features);
    return features.end[v] - text_view_from(&features, v);
}

TEST(letters_are_lowered_and_sorted_into_kinds)
{
    static uint32_t code[TEXT_BYTES_MAX];
    static uint8_t kind[TEXT_BYTES_MAX];
    static const char text[] = "A\xC3\x89\xCE\xA9\xD0\x96 9_\xE2\x82\xAC\t\xFF";
    CHECK_I64(text_letters(str_of(text), code, kind), 10);
    static const uint32_t want[] = { 'a', 0xE9, 0x3C9, 0x436, ' ', '9', '_', 0x20AC, ' ', 0xFF };
    static const enum text_kind kinds[] = { TEXT_LETTER, TEXT_LETTER, TEXT_LETTER, TEXT_LETTER, TEXT_SPACE,
                                            TEXT_DIGIT,  TEXT_LETTER, TEXT_SIGN,   TEXT_SPACE,  TEXT_LETTER };
    for (size_t i = 0; i < 10; i++) {
        CHECK_I64(code[i], want[i]);
        CHECK_I64(kind[i], kinds[i]);
    }
}

/* Counts by hand: scikit-learn's char_wb analyser with (2, 5) gives 14 for "card" and 3 for "a". */
TEST(views_have_the_features_that_their_names_say)
{
    CHECK_I64(in_view("my card is lost", TEXT_WORDS), 4 + 3);
    CHECK_I64(in_view("card", TEXT_CHARS), 14);
    CHECK_I64(in_view("a", TEXT_CHARS), 3);
    CHECK_I64(in_view("card a", TEXT_CHARS), 17);
    CHECK_I64(in_view("one two three", TEXT_PAIRS), 3);
    CHECK_I64(in_view("a b c d e f g h i j", TEXT_PAIRS), 8 + 8 + 7 + 6 + 5 + 4 + 3 + 2 + 1);
    CHECK_I64(in_view("", TEXT_CHARS), 0);
    CHECK_I64(in_view(" \t ?! ", TEXT_WORDS), 0);
}

TEST(pairs_have_no_order_and_neighbours_do)
{
    text_features(STR("lost card"), &features);
    uint64_t pair = features.hash[features.end[TEXT_CHARS]], neighbours = features.hash[1];
    text_features(STR("CARD lost"), &features);
    CHECK(features.hash[features.end[TEXT_CHARS]] == pair);
    CHECK(features.hash[1] != neighbours);
}

TEST(the_longest_texts_fit)
{
    static char text[2 * TEXT_BYTES_MAX];
    static const char *const shapes[] = { "a", "a ", "ab ", "abc ", "abcd-", "\xC3\xA4 ", "\x80", "..a" };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        size_t n = strlen(shapes[s]);
        for (size_t i = 0; i < sizeof text; i++) text[i] = shapes[s][i % n];
        text_features((str){ text, sizeof text }, &features);
        CHECK(features.end[TEXT_PAIRS] <= TEXT_FEATURES_MAX);
        CHECK(features.letters <= TEXT_BYTES_MAX);
    }
}

TEST(all_kernels_give_the_same_sums)
{
    enum { ROWS = 1000, WIDE = 320 };
    static int8_t weights[ROWS * WIDE] __attribute__((aligned(64)));
    static uint32_t row[3 * ROWS];
    uint32_t chance = 1;
    for (size_t i = 0; i < sizeof weights; i++) weights[i] = (int8_t)((chance = chance * 1664525 + 1013904223) >> 24);
    for (size_t i = 0; i < 3 * ROWS; i++) row[i] = (chance = chance * 1664525 + 1013904223) % ROWS;
    memset(weights, 127, WIDE); /* the highest sum there is: one row over and over */
    for (size_t i = 0; i < 600; i++) row[i] = 0;
    for (size_t stride = 32; stride <= WIDE; stride += 32)
        for (size_t k = 0; k < text_kernel_count; k++) {
            int32_t sum[WIDE] = { 0 }, plain[WIDE] = { 0 };
            if (!text_kernels[k].there()) continue;
            text_kernels[k].add(weights, stride, row, 3 * ROWS, sum);
            text_kernels[text_kernel_count - 1].add(weights, stride, row, 3 * ROWS, plain);
            CHECK(memcmp(sum, plain, stride * sizeof *sum) == 0);
        }
}

TEST(packed_vectors_keep_their_angles)
{
    float a[32], b[32], exact = 0;
    int8_t x[32], y[32];
    for (int i = 0; i < 32; i++) {
        a[i] = (float)((i * 37 % 32) - 16) / 53.0F;
        b[i] = (float)((i * 11 % 32) - 12) / 47.0F;
        exact += a[i] * b[i];
    }
    float scale = text_vector_pack(a, 32, x) * text_vector_pack(b, 32, y);
    CHECK(fabsf(scale * (float)text_vector_dot(x, y, 32) - exact) < 0.01F);
}

TEST(neighbours_vote_by_nearness)
{
    int8_t vectors[3 * 16] = { 0 };
    struct text_near near[3] = { { 1 / 127.0F, 0 }, { 1 / 127.0F, 1 }, { 1 / 127.0F, 1 } };
    float query[16] = { 1 }, vote[3], nearest;
    vectors[0] = 127;                       /* the same direction */
    vectors[16 + 1] = vectors[32 + 2] = 127; /* at right angles */
    text_near_vote(vectors, near, 3, 16, 3, query, SIZE_MAX, vote, &nearest);
    CHECK(vote[0] > -0.001F && vote[1] < -18 && vote[2] < vote[1]);
    CHECK(fabsf(nearest - (1 - 1 - 1) / 5.0F) < 0.01F); /* 1, 0, 0, and two that are not there */
    text_near_vote(vectors, near, 3, 16, 3, query, 0, vote, &nearest);
    CHECK(vote[0] < vote[1]);
}
