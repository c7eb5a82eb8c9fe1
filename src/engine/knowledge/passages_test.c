#include "engine/knowledge/passages.h"

#include "test.h"

static struct passage_list cut(struct block_list *b)
{
    struct passage_list out = { 0 };
    CHECK_OK(passages_cut(b, b->a, &out));
    return out;
}

static str repeated(struct arena *a, const char *what, size_t n)
{
    struct buf b = buf_init(1 << 20);
    for (size_t i = 0; i < n; i++) buf_fmt(&b, "%s", what);
    return buf_take(&b, a);
}

TEST(a_short_document_is_one_passage_with_its_headings)
{
    struct arena a = arena_init(8 << 20);
    struct block_list b = { .a = &a };
    block_add(&b, BLOCK_HEADING, 1, STR("Disk full"));
    block_add(&b, BLOCK_TEXT, 0, STR("The volume has no space."));
    block_add(&b, BLOCK_HEADING, 2, STR("Mitigation"));
    block_add(&b, BLOCK_ITEM, 0, STR("remove old files"));
    block_add(&b, BLOCK_ITEM, 0, STR("grow it"));
    block_add(&b, BLOCK_TEXT, 0, STR("  \n "));
    struct passage_list p = cut(&b);
    CHECK_I64(p.count, 1);
    CHECK_STR(p.items[0].path, "");
    CHECK_STR(p.items[0].text, "Disk full\n\nThe volume has no space.\n\nMitigation\nremove old files\ngrow it");
    CHECK_STR(blocks_title(&b), "Disk full");
    arena_done(&a);
}

TEST(sections_are_passages_that_know_what_they_stand_under)
{
    struct arena a = arena_init(8 << 20);
    struct block_list b = { .a = &a };
    block_add(&b, BLOCK_HEADING, 1, STR("Guide"));
    for (int i = 0; i < 3; i++) {
        block_add(&b, BLOCK_HEADING, 2, str_fmt(&a, "Part %d", i));
        block_add(&b, BLOCK_TEXT, 0, repeated(&a, "Words of it. ", 60));
        block_add(&b, BLOCK_HEADING, 3, STR("Detail"));
        block_add(&b, BLOCK_TEXT, 0, repeated(&a, "More words. ", 150));
    }
    struct passage_list p = cut(&b);
    CHECK(p.count >= 6);
    CHECK_STR(p.items[1].path, "Guide > Part 0");
    CHECK(str_starts(p.items[1].text, STR("Detail\n\nMore words.")));
    for (size_t i = 0; i < p.count; i++) CHECK(p.items[i].text.len <= PASSAGE_TARGET + 20);
    CHECK_STR(p.items[p.count - 1].path, "Guide > Part 2");
    arena_done(&a);
}

TEST(code_and_tables_stay_whole)
{
    struct arena a = arena_init(8 << 20);
    struct block_list b = { .a = &a };
    block_add(&b, BLOCK_TEXT, 0, repeated(&a, "Before it. ", 100));
    block_add(&b, BLOCK_CODE, 0, repeated(&a, "kubectl get pods\n", 300));
    block_add(&b, BLOCK_TEXT, 0, STR("after"));
    struct passage_list p = cut(&b);
    CHECK_I64(p.count, 3);
    CHECK(p.items[1].text.len > PASSAGE_TARGET);
    b.count = 0;
    block_add(&b, BLOCK_TABLE, 0, repeated(&a, "a | b | c\n", 2000)); /* too long for one: cut between its rows */
    p = cut(&b);
    CHECK(p.count == 3);
    for (size_t i = 0; i < p.count; i++)
        CHECK(str_starts(p.items[i].text, STR("a | b")) && p.items[i].text.len <= PASSAGE_MOST);
    arena_done(&a);
}

TEST(nothing_is_lost_of_text_without_any_structure)
{
    struct arena a = arena_init(64 << 20);
    struct block_list b = { .a = &a };
    str text = repeated(&a, "x", 50000);
    block_add(&b, BLOCK_TEXT, 0, text);
    struct passage_list p = cut(&b);
    size_t sum = 0;
    for (size_t i = 0; i < p.count; i++) sum += p.items[i].text.len;
    CHECK_I64(sum, text.len);
    b.count = 0;
    block_add(&b, BLOCK_HEADING, 9, STR("Only a heading"));
    p = cut(&b);
    CHECK_I64(p.count, 1);
    b.count = 0;
    CHECK_I64(cut(&b).count, 0);
    CHECK_STR(blocks_title(&b), "");
    arena_done(&a);
}

TEST(a_document_past_the_limits_is_refused)
{
    struct arena a = arena_init(1 << 20);
    struct block_list b = { .a = &a };
    str text = repeated(&a, "word ", 1000);
    while (!b.full) block_add(&b, BLOCK_TEXT, 0, text);
    struct passage_list out = { 0 };
    CHECK_ERR(passages_cut(&b, &a, &out), ERR_LIMIT);
    arena_done(&a);
}
