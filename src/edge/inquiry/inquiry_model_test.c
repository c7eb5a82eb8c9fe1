/* The model inside weir, and how models of inquiries and the words go together. */
#include "test.h"

#include <math.h>

#include "base/hash.h"
#include "edge/inquiry/inquiry_model.h"
#include "edge/inquiry/inquiry_train.h"
#include "edge/model/model_file.h"
#include "engine/encode/encode_kit.h"

static const struct desk_rules *rules(struct arena *a, str extra)
{
    struct yaml_check check = yaml_check_init(STR("words"), a);
    str text = str_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(extra), STR_ARG(desk_rules_default()));
    const struct desk_rules *r = desk_rules_read(&check, text, a);
    CHECK(r != NULL);
    return r;
}

static double sum_of(const struct desk_axis *axis)
{
    double sum = 0;
    for (size_t i = 0; i < axis->count; i++) sum += axis->items[i].p;
    return sum;
}

TEST(the_model_inside_judges_without_an_encoder)
{
    static const struct {
        const char *subject, *body, *category, *sentiment, *urgency;
    } cases[] = {
        { "Invoice", "You charged us twice for May, please refund the second payment.", "billing", "neutral",
          "medium" },
        { "", "Nobody in the whole company can log in since eight, 300 people are waiting.", "technical_support",
          "neutral", "critical" },
        { "Thank you", "What a lovely new design, I adore it. No reply needed!", "product_feedback", "positive",
          "low" },
    };
    struct inquiry_model *m = NULL;
    struct arena a = arena_init(8 << 20);
    CHECK_OK(inquiry_model_open(STR(""), STR("/nowhere"), &m));
    CHECK(str_find(inquiry_model_name(m, &a), STR("-without-encoder"), 0) > 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk_verdict v;
        desk_judge(rules(&a, STR("")), str_of(cases[i].subject), str_of(cases[i].body), &a, &v);
        inquiry_model_judge(m, str_of(cases[i].subject), str_of(cases[i].body), &a, &v);
        CHECK_STR(v.category.items[0].label, cases[i].category);
        CHECK_STR(v.sentiment.items[0].label, cases[i].sentiment);
        CHECK_STR(v.urgency.items[0].label, cases[i].urgency);
        CHECK(fabs(sum_of(&v.sentiment) - 1) < 1e-6 && fabs(sum_of(&v.urgency) - 1) < 1e-6);
        arena_reset(&a);
    }
    inquiry_model_close(m);
    arena_done(&a);
}

/* A file with an encoder of drawn weights. */
static str drawn_encoder(struct arena *a)
{
    struct arena big = arena_init((size_t)CONVERT_MEMORY + KIT_FILE_MAX + (32 << 20));
    str path = str_fmt(a, STR_FMT "/drawn.weirmodel", STR_ARG(test_dir())), bytes;
    CHECK_OK(encode_convert(kit_weights(&big), kit_vocab(&big), STR("kit"), STR("none"), &big, &bytes));
    CHECK_OK(model_file_write(path, bytes));
    arena_done(&big);
    return path;
}

/* An encoder of drawn weights tells nothing, but what it is asked hangs on the text alone: not on who asks beside, nor
 * on what was asked before. */
TEST(the_encoder_reads_what_words_leave_open_and_nothing_else)
{
    static const struct {
        const char *subject, *body;
        bool encoded;
    } cases[] = {
        { "", "It does not do what it should since yesterday, and we are losing patience with you.", true },
        { "Invoice", "The invoice 4711 charged us twice, please refund the second payment.", false },
        { "Invoice copy", "Please send us a copy of invoice 4711 by mail. No hurry.", false },
        { "", "Nobody in the whole company can log in since eight, 300 people are waiting.", true },
    };
    enum { CASES = sizeof cases / sizeof *cases };
    struct inquiry_model *m = NULL;
    struct arena a = arena_init(64 << 20);
    const struct desk_rules *r = rules(&a, STR(""));
    CHECK_OK(inquiry_model_open(STR(""), drawn_encoder(&a), &m));
    CHECK(str_find(inquiry_model_name(m, &a), STR("-without-encoder"), 0) < 0);
    double first[CASES] = { 0 };
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < CASES; i++) {
            struct desk_verdict v;
            desk_judge(r, str_of(cases[i].subject), str_of(cases[i].body), &a, &v);
            CHECK(inquiry_model_judge(m, str_of(cases[i].subject), str_of(cases[i].body), &a, &v) == cases[i].encoded);
            if (round == 0) first[i] = v.category.items[0].p;
            CHECK(fabs(first[i] - v.category.items[0].p) <= 0);
        }
    inquiry_model_close(m);
    arena_done(&a);
}

