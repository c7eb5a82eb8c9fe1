/* What a model's examples leave behind: enough to compare, nobody's own words. */
#include "edge/inquiry/reference.h"

#include "test.h"

static struct reference_row row_of(struct arena *a, const char *text, int n)
{
    str all = str_fmt(a, "%s ticket %d", text, n);
    return (struct reference_row){ STR("billing"), STR("en"), all, reference_length(all) };
}

static str written(struct arena *a, size_t n)
{
    struct reference_row *row = ARENA_ARRAY(a, struct reference_row, n + 1);
    struct buf b = buf_init(REFERENCE_FILE_MAX);
    for (size_t i = 0; i < n; i++)
        row[i] = row_of(a, i % 2 ? "My Invoice is wrong, says Zwetschgenbaum" : "Where is my invoice", (int)(i * 7919));
    row[0] = row_of(a, "Rumpelstilzchen asks for his invoice", 1);
    CHECK_OK(reference_write(row, n, a, &b));
    return buf_take(&b, a);
}

TEST(words_of_many_are_kept_and_words_of_few_are_numbers)
{
    struct arena a = arena_init(64 << 20);
    struct inquiry_reference r;
    str text = written(&a, 40);
    CHECK_OK(reference_parse(text, &a, &r));
    CHECK_I64(r.rows, 40);
    CHECK(str_find(text, STR("invoice"), 0) > 0 && str_find(text, STR("zwetschgenbaum"), 0) > 0);
    CHECK(str_find(text, STR("Invoice"), 0) < 0);          /* small letters */
    CHECK(str_find(text, STR("umpelstilzchen"), 0) < 0);   /* one person's own */
    CHECK(str_find(text, STR("7919"), 0) < 0);             /* one example's own number */
    CHECK(r.row[0].length > 5 && r.row[0].length < 6);
    CHECK_STR(r.row[0].category, "billing");
    arena_done(&a);
}

TEST(texts_to_compare_become_the_same_words)
{
    struct arena a = arena_init(64 << 20);
    struct inquiry_reference r;
    CHECK_OK(reference_parse(written(&a, 40), &a, &r));
    CHECK_STR(reference_words(&r, STR("Where is my INVOICE? ticket invoice"), &a), "invoice is my ticket where");
    str odd = reference_words(&r, STR("my Telescope"), &a), rest = odd, word;
    CHECK(str_next(&rest, ' ', &word));
    CHECK_STR(word, "my");
    CHECK(reference_number(rest) && reference_means(rest, STR("teleSCOPE")) && !reference_means(rest, STR("mirror")));
    CHECK(str_eq(reference_words(&r, odd, &a), odd)); /* what is reduced stays so */
    CHECK_STR(reference_words(&r, STR(""), &a), "");
    arena_done(&a);
}

TEST(of_many_examples_some_are_taken_from_all_over)
{
    struct arena a = arena_init(256 << 20);
    struct inquiry_reference r;
    CHECK_OK(reference_parse(written(&a, 3 * REFERENCE_ROWS + 1), &a, &r));
    CHECK_I64(r.rows, REFERENCE_ROWS);
    arena_done(&a);
}

TEST(what_is_no_reference_is_refused)
{
    static const struct {
        const char *text;
        enum err_code code;
    } rows[] = {
        { "", ERR_INPUT },
        { "{}", ERR_CORRUPT },
        { "[1]", ERR_CORRUPT },
        { "{\"reference\":\"weir inquiries\",\"version\":2}", ERR_TOO_NEW },
        { "{\"reference\":\"weir inquiries\",\"version\":1,\"rows\":[{}]}", ERR_CORRUPT },
        { "{\"reference\":\"weir "
          "inquiries\",\"version\":1,\"rows\":[{\"category\":\"a\",\"language\":\"en\",\"length\":-4,"
          "\"words\":\"x\"}]}",
          ERR_CORRUPT },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a = arena_init(1 << 20);
        struct inquiry_reference r;
        CHECK_ERR(reference_parse(str_of(rows[i].text), &a, &r), rows[i].code);
        arena_done(&a);
    }
}
