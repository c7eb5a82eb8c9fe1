/* Letters, features and the sums of rows. Models from end to end are in edge/text/text_test.c. */
#include "test.h"

#include <math.h>

#include "base/arena.h"
#include "engine/text/text_entities.h"
#include "engine/text/text_gist.h"
#include "engine/text/text_language.h"
#include "engine/text/text_model.h"
#include "engine/text/text_near.h"
#include "engine/text/text_zero.h"

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

TEST(names_alone_tell_texts_and_many_texts_move_them)
{
    enum { ROWS = 300, DIMS = 3 };
    static float text[ROWS * DIMS], p[ROWS * 3];
    float names[3 * DIMS] = { 1, 0.6F, 0, 0.6F, 1, 0, 0.2F, 0.2F, 1 };
    struct arena a = arena_init(1 << 20);
    uint32_t chance = 1;
    size_t right = 0;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < DIMS; k++)
            text[i * DIMS + k] =
                (k == i % 3 ? 1.0F : 0.0F) + (float)((chance = chance * 1664525 + 1013904223) >> 24) / 400;
    CHECK_OK(text_zero(names, 3, text, ROWS, DIMS, &a, p));
    for (size_t i = 0; i < ROWS; i++) {
        size_t best = 0;
        for (size_t c = 1; c < 3; c++)
            if (p[i * 3 + c] > p[i * 3 + best]) best = c;
        right += best == i % 3;
        CHECK(fabsf(p[i * 3] + p[i * 3 + 1] + p[i * 3 + 2] - 1) < 1e-5F);
    }
    CHECK(right == ROWS);
    CHECK_OK(text_zero(names, 3, text, 1, DIMS, &a, p)); /* one text: no cloud to centre */
    CHECK(p[0] > p[1] && p[1] > p[2]);
    CHECK_STR(text_zero_name(STR("card_not-working?"), &a), "card not working");
    arena_done(&a);
}

/* A text, and what stands in it as "kind:bytes" in order. */
static const char *const forms[][2] = {
    { "write to jane.doe+x@mail.example.org.", "email:jane.doe+x@mail.example.org" },
    { "see https://a.example/b?c=1, or www.b.example.", "url:https://a.example/b?c=1 url:www.b.example" },
    { "IBAN DE89 3704 0044 0532 0130 00 please", "iban:DE89 3704 0044 0532 0130 00" },
    { "IBAN GB82WEST12345698765432, not GB82WEST12345698765433", "iban:GB82WEST12345698765432" },
    { "card 4111 1111 1111 1111!", "card:4111 1111 1111 1111" },
    { "card 4111 1111 1111 1112", "" },
    { "from 10.0.0.256 no, 10.0.0.25:8080 yes", "version:10.0.0.256 ip:10.0.0.25:8080" },
    { "host 2001:db8::1 and 12:30", "ip:2001:db8::1" },
    { "on 2024-02-29 12:30:00 or 31.12.2023", "date:2024-02-29 12:30:00 date:31.12.2023" },
    { "May 5th, 2024 and 5 May, not 45/99/2024", "date:May 5th, 2024 date:5 May" },
    { "paid $1,200.50 and 30 EUR", "money:$1,200.50 money:30 EUR" },
    { "ORA-00942, E1234, 0x80070005, HTTP 503, ERR_TIMED_OUT",
      "error:ORA-00942 error:E1234 error:0x80070005 error:HTTP 503 error:ERR_TIMED_OUT" },
    { "v1.2 to 1.10.3-rc1", "version:v1.2 version:1.10.3-rc1" },
    { "order #4711, INV-2024-17", "reference:order #4711 reference:INV-2024-17" },
    { "call +49 (30) 123-4567 now", "phone:+49 (30) 123-4567" },
    { "id 123e4567-e89b-12d3-a456-426614174000.", "uuid:123e4567-e89b-12d3-a456-426614174000" },
    { "three of 12 people in room 7", "" },
};