/* A category of one's own, which the model has never heard of, keeps what the words gave it. */
TEST(labels_that_the_model_does_not_know_keep_their_share)
{
    struct inquiry_model *m = NULL;
    struct arena a = arena_init(8 << 20);
    struct desk_verdict words, both;
    struct yaml_check check = yaml_check_init(STR("words"), &a);
    str own = STR("category:\n  gardening: { strong: \"hedge, lawn\" }\n  billing: { strong: invoice }\n"
                  "sentiment: { positive: {}, neutral: {}, negative: {} }\n"
                  "urgency: { low: {}, medium: {}, high: {}, critical: {} }\n");
    const struct desk_rules *r = desk_rules_read(&check, own, &a);
    CHECK(r != NULL);
    CHECK_OK(inquiry_model_open(STR(""), STR("/nowhere"), &m));
    desk_judge(r, STR("Hedge"), STR("The hedge beside the lawn, and the invoice for it."), &a, &words);
    both = words;
    inquiry_model_judge(m, STR("Hedge"), STR("The hedge beside the lawn, and the invoice for it."), &a, &both);
    CHECK(both.category.count == 2);
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 2; k++)
            if (str_eq(words.category.items[i].label, both.category.items[k].label) &&
                STR_IS(words.category.items[i].label, "gardening"))
                CHECK(fabs(words.category.items[i].p - both.category.items[k].p) < 1e-9);
    inquiry_model_close(m);
    arena_done(&a);
}

TEST(files_that_are_no_such_model_are_refused)
{
    struct inquiry_model *m = NULL;
    CHECK(inquiry_model_open(STR("/nowhere/at.all"), STR(""), &m).code == ERR_NOT_FOUND);
    CHECK(inquiry_model_open(STR(WEIR_SOURCE_DIR "/README.md"), STR(""), &m).code == ERR_CORRUPT);
}

/* Whoever changes the examples, or how they are read, runs scripts/train_inquiries. */
TEST(the_model_inside_is_of_the_examples_beside_it)
{
    static const char *const files[] = { "more",      "edge",      "urgency",  "borders", "mails",     "short",
                                         "shades",    "desks",     "everyday", "offices", "tickets",   "people",
                                         "wholesale", "mixed",     "meant",    "staff",   "forms",     "pairs",
                                         "managers",  "customers", "trades",   "replies", "inquiries" };
    enum { FILES = sizeof files / sizeof *files };
    struct arena a = arena_init(32 << 20);
    struct inquiry_examples x = { 0 };
    struct text_stack s;
    CHECK_OK(text_stack_open(inquiry_model_default(), &s));
    for (size_t i = 0; i < FILES; i++) {
        str path = str_fmt(&a, "%s/examples/inquiries/%s.jsonl", WEIR_SOURCE_DIR, files[i]);
        CHECK_OK(inquiry_examples_read(path, rules(&a, STR("")), i == FILES - 1, &x));
    }
    struct sha256 digest = sha256_parts(x.text, x.rows);
    CHECK(x.refused == 0);
    CHECK(str_find(text_model_about(&s.model), hex_text((str){ (const char *)digest.b, sizeof digest.b }, &a), 0) > 0);
    inquiry_examples_done(&x);
    arena_done(&a);
}