TEST(things_with_a_form_are_found_where_they_stand)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct text_entity found[8];
        struct arena a = arena_init(1 << 16);
        str all = STR(""), text = str_of(forms[i][0]);
        size_t n = text_entities(text, found, 8);
        for (size_t k = 0; k < n; k++)
            all = str_fmt(&a, STR_FMT "%s%s:" STR_FMT, STR_ARG(all), k ? " " : "", text_entity_names[found[k].kind],
                          STR_ARG(str_cut(text, found[k].from, found[k].len)));
        CHECK_STR(all, forms[i][1]);
        arena_done(&a);
    }
}

TEST(languages_are_told_apart)
{
    static const char *const lines[LANGUAGES] = {
        "my parcel was damaged when I opened the box",
        "mein Paket war besch\u00e4digt, als ich es ge\u00f6ffnet habe",
        "mi paquete estaba roto cuando lo abr\u00ed ayer",
        "mon colis \u00e9tait ab\u00eem\u00e9 quand je l'ai ouvert hier",
        "il mio pacco era rotto quando l'ho aperto ieri",
        "o meu pacote estava danificado quando o abri ontem",
        "mijn pakket was kapot toen ik het gisteren opende",
    };
    struct text_languages *l = mem_new(sizeof *l);
    text_languages_init(l);
    for (unsigned i = 0; i < LANGUAGES; i++) {
        struct text_language_guess g = text_language(l, str_of(lines[i]));
        CHECK_STR(str_of(text_language_codes[g.best]), text_language_codes[i]);
        CHECK(g.p > 0.9F);
    }
    CHECK_I64(text_language(l, STR("ok 12345 !!")).best, LANGUAGES);
    mem_free(l);
}

TEST(a_summary_is_the_sentences_that_the_others_agree_with)
{
    struct text_gist *g = mem_new(sizeof *g);
    struct text_span span[8];
    str text = STR("Hello there, how are you today? The export of invoices fails since the update. My cat is fine. "
                   "Each export of invoices ends with error 12 after the update. Please mend the export of invoices!");
    CHECK_I64(text_summary(g, text, span, 2), 2);
    CHECK_STR(str_cut(text, span[0].from, span[0].len), "The export of invoices fails since the update.");
    CHECK(str_starts(str_cut(text, span[1].from, span[1].len), STR("Each export")));
    CHECK_I64(text_summary(g, STR("One sentence only, no more."), span, 2), 1);
    CHECK_I64(text_summary(g, STR(""), span, 2), 0);
    mem_free(g);
}

TEST(phrases_that_stand_out_come_first_and_once)
{
    struct text_gist *g = mem_new(sizeof *g);
    struct text_span span[8];
    str text = STR("The monthly payroll run stopped. Since then the monthly payroll run is blocked, and the printer "
                   "is empty. \u00dcber die GEB\u00dcHREN und \u00fcber die Geb\u00fchren: warum?");
    size_t n = text_phrases(g, text, span, 8), times = 0;
    CHECK(n > 3);
    CHECK(str_starts(str_cut(text, span[0].from, span[0].len), STR("monthly payroll run")));
    for (size_t i = 0; i < n; i++) times += str_starts(str_cut(text, span[i].from, span[i].len), STR("GEB"));
    for (size_t i = 0; i < n; i++) times += str_starts(str_cut(text, span[i].from, span[i].len), STR("Geb"));
    CHECK_I64(times, 1);
    mem_free(g);
}

/* Any bytes: spans lie inside, and it ends. */
TEST(the_gist_of_noise_lies_inside_it)
{
    struct text_gist *g = mem_new(sizeof *g);
    static char noise[20000];
    uint32_t chance = 3;
    struct text_span span[8];
    for (size_t round = 0; round < 20; round++) {
        for (size_t i = 0; i < sizeof noise; i++) {
            chance = chance * 1664525 + 1013904223;
            noise[i] = round % 2 ? (char)(chance >> 24) : "ab .\n!"[chance >> 24 & 5];
        }
        for (int kind = 0; kind < 2; kind++) {
            str text = { noise, sizeof noise };
            size_t n = kind ? text_phrases(g, text, span, 8) : text_summary(g, text, span, 8);
            for (size_t i = 0; i < n; i++) CHECK(span[i].from + span[i].len <= TEXT_BYTES_MAX && span[i].len > 0);
        }
    }
    mem_free(g);
}
